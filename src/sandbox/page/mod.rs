//! The web page of the sandbox: routes, and what stands before all of them.
//!
//! ```text
//! guard ──> views (table, row) ── columns, rows, cells, blocks, text ──> templates/sandbox
//!           acts (save, drop, retry) ──> EmulatedNotion, Clips
//!           live (events), files (style, script, clips), the emulated API
//! ```

mod acts;
mod blocks;
mod cells;
mod columns;
mod files;
mod guard;
mod live;
mod rows;
mod text;
mod views;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, FormConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, error};

use super::Sandbox;

/// Bytes of a form; the longest link and its name, percent-encoded.
const FORM_BYTES: usize = 16 * 1024;

/// Mounts the page, the clips and the emulated API behind one guard.
pub(super) fn routes(config: &mut ServiceConfig, sandbox: Sandbox) {
    let notion = sandbox.notion.clone();
    let all = web::scope("")
        .wrap(from_fn(guard::guard))
        .app_data(Data::new(sandbox))
        .app_data(FormConfig::default().limit(FORM_BYTES).error_handler(|error, _| unreadable(error)))
        .configure(|config| notion.configure(config))
        .route("/", web::get().to(views::index))
        .route("/table", web::get().to(views::table))
        .route("/live", web::get().to(live::live))
        .route("/rows", web::post().to(acts::save_link))
        .route("/rows/{id}", web::get().to(views::row))
        .route("/rows/{id}/retry", web::post().to(acts::retry))
        .route("/clips", web::post().to(acts::drop_files))
        .route("/clips/{name}", web::get().to(files::clip))
        .route("/clips/{name}", web::head().to(files::clip))
        .route("/sandbox.css", web::get().to(files::style))
        .route("/sandbox.js", web::get().to(files::script))
        .route("/icon.svg", web::get().to(files::icon))
        .default_service(web::to(nothing_here));
    config.service(all);
}

/// A page that says what is wrong and what to do.
fn problem(status: StatusCode, title: &str, words: &str) -> HttpResponse {
    views::refused(status, title, words)
}

async fn nothing_here() -> HttpResponse {
    problem(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "The row may have been deleted. Go back to the table.",
    )
}

/// Where this server is reached from this machine.
fn own_address(request: &HttpRequest) -> String {
    let own = request.app_config().local_addr();
    if own.ip().is_unspecified() {
        format!("http://127.0.0.1:{}", own.port())
    } else {
        format!("http://{own}")
    }
}

fn unreadable(error: error::UrlencodedError) -> actix_web::Error {
    let answer = problem(StatusCode::BAD_REQUEST, "That is not a link", "Paste the address of one video.");
    error::InternalError::from_response(error, answer).into()
}
