//! One thin handler per endpoint: reads the request, runs one operation, answers JSON.

use actix_multipart::Multipart;
use actix_web::web::{Data, Json, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::body::{Body, id, query_body, wanted};
use crate::sandbox::notion::callers::Caller;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::handle::EmulatedNotion;
use crate::sandbox::notion::limits;

type Answer = Result<Json<Value>, ApiError>;
type Notion = Data<EmulatedNotion>;
type Me = ReqData<Caller>;
type Search = Query<Vec<(String, String)>>;

pub(super) async fn create_page(notion: Notion, me: Me, body: Body) -> Answer {
    notion.with(|held| held.create_page(&me, &At::body(&body.0))).map(Json)
}

pub(super) async fn page(notion: Notion, me: Me, page: Path<String>, query: Search) -> Answer {
    let page = id(&page)?;
    notion.with(|held| held.page_read(&me, page, &wanted(&query))).map(Json)
}

pub(super) async fn update_page(notion: Notion, me: Me, page: Path<String>, body: Body) -> Answer {
    let page = id(&page)?;
    notion.with(|held| held.update_page(&me, page, &At::body(&body.0))).map(Json)
}

pub(super) async fn page_property(notion: Notion, me: Me, path: Path<(String, String)>) -> Answer {
    let (page, property) = path.into_inner();
    let page = id(&page)?;
    notion.with(|held| held.page_property(&me, page, &property)).map(Json)
}

pub(super) async fn block(notion: Notion, me: Me, block: Path<String>) -> Answer {
    let block = id(&block)?;
    notion.with(|held| held.block(&me, block)).map(Json)
}

pub(super) async fn update_block(notion: Notion, me: Me, block: Path<String>, body: Body) -> Answer {
    let block = id(&block)?;
    notion.with(|held| held.update_block(&me, block, &At::body(&body.0))).map(Json)
}

pub(super) async fn delete_block(notion: Notion, me: Me, block: Path<String>) -> Answer {
    let block = id(&block)?;
    notion.with(|held| held.delete_block(&me, block)).map(Json)
}

pub(super) async fn children(notion: Notion, me: Me, block: Path<String>, query: Search) -> Answer {
    let block = id(&block)?;
    notion.with(|held| held.children_read(&me, block, &At::body(&query_body(&query)))).map(Json)
}

pub(super) async fn append(notion: Notion, me: Me, block: Path<String>, body: Body) -> Answer {
    let block = id(&block)?;
    notion.with(|held| held.append(&me, block, &At::body(&body.0))).map(Json)
}

pub(super) async fn create_comment(notion: Notion, me: Me, body: Body) -> Answer {
    notion.with(|held| held.create_comment(&me, &At::body(&body.0))).map(Json)
}

pub(super) async fn comments(notion: Notion, me: Me, query: Search) -> Answer {
    notion.with(|held| held.comments_read(&me, &At::body(&query_body(&query)))).map(Json)
}

pub(super) async fn comment(notion: Notion, me: Me, comment: Path<String>) -> Answer {
    let comment = id(&comment)?;
    notion.with(|held| held.comment(&me, comment)).map(Json)
}

pub(super) async fn update_comment(notion: Notion, me: Me, comment: Path<String>, body: Body) -> Answer {
    let comment = id(&comment)?;
    notion.with(|held| held.update_comment(&me, comment, &At::body(&body.0))).map(Json)
}

pub(super) async fn delete_comment(notion: Notion, me: Me, comment: Path<String>) -> Answer {
    let comment = id(&comment)?;
    notion.with(|held| held.delete_comment(&me, comment)).map(Json)
}

pub(super) async fn create_database(notion: Notion, me: Me, body: Body) -> Answer {
    notion.with(|held| held.create_database(&me, &At::body(&body.0))).map(Json)
}

pub(super) async fn database(notion: Notion, me: Me, database: Path<String>) -> Answer {
    let database = id(&database)?;
    notion.with(|held| held.database(&me, database)).map(Json)
}

pub(super) async fn update_database(notion: Notion, me: Me, database: Path<String>, body: Body) -> Answer {
    let database = id(&database)?;
    notion.with(|held| held.update_database(&me, database, &At::body(&body.0))).map(Json)
}

pub(super) async fn create_data_source(notion: Notion, me: Me, body: Body) -> Answer {
    notion.with(|held| held.create_data_source(&me, &At::body(&body.0))).map(Json)
}

pub(super) async fn data_source(notion: Notion, me: Me, source: Path<String>) -> Answer {
    let source = id(&source)?;
    notion.with(|held| held.data_source(&me, source)).map(Json)
}

pub(super) async fn update_data_source(notion: Notion, me: Me, source: Path<String>, body: Body) -> Answer {
    let source = id(&source)?;
    notion.with(|held| held.update_data_source(&me, source, &At::body(&body.0))).map(Json)
}

pub(super) async fn query(notion: Notion, me: Me, source: Path<String>, query: Search, body: Body) -> Answer {
    let source = id(&source)?;
    notion.with(|held| held.query(&me, source, &At::body(&body.0), &wanted(&query))).map(Json)
}

pub(super) async fn search(notion: Notion, me: Me, body: Body) -> Answer {
    notion.with(|held| held.search(&me, &At::body(&body.0))).map(Json)
}

pub(super) async fn me(notion: Notion, me: Me) -> Answer {
    notion.with(|held| held.me(&me)).map(Json)
}

pub(super) async fn users(notion: Notion, me: Me, query: Search) -> Answer {
    notion.with(|held| held.users(&me, &At::body(&query_body(&query)))).map(Json)
}

pub(super) async fn user(notion: Notion, me: Me, user: Path<String>) -> Answer {
    let user = id(&user)?;
    notion.with(|held| held.user(&me, user)).map(Json)
}

pub(super) async fn create_upload(notion: Notion, me: Me, request: HttpRequest, body: Body) -> Answer {
    let base = {
        let seen = request.connection_info();
        format!("{}://{}", seen.scheme(), seen.host())
    };
    notion.with(|held| held.create_upload(&me, &At::body(&body.0), base)).map(Json)
}

pub(super) async fn upload(notion: Notion, me: Me, upload: Path<String>) -> Answer {
    let upload = id(&upload)?;
    notion.with(|held| held.upload(&me, upload)).map(Json)
}

pub(super) async fn send_upload(notion: Notion, me: Me, upload: Path<String>, form: Multipart) -> Answer {
    let upload = id(&upload)?;
    let (bytes, part) = file_fields(form).await?;
    notion.with(|held| held.send_upload(&me, upload, bytes, part.as_deref())).map(Json)
}

pub(super) async fn complete_upload(notion: Notion, me: Me, upload: Path<String>, body: Body) -> Answer {
    let upload = id(&upload)?;
    notion.with(|held| held.complete_upload(&me, upload, &At::body(&body.0))).map(Json)
}

/// The field `file`, and the field `part_number` where there is one.
async fn file_fields(mut form: Multipart) -> Result<(Vec<u8>, Option<String>), ApiError> {
    let refused = |error: actix_multipart::MultipartError| {
        ApiError::validation(format!("body failed validation: the form cannot be read: {error}"))
    };
    let (mut file, mut part) = (None, None);
    while let Some(mut field) = form.try_next().await.map_err(refused)? {
        let name = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(refused)? {
            // One byte over the limit is enough to know; the rest is read and thrown away.
            let room = (limits::PART_BYTES + 1).saturating_sub(bytes.len());
            bytes.extend(chunk.iter().take(room));
        }
        match name.as_str() {
            "file" => file = Some(bytes),
            "part_number" => part = Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => {}
        }
    }
    file.map(|file| (file, part)).ok_or_else(|| {
        ApiError::validation("body failed validation: body.file should be defined, instead was `undefined`.")
    })
}

/// Serves an uploaded file to a browser, as Notion's signed links do.
pub(super) async fn file(notion: Notion, upload: Path<String>) -> Result<HttpResponse, ApiError> {
    let upload = id(&upload)?;
    let found = notion.with(|held| {
        let upload = held.uploads.get(&upload)?;
        Some((upload.content_type.clone(), upload.bytes.clone()?))
    });
    let (content_type, bytes) = found.ok_or_else(|| ApiError::not_found("file", upload))?;
    // A stranger's file must never run as a page of this host.
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("content-security-policy", "sandbox; default-src 'none'"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(bytes))
}
