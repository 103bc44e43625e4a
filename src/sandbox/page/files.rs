//! Files: the style sheet, the script, the icon, and the clips.

use actix_files::NamedFile;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder, web};

use super::problem;
use crate::sandbox::Sandbox;

/// A clip is data: whatever is inside it runs nothing. It keeps its origin, or a browser refuses to play it.
const CLIP_POLICY: &str = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox allow-same-origin";

/// `GET /sandbox.css`.
pub(super) async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", include_str!("../../../templates/sandbox/sandbox.css"))
}

/// `GET /sandbox.js`.
pub(super) async fn script() -> HttpResponse {
    asset("text/javascript; charset=utf-8", include_str!("../../../templates/sandbox/sandbox.js"))
}

/// `GET /icon.svg`.
pub(super) async fn icon() -> HttpResponse {
    asset("image/svg+xml", include_str!("../../../templates/sandbox/icon.svg"))
}

fn asset(kind: &'static str, words: &'static str) -> HttpResponse {
    // They change with the program only, but a restarted sandbox must not meet an old script.
    HttpResponse::Ok().content_type(kind).insert_header((CACHE_CONTROL, "no-cache")).body(words)
}

/// `GET /clips/{name}`, whole or in ranges.
pub(super) async fn clip(name: Path<String>, request: HttpRequest, sandbox: Data<Sandbox>) -> HttpResponse {
    let open = move || {
        let (path, kind) = sandbox.clips.find(&name)?;
        Some((NamedFile::open(path).ok()?, kind.parse().ok()?))
    };
    let Ok(Some((file, kind))) = web::block(open).await else { return unknown() };
    // The day a clip was dropped here is no day of publication, and downloaders would take it for one.
    let file = file.set_content_type(kind).use_last_modified(false).disable_content_disposition().customize();
    let served = file.insert_header((CONTENT_SECURITY_POLICY, CLIP_POLICY)).respond_to(&request);
    served.map_into_boxed_body()
}

fn unknown() -> HttpResponse {
    problem(
        StatusCode::NOT_FOUND,
        "There is no such clip",
        "Clips live as long as the folder of the sandbox.",
    )
}
