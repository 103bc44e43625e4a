//! Filters and sorts of a data source query: groups and columns, parsed against the schema.
//!
//! Fails with `validation_error` on an unknown column, a wrong type, too deep groups.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::check::At;
use super::conditions::{self, Test};
use super::error::ApiError;
use super::limits;
use super::model::{Page, minute};
use super::schema::Property;
use super::values::{self, Cell};

/// Groups may hold groups once.
const GROUP_LEVELS: usize = 2;

/// A condition on a row.
#[derive(Debug)]
pub(super) enum Filter {
    /// All must hold.
    And(Vec<Filter>),
    /// One must hold.
    Or(Vec<Filter>),
    /// A column must pass.
    Column(Property, Test),
    /// When the row was made.
    Created(Test),
    /// When the row was touched last.
    Edited(Test),
}

impl Filter {
    /// Reads a filter.
    pub(super) fn parse(at: &At<'_>, properties: &[Property], now: DateTime<Utc>) -> Result<Self, ApiError> {
        Self::group(at, properties, now, 0)
    }

    fn group(
        at: &At<'_>,
        properties: &[Property],
        now: DateTime<Utc>,
        level: usize,
    ) -> Result<Self, ApiError> {
        for (word, build) in [("and", Self::And as fn(Vec<Self>) -> Self), ("or", Self::Or)] {
            let Some(list) = at.field(word) else { continue };
            at.only(&[word])?;
            if level >= GROUP_LEVELS {
                return Err(at.refuse("should not nest groups deeper than two levels."));
            }
            let parts = list.array(limits::ARRAY_ITEMS)?;
            let parts = parts.iter().map(|part| Self::group(part, properties, now, level + 1));
            return Ok(build(parts.collect::<Result<_, _>>()?));
        }
        if let Some(stamp) = at.field("timestamp") {
            let word = stamp.one_of(&["created_time", "last_edited_time"])?;
            at.only(&["timestamp", "type", word])?;
            let test = conditions::date(&at.required(word)?, now)?;
            return Ok(if word == "created_time" { Self::Created(test) } else { Self::Edited(test) });
        }
        Self::column(at, properties, now)
    }

    fn column(at: &At<'_>, properties: &[Property], now: DateTime<Utc>) -> Result<Self, ApiError> {
        let key = at.required("property")?.string()?;
        let property = properties.iter().find(|property| property.answers_to(key));
        let property = property.ok_or_else(|| no_property(key))?;
        let word = property.kind.word();
        let Some(inner) = at.field(word) else {
            let names = at.object()?.keys();
            let other =
                names.filter(|name| *name != "property" && *name != "type").map(String::as_str).next();
            let other = other.unwrap_or("undefined").to_owned();
            let text = format!("database property {word} does not match filter {other}");
            return Err(ApiError::validation(text));
        };
        at.only(&["property", "type", word])?;
        Ok(Self::Column(property.clone(), conditions::test(property, &inner, now)?))
    }

    /// Whether a row passes.
    pub(super) fn holds(&self, page: &Page) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(page)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(page)),
            Self::Created(test) => test.holds_at(Some(minute(page.stamp.created))),
            Self::Edited(test) => test.holds_at(Some(minute(page.stamp.edited))),
            Self::Column(property, test) => test.holds(property, page),
        }
    }
}

fn no_property(key: &str) -> ApiError {
    ApiError::validation(format!("Could not find property with name or id: {key}"))
}

/// One key rows are ordered by.
#[derive(Debug)]
pub(super) struct Sort {
    key: SortKey,
    descending: bool,
}

#[derive(Debug)]
enum SortKey {
    Column(Property),
    Created,
    Edited,
}

impl Sort {
    /// Reads the list of sorts.
    pub(super) fn parse(at: &At<'_>, properties: &[Property]) -> Result<Vec<Self>, ApiError> {
        at.array(limits::ARRAY_ITEMS)?.iter().map(|item| Self::one(item, properties)).collect()
    }

    fn one(at: &At<'_>, properties: &[Property]) -> Result<Self, ApiError> {
        at.only(&["property", "timestamp", "direction"])?;
        let descending = at.required("direction")?.one_of(&["ascending", "descending"])? == "descending";
        let key = match at.field("timestamp") {
            Some(stamp) if stamp.one_of(&["created_time", "last_edited_time"])? == "created_time" => {
                SortKey::Created
            }
            Some(_) => SortKey::Edited,
            None => {
                let name = at.required("property")?.string()?;
                let found = properties.iter().find(|property| property.answers_to(name));
                SortKey::Column(found.ok_or_else(|| no_property(name))?.clone())
            }
        };
        Ok(Self { key, descending })
    }

    /// Orders two rows; empty values come last whichever way.
    pub(super) fn order(&self, one: &Page, other: &Page) -> Ordering {
        let order = match &self.key {
            SortKey::Created => one.stamp.created.cmp(&other.stamp.created),
            SortKey::Edited => minute(one.stamp.edited).cmp(&minute(other.stamp.edited)),
            SortKey::Column(property) => {
                let (left, right) = (one.cells.get(&property.id), other.cells.get(&property.id));
                match (left.is_none(), right.is_none()) {
                    (true, true) => return Ordering::Equal,
                    (true, false) => return Ordering::Greater,
                    (false, true) => return Ordering::Less,
                    (false, false) => by_value(property, left, right),
                }
            }
        };
        if self.descending { order.reverse() } else { order }
    }
}

fn by_value(property: &Property, left: Option<&Cell>, right: Option<&Cell>) -> Ordering {
    if let (Some(left), Some(right)) = (conditions::number(left), conditions::number(right)) {
        return left.total_cmp(&right);
    }
    if let (Some(left), Some(right)) = (conditions::starts(left), conditions::starts(right)) {
        return left.cmp(&right);
    }
    if let (Some(Cell::One(left)), Some(Cell::One(right))) = (left, right) {
        let place = |id: &String| property.options.iter().position(|choice| choice.id == *id);
        return place(left).cmp(&place(right));
    }
    values::words(property, left).to_lowercase().cmp(&values::words(property, right).to_lowercase())
}
