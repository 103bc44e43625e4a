//! Routes and pages: parse the request, send a message, render the answer. No rule of the service is here.

mod api;
mod assets;
mod auth;
mod metrics;
mod pages;
mod probes;
mod problem;
mod unreadable;
mod visitor;
mod webhooks;

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};

use self::problem::Problem;
pub use self::visitor::{Site, Visitor};
use crate::messages::Doors;

/// Threads that answer: requests only wait for actors.
const WORKERS: usize = 2;

/// The largest body of a request, in bytes; uploads have a limit of their own.
const BODY_BYTES: usize = 64 * 1024;

/// How long open requests may take at the end, in seconds.
const SHUTDOWN_SECS: u64 = 1;

/// What the routes need.
#[derive(Clone)]
pub struct Behind {
    /// The actor that answers.
    pub doors: Doors,
    /// Where people reach the service.
    pub site: Site,
}

/// A server on a bound listener; it runs when awaited and leaves signals to its caller.
pub fn server(listener: TcpListener, behind: Behind) -> std::io::Result<Server> {
    let app = move || {
        let routes = |config: &mut web::ServiceConfig| configure(config, behind.clone());
        App::new()
            .wrap(from_fn(visitor::refuse_foreign_origins))
            .wrap(from_fn(unreadable::explained))
            .wrap(from_fn(pages::readable_problems))
            .wrap(from_fn(api::sealed))
            .configure(routes)
    };
    let server = HttpServer::new(app).workers(WORKERS).shutdown_timeout(SHUTDOWN_SECS).disable_signals();
    Ok(server.listen(listener)?.run())
}

/// Mounts all routes.
pub fn configure(config: &mut web::ServiceConfig, behind: Behind) {
    config
        .app_data(web::Data::new(behind.doors))
        .app_data(web::Data::new(behind.site))
        .app_data(web::JsonConfig::default().limit(BODY_BYTES))
        .app_data(web::PayloadConfig::new(BODY_BYTES))
        .app_data(web::FormConfig::default().limit(BODY_BYTES))
        .app_data(web::PathConfig::default().error_handler(|_, _| nowhere().into()))
        .route("/health", web::get().to(probes::health))
        .route("/ready", web::get().to(probes::ready))
        .route("/metrics", web::get().to(metrics::metrics))
        .configure(auth::routes)
        .configure(webhooks::routes)
        .configure(api::imports::limits)
        .configure(api::mount)
        .configure(pages::routes)
        .default_service(web::route().to(not_found));
}

fn nowhere() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing here.", "Check the address.")
}

async fn not_found() -> Result<HttpResponse, Problem> {
    Err(nowhere())
}

/// Scripts, styles and requests of this host alone; never framed (Content Security Policy Level 3).
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                              connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page with the headers every page has: nothing from another host, never framed.
fn page(status: actix_web::http::StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(("Content-Security-Policy", CONTENT_POLICY))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        // Other sites learn nothing; without a referrer browsers would send our own forms with the origin `null`.
        .insert_header(("Referrer-Policy", "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type(ContentType::html())
        .body(body)
}
