//! What the chain tells whoever is watching: which entry entered or left which stage.

use super::entry::EntryId;
use super::stage::Stage;
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
