//! Downloader: takes a link, gives the video's sound and pictures to the Transcriber.
//!
//! Bounded by three downloads at once and the permits of the chain. Fails as permanent where the
//! platform refuses the video for good, as transient where it stumbles; the overseer records either.
//! What the platform says about the video is a checkpoint.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use crate::domain::stage::Stage;
use crate::failure::Outcome;
use crate::fault;
use crate::messages::{Download, Transcribe};
use crate::ports::{MediaOpener, VideoSource};

/// Downloads at once: more only share the same line.
pub const WIDTH: usize = 3;

/// The longest a download with its decoding may take; the tools have tighter limits of their own.
pub const LIMIT: Duration = Duration::from_mins(15);

/// Fetches videos and takes them apart.
pub struct Downloader {
    /// Fetches.
    pub source: Arc<dyn VideoSource>,
    /// Takes apart.
    pub opener: Arc<dyn MediaOpener>,
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
        let desk = self.bench.desk();
        self.bench.run(
            ctx,
            job,
            |job| async move { download(&*source, &*opener, &desk, job).await },
            self.next.clone(),
        );
    }
}

/// The story of the stage.
pub async fn download(
    source: &dyn VideoSource,
    opener: &dyn MediaOpener,
    desk: &Desk,
    job: Download,
) -> Outcome<Transcribe> {
    let Download { envelope, url, mut media } = job;
    desk.may_begin()?;
    desk.begin(&envelope, Stage::Download).await?;
    let fetching = source.fetch(&url, envelope.work_dir());
    let fetched = desk.ask(&envelope.lease.fence, source.party(&url), fetching).await?;
    fault::point("downloaded");
    let parts = opener.open(&fetched.file, envelope.work_dir()).await?;
    fault::point("media_opened");
    let mut info = fetched.info;
    info.duration = info.duration.or(parts.duration);
    // A download that is repeated gets nobody any further.
    if media.info.is_none() {
        keep(|| desk.journal.save_info(envelope.ticket(), &media.key, &info)).await?;
        fault::point("info_kept");
    }
    let came_out = format!(
        "{} pictures, {}",
        parts.frames.len(),
        if parts.audio.is_some() { "sound" } else { "no sound" }
    );
    desk.finished(envelope.ticket(), Stage::Download, came_out);
    media.info = Some(info);
    Ok(Transcribe { envelope, media, audio: parts.audio, frames: parts.frames })
}
