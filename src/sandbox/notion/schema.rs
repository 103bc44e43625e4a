//! The columns of a data source: what kinds there are, how one is declared, how it is shown.
//!
//! Takes a property configuration of a request, gives a [`Property`], fails with `validation_error`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::check::At;
use super::error::ApiError;
pub(super) use super::kinds::Kind;
use super::limits;
use super::options::{self, Choice};

/// Who acts: Notion lets a person do things it refuses an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// Someone with a browser.
    Person,
    /// A bot behind a token.
    Integration,
}

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Property {
    /// Id that survives a rename; percent-encoded, as Notion writes it.
    pub id: String,
    /// Name a person gave.
    pub name: String,
    /// What the person says the column is for.
    pub description: Option<String>,
    /// What it holds.
    pub kind: Kind,
    /// Choices of a select, multi-select or status.
    pub options: Vec<Choice>,
    /// The rest of the configuration, as it was given (number format, formula, relation).
    pub settings: Value,
}

impl Property {
    /// Reads the declaration of one column at `at`.
    pub(super) fn declared(name: &str, at: &At<'_>, author: Author) -> Result<Self, ApiError> {
        if name.trim().is_empty() {
            return Err(at.refuse("should have a name that is not empty."));
        }
        let kind = kind_of(at)?
            .ok_or_else(|| at.refuse("should name the type of the property, such as `rich_text`."))?;
        let mut property = Self {
            id: if kind == Kind::Title { "title".into() } else { fresh_id() },
            name: name.to_owned(),
            description: description(at)?,
            kind,
            options: Vec::new(),
            settings: json!({}),
        };
        property.configure(&at.required(kind.word())?, author)?;
        Ok(property)
    }

    fn configure(&mut self, at: &At<'_>, author: Author) -> Result<(), ApiError> {
        let given = at.object()?;
        at.only(self.kind.settings())?;
        if self.kind.has_options() {
            options::declare(self.kind, &mut self.options, at, author)?;
            return Ok(());
        }
        self.settings = match self.kind {
            Kind::Number => json!({"format": given.get("format").cloned().unwrap_or(json!("number"))}),
            Kind::Relation => {
                at.required("data_source_id")?.uuid()?;
                if given.contains_key("single_property") == given.contains_key("dual_property") {
                    return Err(at.refuse("should have either `single_property` or `dual_property`."));
                }
                at.value.clone()
            }
            Kind::UniqueId => json!({"prefix": given.get("prefix").cloned().unwrap_or(Value::Null)}),
            Kind::Formula | Kind::Rollup => at.value.clone(),
            _ => json!({}),
        };
        Ok(())
    }

    /// Whether a request means this column by `key`: its name, or its id with or without percent-encoding.
    pub(super) fn answers_to(&self, key: &str) -> bool {
        self.name == key || self.id == key || decoded(&self.id) == key
    }

    /// The column as the schema shows it.
    pub(super) fn shown(&self) -> Value {
        let settings = match self.kind {
            Kind::Status => options::status_shown(&self.options),
            kind if kind.has_options() => {
                json!({"options": self.options.iter().map(Choice::declared).collect::<Vec<_>>()})
            }
            _ => self.settings.clone(),
        };
        json!({
            "id": self.id, "name": self.name, "description": self.description,
            "type": self.kind.word(), self.kind.word(): settings,
        })
    }
}

/// Reads all columns of a new data source; exactly one must be the title.
pub(super) fn declared(at: &At<'_>, author: Author) -> Result<Vec<Property>, ApiError> {
    let mut properties = Vec::new();
    for (name, value) in at.object()? {
        let place = At { path: format!("{}.{name}", at.path), value };
        properties.push(Property::declared(name, &place, author)?);
    }
    match properties.iter().filter(|property| property.kind == Kind::Title).count() {
        1 => Ok(properties),
        0 => Err(ApiError::validation("Title is not provided.")),
        _ => Err(ApiError::validation("A data source can have only one title property.")),
    }
}

/// Changes a schema as `PATCH /v1/data_sources/{id}` asks: adds, renames, redeclares, removes with `null`.
pub(super) fn patch(properties: &mut Vec<Property>, at: &At<'_>, author: Author) -> Result<(), ApiError> {
    for (key, value) in at.object()? {
        let place = At { path: format!("{}.{key}", at.path), value };
        match properties.iter().position(|property| property.answers_to(key)) {
            Some(index) if value.is_null() => {
                if properties.get(index).is_some_and(|property| property.kind == Kind::Title) {
                    return Err(ApiError::validation("Cannot delete the title property."));
                }
                properties.remove(index);
            }
            Some(index) => {
                let name = place.given("name").map(|name| name.filled_string_up_to(limits::TEXT_UNITS));
                let name = name.transpose()?;
                let taken = |name| properties.iter().enumerate().any(|(i, p)| i != index && p.name == name);
                if name.is_some_and(taken) {
                    return Err(place.refuse("should not take the name of another property."));
                }
                if let Some(property) = properties.get_mut(index) {
                    redeclare(property, name, &place, author)?;
                }
            }
            None if value.is_null() => return Err(unknown(key)),
            None => properties.push(Property::declared(key, &place, author)?),
        }
    }
    Ok(())
}

fn redeclare(
    property: &mut Property,
    name: Option<&str>,
    at: &At<'_>,
    author: Author,
) -> Result<(), ApiError> {
    if at.field("description").is_some() {
        property.description = description(at)?;
    }
    if let Some(name) = name {
        name.clone_into(&mut property.name);
    }
    let Some(kind) = kind_of(at)? else {
        // A rename alone needs no type; anything else does, as the official client's types have it.
        let renamed = name.is_some() && at.field("description").is_none();
        let lacking = || at.refuse("should name the type of the property, such as `rich_text`.");
        return if renamed { Ok(()) } else { Err(lacking()) };
    };
    if (kind == Kind::Title) != (property.kind == Kind::Title) {
        return Err(at.refuse("cannot turn into or out of the title property."));
    }
    if kind != property.kind {
        property.kind = kind;
        property.options.clear();
    }
    property.configure(&at.required(kind.word())?, author)
}

/// The data sources relations lead to.
pub(super) fn related(properties: &[Property]) -> impl Iterator<Item = Uuid> {
    let relations = properties.iter().filter(|property| property.kind == Kind::Relation);
    let id = |property: &Property| {
        let id = property.settings.get("data_source_id").and_then(Value::as_str);
        id.and_then(|id| Uuid::parse_str(id).ok())
    };
    relations.filter_map(id)
}

/// The refusal of a column nobody made.
pub(super) fn unknown(key: &str) -> ApiError {
    ApiError::validation(format!("{key} is not a property that exists."))
}

fn kind_of(at: &At<'_>) -> Result<Option<Kind>, ApiError> {
    let mut found = None;
    for name in at.object()?.keys() {
        if ["name", "description", "type", "id"].contains(&name.as_str()) {
            continue;
        }
        let kind = Kind::of_word(name).ok_or_else(|| at.refuse(&format!("has no type `{name}`.")))?;
        if found.replace(kind).is_some() {
            return Err(at.refuse("should name one type only."));
        }
    }
    if let (Some(named), Some(kind)) = (at.field("type"), found)
        && named.string()? != kind.word()
    {
        at.required(named.string()?)?;
    }
    Ok(found)
}

fn description(at: &At<'_>) -> Result<Option<String>, ApiError> {
    let given = at.given("description").map(|text| text.string_up_to(limits::TEXT_UNITS)).transpose()?;
    Ok(given.filter(|text| !text.is_empty()).map(str::to_owned))
}

/// Letters and one character that needs percent-encoding: whoever builds a path by hand notices in a test. Longer
/// than Notion's own, so that among many thousand databases no two columns of one share an id.
fn fresh_id() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
    const ODD: &[u8] = b":;@^[]{}|~<>";
    let bytes = *Uuid::new_v4().as_bytes();
    let pick = |set: &[u8], byte: u8| set.get(usize::from(byte) % set.len()).copied().unwrap_or(b'a');
    let mut id = String::new();
    for byte in bytes.iter().take(7) {
        id.push(char::from(pick(LETTERS, *byte)));
    }
    let odd = pick(ODD, *bytes.last().unwrap_or(&0));
    // Writing to a string cannot fail.
    write!(id, "%{odd:02X}").ok();
    id
}

fn decoded(id: &str) -> String {
    match id.split_once('%') {
        Some((head, code)) => match u8::from_str_radix(code, 16) {
            Ok(byte) => format!("{head}{}", char::from(byte)),
            Err(_) => id.to_owned(),
        },
        None => id.to_owned(),
    }
}

/// The columns as `properties` of a data source.
pub(super) fn shown(properties: &[Property]) -> Value {
    let fields: Map<String, Value> =
        properties.iter().map(|property| (property.name.clone(), property.shown())).collect();
    Value::Object(fields)
}
