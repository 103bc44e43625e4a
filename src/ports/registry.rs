//! Which databases are registered.

use std::time::Duration;

use async_trait::async_trait;

use super::catalogue::Asked;
use crate::domain::account::{DatabaseView, Kind, Trouble};
use crate::domain::entry::{ConnectionId, ContentDatabase, DatabaseId, LinkDatabase, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::mapping::Mapping;
use crate::failure::Outcome;

/// A database to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDatabase {
    /// Whose it is.
    pub user: UserId,
    /// The connection whose token opens it.
    pub connection: ConnectionId,
    /// What it is for.
    pub kind: Kind,
    /// For a content database: its tag.
    pub tag: Option<String>,
    /// Notion's database id.
    pub notion_database: String,
    /// Notion's data source id.
    pub data_source: String,
    /// Its title.
    pub title: String,
    /// Which column plays which part.
    pub mapping: Mapping,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language the owner wants prose in (BCP 47).
    pub language: Option<String>,
    /// What of each video is kept as a file.
    pub keep: Keep,
}

/// What may be changed about a registered database; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatabaseChange {
    /// The connection whose token opens it.
    pub connection: Option<ConnectionId>,
    /// The tag of a content database.
    pub tag: Option<Option<String>>,
    /// The parts columns play.
    pub mapping: Option<Mapping>,
    /// What the owner wants in general.
    pub instructions: Option<Option<String>>,
    /// The language the owner wants prose in.
    pub language: Option<Option<String>>,
    /// What of each video is kept as a file.
    pub keep: Option<Keep>,
}

/// A link database whose poll was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct DuePoll {
    /// Which database.
    pub database: LinkDatabase,
    /// How many polls in a row failed before this one.
    pub failed: u32,
    /// Whether something is recorded as wrong with it.
    pub troubled: bool,
    /// Its next turn as the taking set it, by the database's clock. Who moves it meanwhile, such as its owner, wants
    /// something that this poll knows nothing of.
    pub turn: i64,
}

/// How a poll ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollEnd {
    /// The database was asked: it goes on at its usual pace.
    Worked,
    /// It could not be asked, and rests so long.
    Failed {
        /// For how long.
        rest: Duration,
    },
    /// Nobody was asked, because there was no request left for it.
    LeftOut {
        /// When there will be; a usual turn that comes earlier stays.
        pause: Duration,
    },
}

/// Keeps registered databases. What takes a user tells nothing of another one's.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Keeps a database; the same data source in the same connection replaces what was known of it. A tag
    /// that another content database of the user has fails as permanent. A link database that somebody else has
    /// watched is refused, also where both ask at the same instant: one of them has it then.
    async fn keep_database(&self, new: NewDatabase) -> Asked<DatabaseId>;

    /// One registered link database, for the chain.
    async fn database(&self, id: DatabaseId) -> Outcome<Option<LinkDatabase>>;

    /// All registered link databases.
    async fn databases(&self) -> Outcome<Vec<LinkDatabase>>;

    /// A user's databases, newest first; after `after` where one is given.
    async fn databases_of(
        &self,
        user: UserId,
        after: Option<DatabaseId>,
        limit: u32,
    ) -> Outcome<Vec<DatabaseView>>;

    /// One database of a user.
    async fn database_of(&self, user: UserId, id: DatabaseId) -> Outcome<Option<DatabaseView>>;

    /// A user's content databases, oldest first, resting ones included.
    async fn content_databases(&self, user: UserId) -> Outcome<Vec<ContentDatabase>>;

    /// The database a user registered for a data source, through whichever connection.
    async fn registered(&self, user: UserId, data_source: &str) -> Outcome<Option<DatabaseView>>;

    /// Whether anybody else has a data source watched, through a connection that is open.
    async fn watched_by_other(&self, user: UserId, data_source: &str) -> Outcome<bool>;

    /// Changes a database of a user; `false` where the user has no such one. One that rested because somebody else
    /// had it watched goes on if nobody has any more.
    async fn change_database(&self, user: UserId, id: DatabaseId, change: DatabaseChange) -> Outcome<bool>;

    /// Removes a database of a user with its entries; `false` where the user has no such one.
    async fn remove_database(&self, user: UserId, id: DatabaseId) -> Outcome<bool>;

    /// Records what is wrong with a database, or that nothing is any more.
    async fn set_trouble(&self, id: DatabaseId, trouble: Option<&Trouble>) -> Outcome<()>;

    /// Takes up to `limit` link databases whose poll is due and puts their next poll `interval` later, so
    /// that of several instances only one polls. Those of revoked connections rest.
    async fn due_polls(&self, limit: u32, interval: Duration) -> Outcome<Vec<DuePoll>>;

    /// Records how a poll ended, unless its next turn was moved meanwhile. What failed before is forgotten whenever
    /// the owner acts: registers or changes the database, edits it in Notion, connects again.
    async fn settle_poll(&self, poll: &DuePoll, end: PollEnd) -> Outcome<()>;
}
