//! `OcrActor`: takes the pictures of a video and a transcript on its way, gives both, read and written
//! down, to the Summarizer.
//!
//! Reading that fails or is switched off never stops an entry; a failed transcription does. What was
//! read is a checkpoint, picture by picture where reading is paid for: where it breaks off the entry goes on with
//! what there is, and a later run reads what is missing.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use anyhow::anyhow;
use tracing::{Instrument, warn};

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use super::transcriber::{self, finished};
use crate::domain::link::MediaKey;
use crate::domain::media::{Media, ScreenText, Transcript, Watched};
use crate::domain::piece::Place;
use crate::domain::screen;
use crate::domain::sharing::Right;
use crate::domain::stage::Stage;
use crate::domain::timeline::{self, Mark};
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Envelope, Keeping, PendingTranscript, ReadScreen, Summarize, Underway};
use crate::ports::{Frame, FrameText, TextReader};

/// The longest one request to the reader may take; an engine on this machine reads a whole video in one.
const READING_LIMIT: Duration = Duration::from_mins(10);

/// The longest a job may stay here. Transcript and reading have limits of their own; what is left is the
/// wait for a seat behind other long videos, which is nobody's failure.
pub const LIMIT: Duration = transcriber::LIMIT.saturating_mul(24);

/// Writes down what is shown.
pub struct OcrActor {
    /// The engine; `None` when reading is switched off.
    pub reader: Option<Arc<dyn TextReader>>,
    /// Who goes on.
    pub next: Recipient<Summarize>,
    /// Where the jobs run.
    pub bench: Bench,
}

stage_actor!(OcrActor);

impl Handler<ReadScreen> for OcrActor {
    type Result = ();

    fn handle(&mut self, mut job: ReadScreen, ctx: &mut Context<Self>) {
        let (reader, keeping) = (self.reader.clone(), job.keeping.take());
        let desk = self.bench.desk();
        self.bench.run_until(
            ctx,
            job,
            |job| async move { read_screen(reader, &desk, job).await },
            |made| with_file_kept(keeping, made),
            self.next.clone(),
        );
    }
}

/// The story of the stage.
pub async fn read_screen(
    reader: Option<Arc<dyn TextReader>>,
    desk: &Desk,
    job: ReadScreen,
) -> Outcome<Summarize> {
    let ReadScreen { envelope, media, frames, transcript, keeping: _ } = job;
    // Both to their ends: text that was paid for is kept even where the transcript fails.
    let (transcript, screen_text) = tokio::join!(
        hear_to_the_end(desk, &envelope, transcript),
        read(reader, desk, &envelope, &media, frames),
    );
    let (transcript, screen_text) = (transcript?, screen_text?);
    // Whoever waits for this video goes on with what is known now, also where something could not be had.
    let right = Right::Watch(media.key.clone());
    keep(|| desk.journal.found(envelope.ticket(), &right)).await?;
    fault::point("watch_ended");
    let info = media.info.unwrap_or_default();
    Ok(Summarize { watched: Watched { info, transcript, screen_text }, envelope })
}

/// Waits until the file is where its owner wants it, so that the page which is made next can show it. Nobody else waits
/// for that: what is known of the video was told before.
async fn with_file_kept(keeping: Option<Keeping>, made: Summarize) -> Outcome<Summarize> {
    if let Some(keeping) = keeping {
        let kept = keeping.await.unwrap_or_else(|broken| Err(Failure::bug(broken)));
        kept.map_err(|failure| failure.at(Stage::Download))?;
    }
    Ok(made)
}

/// Waits for the transcript; from then on the earliest stage not yet done is this one.
async fn hear_to_the_end(
    desk: &Desk,
    envelope: &Envelope,
    pending: PendingTranscript,
) -> Outcome<Transcript> {
    let transcript = finished(pending).await?;
    desk.finished(envelope.ticket(), Stage::Transcribe, timeline::heard(&transcript));
    desk.show(envelope, Stage::Read).await?;
    Ok(transcript)
}

/// Reads the pictures. Any failure but a lost lease or the end of the service leaves the entry with what was read
/// until then.
async fn read(
    reader: Option<Arc<dyn TextReader>>,
    desk: &Desk,
    envelope: &Envelope,
    media: &Media,
    frames: Vec<Frame>,
) -> Outcome<ScreenText> {
    let ticket = envelope.ticket();
    if let Some(paid_for) = &media.screen_text {
        desk.journal.mark(ticket, Stage::Read, Mark::Known);
        return Ok(paid_for.clone());
    }
    desk.may_begin()?;
    desk.started(ticket, Stage::Read);
    let Some(reader) = reader else {
        desk.finished(ticket, Stage::Read, "switched off".to_owned());
        return Ok(ScreenText::default());
    };
    let reading = Reading { reader, desk, envelope, key: &media.key };
    let (read, broken_off) = reading.pictures(frames).await?;
    if let Some(failure) = &broken_off {
        warn!(error = %failure, "the screen could not be read to its end, the entry goes on");
    }
    let nothing = read.iter().all(|picture| picture.spoilt);
    if nothing && (broken_off.is_some() || !read.is_empty()) {
        desk.finished(ticket, Stage::Read, "could not be read".to_owned());
        return Ok(ScreenText::default());
    }
    let read: Vec<_> = read.into_iter().map(|picture| (picture.at, picture.lines)).collect();
    let text = ScreenText { lines: screen::merge(&read), engine: reading.reader.name() };
    if broken_off.is_some() {
        desk.finished(ticket, Stage::Read, format!("{}, not read to its end", timeline::read(&text)));
        return Ok(text);
    }
    desk.journal.mark(ticket, Stage::Read, Mark::Done(timeline::read(&text)));
    keep(|| desk.journal.save_screen_text(ticket, &media.key, &text)).await?;
    fault::point("screen_kept");
    desk.finished(ticket, Stage::Read, timeline::read(&text));
    Ok(text)
}

/// The reading of one video's pictures.
struct Reading<'a> {
    reader: Arc<dyn TextReader>,
    desk: &'a Desk,
    envelope: &'a Envelope,
    key: &'a MediaKey,
}

impl Reading<'_> {
    /// Reads request by request what nobody has read yet; what is paid for is kept at once. Gives what is read by
    /// then, and what it broke off at.
    async fn pictures(&self, frames: Vec<Frame>) -> Outcome<(Vec<FrameText>, Option<Failure>)> {
        let (engine, party) = (self.reader.name(), self.reader.party());
        let mut seen = self.desk.journal.seen(self.key, &engine).await?;
        let mut read = Vec::with_capacity(frames.len());
        let mut left = Vec::new();
        for frame in frames {
            match seen.remove(&Place::of_picture(frame.at)) {
                Some(paid_for) => read.push(paid_for),
                None => left.push(frame),
            }
        }
        let mut broken_off = None;
        if !left.is_empty() {
            broken_off = self.desk.blocked(party.as_slice()).await;
        }
        while broken_off.is_none() && !left.is_empty() {
            self.desk.may_begin()?;
            let asked = read_some(Arc::clone(&self.reader), left.clone());
            match self.desk.ask(&self.envelope.lease.fence, party.clone(), asked).await {
                Ok(texts) => {
                    fault::point("screen_read");
                    let (ticket, billed) = (self.envelope.ticket(), self.reader.billed(texts.len()));
                    if !billed.is_nothing() {
                        let save = || self.desk.journal.save_seen(ticket, self.key, &engine, &texts, &billed);
                        keep(save).await?;
                    }
                    left.drain(..texts.len());
                    read.extend(texts);
                }
                Err(failure) if failure.is_stale() => return Err(failure),
                Err(failure) => broken_off = Some(failure),
            }
        }
        Ok((read, broken_off))
    }
}

/// Asks the reader once. In a task of its own, so that a panic of the engine stops the reading and not the entry; it
/// begins when this is waited for, and ends when nobody does any more.
async fn read_some(reader: Arc<dyn TextReader>, frames: Vec<Frame>) -> Outcome<Vec<FrameText>> {
    let most = frames.len();
    let reading = tokio::spawn(async move { reader.read(&frames).await }.in_current_span());
    let read = match tokio::time::timeout(READING_LIMIT, Underway::new(reading)).await {
        Ok(Ok(read)) => read?,
        Ok(Err(broken)) => return Err(Failure::bug(broken)),
        Err(_) => return Err(Failure::transient(anyhow!("took too long"))),
    };
    if (1..=most).contains(&read.len()) {
        Ok(read)
    } else {
        Err(Failure::bug(anyhow!("the reader tells of {} pictures of {most}", read.len())))
    }
}
