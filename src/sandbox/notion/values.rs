//! Values of a row: what may be written into which column, and how a value is shown.
//!
//! Takes one entry of `properties`, gives a [`Cell`]; may grow the options of a select. Fails with `validation_error`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Number, Value, json};
use uuid::Uuid;

use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::Page;
use super::options::{self, Choice};
use super::schema::{Author, Kind, Property};
use super::text;
use super::uploads::{self, Upload};

/// What a row holds in one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Title and rich text.
    Text(Vec<Value>),
    /// Number, as it was written.
    Number(Number),
    /// URL, e-mail, phone number.
    Line(String),
    /// Id of the chosen option.
    One(String),
    /// Ids of the chosen options.
    Many(Vec<String>),
    /// People and related pages.
    Ids(Vec<Uuid>),
    /// Date and place, checked and in Notion's shape.
    Shape(Value),
    /// Files, in Notion's shape.
    Files(Vec<Value>),
    /// Ticked or not.
    Ticked(bool),
    /// The number of a unique id.
    Serial(u64),
}

/// What a write needs to know besides the value.
pub(super) struct Writing<'a> {
    /// Who writes.
    pub author: Author,
    /// Files that may be attached.
    pub uploads: &'a BTreeMap<Uuid, Upload>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Checks the value at `at` for a column. `None` empties the cell.
pub(super) fn write(
    property: &mut Property,
    at: &At<'_>,
    writing: &Writing<'_>,
) -> Result<Option<Cell>, ApiError> {
    let word = property.kind.word();
    if property.kind.read_only() || property.kind == Kind::Verification {
        return Err(at.refuse(&format!("should not be written: `{word}` is read-only.")));
    }
    let Some(inner) = at.field(word) else { return Err(wrong_kind(property, at)) };
    at.only(&["id", "type", "name", word])?;
    if inner.value.is_null() {
        return emptied(property, &inner);
    }
    filled(property, &inner, writing)
}

fn wrong_kind(property: &Property, at: &At<'_>) -> ApiError {
    let other = at.value.as_object().and_then(|fields| fields.keys().find_map(|name| Kind::of_word(name)));
    match other {
        Some(_) => {
            ApiError::validation(format!("{} is expected to be {}.", property.name, property.kind.word()))
        }
        None => at.refuse(&format!("should have a field `{}`.", property.kind.word())),
    }
}

fn emptied(property: &Property, at: &At<'_>) -> Result<Option<Cell>, ApiError> {
    match property.kind {
        // Notion has no empty status: it falls back to the default one.
        Kind::Status => Ok(options::default_status(&property.options).map(Cell::One)),
        Kind::Number
        | Kind::Url
        | Kind::Email
        | Kind::PhoneNumber
        | Kind::Select
        | Kind::Date
        | Kind::Place => Ok(None),
        _ => Err(at.refuse("should be defined, instead was `null`.")),
    }
}

fn filled(property: &mut Property, at: &At<'_>, writing: &Writing<'_>) -> Result<Option<Cell>, ApiError> {
    let cell = match property.kind {
        Kind::Title | Kind::RichText => Cell::Text(text::checked(at)?),
        Kind::Number => Cell::Number(at.number()?),
        Kind::Url if writing.author == Author::Integration => Cell::Line(at.url()?.to_owned()),
        // A person may type anything into a URL column.
        Kind::Url => Cell::Line(at.string_up_to(limits::URL_UNITS)?.to_owned()),
        Kind::Email => Cell::Line(at.filled_string_up_to(limits::EMAIL_UNITS)?.to_owned()),
        Kind::PhoneNumber => Cell::Line(at.filled_string_up_to(limits::PHONE_UNITS)?.to_owned()),
        Kind::Select | Kind::Status => Cell::One(options::pick(property.kind, &mut property.options, at)?),
        Kind::MultiSelect => Cell::Many(many(property, at)?),
        Kind::People => Cell::Ids(ids(at, limits::PEOPLE)?),
        Kind::Relation => Cell::Ids(ids(at, limits::RELATIONS)?),
        Kind::Date => Cell::Shape(text::date_value(at)?),
        Kind::Place => Cell::Shape(place(at)?),
        Kind::Checkbox => Cell::Ticked(at.bool()?),
        Kind::Files => {
            let items = at.array(limits::ARRAY_ITEMS)?;
            Cell::Files(
                items.iter().map(|item| uploads::named_file(item, writing)).collect::<Result<_, _>>()?,
            )
        }
        _ => return Err(at.refuse("should not be written.")),
    };
    Ok(Some(cell))
}

fn many(property: &mut Property, at: &At<'_>) -> Result<Vec<String>, ApiError> {
    let mut chosen = Vec::new();
    for item in at.array(limits::MULTI_SELECT_VALUES)? {
        let id = options::pick(Kind::MultiSelect, &mut property.options, &item)?;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    Ok(chosen)
}

fn ids(at: &At<'_>, limit: usize) -> Result<Vec<Uuid>, ApiError> {
    at.array(limit)?.iter().map(|item| item.required("id")?.uuid()).collect()
}

fn place(at: &At<'_>) -> Result<Value, ApiError> {
    at.only(&["lat", "lon", "name", "address", "aws_place_id", "google_place_id"])?;
    let mut shown = json!({"lat": at.required("lat")?.number()?, "lon": at.required("lon")?.number()?});
    for name in ["name", "address", "aws_place_id", "google_place_id"] {
        let given = at.given(name).map(|text| text.string_up_to(limits::TEXT_UNITS)).transpose()?;
        if let Some(fields) = shown.as_object_mut() {
            fields.insert(name.into(), given.into());
        }
    }
    Ok(shown)
}

/// The value of a cell under its type's name, as a page shows it; computed kinds are given by the caller.
pub(super) fn shown(property: &Property, cell: Option<&Cell>) -> Value {
    let choice = |id: &String| property.options.iter().find(|choice| choice.id == *id).map(Choice::value);
    match (property.kind, cell) {
        (Kind::People, Some(Cell::Ids(ids))) => {
            ids.iter().map(|id| json!({"object": "user", "id": id})).collect()
        }
        (_, Some(Cell::Ids(ids))) => ids.iter().map(|id| json!({"id": id})).collect(),
        (_, Some(Cell::Text(items) | Cell::Files(items))) => items.clone().into(),
        (_, Some(Cell::Number(number))) => number.clone().into(),
        (_, Some(Cell::Line(line))) => line.clone().into(),
        (_, Some(Cell::One(id))) => choice(id).unwrap_or(Value::Null),
        (_, Some(Cell::Many(ids))) => ids.iter().filter_map(choice).collect(),
        (_, Some(Cell::Shape(shape))) => shape.clone(),
        (_, Some(Cell::Ticked(ticked))) => (*ticked).into(),
        (_, Some(Cell::Serial(number))) => {
            json!({"prefix": property.settings.get("prefix"), "number": number})
        }
        (Kind::Checkbox, None) => false.into(),
        (
            Kind::Title | Kind::RichText | Kind::MultiSelect | Kind::People | Kind::Relation | Kind::Files,
            None,
        ) => json!([]),
        (Kind::Formula, None) => json!({"type": "string", "string": null}),
        (Kind::Rollup, None) => json!({"type": "array", "array": [], "function": "show_original"}),
        (Kind::Button, None) => json!({}),
        (_, None) => Value::Null,
    }
}

/// The words of a cell, for filters, search and Markdown.
pub(super) fn words(property: &Property, cell: Option<&Cell>) -> String {
    let name = |id: &String| {
        property.options.iter().find(|choice| choice.id == *id).map_or("", |choice| choice.name.as_str())
    };
    match cell {
        Some(Cell::Text(items)) => text::plain(items),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Line(line)) => line.clone(),
        Some(Cell::One(id)) => name(id).to_owned(),
        Some(Cell::Many(ids)) => ids.iter().map(name).collect::<Vec<_>>().join(", "),
        Some(Cell::Ids(ids)) => ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", "),
        Some(Cell::Shape(shape)) => shape_words(shape),
        Some(Cell::Files(files)) => {
            let names = files.iter().filter_map(|file| file.get("name").and_then(Value::as_str));
            names.collect::<Vec<_>>().join(", ")
        }
        Some(Cell::Ticked(ticked)) => if *ticked { "yes" } else { "no" }.to_owned(),
        Some(Cell::Serial(number)) => number.to_string(),
        None => String::new(),
    }
}

fn shape_words(shape: &Value) -> String {
    let field = |name: &str| shape.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if shape.get("start").is_some() {
        let end = field("end");
        return if end.is_empty() { field("start") } else { format!("{} → {end}", field("start")) };
    }
    [field("name"), field("address")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The words of a page's title; its column has the id `title` everywhere.
pub(crate) fn title(page: &Page) -> String {
    match page.cells.get("title") {
        Some(Cell::Text(items)) => text::plain(items),
        _ => String::new(),
    }
}
