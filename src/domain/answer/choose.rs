//! Options: those the column has, by their exact name; new ones only where the column's owner lets them in.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::blank::is_blank;
use super::input::Input;
use super::{Refused, Verdict, clean, invented, why, written};
use crate::domain::note::{Evidence, Value};
use crate::domain::schema::{ChoiceOption, Column};
use crate::domain::split::utf16_len;
use crate::domain::words::{fold, one_and_many, visible};

/// Notion takes no more values in one multi-select property (developers.notion.com/reference/request-limits).
const MAX_CHOSEN: usize = 100;

/// How many offered names are looked at; a longer list is a flood.
const MAX_LOOKED_AT: usize = 500;

/// What stands between the names of a list written as one text, in any script.
const SEPARATORS: [char; 10] = [',', ';', '|', '\n', '、', '，', '；', '｜', '،', '؛'];

/// Bytes of an option's name as a model may write it; Notion's own names end at 100 characters.
const LONGEST_NAME: usize = 1_000;

/// UTF-16 units of a new option's name (developers.notion.com/reference/request-limits).
const MAX_NEW_NAME: usize = 100;

/// New options for one video, all columns and items together: lists stay short enough to choose from.
const MAX_NEW: usize = 3;

/// The options one note adds: the column's id and the name.
#[derive(Debug, Default)]
pub(super) struct NewOptions(Vec<(String, String)>);

impl NewOptions {
    /// The new option of this name, added now or before.
    fn named(&mut self, column: &Column, offered: &str, input: &Input) -> Result<String, &'static str> {
        // Commas separate options in Notion and stand in no name.
        let name = clean::line(&offered.replace(',', " "), LONGEST_NAME, input);
        let same = |other: &str| other.to_lowercase() == name.to_lowercase() || fold(other) == fold(&name);
        // A name that nearly fits an option, or several, would stand beside it as its double.
        let double = |option: &str| same(option) || one_and_many(&lower(option), &lower(&name));
        if fold(&name).is_empty() || column.kind.options().iter().any(|option| double(&option.name)) {
            return Err(why::NO_OPTION);
        }
        if utf16_len(&name) > MAX_NEW_NAME {
            return Err(why::TOO_LONG);
        }
        if let Some((_, known)) = self.0.iter().find(|(id, known)| *id == column.id && same(known)) {
            return Ok(known.clone());
        }
        if let Some(why) = invented::invention(&name, input) {
            return Err(why);
        }
        if self.0.len() == MAX_NEW {
            return Err(why::TOO_MANY_NEW);
        }
        self.0.push((column.id.clone(), name.clone()));
        Ok(name)
    }
}

/// One of the options, for select and status columns; `new` takes those that may be added.
pub(super) fn one(
    column: &Column,
    new: Option<&mut NewOptions>,
    offered: &Json,
    input: &Input,
    value: impl FnOnce(String) -> Value,
) -> Verdict {
    let (chosen, mut refused) = chosen(column, new, offered, input, 1);
    let mut chosen = chosen.into_iter();
    let first = chosen.next();
    refused.extend(chosen.map(|(name, _)| Refused { offered: name, why: why::ONE_OPTION }));
    Verdict { value: first.map(|(name, evidence)| (value(name), evidence)), refused }
}

/// Some of the options.
pub(super) fn many(column: &Column, new: Option<&mut NewOptions>, offered: &Json, input: &Input) -> Verdict {
    let (mut chosen, mut refused) = chosen(column, new, offered, input, MAX_CHOSEN);
    let beyond = chosen.split_off(chosen.len().min(MAX_CHOSEN));
    refused.extend(beyond.into_iter().map(|(name, _)| Refused { offered: name, why: why::TOO_MANY }));
    // One evidence for all of them: the first place where one of them stands, unless one stands nowhere.
    let is_judged = chosen.iter().any(|(_, evidence)| *evidence == Evidence::Whole);
    let first = chosen.iter().map(|(_, evidence)| *evidence).filter(|_| !is_judged).min_by(earlier);
    let names: Vec<String> = chosen.into_iter().map(|(name, _)| name).collect();
    let value = (!names.is_empty()).then_some((Value::MultiSelect(names), first.unwrap_or(Evidence::Whole)));
    Verdict { value, refused }
}

/// What is written stands before what is said or shown, and that in the order of its moments.
fn earlier(one: &Evidence, other: &Evidence) -> Ordering {
    let moment = |evidence: &Evidence| match evidence {
        Evidence::Speech(at) | Evidence::Screen(at) => at.0,
        _ => f64::NEG_INFINITY,
    };
    moment(one).total_cmp(&moment(other))
}

/// The options that were offered, each once and in the order offered, and what is none. No new one is made
/// for a place behind `room`.
fn chosen(
    column: &Column,
    mut new: Option<&mut NewOptions>,
    offered: &Json,
    input: &Input,
    room: usize,
) -> (Vec<(String, Evidence)>, Vec<Refused>) {
    let options = Known::all(column.kind.options());
    let (mut chosen, mut refused): (Vec<(String, Evidence)>, Vec<Refused>) = (Vec::new(), Vec::new());
    let is_text = offered.is_string() || offered.is_array();
    for name in names(&options, offered) {
        let known = find(&options, &name).map(|option| option.name.clone());
        let may_add = is_text && chosen.len() < room && !input.is_empty();
        let found = match (known, new.as_deref_mut()) {
            (Some(known), _) => Ok(known),
            _ if is_blank(&Json::String(name.clone())) => continue,
            (None, Some(new)) if may_add => new.named(column, &name, input),
            (None, _) => Err(if is_text { why::NO_OPTION } else { why::WRONG_TYPE }),
        };
        match found {
            Ok(option) if chosen.iter().any(|(other, _)| *other == option) => {}
            Ok(option) => match input.words(&option) {
                Some(evidence) => chosen.push((option, evidence)),
                None if !input.is_empty() => chosen.push((option, Evidence::Whole)),
                None => refused.push(Refused { offered: name, why: why::NOTHING_TO_GO_BY }),
            },
            Err(why) => refused.push(Refused { offered: name, why }),
        }
    }
    (chosen, refused)
}

/// The names in an offered value: a name, a list of names, or a text with commas between them.
fn names(options: &[Known<'_>], offered: &Json) -> Vec<String> {
    match offered {
        Json::String(text) if find(options, text).is_none() => {
            text.split(SEPARATORS).take(MAX_LOOKED_AT).map(|part| part.trim().to_owned()).collect()
        }
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => {
            let names =
                items.iter().filter(|item| !is_nothing(item)).take(MAX_LOOKED_AT).map(|item| match item {
                    Json::String(_) => names(options, item),
                    other => vec![written(other)],
                });
            names.flatten().take(MAX_LOOKED_AT).collect()
        }
        other if is_blank(other) => Vec::new(),
        other => vec![written(other)],
    }
}

/// Whether an item says nothing; a text may be an option's name, such as `None`.
fn is_nothing(item: &Json) -> bool {
    !item.is_string() && is_blank(item)
}

/// The option that is meant: by its exact name, else but for case, else but for accents, plural and
/// decoration, else as one is the plural of the other in its language; a name that fits several options means none of
/// them.
fn find<'a>(options: &[Known<'a>], offered: &str) -> Option<&'a ChoiceOption> {
    if offered.len() > LONGEST_NAME {
        return None;
    }
    if let Some(exact) = options.iter().find(|known| known.option.name == offered) {
        return Some(exact.option);
    }
    let only = |fits: &dyn Fn(&Known<'_>) -> bool| {
        let mut fitting = options.iter().filter(|known| fits(known));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let (small, folded) = (lower(offered), fold(offered));
    only(&|known| !small.is_empty() && known.lower == small)
        .or_else(|| only(&|known| !folded.is_empty() && known.folded == folded))
        .or_else(|| {
            let fits_already = |known: &Known<'_>| known.lower == small || known.folded == folded;
            only(&|known| one_and_many(&known.lower, &small)).filter(|_| !options.iter().any(fits_already))
        })
        .map(|known| known.option)
}

/// An option as it is compared: a long offer is held against each of them many times.
struct Known<'a> {
    option: &'a ChoiceOption,
    lower: String,
    folded: String,
}

impl<'a> Known<'a> {
    fn all(options: &'a [ChoiceOption]) -> Vec<Self> {
        let known = |option: &'a ChoiceOption| Self {
            option,
            lower: lower(&option.name),
            folded: fold(&option.name),
        };
        options.iter().map(known).collect()
    }
}

fn lower(text: &str) -> String {
    visible(text).trim().to_lowercase()
}
