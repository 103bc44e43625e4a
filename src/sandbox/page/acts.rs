//! What a person does on the page: save a link, drop a file, ask for another try.
//!
//! Each answers with a redirect, so that the page works without its script and a reload repeats nothing.

use actix_multipart::{Field, Multipart};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::columns::Columns;
use super::text::web_link;
use super::{nothing_here, own_address, problem};
use crate::sandbox::Sandbox;
use crate::sandbox::clips::ClipError;

/// Characters of a link; what a URL column of Notion takes.
const LINK_CHARS: usize = 2000;
/// Files in one drop.
const MAX_FILES: usize = 20;
/// A file over the limit is read on and thrown away up to this many times the limit: a browser shows an answer
/// only when it could send everything.
const DRAINED_LIMITS: u64 = 4;

/// The form of a link.
#[derive(Debug, Deserialize)]
pub(super) struct SavedLink {
    link: String,
}

/// `POST /rows`.
pub(super) async fn save_link(form: Form<SavedLink>, sandbox: Data<Sandbox>) -> HttpResponse {
    let link = form.link.trim();
    if link.chars().count() > LINK_CHARS || web_link(link).is_none() {
        return problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "That is not a link",
            "Paste the whole address of a video, starting with https://.",
        );
    }
    match add_row(&sandbox, link) {
        Ok(row) => seen(&format!("/#row-{row}")),
        Err(refusal) => *refusal,
    }
}

/// `POST /clips`: each file becomes a clip and a row.
pub(super) async fn drop_files(
    request: HttpRequest,
    mut form: Multipart,
    sandbox: Data<Sandbox>,
) -> HttpResponse {
    let base = own_address(&request);
    let (mut row, mut files) = (None, 0);
    while let Some(field) = form.next().await {
        let Ok(mut field) = field else { return not_taken(&ClipError::Broken) };
        let Some(name) = file_name(&field) else { continue };
        files += 1;
        if files > MAX_FILES {
            let words = format!("Drop up to {MAX_FILES} files at a time.");
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "Too many files", &words);
        }
        let stored = sandbox.clips.add(&name, &mut field).await;
        let clip = match stored {
            Ok(clip) => clip,
            Err(refused) => {
                drain(field, form, sandbox.clips.limit()).await;
                return not_taken(&refused);
            }
        };
        match add_row(&sandbox, &sandbox.clips.url(&base, &clip)) {
            Ok(added) => row = Some(added),
            Err(refusal) => return *refusal,
        }
    }
    match row {
        Some(row) => seen(&format!("/#row-{row}")),
        None => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "No file arrived", "Choose a video file, then send it.")
        }
    }
}

/// `POST /rows/{id}/retry`: what a person does in Notion, set the status back.
pub(super) async fn retry(id: Path<String>, sandbox: Data<Sandbox>) -> HttpResponse {
    let source = sandbox.data_source.to_string();
    let found = id.parse::<Uuid>().ok().and_then(|id| Some((id, sandbox.notion.page(id)?)));
    let in_table = |page: &Value| page.pointer("/parent/data_source_id") == Some(&json!(source));
    let Some((id, _)) = found.filter(|(_, page)| in_table(page)) else { return nothing_here().await };
    let columns = columns(&sandbox);
    let Some(status) = columns.status() else {
        return problem(
            StatusCode::CONFLICT,
            "No status to set",
            "The table needs a status column with the options pending and failed.",
        );
    };
    match sandbox.notion.edit_row(id, &json!({ status.name.as_str(): "pending" })) {
        Ok(()) => seen(&format!("/rows/{id}")),
        Err(error) => problem(StatusCode::CONFLICT, "The row cannot be changed", &error.message),
    }
}

fn columns(sandbox: &Sandbox) -> Columns {
    Columns::read(&sandbox.notion.data_source(sandbox.data_source).unwrap_or_default())
}

fn add_row(sandbox: &Sandbox, link: &str) -> Result<Uuid, Box<HttpResponse>> {
    let columns = columns(sandbox);
    let refused = |words: &str| Box::new(problem(StatusCode::CONFLICT, "The row cannot be added", words));
    let Some(column) = columns.link() else { return Err(refused("The table needs a column for links.")) };
    let added = sandbox.notion.add_row(sandbox.data_source, &json!({ column.name.as_str(): link }));
    added.map_err(|error| refused(&error.message))
}

fn file_name(field: &Field) -> Option<String> {
    let name = field.content_disposition()?.get_filename()?;
    // A browser sends an empty name for a file input nobody used.
    (!name.is_empty()).then(|| name.to_owned())
}

async fn drain(mut field: Field, mut form: Multipart, limit: u64) {
    let mut left = limit.saturating_mul(DRAINED_LIMITS);
    while let Some(Ok(chunk)) = field.next().await {
        left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if left == 0 {
            return;
        }
    }
    drop(field);
    while let Some(Ok(mut field)) = form.next().await {
        while let Some(Ok(chunk)) = field.next().await {
            left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if left == 0 {
                return;
            }
        }
    }
}

fn not_taken(refused: &ClipError) -> HttpResponse {
    match refused {
        ClipError::TooLarge { limit } => {
            let words =
                format!("A clip may have up to {} MB. Drop a shorter or smaller one.", limit / (1024 * 1024));
            problem(StatusCode::PAYLOAD_TOO_LARGE, "This file is too large", &words)
        }
        ClipError::Empty => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This file is empty",
            "Choose a file with a video in it.",
        ),
        ClipError::Broken => problem(
            StatusCode::BAD_REQUEST,
            "The file did not arrive",
            "Drop it once more, or choose it instead.",
        ),
        ClipError::Io(error) => {
            tracing::error!(%error, "a clip cannot be stored");
            let words = "The folder of the sandbox cannot be written. See whether its disk is full.";
            problem(StatusCode::INSUFFICIENT_STORAGE, "The file cannot be stored", words)
        }
    }
}

fn seen(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, place)).finish()
}
