//! Keeps imports: what was previewed, what runs, and where each of its links is.
//!
//! Whoever works on an import holds a claim with a number that grows with each; every write on behalf of a
//! worker carries it and fails as stale, changing nothing, when somebody else has it or its owner stopped it.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::cost::Prices;
use crate::domain::entry::{ConnectionId, DatabaseId, ImportId, RunLease, UserId};
use crate::domain::import::preview::{Planned, Preview};
use crate::domain::import::view::ImportView;
use crate::domain::link::MediaKey;
use crate::failure::Outcome;

/// How long a preview waits for a yes.
pub const PREVIEW_LASTS: Duration = Duration::from_hours(24);

/// An import to be kept.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// Whose it is.
    pub user: UserId,
    /// Where its rows are to be made.
    pub database: DatabaseId,
    /// The connection whose token opens the database.
    pub connection: ConnectionId,
    /// What was found in the file.
    pub preview: Preview,
    /// The links to be taken in, in their order.
    pub planned: Vec<Planned>,
}

/// What became of a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It runs.
    Runs,
    /// There is no such import of this user, or nobody said yes in time.
    Unknown,
    /// It was stopped or has ended.
    Over,
    /// It would take nothing in.
    Nothing,
}

/// The right to work on one import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportTicket {
    /// Which one.
    pub import: ImportId,
    /// The claim.
    pub lease: RunLease,
}

/// An import that was claimed, with the next of its links.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The right to work on it.
    pub ticket: ImportTicket,
    /// Where the rows are made.
    pub database: DatabaseId,
    /// Whether a row has to be looked for before it is made.
    pub look_first: bool,
    /// Tries in a row whose outcome nobody knows.
    pub stumbles: u32,
    /// Its next links: first those whose outcome is not known.
    pub items: Vec<Item>,
}

/// A link of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place.
    pub position: i32,
    /// The link.
    pub link: String,
    /// The title, where it is known.
    pub title: Option<String>,
    /// Whether somebody was about to make its row: it may be there.
    pub was_intended: bool,
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its row stands in the database, under this page id.
    Made(String),
    /// Its row stood there before.
    Stood(String),
    /// Certainly nothing was made: it is its turn again.
    Planned,
    /// Notion refuses it, for this reason.
    Failed(String),
}

/// How an import goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onward {
    /// After this pause; ends when no link is left.
    After(Duration),
    /// After this pause, because an outcome is not known.
    Stumbled(Duration),
    /// When its owner says so; what for.
    Paused(String),
}

/// Which imports.
#[derive(Debug, Clone, Copy)]
pub struct ImportListing {
    /// Of this database.
    pub database: DatabaseId,
    /// Only those made before this one.
    pub before: Option<ImportId>,
    /// How many at most.
    pub limit: u32,
}

/// Keeps imports.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Keeps a preview; the oldest ones of the user make room for it.
    async fn keep_preview(&self, new: NewImport) -> Outcome<ImportId>;

    /// The videos that running and paused imports are taking into this database.
    async fn being_imported(&self, database: DatabaseId) -> Outcome<HashSet<MediaKey>>;

    /// One import of a user.
    async fn import_of(&self, user: UserId, id: ImportId, prices: &Prices) -> Outcome<Option<ImportView>>;

    /// The imports of a user's database, newest first.
    async fn imports_of(
        &self,
        user: UserId,
        wanted: &ImportListing,
        prices: &Prices,
    ) -> Outcome<Vec<ImportView>>;

    /// The owner says yes, or that it may go on. Liked links are left out unless `likes`; so are videos that
    /// another import has taken in since.
    async fn confirm(&self, user: UserId, id: ImportId, likes: bool) -> Outcome<Confirmed>;

    /// The owner stops it: what is not made stays so. `false` where the user has no such one.
    async fn cancel(&self, user: UserId, id: ImportId) -> Outcome<bool>;

    /// Claims the next import that is due, for so long, in the name of `owner`: one at a time for each
    /// connection. Ends those that have no link left, and forgets previews nobody said yes to.
    async fn claim_import(&self, owner: &str, lease: Duration, batch: u32) -> Outcome<Option<Batch>>;

    /// A link's row is about to be made. Prolongs the claim by `lease`.
    async fn intend(&self, ticket: ImportTicket, position: i32, lease: Duration) -> Outcome<()>;

    /// Records what became of a link.
    async fn settle(&self, ticket: ImportTicket, position: i32, fate: &Fate) -> Outcome<()>;

    /// Gives the claim back and says how it goes on.
    async fn hand_on(&self, ticket: ImportTicket, onward: &Onward) -> Outcome<()>;
}
