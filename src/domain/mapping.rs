//! Which column of a link database plays which part.
//!
//! A database is anyone's: the parts are proposed from the columns' types first and their names, in
//! any of the languages below, second. What is missing is said in words its owner can act on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::drift::drift;
pub use self::lists::{ListProblem, open, openable};
pub(in crate::domain) use self::names::fold;
use self::names::{
    COMPLETED_NAMES, FAILED_NAMES, LINK_NAMES, PENDING_NAMES, REASON_NAMES, STATUS_NAMES, TAG_NAMES,
    WORKING_NAMES, best_named, is_named,
};
pub use self::parts::{ChoiceProblem, Choices, Part, apply, candidates};
use super::schema::{ChoiceOption, Column, ColumnKind, Schema};
use super::stage::Status;

mod drift;
mod lists;
mod names;
mod parts;

/// Whether a column is named as the one for the link itself.
pub(in crate::domain) fn names_a_link(column: &Column) -> bool {
    is_named(column, LINK_NAMES)
}

/// The parts columns play, by property id, so that renames do no harm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// The url column with the link to watch.
    pub link: String,
    /// The select or status column that shows where the entry is.
    pub status: StatusColumn,
    /// The title column.
    pub title: String,
    /// The text column that takes a failure's reason, where there is one.
    pub reason: Option<String>,
    /// The column whose option names the content database a row's result goes to, where there is one.
    #[serde(default)]
    pub tag: Option<String>,
    /// Property ids of the columns to which new options may be added whatever their descriptions say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}

impl Mapping {
    /// The columns a summary must leave alone.
    pub fn reserved(&self) -> Vec<&str> {
        let mut ids = vec![self.link.as_str(), self.status.id.as_str()];
        ids.extend(self.reason.as_deref());
        ids.extend(self.tag.as_deref());
        ids
    }
}

/// The column that shows where an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusColumn {
    /// Property id.
    pub id: String,
    /// `select` or `status`; decides the shape Notion wants.
    pub kind: StatusKind,
    /// The option shown for each of our statuses; a status without one is not shown.
    pub options: BTreeMap<Status, String>,
}

/// The two column types that can show a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// A select column: options are added by Notion when first used.
    #[default]
    Select,
    /// A status column: only options that exist may be used.
    Status,
}

/// Why no mapping can be proposed, told to the database's owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// Nothing to read links from.
    #[error("There is no column for links. Add a URL column to the database, then register it again.")]
    NoLink,
    /// Nothing to show the status in.
    #[error(
        "There is no column for the status. Add a select column named Status to the database, then register it again."
    )]
    NoStatus,
    /// A Notion status column without an option for rows that wait.
    #[error(
        "The column {column} has no option for links that wait. Add an option named pending to it, then register the database again."
    )]
    NoPendingOption {
        /// The column's name.
        column: String,
    },
    /// A Notion status column without an option for rows that are done.
    #[error(
        "The column {column} has no option for links that are done. Add an option named completed to it, then register the database again."
    )]
    NoCompletedOption {
        /// The column's name.
        column: String,
    },
    /// Not a database: every one has a title column.
    #[error("There is no title column. Check that this is a Notion database, then register it again.")]
    NoTitle,
}

/// How a database is used: what names do not decide, its rows may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// Rows looked at.
    pub rows: usize,
    /// How many of them have something in a column, by property id.
    pub filled: BTreeMap<String, usize>,
}

/// The parts as far as they are found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The parts; those not found are empty.
    pub mapping: Mapping,
    /// Why there is no column for the status.
    pub no_status: Option<MappingProblem>,
}

/// Proposes which column plays which part.
pub fn propose(schema: &Schema) -> Result<Mapping, MappingProblem> {
    draft(schema, &Usage::default()).complete()
}

/// Finds the parts by type, by name and by use.
pub fn draft(schema: &Schema, usage: &Usage) -> Draft {
    let id = |column: &Column| column.id.clone();
    let title = of_kind(schema, |kind| matches!(kind, ColumnKind::Title));
    let texts = of_kind(schema, |kind| matches!(kind, ColumnKind::RichText));
    let (status, no_status) = match status_column(schema) {
        Ok(status) => (status, None),
        Err(problem) => (StatusColumn::default(), Some(problem)),
    };
    // Only the exact name: a column such as "Reason to visit" is the owner's, not ours. For the same reason
    // a column "Tags" is what the owner wants filled, and no address for results.
    let tags = of_kind(schema, |kind| Part::Tag.takes(kind));
    let tag = tags.into_iter().find(|column| column.id != status.id && is_named(column, TAG_NAMES));
    let reason = texts.into_iter().find(|column| is_named(column, REASON_NAMES));
    let mapping = Mapping {
        link: link_column(schema, usage).map(id).unwrap_or_default(),
        status,
        title: title.first().copied().map(id).unwrap_or_default(),
        reason: reason.map(id),
        tag: tag.map(id),
        open: Vec::new(),
    };
    Draft { mapping, no_status }
}

impl Draft {
    /// The mapping of a link database, where nothing necessary is missing.
    pub fn complete(self) -> Result<Mapping, MappingProblem> {
        if self.mapping.link.is_empty() {
            return Err(MappingProblem::NoLink);
        }
        if let Some(problem) = self.no_status {
            return Err(problem);
        }
        if self.mapping.title.is_empty() {
            return Err(MappingProblem::NoTitle);
        }
        Ok(self.mapping)
    }
}

/// The url column with the best name; where no name says it, the one that is filled most.
fn link_column<'a>(schema: &'a Schema, usage: &Usage) -> Option<&'a Column> {
    let links = of_kind(schema, |kind| matches!(kind, ColumnKind::Url));
    best_named(&links, LINK_NAMES).or_else(|| {
        let filled = |column: &&&Column| usage.filled.get(&column.id).copied().unwrap_or_default();
        // Of equals the first one: `max_by_key` would take the last.
        links.iter().rev().max_by_key(filled).copied()
    })
}

fn of_kind(schema: &Schema, is: impl Fn(&ColumnKind) -> bool) -> Vec<&Column> {
    schema.columns.iter().filter(|column| is(&column.kind)).collect()
}

/// The status or select column named so; else the only status column; else the only select column
/// that has our options. Any other select column, such as a category, belongs to its owner.
fn status_column(schema: &Schema) -> Result<StatusColumn, MappingProblem> {
    let statuses = of_kind(schema, |kind| matches!(kind, ColumnKind::Status { .. }));
    let selects = of_kind(schema, |kind| matches!(kind, ColumnKind::Select { .. }));
    let both = [statuses.clone(), selects.clone()].concat();
    let ours: Vec<&Column> =
        selects.into_iter().filter(|column| has_our_options(column.kind.options())).collect();
    let column = best_named(&both, STATUS_NAMES)
        .or_else(|| only(&statuses))
        .or_else(|| only(&ours))
        .ok_or(MappingProblem::NoStatus)?;
    shown_in(column)
}

/// How our statuses are shown in a select or status column.
fn shown_in(column: &Column) -> Result<StatusColumn, MappingProblem> {
    match &column.kind {
        ColumnKind::Status { options, .. } => existing_options(column, options),
        kind => Ok(StatusColumn {
            id: column.id.clone(),
            kind: StatusKind::Select,
            options: Status::ALL.map(|status| (status, own_option(kind.options(), status))).into(),
        }),
    }
}

fn only<'a>(columns: &[&'a Column]) -> Option<&'a Column> {
    if let [column] = columns { Some(column) } else { None }
}

fn has_our_options(options: &[ChoiceOption]) -> bool {
    [Status::Pending, Status::Completed]
        .iter()
        .all(|status| options.iter().any(|option| fold(&option.name) == status.name()))
}

/// Our own name for a status in the spelling the column has it in, if it has it.
fn own_option(options: &[ChoiceOption], status: Status) -> String {
    options
        .iter()
        .find(|option| fold(&option.name) == status.name())
        .map_or_else(|| status.name().to_owned(), |option| option.name.clone())
}

/// A Notion status column takes no new options through a row, so that only existing ones can be shown.
fn existing_options(column: &Column, options: &[ChoiceOption]) -> Result<StatusColumn, MappingProblem> {
    let found = |status: Status| {
        let named = |word: &str| options.iter().find(|option| fold(&option.name) == word);
        let option = named(status.name()).or_else(|| synonyms(status).iter().find_map(|word| named(word)))?;
        Some((status, option.name.clone()))
    };
    let mut options: BTreeMap<Status, String> = Status::ALL.into_iter().filter_map(found).collect();
    // A failed row must stop looking as if it waited, or it would be read again for ever; its reason says the rest.
    let not_waiting =
        [Status::Downloading, Status::Completed].iter().find_map(|status| options.get(status).cloned());
    if let Some(not_waiting) = not_waiting {
        options.entry(Status::Failed).or_insert(not_waiting);
    }
    let name = || column.name.clone();
    if !options.contains_key(&Status::Pending) {
        return Err(MappingProblem::NoPendingOption { column: name() });
    }
    if !options.contains_key(&Status::Completed) {
        return Err(MappingProblem::NoCompletedOption { column: name() });
    }
    Ok(StatusColumn { id: column.id.clone(), kind: StatusKind::Status, options })
}

/// What people call our statuses in Notion, folded. No word may stand in two lists: a row shown as
/// failed by the option for waiting would be read again for ever.
fn synonyms(status: Status) -> &'static [&'static str] {
    match status {
        Status::Pending => PENDING_NAMES,
        Status::Downloading | Status::Transcribing | Status::Processing | Status::Saving => WORKING_NAMES,
        Status::Completed => COMPLETED_NAMES,
        Status::Failed => FAILED_NAMES,
    }
}

#[cfg(test)]
mod tests;
