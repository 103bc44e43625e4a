//! The columns of a data source, in the order a window shows them, and the parts some of them play.

use serde_json::{Map, Value};

use super::cells::{Cell, Tag};
use super::text::text;
use crate::sandbox::starter;

/// A column as the schema declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// Its type, such as `rich_text`.
    pub kind: String,
    /// What its owner says it is for.
    pub description: String,
    /// The options of a select, multi-select or status.
    pub options: Vec<Tag>,
}

impl Column {
    fn read(name: &str, declared: &Value) -> Self {
        let kind = text(declared, "type");
        let options = declared.get(kind).and_then(|settings| settings.get("options"));
        let options = options.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            description: text(declared, "description").to_owned(),
            options: options.iter().map(Tag::read).collect(),
        }
    }

    /// The type as a person says it.
    pub(super) fn kind_words(&self) -> String {
        match self.kind.as_str() {
            "rich_text" => "text".into(),
            "multi_select" => "tags".into(),
            "url" => "link".into(),
            other => other.replace('_', " "),
        }
    }

    /// The column's cell in the properties of a page.
    pub(super) fn cell(&self, properties: &Map<String, Value>) -> Cell {
        properties.get(&self.name).map_or(Cell::Empty, Cell::read)
    }

    fn is_named(&self, word: &str) -> bool {
        self.name.to_lowercase().contains(word)
    }
}

/// The columns of a data source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Columns {
    list: Vec<Column>,
}

impl Columns {
    /// Reads the schema of a data source, title first.
    pub(super) fn read(data_source: &Value) -> Self {
        let declared = data_source.get("properties").and_then(Value::as_object);
        let mut list: Vec<Column> =
            declared.into_iter().flatten().map(|(name, column)| Column::read(name, column)).collect();
        list.sort_by_cached_key(|column| {
            let place = starter::ORDER.iter().position(|known| *known == column.name);
            (column.kind != "title", place.unwrap_or(usize::MAX), column.name.to_lowercase())
        });
        Self { list }
    }

    /// All columns but the title.
    pub(super) fn beside_title(&self) -> impl Iterator<Item = &Column> {
        self.list.iter().filter(|column| column.kind != "title")
    }

    /// All columns.
    pub(super) fn all(&self) -> &[Column] {
        &self.list
    }

    /// The title.
    pub(super) fn title(&self) -> Option<&Column> {
        self.list.iter().find(|column| column.kind == "title")
    }

    /// The address column a saved link goes to: the one named so, else the only kind there is.
    pub(super) fn link(&self) -> Option<&Column> {
        let mut addresses = self.list.iter().filter(|column| column.kind == "url");
        let first = addresses.clone().next();
        addresses.find(|column| column.is_named("link") || column.is_named("video")).or(first)
    }

    /// The column that shows where a row is, known by its options.
    pub(super) fn status(&self) -> Option<&Column> {
        self.list.iter().find(|column| {
            matches!(column.kind.as_str(), "select" | "status")
                && ["pending", "failed"].iter().all(|word| column.options.iter().any(|tag| tag.name == *word))
        })
    }

    /// The column that says why a row failed.
    pub(super) fn reason(&self) -> Option<&Column> {
        self.list.iter().find(|column| column.kind == "rich_text" && column.is_named("reason"))
    }
}
