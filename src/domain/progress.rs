//! What the chain tells whoever is watching: which entry entered or left which stage, and what a watcher
//! is shown of an entry.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::entry::{DatabaseId, EntryId, EntryView, RunLease};
use super::link::MediaKey;
use super::stage::{Stage, Status};
use super::timeline::{StageState, StageView};
use super::waiting::Waiting;

/// One thing that happened to one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The entry it happened to.
    pub entry: EntryId,
    /// What happened.
    pub step: Step,
}

/// A step of an entry on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The stage has begun.
    Started(Stage),
    /// The stage is done; the words say what came out, for a person.
    Finished(Stage, String),
    /// The stage failed for this reason and will be tried again after this many seconds.
    WillRetry(Stage, u64, String),
    /// At this stage it waits for others, which is nobody's fault; it looks again after this many seconds.
    Waits(Stage, u64, Waiting),
    /// The result stands in the row.
    Completed,
    /// It ended as failed, for this reason.
    Failed(super::reason::Reason),
}

/// An entry with how far each of its stages is, as its owner sees it.
#[derive(Debug, Clone)]
pub struct EntryState {
    /// Where it is.
    pub entry: EntryView,
    /// Its stages in the order of the chain.
    pub stages: Vec<StageView>,
    /// How many runs it had before the present one.
    pub earlier_runs: u32,
    /// The number of its last claim.
    pub lease: RunLease,
    /// The media record it belongs to, once known.
    pub media: Option<MediaKey>,
    /// The title of its note, once there is one; not looked up for what merely moves.
    pub title: Option<String>,
}

/// How far an entry is, in as few words as will do for a page that watches many.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveEntry {
    /// Which one.
    pub id: EntryId,
    /// The database its row stands in.
    pub database_id: DatabaseId,
    /// Where it is.
    pub status: Status,
    /// Its stages in the order of the chain.
    pub stages: Vec<LiveStage>,
    /// What to tell its owner.
    pub sentence: String,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// Whether nothing more happens by itself.
    pub finished: bool,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LiveStage {
    /// Which one.
    pub stage: Stage,
    /// How far it is.
    pub state: StageState,
}

impl LiveEntry {
    /// Whether its owner would see any difference; a heartbeat alone is none.
    pub fn looks_like(&self, other: &Self) -> bool {
        (self.status, &self.stages, &self.sentence) == (other.status, &other.stages, &other.sentence)
    }
}

impl From<&EntryState> for LiveEntry {
    fn from(state: &EntryState) -> Self {
        let EntryState { entry, stages, .. } = state;
        let stages = stages.iter().map(|view| LiveStage { stage: view.stage, state: view.state });
        Self {
            id: entry.id,
            database_id: entry.database_id,
            status: entry.status,
            stages: stages.collect(),
            sentence: entry.sentence(),
            updated_at: entry.updated_at,
            finished: entry.status.is_final(),
        }
    }
}
