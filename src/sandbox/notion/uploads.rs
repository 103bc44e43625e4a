//! Files: uploads and their life, and every place a file may be named (files column, cover, icon, media block).
//!
//! Fails with `validation_error` on an upload that is unknown, not sent yet, or expired.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::Caller;
use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::moment;
use super::values::Writing;
use super::workspace::Workspace;

/// An upload that was not attached within this time is gone.
const UPLOAD_LIFE: Duration = Duration::hours(1);
/// Signed links of Notion live this long.
const LINK_LIFE: Duration = Duration::hours(1);

/// A file on its way into the workspace.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// Its id, also the last part of its address.
    pub id: Uuid,
    /// Workspace it belongs to.
    pub workspace: Uuid,
    /// Bot that made it.
    pub by: Uuid,
    /// Name shown to people.
    pub filename: String,
    /// MIME type.
    pub content_type: String,
    /// The bytes, once sent.
    pub bytes: Option<Vec<u8>>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Where this server is reached: `scheme://host:port`.
    pub base: String,
    /// Set by tests: expired before its time.
    pub expired: bool,
}

impl Upload {
    fn status(&self, now: DateTime<Utc>) -> &'static str {
        match &self.bytes {
            Some(_) if !self.expired => "uploaded",
            None if !self.expired && now < self.created + UPLOAD_LIFE => "pending",
            _ => "expired",
        }
    }

    /// The upload as the API shows it.
    pub(super) fn shown(&self, now: DateTime<Utc>) -> Value {
        let status = self.status(now);
        let mut shown = json!({
            "object": "file_upload", "id": self.id, "created_time": moment(self.created),
            "last_edited_time": moment(self.created), "created_by": {"id": self.by, "type": "bot"},
            "in_trash": false, "archived": false, "status": status, "filename": self.filename,
            "content_type": self.content_type,
            "content_length": self.bytes.as_ref().map(Vec::len),
            "expiry_time": moment(self.created + UPLOAD_LIFE),
        });
        if let (true, Some(fields)) = (status == "pending", shown.as_object_mut()) {
            let url = format!("{}/v1/file_uploads/{}/send", self.base, self.id);
            fields.insert("upload_url".into(), url.into());
        }
        shown
    }
}

impl Workspace {
    /// `POST /v1/file_uploads`, single part only.
    pub(super) fn create_upload(
        &mut self,
        caller: &Caller,
        at: &At<'_>,
        base: String,
    ) -> Result<Value, ApiError> {
        at.only(&["mode", "filename", "content_type", "number_of_parts", "external_url"])?;
        if let Some(mode) = at.given("mode") {
            mode.one_of(&["single_part"])?;
        }
        let text = |name: &str, default: &str| -> Result<String, ApiError> {
            let given = at.given(name).map(|text| text.filled_string_up_to(limits::FILE_NAME_UNITS));
            Ok(given.transpose()?.unwrap_or(default).to_owned())
        };
        let upload = Upload {
            id: Uuid::new_v4(),
            workspace: caller.workspace,
            by: caller.user,
            filename: text("filename", "file")?,
            content_type: text("content_type", "application/octet-stream")?,
            bytes: None,
            created: caller.now,
            base,
            expired: false,
        };
        let shown = upload.shown(caller.now);
        self.uploads.insert(upload.id, upload);
        Ok(shown)
    }

    /// `POST /v1/file_uploads/{id}/send`.
    pub(super) fn send_upload(
        &mut self,
        caller: &Caller,
        id: Uuid,
        bytes: Vec<u8>,
    ) -> Result<Value, ApiError> {
        let limit = limits::UPLOAD_BYTES;
        let upload = self.upload_mut(caller, id)?;
        if upload.status(caller.now) != "pending" {
            let status = upload.status(caller.now);
            let text = format!("File upload is not pending: its status is `{status}`.");
            return Err(ApiError::validation(text));
        }
        if bytes.len() > limit {
            let text = format!("The file is larger than this workspace allows ({limit} bytes).");
            return Err(ApiError::validation(text));
        }
        upload.bytes = Some(bytes);
        Ok(upload.shown(caller.now))
    }

    /// `GET /v1/file_uploads/{id}`.
    pub(super) fn upload(&mut self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        Ok(self.upload_mut(caller, id)?.shown(caller.now))
    }

    fn upload_mut(&mut self, caller: &Caller, id: Uuid) -> Result<&mut Upload, ApiError> {
        let found = self.uploads.get_mut(&id).filter(|upload| upload.workspace == caller.workspace);
        found.ok_or_else(|| ApiError::not_found("file_upload", id))
    }
}

/// One item of a files column.
pub(super) fn named_file(at: &At<'_>, writing: &Writing<'_>) -> Result<Value, ApiError> {
    at.only(&["type", "name", "external", "file", "file_upload"])?;
    let upload_name = at.field("file_upload").is_some().then(|| file_name(at, writing)).transpose()?;
    let name = match at.given("name") {
        Some(name) => name.filled_string_up_to(100)?.to_owned(),
        None => upload_name.ok_or_else(|| at.refuse("should have a name."))?,
    };
    let mut shown = file(at, writing)?;
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("name".into(), name.into());
    }
    Ok(shown)
}

fn file_name(at: &At<'_>, writing: &Writing<'_>) -> Result<String, ApiError> {
    let id = at.required("file_upload")?.required("id")?.uuid()?;
    Ok(writing.uploads.get(&id).map(|upload| upload.filename.clone()).unwrap_or_default())
}

/// An external link or an upload, as Notion shows it; used by files, covers, icons and media blocks.
pub(super) fn file(at: &At<'_>, writing: &Writing<'_>) -> Result<Value, ApiError> {
    if let Some(external) = at.field("external") {
        let url = external.required("url")?;
        return Ok(json!({"type": "external", "external": {"url": url.url()?}}));
    }
    if let Some(hosted) = at.field("file") {
        let url = hosted.required("url")?.url()?;
        let expiry = moment(writing.now + LINK_LIFE);
        return Ok(json!({"type": "file", "file": {"url": url, "expiry_time": expiry}}));
    }
    let id = at.required("file_upload")?.required("id")?.uuid()?;
    let upload = writing.uploads.get(&id).ok_or_else(|| ApiError::not_found("file_upload", id))?;
    if upload.status(writing.now) != "uploaded" {
        let text =
            format!("File upload {id} cannot be attached: its status is `{}`.", upload.status(writing.now));
        return Err(ApiError::validation(text));
    }
    let url = format!("{}/notion-files/{id}", upload.base);
    Ok(json!({"type": "file", "file": {"url": url, "expiry_time": moment(writing.now + LINK_LIFE)}}))
}

/// A page's or callout's icon: an emoji or a file. `null` takes it away.
pub(super) fn icon(at: &At<'_>, writing: &Writing<'_>) -> Result<Value, ApiError> {
    if at.value.is_null() {
        return Ok(Value::Null);
    }
    at.only(&["type", "emoji", "external", "file_upload", "icon", "custom_emoji"])?;
    if let Some(emoji) = at.field("emoji") {
        let emoji = emoji.filled_string_up_to(16)?;
        // Notion takes its emoji list only; letters are the mistake seen in practice.
        if emoji.chars().any(char::is_alphanumeric) && !emoji.contains('\u{20e3}') {
            return Err(at.refuse(&format!("should be an emoji, instead was `\"{emoji}\"`.")));
        }
        return Ok(json!({"type": "emoji", "emoji": emoji}));
    }
    file(at, writing)
}

/// A page's cover: a file. `null` takes it away.
pub(super) fn cover(at: &At<'_>, writing: &Writing<'_>) -> Result<Value, ApiError> {
    if at.value.is_null() {
        return Ok(Value::Null);
    }
    at.only(&["type", "external", "file_upload"])?;
    file(at, writing)
}
