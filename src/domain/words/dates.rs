//! Days in a text: `2024-05-06`, `6 May`, `May 6th, 2024`, `06.05.2024`, `tomorrow`, `next Friday`.
//!
//! What is said relative to another day, or without a year, is read from the day the video was published;
//! without that day it is not read at all.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use regex::Captures;

use super::relative::relative;
use super::{Pattern, compiled, words};

static YEAR_FIRST: Pattern =
    LazyLock::new(|| compiled(r"\b([0-9]{4})(?:[-/.]|\s?年\s?)([0-9]{1,2})(?:[-/.]|\s?月\s?)([0-9]{1,2})"));
static YEAR_LAST: Pattern =
    LazyLock::new(|| compiled(r"\b([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})\b"));
static DAY_MONTH: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)\b([0-9]{1,2})(?:st|nd|rd|th|er|\.|º|ª)?\s+(?:of\s+|de\s+)?(\p{L}{3,10})\.?,?(?:\s+(?:de\s+)?([0-9]{4})\b)?",
    )
});
static MONTH_DAY: Pattern = LazyLock::new(|| {
    compiled(r"(?i)\b(\p{L}{3,10})\.?\s+(?:the\s+)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?:,?\s+([0-9]{4})\b)?")
});

/// A day named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFound {
    /// The days it may be, the likeliest first; never empty.
    pub days: Vec<NaiveDate>,
    /// Whether the first of them can be meant only: `05/06/2024` is not clear.
    pub clear: bool,
    /// Whether it is said relative to another day.
    pub relative: bool,
}

/// The days named in a text, given the day the video was published.
pub fn dates(text: &str, published: Option<NaiveDate>) -> Vec<DateFound> {
    let mut found = Vec::new();
    // Without a digit none of the patterns fits; most sentences have none.
    if text.contains(|letter: char| letter.is_ascii_digit()) {
        written(&mut found, text, published);
    }
    if let Some(published) = published {
        let days = relative(text, published).into_iter();
        found.extend(days.map(|days| DateFound { days, clear: true, relative: true }));
    }
    found
}

/// The days written with digits.
fn written(found: &mut Vec<DateFound>, text: &str, published: Option<NaiveDate>) {
    for day in YEAR_FIRST.captures_iter(text) {
        push(found, [day_of(number(&day, 1), number(&day, 2), number(&day, 3))], true);
    }
    for day in YEAR_LAST.captures_iter(text) {
        let (one, two, year) = (number(&day, 1), number(&day, 2), number(&day, 3).map(full_year));
        push(found, [day_of(year, two, one), day_of(year, one, two)], false);
    }
    for day in DAY_MONTH.captures_iter(text) {
        named(
            found,
            number(&day, 3),
            day.get(2).map_or("", |word| word.as_str()),
            number(&day, 1),
            published,
        );
    }
    for day in MONTH_DAY.captures_iter(text) {
        named(
            found,
            number(&day, 3),
            day.get(1).map_or("", |word| word.as_str()),
            number(&day, 2),
            published,
        );
    }
}

fn push<const N: usize>(found: &mut Vec<DateFound>, days: [Option<NaiveDate>; N], clear: bool) {
    let mut days: Vec<NaiveDate> = days.into_iter().flatten().collect();
    days.dedup();
    if !days.is_empty() {
        found.push(DateFound { clear: clear || days.len() == 1, days, relative: false });
    }
}

fn number(captures: &Captures<'_>, at: usize) -> Option<u32> {
    captures.get(at)?.as_str().parse().ok()
}

/// `24` is 2024: videos have no other century.
fn full_year(year: u32) -> u32 {
    if year < 100 { 2000 + year } else { year }
}

fn day_of(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok().filter(|year| *year >= 1000)?, month?, day?)
}

/// A day with the month's name; without a year the nearest to the publication is the likeliest.
fn named(
    found: &mut Vec<DateFound>,
    year: Option<u32>,
    month: &str,
    day: Option<u32>,
    published: Option<NaiveDate>,
) {
    let Some(month) = month_number(month) else { return };
    if year.is_some() {
        push(found, [day_of(year, Some(month), day)], true);
        return;
    }
    let Some(published) = published else { return };
    let this_year = u32::try_from(published.year()).ok();
    let mut days: Vec<NaiveDate> =
        [this_year, this_year.map(|year| year + 1), this_year.map(|year| year - 1)]
            .into_iter()
            .filter_map(|year| day_of(year, Some(month), day))
            .collect();
    days.sort_by_key(|day| day.signed_duration_since(published).num_days().abs());
    if !days.is_empty() {
        found.push(DateFound { days, clear: true, relative: false });
    }
}

fn month_number(name: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["january", "jan", "januar", "janvier", "enero", "gennaio", "janeiro", "januari"],
        &["february", "feb", "februar", "fevrier", "febrero", "febbraio", "fevereiro", "februari"],
        &["march", "mar", "marz", "maerz", "mars", "marzo", "marco", "maart"],
        &["april", "apr", "avril", "abril", "aprile"],
        &["may", "mai", "mayo", "maggio", "maio", "mei"],
        &["june", "jun", "juni", "juin", "junio", "giugno", "junho"],
        &["july", "jul", "juli", "juillet", "julio", "luglio", "julho"],
        &["august", "aug", "aout", "agosto", "augustus"],
        &["september", "sep", "sept", "septembre", "septiembre", "settembre", "setembro"],
        &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "outubro"],
        &["november", "nov", "novembre", "noviembre", "novembro"],
        &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dicembre", "dezembro"],
    ];
    let name = words(name).concat();
    let at = NAMES.iter().position(|names| names.contains(&name.as_str()))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    /// A Tuesday.
    fn published() -> NaiveDate {
        "2024-05-07".parse().unwrap()
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let table = [
            ("on 2024-05-06", "2024-05-06"),
            ("2024-05-06T10:00:00Z", "2024-05-06"),
            ("2024年5月6日", "2024-05-06"),
            ("25.12.2024", "2024-12-25"),
            ("12/25/24", "2024-12-25"),
            ("6 May 2024", "2024-05-06"),
            ("the 6th of May", "2024-05-06"),
            ("May 6th, 2024", "2024-05-06"),
            ("6. Mai 2024", "2024-05-06"),
            ("6 de mayo de 2024", "2024-05-06"),
            ("1er août", "2024-08-01"),
            ("January 2", "2024-01-02"),
            ("today", "2024-05-07"),
            ("next Friday", "2024-05-10"),
        ];
        for (text, expected) in table {
            let found = dates(text, Some(published()));
            let clear: Vec<String> = found
                .iter()
                .filter(|found| found.clear)
                .map(|found| found.days.first().unwrap().to_string())
                .collect();
            assert_eq!(clear, [expected], "{text}");
        }
    }

    #[test]
    fn what_may_be_two_days_is_not_clear() {
        let found = dates("05/06/2024", Some(published()));
        assert!(found.iter().all(|found| !found.clear && found.days.len() == 2), "{found:?}");
    }

    #[test]
    fn without_the_publication_nothing_relative_is_read() {
        for text in ["tomorrow", "6 May", "serves 4 people", "32.13.2024", "2024-02-30"] {
            assert_eq!(dates(text, None), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(\\PC{0,4}|[0-9]{1,9}|in|ago|next|friday|days|May|-|/| ){0,20}") {
            for found in dates(&text, Some(published())) {
                prop_assert!(!found.days.is_empty());
            }
        }
    }
}
