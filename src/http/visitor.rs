//! Who asks: the user behind a session cookie, and whether a request that changes something comes from our own
//! pages.
//!
//! A handler that takes a [`Visitor`] is reached by signed-in people alone; others get 401 with a hint.

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, ResponseError, web};
use futures_util::future::LocalBoxFuture;
use secrecy::SecretString;
use url::Url;

use super::problem::Problem;
use crate::domain::entry::UserId;
use crate::messages::{Doors, WhoIs};

/// What browsers say about where a request comes from (Fetch Metadata, W3C).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where people reach the service.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its address.
    pub public_url: Url,
    /// Whether the operator has registered the service with Notion.
    pub can_sign_in: bool,
}

impl Site {
    /// Whether browsers reach it over TLS; only then they keep `__Host-` cookies.
    pub fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The name of a cookie: bound to this host and to TLS where there is TLS (RFC 6265bis).
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }
}

/// The session cookie's plain name.
pub(super) const SESSION: &str = "session";

/// A signed-in person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor(pub UserId);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = session_cookie(request).zip(request.app_data::<web::Data<Doors>>().cloned());
        Box::pin(async move {
            let Some((cookie, doors)) = asked else { return Err(Problem::signed_out()) };
            match doors.who_is.send(WhoIs { cookie }).await {
                Ok(Ok(user)) => user.map(Self).ok_or_else(Problem::signed_out),
                Ok(Err(failure)) => Err(failure.into()),
                Err(_) => Err(Problem::unavailable()),
            }
        })
    }
}

/// What the session cookie of a request holds.
pub(super) fn session_cookie(request: &HttpRequest) -> Option<SecretString> {
    let site = request.app_data::<web::Data<Site>>()?;
    let cookie = request.cookie(&site.cookie_name(SESSION))?;
    Some(SecretString::from(cookie.value()))
}

/// Refuses requests that change something and come from another site's page. Programs send neither header and
/// carry no cookie a browser added by itself.
pub(super) async fn refuse_foreign_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(&request) {
        let at = request.app_data::<web::Data<Site>>().map(|site| site.public_url.to_string());
        let hint = format!("Open {} and do it there.", at.as_deref().unwrap_or("Linkscribe"));
        let problem = Problem::new(StatusCode::FORBIDDEN, "This request comes from another site.", hint);
        return Ok(request.into_response(problem.error_response()).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Either header is enough: older browsers send but the origin, and a request without one may still be a page's.
fn is_foreign(request: &ServiceRequest) -> bool {
    let header = |name| request.headers().get(name);
    let ours = || {
        Some(request.app_data::<web::Data<Site>>()?.public_url.origin().ascii_serialization().into_bytes())
    };
    let elsewhere = header(ORIGIN).is_some_and(|origin| Some(origin.as_bytes()) != ours().as_deref());
    let said = header(SEC_FETCH_SITE).map(actix_web::http::header::HeaderValue::as_bytes);
    elsewhere || said.is_some_and(|site| !matches!(site, b"same-origin" | b"none"))
}
