//! Transcriber: takes the sound of a video, gives a transcript, perhaps still being made, to the `OcrActor`.
//!
//! The transcription runs beside the reading of the screen: the job goes on at once and carries the
//! transcript's task with it. The seat is held by that task. Its failure is the entry's failure; a
//! transcript that is done is a checkpoint at once, and so is each part of a sound in several, so that
//! nobody pays for it twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use crate::domain::cost::Usage;
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::domain::media::{At, Transcript};
use crate::domain::piece::Place;
use crate::domain::stage::Stage;
use crate::domain::timeline::{self, Mark};
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{PendingTranscript, ReadScreen, Transcribe, Underway};
use crate::ports::{AudioFile, Fence, SpeechToText};

/// The longest one transcription may take: an hour of speech on a slow machine.
pub const LIMIT: Duration = Duration::from_mins(30);

/// Writes down what is said.
pub struct Transcriber {
    /// The engine; `None` when transcription is switched off.
    pub speech: Option<Arc<dyn SpeechToText>>,
    /// Transcriptions at once, as many as the engine bears.
    pub seats: Arc<Semaphore>,
    /// Who goes on.
    pub next: Recipient<ReadScreen>,
    /// Where the jobs run.
    pub bench: Bench,
}

stage_actor!(Transcriber);

impl Handler<Transcribe> for Transcriber {
    type Result = ();

    fn handle(&mut self, job: Transcribe, ctx: &mut Context<Self>) {
        let (speech, seats) = (self.speech.clone(), Arc::clone(&self.seats));
        let desk = self.bench.desk();
        self.bench.run(ctx, job, |job| transcribe(speech, seats, desk, job), self.next.clone());
    }
}

/// The story of the stage.
pub async fn transcribe(
    speech: Option<Arc<dyn SpeechToText>>,
    seats: Arc<Semaphore>,
    desk: Arc<Desk>,
    job: Transcribe,
) -> Outcome<ReadScreen> {
    let Transcribe { envelope, media, audio, frames, keeping } = job;
    if media.transcript.is_some() {
        desk.journal.mark(envelope.ticket(), Stage::Transcribe, Mark::Known);
        desk.show(&envelope, Stage::Transcribe).await?;
    } else {
        desk.begin(&envelope, Stage::Transcribe).await?;
    }
    let transcript = match (media.transcript.clone(), speech, audio) {
        (Some(paid_for), ..) => PendingTranscript::Ready(paid_for),
        (None, Some(_), audio) if audio.is_empty() => {
            let silence = Transcript { engine: "no speech to hear".to_owned(), ..Transcript::default() };
            keep(|| desk.journal.save_transcript(envelope.ticket(), &media.key, &silence)).await?;
            PendingTranscript::Ready(silence)
        }
        (None, Some(speech), audio) => {
            let lease = (envelope.ticket(), envelope.lease.fence.clone());
            let work = write_down(speech, seats, desk, lease, media.key.clone(), audio);
            PendingTranscript::Underway(Underway::new(tokio::spawn(work.instrument(envelope.span.clone()))))
        }
        // Switched off: an empty transcript, which is kept nowhere, so that it is made once switched on.
        (None, None, _) => PendingTranscript::Ready(Transcript::default()),
    };
    Ok(ReadScreen { envelope, media, frames, transcript, keeping })
}

/// Waits for a seat, asks the engine once for each part that nobody heard yet, keeps what it said.
async fn write_down(
    speech: Arc<dyn SpeechToText>,
    seats: Arc<Semaphore>,
    desk: Arc<Desk>,
    (ticket, fence): (Ticket, Fence),
    key: MediaKey,
    audio: Vec<AudioFile>,
) -> Outcome<Transcript> {
    let _seat = seats.acquire().await.map_err(Failure::bug)?;
    let (engine, in_parts) = (speech.name(), audio.len() > 1);
    let mut heard = if in_parts { desk.journal.heard(&key, &engine).await? } else { BTreeMap::new() };
    let mut parts = Vec::with_capacity(audio.len());
    for (at, part) in placed(&audio) {
        let place = Place::of_sound(at, part.duration.unwrap_or_default());
        if let Some(paid_for) = heard.remove(&place) {
            parts.push((at, paid_for));
            continue;
        }
        desk.may_begin()?;
        let hearing = async {
            let late = || Failure::transient(anyhow::anyhow!("the transcription took too long"));
            tokio::time::timeout(LIMIT, speech.transcribe(part)).await.unwrap_or_else(|_| Err(late()))
        };
        let mut said = desk.ask(&fence, speech.party(), hearing).await?;
        fault::point("speech_answered");
        if in_parts {
            keep(|| desk.journal.save_heard(ticket, &key, &engine, &place, &said)).await?;
            // Its bill was settled with it.
            said.usage = Usage::default();
        }
        parts.push((at, said));
    }
    let transcript = Transcript::joined(parts);
    desk.journal.mark(ticket, Stage::Transcribe, Mark::Done(timeline::heard(&transcript)));
    keep(|| desk.journal.save_transcript(ticket, &key, &transcript)).await?;
    fault::point("transcript_kept");
    Ok(transcript)
}

/// Where each part begins: one behind the other, and in each video of a post anew.
fn placed(audio: &[AudioFile]) -> Vec<(At, &AudioFile)> {
    let (mut begins, mut video) = (0.0, None);
    let place = |part: &AudioFile| {
        if part.video != video {
            (begins, video) = (0.0, part.video);
        }
        let at = video.map_or(At(begins), |number| At(begins).of_video(number));
        begins += part.duration.unwrap_or_default();
        at
    };
    audio.iter().map(place).zip(audio).collect()
}

/// Waits for a transcript; a panic of the engine is a failure of this one entry.
pub async fn finished(pending: PendingTranscript) -> Outcome<Transcript> {
    match pending {
        PendingTranscript::Ready(transcript) => Ok(transcript),
        PendingTranscript::Underway(task) => match task.await {
            Ok(outcome) => outcome,
            Err(broken) => Err(Failure::bug(broken).context("the transcription broke off")),
        },
    }
    .map_err(|failure| failure.at(Stage::Transcribe))
}
