//! What a number measures: the unit behind it, the unit a column asks for, and whether they fit.
//!
//! Takes an [`Amount`] and a column's name and format; gives the number the column would hold, or none
//! where the unit is another one: 1,5 litres are no price and no weight, and neither are 4 eggs. Never fails. Where
//! nothing says what a column measures, every number fits.

mod tables;

use self::tables::{COLUMN_WORDS, MONEY_WORDS, NOT_COUNTED, UNITS};
use super::amounts::{Amount, is_currency};
use super::{fold, words};

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
    format: String,
    /// The words of the column's name, as units are written.
    named: Vec<String>,
}

impl Measure {
    /// Read from the column's name, in which a unit may stand in brackets, its description and its format.
    pub fn of(name: &str, description: &str, format: &str) -> Self {
        let bracketed = name.split(['(', '[']).skip(1).filter_map(|part| part.split([')', ']']).next());
        let bracketed = bracketed.map(|part| part.trim().to_lowercase());
        let bare = words(name).into_iter().filter(|word| word.len() >= SHORTEST_BARE_UNIT);
        let unit = bracketed.chain(bare).find_map(|word| Some((key(&word), unit(&word)?)));
        let by_words = |text: &str| {
            let known = words(text);
            COLUMN_WORDS.iter().find_map(|(dimension, list)| {
                known.iter().any(|word| has(list, &fold(word)) || has(list, word)).then_some(*dimension)
            })
        };
        let dimension = match format {
            "percent" => Some(Dimension::Share),
            format if is_currency(format) => Some(Dimension::Money),
            _ => unit.as_ref().map(|(_, unit)| unit.dimension).or_else(|| by_words(name)),
        };
        // A description is prose: it may tell that minutes are wanted, but not that others are unfit.
        let dimension = dimension.or_else(|| by_words(description).filter(|found| *found == Dimension::Time));
        let unit = unit.filter(|(_, unit)| Some(unit.dimension) == dimension);
        let named = words(name).iter().map(|word| key(word)).collect();
        Self { dimension, unit, format: format.to_owned(), named }
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
        if given.is_none() && wanted != Dimension::Count && self.counts_something(amount) {
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
        let own =
            |(format, list): &(&str, &str)| self.format.ends_with(format) && has(list, &key(&amount.unit));
        is_currency(&self.format) && MONEY_WORDS.iter().any(own)
    }

    /// Whether the word behind a number is a thing it counts: four eggs, four large eggs. Not where the column is named
    /// for it, and not in scripts whose units are not in the table.
    fn counts_something(&self, amount: &Amount) -> bool {
        let word = key(&amount.unit);
        word.len() >= SHORTEST_NOUN
            && word.is_ascii()
            && !has(NOT_COUNTED, &word)
            && !self.named.contains(&word)
    }

    /// Whether the money named, if any is, is the column's.
    fn takes_currency(&self, amount: &Amount) -> bool {
        let Some(found) = amount.currency else { return true };
        let wanted = self.unit.as_ref().map(|(word, _)| word.as_str());
        let by_name = wanted.is_none_or(|word| key(&amount.unit) == word || currency_word(found, word));
        match self.format.as_str() {
            format if is_currency(format) => {
                let shared =
                    |sign: &str, family: &[&str]| found == sign && family.iter().any(|f| format.ends_with(f));
                // The sign is used for these as well; the word is not.
                let signed = !has("dollar usd buck", &key(&amount.unit));
                format == found
                    || shared("dollar", &["dollar"])
                    || (signed && shared("dollar", &["peso", "real"]))
                    || shared("yen", &["yuan"])
                    || shared("pound", &["pound"])
            }
            _ => by_name,
        }
    }
}

impl Amount {
    /// What the amount itself says it measures.
    pub fn dimension(&self) -> Option<Dimension> {
        given(self).map(|unit| unit.dimension)
    }
}

/// Whether a column's word for money means this currency.
fn currency_word(found: &str, word: &str) -> bool {
    matches!(
        (found, word),
        ("euro", "€" | "eur" | "euro")
            | ("dollar", "$" | "usd" | "dollar")
            | ("pound", "£" | "gbp")
            | ("yen", "¥" | "yen" | "jpy")
            | ("franc", "chf" | "franken")
            | ("zloty", "zloty" | "pln")
            | ("rupee", "₹" | "inr" | "rupee")
    )
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
    if amount.currency.is_some() {
        return Some(Unit { dimension: Dimension::Money, size: None });
    }
    unit(&amount.unit)
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

    #[test]
    fn a_column_takes_numbers_in_its_unit_alone() {
        let table: [(&str, &str, &str, &[f64]); 50] = [
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
        ];
        for (name, format, text, expected) in table {
            let amount = amounts(text).into_iter().next();
            let numbers =
                amount.map(|amount| Measure::of(name, "", format).numbers(&amount)).unwrap_or_default();
            assert_eq!(numbers, expected, "{name}: {text}");
        }
    }
}
