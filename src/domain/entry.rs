//! An entry: one row of a link database on its way through the chain, and who may work on it.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keepsake::Keep;
use super::link::{MediaKey, VideoUrl};
use super::mapping::Mapping;
use super::note::Note;
use super::ours::Written;
use super::reason::Reason;
use super::stage::Status;
use super::waiting::Waiting;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one; version 7, so that ids sort by the time they were made.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

uuid_id! {
    /// One row on its way through the chain.
    EntryId
}
uuid_id! {
    /// One person who uses the service.
    UserId
}
uuid_id! {
    /// One authorised Notion workspace of one user.
    ConnectionId
}
uuid_id! {
    /// One registered database.
    DatabaseId
}
uuid_id! {
    /// One old collection that is taken in.
    ImportId
}

/// The number that grows with every claim of an entry. Every later write carries it; a stale one changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunLease(pub i64);

/// The right to work on one entry: its id and the lease number of this claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// The entry.
    pub entry: EntryId,
    /// The claim.
    pub lease: RunLease,
}

/// A Notion database in which a user saves links, as registered.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkDatabase {
    /// Our id.
    pub id: DatabaseId,
    /// Whose it is.
    pub user: UserId,
    /// The connection whose token opens it.
    pub connection: ConnectionId,
    /// Notion's database id.
    pub notion_database: String,
    /// Notion's data source id (API 2025-09-03: rows and schema live there).
    pub data_source: String,
    /// The database's title when it was registered, for people.
    pub title: String,
    /// Which column plays which part.
    pub mapping: Mapping,
    /// What the owner wants in general, in their own words.
    pub instructions: Option<String>,
    /// The language the owner wants prose in (BCP 47), if they said.
    pub language: Option<String>,
    /// What of each video is kept as a file on the page of its row.
    pub keep: Keep,
    /// When it was first registered; `None` before it is.
    pub registered_at: Option<DateTime<Utc>>,
}

/// A Notion database that results go to as new pages, as registered.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentDatabase {
    /// Our id.
    pub id: DatabaseId,
    /// The connection whose token opens it.
    pub connection: ConnectionId,
    /// Notion's data source id.
    pub data_source: String,
    /// The database's title when it was registered, for people and for the choice.
    pub title: String,
    /// The tag that leads to it, unique per user.
    pub tag: String,
    /// Which column plays which part; of a content database only the title's is known.
    pub mapping: Mapping,
    /// What the owner wants in general, in their own words.
    pub instructions: Option<String>,
    /// The language the owner wants prose in (BCP 47), if they said.
    pub language: Option<String>,
    /// Whether it rests because its connection was revoked.
    pub paused: bool,
}

/// Which of two queues an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lane {
    /// Somebody saved a link and waits for it.
    #[default]
    New,
    /// An old collection is taken in: it runs behind new links.
    Backlog,
}

/// A row that the Monitor found waiting.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRow {
    /// The registered database it stands in.
    pub database: DatabaseId,
    /// Notion's page id of the row.
    pub page: String,
    /// What the link column holds; not yet checked.
    pub link: String,
    /// The queue it belongs into.
    pub lane: Lane,
}

/// What became of a found row in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is new, or its owner asked for another run.
    Queued,
    /// It is waiting or running already, or was finished after the row was looked at.
    Known,
}

/// A claimed entry with everything a restart needs to go on behind its last checkpoint.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The right to work on it.
    pub ticket: Ticket,
    /// The registered database it stands in.
    pub database: DatabaseId,
    /// Notion's page id of the row.
    pub page: String,
    /// The link as the user wrote it.
    pub link: String,
    /// Failed attempts since it last got further.
    pub attempts: u32,
    /// The note, when the summarizer was done already.
    pub note: Option<Note>,
    /// The body section on the row's page, of this run or an earlier one (Notion block id).
    pub section: Option<String>,
    /// What is remembered of our writing in the row.
    pub written: Written,
    /// How far this run has got with the body.
    pub body: Body,
    /// The verdict that still has to be told in the row.
    pub verdict: Option<Reason>,
    /// What its owner was last told it waits for.
    pub waiting: Option<Waiting>,
    /// How long it has been waiting for others without getting any further.
    pub waited: Duration,
    /// Whether its owner asked for another run, whatever the row says.
    pub asked_again: bool,
    /// The content database that was chosen for its result.
    pub chosen: Option<DatabaseId>,
    /// How many runs there were before this one: grows whenever the video is to be summarized anew.
    pub run: u32,
    /// Whether no claim before it did anything but wait its turn, so that nothing of ours stands in the row.
    pub is_first: bool,
}

/// How far a run has got with the body of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// Nothing was tried.
    #[default]
    Untouched,
    /// It was about to be written: it may be there, in whole or in part.
    Intended,
    /// It stands on the page as a whole.
    Written,
}

/// An entry as people and the interface see it.
#[derive(Debug, Clone, Serialize)]
pub struct EntryView {
    /// Our id.
    pub id: EntryId,
    /// The registered database it stands in.
    pub database_id: DatabaseId,
    /// Notion's page id of the row.
    pub page_id: String,
    /// The link as the user wrote it.
    pub link: String,
    /// Where it is.
    pub status: Status,
    /// Failed attempts since it last got further.
    pub attempts: u32,
    /// Why it failed, for a failed one.
    pub reason: Option<Reason>,
    /// What it waits for now, where it is nobody's fault.
    pub waiting: Option<Waiting>,
    /// Since when it has been waiting for others without getting any further.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The entry in whose row its owner saved the same video before.
    pub earlier: Option<EntryId>,
    /// When its row was first seen.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
}

impl EntryView {
    /// What to tell its owner: why it failed, what it waits for, or that all is well.
    pub fn sentence(&self) -> String {
        match (self.status, self.reason, &self.waiting) {
            (_, Some(reason), _) => reason.sentence().to_owned(),
            (_, None, Some(waiting)) => waiting.sentence(),
            (Status::Completed, None, None) => "The result stands in its row in Notion.".to_owned(),
            (Status::Pending, None, None) => "Waiting for its turn.".to_owned(),
            _ => "Linkscribe is working on it.".to_owned(),
        }
    }

    /// The address of its row in Notion. Page ids are written without dashes there.
    pub fn row_url(&self) -> String {
        let id: String = self.page_id.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("https://www.notion.so/{id}")
    }
}

/// A link that was understood: where it points, and the key all links to the same video share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address to download from.
    pub url: VideoUrl,
    /// The key of the media record.
    pub key: MediaKey,
}
