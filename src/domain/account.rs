//! What a person has with the service: connections to workspaces, and registered databases.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::entry::{ConnectionId, DatabaseId, UserId};
use super::keepsake::Keep;
use super::mapping::Mapping;

/// A connection as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionView {
    /// Our id.
    pub id: ConnectionId,
    /// The workspace's name.
    pub workspace: String,
    /// Since when it has been connected.
    pub connected_at: DateTime<Utc>,
    /// Since when Notion refuses it; its databases are paused until it is connected again.
    pub revoked_at: Option<DateTime<Utc>>,
    /// How many databases are registered through it.
    pub databases: u64,
}

/// What a registered database is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Links are saved in it.
    #[default]
    Link,
    /// Results go to it as new pages.
    Content,
}

/// What is wrong with a registered database, told to its owner on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Trouble {
    /// A mapped column is gone.
    ColumnGone {
        /// The part it played: link, status, title, reason or tag.
        part: String,
    },
    /// A mapped column has another type now.
    ColumnRetyped {
        /// The part it played.
        part: String,
        /// Its name.
        column: String,
        /// Its type now, as Notion calls it.
        now: String,
    },
    /// The status column lost an option that shows one of our statuses.
    OptionGone {
        /// The column's name.
        column: String,
        /// The option.
        option: String,
    },
    /// The database is in the trash, or no longer shared with the connection.
    NotReached,
    /// Somebody else has it watched since its connection was lost.
    WatchedByOther,
}

impl Trouble {
    /// Its name in the interface.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ColumnGone { .. } => "column_gone",
            Self::ColumnRetyped { .. } => "column_retyped",
            Self::OptionGone { .. } => "option_gone",
            Self::NotReached => "not_reached",
            Self::WatchedByOther => "watched_by_other",
        }
    }

    /// What happened and what to do about it.
    pub fn sentence(&self) -> String {
        match self {
            Self::ColumnGone { part } => format!(
                "The column for the {part} was removed. Put it back in Notion, or choose another one here."
            ),
            Self::ColumnRetyped { part, column, now } => format!(
                "The column {column}, which held the {part}, is of the type {now} now. Change it back in \
                 Notion, or choose another one here."
            ),
            Self::OptionGone { column, option } => format!(
                "The column {column} has no option \u{201c}{option}\u{201d} any more. Put it back in Notion, or \
                 choose the column here again."
            ),
            Self::NotReached => {
                "Notion no longer shows this database to Linkscribe. Share it again: in Notion, \
                 open it, then \u{2026} > Connections."
                    .to_owned()
            }
            Self::WatchedByOther => {
                "This database is watched for another account, so it rests here. Save it again once the other one \
                 has removed it."
                    .to_owned()
            }
        }
    }
}

/// A registered database as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatabaseView {
    /// Our id.
    pub id: DatabaseId,
    /// Whose it is.
    #[serde(skip)]
    pub user: UserId,
    /// The connection whose token opens it.
    pub connection_id: ConnectionId,
    /// The workspace's name.
    pub workspace: String,
    /// What it is for.
    pub kind: Kind,
    /// For a content database: the tag that leads to it, unique per user.
    pub tag: Option<String>,
    /// Its title when it was registered.
    pub title: String,
    /// Notion's database id.
    pub notion_database_id: String,
    /// Notion's data source id.
    pub data_source_id: String,
    /// Which column plays which part; of a content database only the title's is known.
    pub mapping: Mapping,
    /// What the owner wants in general, in their own words.
    pub instructions: Option<String>,
    /// The language the owner wants prose in (BCP 47).
    pub language: Option<String>,
    /// What of each video is kept as a file on the page of its row.
    pub keep: Keep,
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
    /// Whether it rests because its connection was revoked.
    pub paused: bool,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}
