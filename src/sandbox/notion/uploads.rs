//! Files: uploads in one part or several and their life, and every place a file may be named (files column, cover,
//! icon, media block).
//!
//! Fails with `validation_error` on an upload that is unknown, not sent or completed yet, or expired, and on a part
//! that is too large, too small or no part.

use std::cell::Cell;
use std::collections::BTreeMap;

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
    /// The bytes, once all are sent.
    pub bytes: Option<Vec<u8>>,
    /// How many parts are to come; `None` for a file sent as a whole.
    pub parts_wanted: Option<u64>,
    /// Those that came.
    pub parts: BTreeMap<u64, Vec<u8>>,
    /// Whether something shows it: it lasts from then on.
    pub attached: Cell<bool>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Where this server is reached: `scheme://host:port`.
    pub base: String,
    /// Set by tests: expired before its time.
    pub expired: bool,
}

impl Upload {
    fn status(&self, now: DateTime<Utc>) -> &'static str {
        let lives = !self.expired && (self.attached.get() || now < self.created + UPLOAD_LIFE);
        match &self.bytes {
            Some(_) if lives => "uploaded",
            None if lives => "pending",
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
            "expiry_time": (!self.attached.get()).then(|| moment(self.created + UPLOAD_LIFE)),
        });
        let Some(fields) = shown.as_object_mut() else { return shown };
        if let Some(total) = self.parts_wanted {
            fields.insert("number_of_parts".into(), json!({"total": total, "sent": self.parts.len()}));
        }
        if status == "pending" {
            let at = |end: &str| format!("{}/v1/file_uploads/{}/{end}", self.base, self.id);
            fields.insert("upload_url".into(), at("send").into());
            if self.parts_wanted.is_some() {
                fields.insert("complete_url".into(), at("complete").into());
            }
        }
        shown
    }
}

impl Workspace {
    /// `POST /v1/file_uploads`.
    pub(super) fn create_upload(
        &mut self,
        caller: &Caller,
        at: &At<'_>,
        base: String,
    ) -> Result<Value, ApiError> {
        at.only(&["mode", "filename", "content_type", "number_of_parts", "external_url"])?;
        let mode = at.given("mode").map(|mode| mode.one_of(&["single_part", "multi_part"])).transpose()?;
        let parts_wanted = if mode == Some("multi_part") {
            if !self.pays(caller.workspace) {
                let text = "Multi-part uploads are only available in workspaces on a paid plan.";
                return Err(ApiError::validation(text));
            }
            at.required("filename")?;
            Some(at.required("number_of_parts")?.whole_between(1, limits::UPLOAD_PARTS)?)
        } else {
            None
        };
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
            parts_wanted,
            parts: BTreeMap::new(),
            attached: Cell::new(false),
            created: caller.now,
            base,
            expired: false,
        };
        let shown = upload.shown(caller.now);
        self.uploads.insert(upload.id, upload);
        Ok(shown)
    }

    /// `POST /v1/file_uploads/{id}/send`; `part` is the form's `part_number`.
    pub(super) fn send_upload(
        &mut self,
        caller: &Caller,
        id: Uuid,
        bytes: Vec<u8>,
        part: Option<&str>,
    ) -> Result<Value, ApiError> {
        let limit = self.largest_upload(caller.workspace).min(limits::PART_BYTES);
        let upload = self.pending_upload(caller, id)?;
        if bytes.len() > limit {
            let text = format!("The file is larger than this workspace allows ({limit} bytes).");
            return Err(ApiError::validation(text));
        }
        match (upload.parts_wanted, part) {
            (None, None) => upload.bytes = Some(bytes),
            (Some(total), Some(part)) => {
                let number = part.parse().ok().filter(|number| (1..=total).contains(number));
                let text = format!(
                    "body failed validation: body.part_number should be a number from 1 to {total}, instead was `\"{part}\"`."
                );
                let number = number.ok_or_else(|| ApiError::validation(text))?;
                if number < total && bytes.len() < limits::LEAST_PART_BYTES {
                    let text = format!("Part {number} is smaller than 5 MB and not the last one.");
                    return Err(ApiError::validation(text));
                }
                upload.parts.insert(number, bytes);
            }
            (wanted, _) => {
                let should = if wanted.is_some() { "defined" } else { "not present" };
                let text = format!("body failed validation: body.part_number should be {should}.");
                return Err(ApiError::validation(text));
            }
        }
        Ok(upload.shown(caller.now))
    }

    /// `POST /v1/file_uploads/{id}/complete`.
    pub(super) fn complete_upload(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
    ) -> Result<Value, ApiError> {
        at.only(&[])?;
        let limit = self.largest_upload(caller.workspace);
        let upload = self.pending_upload(caller, id)?;
        let Some(total) = upload.parts_wanted else {
            return Err(ApiError::validation("Only multi-part uploads are completed."));
        };
        let sent = upload.parts.len() as u64;
        if sent < total {
            let text = format!("{sent} of {total} parts were sent.");
            return Err(ApiError::validation(text));
        }
        if upload.parts.values().map(Vec::len).sum::<usize>() > limit {
            let text = format!("The file is larger than this workspace allows ({limit} bytes).");
            return Err(ApiError::validation(text));
        }
        upload.bytes = Some(upload.parts.values().flatten().copied().collect());
        Ok(upload.shown(caller.now))
    }

    /// Bytes of the largest file a workspace takes.
    pub(super) fn largest_upload(&self, workspace: Uuid) -> usize {
        if self.pays(workspace) { limits::PAID_UPLOAD_BYTES } else { limits::UPLOAD_BYTES }
    }

    fn pays(&self, workspace: Uuid) -> bool {
        self.paying.contains(&workspace)
    }

    fn pending_upload(&mut self, caller: &Caller, id: Uuid) -> Result<&mut Upload, ApiError> {
        let upload = self.upload_mut(caller, id)?;
        let status = upload.status(caller.now);
        if status != "pending" {
            let text = format!("File upload is not pending: its status is `{status}`.");
            return Err(ApiError::validation(text));
        }
        Ok(upload)
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
    upload.attached.set(true);
    let url = format!("{}/notion-files/{id}", upload.base);
    Ok(json!({"type": "file", "file": {"url": url, "expiry_time": moment(writing.now + LINK_LIFE)}}))
}

/// Refuses an upload whose type a block of this kind does not show.
pub(super) fn suits(kind: &str, at: &At<'_>, writing: &Writing<'_>) -> Result<(), ApiError> {
    let Some(upload) = at.field("file_upload") else { return Ok(()) };
    let id = upload.required("id")?.uuid()?;
    let is = writing.uploads.get(&id).map(|upload| upload.content_type.as_str()).unwrap_or_default();
    let is_shown = is.is_empty() || !matches!(kind, "image" | "video" | "audio") || is.starts_with(kind);
    let text = || format!("File upload {id} of the type {is} cannot be shown in a block of the type {kind}.");
    if is_shown { Ok(()) } else { Err(ApiError::validation(text())) }
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
