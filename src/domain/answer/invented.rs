//! Prose held against the input: a sentence with a number or a name that was neither said, shown nor
//! written is taken out whole, because what is left of it would claim something else.
//!
//! Takes a text that is harmless already; gives what may stay, and what was invented. Names are found as far
//! as writing tells them apart (`words::names`); in a column of names every word counts as one.

use unicode_segmentation::UnicodeSegmentation;

use super::input::{Input, plain_digits, without_phones};
use super::{Refused, why};
use crate::domain::schema::Column;
use crate::domain::words::{amounts, dates, fold, names, words};

/// Words in the name of a text column that holds names, folded: there a single word is one, too.
const NAME_WORDS: [&str; 40] = [
    "author",
    "creator",
    "person",
    "chef",
    "artist",
    "singer",
    "speaker",
    "guest",
    "brand",
    "shop",
    "company",
    "restaurant",
    "cafe",
    "hotel",
    "place",
    "venue",
    "city",
    "town",
    "country",
    "address",
    "street",
    "neighborhood",
    "neighbourhood",
    "autor",
    "autorin",
    "kunstler",
    "koch",
    "marke",
    "laden",
    "geschaft",
    "ort",
    "stadt",
    "adresse",
    "auteur",
    "marque",
    "magasin",
    "lieu",
    "ville",
    "lugar",
    "luogo",
];

/// What may stay of a text, and what was taken out of it.
pub(super) struct Grounded {
    /// The sentences that may stay, as they were written.
    pub(super) text: String,
    /// The sentences that may not, shortened by whoever shows them.
    pub(super) refused: Vec<Refused>,
}

/// Takes the sentences with something invented out of a text; its lines stay lines.
pub(super) fn without_inventions(text: &str, input: &Input) -> Grounded {
    let mut refused = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut kept = String::with_capacity(line.len());
        for sentence in line.split_sentence_bounds() {
            match invention(sentence, input) {
                None => kept.push_str(sentence),
                Some(why) => refused.push(Refused { offered: sentence.trim().to_owned(), why }),
            }
        }
        let emptied = fold(&kept).is_empty() && !fold(line).is_empty();
        if !emptied {
            lines.push(kept.trim_end().to_owned());
        }
    }
    let text = lines.join("\n").trim().to_owned();
    Grounded { text, refused }
}

/// Why a short text may not stay as a whole, if it may not.
pub(super) fn invention(text: &str, input: &Input) -> Option<&'static str> {
    if has_invented_number(text, input) {
        return Some(why::NUMBER_NOT_IN_INPUT);
    }
    let names = names(text, input.language());
    names.iter().any(|name| !input.knows_name(name)).then_some(why::NAME_NOT_IN_INPUT)
}

/// Whether a column holds names alone, so that nothing in it is a judgement.
pub(super) fn holds_names(column: &Column) -> bool {
    words(&column.name).iter().any(|word| NAME_WORDS.contains(&fold(word).as_str()))
}

/// Whether a text written with digits says a number that the input does not.
fn has_invented_number(text: &str, input: &Input) -> bool {
    if !text.chars().any(char::is_numeric) {
        return false;
    }
    let text = &plain_digits(&without_phones(text, |phone| input.phone(&phone.digits()).is_some()));
    let of_days = input.numbers_of_known_days(&dates(text, input.published()));
    amounts(text).iter().any(|amount| {
        let written = text.get(amount.start..amount.end).unwrap_or_default();
        let behind = text.get(amount.start..).unwrap_or_default();
        let digits = behind.chars().take_while(char::is_ascii_digit).count();
        let leads = text.get(..amount.start).is_some_and(|before| before.trim().is_empty());
        // "1. Boil the water" counts the steps.
        let counts_steps = leads
            && behind.get(digits..).is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "));
        let known = |number: &f64| {
            input.says_number(*number)
                || of_days.contains(number)
                || input.amount(|said| said.reads_as_time(*number)).is_some()
                || input.is_length(*number)
        };
        let converted =
            || amount.as_time.iter().any(|time| input.amount(|said| said.reads_as_time(*time)).is_some());
        written.starts_with(|first: char| first.is_ascii_digit())
            && !counts_steps
            && !input.is_moment(written)
            && !amount.readings.iter().any(known)
            && !converted()
    })
}
