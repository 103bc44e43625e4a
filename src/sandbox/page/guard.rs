//! Stands before everything the sandbox serves, since any web page in the browser can reach this port too.
//!
//! Refuses a request whose `Host` is not this machine (a rebound name), one that changes something on behalf of
//! another site, and one another site embeds. Puts the headers every answer carries.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use super::problem;

/// Names of this machine, as a browser spells them.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// No foreign script, style or frame; nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The middleware.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match refusal(&request) {
        Some(words) => request.into_response(problem(StatusCode::FORBIDDEN, "Not from here", words)),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS.into_iter().chain([(CACHE_CONTROL, "no-store")]) {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

fn refusal(request: &ServiceRequest) -> Option<&'static str> {
    let Some(host) = host(request).filter(|host| is_local(host)) else {
        return Some("This sandbox answers under localhost and 127.0.0.1 only. Open it under one of them.");
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_own_origin(request, &host) {
        return Some("Another website tried to change something in this sandbox. Open the sandbox itself.");
    }
    let foreign = header(request, "sec-fetch-site").is_some_and(|site| site == "cross-site");
    let opened = header(request, "sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    (foreign && !opened).then_some("Another website tried to read this sandbox. Open the sandbox itself.")
}

/// The one host a request names, in its line or its header.
fn host(request: &ServiceRequest) -> Option<String> {
    let mut given = request.headers().get_all(HOST);
    let named = given.next()?.to_str().ok()?.to_ascii_lowercase();
    let same_in_line =
        request.uri().authority().is_none_or(|line| line.as_str().eq_ignore_ascii_case(&named));
    (given.next().is_none() && same_in_line).then_some(named)
}

fn is_local(host: &str) -> bool {
    LOCAL.iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
        })
    })
}

/// A browser names the origin of whoever sends a form; a program, such as Linkscribe, names none.
fn is_own_origin(request: &ServiceRequest, host: &str) -> bool {
    let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    let own = origin.is_none_or(|origin| origin.eq_ignore_ascii_case(&format!("http://{host}")));
    let site = header(request, "sec-fetch-site");
    own && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

fn header<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}
