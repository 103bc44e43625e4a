//! Transcriber: takes the sound of a video, gives a transcript, perhaps still being made, to the `OcrActor`.
//!
//! The transcription runs beside the reading of the screen: the job goes on at once and carries the
//! transcript's task with it. The seat is held by that task. Its failure is the entry's failure; a
//! transcript that is done is a checkpoint at once, so that nobody pays for it twice.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::domain::media::Transcript;
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
    let Transcribe { envelope, media, audio, frames } = job;
    if media.transcript.is_some() {
        desk.journal.mark(envelope.ticket(), Stage::Transcribe, Mark::Known);
        desk.show(&envelope, Stage::Transcribe).await?;
    } else {
        desk.begin(&envelope, Stage::Transcribe).await?;
    }
    let transcript = match (media.transcript.clone(), speech, audio) {
        (Some(paid_for), ..) => PendingTranscript::Ready(paid_for),
        (None, Some(speech), Some(audio)) => {
            let lease = (envelope.ticket(), envelope.lease.fence.clone());
            let work = write_down(speech, seats, desk, lease, media.key.clone(), audio);
            PendingTranscript::Underway(Underway::new(tokio::spawn(work.instrument(envelope.span.clone()))))
        }
        (None, Some(_), None) => {
            let silence = Transcript { engine: "no sound".to_owned(), ..Transcript::default() };
            keep(|| desk.journal.save_transcript(envelope.ticket(), &media.key, &silence)).await?;
            PendingTranscript::Ready(silence)
        }
        // Switched off: an empty transcript, which is kept nowhere, so that it is made once switched on.
        (None, None, _) => PendingTranscript::Ready(Transcript::default()),
    };
    Ok(ReadScreen { envelope, media, frames, transcript })
}

/// Waits for a seat, asks the engine once, keeps what it said.
async fn write_down(
    speech: Arc<dyn SpeechToText>,
    seats: Arc<Semaphore>,
    desk: Arc<Desk>,
    (ticket, fence): (Ticket, Fence),
    key: MediaKey,
    audio: AudioFile,
) -> Outcome<Transcript> {
    let _seat = seats.acquire().await.map_err(Failure::bug)?;
    desk.may_begin()?;
    let hearing = async {
        tokio::time::timeout(LIMIT, speech.transcribe(&audio))
            .await
            .unwrap_or_else(|_| Err(Failure::transient(anyhow::anyhow!("the transcription took too long"))))
    };
    let transcript = desk.ask(&fence, speech.party(), hearing).await?;
    fault::point("speech_answered");
    desk.journal.mark(ticket, Stage::Transcribe, Mark::Done(timeline::heard(&transcript)));
    keep(|| desk.journal.save_transcript(ticket, &key, &transcript)).await?;
    fault::point("transcript_kept");
    Ok(transcript)
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
