//! How a database becomes one that Linkscribe watches: what was found in it, what it lacks, and the columns
//! that would be added. Also the database made for whoever has none.
//!
//! Takes a schema and how it is used; gives proposals. Nothing is written here.

mod words;

use serde::Serialize;

pub use self::words::Words;
use super::account::Kind;
use super::mapping::{Draft, Part, fold};
use super::schema::Schema;
use super::stage::Status;

/// A column to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// What is wanted in it; the summarizer reads this.
    pub description: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: NewKind,
}

/// The types of columns we make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NewKind {
    /// The row's name.
    Title,
    /// A link.
    Url,
    /// Free text.
    RichText,
    /// One of our statuses.
    #[serde(rename = "select")]
    Statuses,
    /// One of the options its owner adds.
    Select,
    /// Some of the options that come up.
    MultiSelect,
    /// A day.
    Date,
}

impl NewKind {
    /// Notion's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Url => "url",
            Self::RichText => "rich_text",
            Self::Statuses | Self::Select => "select",
            Self::MultiSelect => "multi_select",
            Self::Date => "date",
        }
    }
}

/// The colour of a status, by Notion's names: what moves is blue, what ended is green or red.
pub fn color(status: Status) -> &'static str {
    match status {
        Status::Pending => "gray",
        Status::Downloading | Status::Transcribing => "blue",
        Status::Processing => "purple",
        Status::Saving => "yellow",
        Status::Completed => "green",
        Status::Failed => "red",
    }
}

/// A part no column plays yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The part.
    pub part: Part,
    /// Whether the database cannot be watched without it.
    pub necessary: bool,
    /// Why, where it is not simply absent.
    pub why: Option<String>,
    /// The column that would be added; no title column can be.
    pub column: Option<NewColumn>,
}

/// What a database lacks for its kind, the necessary parts first.
pub fn missing(schema: &Schema, draft: &Draft, kind: Kind, words: &Words) -> Vec<Missing> {
    let parts = Part::of(kind).iter().copied().filter(|part| draft.mapping.column_of(*part).is_none());
    parts
        .map(|part| {
            let why = draft.no_status.as_ref().filter(|_| part == Part::Status).map(ToString::to_string);
            let column = words.column(part).map(|column| under_a_free_name(schema, column));
            Missing { part, necessary: part.is_necessary(), why, column }
        })
        .collect()
}

/// A column that has the name already is its owner's and stays as it is.
fn under_a_free_name(schema: &Schema, mut column: NewColumn) -> NewColumn {
    let taken = |name: &str| schema.columns.iter().any(|known| fold(&known.name) == fold(name));
    let wanted = column.name.clone();
    let names = std::iter::once(format!("Linkscribe {wanted}"))
        .chain((2..).map(|number| format!("Linkscribe {wanted} {number}")));
    if taken(&wanted)
        && let Some(free) = names.into_iter().find(|name| !taken(name))
    {
        column.name = free;
    }
    column
}

/// A database to be made for saved links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its title.
    pub title: String,
    /// Its columns, in their order.
    pub columns: Vec<NewColumn>,
}

/// The database made in one click.
pub fn plan(words: &Words) -> Plan {
    Plan { title: words.title.to_owned(), columns: words.columns() }
}

#[cfg(test)]
mod tests;
