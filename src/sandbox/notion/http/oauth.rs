//! The token endpoints: HTTP Basic credentials, a JSON body, a JSON answer.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::body::Body;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::Refusal;
use crate::sandbox::notion::handle::EmulatedNotion;
use crate::sandbox::notion::oauth::Credentials;

type Answer = Result<Json<Value>, Refusal>;
type Notion = Data<EmulatedNotion>;

pub(super) async fn token(notion: Notion, request: HttpRequest, body: Body) -> Answer {
    let (client, now) = (basic(&request), notion.now());
    notion.with(|held| held.token(credentials(client.as_ref()), &At::body(&body.0), now)).map(Json)
}

pub(super) async fn introspect(notion: Notion, request: HttpRequest, body: Body) -> Answer {
    let client = basic(&request);
    notion.with(|held| held.introspect(credentials(client.as_ref()), &At::body(&body.0))).map(Json)
}

pub(super) async fn revoke(notion: Notion, request: HttpRequest, body: Body) -> Answer {
    let client = basic(&request);
    notion.with(|held| held.revoke(credentials(client.as_ref()), &At::body(&body.0))).map(Json)
}

/// The id and secret of an `Authorization: Basic` header that can be read.
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let bytes = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn credentials(client: Option<&(String, String)>) -> Option<Credentials<'_>> {
    client.map(|(id, secret)| Credentials { id, secret })
}
