//! A user's workspace: their rows, their columns, the page under each row.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::fence::Fence;
use crate::domain::entry::ConnectionId;
use crate::domain::mapping::Mapping;
use crate::domain::note::Value;
use crate::domain::ours::{Fingerprint, Held};
use crate::domain::page::Section;
use crate::domain::reason::Reason;
use crate::domain::schema::Schema;
use crate::domain::stage::Status;
use crate::domain::waiting::Waiting;
use crate::failure::Outcome;

/// What requests are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Errand {
    /// What somebody waits for: an entry on its way, or a person.
    #[default]
    Work,
    /// Looking for something new, which is done again soon: gives way to work and waits for nothing.
    Poll,
}

/// The right to act in one workspace.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose budget the requests are taken from.
    pub connection: ConnectionId,
    /// The workspace's own id, whose budget all its connections share; empty where it was not told.
    pub workspace: String,
    /// What the requests are for.
    pub errand: Errand,
    /// The bearer token.
    pub token: SecretString,
    /// Passed before each request made for an entry; `None` where no lease is needed.
    pub fence: Option<Fence>,
}

impl Access {
    /// Access that no lease limits.
    pub fn new(connection: ConnectionId, token: SecretString) -> Self {
        Self { connection, workspace: String::new(), errand: Errand::Work, token, fence: None }
    }

    /// The same with the budget of a workspace.
    #[must_use]
    pub fn in_workspace(mut self, id: impl Into<String>) -> Self {
        self.workspace = id.into();
        self
    }

    /// The same for looking only.
    #[must_use]
    pub fn for_polls(mut self) -> Self {
        self.errand = Errand::Poll;
        self
    }

    /// The same for the worker of one entry, which ends with its lease.
    #[must_use]
    pub fn within(mut self, fence: Fence) -> Self {
        self.fence = Some(fence);
        self
    }
}

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The integration's own id in this workspace; two workspaces of one name differ in it.
    pub bot: String,
    /// The workspace's own id; empty where it is not told.
    pub workspace_id: String,
    /// The workspace's name, for people.
    pub workspace: String,
}

/// A data source inside a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSourceRef {
    /// The database it belongs to.
    pub database: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A row as it stands in the workspace right now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its page id.
    pub page: String,
    /// What the mapped link column holds.
    pub link: Option<String>,
    /// The option the mapped status column shows.
    pub status: Option<String>,
    /// The text of the mapped reason column.
    pub reason: Option<String>,
    /// What its columns hold, by whomever, by property id.
    pub columns: BTreeMap<String, Held>,
    /// Whether it lies in the trash.
    pub in_trash: bool,
    /// When it was made, to the minute.
    pub created_at: Option<DateTime<Utc>>,
}

/// What is to change in a row, in one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowUpdate {
    /// The status to show.
    pub status: Option<Status>,
    /// Values by property id.
    pub values: BTreeMap<String, Value>,
    /// The text of the mapped reason column; an empty text clears it.
    pub reason: Option<String>,
}

/// A workspace such as Notion. Every method takes the access it acts with.
#[async_trait]
pub trait Workspace: Send + Sync {
    /// Who a token speaks for; fails as permanent when the token is refused.
    async fn whoami(&self, access: &Access) -> Outcome<Identity>;

    /// The data sources of a database, given its id or its address as people copy it.
    async fn data_sources(&self, access: &Access, database: &str) -> Outcome<Vec<DataSourceRef>>;

    /// The columns of a data source.
    async fn schema(&self, access: &Access, data_source: &str) -> Outcome<Schema>;

    /// All rows with a link whose status is empty or pending, every page of the answer followed.
    async fn waiting_rows(&self, access: &Access, data_source: &str, mapping: &Mapping) -> Outcome<Vec<Row>>;

    /// One row as it stands now. A row that is gone fails as permanent with `RowGone`.
    async fn row(&self, access: &Access, page: &str, mapping: &Mapping) -> Outcome<Row>;

    /// Changes a row in one request.
    async fn update_row(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        update: &RowUpdate,
    ) -> Outcome<()>;

    /// What a value will look like once its column holds it; `None` where the workspace has no form for it.
    fn shown_as(&self, value: &Value) -> Option<Fingerprint>;

    /// The section with this marker on a page, wherever its owner moved it on the page's top level.
    async fn find_section(&self, access: &Access, page: &str, marker: &str) -> Outcome<Option<String>>;

    /// Whether somebody else wrote in a section since it was put up.
    async fn was_edited(&self, access: &Access, section: &str) -> Outcome<bool>;

    /// Removes a section; one that is gone already is no failure.
    async fn remove_section(&self, access: &Access, section: &str) -> Outcome<()>;

    /// Appends a section to a page and gives its id.
    async fn append_section(&self, access: &Access, page: &str, section: &Section) -> Outcome<String>;

    /// Shows status `failed` and tells the reason: in the mapped column, else as a comment on the row,
    /// else as a callout on the page. Telling the same reason twice leaves it told once.
    async fn tell_failure(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        reason: Reason,
    ) -> Outcome<()>;

    /// Shows status `pending` and, where a column for reasons is mapped, what the entry waits for. Words
    /// that are not ours stay.
    async fn tell_waiting(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        waiting: &Waiting,
    ) -> Outcome<()>;

    /// Takes back what `tell_failure` and `tell_waiting` said, after a success. What the owner wrote stays.
    async fn untell_failure(&self, access: &Access, page: &str, mapping: &Mapping) -> Outcome<()>;

    /// Waits until nothing is under way that must not be cut short, such as the purchase of tokens.
    async fn settle(&self) {}
}
