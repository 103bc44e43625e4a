//! One struct for each arrow of the chain, and the envelope that travels along it.
//!
//! ```text
//! Monitor ─Download→ Downloader ─Transcribe→ Transcriber ─ReadScreen→ OcrActor ─Summarize→ Summarizer ─WriteToNotion→ NotionWriter
//!    └────────────────────── TellFailure, Summarize, WriteToNotion: a restart enters behind the last checkpoint ──────────┘
//! any stage ─Failed→ overseer       any stage ─ShowStatus→ NotionWriter       a dying stage ─StageDown→ overseer
//! ```
//!
//! A message owns its resources: dropped on any path, its permit, its work dir and its lease free themselves.

pub mod envelope;
pub mod feed;
pub mod requests;
mod underway;

use std::sync::Arc;

use actix::Message;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Span;

pub use self::envelope::{Docket, Envelope, LeaseKeeper, RowRef};
pub use self::feed::{Feed, News};
pub use self::requests::{
    AdoptDatabase, Answer, AskFigures, AskUsage, BeginSignIn, CancelImport, ChangeDatabase, ConfirmImport,
    CreateDatabase, Disconnect, Doors, EntryDetail, EntryList, Figures, FindDatabases, FinishSignIn, Found,
    HearWebhook, Kept, ListConnections, ListDatabases, ListEntries, ListImports, Page, Pick, Proposal,
    ProposeMapping, Register, Registered, RemoveDatabase, RetryEntry, Returned, ShowEntry, ShowImport, Shown,
    SignOut, UploadImport, ViewDatabase, WatchEntries, WhoIs,
};
pub use self::underway::{Keeping, Underway};
use crate::domain::entry::Ticket;
use crate::domain::link::VideoUrl;
use crate::domain::media::{Media, Transcript, Watched};
use crate::domain::note::Note;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::failure::Failure;
use crate::ports::{AudioFile, Frame};

/// Fetch the video and take it apart.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Download {
    /// The entry.
    pub envelope: Envelope,
    /// Where to fetch it.
    pub url: VideoUrl,
    /// What earlier runs found out already; none of it is paid for again.
    pub media: Media,
    /// Nothing more is to be found out: the file is wanted for its owner's workspace alone.
    pub only_to_keep: bool,
}

/// Write down what is said.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Transcribe {
    /// The entry.
    pub envelope: Envelope,
    /// What is known so far, what the platform says included.
    pub media: Media,
    /// The sound in its parts, where anybody may be speaking.
    pub audio: Vec<AudioFile>,
    /// The pictures, passed on.
    pub frames: Vec<Frame>,
    /// The file itself, passed on where it is wanted.
    pub keeping: Option<Keeping>,
}

/// Write down what is shown, while what is said is still being written down.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ReadScreen {
    /// The entry.
    pub envelope: Envelope,
    /// What is known so far, passed on.
    pub media: Media,
    /// The pictures.
    pub frames: Vec<Frame>,
    /// The transcript, perhaps still being made.
    pub transcript: PendingTranscript,
    /// The file itself, where it is wanted; it is waited for before its page is made.
    pub keeping: Option<Keeping>,
}

/// A transcript that is there or on its way.
#[derive(Debug)]
pub enum PendingTranscript {
    /// It is there.
    Ready(Transcript),
    /// It is being made; its failure is the entry's failure.
    Underway(Underway<Result<Transcript, Failure>>),
}

/// Make the note.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Summarize {
    /// The entry.
    pub envelope: Envelope,
    /// Everything that was said and shown.
    pub watched: Watched,
}

/// Bring the note to the row.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct WriteToNotion {
    /// The entry.
    pub envelope: Envelope,
    /// Everything that was said and shown.
    pub watched: Watched,
    /// The note.
    pub note: Note,
}

/// Tell the row's owner why it failed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct TellFailure {
    /// The entry.
    pub envelope: Envelope,
    /// Why.
    pub reason: Reason,
}

/// Show a status in the row. Its loss is tolerable: the next one follows.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct ShowStatus {
    /// The right to work on the entry.
    pub ticket: Ticket,
    /// The row.
    pub row: Arc<RowRef>,
    /// What to show.
    pub status: Status,
}

/// A job failed; the overseer records it. Its loss is tolerable: the lease runs out.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Failed {
    /// Which job.
    pub docket: Docket,
    /// Its row, where it is known.
    pub row: Option<Arc<RowRef>>,
    /// What happened.
    pub failure: Failure,
    /// The log context of the job.
    pub span: Span,
    /// Keeps the service from ending before this is recorded.
    pub unsettled: TaskTrackerToken,
}

/// An actor of the chain is gone without having been asked to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct StageDown {
    /// Which one.
    pub who: &'static str,
    /// The chain it belonged to.
    pub generation: u64,
    /// Whether a panic took it down.
    pub panicked: bool,
}

/// Take no new work, let running work end within the grace time, give back the rest.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Drain;

/// Is the service able to work?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Readiness")]
pub struct AskReadiness;

/// Whether the service is able to work, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, actix::MessageResponse)]
pub enum Readiness {
    /// It is.
    Ready,
    /// It is not, for this reason.
    NotReady(String),
}

/// An address that takes one kind of message; rooms without actors name it so.
pub type Door<M> = actix::Recipient<M>;

/// The stage a message belongs to, for logs and failures.
pub trait Job {
    /// The stage.
    const STAGE: Stage;

    /// The envelope it travels in.
    fn envelope(&self) -> &Envelope;
}

macro_rules! jobs {
    ($($message:ident => $stage:ident),* $(,)?) => {$(
        impl Job for $message {
            const STAGE: Stage = Stage::$stage;

            fn envelope(&self) -> &Envelope {
                &self.envelope
            }
        }
    )*};
}

jobs! {
    Download => Download,
    Transcribe => Transcribe,
    ReadScreen => Read,
    Summarize => Summarize,
    WriteToNotion => Write,
    TellFailure => Write,
}
