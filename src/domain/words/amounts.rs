//! Numbers in a text, with what stands behind or before them: `1,5 kg`, `€12.50`, `two hundred grams`.
//!
//! A number may be written in several ways and one way may mean several numbers (`1.500`), so each comes
//! with all its readings. Digits inside links, handles and words such as `mp3` are no numbers; those beside letters of
//! a script without capitals are, because such scripts set off neither words nor numbers.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use super::addresses::link_spans;
use super::money::{self, Money};
use super::numerals::{Numeral, number_word, numeral};
use super::spoken::said;
use super::units::{Dimension, unspaced_unit};
use super::{Pattern, compiled, fold, is_unspaced, lengths, names};

static NUMERAL: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?:[0-9]+ [0-9]/[0-9]\b|[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?\b",
        r"|[0-9]+[ \u{a0}\u{2009}\u{202f}][½¼¾⅓⅔⅛]|[0-9]+(?:[.,'’/:\u{a0}\u{202f}][0-9]+)*)[½¼¾⅓⅔⅛]?|[½¼¾⅓⅔⅛]",
    ))
});

static UNIT: Pattern = LazyLock::new(|| {
    compiled(r"^[ \t\u{a0}\u{202f}-]?(\p{L}[\p{L}\p{M}]{0,23}|°\p{L}?|[%％٪℃℉€$£¥￥₹₩₺₽฿₫₪₱₴₦])")
});

static NUMBER_WORD: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)\b(half a dozen|half|a dozen|a hundred|a thousand",
        r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?",
        r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen",
        r"|seventeen|eighteen|nineteen|zero)(?:[ -](dozen|hundred|thousand))?\b",
    ))
});

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// What the number may be, the likeliest first; never empty, always finite.
    pub readings: Vec<f64>,
    /// Those of them that are said together, as in `8.5/10`; else none.
    pub parts: Vec<f64>,
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
    /// How the currency is named.
    pub(super) named: money::Named,
    /// Where that ends in which there is no other number.
    pub(super) covers: usize,
}

impl Amount {
    /// The likeliest reading.
    pub fn value(&self) -> f64 {
        self.readings.first().copied().unwrap_or_default()
    }

    /// The readings as one number.
    pub fn whole(&self) -> &[f64] {
        let length = self.readings.len().saturating_sub(self.parts.len());
        self.readings.get(..length).unwrap_or_default()
    }

    /// Makes it mean this one number.
    pub(super) fn set(&mut self, value: f64) {
        self.readings = vec![value];
        self.parts.clear();
    }

    /// The money it is, and how that is named.
    pub(super) fn money(&self) -> Option<Money> {
        self.currency.map(|currency| (currency, self.named))
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
    for written in NUMERAL.find_iter(text) {
        let meant = numeral(written.as_str());
        let is_number = !meant.whole.is_empty() || !meant.parts.is_empty();
        if is_number && !in_word(text, written.start(), found.last()) && !in_link(written.start()) {
            found.push(amount(text, written.range(), meant));
        }
    }
    let said = said(text, language).into_iter().filter_map(|said| {
        let amount = amount(text, said.at, Numeral::of(said.value));
        (!said.needs_unit || amount.dimension().is_some()).then_some(amount)
    });
    found.extend(said.chain(in_english(text, language)).filter(|amount| !in_link(amount.start)));
    found.extend(lengths::without_numerals(text, &found));
    found.sort_by_key(|amount| (amount.start, Reverse(amount.covers)));
    let mut covered = 0;
    found.retain(|amount| {
        let is_apart = amount.start >= covered;
        covered = covered.max(amount.covers);
        is_apart
    });
    lengths::with_times(text, found)
}

/// Whether digits are part of a word: behind a letter of a script with capitals, as in `mp3`. Not in `1h30` and `4x12`.
fn in_word(text: &str, start: usize, last: Option<&Amount>) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let is_of_word =
        |letter: char| letter.is_lowercase() || letter.is_uppercase() || letter.is_numeric() || letter == '_';
    let goes_on = |last: &Amount| {
        let is_times = matches!(text.get(last.end..start), Some("x" | "X"));
        is_times || (last.end == start && last.dimension() == Some(Dimension::Time))
    };
    before.ends_with(is_of_word) && !last.is_some_and(goes_on)
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
        let found = amount(text, whole.range(), Numeral::of(value));
        // "This" in Polish, "at the" in Dutch.
        let may_be_foreign = language.is_none() && number == "ten" && found.dimension().is_none();
        (!may_be_foreign).then_some(found)
    };
    NUMBER_WORD.captures_iter(text).filter_map(read).collect()
}

/// Completes a number with its sign, its half and what stands around it.
pub(super) fn amount(text: &str, at: Range<usize>, mut meant: Numeral) -> Amount {
    const HALF: f64 = 0.5;
    let before = text.get(..at.start).unwrap_or_default();
    let from = |end: usize| text.get(end..).unwrap_or_default();
    // "Two and a half", "half an hour".
    let more = lengths::and_a_half(from(at.end)).filter(|_| !at.is_empty());
    let is_half = meant.whole == [HALF] && from(at.start).starts_with(char::is_alphabetic);
    let mut covers =
        at.end + more.unwrap_or_else(|| if is_half { lengths::article(from(at.end)) } else { 0 });
    if let Some((times, length)) = ten_thousands(from(covers)) {
        meant = Numeral { whole: meant.whole.iter().map(|whole| whole * times).collect(), ..meant };
        covers += length;
    }
    let (written, unit) = unit_behind(from(covers)).unwrap_or_default();
    let mut end = covers + unit.end;
    let unit_of = |written: &str| {
        if written.starts_with(char::is_alphabetic) { fold(written) } else { written.to_owned() }
    };
    let mut found = Amount { unit: unit_of(written), ..Amount::bare(at.start) };
    let half_behind = lengths::half_behind(from(end)).filter(|_| found.dimension().is_some());
    if more.or(half_behind).is_some() {
        meant = Numeral { whole: meant.whole.iter().map(|whole| whole + HALF).collect(), parts: Vec::new() };
    }
    if let Some(length) = half_behind {
        end += length;
        covers = end;
    }
    if let (Some(times), true) = (thousands(written), from(at.end).starts_with(written)) {
        let multiplied: Vec<f64> = meant.whole.iter().map(|whole| whole * times).collect();
        meant.whole.splice(0..0, multiplied);
    }
    let sign = if is_negative(before) { -1.0 } else { 1.0 };
    found.parts = meant.parts.iter().map(|part| part * sign).collect();
    found.readings = meant.whole.iter().chain(&meant.parts).map(|reading| reading * sign).collect();
    // "CHF 25 in 20 minutes" has no minutes of money.
    let is_measured = found.dimension().is_some();
    found.percent = found.dimension() == Some(Dimension::Share);
    let money_before =
        money::before(before).filter(|(_, named)| !is_measured || *named == money::Named::Sign);
    if let Some((currency, named)) = money_before.or_else(|| money::meant(written)) {
        (found.currency, found.named) = (Some(currency), named);
    }
    (found.end, found.covers) = (end, covers);
    found
}

impl Amount {
    /// A number of nothing, to be completed.
    fn bare(start: usize) -> Self {
        Self {
            readings: Vec::new(),
            parts: Vec::new(),
            as_time: Vec::new(),
            unit: String::new(),
            percent: false,
            currency: None,
            start,
            end: start,
            named: money::Named::Word,
            covers: start,
        }
    }
}

/// The unit a text begins with, as written, and where it is. It ends where the script changes: the "g" of `gを`.
fn unit_behind(behind: &str) -> Option<(&str, Range<usize>)> {
    let found = UNIT.captures(behind)?.get(1)?;
    let run = found.as_str();
    let is_apart = run.chars().next().is_some_and(is_unspaced);
    let length = run.find(|letter| is_unspaced(letter) != is_apart).unwrap_or(run.len());
    let run = run.get(..length)?;
    // "4x12", "4x peppers".
    if matches!(run, "x" | "X") {
        return None;
    }
    let inside = unspaced_unit(run).filter(|_| is_apart).unwrap_or(0..length);
    Some((run.get(inside.clone())?, found.start() + inside.start..found.start() + inside.end))
}

fn is_negative(before: &str) -> bool {
    let before = before.trim_end_matches(['€', '$', '£', '¥']);
    let unsigned = before.strip_suffix(['-', '−']).or_else(|| before.strip_suffix("minus "));
    unsigned.is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '(', '\n', ':']))
}

/// What a Chinese, Japanese or Korean number is multiplied with, and how long that is. `千克` is a kilogram.
fn ten_thousands(behind: &str) -> Option<(f64, usize)> {
    let first = behind.chars().next()?;
    let times = match first {
        '千' | '천' if !behind.starts_with("千克") && !behind.starts_with("千卡") => 1e3,
        '万' | '萬' | '만' => 1e4,
        '億' | '亿' | '억' => 1e8,
        _ => return None,
    };
    Some((times, first.len_utf8()))
}

fn thousands(suffix: &str) -> Option<f64> {
    match suffix {
        "k" | "K" => Some(1e3),
        "M" => Some(1e6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let table: [(&str, &[f64]); 44] = [
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
            ("8.5/10", &[8.5, 10.0]),
            ("4,5/5", &[4.5, 5.0]),
            ("20/05", &[20.0, 5.0]),
            ("1 ½ cups", &[1.5, 1.0, 0.5]),
            ("one and a half cups", &[1.5]),
            ("2 and a half cups", &[2.5]),
            ("1 kilo y medio", &[1.5]),
            ("1 Liter und ein halber", &[1.5]),
            ("1 onion and a half lemon", &[1.0]),
            ("half an hour", &[0.5]),
            ("20半熟卵", &[20.0]),
            ("牛肉300gを炒める", &[300.0]),
            ("約30分", &[30.0]),
            ("٣ بيضات", &[]),
            ("تكفي ل4 أشخاص", &[4.0]),
            ("iPhone15", &[]),
            ("1万円", &[10_000.0]),
            ("3.5만원", &[35_000.0]),
            ("5千克", &[5.0]),
            ("半分に切る", &[]),
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
    fn numbers_with_a_times_sign_between_them_are_several() {
        let table: [(&str, &[f64]); 6] = [
            ("4x12 reps", &[4.0, 12.0]),
            ("3 x 10", &[3.0, 10.0]),
            ("2×400g", &[2.0, 400.0]),
            ("2X400 g", &[2.0, 400.0]),
            ("Max4x12", &[]),
            ("a0x12", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<f64> = amounts(text).iter().map(Amount::value).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(amounts("2x400g")[1].unit, "g");
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
            ("牛肉 300gを炒める", "g", None, false),
            ("30分で完成", "分", None, false),
            ("3个小时", "小时", None, false),
            ("500円です", "円", Some("yen"), false),
            ("1万円です", "円", Some("yen"), false),
            ("5千克面粉", "千克", None, false),
            ("2인분이에요", "인분", None, false),
            ("1,5 кг муки", "кг", None, false),
            ("30 دقيقة", "دقيقة", None, false),
            ("20 นาที", "นาที", None, false),
            ("20%オフ", "%", None, true),
            ("20%OFF", "%", None, true),
            ("3分の1", "分の", None, false),
            ("180℃で", "℃", None, false),
            ("CHF 25", "", Some("franc"), false),
            ("AED 50", "", Some("dirham"), false),
            ("US$20", "", Some("dollar"), false),
            ("Try 5 of them", "of", None, false),
            ("5€ 20 Stück", "€", Some("euro"), false),
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
    fn a_number_behind_the_money_of_another_is_no_money() {
        for text in ["5€ 20 Stück", "50 EUR 20 Personen", "CHF 25 in 20 Minuten", "EUR 20 Minuten"] {
            let found = amounts(text);
            assert_eq!(found.last().and_then(|amount| amount.currency), None, "{text}");
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

    /// The minutes each amount of a text is.
    fn minutes(text: &str, language: &str) -> Vec<f64> {
        let found = amounts_in(text, Some(language));
        found.iter().filter_map(|amount| amount.as_time.first().copied()).collect()
    }

    #[test]
    fn lengths_of_time_are_read_as_people_tell_them_in_each_language() {
        let table: [(&str, &str, &[f64]); 65] = [
            ("de", "1 Std. 30 Min.", &[90.0]),
            ("de", "anderthalb Stunden", &[90.0]),
            ("de", "eine Stunde und 30 Minuten", &[90.0]),
            ("de", "eine halbe Stunde", &[30.0]),
            ("de", "eine Stunde kochen", &[60.0]),
            ("de", "eine Viertelstunde", &[15.0]),
            ("de", "20 Euro die Stunde", &[]),
            ("en", "1 h 30", &[90.0]),
            ("en", "1:30 h", &[90.0]),
            ("en", "2:30 min", &[2.5]),
            ("en", "half an hour", &[30.0]),
            ("en", "for an hour", &[60.0]),
            ("en", "an hour and a half", &[90.0]),
            ("en", "one and a half hours", &[90.0]),
            ("en", "an hour and 30 minutes", &[90.0]),
            ("en", "a quarter of an hour", &[15.0]),
            ("en", "three quarters of an hour", &[45.0]),
            ("en", "20 dollars an hour", &[]),
            ("en", "once an hour", &[]),
            ("en", "1 hour. 30 minutes later", &[60.0, 30.0]),
            ("en", "1 h 30 eggs", &[60.0]),
            ("en", "1 hour, then 30 minutes", &[60.0, 30.0]),
            ("nl", "1 uur en 30 minuten", &[90.0]),
            ("nl", "anderhalf uur", &[90.0]),
            ("nl", "een half uur", &[30.0]),
            ("nl", "een uur laten rusten", &[60.0]),
            ("tr", "1 saat 30 dakika", &[90.0]),
            ("tr", "bir buçuk saat", &[90.0]),
            ("tr", "1 buçuk saat", &[90.0]),
            ("tr", "yarım saat", &[30.0]),
            ("tr", "bir saat", &[60.0]),
            ("pl", "1 godzina 30 minut", &[90.0]),
            ("pl", "półtorej godziny", &[90.0]),
            ("pl", "1 godz. i 30 min", &[90.0]),
            ("pl", "pół godziny", &[30.0]),
            ("pl", "przez godzinę", &[60.0]),
            ("ru", "1 час 30 минут", &[90.0]),
            ("ru", "полтора часа", &[90.0]),
            ("ru", "полчаса", &[30.0]),
            ("ru", "час с половиной", &[90.0]),
            ("pl", "godzinę i pół", &[90.0]),
            ("ru", "1 час и 30 минут", &[90.0]),
            ("ru", "около часа", &[60.0]),
            ("ja", "1時間30分", &[90.0]),
            ("ja", "1時間半煮る", &[90.0]),
            ("ja", "一時間半", &[90.0]),
            ("ja", "1時間と30分", &[90.0]),
            ("ja", "3分の1", &[]),
            ("zh", "1小时30分钟", &[90.0]),
            ("zh", "一个半小时", &[90.0]),
            ("zh", "半小时", &[30.0]),
            ("ko", "1시간 30분", &[90.0]),
            ("ko", "1시간 반", &[90.0]),
            ("ko", "1시간 반죽", &[60.0]),
            ("ko", "한 시간 동안", &[60.0]),
            ("ar", "1 ساعة و30 دقيقة", &[90.0]),
            ("ar", "ساعة ونصف", &[90.0]),
            ("ar", "نصف ساعة", &[30.0]),
            ("es", "hora y media", &[90.0]),
            ("es", "una hora y media", &[90.0]),
            ("es", "2 horas y media", &[150.0]),
            ("es", "media hora", &[30.0]),
            ("fr", "une heure et demie", &[90.0]),
            ("it", "un'ora e mezza", &[90.0]),
            ("pt", "uma hora e meia", &[90.0]),
        ];
        for (language, text, expected) in table {
            assert_eq!(minutes(text, language), expected, "{text}: {:?}", amounts_in(text, Some(language)));
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_finite_numbers_inside_it(text in "[0-9 .,'/:kMx½h€%a分半g-]{0,40}") {
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
