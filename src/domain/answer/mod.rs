//! Holds what a model answered against the schema and against what was watched.
//!
//! Takes a [`Question`] and an [`Answer`], which may be anything at all: a model writes what a stranger's
//! video told it to. Gives a [`Note`] whose every value fits its column and Notion's limits and stands in
//! the input, or is a judgement about the whole of it. Never fails and never invents: what does not pass is
//! left out and listed with the reason.

mod blank;
mod choose;
mod clean;
mod facts;
mod gone;
mod input;
mod invented;
mod items;
mod sources;
mod steps;
mod texts;
mod why;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use self::blank::{is_blank, says_nothing};
use self::choose::NewOptions;
use self::input::Input;
use super::note::{Answer, Evidence, Filled, LeftOut, Note, Question, Value};
use super::own_columns::is_owners_own;
use super::schema::{Column, ColumnKind};
use super::words::fold;

pub use gone::{holds_options, leave_out_gone};
pub use texts::fallback_title;
pub use why::{LACKS_PARTS, LARGER, NO_SOUND, NOT_KEPT, SENTENCES, SEVERAL_PARTS, UNPLACED, WRONG_TYPE};

/// Parts of a note that something may be left out of; kept in English and told in the owner's language
/// (`domain/page/labels.rs`), like [`SENTENCES`].
pub const TITLE: &str = "Title";
/// The same for the summary.
pub const SUMMARY: &str = "Summary";
/// The same for the key points.
pub const KEY_POINTS: &str = "Key points";
/// The same for the several things in one video.
pub const ITEMS: &str = "Items";

/// In place of something refused that may not be shown, such as an address.
pub const HIDDEN: &str = "(an address or a symbol)";

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

/// Checks every part of an answer.
#[expect(clippy::needless_pass_by_value, reason = "an unchecked answer must not be used after its check")]
pub fn check(question: &Question, answer: Answer) -> Note {
    let input = Input::new(&question.watched, question.language.as_deref());
    let columns = question.columns.iter().map(|(_, column)| column);
    let open = columns.filter(|column| question.takes_new_options(column)).map(|column| column.id.as_str());
    let mut check = Check {
        question,
        input: &input,
        open: open.collect(),
        new: NewOptions::default(),
        left_out: Vec::new(),
    };
    let (title, refused) = texts::title(&answer.title, &input, &question.watched);
    check.leave_out(TITLE, refused);
    let mut note = Note {
        engine: clean::line(&answer.engine, MAX_ENGINE, &input),
        usage: answer.usage,
        language: question.language.clone(),
        choice: items::choice(&question.choices, answer.choice.as_deref()),
        ..Note::default()
    };
    // A summary of nothing can only be invented.
    if !input.is_empty() {
        note.summary = check.prose(SUMMARY, &clean::prose(&answer.summary, MAX_SUMMARY, &input));
        note.key_points = check.key_points(&answer.key_points);
    }
    note.values = check.values(&answer.values, &title);
    if question.several && !input.is_empty() {
        note.items = items::items(&mut check, &answer.items);
        items::keep_keys(&mut note.items, &question.known_items);
    }
    Note { title, left_out: check.left_out, ..note }
}

/// A check under way: what it is held against, and what was refused so far.
struct Check<'a> {
    question: &'a Question,
    input: &'a Input,
    /// The columns that take new options.
    open: Vec<&'a str>,
    new: NewOptions,
    left_out: Vec<LeftOut>,
}

impl Check<'_> {
    /// The values for the columns, each checked; what is refused is listed.
    fn values(&mut self, offered: &BTreeMap<String, Json>, title: &str) -> Vec<Filled> {
        let mut filled = Vec::new();
        for (key, column) in &self.question.columns {
            let offered = offered.get(key).unwrap_or(&Json::Null);
            let verdict = self.verdict(column, offered, title);
            filled.extend(verdict.value.map(|(value, evidence)| Filled {
                column: column.id.clone(),
                name: column.name.clone(),
                value,
                evidence,
                unset: column.kind.unset().map(ToOwned::to_owned),
            }));
            self.leave_out(&column.name, verdict.refused);
        }
        filled
    }

    fn verdict(&mut self, column: &Column, offered: &Json, title: &str) -> Verdict {
        let input = self.input;
        let new = self.open.contains(&column.id.as_str()).then_some(&mut self.new);
        match &column.kind {
            _ if is_owners_own(column) => Verdict::nothing(),
            ColumnKind::Select { .. } => choose::one(column, new, offered, input, Value::Select),
            ColumnKind::Status { .. } => choose::one(column, None, offered, input, Value::Status),
            ColumnKind::MultiSelect { .. } => choose::many(column, new, offered, input),
            ColumnKind::Title if is_blank(offered) => texts::own_title(title, input),
            _ if is_blank(offered) => Verdict::nothing(),
            ColumnKind::Title => texts::title_column(offered, title, input),
            ColumnKind::RichText => texts::text(column, offered, input),
            ColumnKind::Number { format } => facts::number(column, format, offered, input),
            ColumnKind::Date => facts::date(offered, input),
            ColumnKind::Url => facts::url(offered, input),
            ColumnKind::Email => facts::email(offered, input),
            ColumnKind::PhoneNumber => facts::phone(offered, input),
            ColumnKind::Checkbox => facts::checkbox(offered, input),
            ColumnKind::Place => facts::place(offered, input),
            ColumnKind::Files | ColumnKind::Relation { .. } | ColumnKind::Other { .. } => Verdict::nothing(),
        }
    }

    /// Clean prose without the sentences that say what the input does not.
    fn prose(&mut self, name: &str, text: &str) -> String {
        if says_nothing(text) {
            return String::new();
        }
        let grounded = invented::without_inventions(text, self.input);
        self.leave_out(name, grounded.refused);
        grounded.text
    }

    fn key_points(&mut self, offered: &[String]) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        let mut points = Vec::new();
        for point in offered {
            let point = point.trim_start_matches(['-', '*', '•', ' ']);
            let point = clean::line(point, MAX_KEY_POINT, self.input);
            let folded = fold(&point);
            if folded.is_empty()
                || says_nothing(&point)
                || seen.contains(&folded)
                || points.len() == MAX_KEY_POINTS
            {
                continue;
            }
            seen.push(folded);
            let point = self.prose(KEY_POINTS, &point);
            points.extend((!fold(&point).is_empty()).then_some(point));
        }
        points
    }

    fn leave_out(&mut self, name: &str, refused: Vec<Refused>) {
        let room = MAX_LEFT_OUT.saturating_sub(self.left_out.len());
        let input = self.input;
        self.left_out.extend(refused.into_iter().take(room).map(|refused| LeftOut {
            name: name.to_owned(),
            offered: shown(&refused.offered, input),
            why: refused.why.to_owned(),
        }));
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
    if fold(&shown).is_empty() { HIDDEN.to_owned() } else { shown }
}

#[cfg(test)]
mod tests;
