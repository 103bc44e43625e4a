//! Reads what arrives: JSON bodies of bounded size, query strings, ids in paths.

use std::pin::pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::limits;

/// Bytes read and thrown away before a too large sender is cut off: it should get to read the refusal.
const DRAINED_BYTES: usize = 20 * limits::REQUEST_BYTES;

/// A JSON body; `{}` if nothing was sent.
pub(super) struct Body(pub Value);

impl FromRequest for Body {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { read(payload).await.map(Self) })
    }
}

async fn read(payload: Payload) -> Result<Value, ApiError> {
    let broken = |_| ApiError::new(400, "invalid_json", "Error parsing JSON body.");
    let mut payload = pin!(payload);
    let (mut bytes, mut total) = (Vec::new(), 0_usize);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::new(400, "invalid_request", "The body broke off."))?;
        total += chunk.len();
        if total > DRAINED_BYTES {
            break;
        }
        if total <= limits::REQUEST_BYTES {
            bytes.extend_from_slice(&chunk);
        }
    }
    if total > limits::REQUEST_BYTES {
        let limit = limits::REQUEST_BYTES;
        return Err(ApiError::validation(format!(
            "body failed validation: body should be ≤ `{limit}` bytes."
        )));
    }
    if bytes.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&bytes).map_err(broken)
}

/// The query string as a body would say it: numbers as numbers.
pub(super) fn query_body(query: &[(String, String)]) -> Value {
    let mut fields = Map::new();
    for (name, value) in query {
        let shown = match name.as_str() {
            "page_size" => value.parse::<u64>().map_or_else(|_| json!(value), |size| json!(size)),
            _ => json!(value),
        };
        fields.insert(name.clone(), shown);
    }
    Value::Object(fields)
}

/// The property ids `filter_properties` names.
pub(super) fn wanted(query: &[(String, String)]) -> Vec<String> {
    let named = query.iter().filter(|(name, _)| name.trim_end_matches("[]") == "filter_properties");
    named.map(|(_, value)| value.clone()).collect()
}

/// An id in a path.
pub(super) fn id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text).map_err(|_| {
        let text =
            format!("path failed validation: path.id should be a valid uuid, instead was `\"{text}\"`.");
        ApiError::validation(text)
    })
}
