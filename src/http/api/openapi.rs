//! The document of the interface, read off the handlers, at `GET /api/openapi.json`.
//!
//! A new handler is one more line in `paths`. What follows from what a handler is stands here once: the session
//! cookie, the form of errors, and the answers that come with a body, an id or a change.

use std::collections::HashMap;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, PathItem, Ref, RefOr, Response};
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

/// For each route the names its query may have.
pub(super) fn queries() -> HashMap<(Method, String), Vec<String>> {
    let mut document = Document::openapi();
    let mut queries = HashMap::new();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let given = operation.parameters.iter().flatten();
            let names = given.filter_map(|parameter| match parameter {
                RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
                _ => None,
            });
            queries.insert((method, path.clone()), names.collect());
        }
    }
    queries
}

impl Modify for Shared {
    fn modify(&self, document: &mut OpenApi) {
        for item in document.paths.paths.values_mut() {
            for (method, operation) in operations(item) {
                complete(&method, operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds the answers that follow from what an operation is. Whoever says nothing about sign-in needs it.
fn complete(method: &Method, operation: &mut Operation) {
    let needs_session = operation.security.is_none();
    if needs_session {
        operation.security = Some(vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())]);
    }
    let has_id = operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(one) if one.parameter_in == ParameterIn::Path));
    let takes_body = operation.request_body.is_some();
    for (status, follows, description) in [
        ("400", true, "The body or the query cannot be read."),
        ("401", needs_session, "Nobody is signed in."),
        ("403", method != Method::GET, "The request comes from another site."),
        ("404", has_id, "You have no such thing."),
        ("413", takes_body, "The body is too large."),
        ("415", takes_body, "The body is of a kind that is not taken here."),
        ("500", needs_session, "A defect on our side."),
        ("503", needs_session, "Something the service depends on is out of order."),
    ] {
        if follows {
            let response = || RefOr::T(Response::new(description));
            operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.as_str() >= "400", response) {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            response.content.insert("application/problem+json".to_owned(), problem.into());
        }
    }
}
