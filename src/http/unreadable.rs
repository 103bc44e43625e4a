//! Requests that cannot be read: a body, a query, a form or a path that is not what a handler takes.
//!
//! Whatever the web framework refuses by itself becomes a [`Problem`] here, in one place for all routes, so that
//! each mistake is told with what would be right.

use actix_multipart::MultipartError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{JsonPayloadError, PayloadError, QueryPayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use serde_json::error::Category;

use super::BODY_BYTES;
use super::problem::Problem;

/// The title of most of them.
const TITLE: &str = "The request cannot be read.";

/// Tells what the framework refused as a problem.
pub(super) async fn explained(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    Ok(match response.response().error().and_then(problem_of) {
        Some(problem) => response.into_response(problem.error_response()).map_into_right_body(),
        None => response.map_into_left_body(),
    })
}

/// `None` for errors of our own, which are told already.
fn problem_of(error: &Error) -> Option<Problem> {
    if let Some(error) = error.as_error::<JsonPayloadError>() {
        return Some(of_json(error));
    }
    if let Some(error) = error.as_error::<MultipartError>() {
        return Some(of_upload(error));
    }
    if let Some(error) = error.as_error::<UrlencodedError>() {
        return Some(of_form(error));
    }
    if let Some(error) = error.as_error::<PayloadError>() {
        return Some(of_body(error));
    }
    let QueryPayloadError::Deserialize(error) = error.as_error::<QueryPayloadError>()? else { return None };
    let hint = format!("Look behind the question mark of the address: {error}.");
    Some(Problem::new(StatusCode::BAD_REQUEST, TITLE, hint))
}

fn of_json(error: &JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::ContentType => {
            unsupported("Send JSON, with the header `Content-Type: application/json`.")
        }
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => too_large(),
        JsonPayloadError::Payload(error) => of_body(error),
        JsonPayloadError::Deserialize(error) => no_such_json(error),
        _ => Problem::new(StatusCode::BAD_REQUEST, TITLE, "Send JSON as the document of the interface says."),
    }
}

/// JSON with a mistake in it, or something else.
pub(super) fn no_such_json(error: &serde_json::Error) -> Problem {
    let hint = match error.classify() {
        Category::Data => format!("The JSON is not what is wanted here: {error}."),
        Category::Io | Category::Syntax | Category::Eof => format!("This is not JSON: {error}."),
    };
    Problem::new(StatusCode::BAD_REQUEST, TITLE, hint)
}

/// A body of a kind nobody takes here.
pub(super) fn unsupported(hint: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A body of this kind is not taken here.", hint)
}

fn too_large() -> Problem {
    let hint = format!("Send at most {} KB.", BODY_BYTES / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.", hint)
}

fn of_body(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => too_large(),
        _ => Problem::new(StatusCode::BAD_REQUEST, TITLE, "Its body ended early. Send it once more."),
    }
}

fn of_form(error: &UrlencodedError) -> Problem {
    match error {
        UrlencodedError::Overflow { .. } => too_large(),
        UrlencodedError::ContentType => {
            unsupported("Send a form, with the header `Content-Type: application/x-www-form-urlencoded`.")
        }
        UrlencodedError::Payload(error) => of_body(error),
        error => {
            Problem::new(StatusCode::BAD_REQUEST, TITLE, format!("Fill in the form once more: {error}."))
        }
    }
}

fn of_upload(error: &MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => {
            unsupported("Send a form with a file in it, as `multipart/form-data`.")
        }
        MultipartError::Payload(PayloadError::Overflow) => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The file is too large.",
            "An export of saved links has less than 50 MB. Choose the file named there, not the whole archive.",
        ),
        error => {
            let hint = format!("Send a form whose field `file` holds the export: {error}.");
            Problem::new(StatusCode::BAD_REQUEST, TITLE, hint)
        }
    }
}
