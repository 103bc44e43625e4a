//! Several things in one video, each with a page of its own, and the database they all go to.
//!
//! Takes the offered items; gives those with a title that stands, each checked like a whole answer, no two
//! with the same key. A model's own keys are not asked for: they would differ with every try. What was found before
//! keeps its key.

use super::input::Input;
use super::{Check, ITEMS, MAX_TITLE, Refused, clean, invented, why};
use crate::domain::note::{Choice, Item, OfferedItem};
use crate::domain::words::{fold, folded_contains};

/// A video that shows more is a list that nobody reads, or a flood.
const MAX_ITEMS: usize = 20;

/// Letters of a key; a title has at most three times as many.
const MAX_KEY_CHARS: usize = 100;

/// The items that may stand.
pub(super) fn items(check: &mut Check<'_>, offered: &[OfferedItem]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for one in offered {
        let title = match title(&one.title, check.input) {
            _ if items.len() == MAX_ITEMS => Err(why::TOO_MANY_ITEMS),
            Ok(title) if items.iter().any(|item| item.key == key(&title)) => Err(why::SAME_TITLE),
            title => title,
        };
        match title {
            Ok(title) => {
                let values = check.values(&one.values, &title);
                items.push(Item { key: key(&title), title, values });
            }
            Err(why) => check.leave_out(ITEMS, vec![Refused { offered: one.title.clone(), why }]),
        }
    }
    items
}

fn title(offered: &str, input: &Input) -> Result<String, &'static str> {
    let title = clean::line(offered.trim_start_matches(['#', ' ']), MAX_TITLE, input);
    if fold(&title).is_empty() {
        return Err(why::NO_TITLE);
    }
    invented::invention(&title, input).map_or(Ok(title), Err)
}

/// What tells an item from the others of its video, however its title is written this time.
fn key(title: &str) -> String {
    fold(title).replace(' ', "-").chars().take(MAX_KEY_CHARS).collect()
}

/// Gives items the keys of an earlier run where one title holds the words of the other, "Trattoria da Enzo" those of "da
/// Enzo", so that they keep their pages. Where two could be meant none is.
pub(super) fn keep_keys(items: &mut [Item], known: &[String]) {
    let words = |key: &str| key.replace('-', " ");
    let alike = |one: &str, other: &str| {
        let (one, other) = (words(one), words(other));
        folded_contains(&one, &other) || folded_contains(&other, &one)
    };
    let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
    let (free, new): (Vec<&String>, Vec<&String>) = (
        known.iter().filter(|key| !keys.contains(key)).collect(),
        keys.iter().filter(|key| !known.contains(key)).collect(),
    );
    for item in items {
        let mut meant = free.iter().filter(|key| alike(key, &item.key));
        let (Some(earlier), None) = (meant.next(), meant.next()) else { continue };
        let is_only = new.iter().filter(|key| alike(key, earlier)).count() == 1;
        if is_only && new.contains(&&item.key) {
            item.key.clone_from(earlier);
        }
    }
}

/// The key of the choice that is meant: by its key, else by its title; one that fits several means none.
pub(super) fn choice(choices: &[Choice], offered: Option<&str>) -> Option<String> {
    let offered = offered?.trim();
    let only = |fits: &dyn Fn(&Choice) -> bool| {
        let mut fitting = choices.iter().filter(|choice| fits(choice));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let folded = fold(offered);
    let same = |text: &str| !folded.is_empty() && fold(text) == folded;
    only(&|choice| choice.key == offered)
        .or_else(|| only(&|choice| same(&choice.key)))
        .or_else(|| only(&|choice| same(&choice.title)))
        .map(|choice| choice.key.clone())
}
