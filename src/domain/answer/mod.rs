//! Holds what a model answered against the schema and against what was watched.
//!
//! Takes a [`Question`] and an [`Answer`], which may be anything at all: a model writes what a stranger's
//! video told it to. Gives a [`Note`] whose every value fits its column and Notion's limits and stands in
//! the input, or is a judgement about the whole of it. Never fails and never invents: what does not pass is
//! left out and listed with the reason.

mod choose;
mod clean;
mod facts;
mod input;
mod texts;

use serde_json::Value as Json;

use self::input::Input;
use super::note::{Answer, Evidence, Filled, LeftOut, Note, Question, Value};
use super::schema::{Column, ColumnKind};
use super::words::{fold, one_line};

pub use texts::fallback_title;

/// UTF-16 units of a title: one line in a table.
pub const MAX_TITLE: usize = 200;

/// UTF-16 units of a summary: two screens at most.
const MAX_SUMMARY: usize = 4_000;

/// UTF-16 units of a key point.
const MAX_KEY_POINT: usize = 500;

/// How many key points there are: a longer list is not read.
const MAX_KEY_POINTS: usize = 12;

/// UTF-16 units of what was offered and refused, as shown to the owner.
const MAX_OFFERED: usize = 100;

/// How many refusals are shown; an answer with more of them is broken.
const MAX_LEFT_OUT: usize = 50;

/// UTF-16 units of an engine's name.
const MAX_ENGINE: usize = 100;

/// What became of one offered value.
#[derive(Default)]
struct Verdict {
    value: Option<(Value, Evidence)>,
    refused: Vec<Refused>,
}

/// Something offered that did not pass.
struct Refused {
    offered: String,
    why: &'static str,
}

impl Verdict {
    fn nothing() -> Self {
        Self::default()
    }

    fn filled(value: Value, evidence: Evidence) -> Self {
        Self { value: Some((value, evidence)), refused: Vec::new() }
    }

    fn refused(offered: impl Into<String>, why: &'static str) -> Self {
        Self { value: None, refused: vec![Refused { offered: offered.into(), why }] }
    }
}

/// Why a value is left out, for its owner.
mod why {
    pub(super) const WRONG_TYPE: &str = "This does not fit the column's type.";
    pub(super) const NO_OPTION: &str = "This is not one of the column's options.";
    pub(super) const ONE_OPTION: &str = "The column takes one option only.";
    pub(super) const TOO_MANY: &str = "The column takes 100 options at most.";
    pub(super) const NOT_IN_INPUT: &str = "This occurs neither in the video nor in its caption.";
    pub(super) const NOTHING_TO_GO_BY: &str = "Nothing is said, shown or written in this video.";
    pub(super) const NO_NUMBER: &str = "This is not a number.";
    pub(super) const NO_DAY: &str = "This is not a day.";
    pub(super) const TWO_DAYS: &str = "This could be two different days.";
    pub(super) const NO_LINK: &str = "This is not a web address.";
    pub(super) const NO_EMAIL: &str = "This is not an e-mail address.";
    pub(super) const NO_PHONE: &str = "This is not a phone number.";
    pub(super) const TOO_LONG: &str = "This is longer than Notion allows.";
}

/// Checks every part of an answer.
#[expect(clippy::needless_pass_by_value, reason = "an unchecked answer must not be used after its check")]
pub fn check(question: &Question, answer: Answer) -> Note {
    let input = Input::new(&question.watched);
    let mut note = Note {
        title: texts::title(&answer.title, &input, &question.watched),
        engine: clean::line(&answer.engine, MAX_ENGINE, &input),
        usage: answer.usage,
        ..Note::default()
    };
    // A summary of nothing can only be invented.
    if !input.is_empty() {
        note.summary = clean::prose(&answer.summary, MAX_SUMMARY, &input);
        note.key_points = key_points(&answer.key_points, &input);
    }
    for (key, column) in &question.columns {
        let offered = answer.values.get(key).unwrap_or(&Json::Null);
        let verdict = verdict(column, offered, &note.title, &input);
        note.values.extend(verdict.value.map(|(value, evidence)| Filled {
            column: column.id.clone(),
            name: column.name.clone(),
            value,
            evidence,
        }));
        let room = MAX_LEFT_OUT.saturating_sub(note.left_out.len());
        note.left_out.extend(verdict.refused.into_iter().take(room).map(|refused| LeftOut {
            name: column.name.clone(),
            offered: shown(&refused.offered, &input),
            why: refused.why.to_owned(),
        }));
    }
    note
}

fn key_points(offered: &[String], input: &Input) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut points = Vec::new();
    for point in offered {
        let point = clean::line(point.trim_start_matches(['-', '*', '•', ' ']), MAX_KEY_POINT, input);
        let folded = fold(&point);
        if !folded.is_empty() && !seen.contains(&folded) && points.len() < MAX_KEY_POINTS {
            seen.push(folded);
            points.push(point);
        }
    }
    points
}

fn verdict(column: &Column, offered: &Json, title: &str, input: &Input) -> Verdict {
    match &column.kind {
        ColumnKind::Select { options } => choose::one(options, offered, input, Value::Select),
        ColumnKind::Status { options } => choose::one(options, offered, input, Value::Status),
        ColumnKind::MultiSelect { options } => choose::many(options, offered, input),
        ColumnKind::Title if is_blank(offered) => texts::own_title(title, input),
        _ if is_blank(offered) => Verdict::nothing(),
        ColumnKind::Title => texts::title_column(offered, title, input),
        ColumnKind::RichText => texts::text(offered, input),
        ColumnKind::Number { format } => facts::number(column, format, offered, input),
        ColumnKind::Date => facts::date(offered, input),
        ColumnKind::Url => facts::url(offered, input),
        ColumnKind::Email => facts::email(offered, input),
        ColumnKind::PhoneNumber => facts::phone(offered, input),
        ColumnKind::Checkbox => facts::checkbox(offered, input),
        ColumnKind::Place => facts::place(offered, input),
        ColumnKind::Files | ColumnKind::Relation | ColumnKind::Other { .. } => Verdict::nothing(),
    }
}

/// Whether nothing was offered: models say so in words as well.
fn is_blank(offered: &Json) -> bool {
    const NOTHING: [&str; 12] = [
        "",
        "null",
        "none",
        "n a",
        "na",
        "nil",
        "unknown",
        "not mentioned",
        "not specified",
        "not provided",
        "not available",
        "undefined",
    ];
    const LONGEST: usize = 40;
    match offered {
        Json::Null => true,
        // A text of emoji folds to nothing and says something all the same.
        Json::String(text) if text.trim().len() > LONGEST => false,
        Json::String(text) => NOTHING.contains(&fold(text).as_str()) && one_line(text).is_ascii(),
        Json::Array(items) => items.iter().all(is_blank),
        Json::Object(fields) => fields.values().all(is_blank),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// What was offered as a line of text, whatever its type.
fn written(offered: &Json) -> String {
    match offered {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What was refused, harmless and short. An address that may not be shown is called what it is.
fn shown(offered: &str, input: &Input) -> String {
    let shown = clean::line(offered, MAX_OFFERED, input);
    if fold(&shown).is_empty() { "(an address or a symbol)".to_owned() } else { shown }
}

#[cfg(test)]
mod tests;
