//! Options: only those the column has, by their exact name. Nothing is ever added to a user's list.

use serde_json::Value as Json;

use super::input::Input;
use super::{Refused, Verdict, is_blank, why, written};
use crate::domain::note::{Evidence, Value};
use crate::domain::schema::ChoiceOption;
use crate::domain::words::{fold, visible};

/// Notion takes no more values in one multi-select property (developers.notion.com/reference/request-limits).
const MAX_CHOSEN: usize = 100;

/// How many offered names are looked at; a longer list is a flood.
const MAX_LOOKED_AT: usize = 500;

/// Bytes of an option's name as a model may write it; Notion's own names end at 100 characters.
const LONGEST_NAME: usize = 1_000;

/// One of the options, for select and status columns.
pub(super) fn one(
    options: &[ChoiceOption],
    offered: &Json,
    input: &Input,
    value: impl FnOnce(String) -> Value,
) -> Verdict {
    let (chosen, mut refused) = chosen(options, offered, input);
    let mut chosen = chosen.into_iter();
    let first = chosen.next();
    refused.extend(chosen.map(|(name, _)| Refused { offered: name, why: why::ONE_OPTION }));
    Verdict { value: first.map(|(name, evidence)| (value(name), evidence)), refused }
}

/// Some of the options.
pub(super) fn many(options: &[ChoiceOption], offered: &Json, input: &Input) -> Verdict {
    let (mut chosen, mut refused) = chosen(options, offered, input);
    let beyond = chosen.split_off(chosen.len().min(MAX_CHOSEN));
    refused.extend(beyond.into_iter().map(|(name, _)| Refused { offered: name, why: why::TOO_MANY }));
    // One evidence for all of them: a place in the input when they share one.
    let evidence = chosen.first().map(|(_, evidence)| *evidence);
    let shared = evidence.filter(|first| chosen.iter().all(|(_, other)| other == first));
    let names: Vec<String> = chosen.into_iter().map(|(name, _)| name).collect();
    let value = (!names.is_empty()).then_some((Value::MultiSelect(names), shared.unwrap_or(Evidence::Whole)));
    Verdict { value, refused }
}

/// The options that were offered, each once and in the order offered, and what is none.
fn chosen(
    options: &[ChoiceOption],
    offered: &Json,
    input: &Input,
) -> (Vec<(String, Evidence)>, Vec<Refused>) {
    let (mut chosen, mut refused): (Vec<(String, Evidence)>, Vec<Refused>) = (Vec::new(), Vec::new());
    for name in names(options, offered) {
        let Some(option) = find(options, &name) else {
            refused.extend((!is_blank(&Json::String(name.clone()))).then_some(Refused {
                offered: name,
                why: if offered.is_string() || offered.is_array() { why::NO_OPTION } else { why::WRONG_TYPE },
            }));
            continue;
        };
        if chosen.iter().any(|(other, _)| *other == option.name) {
            continue;
        }
        match input.words(&option.name) {
            Some(evidence) => chosen.push((option.name.clone(), evidence)),
            None if !input.is_empty() => chosen.push((option.name.clone(), Evidence::Whole)),
            None => refused.push(Refused { offered: name, why: why::NOTHING_TO_GO_BY }),
        }
    }
    (chosen, refused)
}

/// The names in an offered value: a name, a list of names, or a text with commas between them.
fn names(options: &[ChoiceOption], offered: &Json) -> Vec<String> {
    match offered {
        Json::String(text) if find(options, text).is_none() => {
            text.split([',', ';', '|', '\n']).take(MAX_LOOKED_AT).map(|part| part.trim().to_owned()).collect()
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
/// decoration; a name that fits several options means none of them.
fn find<'a>(options: &'a [ChoiceOption], offered: &str) -> Option<&'a ChoiceOption> {
    if offered.len() > LONGEST_NAME {
        return None;
    }
    let lower = |text: &str| visible(text).trim().to_lowercase();
    let only = |fits: &dyn Fn(&ChoiceOption) -> bool| {
        let mut fitting = options.iter().filter(|option| fits(option));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let (small, folded) = (lower(offered), fold(offered));
    options
        .iter()
        .find(|option| option.name == offered)
        .or_else(|| only(&|option| !small.is_empty() && lower(&option.name) == small))
        .or_else(|| only(&|option| !folded.is_empty() && fold(&option.name) == folded))
}
