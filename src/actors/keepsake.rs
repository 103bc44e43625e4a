//! The video itself, or its sound, on its way from the download to the page of its row, where its owner wants that.
//!
//! Takes a downloaded file; puts it into the workspace beside the later stages, and remembers what became of it before
//! the page is made. Takes an entry that is written; gives what its page shows or says.
//! Remembering fails as the store does. Nothing else fails an entry: what cannot be kept is told on the page.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::timeout;
use tracing::{info, warn};

use super::asking::keep as kept;
use super::room::Place;
use crate::domain::entry::{ConnectionId, Ticket};
use crate::domain::keepsake::{Keep, Keepsake};
use crate::domain::link::MediaKey;
use crate::domain::media::{Media, MediaInfo};
use crate::domain::note::Note;
use crate::domain::page::{self, Labels, Section};
use crate::failure::{Failure, Outcome};
use crate::messages::Envelope;
use crate::ports::{Access, Files, Keepsakes, LargeFile, MediaOpener, Workspace};

/// The longest a file may hold its entry back: 200 MB take five and a half minutes at 5 Mbit a second.
const LIMIT: Duration = Duration::from_mins(6);

/// What the file with the sound is called.
const SOUND: (&str, &str) = ("audio.m4a", "audio/mp4");

/// What files with videos are called, by their endings: those Notion plays.
const VIDEOS: [(&str, &str, &str); 6] = [
    ("mp4", "video.mp4", "video/mp4"),
    ("m4v", "video.mp4", "video/mp4"),
    ("webm", "video.webm", "video/webm"),
    ("mov", "video.mov", "video/quicktime"),
    ("mkv", "video.mkv", "video/x-matroska"),
    ("avi", "video.avi", "video/x-msvideo"),
];

/// Keeps files in workspaces.
#[derive(Clone)]
pub struct Keeper {
    /// Takes them.
    pub workspace: Arc<dyn Workspace>,
    /// Remembers what became of them.
    pub memory: Arc<dyn Keepsakes>,
}

impl Keeper {
    /// Whether a download of its own may bring what is to be kept of a video of which all is known.
    pub(super) async fn lacks(&self, envelope: &Envelope, media: &Media) -> Outcome<bool> {
        let (connection, keep) = wish(envelope);
        if keep == Keep::None || media.info.as_ref().is_some_and(MediaInfo::is_post) {
            return Ok(false);
        }
        match self.memory.keepsake(connection, &media.key, keep).await? {
            None => Ok(true),
            Some(Keepsake::TooLarge { bytes, .. }) => self.fits_by_now(envelope, bytes).await,
            Some(_) => Ok(false),
        }
    }

    /// Whether the workspace takes more than it did. One that does not tell is taken not to.
    async fn fits_by_now(&self, envelope: &Envelope, bytes: u64) -> Outcome<bool> {
        match self.workspace.largest_file(&envelope.row.access).await {
            Err(failure) if failure.is_stale() => Err(failure),
            Err(failure) => {
                info!(error = %failure, "notion does not say how large a file may be");
                Ok(false)
            }
            Ok(most) => Ok(bytes <= most),
        }
    }

    /// Keeps what the owner of an entry wants of what was downloaded, if anything, while the entry goes on. A file that
    /// was kept before is put there anew: it may have been thrown away, because nothing showed it in time. The download's
    /// place is given back once nothing more is written beside it, and not only when a slow line has taken it all.
    pub(super) fn keep(
        &self,
        opener: &Arc<dyn MediaOpener>,
        (envelope, place): (&Envelope, Place),
        media: &MediaKey,
        files: &Files,
    ) -> Option<impl Future<Output = Outcome<()>> + Send + use<>> {
        let wish = Wish::of(envelope, media)?;
        let (keeper, opener, files) = (self.clone(), Arc::clone(opener), files.clone());
        Some(async move {
            let late = || Err(Failure::transient(anyhow!("it took more than {} s", LIMIT.as_secs())));
            let bringing = timeout(LIMIT, keeper.bring(&*opener, &wish, &files, place)).await;
            let keepsake = match bringing.unwrap_or_else(|_| late()) {
                Err(failure) if failure.is_stale() => return Err(failure),
                Err(failure) => {
                    warn!(error = %failure, "a video was not kept, its page says so");
                    Keepsake::Failed
                }
                Ok(keepsake) => keepsake,
            };
            keeper.remember(&wish, &keepsake).await?;
            info!(what = wish.keep.name(), became = ?keepsake, "a video was to be kept");
            Ok(())
        })
    }

    /// Remembers that nothing could be kept, because nothing was downloaded.
    pub(super) async fn not_fetched(&self, envelope: &Envelope, media: &MediaKey) -> Outcome<()> {
        match Wish::of(envelope, media) {
            Some(wish) => self.remember(&wish, &Keepsake::NotFetched).await,
            None => Ok(()),
        }
    }

    async fn remember(&self, wish: &Wish, keepsake: &Keepsake) -> Outcome<()> {
        let (ticket, connection) = (wish.ticket, wish.access.connection);
        kept(|| self.memory.remember_keepsake(ticket, connection, &wish.media, wish.keep, keepsake)).await
    }

    async fn bring(
        &self,
        opener: &dyn MediaOpener,
        wish: &Wish,
        files: &Files,
        place: Place,
    ) -> Outcome<Keepsake> {
        let Files::Video(file) = files else { return Ok(Keepsake::Post) };
        let access = &wish.access;
        if wish.keep == Keep::Audio {
            let Some(sound) = opener.sound(file, &wish.work_dir).await? else {
                return Ok(Keepsake::Silent);
            };
            drop(place);
            let (name, mime) = SOUND;
            return self.workspace.keep_file(access, LargeFile { name, mime, path: &sound }).await;
        }
        drop(place);
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let known = VIDEOS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(ending));
        let Some((_, name, mime)) = known else {
            return Err(Failure::transient(anyhow!("nobody plays files of the kind `{ending}`")));
        };
        self.workspace.keep_file(access, LargeFile { name, mime, path: file }).await
    }
}

/// What the owner of an entry wants kept: all that is needed while the entry itself goes on.
struct Wish {
    ticket: Ticket,
    access: Access,
    keep: Keep,
    media: MediaKey,
    work_dir: PathBuf,
}

impl Wish {
    /// `None` where nothing is wanted.
    fn of(envelope: &Envelope, media: &MediaKey) -> Option<Self> {
        let (ticket, row) = (envelope.ticket(), &envelope.row);
        let wish = Self {
            ticket,
            access: row.access.clone(),
            keep: row.database.keep,
            media: media.clone(),
            work_dir: envelope.work_dir().to_owned(),
        };
        (wish.keep != Keep::None).then_some(wish)
    }
}

/// What the owner of an entry wants kept, and in whose workspace.
fn wish(envelope: &Envelope) -> (ConnectionId, Keep) {
    (envelope.row.access.connection, envelope.row.database.keep)
}

/// What becomes of the wish on the page that is about to be written.
pub(super) struct OnPage {
    keep: Keep,
    keepsake: Keepsake,
}

impl OnPage {
    /// What is remembered; of a file the workspace is asked whether it still has it. A post need not be tried. `None`
    /// where nothing is wanted.
    pub(super) async fn of(
        workspace: &dyn Workspace,
        memory: &dyn Keepsakes,
        envelope: &Envelope,
        info: &MediaInfo,
    ) -> Outcome<Option<Self>> {
        let ((connection, keep), Some(media)) = (wish(envelope), envelope.media()) else { return Ok(None) };
        if keep == Keep::None {
            return Ok(None);
        }
        let untried = if info.is_post() { Keepsake::Post } else { Keepsake::NotFetched };
        let known = memory.keepsake(connection, media, keep).await?.unwrap_or(untried);
        let is_gone = match &known {
            Keepsake::Kept { file } => !has(workspace, envelope, file).await?,
            _ => false,
        };
        Ok(Some(Self { keep, keepsake: if is_gone { Keepsake::NotFetched } else { known } }))
    }

    /// Forgets an answer that another try may change, once it was told: the next run tries again.
    pub(super) async fn told(&self, memory: &dyn Keepsakes, envelope: &Envelope) {
        let ((connection, keep), Some(media)) = (wish(envelope), envelope.media()) else { return };
        if !self.keepsake.is_worth_another_try() {
            return;
        }
        if let Err(failure) = memory.forget_keepsake(connection, media, keep).await {
            warn!(error = %failure, "what became of a video stays remembered, the next run does not try again");
        }
    }

    /// Tells in a note what is not there.
    pub(super) fn told_in(&self, note: &mut Note, words: &Labels) {
        note.left_out.extend(page::missing(self.keep, &self.keepsake, words));
    }

    /// Shows in a section what is there.
    pub(super) fn shown_in(&self, section: &mut Section, words: &Labels) {
        section.file = page::file(self.keep, &self.keepsake, words);
    }
}

/// Whether the workspace has a file. One that cannot be asked is taken at its word: the page is written either way.
async fn has(workspace: &dyn Workspace, envelope: &Envelope, file: &str) -> Outcome<bool> {
    match workspace.has_file(&envelope.row.access, file).await {
        Err(failure) if failure.is_stale() => Err(failure),
        Err(failure) => {
            info!(error = %failure, "notion does not say whether it has a file");
            Ok(true)
        }
        answered => answered,
    }
}
