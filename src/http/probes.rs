//! What a host asks: does the process live, and may it be sent work?

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::problem::Problem;
use crate::messages::{AskReadiness, Doors, Readiness};

/// The process answers and its Http actor lives.
pub(super) async fn health(behind: web::Data<Doors>) -> Result<HttpResponse, Problem> {
    if behind.readiness.connected() {
        return Ok(HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })));
    }
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The service is broken.", "Restart it."))
}

/// The journal answers and the chain stands.
pub(super) async fn ready(behind: web::Data<Doors>) -> Result<HttpResponse, Problem> {
    let broken = |why: &str, hint| Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, why, hint));
    match behind.readiness.send(AskReadiness).await {
        Ok(Readiness::Ready) => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        Ok(Readiness::NotReady(why)) => broken(&format!("Not ready: {why}."), "Ask again in a moment."),
        Err(_) => broken("The service is broken.", "Restart it."),
    }
}
