//! Old collections: an export is uploaded, looked at, and taken in after a yes.

use std::io::{Seek, SeekFrom};

use actix_multipart::form::tempfile::TempFile;
use actix_multipart::form::{MultipartForm, MultipartFormConfig};
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::object::Object;
use super::paging::{PageQuery, Series, limit};
use super::{Route, USUAL_LIMIT};
use crate::domain::entry::{DatabaseId, ImportId};
use crate::domain::import::view::ImportView;
use crate::http::Visitor;
use crate::http::problem::{Problem, answered};
use crate::http::unreadable::{no_such_json, unsupported};
use crate::messages::{CancelImport, ConfirmImport, Doors, ListImports, ShowImport, UploadImport};

/// The largest export, in bytes: one of 100,000 links has some 20 million.
const FILE_BYTES: usize = 50 * 1024 * 1024;

/// What the other parts of the form and its boundaries may take.
const FORM_BYTES: usize = 64 * 1024;

/// The routes of the interface in this file.
pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::POST, path: "/api/databases/{id}/imports", handler: || web::to(upload) },
    Route { method: Method::GET, path: "/api/databases/{id}/imports", handler: || web::to(list) },
    Route { method: Method::GET, path: "/api/imports/{id}", handler: || web::to(show) },
    Route { method: Method::POST, path: "/api/imports/{id}/confirm", handler: || web::to(confirm) },
    Route { method: Method::POST, path: "/api/imports/{id}/cancel", handler: || web::to(cancel) },
];

/// What an upload may hold, here and on the pages.
pub(in crate::http) fn limits(config: &mut web::ServiceConfig) {
    let form = MultipartFormConfig::default().total_limit(FILE_BYTES + FORM_BYTES).memory_limit(FORM_BYTES);
    config.app_data(form);
}

/// What is uploaded: one file, kept on the disk while it arrives.
#[derive(Debug, MultipartForm)]
#[multipart(deny_unknown_fields, duplicate_field = "deny")]
pub(in crate::http) struct Upload {
    #[multipart(limit = "50MiB")]
    file: TempFile,
}

/// The form as the interface's document shows it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by the document alone")]
struct UploadForm {
    /// Instagram's `saved_posts.json`, `saved_posts.html` or `saved_collections.json`, or `TikTok`'s
    /// `user_data_tiktok.json`, unpacked; at most 50 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A page of imports.
#[derive(Serialize, utoipa::ToSchema)]
struct ImportList {
    /// Newest first.
    items: Vec<ImportView>,
    /// Leads to the next page; null on the last one.
    next_cursor: Option<String>,
}

/// What is taken in.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Yes {
    /// Links that were merely liked as well.
    likes: bool,
}

/// Looks at an export of Instagram or `TikTok`: what is in it, and what it would add. Writes nothing to Notion.
#[utoipa::path(
    post, path = "/api/databases/{id}/imports", tag = "imports",
    params(("id" = Uuid, Path, description = "The link database")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "What was found; kept for 24 hours", body = ImportView),
        (status = 422, description = "No such export; the hint says where it lies"),
    )
)]
async fn upload(
    visitor: Visitor,
    id: web::Path<Uuid>,
    form: MultipartForm<Upload>,
    behind: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let asked = UploadImport { user: visitor.0, database: DatabaseId(*id), file: uploaded(form)? };
    let view = answered(behind.upload_import.send(asked).await)?;
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, format!("/api/imports/{}", view.id)));
    Ok(response.insert_header((CACHE_CONTROL, "no-store")).json(view))
}

/// The imports of a database, newest first.
#[utoipa::path(
    get, path = "/api/databases/{id}/imports", tag = "imports",
    params(("id" = Uuid, Path, description = "The link database"), PageQuery),
    responses(
        (status = 200, body = ImportList),
        (status = 422, description = "The cursor or the limit cannot be used"),
    )
)]
async fn list(
    visitor: Visitor,
    id: web::Path<Uuid>,
    query: web::Query<PageQuery>,
    behind: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let series = Series::of(visitor.0, "/api/databases/{id}/imports", &[Some(&id.to_string())]);
    let asked = ListImports {
        user: visitor.0,
        database: DatabaseId(*id),
        before: series.id(query.cursor.as_deref(), ImportId)?,
        limit: limit(query.limit.as_deref(), USUAL_LIMIT)?,
    };
    let page = answered(behind.list_imports.send(asked).await)?;
    let next_cursor = page.next.as_deref().map(|place| series.cursor(place));
    Ok(private(StatusCode::OK).json(ImportList { items: page.items, next_cursor }))
}

/// Where an import is.
#[utoipa::path(
    get, path = "/api/imports/{id}", tag = "imports",
    params(("id" = Uuid, Path, description = "The import")),
    responses(
        (status = 200, body = ImportView),
    )
)]
async fn show(
    visitor: Visitor,
    id: web::Path<Uuid>,
    behind: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let asked = ShowImport { user: visitor.0, import: ImportId(*id) };
    Ok(private(StatusCode::OK).json(answered(behind.show_import.send(asked).await)?))
}

/// Begins an import that was looked at, or lets a paused one go on. Its rows are made from now on.
#[utoipa::path(
    post, path = "/api/imports/{id}/confirm", tag = "imports",
    params(("id" = Uuid, Path, description = "The import")),
    request_body(content = Option<Yes>, description = "Left out: only what was saved is taken in"),
    responses(
        (status = 202, body = ImportView),
        (status = 422, description = "It has ended, or there is nothing in it to take in"),
    )
)]
async fn confirm(
    visitor: Visitor,
    id: web::Path<Uuid>,
    request: HttpRequest,
    body: web::Bytes,
    behind: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let likes = yes_in(&request, &body)?.likes;
    let asked = ConfirmImport { user: visitor.0, import: ImportId(*id), likes };
    Ok(private(StatusCode::ACCEPTED).json(answered(behind.confirm_import.send(asked).await)?))
}

/// Stops an import. The rows that were made stay.
#[utoipa::path(
    post, path = "/api/imports/{id}/cancel", tag = "imports",
    params(("id" = Uuid, Path, description = "The import")),
    responses(
        (status = 200, body = ImportView),
    )
)]
async fn cancel(
    visitor: Visitor,
    id: web::Path<Uuid>,
    behind: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let asked = CancelImport { user: visitor.0, import: ImportId(*id) };
    Ok(private(StatusCode::OK).json(answered(behind.cancel_import.send(asked).await)?))
}

/// The file of an upload, at its beginning.
pub(in crate::http) fn uploaded(form: MultipartForm<Upload>) -> Result<std::fs::File, Problem> {
    // The name of the file goes at once: it is gone with its handle, however the request ends.
    let mut file = form.into_inner().file.file.into_file();
    file.seek(SeekFrom::Start(0)).map_err(|error| {
        tracing::error!(%error, "an upload cannot be read");
        Problem::unavailable()
    })?;
    Ok(file)
}

/// Nothing means yes to what was saved.
fn yes_in(request: &HttpRequest, body: &[u8]) -> Result<Yes, Problem> {
    if body.is_empty() {
        return Ok(Yes::default());
    }
    if request.content_type() != "application/json" {
        return Err(unsupported("Send JSON, with the header `Content-Type: application/json`, or nothing."));
    }
    let yes = serde_json::from_slice::<Option<Object<Yes>>>(body).map_err(|error| no_such_json(&error))?;
    Ok(yes.unwrap_or_default().0)
}

fn private(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    response
}
