//! One cell of a row: from the API's JSON to what the page draws.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::text::{Text, color, short_address, text, web_link};

/// What a column holds in one row.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sandbox/cell.html")]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Rich text.
    Text(Text),
    /// Figures and other plain words.
    Words(String),
    /// An address; `href` only where it may be followed.
    Link { href: Option<String>, shown: String },
    /// A status, or one of several options.
    Options(Vec<Tag>),
    /// Ticked or not.
    Ticked(bool),
}

// The template escapes every word; escaping its output again would show the tags.
impl HtmlSafe for Cell {}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name.
    pub name: String,
    /// Its class.
    pub color: &'static str,
}

impl Tag {
    /// Reads an option of a value or of a schema.
    pub(super) fn read(option: &Value) -> Self {
        Self { name: text(option, "name").to_owned(), color: color(option.get("color")) }
    }
}

impl Cell {
    /// Reads a property value of a page.
    pub(super) fn read(property: &Value) -> Self {
        let kind = text(property, "type");
        let value = property.get(kind).unwrap_or(&Value::Null);
        match (kind, value) {
            ("title" | "rich_text", items) => Self::text(Text::read(Some(items))),
            ("url", Value::String(address)) if !address.is_empty() => {
                Self::Link { href: web_link(address), shown: short_address(address) }
            }
            ("select" | "status", Value::Object(_)) => Self::Options(vec![Tag::read(value)]),
            ("multi_select", Value::Array(options)) if !options.is_empty() => {
                Self::Options(options.iter().map(Tag::read).collect())
            }
            ("checkbox", Value::Bool(ticked)) => Self::Ticked(*ticked),
            ("date", Value::Object(_)) => Self::words(&date(value)),
            ("place", Value::Object(_)) => Self::words(text(value, "name")),
            ("formula", Value::Object(_)) => {
                Self::words(&loose(value.get(text(value, "type")).unwrap_or(&Value::Null)))
            }
            ("unique_id", Value::Object(_)) => {
                let number = loose(value.get("number").unwrap_or(&Value::Null));
                let prefix = text(value, "prefix");
                Self::words(&if prefix.is_empty() { number } else { format!("{prefix}-{number}") })
            }
            ("created_time" | "last_edited_time", Value::String(moment)) => Self::words(&day(moment)),
            _ => Self::words(&loose(value)),
        }
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// The words alone, for a page's title and a live region.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.plain(),
            Self::Words(words) | Self::Link { shown: words, .. } => words.clone(),
            Self::Options(tags) => tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", "),
            Self::Empty | Self::Ticked(_) => String::new(),
        }
    }

    fn text(text: Text) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    fn words(words: &str) -> Self {
        if words.is_empty() { Self::Empty } else { Self::Words(words.to_owned()) }
    }
}

/// Whatever a kind holds that this page has no drawing for, as words.
fn loose(value: &Value) -> String {
    match value {
        Value::String(words) => words.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) => items.iter().map(loose).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.get("name").or_else(|| fields.get("id")).map(loose).unwrap_or_default()
        }
        Value::Null => String::new(),
    }
}

fn date(value: &Value) -> String {
    let (start, end) = (day(text(value, "start")), day(text(value, "end")));
    if end.is_empty() { start } else { format!("{start} → {end}") }
}

/// A day, or a moment, as a person writes it.
pub(super) fn day(written: &str) -> String {
    if let Ok(moment) = DateTime::parse_from_rfc3339(written) {
        return moment.format("%-d %B %Y, %H:%M").to_string();
    }
    NaiveDate::parse_from_str(written, "%Y-%m-%d")
        .map_or_else(|_| written.to_owned(), |day| day.format("%-d %B %Y").to_string())
}
