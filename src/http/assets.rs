//! The style and the script of the pages. Takes a name with the hash of its content, gives the file; fails on any other name.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// A name changes with its content, so a copy is good for a year, in seconds.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// How many bytes of the hash stand in a name: enough that two versions never share one.
const HASH_BYTES: usize = 8;

const STYLE: &str = include_str!("../../assets/web/style.css");
const LIVE: &str = include_str!("../../assets/web/live.js");

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| format!("style.{}.css", fingerprint(STYLE)));
static LIVE_NAME: LazyLock<String> = LazyLock::new(|| format!("live.{}.js", fingerprint(LIVE)));

/// `GET /assets/{name}`.
pub(super) async fn asset(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (kind, body) = match name.as_str() {
        name if name == STYLE_NAME.as_str() => ("text/css; charset=utf-8", STYLE),
        name if name == LIVE_NAME.as_str() => ("text/javascript; charset=utf-8", LIVE),
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "There is no such file.", "Reload the page.")),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(body))
}

/// Where the style is found.
pub(super) fn style() -> String {
    format!("/assets/{}", *STYLE_NAME)
}

/// Where the script is found.
pub(super) fn live() -> String {
    format!("/assets/{}", *LIVE_NAME)
}

fn fingerprint(content: &str) -> String {
    let digest = Sha256::digest(content.as_bytes());
    digest.iter().take(HASH_BYTES).fold(String::new(), |mut hex, byte| {
        // Writing to a String never fails.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn a_file_of_the_pages_is_kept_for_ever_under_a_name_made_of_its_content() {
        let app = init_service(App::new().route("/assets/{name}", web::get().to(asset))).await;
        for (address, kind, content) in [(style(), "text/css", STYLE), (live(), "text/javascript", LIVE)] {
            let answer = call_service(&app, TestRequest::get().uri(&address).to_request()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{address}");
            let header = |name| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
            assert!(header("content-type").starts_with(kind), "{address}");
            assert!(header("cache-control").contains("immutable"), "{address}");
            assert_eq!(read_body(answer).await, content.as_bytes());
        }
        let stale = TestRequest::get().uri("/assets/style.0000000000000000.css").to_request();
        assert_eq!(call_service(&app, stale).await.status(), StatusCode::NOT_FOUND);
    }
}
