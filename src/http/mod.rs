//! Routes and pages: parse the request, send a message, render the answer. No rule of the service is here.

mod pages;
mod probes;

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Serialize;

use crate::messages::{AskReadiness, Door, LookUp};

/// Threads that answer: requests only wait for actors.
const WORKERS: usize = 2;

/// How long open requests may take at the end, in seconds.
const SHUTDOWN_SECS: u64 = 1;

/// The actors behind the routes.
#[derive(Clone)]
pub struct Behind {
    /// Knows whether the service is able to work.
    pub readiness: Door<AskReadiness>,
    /// Knows entries.
    pub entries: Door<LookUp>,
}

/// A server on a bound listener; it runs when awaited and leaves signals to its caller.
pub fn server(listener: TcpListener, behind: Behind) -> std::io::Result<Server> {
    let app = move || App::new().configure(|config| configure(config, behind.clone()));
    let server = HttpServer::new(app).workers(WORKERS).shutdown_timeout(SHUTDOWN_SECS).disable_signals();
    Ok(server.listen(listener)?.run())
}

/// Mounts all routes.
pub fn configure(config: &mut web::ServiceConfig, behind: Behind) {
    config
        .app_data(web::Data::new(behind))
        .route("/health", web::get().to(probes::health))
        .route("/ready", web::get().to(probes::ready))
        .route("/", web::get().to(pages::landing))
        .route("/entries/{id}", web::get().to(pages::entry))
        .default_service(web::route().to(not_found));
}

/// An error as RFC 9457 wants it, with a hint what to do next.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    title: &'a str,
    status: u16,
    hint: &'a str,
}

fn problem(status: actix_web::http::StatusCode, title: &str, hint: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("application/problem+json")
        .json(Problem { title, status: status.as_u16(), hint })
}

async fn not_found() -> HttpResponse {
    problem(actix_web::http::StatusCode::NOT_FOUND, "There is nothing here.", "Check the address.")
}

/// A page with the headers every page has: no script, nothing from another host, never framed.
fn page(status: actix_web::http::StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type(ContentType::html())
        .body(body)
}
