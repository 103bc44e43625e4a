//! What a host asks: does the process live, and may it be sent work?

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::{Behind, problem};
use crate::messages::{AskReadiness, Readiness};

/// The process answers and its Http actor lives.
pub(super) async fn health(behind: web::Data<Behind>) -> HttpResponse {
    if behind.readiness.connected() {
        return HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    }
    problem(StatusCode::SERVICE_UNAVAILABLE, "The service is broken.", "Restart it.")
}

/// The journal answers and the chain stands.
pub(super) async fn ready(behind: web::Data<Behind>) -> HttpResponse {
    match behind.readiness.send(AskReadiness).await {
        Ok(Readiness::Ready) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Readiness::NotReady(why)) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, &format!("Not ready: {why}."), "Ask again in a moment.")
        }
        Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "The service is broken.", "Restart it."),
    }
}
