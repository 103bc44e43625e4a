//! Conditions on one value: read against the column's type, then tried on a row.
//!
//! Fails with `validation_error` on an operator the type does not have and on an unknown option.

use std::cmp::Ordering;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::Value;

use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::{Page, minute};
use super::schema::{Kind, Property};
use super::values::{self, Cell};

/// A condition on a value.
#[derive(Debug)]
pub(super) enum Test {
    /// Empty, or not.
    Empty(bool),
    /// Compares words.
    Words(&'static str, String),
    /// Compares numbers.
    Number(&'static str, f64),
    /// Ticked, or not.
    Ticked(bool),
    /// One of these option or object ids is (or is not) among the value's.
    Among(Vec<String>, bool),
    /// Compares moments; the two are first and last instant of what was named.
    Date(&'static str, DateTime<Utc>, DateTime<Utc>),
}

/// Reads the condition on a column.
pub(crate) fn test(property: &Property, at: &At<'_>, now: DateTime<Utc>) -> Result<Test, ApiError> {
    if matches!(property.kind, Kind::Date | Kind::CreatedTime | Kind::LastEditedTime) {
        return date(at, now);
    }
    let (word, value) = operator(at)?;
    if let Some(empty) = existence(word, &value)? {
        return Ok(Test::Empty(empty));
    }
    let unfit = || value.refuse(&format!("is no operator for `{}`.", property.kind.word()));
    match property.kind {
        Kind::Title | Kind::RichText | Kind::Url | Kind::Email | Kind::PhoneNumber => match word {
            "equals" | "does_not_equal" | "contains" | "does_not_contain" | "starts_with" | "ends_with" => {
                Ok(Test::Words(word, value.string()?.to_owned()))
            }
            _ => Err(unfit()),
        },
        Kind::Number | Kind::UniqueId => match word {
            "equals"
            | "does_not_equal"
            | "greater_than"
            | "less_than"
            | "greater_than_or_equal_to"
            | "less_than_or_equal_to" => Ok(Test::Number(word, value.number()?.as_f64().unwrap_or(f64::NAN))),
            _ => Err(unfit()),
        },
        Kind::Checkbox => match word {
            "equals" => Ok(Test::Ticked(value.bool()?)),
            "does_not_equal" => Ok(Test::Ticked(!value.bool()?)),
            _ => Err(unfit()),
        },
        Kind::Select | Kind::Status if ["equals", "does_not_equal"].contains(&word) => {
            Ok(Test::Among(option_ids(property, &value)?, word == "equals"))
        }
        Kind::MultiSelect if ["contains", "does_not_contain"].contains(&word) => {
            Ok(Test::Among(option_ids(property, &value)?, word == "contains"))
        }
        Kind::People | Kind::Relation if ["contains", "does_not_contain"].contains(&word) => {
            Ok(Test::Among(vec![value.uuid()?.to_string()], word == "contains"))
        }
        _ => Err(unfit()),
    }
}

fn operator<'a>(at: &At<'a>) -> Result<(&'static str, At<'a>), ApiError> {
    const WORDS: [&str; 25] = [
        "equals",
        "does_not_equal",
        "contains",
        "does_not_contain",
        "starts_with",
        "ends_with",
        "greater_than",
        "less_than",
        "greater_than_or_equal_to",
        "less_than_or_equal_to",
        "is_empty",
        "is_not_empty",
        "before",
        "after",
        "on_or_before",
        "on_or_after",
        "this_week",
        "past_week",
        "past_month",
        "past_year",
        "next_week",
        "next_month",
        "next_year",
        "any",
        "every",
    ];
    let fields = at.object()?;
    let mut found = WORDS.iter().filter_map(|word| at.field(word).map(|value| (*word, value)));
    match (found.next(), fields.len()) {
        (Some(one), 1) => Ok(one),
        _ => Err(at.refuse("should hold exactly one condition.")),
    }
}

fn existence(word: &str, at: &At<'_>) -> Result<Option<bool>, ApiError> {
    if !["is_empty", "is_not_empty"].contains(&word) {
        return Ok(None);
    }
    if at.bool()? {
        return Ok(Some(word == "is_empty"));
    }
    Err(at.refuse("should be `true`, instead was `false`."))
}

fn option_ids(property: &Property, at: &At<'_>) -> Result<Vec<String>, ApiError> {
    let names = match at.value {
        Value::Array(_) => {
            at.array(limits::ARRAY_ITEMS)?.iter().map(At::string).collect::<Result<Vec<_>, _>>()?
        }
        _ => vec![at.string()?],
    };
    let find = |name: &&str| {
        let found = property.options.iter().find(|choice| choice.name == *name);
        found.map(|choice| choice.id.clone()).ok_or_else(|| {
            let known = property.options.iter().map(|choice| format!("\"{}\"", choice.name));
            ApiError::validation(format!(
                "{} option \"{name}\" not found for property \"{}\". Available options: {}.",
                property.kind.word(),
                property.name,
                known.collect::<Vec<_>>().join(", ")
            ))
        })
    };
    names.iter().map(find).collect()
}

/// Reads a condition on a moment.
pub(crate) fn date(at: &At<'_>, now: DateTime<Utc>) -> Result<Test, ApiError> {
    let (word, value) = operator(at)?;
    if let Some(empty) = existence(word, &value)? {
        return Ok(Test::Empty(empty));
    }
    let week = TimeDelta::days(7);
    let shifted = |months: u32, back: bool| {
        let moved = if back { now - Months::new(months) } else { now + Months::new(months) };
        if back { (moved, now) } else { (now, moved) }
    };
    let (from, to) = match word {
        "past_week" => (now - week, now),
        "next_week" => (now, now + week),
        "this_week" => (now - TimeDelta::days(3), now + TimeDelta::days(3)),
        "past_month" => shifted(1, true),
        "past_year" => shifted(12, true),
        "next_month" => shifted(1, false),
        "next_year" => shifted(12, false),
        "equals" | "before" | "after" | "on_or_before" | "on_or_after" => {
            let (from, to) = span(relative(value.string()?, now).as_str()).ok_or_else(|| {
                value.refuse(&format!(
                    "should be a valid ISO 8601 date string, instead was `{}`.",
                    value.value
                ))
            })?;
            return Ok(Test::Date(word, from, to));
        }
        _ => return Err(value.refuse("is no operator for dates.")),
    };
    Ok(Test::Date("equals", from, to))
}

fn relative(word: &str, now: DateTime<Utc>) -> String {
    let today = now.date_naive();
    let day = match word {
        "today" => Some(today),
        "tomorrow" => today.checked_add_days(Days::new(1)),
        "yesterday" => today.checked_sub_days(Days::new(1)),
        "one_week_ago" => today.checked_sub_days(Days::new(7)),
        "one_week_from_now" => today.checked_add_days(Days::new(7)),
        "one_month_ago" => today.checked_sub_months(Months::new(1)),
        "one_month_from_now" => today.checked_add_months(Months::new(1)),
        _ => None,
    };
    day.map_or_else(|| word.to_owned(), |day| day.to_string())
}

/// First and last instant of a date, or the instant twice.
fn span(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let from = day.and_time(NaiveTime::MIN).and_utc();
        return Some((from, from + TimeDelta::days(1) - TimeDelta::milliseconds(1)));
    }
    let instant = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    Some((instant, instant))
}

impl Test {
    pub(crate) fn holds(&self, property: &Property, page: &Page) -> bool {
        let cell = page.cells.get(&property.id);
        match self {
            Self::Empty(_) | Self::Date(..) if property.kind == Kind::CreatedTime => {
                self.holds_at(Some(minute(page.stamp.created)))
            }
            Self::Empty(_) | Self::Date(..) if property.kind == Kind::LastEditedTime => {
                self.holds_at(Some(minute(page.stamp.edited)))
            }
            Self::Empty(empty) => values::words(property, cell).is_empty() == *empty,
            Self::Date(..) => self.holds_at(starts(cell)),
            Self::Ticked(wanted) => (cell == Some(&Cell::Ticked(true))) == *wanted,
            Self::Among(ids, wanted) => among(cell, ids) == *wanted,
            Self::Number(word, wanted) => compare_number(word, number(cell), *wanted),
            Self::Words(word, wanted) => compare_words(word, &values::words(property, cell), wanted),
        }
    }

    pub(crate) fn holds_at(&self, moment: Option<DateTime<Utc>>) -> bool {
        match (self, moment) {
            (Self::Empty(empty), moment) => moment.is_none() == *empty,
            (Self::Date(word, from, to), Some(moment)) => match *word {
                "before" => moment < *from,
                "after" => moment > *to,
                "on_or_before" => moment <= *to,
                "on_or_after" => moment >= *from,
                _ => moment >= *from && moment <= *to,
            },
            _ => false,
        }
    }
}

fn among(cell: Option<&Cell>, ids: &[String]) -> bool {
    match cell {
        Some(Cell::One(id)) => ids.contains(id),
        Some(Cell::Many(own)) => own.iter().any(|id| ids.contains(id)),
        Some(Cell::Ids(own)) => own.iter().any(|id| ids.contains(&id.to_string())),
        _ => false,
    }
}

/// The number in a cell.
pub(crate) fn number(cell: Option<&Cell>) -> Option<f64> {
    match cell {
        Some(Cell::Number(number)) => number.as_f64(),
        Some(Cell::Serial(number)) => u32::try_from(*number).ok().map(f64::from),
        _ => None,
    }
}

fn compare_number(word: &str, have: Option<f64>, wanted: f64) -> bool {
    let Some(order) = have.and_then(|have| have.partial_cmp(&wanted)) else {
        return word == "does_not_equal";
    };
    match word {
        "equals" => order == Ordering::Equal,
        "does_not_equal" => order != Ordering::Equal,
        "greater_than" => order == Ordering::Greater,
        "less_than" => order == Ordering::Less,
        "greater_than_or_equal_to" => order != Ordering::Less,
        _ => order != Ordering::Greater,
    }
}

fn compare_words(word: &str, have: &str, wanted: &str) -> bool {
    let (have, wanted) = (have.to_lowercase(), wanted.to_lowercase());
    match word {
        "equals" => have == wanted,
        "does_not_equal" => have != wanted,
        "contains" => have.contains(&wanted),
        "does_not_contain" => !have.contains(&wanted),
        "starts_with" => have.starts_with(&wanted),
        _ => have.ends_with(&wanted),
    }
}

/// When the date in a cell starts.
pub(crate) fn starts(cell: Option<&Cell>) -> Option<DateTime<Utc>> {
    match cell {
        Some(Cell::Shape(shape)) => span(shape.get("start")?.as_str()?).map(|(from, _)| from),
        _ => None,
    }
}
