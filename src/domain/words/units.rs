//! What a number measures: the unit behind it, the unit a column asks for, and whether they fit.
//!
//! Takes an [`Amount`] and a column's name and format; gives the number the column would hold, or none
//! where the unit is another one: 1,5 litres are no price and no weight, and neither are 4 eggs. Never fails. Where
//! nothing says what a column measures, every number fits.

mod tables;

use std::ops::Range;

use self::tables::{COLUMN_WORDS, NOT_COUNTED, NOT_COUNTED_UNSPACED, UNITS};
use super::amounts::Amount;
use super::money::{self, is_currency};
use super::{fold, is_unspaced, words};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// How heavy.
    Mass,
    /// How much of a liquid, or in a cup.
    Volume,
    /// How long, high, wide or far.
    Length,
    /// How long it takes.
    Time,
    /// How warm.
    Temperature,
    /// How nourishing.
    Energy,
    /// How many people or helpings.
    Count,
    /// How much money.
    Money,
    /// How much of a hundred.
    Share,
}

/// A unit: what it measures, and how many of the dimension's own unit it is, where that is exact.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit {
    dimension: Dimension,
    size: Option<f64>,
}

/// Units of one letter mean something in brackets alone: a column "Plan B (m)" and one named "G" differ.
const SHORTEST_BARE_UNIT: usize = 2;

/// Letters of a word for a thing; what is shorter is a unit or a small word.
const SHORTEST_NOUN: usize = 3;

/// What a number column measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    dimension: Option<Dimension>,
    unit: Option<(String, Unit)>,
    /// The money it is in, as Notion's formats are called, where that is said.
    money: Option<String>,
    /// The words of the column's name, as units are written.
    named: Vec<String>,
}

impl Measure {
    /// Read from the column's name, in which a unit may stand in brackets, its description and its format.
    pub fn of(name: &str, description: &str, format: &str) -> Self {
        let bracketed = name.split(['(', '[']).skip(1).filter_map(|part| part.split([')', ']']).next());
        let bracketed: Vec<String> = bracketed.map(|part| part.trim().to_lowercase()).collect();
        let bare = words(name).into_iter().filter(|word| word.len() >= SHORTEST_BARE_UNIT);
        let mut named_units = bracketed.iter().cloned().chain(bare);
        let unit = named_units.find_map(|word| Some((key(&word), unit(&word)?)));
        let by_words = |text: &str| {
            let known = words(text);
            COLUMN_WORDS.iter().find_map(|(dimension, list)| {
                known.iter().any(|word| has(list, &fold(word)) || has(list, word)).then_some(*dimension)
            })
        };
        let is_price = by_words(name) == Some(Dimension::Money);
        let money = money_of(name, &bracketed, format, is_price);
        let dimension = match format {
            "percent" => Some(Dimension::Share),
            _ if is_price || money.is_some() => Some(Dimension::Money),
            _ => unit.as_ref().map(|(_, unit)| unit.dimension).or_else(|| by_words(name)),
        };
        // A description is prose: it may tell that minutes are wanted, but not that others are unfit.
        let dimension = dimension.or_else(|| by_words(description).filter(|found| *found == Dimension::Time));
        let unit = unit.filter(|(_, unit)| Some(unit.dimension) == dimension);
        let named = words(name).iter().map(|word| key(word)).collect();
        Self { dimension, unit, money, named }
    }

    /// Whether the column is one of times, so that the video's own length may answer it.
    pub fn is_time(&self) -> bool {
        self.dimension == Some(Dimension::Time)
    }

    /// The numbers this amount may be for the column, the likeliest first; none where the units do not fit.
    pub fn numbers(&self, amount: &Amount) -> Vec<f64> {
        let Some(wanted) = self.dimension else { return amount.readings.clone() };
        if self.is_own_money(amount) {
            return amount.readings.clone();
        }
        let given = given(amount);
        if given.is_none() && self.counts_something(amount) {
            return Vec::new();
        }
        match (&self.unit, given) {
            (_, Some(given)) if given.dimension != wanted => Vec::new(),
            _ if wanted == Dimension::Money => {
                if self.takes_currency(amount) {
                    amount.readings.clone()
                } else {
                    Vec::new()
                }
            }
            (Some((_, unit)), Some(_)) if wanted == Dimension::Time && !amount.as_time.is_empty() => amount
                .as_time
                .first()
                .zip(unit.size)
                .map(|(minutes, size)| minutes / size)
                .into_iter()
                .collect(),
            (None, Some(_)) if wanted == Dimension::Time => {
                amount.readings.iter().chain(&amount.as_time).copied().collect()
            }
            (Some((word, _)), Some(_)) if *word == key(&amount.unit) => amount.readings.clone(),
            (Some((_, unit)), Some(given)) => match given.size.zip(unit.size) {
                Some((from, to)) => amount.readings.iter().map(|reading| reading * from / to).collect(),
                None if given.size.is_none() && same_degrees(&amount.unit, self) => amount.readings.clone(),
                None => Vec::new(),
            },
            _ => amount.readings.clone(),
        }
    }

    /// Whether the word behind the number is one for the column's own money, whatever else it may mean: five pounds.
    fn is_own_money(&self, amount: &Amount) -> bool {
        let is_other = amount.money().is_some_and(|(_, named)| named == money::Named::Code);
        !is_other && self.money.as_deref().is_some_and(|format| money::is_of(format, &key(&amount.unit)))
    }

    /// Whether the word behind a number is a thing it counts: four eggs, four large eggs. Not where the column is named
    /// for it. Units that are not in the table are things, too; of scripts that have next to none there only what
    /// weighs and costs is held to it.
    fn counts_something(&self, amount: &Amount) -> bool {
        let word = key(&amount.unit);
        if self.dimension == Some(Dimension::Count) || self.named.contains(&word) {
            return false;
        }
        if word.is_ascii() {
            return word.len() >= SHORTEST_NOUN && !has(NOT_COUNTED, &word);
        }
        matches!(self.dimension, Some(Dimension::Mass | Dimension::Money)) && is_noun_elsewhere(&word)
    }

    /// Whether the money named, if any is, is the column's.
    fn takes_currency(&self, amount: &Amount) -> bool {
        let Some(found) = amount.money() else { return true };
        self.money.as_deref().is_none_or(|format| money::takes(format, found))
    }
}

/// The money a column is in: its format, else what its name says. In brackets behind a word for prices a word that
/// means something else as well is money.
fn money_of(name: &str, bracketed: &[String], format: &str, is_price: bool) -> Option<String> {
    if is_currency(format) {
        return Some(format.to_owned());
    }
    let in_brackets = |word: &String| match money::meant(word) {
        Some((format, _)) => Some(format),
        None => is_price.then(|| money::asked_for(word)).flatten(),
    };
    let is_clear = |word: &String| word.chars().count() >= SHORTEST_NOUN || !word.is_ascii();
    // "Games won".
    let is_clear = |word: &String| is_clear(word) && (is_price || word != "won");
    let bare = || words(name).into_iter().filter(is_clear).find_map(|word| money::meant(&word));
    let found = bracketed.iter().find_map(in_brackets);
    found.or_else(|| bare().map(|(format, _)| format)).map(ToOwned::to_owned)
}

/// Whether the word behind a number, in a script other than the Latin one, is a thing.
fn is_noun_elsewhere(word: &str) -> bool {
    let Some(first) = word.chars().next().filter(|first| first.is_alphabetic()) else { return false };
    if is_unspaced(first) {
        return !NOT_COUNTED_UNSPACED.split_whitespace().any(|particle| word.starts_with(particle));
    }
    let is_listed_script = matches!(first, '\u{400}'..='\u{52f}' | '\u{600}'..='\u{77f}');
    is_listed_script && word.chars().count() >= SHORTEST_NOUN && !has(NOT_COUNTED, word)
}

impl Amount {
    /// What the amount itself says it measures.
    pub fn dimension(&self) -> Option<Dimension> {
        given(self).map(|unit| unit.dimension)
    }
}

/// Degrees of one kind under several names.
fn same_degrees(written: &str, column: &Measure) -> bool {
    let fahrenheit = |word: &str| matches!(word, "°f" | "fahrenheit");
    column.unit.as_ref().is_some_and(|(word, _)| fahrenheit(word) == fahrenheit(&key(written)))
        && column.dimension == Some(Dimension::Temperature)
}

/// What the amount itself says it measures.
fn given(amount: &Amount) -> Option<Unit> {
    if amount.percent {
        return Some(Unit { dimension: Dimension::Share, size: Some(1.0) });
    }
    if amount.money().is_some() {
        return Some(Unit { dimension: Dimension::Money, size: None });
    }
    unit(&amount.unit)
}

/// How many minutes a unit of minutes or hours has.
pub(super) fn minutes_each(word: &str) -> Option<f64> {
    const HOUR: f64 = 60.0;
    let found = unit(word).filter(|unit| unit.dimension == Dimension::Time);
    found.and_then(|unit| unit.size).filter(|minutes| (1.0..=HOUR).contains(minutes))
}

/// Whether a small word stands behind a number that counts nothing.
pub(super) fn counts_nothing(word: &str) -> bool {
    word.is_empty() || has(NOT_COUNTED, word)
}

/// Where the unit is in a run of letters without spaces, such as `分で` or `个小时`; none where it begins with no unit.
pub(super) fn unspaced_unit(run: &str) -> Option<Range<usize>> {
    // "A third", not minutes.
    if ["分の一", "分之", "분의"].iter().any(|part| run.starts_with(part)) || run == "分の" {
        return None;
    }
    let skipped = run.chars().next().filter(|first| matches!(first, '个' | '個')).map_or(0, char::len_utf8);
    let rest = run.get(skipped..).unwrap_or_default();
    let longest = |lists: &mut dyn Iterator<Item = &'static str>| {
        lists.flat_map(|list| list.split(' ')).filter(|unit| rest.starts_with(*unit)).map(str::len).max()
    };
    let length = longest(&mut UNITS.iter().map(|(_, _, list)| *list)).max(longest(&mut money::words()));
    length.filter(|length| *length > 0).map(|length| skipped..skipped + length)
}

fn unit(word: &str) -> Option<Unit> {
    let key = key(word);
    let (dimension, size, _) = UNITS.iter().find(|(_, _, list)| !key.is_empty() && has(list, &key))?;
    Some(Unit { dimension: *dimension, size: *size })
}

/// A unit's word as the table writes it.
fn key(word: &str) -> String {
    if word.starts_with(char::is_alphabetic) { fold(word) } else { word.trim().to_lowercase() }
}

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::amounts;

    /// A column's name and format, a text, and the numbers the column takes from it.
    type Row = (&'static str, &'static str, &'static str, &'static [f64]);

    fn assert_taken(table: &[Row]) {
        for (name, format, text, expected) in table {
            let amount = amounts(text).into_iter().next();
            let numbers =
                amount.map(|amount| Measure::of(name, "", format).numbers(&amount)).unwrap_or_default();
            assert_eq!(numbers, *expected, "{name}: {text}");
        }
    }

    #[test]
    fn a_column_takes_numbers_in_its_unit_alone() {
        assert_taken(&[
            ("Weight (kg)", "number", "about 1,5 kg", &[1.5]),
            ("Weight (kg)", "number", "1,5 litres", &[]),
            ("Weight (kg)", "number", "500 g", &[0.5]),
            ("Weight (kg)", "number", "weighs 2", &[2.0]),
            ("Weight (kg)", "number", "12 €", &[]),
            ("Weight", "number", "500 g", &[500.0]),
            ("Gewicht", "number", "3 Liter", &[]),
            ("Price", "euro", "12,50 €", &[12.5]),
            ("Price", "euro", "1,5 litres", &[]),
            ("Price", "euro", "$8", &[]),
            ("Price", "euro", "for 4 people", &[]),
            ("Price", "euro", "costs 9", &[9.0]),
            ("Price", "mexican_peso", "$80", &[80.0]),
            ("Preis", "number", "20 Minuten", &[]),
            ("Price (EUR)", "number", "$8", &[]),
            ("Price (EUR)", "number", "8 euros", &[8.0]),
            ("Time (min)", "number", "1 hour 30 minutes", &[90.0]),
            ("Hours", "number", "90 minutes", &[1.5]),
            ("Time", "number", "90 minutes", &[90.0, 90.0, 1.5]),
            ("Oven (°C)", "number", "180 °C", &[180.0]),
            ("Oven (°C)", "number", "350 °F", &[]),
            ("Calories", "number", "450 kcal", &[450.0]),
            ("Calories", "number", "450 g", &[]),
            ("Servings", "number", "for 4 people", &[4.0]),
            ("Servings", "number", "4 kg", &[]),
            ("Anything", "number", "4 kg", &[4.0]),
            ("Distance (km)", "number", "500 metres", &[0.5]),
            ("Temp", "number", "180 °C", &[180.0]),
            ("Oven temp", "number", "180 °C", &[180.0]),
            ("Oven temp", "number", "20 minutes", &[]),
            ("Oven temp", "number", "180 fan", &[180.0]),
            ("Temps", "number", "20 minutes", &[20.0, 20.0, 1.0 / 3.0]),
            ("Preço", "real", "R$ 50", &[50.0]),
            ("Preço", "real", "50 reais", &[50.0]),
            ("Preço", "real", "50 dollars", &[]),
            ("Price", "mexican_peso", "80 dollars", &[]),
            ("Price", "mexican_peso", "80 pesos", &[80.0]),
            ("Price", "pound", "5 pounds", &[5.0]),
            ("Price", "pound", "£5", &[5.0]),
            ("Price", "euro", "5 pounds", &[]),
            ("Price", "danish_krone", "50 kr", &[50.0]),
            ("Price", "euro", "4 eggs", &[]),
            ("Price", "euro", "4 large eggs", &[]),
            ("Price", "euro", "costs 9 each", &[9.0]),
            ("Weight (kg)", "number", "2 tomatoes", &[]),
            ("Portionen", "number", "12 Kekse", &[12.0]),
            ("Distance (yards)", "number", "5 yards", &[5.0]),
            ("Distance", "number", "10 m", &[10.0]),
            ("Czas (min)", "number", "20 minut", &[20.0]),
            ("Eggs", "number", "4 eggs", &[4.0]),
        ]);
    }

    #[test]
    fn a_column_knows_units_of_every_script_and_money_on_either_side() {
        assert_taken(&[
            // In scripts that glue words to numbers, and in those without capitals.
            ("Weight (kg)", "number", "牛肉 300gを炒める", &[0.3]),
            ("Weight (g)", "number", "小麦粉200グラム", &[200.0]),
            ("Weight (g)", "number", "面粉1.5公斤", &[1500.0]),
            ("Weight (g)", "number", "밀가루 200그램", &[200.0]),
            ("Weight (g)", "number", "1,5 кг муки", &[1500.0]),
            ("Weight (g)", "number", "200 غرام", &[200.0]),
            ("Weight (g)", "number", "卵3個", &[]),
            ("Weight (g)", "number", "3 яйца", &[]),
            ("Weight (g)", "number", "3 بيضات", &[]),
            ("Weight (g)", "number", "200ほど", &[200.0]),
            ("Price", "ruble", "500 г", &[]),
            ("Price", "ruble", "500 рублей", &[500.0]),
            ("Price", "ruble", "500 за всё", &[500.0]),
            ("Price", "euro", "500 рублей", &[]),
            ("価格", "yen", "500円です", &[500.0]),
            ("価格", "yen", "500です", &[500.0]),
            ("価格", "yen", "3個で", &[]),
            ("価格", "yen", "500グラム", &[]),
            ("Price", "yuan", "25块钱", &[25.0]),
            ("Price", "yuan", "25元", &[25.0]),
            ("Price", "euro", "25元", &[]),
            ("Price", "won", "5000원이에요", &[5000.0]),
            ("Price", "dirham", "50 درهم", &[50.0]),
            ("Price", "riyal", "50 درهم", &[]),
            ("時間(分)", "number", "1時間30分", &[90.0]),
            ("分類", "number", "3個", &[3.0]),
            ("時間(分)", "number", "3分の1", &[3.0]),
            ("Minutes", "number", "1 h 30", &[90.0]),
            ("Minutes", "number", "half an hour", &[30.0]),
            ("Hours", "number", "1 Std. 30 Min.", &[1.5]),
            // Money named behind a number or before it.
            ("Fiyat", "lira", "250 TL", &[250.0]),
            ("Fiyat (TL)", "number", "250 lira", &[250.0]),
            ("Fiyat (TL)", "number", "$8", &[]),
            ("Prix", "franc", "25 francs", &[25.0]),
            ("Prix", "franc", "CHF 25.-", &[25.0]),
            ("Prix", "euro", "CHF 25", &[]),
            ("Cena", "zloty", "50 złotych", &[50.0]),
            ("Cena", "euro", "50 złotych", &[]),
            ("Precio", "dollar", "20 dólares", &[20.0]),
            ("Precio", "mexican_peso", "20 dólares", &[]),
            ("Price", "dirham", "100 dirhams", &[100.0]),
            ("Precio", "peruvian_sol", "30 soles", &[30.0]),
            ("Price", "euro", "USD 50", &[]),
            ("Price", "dollar", "USD 50", &[50.0]),
            ("Price", "canadian_dollar", "USD 50", &[]),
            ("Price", "canadian_dollar", "$50", &[50.0]),
            ("Price", "canadian_dollar", "CAD 50", &[50.0]),
            ("Price", "dollar", "C$50", &[]),
            ("Price", "euro", "AED 50", &[]),
            ("Price", "euro", "UAH 50", &[]),
            ("Price", "euro", "50 kr", &[]),
            ("Price", "krona", "kr 50", &[50.0]),
            ("Prezzo", "euro", "euro 50", &[50.0]),
            ("Price", "euro", "FOR 50", &[50.0]),
            ("Price (USD)", "number", "€8", &[]),
            ("Rating", "number", "8.5/10", &[8.5, 10.0]),
        ]);
    }
}
