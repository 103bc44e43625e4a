//! Days in a text: `2024-05-06`, `6 May`, `May 6th, 2024`, `06.05.2024`, `tomorrow`, `next Friday`.
//!
//! What is said relative to another day, or without a year, is read from the day the video was published;
//! without that day it is not read at all.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use regex::Captures;

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
}

/// The days named in a text, given the day the video was published.
pub fn dates(text: &str, published: Option<NaiveDate>) -> Vec<DateFound> {
    let mut found = Vec::new();
    for day in YEAR_FIRST.captures_iter(text) {
        push(&mut found, [day_of(number(&day, 1), number(&day, 2), number(&day, 3))], true);
    }
    for day in YEAR_LAST.captures_iter(text) {
        let (one, two, year) = (number(&day, 1), number(&day, 2), number(&day, 3).map(full_year));
        push(&mut found, [day_of(year, two, one), day_of(year, one, two)], false);
    }
    for day in DAY_MONTH.captures_iter(text) {
        named(
            &mut found,
            number(&day, 3),
            day.get(2).map_or("", |word| word.as_str()),
            number(&day, 1),
            published,
        );
    }
    for day in MONTH_DAY.captures_iter(text) {
        named(
            &mut found,
            number(&day, 3),
            day.get(1).map_or("", |word| word.as_str()),
            number(&day, 2),
            published,
        );
    }
    if let Some(published) = published {
        relative(&mut found, &words(text), published);
    }
    found
}

fn push<const N: usize>(found: &mut Vec<DateFound>, days: [Option<NaiveDate>; N], clear: bool) {
    let mut days: Vec<NaiveDate> = days.into_iter().flatten().collect();
    days.dedup();
    if !days.is_empty() {
        found.push(DateFound { clear: clear || days.len() == 1, days });
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
        found.push(DateFound { days, clear: true });
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

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" | "montag" | "lundi" | "lunes" | "lunedi" => Weekday::Mon,
        "tuesday" | "dienstag" | "mardi" | "martes" | "martedi" => Weekday::Tue,
        "wednesday" | "mittwoch" | "mercredi" | "miercoles" | "mercoledi" => Weekday::Wed,
        "thursday" | "donnerstag" | "jeudi" | "jueves" | "giovedi" => Weekday::Thu,
        "friday" | "freitag" | "vendredi" | "viernes" | "venerdi" => Weekday::Fri,
        "saturday" | "samstag" | "samedi" | "sabado" | "sabato" => Weekday::Sat,
        "sunday" | "sonntag" | "dimanche" | "domingo" | "domenica" => Weekday::Sun,
        _ => return None,
    })
}

/// Days said relative to the day of publication.
fn relative(found: &mut Vec<DateFound>, words: &[String], published: NaiveDate) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for (at, word) in words.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).copied().unwrap_or("");
        let day = match *word {
            "today" | "tonight" | "heute" | "hoy" | "oggi" | "hoje" | "aujourd" => Some(published),
            "yesterday" | "gestern" | "hier" | "ayer" | "ieri" | "ontem" => shifted(published, -1),
            "tomorrow" if before(1) == "after" && before(2) == "day" => shifted(published, 2),
            "tomorrow" | "morgen" | "demain" | "manana" | "domani" | "amanha" => shifted(published, 1),
            "ubermorgen" => shifted(published, 2),
            "ago" => span(before(2), before(1)).and_then(|days| shifted(published, -days)),
            "days" | "day" | "weeks" | "week" if before(2) == "in" => {
                span(before(1), word).and_then(|days| shifted(published, days))
            }
            name => weekday(name).and_then(|name| nearest(published, name, before(1))),
        };
        if let Some(day) = day {
            let days = match (weekday(word), before(1)) {
                // "Next Friday" said on a Tuesday is this week's for some and next week's for others.
                (Some(_), "next") => vec![Some(day), shifted(day, 7)],
                _ => vec![Some(day)],
            };
            found.push(DateFound { clear: days.len() == 1, days: days.into_iter().flatten().collect() });
        }
    }
}

fn shifted(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }
}

/// "Three weeks" in days; years away are no way to name a day.
fn span(count: &str, unit: &str) -> Option<i64> {
    const LONGEST_DAYS: i64 = 366;
    let count = match count {
        "a" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        digits => digits.parse::<i64>().ok()?,
    };
    let days = match unit {
        "day" | "days" => count,
        "week" | "weeks" => count.checked_mul(7)?,
        _ => return None,
    };
    (0..=LONGEST_DAYS).contains(&days).then_some(days)
}

/// The weekday before the publication when it was the last, else the first one from then on.
fn nearest(published: NaiveDate, name: Weekday, before: &str) -> Option<NaiveDate> {
    let ahead = i64::from((7 + name.num_days_from_monday() - published.weekday().num_days_from_monday()) % 7);
    match (before, ahead) {
        ("last", _) => shifted(published, ahead - 7),
        ("next", 0) => shifted(published, 7),
        _ => shifted(published, ahead),
    }
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
            ("see you tomorrow!", "2024-05-08"),
            ("the day after tomorrow", "2024-05-09"),
            ("this Friday", "2024-05-10"),
            ("last Friday", "2024-05-03"),
            ("in two weeks", "2024-05-21"),
            ("3 days ago", "2024-05-04"),
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
        for text in ["05/06/2024", "next Friday"] {
            let found = dates(text, Some(published()));
            assert!(found.iter().all(|found| !found.clear && found.days.len() == 2), "{text}: {found:?}");
        }
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
