//! What an emulated workspace is made of: databases, data sources, pages, blocks, comments, changes.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::Caller;
use super::schema::{Author, Property};
use super::values::Cell;

/// Where an object hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Workspace,
    Page(Uuid),
    Block(Uuid),
    DataSource { source: Uuid, database: Uuid },
}

impl Parent {
    /// The object above, if any.
    pub(super) fn id(self) -> Option<Uuid> {
        match self {
            Self::Workspace => None,
            Self::Page(id) | Self::Block(id) => Some(id),
            Self::DataSource { source, .. } => Some(source),
        }
    }

    /// The parent as the API shows it.
    pub(super) fn shown(self) -> Value {
        match self {
            Self::Workspace => json!({"type": "workspace", "workspace": true}),
            Self::Page(id) => json!({"type": "page_id", "page_id": id}),
            Self::Block(id) => json!({"type": "block_id", "block_id": id}),
            Self::DataSource { source, database } => {
                json!({"type": "data_source_id", "data_source_id": source, "database_id": database})
            }
        }
    }
}

/// Who made an object and who touched it last.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    pub created: DateTime<Utc>,
    pub created_by: Uuid,
    pub edited: DateTime<Utc>,
    pub edited_by: Uuid,
}

impl Stamp {
    /// Made now by the caller.
    pub(super) fn new(caller: &Caller) -> Self {
        Self { created: caller.now, created_by: caller.user, edited: caller.now, edited_by: caller.user }
    }

    /// Touched now by the caller.
    pub(super) fn touch(&mut self, caller: &Caller) {
        self.edited = caller.now;
        self.edited_by = caller.user;
    }
}

/// A database: the frame around its data sources.
#[derive(Debug, Clone)]
pub(super) struct Database {
    pub id: Uuid,
    pub workspace: Uuid,
    pub parent: Parent,
    pub title: Vec<Value>,
    pub description: Vec<Value>,
    pub sources: Vec<Uuid>,
    pub icon: Value,
    pub cover: Value,
    pub is_inline: bool,
    pub in_trash: bool,
    pub stamp: Stamp,
}

/// A data source: a schema and its rows.
#[derive(Debug, Clone)]
pub(super) struct DataSource {
    pub id: Uuid,
    pub database: Uuid,
    pub title: Vec<Value>,
    pub properties: Vec<Property>,
    /// Rows in the order they were made.
    pub rows: Vec<Uuid>,
    /// Last number a unique id got.
    pub serial: u64,
    pub in_trash: bool,
    pub stamp: Stamp,
}

impl DataSource {
    /// A data source without rows.
    pub(super) fn new(
        id: Uuid,
        database: Uuid,
        title: Vec<Value>,
        properties: Vec<Property>,
        caller: &Caller,
    ) -> Self {
        let stamp = Stamp::new(caller);
        Self { id, database, title, properties, rows: Vec::new(), serial: 0, in_trash: false, stamp }
    }
}

/// A page, also a row of a data source.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub id: Uuid,
    pub workspace: Uuid,
    pub parent: Parent,
    /// Values by property id.
    pub cells: BTreeMap<String, Cell>,
    pub icon: Value,
    pub cover: Value,
    pub in_trash: bool,
    pub is_locked: bool,
    pub stamp: Stamp,
}

/// A block of a page body.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub id: Uuid,
    /// The page it is on.
    pub page: Uuid,
    pub parent: Parent,
    pub kind: &'static str,
    pub content: Value,
    pub in_trash: bool,
    pub stamp: Stamp,
}

/// A comment on a page or block.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub id: Uuid,
    pub discussion: Uuid,
    pub page: Uuid,
    pub parent: Parent,
    pub rich_text: Vec<Value>,
    pub by: Author,
    pub stamp: Stamp,
}

/// What happened, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "say what they are")]
pub enum ChangeKind {
    DatabaseCreated,
    SchemaChanged,
    PageCreated,
    PropertiesChanged,
    PageTrashed,
    PageRestored,
    ContentChanged,
    CommentsChanged,
}

/// One change of the workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The page, database or data source it happened to.
    pub id: Uuid,
    /// The data source of the row, if it is one.
    pub data_source: Option<Uuid>,
    /// Ids of the columns that changed.
    pub properties: Vec<String>,
    /// Whether a bot did it.
    pub by_bot: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A moment as Notion tells it: rounded down to the minute.
pub(super) fn minute(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.duration_trunc(TimeDelta::minutes(1)).unwrap_or(moment)
}

/// A moment as Notion writes it.
pub(super) fn moment(moment: DateTime<Utc>) -> String {
    minute(moment).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A list as the API shows it; `kind` names what is in it.
pub(super) fn list(kind: &str, results: &[Value], next: Option<&str>) -> Value {
    json!({
        "object": "list", "results": results, "has_more": next.is_some(), "next_cursor": next,
        "type": kind, kind: {},
    })
}
