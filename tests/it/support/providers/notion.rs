//! `GET /v1/users/me` of Notion, for the faults the emulated Notion does not know: pages of strangers,
//! answers without an end.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::key_in;
use super::script::{Refusal, Script, Service};

/// The version of the API that is emulated.
const VERSION: &str = "2025-09-03";

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/notion/v1/users/me", web::get().to(me));
}

async fn me(script: web::Data<Script>, request: HttpRequest) -> HttpResponse {
    let answer = |()| {
        json!({"object": "user", "id": "7b5d3f0a-1111-4222-8333-944445555666", "type": "bot", "name": "Linkscribe",
            "bot": {"owner": {"type": "workspace", "workspace": true}, "workspace_name": "Acme"}})
    };
    script.serve(Service::Notion, async { check(&request) }, answer, error_body).await
}

fn check(request: &HttpRequest) -> Result<((), Value), Refusal> {
    if key_in(request, "authorization", "Bearer ") != Some(true) {
        return Err(Refusal(401, error_body(401, None)));
    }
    let version = request.headers().get("notion-version").and_then(|version| version.to_str().ok());
    if version != Some(VERSION) {
        return Err(Refusal(400, error_body(400, None)));
    }
    Ok(((), Value::Null))
}

/// Notion's error object; the wish to wait stands in a header alone.
fn error_body(status: u16, _wait_secs: Option<u64>) -> Value {
    let code = match status {
        400 => "validation_error",
        401 => "unauthorized",
        429 => "rate_limited",
        503 => "service_unavailable",
        504 => "gateway_timeout",
        529 => "service_overload",
        _ => "internal_server_error",
    };
    json!({"object": "error", "status": status, "code": code, "message": "scripted fault"})
}
