//! The pages a note becomes in a content database, and what leads from them back to the row.
//!
//! Takes a checked note and the content database's columns; gives one page for the whole video or one for each of
//! several things in it, each under a key that stays the same when the video is summarized again. Cannot fail.

use super::entry::{Body, DatabaseId};
use super::mapping::names_a_link;
use super::note::{Evidence, Filled, Note, Value};
use super::ours::Written;
use super::schema::{Column, ColumnKind, Schema};

/// What tells a page from the others of its entry: the database and the thing in the video.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey {
    /// The content database.
    pub database: DatabaseId,
    /// The item's key; empty for the page of a whole video.
    pub item: String,
}

/// A page of a result as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultPage {
    /// Which one.
    pub key: PageKey,
    /// Notion's id; `None` while it is not known whether it was made.
    pub page: Option<String>,
    /// Where it is opened; empty while it is not known.
    pub url: String,
    /// What is remembered of our writing in its columns.
    pub written: Written,
    /// How far run `run` has got with its body.
    pub body: Body,
    /// The run that body is of.
    pub run: u32,
    /// When it was last about to be made, in milliseconds of the store's clock.
    pub intended_at: i64,
}

/// One page's worth of a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The item's key; empty for the whole video.
    pub item: String,
    /// What it is called.
    pub title: String,
    /// The values for its columns.
    pub values: Vec<Filled>,
}

/// The parts of a note: its items where there are several, else the whole. A single item adds what the whole lacks.
pub fn parts(note: &Note) -> Vec<Part> {
    if note.items.len() > 1 {
        let part = |item: &super::note::Item| Part {
            item: item.key.clone(),
            title: item.title.clone(),
            values: item.values.clone(),
        };
        return note.items.iter().map(part).collect();
    }
    let mut values = note.values.clone();
    let only = note.items.first();
    for filled in only.iter().flat_map(|item| &item.values) {
        if !values.iter().any(|known| known.column == filled.column) {
            values.push(filled.clone());
        }
    }
    vec![Part { item: String::new(), title: note.title.clone(), values }]
}

/// The row a result page leads back to.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The data source the row stands in.
    pub data_source: &'a str,
    /// Its page id.
    pub page: &'a str,
    /// Its link.
    pub link: &'a str,
}

/// Adds to every part of a note what leads back to the row: the relation to it where the content database has one,
/// and the link of the video in a column that is named for it.
pub fn lead_back(note: &mut Note, schema: &Schema, origin: Origin<'_>) {
    let leading = schema.columns.iter().filter_map(|column| {
        let value = leading(column, origin)?;
        Some(Filled {
            column: column.id.clone(),
            name: column.name.clone(),
            value,
            evidence: Evidence::Row,
            unset: None,
        })
    });
    for filled in leading {
        let items = note.items.iter_mut().map(|item| &mut item.values);
        for values in items.chain([&mut note.values]) {
            values.retain(|other| other.column != filled.column);
            values.push(filled.clone());
        }
    }
}

fn leading(column: &Column, origin: Origin<'_>) -> Option<Value> {
    let same = |one: &str, other: &str| one.replace('-', "") == other.replace('-', "");
    match &column.kind {
        ColumnKind::Relation { data_source } if same(data_source, origin.data_source) => {
            Some(Value::Relation(vec![origin.page.to_owned()]))
        }
        ColumnKind::Url if names_a_link(column) => Some(Value::Url(origin.link.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;
    use crate::domain::note::Item;

    fn filled(column: &str, text: &str) -> Filled {
        let value = Value::Text(text.to_owned());
        Filled {
            column: column.to_owned(),
            name: column.to_owned(),
            value,
            evidence: Evidence::Whole,
            unset: None,
        }
    }

    fn item(key: &str, values: Vec<Filled>) -> Item {
        Item { key: key.to_owned(), title: key.to_uppercase(), values }
    }

    #[test]
    fn several_items_are_a_page_each_and_a_single_one_is_the_page_of_the_video() {
        let note = |items| Note {
            title: "T".to_owned(),
            values: vec![filled("a", "whole")],
            items,
            ..Note::default()
        };
        let two = parts(&note(vec![item("x", vec![filled("a", "1")]), item("y", Vec::new())]));
        let told: Vec<(&str, &str, usize)> =
            two.iter().map(|part| (part.item.as_str(), part.title.as_str(), part.values.len())).collect();
        assert_eq!(told, [("x", "X", 1), ("y", "Y", 0)]);
        let one = parts(&note(vec![item("x", vec![filled("a", "1"), filled("b", "2")])]));
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].item, "");
        assert_eq!(one[0].values, [filled("a", "whole"), filled("b", "2")]);
        assert_eq!(parts(&note(Vec::new())).len(), 1);
    }

    #[test]
    fn every_page_leads_back_to_its_row_and_never_to_what_a_model_offered() {
        let column = |id: &str, name: &str, kind| Column {
            id: id.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            kind,
        };
        let relation = |to: &str| ColumnKind::Relation { data_source: to.to_owned() };
        let schema = Schema {
            columns: vec![
                column("r", "Saved in", relation("0c1d2e3f-4a5b-6c7d-8e9f-001122334455")),
                column("o", "Other", relation("another")),
                column("l", "Link", ColumnKind::Url),
                column("w", "Website", ColumnKind::Url),
            ],
            ..Schema::default()
        };
        let origin = Origin {
            data_source: "0c1d2e3f4a5b6c7d8e9f001122334455",
            page: "row",
            link: "https://v.example/1",
        };
        let mut note = Note { values: vec![filled("l", "https://evil.example")], ..Note::default() };
        note.items = vec![item("x", Vec::new())];
        lead_back(&mut note, &schema, origin);
        let expected = [
            ("r", Value::Relation(vec!["row".to_owned()])),
            ("l", Value::Url("https://v.example/1".to_owned())),
        ];
        for values in [&note.values, &note.items[0].values] {
            let told: Vec<(&str, Value)> =
                values.iter().map(|filled| (filled.column.as_str(), filled.value.clone())).collect();
            assert_eq!(told, expected);
        }
    }
}
