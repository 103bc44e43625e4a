//! The texts that were watched, each read once: its words, amounts and days.
//!
//! Takes a [`Watched`]; numbers in words are read in the text's own language, as far as that is known. Never fails.

use chrono::NaiveDate;

use crate::domain::media::{ScreenLine, Segment, Watched};
use crate::domain::note::Evidence;
pub(super) use crate::domain::words::plain_digits;
use crate::domain::words::{Amount, DateFound, Phone, amounts_in, dates, fold, language_of, phones, visible};

/// One text of the input.
pub(super) struct Source {
    pub(super) evidence: Evidence,
    pub(super) text: String,
    pub(super) folded: String,
    pub(super) amounts: Vec<Amount>,
    pub(super) dates: Vec<DateFound>,
}

impl Source {
    /// `language` is the one the text is in, where that is known: numbers in words are read in it.
    pub(super) fn new(
        evidence: Evidence,
        text: &str,
        published: Option<NaiveDate>,
        language: Option<&str>,
    ) -> Self {
        let text = visible(text);
        let amounts = amounts_in(&plain_digits(&without_phones(&text, |phone| phone.sure)), language);
        Self { evidence, folded: fold(&text), amounts, dates: dates(&text, published), text }
    }
}

/// What is said, each part for itself.
pub(super) fn speech(watched: &Watched) -> Vec<Source> {
    let parts = &watched.transcript.segments;
    let heard = watched.transcript.language.as_deref();
    let language = heard.or_else(|| language_of(&joined(parts.iter().map(|part| part.text.as_str()))));
    let source = |part: &Segment| {
        Source::new(Evidence::Speech(part.start), &part.text, watched.info.published, language)
    };
    parts.iter().map(source).collect()
}

/// What is shown, each line for itself.
pub(super) fn screen(watched: &Watched) -> Vec<Source> {
    let lines = &watched.screen_text.lines;
    let language = language_of(&joined(lines.iter().map(|line| line.text.as_str())));
    let source = |line: &ScreenLine| {
        Source::new(Evidence::Screen(line.at), &line.text, watched.info.published, language)
    };
    lines.iter().map(source).collect()
}

pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join(" ")
}

/// Two neighbours as one text, at the time of the first.
pub(super) fn pair(neighbours: &[Source]) -> Option<(Evidence, String)> {
    match neighbours {
        [one, two] => Some((one.evidence, format!("{} {}", one.folded, two.folded))),
        _ => None,
    }
}

/// A text without these of its phone numbers, blanks in their place: their digits are no amounts.
pub(super) fn without_phones(text: &str, which: impl Fn(&Phone<'_>) -> bool) -> String {
    let found = phones(text).into_iter().filter(|phone| which(phone));
    found.fold(text.to_owned(), |rest, phone| rest.replace(phone.text, " "))
}
