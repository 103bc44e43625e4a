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
mod object;
mod openapi;
mod paging;

use std::collections::BTreeMap;
use std::future::ready;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError, web};
use serde::{Deserialize, Deserializer, Serialize};
use url::form_urlencoded;
use uuid::Uuid;

use super::problem::Problem;
use crate::domain::refusal::Refusal;

/// What a page of a list holds when nobody says how much.
const USUAL_LIMIT: u32 = 50;

/// Letters of a mistake that are repeated to whoever made it.
const SHOWN_LETTERS: usize = 40;

/// What every answer says besides: it is data, of one person, and no page of anybody's.
const SEALS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

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

/// Mounts all routes of the tables.
pub(super) fn mount(config: &mut web::ServiceConfig) {
    // Sorted by path, so that a word such as `propose` comes before a `{id}` that would take it.
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in tables().into_iter().flatten() {
        paths.entry(route.path).or_default().push(route);
    }
    let known = openapi::queries();
    for (path, routes) in paths {
        let allow: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        let allow = allow.join(", ");
        let other = web::route().to(move || ready(wrong_method(&allow)));
        let resource = web::resource(path).default_service(other);
        let with_route = |resource: actix_web::Resource, route: &Route| {
            let known = known.get(&(route.method.clone(), path.to_owned())).cloned().unwrap_or_default();
            let asks_known = from_fn(move |request, next| known_query(known.clone(), request, next));
            resource.route((route.handler)().method(route.method.clone()).wrap(asks_known))
        };
        config.service(routes.into_iter().fold(resource, with_route));
    }
}

/// A path that is known with other methods (RFC 9110, 15.5.6).
fn wrong_method(allow: &str) -> HttpResponse {
    let hint = format!("Use one of: {allow}. GET /api/openapi.json says what each does.");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address has no such method.", hint);
    let mut response = problem.error_response();
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// Refuses what the document does not know behind the question mark: a misspelled filter would be no filter.
async fn known_query(
    known: Vec<String>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let asked = form_urlencoded::parse(request.query_string().as_bytes());
    let Some((odd, _)) = asked.into_iter().find(|(name, _)| !known.iter().any(|known| known == name)) else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let hint = match known.as_slice() {
        [] => "Leave out what is behind the question mark.".to_owned(),
        names => format!("Ask with these alone: {}.", names.join(", ")),
    };
    let odd: String = odd.chars().take(SHOWN_LETTERS).collect();
    let problem = Problem::new(StatusCode::BAD_REQUEST, format!("`{odd}` cannot be asked for here."), hint);
    Ok(request.into_response(problem.error_response()).map_into_right_body())
}

/// Adds to each answer under `/api` what keeps browsers from taking it for anything else or keeping it.
pub(super) async fn sealed(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_api = request.path().split('/').nth(1) == Some("api");
    let mut response = next.call(request).await?;
    if is_api {
        let headers = response.headers_mut();
        for (name, value) in SEALS {
            headers.insert(name, value);
        }
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    Ok(response)
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
    let id = text.map(str::parse).transpose();
    let hint = || "It is not an id. Take it from the answer that listed it.".to_owned();
    Ok(id.map_err(|_| Refusal::Invalid { field, hint: hint() })?.map(new))
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
