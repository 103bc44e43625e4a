//! The interface for programs under `/api`: one table of all routes, and what they share.
//!
//! Each folder or file here has a `ROUTES` table; [`tables`] lists them all. The handlers are listed once more in
//! [`openapi`]; tests hold the two against each other and call all that is documented as strangers.

mod connections;
mod databases;
mod entries;
mod entry_shapes;
mod events;
pub(super) mod imports;
mod openapi;

use std::collections::BTreeMap;

use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::problem::Problem;
use crate::domain::refusal::Refusal;

/// What a page of a list holds when nobody says how much.
const USUAL_LIMIT: u32 = 50;

/// The most one page of a list holds.
const MOST_LIMIT: u32 = 100;

/// One route of the interface.
#[derive(Clone)]
pub(super) struct Route {
    /// The method.
    pub(super) method: Method,
    /// The path, as the document of the interface writes it.
    pub(super) path: &'static str,
    /// What answers.
    pub(super) handler: fn() -> actix_web::Route,
}

/// All tables of routes.
fn tables() -> [&'static [Route]; 6] {
    [
        openapi::ROUTES,
        connections::ROUTES,
        databases::ROUTES,
        entries::ROUTES,
        events::ROUTES,
        imports::ROUTES,
    ]
}

/// Mounts all routes of the tables. A path that is known with another method answers 405.
pub(super) fn mount(config: &mut web::ServiceConfig) {
    // Sorted by path, so that a word such as `propose` comes before a `{id}` that would take it.
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in tables().into_iter().flatten() {
        paths.entry(route.path).or_default().push(route);
    }
    for (path, routes) in paths {
        let resource = web::resource(path).default_service(web::route().to(wrong_method));
        let with_route = |resource: actix_web::Resource, route: &Route| {
            resource.route((route.handler)().method(route.method.clone()))
        };
        config.service(routes.into_iter().fold(resource, with_route));
    }
}

async fn wrong_method() -> Result<HttpResponse, Problem> {
    let hint = "GET /api/openapi.json says which there are.";
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address has no such method.", hint))
}

/// An answer nobody else may keep.
fn json(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}

/// The id in an address; whatever is none leads nowhere.
fn id_of<T>(path: &str, what: &'static str, new: fn(Uuid) -> T) -> Result<T, Refusal> {
    path.parse().map(new).map_err(|_| Refusal::NotFound { what })
}

/// An id somebody gave.
fn id_given<T>(text: Option<&str>, field: &'static str, new: fn(Uuid) -> T) -> Result<Option<T>, Refusal> {
    let id = text.filter(|text| !text.is_empty()).map(str::parse).transpose();
    let hint = || "It is not an id. Take it from the answer that listed it.".to_owned();
    Ok(id.map_err(|_| Refusal::Invalid { field, hint: hint() })?.map(new))
}

/// How much of a list is wanted.
fn limit(given: Option<u32>) -> Result<u32, Refusal> {
    let limit = given.unwrap_or(USUAL_LIMIT);
    if (1..=MOST_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    let hint = format!("Ask for 1 to {MOST_LIMIT} at once, and follow `next_cursor`.");
    Err(Refusal::Invalid { field: "limit", hint })
}

/// The languages of whoever asks, as their browser says.
fn languages(request: &HttpRequest) -> Option<String> {
    Some(request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?.to_owned())
}

/// Tells a field that is `null` from one that is left out.
#[expect(clippy::option_option, reason = "it tells the two apart")]
fn nullable<'de, D, T>(given: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(given).map(Some)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_documented() {
        let document = serde_json::to_value(openapi::document("session")).unwrap();
        let documented: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let mounted: BTreeSet<(String, String)> = tables()
            .into_iter()
            .flatten()
            .map(|route| (route.method.to_string(), route.path.to_owned()))
            .collect();
        let hidden: Vec<_> = mounted.difference(&documented).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
    }
}
