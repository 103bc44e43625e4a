//! Days said relative to another day: `tomorrow`, `nächsten Freitag`, `il y a deux jours`, `明日`.
//!
//! Takes a text and the day it was published; gives the days it names. A week or a month is named by its days that
//! people mean most, none of which is clear. Never fails.

mod tables;
mod unspaced;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::names::language_of;
use super::numerals::number_word;
use super::{spoken_numbers, words};
use tables::{
    AHEAD, BACK_BEFORE, BACK_BEHIND, DAYS, LAST, MONTHS, MORNING, NEXT, SAID, WEEKDAYS, WEEKS, WITH_ANOTHER,
};
use unspaced::unspaced;

/// Years away are no way to name a day.
const LONGEST_DAYS: i64 = 366;

/// Days that are named together, the likeliest first, and whether that one is clearly meant.
type Named = (Vec<NaiveDate>, bool);

/// The days named.
pub(super) fn relative(text: &str, published: NaiveDate) -> Vec<Named> {
    let words = words(text);
    let said =
        Said { words: words.iter().map(String::as_str).collect(), german: language_of(text) == Some("de") };
    let mut found: Vec<Named> = Vec::new();
    let mut at = 0;
    while at < said.words.len() {
        let (named, taken) = said.at(at, published).unwrap_or_default();
        found.extend(Some(named).filter(|(days, _)| !days.is_empty()));
        at += taken.max(1);
    }
    found.extend(unspaced(text, published));
    found
}

/// The words of a text.
struct Said<'a> {
    words: Vec<&'a str>,
    german: bool,
}

impl Said<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).copied().unwrap_or("")
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.word(at))
    }

    /// The days named by the words from here on, and how many words these are.
    fn at(&self, at: usize, published: NaiveDate) -> Option<(Named, usize)> {
        if let Some((by, taken)) = self.named(at) {
            return Some(((shifted(published, by).into_iter().collect(), true), taken));
        }
        if let Some((day, taken)) = self.span(at, published) {
            return Some(((day.into_iter().collect(), true), taken));
        }
        if let Some(days) = self.period(at, published) {
            return Some((days, 1));
        }
        let day = self.weekday(at)?;
        let ahead =
            i64::from((7 + day.num_days_from_monday() - published.weekday().num_days_from_monday()) % 7);
        let days = match self.beside(at) {
            Some(Side::Last) => vec![shifted(published, ahead - 7)],
            // The first one ahead, for some the one in the week behind it.
            Some(Side::Next) if ahead == 0 => vec![shifted(published, 7)],
            Some(Side::Next) => vec![shifted(published, ahead), shifted(published, ahead + 7)],
            None => vec![shifted(published, ahead)],
        };
        Some(((days.into_iter().flatten().collect(), true), 1))
    }

    /// Whether a word beside this one makes it the next or the last one.
    fn beside(&self, at: usize) -> Option<Side> {
        let (before, behind) = (self.before(at, 1), self.word(at + 1));
        let beside = |list: &str| {
            is_in(list, before) || is_in(list, behind) || (behind == "que" && is_in(list, self.word(at + 2)))
        };
        if beside(LAST) {
            return Some(Side::Last);
        }
        beside(NEXT).then_some(Side::Next)
    }

    /// `next week`, `letzten Monat`: the same day of it, or its first one.
    fn period(&self, at: usize, published: NaiveDate) -> Option<Named> {
        let (is_week, is_month) = (is_in(WEEKS, self.word(at)), is_in(MONTHS, self.word(at)));
        let side = self.beside(at).filter(|_| is_week || is_month)?;
        let by = if side == Side::Next { 1 } else { -1 };
        let same = if is_week { shifted(published, 7 * by) } else { in_months(published, by) }?;
        let first = if is_week {
            same.checked_sub_days(Days::new(same.weekday().num_days_from_monday().into()))
        } else {
            same.with_day(1)
        };
        let days: Vec<NaiveDate> =
            [Some(same), first.filter(|first| *first != same)].into_iter().flatten().collect();
        Some((days, false))
    }

    /// `tomorrow` and its like.
    fn named(&self, at: usize) -> Option<(i64, usize)> {
        SAID.iter().find_map(|(by, names)| {
            names.iter().find_map(|name| {
                let stands = name.split(' ').enumerate().all(|(offset, part)| self.word(at + offset) == part);
                let morning = matches!(*name, "morgen" | "manana") && is_in(MORNING, self.before(at, 1));
                // "Hier" is "here" in German.
                let here = *name == "hier" && self.german;
                (stands && !morning && !here).then(|| (*by, name.split(' ').count()))
            })
        })
    }

    /// `in two weeks`, `3 days ago`, `in zwei Monaten`: from the number on.
    fn span(&self, at: usize, published: NaiveDate) -> Option<(Option<NaiveDate>, usize)> {
        let unit = self.word(at + 1);
        let (days_each, in_days) =
            [(1, DAYS), (7, WEEKS), (30, MONTHS)].into_iter().find(|(_, list)| is_in(list, unit))?;
        let number = count(self.word(at))?;
        if !(0..=LONGEST_DAYS).contains(&number.checked_mul(days_each)?) {
            return None;
        }
        let by = |sign: i64| match in_days {
            MONTHS => in_months(published, sign * number),
            _ => shifted(published, sign * number * days_each),
        };
        if is_in(BACK_BEHIND, self.word(at + 2)) {
            return Some((by(-1), 3));
        }
        let before = self.before(at, 1);
        // "Il y a": the "a" alone is an article in English.
        if is_in(BACK_BEFORE, before) && (before != "a" || self.before(at, 2) == "y") {
            return Some((by(-1), 2));
        }
        is_in(AHEAD, before).then(|| (by(1), 2))
    }

    fn weekday(&self, at: usize) -> Option<Weekday> {
        let word = self.word(at);
        let with_another =
            WITH_ANOTHER.iter().find(|(_, name, next)| *name == word && self.word(at + 1) == *next);
        with_another.map(|(day, ..)| *day).or_else(|| weekday(word))
    }
}

/// Whether a folded word is a weekday.
pub(super) fn is_weekday(word: &str) -> bool {
    weekday(word).is_some()
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, names)| is_in(names, word)).map(|(day, _)| *day)
}

/// Which one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Next,
    Last,
}

/// A number of days, weeks or months.
#[expect(clippy::cast_possible_truncation, reason = "the whole numbers of the lists are small")]
fn count(word: &str) -> Option<i64> {
    if is_in("a one ein eine einem einer un une uno una um uma een", word) {
        return Some(1);
    }
    let said = || number_word(word).or_else(|| spoken_numbers(&[word.to_owned()]).first().copied());
    let whole = |number: f64| (number.fract() == 0.0 && number > 0.0).then_some(number as i64);
    word.parse::<i64>().ok().or_else(|| said().and_then(whole))
}

fn shifted(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }
}

/// The same day so many months on; the last one of a month that has no such day.
fn in_months(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(by.unsigned_abs()).ok()?);
    if by < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) }
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn days_are_counted_from_the_publication_in_many_languages() {
        // A Tuesday.
        let published: NaiveDate = "2024-05-07".parse().unwrap();
        let table: [(&str, &[&str]); 67] = [
            ("see you tomorrow!", &["2024-05-08"]),
            ("the day after tomorrow", &["2024-05-09"]),
            ("the day before yesterday", &["2024-05-05"]),
            ("Bis morgen", &["2024-05-08"]),
            ("Guten Morgen, bis übermorgen", &["2024-05-09"]),
            ("heute Morgen", &["2024-05-07"]),
            ("gestern war es schön", &["2024-05-06"]),
            ("vorgestern", &["2024-05-05"]),
            ("Das ist hier und nicht dort", &[]),
            ("C'était hier", &["2024-05-06"]),
            ("avant-hier", &["2024-05-05"]),
            ("aujourd'hui", &["2024-05-07"]),
            ("pasado mañana", &["2024-05-09"]),
            ("por la mañana", &[]),
            ("domani", &["2024-05-08"]),
            ("amanhã", &["2024-05-08"]),
            ("завтра", &["2024-05-08"]),
            ("明日から", &["2024-05-08"]),
            ("明後日", &["2024-05-09"]),
            ("昨天", &["2024-05-06"]),
            ("내일", &["2024-05-08"]),
            ("this Friday", &["2024-05-10"]),
            ("next Friday", &["2024-05-10", "2024-05-17"]),
            ("next Tuesday", &["2024-05-14"]),
            ("last Friday", &["2024-05-03"]),
            ("nächsten Freitag", &["2024-05-10", "2024-05-17"]),
            ("letzten Freitag", &["2024-05-03"]),
            ("vendredi prochain", &["2024-05-10", "2024-05-17"]),
            ("el viernes que viene", &["2024-05-10", "2024-05-17"]),
            ("venerdì scorso", &["2024-05-03"]),
            ("sexta-feira", &["2024-05-10"]),
            ("a sexta vez", &[]),
            ("in two weeks", &["2024-05-21"]),
            ("in a week", &["2024-05-14"]),
            ("3 days ago", &["2024-05-04"]),
            ("in zwei Wochen", &["2024-05-21"]),
            ("vor drei Tagen", &["2024-05-04"]),
            ("il y a deux jours", &["2024-05-05"]),
            ("dans une semaine", &["2024-05-14"]),
            ("hace dos días", &["2024-05-05"]),
            ("due giorni fa", &["2024-05-05"]),
            ("two days of work", &[]),
            ("next week", &["2024-05-14", "2024-05-13"]),
            ("last week", &["2024-04-30", "2024-04-29"]),
            ("la semana que viene", &["2024-05-14", "2024-05-13"]),
            ("на следующей неделе", &["2024-05-14", "2024-05-13"]),
            ("next month", &["2024-06-07", "2024-06-01"]),
            ("le mois dernier", &["2024-04-07", "2024-04-01"]),
            ("in two months", &["2024-07-07"]),
            ("in einem Monat", &["2024-06-07"]),
            ("three months ago", &["2024-02-07"]),
            ("the week before", &[]),
            ("two months of work", &[]),
            ("på fredag", &["2024-05-10"]),
            ("nästa lördag", &["2024-05-11", "2024-05-18"]),
            ("sidste torsdag", &["2024-05-02"]),
            ("vi ses i morgon", &["2024-05-08"]),
            ("i går", &["2024-05-06"]),
            ("næste uge", &["2024-05-14", "2024-05-13"]),
            ("om to uker", &["2024-05-21"]),
            ("cuma günü", &["2024-05-10"]),
            ("pazar günü", &["2024-05-12"]),
            ("pazar alışverişi", &[]),
            ("نراكم غداً", &["2024-05-08"]),
            ("يوم الجمعة القادم", &["2024-05-10", "2024-05-17"]),
            ("الأسبوع القادم", &["2024-05-14", "2024-05-13"]),
            ("بعد غد", &["2024-05-09"]),
        ];
        for (text, expected) in table {
            let found = relative(text, published);
            let days: Vec<String> =
                found.iter().flat_map(|(days, _)| days).map(NaiveDate::to_string).collect();
            assert_eq!(days, expected, "{text}");
        }
    }
}
