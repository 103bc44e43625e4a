//! Signing in and out, and giving a workspace up: `/auth/login`, `/auth/callback`, `/auth/logout`.
//!
//! Takes cookies and what Notion sends back; gives redirects to fixed places, or a page that says what went wrong
//! and offers the next step. Neither a state nor a code is ever logged.

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web};
use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::problem::{Problem, answered};
use super::visitor::{SESSION, Site, session_cookie};
use crate::domain::refusal::Refusal;
use crate::messages::{BeginSignIn, Doors, FinishSignIn, Returned, SignOut};

/// The plain name of the cookie that binds a sign-in to its browser.
const SIGN_IN: &str = "signin";

/// As long as the state it belongs to.
const SIGN_IN_LASTS: CookieDuration = CookieDuration::minutes(5);

/// As long as the session it opens.
const SESSION_LASTS: CookieDuration = CookieDuration::days(30);

/// Letters of the binding cookie: more than 256 bits.
const LETTERS: usize = 48;

/// Where a person lands who has just signed in.
const START: &str = "/start?signed_in=yes";

/// Notion's word for a person who pressed Cancel (RFC 6749, 4.1.2.1).
const DENIED: &str = "access_denied";

/// What Notion sends back; other parameters are ignored.
#[derive(Deserialize)]
struct Query {
    state: Option<SecretString>,
    code: Option<SecretString>,
    error: Option<String>,
}

/// Mounts the routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/auth/login", web::get().to(login))
        .route("/auth/callback", web::get().to(callback))
        .route("/auth/logout", web::post().to(logout));
}

/// `GET /auth/login`: sends the browser to Notion.
async fn login(request: HttpRequest, doors: web::Data<Doors>, site: web::Data<Site>) -> HttpResponse {
    // Several tabs may sign in at once: they share the cookie, each has its own state.
    let kept = kept_cookie(&request, &site, SIGN_IN);
    let browser = kept.unwrap_or_else(|| Alphanumeric.sample_string(&mut rand::rng(), LETTERS).into());
    let begun = doors.begin_sign_in.send(BeginSignIn { browser: browser.clone() }).await;
    match answered(begun) {
        Ok(address) => redirect(StatusCode::FOUND, &address)
            .cookie(cookie(&site, SIGN_IN, browser.expose_secret(), SIGN_IN_LASTS))
            .finish(),
        Err(problem) => problem.error_response(),
    }
}

/// `GET /auth/callback`: the browser comes back.
async fn callback(request: HttpRequest, doors: web::Data<Doors>, site: web::Data<Site>) -> HttpResponse {
    // Read here, because whatever is wrong with it is told to a person.
    let query = web::Query::<Query>::from_query(request.query_string()).map(web::Query::into_inner);
    let Ok(Query { state: Some(state), code, error }) = query else {
        return Problem::from(Refusal::SignInUnknown).error_response();
    };
    let returned = match (error.as_deref(), code) {
        (None, Some(code)) => Returned::Code(code),
        (Some(DENIED), _) => Returned::Denied,
        _ => Returned::Nothing,
    };
    let (browser, session) = (kept_cookie(&request, &site, SIGN_IN), session_cookie(&request));
    let finish = FinishSignIn { state, returned, browser, session };
    match answered(doors.finish_sign_in.send(finish).await) {
        Ok(session) => redirect(StatusCode::SEE_OTHER, START)
            .cookie(cookie(&site, SESSION, session.expose_secret(), SESSION_LASTS))
            .finish(),
        Err(problem) => problem.error_response(),
    }
}

/// `POST /auth/logout`: ends the session of this browser.
async fn logout(
    request: HttpRequest,
    doors: web::Data<Doors>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    if let Some(session) = session_cookie(&request) {
        doors.sign_out.send(SignOut { session }).await.map_err(|_| Problem::unavailable())??;
    }
    let mut gone = redirect(StatusCode::SEE_OTHER, "/");
    for name in [SESSION, SIGN_IN] {
        gone.cookie(cookie(&site, name, "", CookieDuration::ZERO));
    }
    Ok(gone.finish())
}

fn redirect(status: StatusCode, to: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store"));
    response
}

/// Out of reach of scripts, of other hosts and, but for links that lead here, of other sites.
fn cookie(site: &Site, name: &str, value: &str, lasts: CookieDuration) -> Cookie<'static> {
    Cookie::build(site.cookie_name(name), value.to_owned())
        .path("/")
        .secure(site.is_secure())
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(lasts)
        .finish()
}

fn kept_cookie(request: &HttpRequest, site: &Site, name: &str) -> Option<SecretString> {
    let cookie = request.cookie(&site.cookie_name(name))?;
    // Ours are never empty: an empty one would bind a sign-in to every browser.
    Some(cookie.value()).filter(|value| value.len() >= LETTERS).map(SecretString::from)
}
