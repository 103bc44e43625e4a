//! What a number measures: the unit behind it, the unit a column asks for, and whether they fit.
//!
//! Takes an [`Amount`] and a column's name and format; gives the number the column would hold, or none
//! where the unit is another one: 1,5 litres are no price and no weight. Never fails. Where nothing says what
//! a column measures, every number fits.

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

/// Folded words of a unit, and its size in grams, millilitres, metres, minutes and kilocalories. Cups and
/// spoons differ from country to country, degrees need more than a factor: those have no size.
const UNITS: [(Dimension, Option<f64>, &str); 31] = [
    (Dimension::Mass, Some(0.001), "mg milligram milligramm milligramme"),
    (Dimension::Mass, Some(1.0), "g gr gram gramm gramme grammo grammi gramo grama"),
    (
        Dimension::Mass,
        Some(1_000.0),
        "kg kilo kilogram kilogramm kilogramme kilogrammo kilogramo chilo chili",
    ),
    (Dimension::Mass, Some(500.0), "pfund"),
    (Dimension::Mass, Some(28.349_523_125), "oz ounce"),
    (Dimension::Mass, Some(453.592_37), "lb lbs pound"),
    (Dimension::Volume, Some(1.0), "ml milliliter millilitre millilitro"),
    (Dimension::Volume, Some(10.0), "cl centiliter centilitre zentiliter"),
    (Dimension::Volume, Some(100.0), "dl deciliter decilitre deziliter"),
    (Dimension::Volume, Some(1_000.0), "l liter litre litro litri"),
    (
        Dimension::Volume,
        None,
        "cup tasse tassen taza tazza tazze tablespoon tbsp teaspoon tsp esslof essloffel el teeloffel tl gallon pint quart cuchara cucchiai",
    ),
    (Dimension::Length, Some(0.001), "mm millimeter millimetre"),
    (Dimension::Length, Some(0.01), "cm centimeter centimetre zentimeter centimetro"),
    (Dimension::Length, Some(1.0), "meter metre metro metri"),
    (Dimension::Length, Some(1_000.0), "km kilometer kilometre kilometro chilometri"),
    (Dimension::Length, Some(1_609.344), "mile meile meilen miglia"),
    (Dimension::Length, Some(0.025_4), "inch inche zoll"),
    (Dimension::Length, Some(0.304_8), "ft foot feet"),
    (Dimension::Time, Some(1.0 / 60.0), "s sec second sekunde sekunden seconde segundo secondi"),
    (Dimension::Time, Some(1.0), "min mins minute minuten minuto minuti minuut"),
    (Dimension::Time, Some(60.0), "h hr hrs hour std stunde stunden heure hora ora ore uur"),
    (Dimension::Time, Some(1_440.0), "day tag tage tagen jour dia giorno giorni dag dagen"),
    (Dimension::Time, Some(10_080.0), "week woche wochen semaine semana settimana settimane"),
    (Dimension::Time, None, "month monat monate moi mese mesi year jahr jahre jahren an ano anno anni"),
    (Dimension::Temperature, None, "° °c celsiu celsius grad degree degre grado gradi"),
    (Dimension::Temperature, None, "°f fahrenheit"),
    (Dimension::Energy, Some(1.0), "kcal cal calory calorie kalory kalorie kalorien caloria"),
    (Dimension::Energy, Some(0.239_006), "kj kilojoule"),
    (
        Dimension::Count,
        Some(1.0),
        "people person personen personne persona persone pessoa guest serving portion portionen porzione porzioni racion racione piece stuck",
    ),
    (Dimension::Share, Some(1.0), "% percent prozent procent pourcent"),
    (
        Dimension::Money,
        None,
        "€ $ £ ¥ ₹ ₩ ₺ ₽ euro eur dollar usd gbp yen jpy rupee inr krw lira ruble chf franken zloty pln",
    ),
];

/// What columns are called that measure something, folded.
const COLUMN_WORDS: [(Dimension, &str); 9] = [
    (Dimension::Mass, "weight gewicht poid poids peso masse mass"),
    (Dimension::Volume, "volume volumen"),
    (
        Dimension::Length,
        "distance distanz entfernung strecke height hohe width breite depth diameter durchmesser hauteur distancia distanza",
    ),
    (
        Dimension::Time,
        "minute min mins hour time duration length runtime zeit dauer minuten stunden temp temps duree heure tiempo duracion tempo durata",
    ),
    (Dimension::Temperature, "temperature temperatur temperatura"),
    (Dimension::Energy, "calory calorie kalory kalorie kalorien kcal energy energie"),
    (Dimension::Count, "serving portion portionen people person personen serve porzioni personne"),
    (Dimension::Money, "price preis prix precio prezzo preco cost kosten budget"),
    (Dimension::Share, "percent prozent percentage"),
];

/// Units of one letter mean something in brackets alone: a column "Plan B (m)" and one named "G" differ.
const SHORTEST_BARE_UNIT: usize = 2;

/// What a number column measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    dimension: Option<Dimension>,
    unit: Option<(String, Unit)>,
    format: String,
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
        Self { dimension, unit, format: format.to_owned() }
    }

    /// Whether the column is one of times, so that the video's own length may answer it.
    pub fn is_time(&self) -> bool {
        self.dimension == Some(Dimension::Time)
    }

    /// The numbers this amount may be for the column, the likeliest first; none where the units do not fit.
    pub fn numbers(&self, amount: &Amount) -> Vec<f64> {
        let Some(wanted) = self.dimension else { return amount.readings.clone() };
        let given = given(amount);
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

    /// Whether the money named, if any is, is the column's.
    fn takes_currency(&self, amount: &Amount) -> bool {
        let Some(found) = amount.currency else { return true };
        let wanted = self.unit.as_ref().map(|(word, _)| word.as_str());
        let by_name = wanted.is_none_or(|word| key(&amount.unit) == word || currency_word(found, word));
        match self.format.as_str() {
            format if is_currency(format) => {
                let shared =
                    |sign: &str, family: &[&str]| found == sign && family.iter().any(|f| format.ends_with(f));
                format == found
                    || shared("dollar", &["dollar", "peso"])
                    || shared("yen", &["yuan"])
                    || shared("pound", &["pound"])
            }
            _ => by_name,
        }
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
        let table: [(&str, &str, &str, &[f64]); 27] = [
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
        ];
        for (name, format, text, expected) in table {
            let amount = amounts(text).into_iter().next();
            let numbers =
                amount.map(|amount| Measure::of(name, "", format).numbers(&amount)).unwrap_or_default();
            assert_eq!(numbers, expected, "{name}: {text}");
        }
    }
}
