//! `POST /webhooks/notion`: what Notion posts about changes.
//!
//! Takes any bytes up to the limit; gives 200 or a problem. Nothing of the body is shown or logged.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretSlice;

use super::problem::Problem;
use crate::domain::webhook::Unheard;
use crate::messages::{Doors, HearWebhook};

/// HMAC-SHA256 of the body, <https://developers.notion.com/reference/webhooks>.
const SIGNATURE: &str = "X-Notion-Signature";

/// Mounts the route.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/webhooks/notion", web::post().to(hear));
}

async fn hear(
    doors: web::Data<Doors>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok());
    let heard =
        HearWebhook { body: SecretSlice::from(body.to_vec()), signature: signature.map(str::to_owned) };
    match doors.hear_webhook.send(heard).await {
        Ok(Ok(Ok(()))) => Ok(HttpResponse::Ok().finish()),
        Ok(Ok(Err(unheard))) => Err(unheard.into()),
        Ok(Err(failure)) => Err(failure.into()),
        Err(_) => Err(Problem::unavailable()),
    }
}

impl From<Unheard> for Problem {
    fn from(unheard: Unheard) -> Self {
        let (status, title, hint) = match unheard {
            Unheard::NotSetUp => (
                StatusCode::SERVICE_UNAVAILABLE,
                "No webhook is set up here.",
                "Enter this address as a webhook at Notion, or set NOTION_WEBHOOK_SECRET.",
            ),
            Unheard::NotSigned => (
                StatusCode::UNAUTHORIZED,
                "The signature is missing or wrong.",
                "Sign the raw body with the verification token and send it as X-Notion-Signature.",
            ),
            Unheard::Unreadable => {
                (StatusCode::BAD_REQUEST, "This is no event.", "Send an event as Notion documents it.")
            }
            Unheard::Untimely => (
                StatusCode::BAD_REQUEST,
                "The event is not of now.",
                "Events are heard for five minutes; check the clock if it was just made.",
            ),
            Unheard::TokenKnown => (
                StatusCode::CONFLICT,
                "Another verification token is known already.",
                "The operator removes it with `linkscribe webhook-token --forget`; then send the new one again.",
            ),
        };
        Self::new(status, title, hint)
    }
}
