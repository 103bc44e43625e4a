//! Numbers in a text, with what stands behind or before them: `1,5 kg`, `€12.50`, `two hundred grams`.
//!
//! A number may be written in several ways and one way may mean several numbers (`1.500`), so each comes
//! with all its readings. Digits inside links, handles and words such as `mp3` are no numbers.

use std::sync::LazyLock;

use super::addresses::link_spans;
use super::names;
use super::numerals::{number_word, readings};
use super::spoken::said;
use super::{Pattern, compiled, fold};

static NUMERAL: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?:[0-9]+ [0-9]/[0-9]\b|[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?\b",
        r"|[0-9]+(?:[.,'’/:\u{a0}\u{202f}][0-9]+)*)[½¼¾⅓⅔⅛]?|[½¼¾⅓⅔⅛]",
    ))
});

static UNIT: Pattern =
    LazyLock::new(|| compiled(r"^[ \t\u{a0}\u{202f}-]?([\p{L}]{1,24}|[°%€$£¥₹₩₺₽][\p{L}]?)"));

static NUMBER_WORD: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)\b(half a dozen|half|a dozen|a hundred|a thousand",
        r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?",
        r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen",
        r"|seventeen|eighteen|nineteen|zero)(?:[ -](dozen|hundred|thousand))?\b",
    ))
});

/// Between `1 hour` and `30 minutes`.
static JOINED: Pattern = LazyLock::new(|| compiled(r"(?i)^[ ,]*(?:and|und|et|y|e)?[ ]*$"));

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// What the number may be, the likeliest first; never empty, always finite.
    pub readings: Vec<f64>,
    /// The same time in minutes, and in hours; only for amounts of time.
    pub as_time: Vec<f64>,
    /// The word behind the number, folded; empty when there is none.
    pub unit: String,
    /// Whether it is a percentage.
    pub percent: bool,
    /// Notion's format name of the currency, such as `euro`.
    pub currency: Option<&'static str>,
    /// Where the number begins, in bytes.
    pub start: usize,
    /// Where the number with its unit ends, in bytes.
    pub end: usize,
}

impl Amount {
    /// The likeliest reading.
    pub fn value(&self) -> f64 {
        self.readings.first().copied().unwrap_or_default()
    }

    /// Whether one of the readings is this number.
    pub fn reads(&self, number: f64) -> bool {
        self.readings.iter().any(|reading| same(*reading, number))
    }

    /// Whether the amount is a time that is this many minutes or hours.
    pub fn reads_as_time(&self, number: f64) -> bool {
        self.as_time.iter().any(|reading| same(*reading, number))
    }
}

/// Equal but for the last bits of a decimal fraction.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

/// The numbers in a text, in order; those in words are read as English.
pub fn amounts(text: &str) -> Vec<Amount> {
    amounts_in(text, Some("en"))
}

/// The numbers in a text of this language, in order; in one of an unknown language those in words as far as
/// they are numbers in any.
pub fn amounts_in(text: &str, language: Option<&str>) -> Vec<Amount> {
    let links = link_spans(text);
    let in_link = |start: usize| links.iter().any(|link| link.contains(&start));
    let mut found: Vec<Amount> = Vec::new();
    for numeral in NUMERAL.find_iter(text) {
        let before = text.get(..numeral.start()).unwrap_or_default();
        let joined = found.last().is_some_and(|last| last.end == numeral.start() && is_hours(&last.unit));
        let in_word = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') && !joined;
        let readings = readings(numeral.as_str());
        if !in_word && !in_link(numeral.start()) && !readings.is_empty() {
            found.push(amount(text, numeral.start(), numeral.end(), readings));
        }
    }
    let said = said(text, language).into_iter().filter_map(|said| {
        let amount = amount(text, said.at.start, said.at.end, vec![said.value]);
        (!said.needs_unit || amount.dimension().is_some()).then_some(amount)
    });
    found.extend(said.chain(in_english(text, language)).filter(|amount| !in_link(amount.start)));
    found.sort_by_key(|amount| amount.start);
    add_times(text, &mut found);
    found
}

/// The numbers in English words, unless the text is of another language.
fn in_english(text: &str, language: Option<&str>) -> Vec<Amount> {
    if language.is_some_and(|language| !names::is(language, "en")) {
        return Vec::new();
    }
    let read = |word: regex::Captures<'_>| {
        let (whole, number) = (word.get(0)?, word.get(1)?);
        let times = match word.get(2).map_or("", |scale| scale.as_str()).to_lowercase().as_str() {
            "dozen" => 12.0,
            "hundred" => 100.0,
            "thousand" => 1000.0,
            _ => 1.0,
        };
        let number = number.as_str().to_lowercase();
        let value = number_word(&number)? * times;
        let found = amount(text, whole.start(), whole.end(), vec![value]);
        // "This" in Polish, "at the" in Dutch.
        let may_be_foreign = language.is_none() && number == "ten" && found.dimension().is_none();
        (!may_be_foreign).then_some(found)
    };
    NUMBER_WORD.captures_iter(text).filter_map(read).collect()
}

/// Completes a number with its sign and what stands around it.
fn amount(text: &str, start: usize, end: usize, mut readings: Vec<f64>) -> Amount {
    let before = text.get(..start).unwrap_or_default();
    let behind = text.get(end..).unwrap_or_default();
    let unit = UNIT.captures(behind);
    let written = unit.as_ref().and_then(|unit| unit.get(1)).map_or("", |unit| unit.as_str());
    let unit_end = unit.as_ref().and_then(|unit| unit.get(0)).map_or(end, |unit| end + unit.end());
    if let (Some(times), true) = (thousands(written), behind.starts_with(written)) {
        let multiplied: Vec<f64> = readings.iter().map(|reading| reading * times).collect();
        readings.splice(0..0, multiplied);
    }
    if is_negative(before) {
        readings = readings.iter().map(|reading| -reading).collect();
    }
    let unit = if written.starts_with(char::is_alphabetic) { fold(written) } else { written.to_owned() };
    Amount {
        readings,
        as_time: Vec::new(),
        percent: matches!(unit.as_str(), "%" | "percent" | "prozent" | "procent"),
        currency: currency(before.trim_end().chars().next_back().map(String::from).as_deref().unwrap_or(""))
            .or_else(|| currency(&unit)),
        unit,
        start,
        end: unit_end,
    }
}

fn is_negative(before: &str) -> bool {
    let before = before.trim_end_matches(['€', '$', '£', '¥']);
    let unsigned = before.strip_suffix(['-', '−']).or_else(|| before.strip_suffix("minus "));
    unsigned.is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '(', '\n', ':']))
}

fn thousands(suffix: &str) -> Option<f64> {
    match suffix {
        "k" | "K" => Some(1e3),
        "M" => Some(1e6),
        _ => None,
    }
}

fn currency(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "€" | "euro" | "eur" => "euro",
        "$" | "dollar" | "usd" | "buck" => "dollar",
        "£" | "gbp" | "quid" => "pound",
        "¥" | "yen" | "jpy" | "円" => "yen",
        "₹" | "rupee" | "inr" => "rupee",
        "₩" | "won" | "krw" => "won",
        "₺" | "lira" => "lira",
        "₽" | "ruble" | "rub" => "ruble",
        "chf" | "franken" => "franc",
        "zl" | "zloty" | "pln" => "zloty",
        _ => return None,
    })
}

/// Whether a number format of Notion shows money.
pub fn is_currency(format: &str) -> bool {
    !matches!(format, "number" | "number_with_commas" | "percent" | "")
}

fn is_hours(unit: &str) -> bool {
    matches!(
        unit,
        "h" | "hr" | "hour" | "std" | "stunde" | "stunden" | "heure" | "hora" | "ora" | "ore" | "uur"
    )
}

fn is_minutes(unit: &str) -> bool {
    matches!(unit, "m" | "min" | "mins" | "minute" | "minuten" | "minuto" | "minuti" | "minuut")
}

/// Gives amounts of time their length in minutes and hours; `1 h 30 min` is one time.
fn add_times(text: &str, found: &mut [Amount]) {
    const MINUTES: f64 = 60.0;
    for at in 0..found.len() {
        let Some((current, behind)) = found.get_mut(at..).and_then(<[Amount]>::split_first_mut) else {
            break;
        };
        if is_minutes(&current.unit) {
            current.as_time.extend([current.value(), current.value() / MINUTES]);
        }
        if !is_hours(&current.unit) {
            continue;
        }
        let next = behind.first().filter(|next| {
            let between = text.get(current.end..next.start).unwrap_or("no");
            JOINED.is_match(between) && (is_minutes(&next.unit) || between.is_empty())
        });
        let minutes = current.value() * MINUTES + next.map_or(0.0, Amount::value);
        current.as_time.extend([minutes, minutes / MINUTES]);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let table: [(&str, &[f64]); 24] = [
            ("about 1,5 kg", &[1.5]),
            ("1.500", &[1500.0, 1.5]),
            ("1,234.56", &[1234.56]),
            ("1.234,56", &[1234.56]),
            ("1 500 g", &[1500.0, 1.0, 500.0]),
            ("1'000'000", &[1_000_000.0]),
            ("10k steps", &[10_000.0, 10.0]),
            ("½ cup", &[0.5]),
            ("1½ cups", &[1.5]),
            ("2 1/2 cups", &[2.5, 2.0, 1.0, 2.0]),
            ("3/4", &[0.75, 3.0, 4.0]),
            ("-18 degrees", &[-18.0]),
            ("minus 18", &[-18.0]),
            ("serves four", &[4.0]),
            ("twenty-five minutes", &[25.0]),
            ("two hundred grams", &[200.0]),
            ("a dozen eggs", &[12.0]),
            ("500g", &[500.0]),
            ("#30minutemeals", &[30.0]),
            ("12:30", &[12.0, 30.0]),
            ("an mp3 of user_99", &[]),
            ("https://x.example/9", &[]),
            ("someone often", &[]),
            ("0.5", &[0.5]),
        ];
        for (text, expected) in table {
            let found = amounts(text).first().map(|amount| amount.readings.clone()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn numbers_in_words_are_those_of_the_texts_own_language() {
        let table: [(&str, Option<&str>, &[f64]); 35] = [
            ("once the water boils", Some("en"), &[]),
            ("once the water boils", None, &[]),
            ("una receta para once personas", Some("es"), &[11.0]),
            ("on social media for 5 cent", None, &[5.0]),
            ("sei persone, e sei bravo", Some("it"), &[6.0]),
            ("due to the elf in Sept", None, &[]),
            ("due uova", Some("it"), &[2.0]),
            ("ten przepis", Some("pl"), &[]),
            ("ten przepis", None, &[]),
            ("ten slotte", Some("nl"), &[]),
            ("ten eggs", Some("en"), &[10.0]),
            ("Ten minute noodles", None, &[10.0]),
            ("four eggs", None, &[4.0]),
            ("fünf Eier", None, &[5.0]),
            ("fünf Eier", Some("de-AT"), &[5.0]),
            ("de bloem zeven", Some("nl"), &[]),
            ("zeven minuten", Some("nl"), &[7.0]),
            ("vingt-cinq minutes", Some("fr"), &[25.0]),
            ("quatre-vingt-dix minutes", Some("fr"), &[90.0]),
            ("deux cents grammes", Some("fr"), &[200.0]),
            ("treinta y cinco minutos", Some("es"), &[35.0]),
            ("deux, trois fois", Some("fr"), &[2.0, 3.0]),
            ("dwie łyżki i sześć jajek", Some("pl"), &[2.0, 6.0]),
            ("två ägg", Some("sv"), &[2.0]),
            ("два яйца и пять минут", Some("ru"), &[2.0, 5.0]),
            ("to æg, ni dage", Some("da"), &[2.0, 9.0]),
            ("to the pan", None, &[]),
            ("一起吃三明治，十分好，在四川", Some("zh"), &[]),
            ("五个鸡蛋", Some("zh"), &[5.0]),
            ("二十五分の動画", Some("ja"), &[25.0]),
            ("四分之一", Some("zh"), &[]),
            ("两杯水", None, &[2.0]),
            ("三百克", None, &[300.0]),
            ("at https://x.example/zwei", Some("de"), &[]),
            ("tres huevos", None, &[]),
        ];
        for (text, language, expected) in table {
            let found: Vec<f64> = amounts_in(text, language).iter().map(Amount::value).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(amounts_in("fünf Liter", Some("de"))[0].unit, "liter");
    }

    #[test]
    fn units_currencies_and_percentages_are_seen() {
        let table = [
            ("€12.50", "", Some("euro"), false),
            ("12,50 €", "€", Some("euro"), false),
            ("12 euros", "euro", Some("euro"), false),
            ("$8 each", "each", Some("dollar"), false),
            ("20%", "%", None, true),
            ("20 percent", "percent", None, true),
            ("4 servings", "serving", None, false),
            ("4.", "", None, false),
        ];
        for (text, unit, currency, percent) in table {
            let amount = &amounts(text)[0];
            assert_eq!(
                (amount.unit.as_str(), amount.currency, amount.percent),
                (unit, currency, percent),
                "{text}"
            );
        }
    }

    #[test]
    fn times_are_known_in_minutes_and_hours() {
        for text in
            ["1 hour 30 minutes", "1h30", "1 hour and 30 min", "90 minutes", "1.5 hours", "1 h, 30 min"]
        {
            let amount = &amounts(text)[0];
            assert!(amount.reads_as_time(90.0) && amount.reads_as_time(1.5), "{text}: {amount:?}");
        }
        assert!(amounts("90 grams")[0].as_time.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_gives_finite_numbers_inside_it(text in "[0-9 .,'/:kM½h€%a-]{0,40}") {
            for amount in amounts(&text) {
                prop_assert!(!amount.readings.is_empty());
                prop_assert!(amount.readings.iter().chain(&amount.as_time).all(|reading| reading.is_finite()));
                prop_assert!(text.get(amount.start..amount.end).is_some());
            }
        }

        #[test]
        fn every_number_written_plainly_is_read_again(number in -1_000_000_i32..1_000_000, behind in "[ .,!]") {
            let text = format!("it is {number}{behind}");
            prop_assert!(amounts(&text).iter().any(|amount| amount.reads(f64::from(number))), "{text}");
        }
    }
}
