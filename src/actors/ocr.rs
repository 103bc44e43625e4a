//! `OcrActor`: takes the pictures of a video and a transcript on its way, gives both, read and written
//! down, to the Summarizer.
//!
//! Reading that fails or is switched off never stops an entry; a failed transcription does. What was
//! read is a checkpoint; what could not be read is none, so that a later run may try again.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tracing::{Instrument, warn};

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use super::transcriber::{self, finished};
use crate::domain::entry::Ticket;
use crate::domain::media::{Media, ScreenText, Transcript, Watched};
use crate::domain::screen;
use crate::domain::stage::Stage;
use crate::domain::timeline::{self, Mark};
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Envelope, PendingTranscript, ReadScreen, Summarize, Underway};
use crate::ports::{Frame, TextReader};

/// The longest the reading of one video may take.
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

    fn handle(&mut self, job: ReadScreen, ctx: &mut Context<Self>) {
        let reader = self.reader.clone();
        let desk = self.bench.desk();
        self.bench.run(
            ctx,
            job,
            |job| async move { read_screen(reader, &desk, job).await },
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
    let ReadScreen { envelope, media, frames, transcript } = job;
    // Both to their ends: text that was paid for is kept even where the transcript fails.
    let (transcript, screen_text) = tokio::join!(
        hear_to_the_end(desk, &envelope, transcript),
        read(reader, desk, &envelope, &media, frames),
    );
    let (transcript, screen_text) = (transcript?, screen_text?);
    let info = media.info.unwrap_or_default();
    Ok(Summarize { watched: Watched { info, transcript, screen_text }, envelope })
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

/// Reads the pictures; any failure but a lost lease leaves the entry without screen text.
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
    let (engine, party, billed) = (reader.name(), reader.party(), reader.billed(frames.len()));
    if let Some(blocked) = desk.blocked(party.as_slice()).await {
        return Ok(unread(desk, ticket, &blocked.to_string()));
    }
    // In a task of its own, so that a panic of the engine stops the reading and not the entry.
    let reading = tokio::spawn(async move { reader.read(&frames).await }.in_current_span());
    let reading = async {
        match tokio::time::timeout(READING_LIMIT, Underway::new(reading)).await {
            Ok(Ok(read)) => read,
            Ok(Err(broken)) => Err(Failure::bug(broken)),
            Err(_) => Err(Failure::transient(anyhow::anyhow!("took too long"))),
        }
    };
    let read = match desk.ask(&envelope.lease.fence, party, reading).await {
        Ok(read) => read,
        Err(failure) if failure.is_stale() => return Err(failure),
        Err(failure) => return Ok(unread(desk, ticket, &failure.to_string())),
    };
    fault::point("screen_read");
    let read: Vec<_> = read.into_iter().map(|frame| (frame.at, frame.lines)).collect();
    let lines = screen::merge(&read);
    let text = ScreenText { lines, engine, usage: billed };
    desk.journal.mark(ticket, Stage::Read, Mark::Done(timeline::read(&text)));
    keep(|| desk.journal.save_screen_text(ticket, &media.key, &text)).await?;
    fault::point("screen_kept");
    desk.finished(ticket, Stage::Read, timeline::read(&text));
    Ok(text)
}

fn unread(desk: &Desk, ticket: Ticket, why: &str) -> ScreenText {
    warn!(error = why, "the screen could not be read, the entry goes on without");
    desk.finished(ticket, Stage::Read, "could not be read".to_owned());
    ScreenText::default()
}
