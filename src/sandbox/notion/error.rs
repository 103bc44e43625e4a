//! The error every room of the emulated Notion answers with, in Notion's own shape.
//!
//! Gives `{"object":"error","status","code","message","request_id"}`, plus `Retry-After` where the caller must wait.
//! Shapes and codes: <https://developers.notion.com/reference/status-codes> and the SDK's `APIErrorCode`.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use uuid::Uuid;

use super::traffic::SpentBy;

/// A refusal, as the caller sees it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Machine-readable code, such as `validation_error`.
    pub code: &'static str,
    /// Sentence for a person.
    pub message: String,
    /// Seconds to wait before the next try.
    pub retry_after: Option<u64>,
    /// Extra context, such as the reason of a rate limit.
    pub additional_data: Option<Value>,
}

impl ApiError {
    /// Builds an error of any status and code.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, additional_data: None }
    }

    /// 400: what was sent breaks a rule.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "validation_error", message)
    }

    /// 401: the token is unknown or revoked.
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "API token is invalid.")
    }

    /// 403: the connection lacks a capability.
    pub fn restricted() -> Self {
        Self::new(403, "restricted_resource", "Insufficient permissions for this endpoint.")
    }

    /// 404: absent, or not shared with the connection; Notion does not tell which.
    pub fn not_found(what: &str, id: Uuid) -> Self {
        let advice = "Make sure the relevant pages and databases are shared with your integration.";
        Self::new(404, "object_not_found", format!("Could not find {what} with ID: {id}. {advice}"))
    }

    /// 400: a page's id where a database's is wanted.
    pub fn page_not_database(id: Uuid) -> Self {
        Self::validation(format!(
            "Provided database_id {id} is a page, not a database. Use the pages API instead, or pass the ID of the database itself."
        ))
    }

    /// 400: a database's id where a page's is wanted.
    pub fn database_not_page(id: Uuid) -> Self {
        let advice = "Use the retrieve database API instead.";
        Self::validation(format!("Provided ID {id} is a database, not a page. {advice}"))
    }

    /// 400: a database with several data sources where one is wanted; the answer names them.
    pub fn several_sources(database: Uuid, sources: &[Uuid]) -> Self {
        let text = "Databases with multiple data sources are not supported in this API version.";
        let mut error = Self::validation(text);
        error.additional_data = Some(json!({
            "error_type": "multiple_data_sources_for_database", "database_id": database,
            "child_data_source_ids": sources, "minimum_api_version": "2025-09-03",
        }));
        error
    }

    /// 400: a linked database, which is only a view of another one.
    pub fn no_sources(database: Uuid) -> Self {
        Self::validation(format!(
            "Database with ID {database} does not contain any data sources accessible by this API bot."
        ))
    }

    /// 400: an internal integration wants to put something at the top of a workspace.
    pub fn not_at_the_top(what: &str) -> Self {
        Self::validation(format!(
            "Provide a `parent.page_id` or `parent.database_id` parameter to create a {what}, or use a public \
             integration with `insert_content` capability. Internal integrations aren't owned by a single user, \
             so creating workspace-level private pages is not supported."
        ))
    }

    /// 400: the object itself is in the trash.
    pub fn archived() -> Self {
        Self::validation("Can't edit block that is archived. You must unarchive the block before editing.")
    }

    /// 400: a page or block above it is in the trash.
    pub fn archived_ancestor() -> Self {
        Self::validation(
            "Can't edit page on block with an archived ancestor. You must unarchive the ancestor before editing page.",
        )
    }

    /// 429: the budget of this window is spent.
    pub fn rate_limited(retry_after: u64, by: SpentBy) -> Self {
        let mut error =
            Self::new(429, "rate_limited", "You have been rate limited. Please try again in a few minutes.");
        error.retry_after = Some(retry_after);
        error.additional_data = Some(json!({"rate_limit_reason": by.reason()}));
        error
    }

    /// 529: Notion asks everybody to slow down.
    pub fn overloaded(retry_after: u64) -> Self {
        let mut error = Self::new(529, "service_overload", "Notion is overloaded. Please try again later.");
        error.retry_after = Some(retry_after);
        error
    }

    /// 500: nobody knows what happened.
    pub fn internal() -> Self {
        Self::new(500, "internal_server_error", "Unexpected error occurred.")
    }

    /// The body Notion would send.
    pub fn body(&self, request_id: Uuid) -> Value {
        let mut body = json!({
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "request_id": request_id,
        });
        if let (Some(data), Some(fields)) = (&self.additional_data, body.as_object_mut()) {
            fields.insert("additional_data".into(), data.clone());
        }
        body
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = Uuid::new_v4();
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header(("x-notion-request-id", request_id.to_string()));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.json(self.body(request_id))
    }
}

/// A refusal of the token endpoints, in the shape of RFC 6749.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {description}")]
pub(super) struct OauthError {
    /// HTTP status.
    pub status: u16,
    /// Machine-readable code, such as `invalid_grant`.
    pub error: &'static str,
    /// Sentence for a developer.
    pub description: &'static str,
}

impl OauthError {
    /// 401: the client's credentials are missing or wrong.
    pub(super) fn client() -> Self {
        let description = "The client credentials are missing or wrong.";
        Self { status: 401, error: "invalid_client", description }
    }

    /// 400: the code or refresh token does not fit.
    pub(super) fn grant(description: &'static str) -> Self {
        Self { status: 400, error: "invalid_grant", description }
    }

    /// 400: the request lacks something, or has too much.
    pub(super) fn request(description: &'static str) -> Self {
        Self { status: 400, error: "invalid_request", description }
    }
}

impl ResponseError for OauthError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = Uuid::new_v4();
        HttpResponse::build(self.status_code())
            .insert_header(("x-notion-request-id", request_id.to_string()))
            .json(
                json!({"error": self.error, "error_description": self.description, "request_id": request_id}),
            )
    }
}

/// A refusal of the token endpoints: of OAuth, or of Notion's own check of a body.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
pub(super) enum Refusal {
    Oauth(#[from] OauthError),
    Api(#[from] ApiError),
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Oauth(error) => error.status_code(),
            Self::Api(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Oauth(error) => error.error_response(),
            Self::Api(error) => error.error_response(),
        }
    }
}
