//! The envelope: what every stage needs of an entry, and what the entry holds while it is in the chain.
//!
//! Made by the claim, passed on from stage to stage, dropped with the job on whatever path.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::Underway;
use crate::domain::entry::{Body, DatabaseId, LinkDatabase, Target, Ticket};
use crate::domain::link::MediaKey;
use crate::domain::note::Note;
use crate::domain::ours::{Held, Written};
use crate::domain::reason::Reason;
use crate::domain::sharing::Earlier;
use crate::domain::waiting::Waiting;
use crate::ports::{Access, Fence};

/// The envelope of one entry.
#[derive(Debug)]
pub struct Envelope {
    /// What a failure recorder needs to know.
    pub docket: Docket,
    /// The row and how to reach it.
    pub row: Arc<RowRef>,
    /// Where people open the row; empty while that is not known.
    pub url: String,
    /// What its link was understood as; `None` where the link is none.
    pub target: Option<Target>,
    /// Whether its page had a cover when the entry was claimed.
    pub has_cover: bool,
    /// What its columns held then, by property id.
    pub columns: BTreeMap<String, Held>,
    /// Whether a reason that was told before may stand beside the row's columns: there was no room in them.
    pub is_told_beside: bool,
    /// The row's tags.
    pub tags: Vec<String>,
    /// The content database that was chosen for its result in an earlier run.
    pub chosen: Option<DatabaseId>,
    /// The row in which the same user saved the same video before.
    pub earlier: Option<Earlier>,
    /// The note of an earlier run whose columns were changed before it was written: it answers the same question only.
    pub doubted: Option<Note>,
    /// How many runs there were before this one.
    pub run: u32,
    /// Whether no claim before this one can have left anything in the row.
    pub is_first: bool,
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

    /// The key of its video; `None` where the link is none.
    pub fn media(&self) -> Option<&MediaKey> {
        self.target.as_ref().map(|target| &target.key)
    }

    /// The address of its video, to be shown and sent. What stands in the row may hold words around it, or lack its
    /// beginning. Empty where the link is none.
    pub fn video(&self) -> &str {
        self.target.as_ref().map(|target| target.url.as_str()).unwrap_or_default()
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
    /// Its link as the user wrote it, to tell whether they changed it.
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
