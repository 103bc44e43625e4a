//! Downloader: takes a link, gives the sound and the pictures of its video or post to the Transcriber.
//!
//! Bounded by three downloads at once and the permits of the chain. Fails as permanent where the
//! platform refuses the video for good, as transient where it stumbles; the overseer records either.
//! What the platform says about the video is a checkpoint, and so is its small picture. Once it is taken apart the file
//! itself is gone, or goes into its owner's workspace beside the later stages where they want that.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tracing::{Instrument, info};

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::cover;
use super::desk::Desk;
use super::keepsake::Keeper;
use super::room::{Place, Room};
use crate::domain::link::MediaKey;
use crate::domain::media::{Media, MediaInfo};
use crate::domain::stage::Stage;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Download, Envelope, Keeping, Transcribe, Underway};
use crate::ports::{Covers, Download as Fetched, Files, MediaOpener, Opened, VideoSource};

/// Downloads at once: more only share the same line.
pub const WIDTH: usize = 3;

/// The longest a download with its decoding may take; the tools have tighter limits of their own. On a slow machine a
/// video of an hour is decoded for twenty minutes.
pub const LIMIT: Duration = Duration::from_mins(40);

/// Fetches videos and takes them apart.
pub struct Downloader {
    /// Fetches.
    pub source: Arc<dyn VideoSource>,
    /// Takes apart.
    pub opener: Arc<dyn MediaOpener>,
    /// Where the files may go.
    pub room: Arc<Room>,
    /// Keeps the picture.
    pub covers: Arc<dyn Covers>,
    /// Keeps the video itself, where its owner wants that.
    pub keeper: Keeper,
    /// Who goes on.
    pub next: Recipient<Transcribe>,
    /// Where the jobs run.
    pub bench: Bench,
}

stage_actor!(Downloader);

impl Handler<Download> for Downloader {
    type Result = ();

    fn handle(&mut self, job: Download, ctx: &mut Context<Self>) {
        let (source, opener) = (Arc::clone(&self.source), Arc::clone(&self.opener));
        let (desk, room) = (self.bench.desk(), Arc::clone(&self.room));
        let (covers, keeper) = (Arc::clone(&self.covers), self.keeper.clone());
        let work = |job: Download| async move {
            let place = room.take(job.envelope.work_dir()).await?;
            download(&*source, &opener, &*covers, &keeper, &desk, (job, place)).await
        };
        self.bench.run(ctx, job, work, self.next.clone());
    }
}

/// The story of the stage. Its place is given back when nothing more is written, which may be later.
pub async fn download(
    source: &dyn VideoSource,
    opener: &Arc<dyn MediaOpener>,
    covers: &dyn Covers,
    keeper: &Keeper,
    desk: &Desk,
    (job, place): (Download, Place),
) -> Outcome<Transcribe> {
    let Download { envelope, url, mut media, only_to_keep } = job;
    desk.may_begin()?;
    desk.begin(&envelope, Stage::Download).await?;
    let site = source.party(&url);
    // What needs the platform was held back before it came here; this would not have been.
    let blocked = if only_to_keep { desk.blocked(site.as_slice()).await } else { None };
    let fetched = match blocked {
        Some(blocked) => Err(blocked),
        None => desk.ask(&envelope.lease.fence, site, source.fetch(&url, envelope.work_dir())).await,
    };
    fault::point("downloaded");
    if only_to_keep {
        return fetched_to_keep(opener, keeper, desk, (envelope, media, place), fetched).await;
    }
    let fetched = fetched?;
    let mut info = fetched.info;
    let (parts, left_out) = take_apart(&**opener, &fetched.files, &mut info, envelope.work_dir()).await?;
    info.lacks_parts = left_out > 0 || fetched.is_partial;
    fault::point("media_opened");
    let keeping = let_go(keeper, opener, (&envelope, place), &media.key, fetched.files).await?;
    // A download that is repeated gets nobody any further.
    if media.info.is_none() {
        keep(|| desk.journal.save_info(envelope.ticket(), &media.key, &info)).await?;
        fault::point("info_kept");
    }
    let images = fetched.thumbnail.iter().chain(parts.frames.first().map(|frame| &frame.path));
    cover::keep_first_sane(&**opener, covers, &envelope, &media.key, images).await?;
    if let (None, Some(subtitles)) = (&media.transcript, fetched.subtitles) {
        // Nobody needs to listen any more.
        keep(|| desk.journal.save_transcript(envelope.ticket(), &media.key, &subtitles)).await?;
        media.transcript = Some(subtitles);
    }
    desk.finished(envelope.ticket(), Stage::Download, came_out(&parts, left_out, fetched.is_partial));
    media.info = Some(info);
    Ok(Transcribe { envelope, media, audio: parts.audio, frames: parts.frames, keeping })
}

/// Keeps the file of a video of which all is known already. Whatever becomes of that, the entry goes on.
async fn fetched_to_keep(
    opener: &Arc<dyn MediaOpener>,
    keeper: &Keeper,
    desk: &Desk,
    (envelope, media, place): (Envelope, Media, Place),
    fetched: Outcome<Fetched>,
) -> Outcome<Transcribe> {
    let (came_out, keeping) = match fetched {
        Ok(fetched) => {
            let keeping = let_go(keeper, opener, (&envelope, place), &media.key, fetched.files).await?;
            ("known already, fetched to be kept", keeping)
        }
        Err(failure) if failure.is_stale() => return Err(failure),
        Err(failure) => {
            info!(error = %failure, "a known video was not fetched to be kept");
            keeper.not_fetched(&envelope, &media.key).await?;
            ("known already, not fetched to be kept", None)
        }
    };
    desk.finished(envelope.ticket(), Stage::Download, came_out.to_owned());
    // Without sound and pictures the next stages would take what is missing for silence.
    Ok(Transcribe { envelope, media: media.closed(), audio: Vec::new(), frames: Vec::new(), keeping })
}

/// What the time line says of it.
fn came_out(parts: &Opened, left_out: u32, is_partial: bool) -> String {
    let sound = if parts.audio.is_empty() { "nothing to hear" } else { "sound" };
    let some = if left_out > 0 { format!(", {left_out} parts left out") } else { String::new() };
    let others = if is_partial { ", other parts of the post cannot be had" } else { "" };
    format!("{} pictures, {sound}{some}{others}", parts.frames.len())
}

/// Takes apart what was fetched, and completes what the platform says with what the files tell. Tells also how many
/// parts of a post were left out.
async fn take_apart(
    opener: &dyn MediaOpener,
    files: &Files,
    info: &mut MediaInfo,
    work_dir: &Path,
) -> Outcome<(Opened, u32)> {
    match files {
        Files::Video(file) => {
            let parts = opener.open(file, work_dir).await?;
            info.duration = info.duration.or(parts.duration);
            Ok((parts, 0))
        }
        Files::Post(files) => {
            let post = opener.open_post(files, work_dir).await?;
            (info.pictures, info.videos, info.duration) = (post.pictures, post.videos, None);
            Ok((post.opened, post.left_out))
        }
    }
}

/// Lets go of what was fetched: at once, or once it is where its owner wants it. That takes as long as their line does,
/// so it holds up nobody who waits for the same video or for a download of their own.
async fn let_go(
    keeper: &Keeper,
    opener: &Arc<dyn MediaOpener>,
    (envelope, place): (&Envelope, Place),
    media: &MediaKey,
    files: Files,
) -> Outcome<Option<Keeping>> {
    let work_dir = envelope.work_dir().to_owned();
    let Some(keeping) = keeper.keep(opener, (envelope, place), media, &files) else {
        give_back(&files, &work_dir).await?;
        return Ok(None);
    };
    let work = async move {
        keeping.await?;
        give_back(&files, &work_dir).await
    };
    Ok(Some(Underway::new(tokio::spawn(work.in_current_span()))))
}

/// Deletes what was fetched, the largest of the job's files; a file from elsewhere is its owner's.
async fn give_back(files: &Files, work_dir: &Path) -> Outcome<()> {
    for file in files.all() {
        if !file.starts_with(work_dir) {
            continue;
        }
        match tokio::fs::remove_file(file).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Failure::of_file(error).context("cannot delete a video that was taken apart"));
            }
            _ => {}
        }
    }
    Ok(())
}
