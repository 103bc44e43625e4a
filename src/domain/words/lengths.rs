//! How long something takes: `1 h 30`, `an hour and a half`, `полчаса`, `1時間半`.
//!
//! Takes a text and the numbers found in it; gives lengths of time that are no numerals, and makes one amount of hours
//! with their minutes, because neither of the two is how long it takes. Never fails. Tested with the amounts.

use std::ops::Range;
use std::sync::LazyLock;

use super::amounts::{Amount, amount};
use super::numerals::Numeral;
use super::units::{counts_nothing, minutes_each};
use super::{Pattern, compiled, listed};

const HOUR: f64 = 60.0;

/// "And a half", in the languages people write recipes in.
const HALF: &str = r"(?:and[ -]a[ -]half|y medi[oa]|et demie?|e mezz[oa]|e mei[oa]|und ein halb(?:e[rs]?)?|en een hal(?:f|ve)|og en halv|och en halv|i pół|с половиной|buçuk|و ?نصف)\b";

/// The same between a number and its unit.
static AND_A_HALF: Pattern = LazyLock::new(|| compiled(&format!(r"(?i)^[ -]*({HALF}|[个個]半)")));

/// The same behind the unit. Neither half price nor soft-boiled, nor Korean dough.
static HALF_BEHIND: Pattern = LazyLock::new(|| {
    compiled(&format!(r"(?i)^[ -]*(?:({HALF})|(半)(?:[^額额熟分折价價生]|$)|(반)(?:[^\p{{Hangul}}]|$))"))
});

/// "A" before "hour" behind "half".
static A: Pattern = LazyLock::new(|| compiled(r"(?i)^[ ]an?\b"));

/// One hour, or one minute; what is said before the unit is the group.
static ONE: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)(?:^|[^\p{L}\p{N}'’])(an? (?:hour|minute)\b|eine[rn]? (?:stunde|minute)\b|une (?:heure|minute)\b",
        r"|una hora\b|un['’]ora\b|un minuto\b|uma hora\b|um minuto\b|een (?:uur|minuut)\b|bir (?:saat|dakika)\b",
        r"|(?:przez|w|na) (?:godzinę|minutę)\b|(?:за|на|через|около) (?:час|часа|минуту)\b|한 ?시간",
        r"|(?:لمدة|خلال) (?:ساعة|دقيقة)\b)",
    ))
});

/// Before "an hour" these make something else of it.
const NO_LENGTH: &str =
    "half of once twice time per quarter halbe viertel mal volte fois veces demi media mezza";

/// An hour and a half without a number; what stands before the half is the unit.
static HOUR_AND_A_HALF: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)(?:^|[^\p{L}\p{N}])(hora y media|hora e meia|ora e mezz[oa]|heure et demie|godzin[aęy] i pół|часа? с половиной|ساعة ونصف)\b",
    )
});

/// Lengths of time that are one word, or are told in parts of an hour: those in hours.
static PARTS_OF_AN_HOUR: [(f64, Pattern); 4] = [
    (
        0.25,
        LazyLock::new(|| {
            compiled(concat!(
                r"(?i)\b(?:(?:a )?quarter of an hour|viertelstunde|un quart d['’]heure|(?:un )?quarto d['’]ora",
                r"|(?:un )?cuarto de hora|(?:um )?quarto de hora|kwartier|kwadrans|çeyrek saat|четверть часа|ربع ساعة)\b",
            ))
        }),
    ),
    (
        0.5,
        LazyLock::new(|| {
            compiled(r"(?i)(?:\b(?:mezz['’]?ora|halfuur|полчаса|yarım saat|نصف ساعة)\b|반 ?시간)")
        }),
    ),
    (
        0.75,
        LazyLock::new(|| {
            compiled(
                r"(?i)\b(?:three[ -]quarters of an hour|dreiviertelstunde|trois quarts d['’]heure|tre quarti d['’]ora)\b",
            )
        }),
    ),
    (1.5, LazyLock::new(|| compiled(r"(?i)\bbir buçuk saat\b"))),
];

/// Between `1 hour` and `30 minutes`.
static JOINED: Pattern = LazyLock::new(|| {
    compiled(r"(?i)^[ \u{a0}\u{202f}]*(?:and|und|et|y|e|en|i|и|ve|og|och|と|و)?[ \u{a0}\u{202f}]*$")
});

/// Units behind which a full stop only shortens.
const SHORTENED: &str = "h hr hrs std godz ч";

/// The length of the "and a half" between a number and its unit.
pub(super) fn and_a_half(text: &str) -> Option<usize> {
    AND_A_HALF.find(text).map(|half| half.end())
}

/// The length of the "and a half" behind a unit.
pub(super) fn half_behind(text: &str) -> Option<usize> {
    HALF_BEHIND.captures(text)?.iter().skip(1).flatten().next().map(|half| half.end())
}

/// The length of the article a text begins with, as in "half an hour".
pub(super) fn article(text: &str) -> usize {
    A.find(text).map_or(0, |article| article.end())
}

/// The lengths of time in a text that no numeral tells. `numbers` are those found already: "20 dollars an hour" is
/// no hour.
pub(super) fn without_numerals(text: &str, numbers: &[Amount]) -> Vec<Amount> {
    let mut found: Vec<Amount> = Vec::new();
    for (hours, pattern) in &PARTS_OF_AN_HOUR {
        found.extend(pattern.find_iter(text).map(|part| of_hours(text, part.range(), *hours)));
    }
    let halves = HOUR_AND_A_HALF.captures_iter(text).filter_map(|half| half.get(1));
    found.extend(halves.map(|half| amount(text, half.start()..half.start(), Numeral::of(1.0))));
    let ones = ONE.captures_iter(text).filter_map(|one| one.get(1));
    found.extend(ones.filter(|one| is_length(text, one.start(), numbers)).map(|one| {
        let article = one.as_str().find([' ', '\'', '’']).map_or('한'.len_utf8(), |at| at + 1);
        let said = one.as_str().get(..article).unwrap_or_default().trim_end().len();
        amount(text, one.start()..one.start() + said, Numeral::of(1.0))
    }));
    found
}

/// Whether the "an hour" there is a length and no rate.
fn is_length(text: &str, start: usize, numbers: &[Amount]) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let last = before.split(|letter: char| !letter.is_alphabetic()).rfind(|word| !word.is_empty());
    let is_rate = |number: &Amount| {
        number.end <= start && text.get(number.end..start).is_some_and(|between| between.trim().is_empty())
    };
    !last.is_some_and(|word| listed(NO_LENGTH, &word.to_lowercase())) && !numbers.iter().any(is_rate)
}

fn of_hours(text: &str, at: Range<usize>, hours: f64) -> Amount {
    let mut found = amount(text, at.clone(), Numeral::of(hours));
    "hour".clone_into(&mut found.unit);
    (found.end, found.covers) = (at.end, at.end);
    found
}

/// The amounts with their times in minutes and hours; hours and the minutes behind them are one amount.
pub(super) fn with_times(text: &str, amounts: Vec<Amount>) -> Vec<Amount> {
    let mut all: Vec<Amount> = Vec::with_capacity(amounts.len());
    let mut is_open = false;
    for next in amounts {
        if let Some(hours) = all.last_mut().filter(|hours| is_open && goes_on(text, hours, &next)) {
            hours.set(hours.value() + next.value() / HOUR);
            hours.end = next.end;
            is_open = false;
        } else {
            is_open = is_hours(&next.unit);
            all.push(next);
        }
    }
    add_times(text, &mut all);
    all
}

fn is_hours(unit: &str) -> bool {
    minutes_each(unit) == Some(HOUR)
}

/// `10 m` is ten metres or ten minutes.
fn is_minutes(unit: &str) -> bool {
    unit == "m" || minutes_each(unit) == Some(1.0)
}

/// Whether an amount is the minutes of the hours before it.
fn goes_on(text: &str, hours: &Amount, next: &Amount) -> bool {
    let between = text.get(hours.end..next.start).unwrap_or("no");
    let between = if listed(SHORTENED, &hours.unit) { between.trim_start_matches('.') } else { between };
    let digits = text.get(next.start..next.covers).unwrap_or_default();
    // "1 h 30", "1h30", but neither "1 h 30 eggs" nor "2 h 4".
    let is_bare = digits.len() == 2
        && next.value() < HOUR
        && listed("h hr hrs std ч", &hours.unit)
        && (between.is_empty() || next.dimension().is_none() && counts_nothing(&next.unit));
    JOINED.is_match(between) && (is_minutes(&next.unit) || is_bare)
}

fn add_times(text: &str, found: &mut [Amount]) {
    for at in 0..found.len() {
        let Some((current, behind)) = found.get_mut(at..).and_then(<[Amount]>::split_first_mut) else {
            break;
        };
        let written = text.get(current.start..current.covers).unwrap_or_default();
        let clock = match current.parts.as_slice() {
            [whole, rest] if written.contains(':') && *rest < HOUR => Some(whole + rest / HOUR),
            _ => None,
        };
        // "1:30 h", "2:30 min".
        if let Some(value) = clock.filter(|_| minutes_each(&current.unit).is_some()) {
            current.set(value);
        }
        let minutes = if is_minutes(&current.unit) {
            Some(current.value())
        } else if is_hours(&current.unit) {
            Some(current.value() * HOUR)
        } else {
            clock.map(|hours| hours * HOUR)
        };
        current.as_time.extend(minutes.into_iter().flat_map(|minutes| [minutes, minutes / HOUR]));
        // "1 h, 30 min" is one time or two.
        let comma = |next: &&Amount| {
            text.get(current.end..next.start).is_some_and(|between| between.trim() == ",")
                && is_minutes(&next.unit)
        };
        if let Some(next) = behind.first().filter(|next| is_hours(&current.unit) && comma(next)) {
            let minutes = current.value() * HOUR + next.value();
            current.as_time = vec![minutes, minutes / HOUR];
        }
    }
}
