//! Files put into a workspace: small ones in one part, larger ones in several, read from the disk part by part.
//!
//! Takes a file; gives what pages name it by. Fails before anything is sent where the workspace takes no file of that
//! size, else as every request. A file that no page shows within an hour is thrown away by Notion, so an upload can
//! be repeated. Shapes: <https://developers.notion.com/reference/file-upload>.

use anyhow::anyhow;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tracing::warn;

use super::refusal::{Answered, Trouble};
use super::{Notion, ids};
use crate::domain::keepsake::Keepsake;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, LargeFile, NewFile, Upload};

/// What is sent in one request, in bytes: between 5 and 20 MB are allowed
/// (<https://developers.notion.com/guides/data-apis/sending-larger-files>), this much is held in memory, and a line of
/// 3 Mbit a second carries it within the time of a request.
const PART: u64 = 10 << 20;

impl Notion {
    /// Uploads a file.
    pub(super) async fn put_up_file(&self, access: &Access, file: NewFile<'_>) -> Outcome<Upload> {
        let limit = self.me(access).await?.file_limit;
        if file.bytes.len() as u64 > limit {
            let cause = anyhow!("the workspace takes files of at most {limit} bytes");
            return Err(Failure::transient(cause));
        }
        let announced = json!({ "mode": "single_part", "filename": file.name, "content_type": file.mime });
        let id = self.announce(access, &announced).await?;
        let sent = self.client.post_file(access, &["file_uploads", &id, "send"], file, None).await;
        self.settled(access, &id, sent).await?;
        Ok(Upload { id })
    }

    /// Uploads a file of the disk, whatever its size, if the workspace takes it.
    pub(super) async fn put_up_large(&self, access: &Access, file: LargeFile<'_>) -> Outcome<Keepsake> {
        let unreadable = |error| Failure::of_file(error).context("a file to be kept cannot be read");
        let bytes = tokio::fs::metadata(file.path).await.map_err(unreadable)?.len();
        let most = self.me(access).await?.file_limit;
        if bytes > most {
            return Ok(Keepsake::TooLarge { bytes, most });
        }
        if bytes <= PART {
            let bytes = tokio::fs::read(file.path).await.map_err(unreadable)?;
            let file = NewFile { name: file.name, mime: file.mime, bytes: &bytes };
            return Ok(Keepsake::Kept { file: self.put_up_file(access, file).await?.id });
        }
        let parts = bytes.div_ceil(PART);
        let announced = json!({
            "mode": "multi_part", "filename": file.name, "content_type": file.mime, "number_of_parts": parts,
        });
        let id = self.announce(access, &announced).await?;
        let mut rest = tokio::fs::File::open(file.path).await.map_err(unreadable)?;
        for number in 1..=parts {
            let mut bytes = Vec::new();
            (&mut rest).take(PART).read_to_end(&mut bytes).await.map_err(unreadable)?;
            let part = NewFile { name: file.name, mime: file.mime, bytes: &bytes };
            self.client.post_file(access, &["file_uploads", &id, "send"], part, Some(number)).await?;
        }
        let done = self.client.post(access, &["file_uploads", &id, "complete"], &json!({})).await;
        self.settled(access, &id, done).await?;
        Ok(Keepsake::Kept { file: id })
    }

    /// Whether the last request of an upload did its work. One whose answer was lost may have: Notion is asked.
    async fn settled(&self, access: &Access, id: &str, answered: Answered<Value>) -> Outcome<()> {
        match answered {
            Ok(upload) => uploaded(&upload),
            Err(Trouble::Failed(failure)) if !failure.is_stale() => {
                if self.is_kept(access, id).await.unwrap_or_default() { Ok(()) } else { Err(failure) }
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Whether an upload may still be shown: one that nothing shows is gone after an hour.
    pub(super) async fn is_kept(&self, access: &Access, file: &str) -> Outcome<bool> {
        match self.client.get(access, &["file_uploads", &ids::checked(file)?], &[]).await {
            Ok(upload) => Ok(uploaded(&upload).is_ok()),
            Err(trouble) if trouble.is_gone() => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn announce(&self, access: &Access, upload: &Value) -> Outcome<String> {
        let upload = self.client.post(access, &["file_uploads"], upload).await?;
        let id = upload.get("id").and_then(Value::as_str);
        ids::checked(id.ok_or_else(|| Failure::outage(anyhow!("an upload to notion has no id")))?)
    }
}

fn uploaded(upload: &Value) -> Outcome<()> {
    match upload.get("status").and_then(Value::as_str) {
        Some("uploaded") => Ok(()),
        status => Err(Failure::transient(anyhow!("an upload to notion ended as {status:?}"))),
    }
}

/// Whether a request that carries a picture is refused, so that it is made once more without: a picture that Notion
/// does not take, or no longer, must not keep a result from its page. What is refused for another reason is so again.
pub(super) fn is_refused<T>(answered: &Answered<T>) -> bool {
    match answered {
        // Somebody changed the page in the same moment.
        Err(Trouble::Refused(refusal)) if refusal.status != 409 => {
            warn!(code = %refusal.code, "notion refuses what carries a picture, it is written without");
            true
        }
        _ => false,
    }
}

/// A file as requests name it.
pub(super) fn named(upload: &Upload) -> Value {
    json!({ "type": "file_upload", "file_upload": { "id": upload.id } })
}
