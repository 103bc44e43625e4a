//! The picture of a video on its way from the download to the pages of its entries.
//!
//! Takes the images a download left; keeps a small JPEG of the first sane one with the video. Takes a page as it
//! stands; gives the file for its cover and for empty columns that take the thumbnail, uploaded once for each
//! connection. A cover that is there, whoever's, stays. Keeping fails as the store does; an upload never fails
//! anything: what cannot be had is told in the log, and the page goes without.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;
use tracing::{info, warn};

use super::asking::keep;
use crate::domain::entry::ConnectionId;
use crate::domain::link::MediaKey;
use crate::domain::note::Value;
use crate::domain::ours::Held;
use crate::domain::thumbnail::FILE_NAME;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::Envelope;
use crate::ports::{Access, Covers, MediaOpener, NewFile, Picture, Upload, Workspace};

/// The longest an upload may hold a finished result back: 200 KB take a second, a budget that is nearly spent a few.
const LIMIT: Duration = Duration::from_secs(20);

/// Keeps a small picture of the first of these images that is a sane one. None is no failure.
pub(super) async fn keep_first_sane<'a>(
    opener: &dyn MediaOpener,
    covers: &dyn Covers,
    envelope: &Envelope,
    media: &MediaKey,
    images: impl Iterator<Item = &'a PathBuf>,
) -> Outcome<()> {
    for image in images {
        match opener.small_picture(image, envelope.work_dir()).await {
            Ok(jpeg) => {
                keep(|| covers.keep_cover(envelope.ticket(), media, &jpeg)).await?;
                fault::point("cover_kept");
                return Ok(());
            }
            Err(failure) => info!(error = %failure, "an image is no cover"),
        }
    }
    Ok(())
}

/// The picture of one entry's video.
pub(super) struct Cover<'a> {
    pub(super) workspace: &'a dyn Workspace,
    covers: &'a dyn Covers,
    media: Option<&'a MediaKey>,
    /// What became of it, by connection: results may go to another workspace than the row's.
    uploads: Mutex<HashMap<ConnectionId, Option<Upload>>>,
}

impl<'a> Cover<'a> {
    pub(super) fn of(
        workspace: &'a dyn Workspace,
        covers: &'a dyn Covers,
        media: Option<&'a MediaKey>,
    ) -> Self {
        Self { workspace, covers, media, uploads: Mutex::default() }
    }

    /// The picture for a page that stands there. Of the values those are taken away that would show it in a
    /// column which shows it already: the files in it may be reached for no longer than an hour.
    pub(super) async fn for_page(
        &self,
        access: &Access,
        has_cover: bool,
        columns: &BTreeMap<String, Held>,
        values: &mut BTreeMap<String, Value>,
    ) -> Option<Picture> {
        values.retain(|column, value| {
            *value != Value::Thumbnail || columns.get(column).is_some_and(|held| held.empty)
        });
        let is_wanted = !has_cover || values.values().any(|value| *value == Value::Thumbnail);
        let upload = if is_wanted { self.upload(access).await } else { None };
        upload.map(|upload| Picture { upload, as_cover: !has_cover })
    }

    /// The uploaded file; `None` where there is none to be had.
    pub(super) async fn upload(&self, access: &Access) -> Option<Upload> {
        let mut uploads = self.uploads.lock().await;
        if let Some(known) = uploads.get(&access.connection) {
            return known.clone();
        }
        let uploading = timeout(LIMIT, self.upload_now(access)).await;
        let late = || Err(Failure::transient(anyhow::anyhow!("it took more than {} s", LIMIT.as_secs())));
        let upload = uploading.unwrap_or_else(|_| late()).unwrap_or_else(|failure| {
            warn!(error = %failure, "the picture was not uploaded, the page goes without");
            None
        });
        uploads.insert(access.connection, upload.clone());
        upload
    }

    async fn upload_now(&self, access: &Access) -> Outcome<Option<Upload>> {
        let Some(media) = self.media else { return Ok(None) };
        let Some(jpeg) = self.covers.cover(media).await? else { return Ok(None) };
        let file = NewFile { name: FILE_NAME, mime: "image/jpeg", bytes: &jpeg };
        let upload = self.workspace.upload(access, file).await?;
        fault::point("cover_uploaded");
        Ok(upload)
    }
}
