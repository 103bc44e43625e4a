//! Days in a text: `2024-05-06`, `6 May`, `May 6th, 2024`, `06.05.2024`, `5月6日`, `tomorrow`, `next Friday`.
//!
//! What is said relative to another day, or without a year, is read from the day the video was published;
//! without that day it is not read at all.

mod months;

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use regex::Captures;

use super::digits::plain_digits;
use super::names::language_of;
use super::relative::{is_weekday, relative};
use super::{Pattern, compiled, listed, words};
use months::month_number;

static YEAR_FIRST: Pattern = LazyLock::new(|| compiled(r"\b([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"));
static YEAR_LAST: Pattern =
    LazyLock::new(|| compiled(r"\b([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})\b"));
static UNSPACED: Pattern = LazyLock::new(|| {
    compiled(r"(?:([0-9]{4})\s?[年년]\s?)?([0-9]{1,2})\s?[月월]\s?([0-9]{1,2})(\s?[日号號일])?")
});
static DAY_MONTH: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)\b([0-9]{1,2})(?:st|nd|rd|th|er|\.|º|ª)?\s+(?:of\s+|de\s+)?(\p{L}{3,12})\.?,?(?:\s+(?:de\s+)?([0-9]{4})\b)?",
    )
});
static MONTH_DAY: Pattern = LazyLock::new(|| {
    compiled(r"(?i)\b(\p{L}{3,12})\.?\s+(?:the\s+)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?:,?\s+([0-9]{4})\b)?")
});
/// `am 24.12.`: behind a word that leads to a day alone, because `1.5.` is as often the number of a paragraph.
static DOTTED: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:am|vom|bis|zum|ab|den|seit|und|\p{L}{3,7}tag,?|mittwoch,?)\s+([0-9]{1,2})\.\s?([0-9]{1,2})\.([^0-9]|$)",
    )
});

/// `20.5. um 18 Uhr`: an hour behind it makes it a day.
static DOTTED_BEFORE_AN_HOUR: Pattern = LazyLock::new(|| {
    compiled(
        r"(?:^|[^0-9.,])([0-9]{1,2})\.\s?([0-9]{1,2})\.,?\s+(?:um|ab|von|gegen)\s+[0-9]{1,2}(?:[:.][0-9]{2})?\s?(?:Uhr|h\b|-|–|bis)",
    )
});
/// `20/05`, which is as often a fraction or a mark: what stands around it tells, see [`slashed`].
static SLASHED: Pattern = LazyLock::new(|| compiled(r"([0-9]{1,2})(/)([0-9]{1,2})"));
/// `20.05`, behind the picture of a calendar alone: elsewhere it is as often an hour or a price.
static ON_CALENDAR: Pattern =
    LazyLock::new(|| compiled(r"[📅🗓📆]\u{fe0f}?\s*([0-9]{1,2})([./])([0-9]{1,2})"));

/// Before a day in digits, where the day comes before its month; weekdays cut short as on posters among them.
const LEADS_TO_DAY: &str =
    "le el il dia du au del dal al em op feira sam dim lun mer jeu ven sab dom mie jue vie seg qui sex";

/// The same where either may come first: English.
const LEADS_TO_EITHER: &str = "on until from till mon tue wed thu fri sat sun";
const ENGLISH_WEEKDAYS: &str = "monday tuesday wednesday thursday friday saturday sunday";

/// A day of this year that is over for no longer than this is the one that is meant, not that of the next year:
/// people tell of what just was, and publish later than they record.
const JUST_WAS: Days = Days::new(31);

/// Says that a day is over; folded.
const OVER: &str = "was were had went visited happened released launched since war waren hatte hatten seit gewesen etait \
    etaient depuis fue fueron era eran desde era erano dal foi foram sinds waren byl byla bylo było od był była был была \
    было были";

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
    let text = &plain_digits(text);
    let mut found = Vec::new();
    // Without a digit none of the patterns fits; most sentences have none.
    if text.contains(|letter: char| letter.is_ascii_digit()) {
        written(&mut found, text, published);
    }
    if let Some(published) = published {
        let days = relative(text, published).into_iter();
        found.extend(days.map(|(days, clear)| DateFound { days, clear, relative: true }));
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
    let mut named =
        |day: &Captures<'_>, year: Option<u32>, month: Option<u32>, number: Option<u32>| match year {
            Some(_) => push(found, [day_of(year, month, number)], true),
            None => push(
                found,
                [published.and_then(|published| meant(text, day, month, number, published))],
                true,
            ),
        };
    for day in UNSPACED.captures_iter(text).filter(|day| day.get(1).or(day.get(4)).is_some()) {
        named(&day, number(&day, 1), number(&day, 2), number(&day, 3));
    }
    for day in DAY_MONTH.captures_iter(text) {
        named(&day, number(&day, 3), month(&day, 2), number(&day, 1));
    }
    for day in MONTH_DAY.captures_iter(text) {
        named(&day, number(&day, 3), month(&day, 1), number(&day, 2));
    }
    for day in DOTTED.captures_iter(text).chain(DOTTED_BEFORE_AN_HOUR.captures_iter(text)) {
        named(&day, None, number(&day, 2), number(&day, 1));
    }
    let Some(published) = published else { return };
    for day in SLASHED.captures_iter(text).chain(ON_CALENDAR.captures_iter(text)) {
        let (one, two) = (number(&day, 1), number(&day, 3));
        let of = |month, number| meant(text, &day, month, number, published);
        match slashed(text, &day) {
            Some(Order::DayFirst) => push(found, [of(two, one)], true),
            Some(Order::MonthFirst) => push(found, [of(one, two)], true),
            Some(Order::Either) => push(found, [of(two, one), of(one, two)], false),
            None => {}
        }
    }
}

/// Which of two numbers is the day.
enum Order {
    DayFirst,
    MonthFirst,
    Either,
}

/// Whether two numbers with a stroke between them are a day without its year, and how they are ordered: behind a
/// weekday or a calendar they are, behind an article only where they are no fraction, such as `le 1/4`.
fn slashed(text: &str, found: &Captures<'_>) -> Option<Order> {
    let (whole, one, two) = (found.get(0)?, found.get(1)?, found.get(3)?);
    let before = text.get(..one.start()).unwrap_or_default();
    let behind = text.get(two.end()..).unwrap_or_default();
    let goes_on = behind.starts_with(|next: char| next.is_ascii_digit() || next == '/')
        || behind
            .strip_prefix(['.', ',', '-'])
            .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    // Open around the clock.
    if goes_on || whole.as_str() == "24/7" {
        return None;
    }
    if whole.start() < one.start() {
        return Some(Order::Either);
    }
    let in_brackets = behind.trim_start().strip_prefix(['(', '（']);
    if in_brackets.is_some_and(|rest| rest.starts_with(['月', '火', '水', '木', '金', '土', '日'])) {
        return Some(Order::MonthFirst);
    }
    let lead = before.trim_end_matches([' ', '\u{a0}', ',', '.', ':']);
    if lead.len() == before.len() || !lead.ends_with(char::is_alphabetic) {
        return None;
    }
    let word = words(lead.rsplit(|letter: char| !letter.is_alphanumeric()).next()?).concat();
    if is_weekday(&word) {
        return Some(if listed(ENGLISH_WEEKDAYS, &word) { Order::Either } else { Order::DayFirst });
    }
    let two_digits = |number: &str| number.len() == 2;
    let is_fraction = !two_digits(two.as_str()) && number(found, 1).is_none_or(|day| day <= 12)
        || !two_digits(one.as_str());
    match word.as_str() {
        _ if is_fraction => None,
        lead if listed(LEADS_TO_DAY, lead) => Some(Order::DayFirst),
        lead if listed(LEADS_TO_EITHER, lead) => Some(Order::Either),
        _ => None,
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

/// The day that is meant where no year is named: the last one where its clause speaks of what is over, else the next
/// one, or the one that just was. No other year's day is read: it would prove what nobody said.
fn meant(
    text: &str,
    found: &Captures<'_>,
    month: Option<u32>,
    day: Option<u32>,
    published: NaiveDate,
) -> Option<NaiveDate> {
    let this_year = u32::try_from(published.year()).ok()?;
    let days = [this_year.checked_sub(1), Some(this_year), this_year.checked_add(1)];
    let mut days = days.into_iter().filter_map(|year| day_of(year, month, day));
    if is_over(text, found) {
        return days.rfind(|day| *day <= published);
    }
    let earliest = published.checked_sub_days(JUST_WAS).unwrap_or(published);
    days.find(|day| *day >= earliest)
}

/// Whether the clause a day stands in speaks of what is over.
fn is_over(text: &str, found: &Captures<'_>) -> bool {
    const ENDS: [char; 8] = [',', ';', '!', '?', '\n', '。', '、', '，'];
    let Some(found) = found.get(0) else { return false };
    // A full stop with a blank behind it ends a clause as well: "See you. On the 6th".
    let before = text.get(..found.start()).unwrap_or_default();
    let before = before.rsplit(ENDS).next().and_then(|clause| clause.rsplit(". ").next()).unwrap_or_default();
    let behind = text.get(found.end()..).unwrap_or_default();
    let behind = behind.split(ENDS).next().and_then(|clause| clause.split(". ").next()).unwrap_or_default();
    let english = language_of(text) == Some("en");
    let over = |word: &String| match word.as_str() {
        // German for "what".
        "was" => english,
        "war" | "era" => !english,
        word => OVER.split(' ').any(|known| known == word),
    };
    [before, found.as_str(), behind].into_iter().flat_map(words).any(|word| over(&word))
}

fn month(captures: &Captures<'_>, at: usize) -> Option<u32> {
    month_number(captures.get(at)?.as_str())
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
            ("January 2", "2025-01-02"),
            ("on January 2 we were in Rome", "2024-01-02"),
            ("It was great, see you on April 2", "2025-04-02"),
            ("am 24.12.", "2024-12-24"),
            ("Seit 24.12. geöffnet", "2023-12-24"),
            ("Was passiert am 24.12.?", "2024-12-24"),
            ("5月6日", "2024-05-06"),
            ("于2024年5月6日", "2024-05-06"),
            ("2024년 5월 6일", "2024-05-06"),
            ("5월 20일", "2024-05-20"),
            ("6 мая", "2024-05-06"),
            ("20 мая 2025 года", "2025-05-20"),
            ("20 września", "2024-09-20"),
            ("20 października 2024", "2024-10-20"),
            ("20 Mayıs'ta", "2024-05-20"),
            ("den 20 maj", "2024-05-20"),
            ("in two months", "2024-07-07"),
            ("today", "2024-05-07"),
            ("next Friday", "2024-05-10"),
            // In the digits and words of other scripts.
            ("５月２０日", "2024-05-20"),
            ("٢٠ مايو", "2024-05-20"),
            ("20 أبريل 2025", "2025-04-20"),
            ("२०२४-०५-२०", "2024-05-20"),
            ("5/20(土)", "2024-05-20"),
            ("20 травня", "2024-05-20"),
            ("20. května", "2024-05-20"),
            ("den 20. marts 2025", "2025-03-20"),
            ("20 Μαΐου", "2024-05-20"),
            // Without a year, in digits.
            ("🗓️ 20/05 à 18h", "2024-05-20"),
            ("📅 20.05", "2024-05-20"),
            ("20.5. um 18 Uhr", "2024-05-20"),
            ("le 20/05", "2024-05-20"),
            ("al 20/5", "2024-05-20"),
            ("SAM. 20/05", "2024-05-20"),
            ("on 05/20", "2024-05-20"),
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
        for text in
            ["05/06/2024", "next week", "la semaine dernière", "nächsten Monat", "📅 05/06", "on 05/06"]
        {
            let found = dates(text, Some(published()));
            assert!(
                found.len() == 1 && found.iter().all(|found| !found.clear && found.days.len() == 2),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_day_without_a_year_is_one_day() {
        for text in ["6 May", "January 2", "December 24", "24 декабря", "12月24日"] {
            let found = dates(text, Some(published()));
            assert!(found.len() == 1 && found.iter().all(|found| found.days.len() == 1), "{text}: {found:?}");
        }
    }

    #[test]
    fn numbers_that_are_no_days_are_none() {
        for text in [
            "1.5. Boil it",
            "costs 10.12.",
            "version 1.5.3",
            "5月6千人",
            "30 February",
            "le 1/4 de la pâte",
            "el 1/2 kilo",
            "open 24/7",
            "on 24/7",
            "rated 9/10",
            "le 15/20",
            "1/2 cup",
            "alle 20.05",
            "2.1. Um 10 Minuten zu sparen",
        ] {
            assert_eq!(dates(text, Some(published())), [], "{text}");
        }
    }

    #[test]
    fn a_weekday_before_two_numbers_makes_them_a_day() {
        for text in [
            "Samedi 20/05",
            "Samedi, 20/5",
            "sábado 20/05",
            "fredag 20/5",
            "sexta-feira 20/05",
            "Saturday 5/20",
            "lunes: 20/05",
        ] {
            let day = "2024-05-20".parse().unwrap();
            let found = dates(text, Some(published()));
            assert!(found.iter().any(|found| found.days == [day] && found.clear), "{text}: {found:?}");
        }
        let unclear = dates("Friday 5/6", Some(published()));
        assert!(unclear.iter().any(|found| found.days.len() == 2 && !found.clear), "{unclear:?}");
    }

    #[test]
    fn without_the_publication_nothing_relative_is_read() {
        for text in [
            "tomorrow",
            "6 May",
            "5月6日",
            "am 24.12.",
            "next week",
            "serves 4 people",
            "32.13.2024",
            "2024-02-30",
        ] {
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
