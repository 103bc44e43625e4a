//! A user's workspace: their rows, their columns, the page under each row.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::access::Access;
use crate::domain::keepsake::Keepsake;
use crate::domain::mapping::Mapping;
use crate::domain::note::Value;
use crate::domain::ours::Held;
use crate::domain::page::Section;
use crate::domain::reason::Reason;
use crate::domain::schema::Schema;
use crate::domain::stage::Status;
use crate::domain::waiting::{Waiting, is_told};
use crate::failure::Outcome;

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
    /// The options that the mapped tag column shows.
    pub tags: Vec<String>,
    /// Where people open it; empty where the workspace does not tell.
    pub url: String,
    /// What its columns hold, by whomever, by property id.
    pub columns: BTreeMap<String, Held>,
    /// Whether its page has a cover, by whomever.
    pub has_cover: bool,
    /// Whether it lies in the trash.
    pub in_trash: bool,
    /// When it was made, to the minute.
    pub created_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Whether there is no room for a reason in the row: no column is mapped or there, or it holds its owner's words.
    pub fn tells_beside(&self, mapping: &Mapping) -> bool {
        let is_there = mapping.reason.as_ref().is_some_and(|column| self.columns.contains_key(column));
        !is_there || self.reason.as_deref().is_some_and(|words| !is_told(words))
    }
}

/// A file to be put into a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFile<'a> {
    /// What people see it called.
    pub name: &'a str,
    /// Its MIME type.
    pub mime: &'static str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// A file of this machine to be put into a workspace, however large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LargeFile<'a> {
    /// What people see it called.
    pub name: &'a str,
    /// Its MIME type.
    pub mime: &'static str,
    /// Where it is.
    pub path: &'a Path,
}

/// A file that was put into a workspace; any number of its pages may show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The workspace's own id of it.
    pub id: String,
}

/// The picture of a video, on its way to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file; columns that take the thumbnail show it.
    pub upload: Upload,
    /// Whether it becomes the page's cover.
    pub as_cover: bool,
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
    /// The video's picture. Without one, a column that would show it stays as it is; so does all of it where the
    /// workspace does not take it, and what else is to change still does.
    pub picture: Option<Picture>,
}

/// Where a section with our marker stands, and who made it. People copy sections, and may put the marker into a box of
/// their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionNow {
    /// Which one.
    pub id: String,
    /// The page or block it stands in; `None` where that is not told.
    pub holder: Option<String>,
    /// Who made it, in the workspace's own word; `None` where that is not told.
    pub maker: Option<String>,
    /// Whether the connection that asks is its maker.
    pub is_own: bool,
}

/// What a look at a whole section tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionState {
    /// It is no more.
    Gone,
    /// We made it, and nobody else has had a hand in it.
    Untouched,
    /// Somebody else made it, wrote in it or spoke about it.
    Theirs,
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

    /// Puts a file into the workspace, within its own limits. `None` where it takes no files at all. Doing it twice
    /// leaves a file that nothing shows.
    async fn upload(&self, _access: &Access, _file: NewFile<'_>) -> Outcome<Option<Upload>> {
        Ok(None)
    }

    /// Puts a file of any size into the workspace, within its own limits; gives what became of it. Doing it twice
    /// leaves a file that nothing shows.
    async fn keep_file(&self, _access: &Access, _file: LargeFile<'_>) -> Outcome<Keepsake> {
        Ok(Keepsake::Failed)
    }

    /// The largest file the workspace takes, in bytes.
    async fn largest_file(&self, _access: &Access) -> Outcome<u64> {
        Ok(0)
    }

    /// Whether a file that was put into the workspace may still be shown.
    async fn has_file(&self, _access: &Access, _file: &str) -> Outcome<bool> {
        Ok(false)
    }

    /// What a column will hold with this value in it; `None` where the workspace has no form for it.
    fn shown_as(&self, value: &Value) -> Option<Held>;

    /// All sections with this marker on a page, wherever its owner moved them there, within reason.
    async fn find_sections(&self, access: &Access, page: &str, marker: &str) -> Outcome<Vec<SectionNow>>;

    /// Where a section stands now; `None` where it is gone.
    async fn section(&self, access: &Access, section: &str) -> Outcome<Option<SectionNow>>;

    /// Looks at a section and all that is in it. `known_maker` is us as well: an earlier connection of the same owner.
    /// A look that would be torn apart by a spent budget fails as waiting.
    async fn section_state(
        &self,
        access: &Access,
        section: &str,
        known_maker: Option<&str>,
    ) -> Outcome<SectionState>;

    /// Removes a section; one that is gone already is no failure.
    async fn remove_section(&self, access: &Access, section: &str) -> Outcome<()>;

    /// Puts a section up behind an older one, where that can be, else at the end of the page; gives its id.
    async fn append_section(
        &self,
        access: &Access,
        page: &str,
        section: &Section,
        behind: Option<&SectionNow>,
    ) -> Outcome<String>;

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

    /// Takes back what `tell_failure` said beside the columns, before a success. What the owner wrote stays. What
    /// stands in the mapped column goes with the row's last change.
    async fn untell_failure(&self, access: &Access, page: &str) -> Outcome<()>;

    /// Waits until nothing is under way that must not be cut short, such as the purchase of tokens.
    async fn settle(&self) {}
}
