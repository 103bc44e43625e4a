//! One struct for each arrow of the chain, and the envelope that travels along it.
//!
//! ```text
//! Monitor ─Download→ Downloader ─Transcribe→ Transcriber ─ReadScreen→ OcrActor ─Summarize→ Summarizer ─WriteToNotion→ NotionWriter
//!    └────────────────────── TellFailure, Summarize, WriteToNotion: a restart enters behind the last checkpoint ──────────┘
//! any stage ─Failed→ overseer       any stage ─ShowStatus→ NotionWriter       a dying stage ─StageDown→ overseer
//! ```
//!
//! A message owns its resources: dropped on any path, its permit, its work dir and its lease free themselves.

pub mod feed;
pub mod requests;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::Message;
use tempfile::TempDir;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Span;

pub use self::feed::{Feed, News};
pub use self::requests::{
    AdoptDatabase, Answer, AskFigures, AskUsage, BeginSignIn, CancelImport, ChangeDatabase, ConfirmImport,
    CreateDatabase, Disconnect, Doors, EntryDetail, EntryList, Figures, FindDatabases, FinishSignIn, Found,
    HearWebhook, Kept, ListConnections, ListDatabases, ListEntries, ListImports, Page, Pick, Proposal,
    ProposeMapping, Register, Registered, RemoveDatabase, RetryEntry, Returned, ShowEntry, ShowImport, Shown,
    SignOut, UploadImport, ViewDatabase, WatchEntries, WhoIs,
};
use crate::domain::entry::{Body, LinkDatabase, Ticket};
use crate::domain::link::VideoUrl;
use crate::domain::media::{Media, Transcript, Watched};
use crate::domain::note::Note;
use crate::domain::ours::Written;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::waiting::Waiting;
use crate::failure::Failure;
use crate::ports::{Access, AudioFile, Fence, Frame};

/// What every stage needs of an entry, and what an entry holds while it is in the chain.
#[derive(Debug)]
pub struct Envelope {
    /// What a failure recorder needs to know.
    pub docket: Docket,
    /// The row and how to reach it.
    pub row: Arc<RowRef>,
    /// The body section on the page, of this run or an earlier one.
    pub section: Option<String>,
    /// What is remembered of our writing in the row.
    pub written: Written,
    /// How far this run has got with the body.
    pub body: Body,
    /// Keeps the lease alive.
    pub lease: LeaseKeeper,
    /// The chain's back-pressure: taken before the claim, given back with the envelope.
    pub permit: OwnedSemaphorePermit,
    /// The job's files; gone with the envelope.
    pub work_dir: TempDir,
    /// The log context: every line of the job carries its fields.
    pub span: Span,
}

impl Envelope {
    /// The right to work on the entry.
    pub fn ticket(&self) -> Ticket {
        self.docket.ticket
    }

    /// Where the job may write.
    pub fn work_dir(&self) -> &Path {
        self.work_dir.path()
    }
}

/// What has to be known of a job after its envelope is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docket {
    /// The right to work on the entry.
    pub ticket: Ticket,
    /// Failed attempts before this run.
    pub attempts: u32,
    /// The verdict this run is telling, for a run that only tells.
    pub verdict: Option<Reason>,
    /// What the owner was last told the entry waits for.
    pub waiting: Option<Waiting>,
    /// How long it has been waiting for others without getting any further.
    pub waited: Duration,
}

/// A row and how to reach it.
#[derive(Debug, Clone)]
pub struct RowRef {
    /// The database it stands in.
    pub database: LinkDatabase,
    /// What opens it.
    pub access: Access,
    /// Its page id.
    pub page: String,
    /// Its link as the user wrote it.
    pub link: String,
}

/// Keeps a lease alive until it is dropped, and tells when it was lost all the same.
#[derive(Debug)]
pub struct LeaseKeeper {
    /// Fires when another worker owns the entry.
    pub lost: CancellationToken,
    /// Passed before each effect outside.
    pub fence: Fence,
    /// The heart; stops beating with the keeper.
    pub heart: Underway<()>,
}

/// A task that ends when its owner lets go of it.
#[derive(Debug)]
pub struct Underway<T>(JoinHandle<T>);

impl<T> Underway<T> {
    /// Takes a task over.
    pub fn new(task: JoinHandle<T>) -> Self {
        Self(task)
    }
}

impl<T> Future for Underway<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Underway<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

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
}

/// Write down what is said.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Transcribe {
    /// The entry.
    pub envelope: Envelope,
    /// What is known so far, what the platform says included.
    pub media: Media,
    /// The sound, where there is any.
    pub audio: Option<AudioFile>,
    /// The pictures, passed on.
    pub frames: Vec<Frame>,
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
