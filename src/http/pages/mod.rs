//! Pages for people, rendered on the server: each handler asks the actor, each template shows what it answered.
//!
//! Readable without JavaScript; every action is a form. Whatever goes wrong is a [`Problem`], which people get as a
//! page with the next step (see [`readable_problems`]).

mod connections;
mod databases;
mod entries;
mod imports;
mod landing;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, LOCATION};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::assets;
use super::page;
use super::problem::Problem;
use super::visitor::session_cookie;

/// What a handler of a page gives.
type Answered = Result<HttpResponse, Problem>;

/// What all pages share.
struct Shell {
    /// The part of the service this page belongs to.
    here: &'static str,
    /// Whether somebody is signed in.
    signed_in: bool,
}

#[expect(clippy::unused_self, reason = "templates call them on what they are given")]
impl Shell {
    /// A page of a signed-in person.
    fn at(here: &'static str) -> Self {
        Self { here, signed_in: true }
    }

    fn style(&self) -> String {
        assets::style()
    }

    fn live(&self) -> String {
        assets::live()
    }

    fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// A page with one thing to say and one thing to do.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    shell: Shell,
    title: &'a str,
    sentence: &'a str,
    label: &'a str,
    href: &'a str,
}

/// Mounts the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(landing::landing))
        .route("/start", web::get().to(connections::start))
        .route("/connections", web::get().to(connections::list))
        .route("/connections/{id}/disconnect", web::post().to(connections::disconnect))
        .route("/databases", web::get().to(databases::list))
        .route("/databases", web::post().to(databases::adopt))
        .route("/databases/create", web::post().to(databases::create))
        .route("/databases/new", web::get().to(databases::choose))
        .route("/databases/propose", web::get().to(databases::propose))
        .route("/databases/{id}", web::get().to(databases::view))
        .route("/databases/{id}", web::post().to(databases::change))
        .route("/databases/{id}/remove", web::post().to(databases::remove))
        .route("/databases/{id}/import", web::get().to(imports::begin))
        .route("/databases/{id}/imports", web::post().to(imports::upload))
        .route("/imports/{id}", web::get().to(imports::view))
        .route("/imports/{id}/confirm", web::post().to(imports::confirm))
        .route("/imports/{id}/cancel", web::post().to(imports::cancel))
        .route("/entries", web::get().to(entries::list))
        .route("/entries/{id}", web::get().to(entries::view))
        .route("/entries/{id}/retry", web::post().to(entries::retry))
        .route("/assets/{name}", web::get().to(assets::asset));
}

/// People who meet a problem get a page; programs, and everything under `/api`, keep the document.
pub(super) async fn readable_problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let accepts = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let path = request.path();
    let is_for_programs = path.starts_with("/api") || path.starts_with("/webhooks");
    let is_person = accepts.contains("text/html") && !is_for_programs;
    let is_sign_in = path.starts_with("/auth");
    let signed_in = session_cookie(request.request()).is_some();
    let response = next.call(request).await?;
    let problem = response.response().extensions().get::<Problem>().cloned();
    Ok(match problem.filter(|_| is_person) {
        Some(problem) => {
            response.into_response(problem_page(&problem, signed_in, is_sign_in)).map_into_right_body()
        }
        None => response.map_into_left_body(),
    })
}

fn problem_page(problem: &Problem, signed_in: bool, is_sign_in: bool) -> HttpResponse {
    let can_begin_anew = is_sign_in && problem.code() != StatusCode::NOT_IMPLEMENTED;
    let (label, href) = match problem.code() {
        StatusCode::UNAUTHORIZED => ("Connect Notion", "/auth/login"),
        _ if can_begin_anew => ("Connect Notion", "/auth/login"),
        _ if signed_in => ("To your links", "/entries"),
        _ => ("To the start page", "/"),
    };
    let shell = Shell { here: "", signed_in: signed_in && problem.code() != StatusCode::UNAUTHORIZED };
    let message = Message { shell, title: &problem.title, sentence: &problem.hint, label, href };
    rendered(problem.code(), &message)
}

/// Leads the browser on after a form, so that loading again sends nothing again.
fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

fn shown(template: &impl Template) -> HttpResponse {
    rendered(StatusCode::OK, template)
}

fn rendered(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(body) => page(status, body),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().body("This page cannot be shown. Tell the operator.")
        }
    }
}

/// A moment as people read it; browsers have no part in it, so it names its zone.
fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// A field of a form that was left empty says nothing.
fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
