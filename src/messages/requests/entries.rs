//! What people ask about their entries: which there are, how one went, another run, how they move, what they cost.

use actix::Message;
use chrono::{DateTime, Utc};

use super::super::Feed;
use super::Answer;
use crate::domain::cost::Spent;
use crate::domain::entry::{DatabaseId, EntryId, UserId};
use crate::domain::media::{MediaInfo, ScreenText, Transcript};
use crate::domain::note::Note;
use crate::domain::progress::EntryState;
use crate::domain::stage::Status;
use crate::failure::Outcome;

/// Which entries has this user?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryList>")]
pub struct ListEntries {
    /// Whose.
    pub user: UserId,
    /// Those of one database.
    pub database: Option<DatabaseId>,
    /// Those at one status.
    pub status: Option<Status>,
    /// Those made before this one.
    pub before: Option<EntryId>,
    /// At most so many.
    pub limit: u32,
}

/// A page of entries, newest first.
#[derive(Debug, Clone)]
pub struct EntryList {
    /// The entries.
    pub entries: Vec<EntryState>,
    /// The last of them, where there are older ones.
    pub next: Option<EntryId>,
}

/// Where is this entry, and what came out of it?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryDetail>")]
pub struct ShowEntry {
    /// Who asks; only its owner is told.
    pub user: UserId,
    /// Which one.
    pub entry: EntryId,
}

/// Everything about an entry. Texts out of the video are a stranger's.
#[derive(Debug, Clone)]
pub struct EntryDetail {
    /// Where it is.
    pub state: EntryState,
    /// What the platform says.
    pub info: Option<MediaInfo>,
    /// What is said.
    pub transcript: Option<Transcript>,
    /// What is shown.
    pub screen_text: Option<ScreenText>,
    /// What was made of it.
    pub note: Option<Note>,
    /// What was paid for it, in all its runs.
    pub spent: Spent,
}

/// Let this entry run again.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryState>")]
pub struct RetryEntry {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub entry: EntryId,
}

/// Tell how this user's entries move.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Feed>")]
pub struct WatchEntries {
    /// Whose.
    pub user: UserId,
    /// What the reader last heard of, in milliseconds since 1970.
    pub since: Option<i64>,
}

/// What did this user pay?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Outcome<Spent>")]
pub struct AskUsage {
    /// Whose.
    pub user: UserId,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Until before then.
    pub until: DateTime<Utc>,
}
