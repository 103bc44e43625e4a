//! The document of the interface, read off the handlers, at `GET /api/openapi.json`.
//!
//! A new handler is one more line in `paths`. What all of them share is added here: the session cookie, the
//! form of errors, and the answers every handler can give.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response};
use utoipa::{Modify, OpenApi as _};

use super::{Route, connections, databases, entries, events, imports, json};
use crate::http::problem::Problem;
use crate::http::visitor::{SESSION, Site};

/// The routes of this file.
pub(super) const ROUTES: &[Route] =
    &[Route { method: Method::GET, path: "/api/openapi.json", handler: || web::to(read) }];

/// The name of the security scheme.
const SCHEME: &str = "session";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Linkscribe",
        description = "Watches the videos you save in Notion and fills your own columns. Sign in at /auth/login; \
                       the session cookie opens everything here. Errors are problem documents (RFC 9457) whose \
                       hint says what to do next."
    ),
    paths(
        read,
        connections::list,
        connections::disconnect,
        databases::list,
        databases::adopt,
        databases::propose,
        databases::create,
        databases::view,
        databases::change,
        databases::remove,
        databases::find,
        entries::list,
        entries::show,
        entries::retry,
        entries::usage,
        events::events,
        imports::upload,
        imports::list,
        imports::show,
        imports::confirm,
        imports::cancel,
    ),
    components(schemas(Problem)),
    modifiers(&Shared)
)]
struct Document;

/// What all handlers share.
struct Shared;

/// The document, for a session cookie of this name.
pub(super) fn document(cookie: &str) -> OpenApi {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_with(Components::new);
    let about = "Set by /auth/login; a browser sends it by itself.";
    let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(cookie, about)));
    components.add_security_scheme(SCHEME, scheme);
    document
}

/// The document of the interface.
#[utoipa::path(get, path = "/api/openapi.json", tag = "service", security(()), responses(
    (status = 200, description = "This document.", body = Object),
))]
async fn read(site: web::Data<Site>) -> HttpResponse {
    json(StatusCode::OK, &document(&site.cookie_name(SESSION)))
}

impl Modify for Shared {
    fn modify(&self, document: &mut OpenApi) {
        for item in document.paths.paths.values_mut() {
            let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in methods.into_iter().flatten() {
                complete(operation);
            }
        }
    }
}

/// Whoever says nothing about sign-in needs it.
fn complete(operation: &mut Operation) {
    if operation.security.is_none() {
        operation.security = Some(vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())]);
        let responses = &mut operation.responses.responses;
        for (status, description) in [
            ("401", "Nobody is signed in."),
            ("500", "A defect on our side."),
            ("503", "Something the service depends on is out of order."),
        ] {
            let response = || RefOr::T(Response::new(description));
            responses.entry(status.to_owned()).or_insert_with(response);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.as_str() >= "400", response) {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            response.content.insert("application/problem+json".to_owned(), problem.into());
        }
    }
}
