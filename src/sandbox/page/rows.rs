//! One row as the page shows it, in the table and on its own page.

use serde_json::{Map, Value};

use super::cells::{Cell, Tag};
use super::columns::{Column, Columns};
use super::text::text;
use crate::sandbox::starter;

/// How far a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody has begun.
    Waiting,
    /// Linkscribe is at this step of [`STEPS`].
    Running(usize),
    /// The result stands in the row.
    Done,
    /// The reason stands in the row.
    Failed,
}

/// Steps a running row goes through.
pub(super) const STEPS: usize = 4;

impl State {
    fn of(status: &str) -> Self {
        let at = starter::STATUSES.iter().position(|(name, _)| *name == status);
        match (status, at) {
            ("completed", _) => Self::Done,
            ("failed", _) => Self::Failed,
            (_, Some(step @ 1..=STEPS)) => Self::Running(step),
            _ => Self::Waiting,
        }
    }

    /// Whether a person may ask for another try.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// One property of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// The column's name.
    pub name: String,
    /// The column's type, for the style sheet.
    pub kind: String,
    /// What its owner says it is for.
    pub description: String,
    /// What stands in it.
    pub cell: Cell,
    /// Whether it is the column that shows where the row is.
    pub is_status: bool,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its page id.
    pub id: String,
    /// Its title; empty while it has none.
    pub title: String,
    /// Its columns but the title.
    pub properties: Vec<Property>,
    /// What its status column says.
    pub status: Option<Tag>,
    /// How far it has come.
    pub state: State,
    /// What its reason column says.
    pub reason: String,
    /// The address saved in it.
    pub link: String,
}

impl Row {
    /// Reads a page of the API by the columns it has.
    pub(super) fn read(page: &Value, columns: &Columns) -> Self {
        let none = Map::new();
        let cells = page.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let plain = |column: Option<&Column>| column.map(|column| column.cell(cells).plain());
        let status = columns.status().and_then(|column| match column.cell(cells) {
            Cell::Options(tags) => tags.into_iter().next(),
            _ => None,
        });
        let is_status = |column: &Column| columns.status().is_some_and(|status| status.name == column.name);
        let properties = columns.beside_title().map(|column| Property {
            name: column.name.clone(),
            kind: column.kind.clone(),
            description: column.description.clone(),
            cell: column.cell(cells),
            is_status: is_status(column),
        });
        let link = columns.link().and_then(|column| cells.get(&column.name)).map(|cell| text(cell, "url"));
        Self {
            id: text(page, "id").to_owned(),
            title: plain(columns.title()).unwrap_or_default(),
            properties: properties.collect(),
            state: State::of(status.as_ref().map_or("", |tag| tag.name.as_str())),
            reason: plain(columns.reason()).unwrap_or_default(),
            link: link.unwrap_or_default().to_owned(),
            status,
        }
    }

    /// What the row is called where it has no title yet.
    pub(super) fn name(&self) -> &str {
        if self.title.is_empty() { "Untitled" } else { &self.title }
    }

    /// A sentence about where the row is.
    pub(super) fn told(&self) -> &str {
        match self.state {
            State::Waiting => "Waiting for Linkscribe to pick it up.",
            State::Running(1) => "Linkscribe is fetching the video.",
            State::Running(2) => "Linkscribe is writing down what is said.",
            State::Running(3) => "Linkscribe is reading the screen text and making the note.",
            State::Running(_) => "Linkscribe is filling the row.",
            State::Done => "Linkscribe has watched it for you.",
            State::Failed if self.reason.is_empty() => "It did not work; the reason stands on its page.",
            State::Failed => &self.reason,
        }
    }
}
