//! What people ask about databases: which there are, what is found in one, to make, adopt, change or remove one.

use actix::Message;

use super::Answer;
use crate::domain::account::{DatabaseView, Kind};
use crate::domain::adopt::Missing;
use crate::domain::entry::{ConnectionId, DatabaseId, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::mapping::{Choices, Mapping};
use crate::domain::refusal::Choice;
use crate::domain::schema::Schema;

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Asks for the next page, where there is one.
    pub next: Option<String>,
}

/// Which databases does this user have registered? Newest first.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Page<DatabaseView>>")]
pub struct ListDatabases {
    /// Whose.
    pub user: UserId,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many at most.
    pub limit: u32,
}

/// How is this database?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Shown>")]
pub struct ViewDatabase {
    /// Whose.
    pub user: UserId,
    /// Which one.
    pub id: DatabaseId,
}

/// Change a registered database; `None` leaves a thing as it is, `Some(None)` takes it away.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Shown>")]
pub struct ChangeDatabase {
    /// Whose.
    pub user: UserId,
    /// Which one.
    pub id: DatabaseId,
    /// The tag of a content database.
    pub tag: Option<Option<String>>,
    /// What the owner wants in general.
    pub instructions: Option<Option<String>>,
    /// The language the owner wants prose in.
    pub language: Option<Option<String>>,
    /// What of each video is kept as a file.
    pub keep: Option<Keep>,
    /// Which columns are to play which parts.
    pub mapping: Choices,
    /// The lists that may grow, by property id, and no others.
    pub open: Option<Vec<String>>,
}

/// Stop watching a database and forget its entries. Nothing changes in Notion.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<()>")]
pub struct RemoveDatabase {
    /// Whose.
    pub user: UserId,
    /// Which one.
    pub id: DatabaseId,
}

/// Which databases do the user's workspaces show? By title.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Page<Found>>")]
pub struct FindDatabases {
    /// Whose.
    pub user: UserId,
    /// Of this connection alone.
    pub connection: Option<ConnectionId>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many at most.
    pub limit: u32,
}

/// A database in Notion.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The connection that shows it.
    pub connection: ConnectionId,
    /// Notion's database id.
    pub database: String,
    /// Notion's data source id.
    pub data_source: String,
    /// Its title.
    pub title: String,
    /// Our id of it, where it is registered.
    pub registered: Option<DatabaseId>,
}

/// A database somebody points at.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    /// Its id or its address as people copy it.
    pub database: String,
    /// One of its data sources.
    pub data_source: Option<String>,
    /// The connection that shows it; without it all of the user's are tried.
    pub connection: Option<ConnectionId>,
}

/// What would be watched in this database? Nothing is written.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Proposal>")]
pub struct ProposeMapping {
    /// Whose.
    pub user: UserId,
    /// Which one.
    pub pick: Pick,
    /// What it is to be for.
    pub kind: Kind,
    /// The languages of whoever asks, as `Accept-Language` has them.
    pub languages: Option<String>,
}

/// What was found in a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The connection that shows it.
    pub connection: ConnectionId,
    /// Notion's database id.
    pub database: String,
    /// Notion's data source id.
    pub data_source: String,
    /// All data sources of the database.
    pub data_sources: Vec<Choice>,
    /// Its title.
    pub title: String,
    /// What it is to be for.
    pub kind: Kind,
    /// Our id of it, where it is registered.
    pub registered: Option<DatabaseId>,
    /// The parts as far as they are found; the others are empty.
    pub mapping: Mapping,
    /// All columns.
    pub schema: Schema,
    /// What is missing, and the columns that would be added.
    pub missing: Vec<Missing>,
}

/// Watch this database.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Kept>")]
pub struct AdoptDatabase {
    /// Whose.
    pub user: UserId,
    /// Which one.
    pub pick: Pick,
    /// What it is to be for.
    pub kind: Kind,
    /// The tag of a content database.
    pub tag: Option<String>,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language the owner wants prose in.
    pub language: Option<String>,
    /// What of each video is kept as a file; what was said before stays without it.
    pub keep: Option<Keep>,
    /// The languages of whoever asks, as `Accept-Language` has them.
    pub languages: Option<String>,
    /// Which columns are to play which parts; the others are found.
    pub mapping: Choices,
    /// The lists that may grow, by property id; those that were said before without it.
    pub open: Option<Vec<String>>,
    /// Whether columns may be added.
    pub add_missing: bool,
}

/// Make a link database and watch it.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Kept>")]
pub struct CreateDatabase {
    /// Whose.
    pub user: UserId,
    /// Where; may be left out by who has one connection.
    pub connection: Option<ConnectionId>,
    /// The language the owner wants prose in.
    pub language: Option<String>,
    /// The languages of whoever asks, as `Accept-Language` has them.
    pub languages: Option<String>,
}

/// A registered database with its columns as of now.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The database.
    pub view: DatabaseView,
    /// Its columns; `None` where Notion does not answer.
    pub schema: Option<Schema>,
}

/// A database that is watched from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The database.
    pub shown: Shown,
    /// Whether it was not registered before.
    pub is_new: bool,
}
