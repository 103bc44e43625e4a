//! The words of units, of money, and of columns that measure something, in the languages people write recipes in.

use super::Dimension;

/// Folded words of a unit, and its size in grams, millilitres, metres, minutes and kilocalories. Cups and
/// spoons differ from country to country, degrees need more than a factor: those have no size.
pub(super) const UNITS: [(Dimension, Option<f64>, &str); 31] = [
    (Dimension::Mass, Some(0.001), "mg milligram milligramm milligramme"),
    (Dimension::Mass, Some(1.0), "g gr gram gramm gramme grammo grammi gramo grama gramow gramy"),
    (
        Dimension::Mass,
        Some(1_000.0),
        "kg kilo kilogram kilogramm kilogramme kilogrammo kilogramo chilo chili kilogramow",
    ),
    (Dimension::Mass, Some(500.0), "pfund"),
    (Dimension::Mass, Some(28.349_523_125), "oz ounce"),
    (Dimension::Mass, Some(453.592_37), "lb lbs pound"),
    (Dimension::Volume, Some(1.0), "ml milliliter millilitre millilitro mililitrow"),
    (Dimension::Volume, Some(10.0), "cl centiliter centilitre zentiliter"),
    (Dimension::Volume, Some(100.0), "dl deciliter decilitre deziliter"),
    (Dimension::Volume, Some(1_000.0), "l liter litre litro litri litrow litry"),
    (
        Dimension::Volume,
        None,
        "cup tasse tassen taza tazza tazze tablespoon tbsp teaspoon tsp esslof essloffel el teeloffel tl gallon pint quart cuchara cucchiai lyzki lyzek lyzeczki msk tsk",
    ),
    (Dimension::Length, Some(0.001), "mm millimeter millimetre"),
    (Dimension::Length, Some(0.01), "cm centimeter centimetre zentimeter centimetro"),
    (Dimension::Length, Some(1.0), "meter metre metro metri"),
    (Dimension::Length, Some(1_000.0), "km kilometer kilometre kilometro chilometri"),
    (Dimension::Length, Some(1_609.344), "mile meile meilen miglia"),
    (Dimension::Length, Some(0.025_4), "inch inche zoll"),
    (Dimension::Length, Some(0.304_8), "ft foot feet"),
    (
        Dimension::Time,
        Some(1.0 / 60.0),
        "s sec second sekunde sekunden seconde segundo secondi sekund sekunder saniye",
    ),
    (
        Dimension::Time,
        Some(1.0),
        "min mins minute minuten minuto minuti minuut minut minuty minuter minutter dakika",
    ),
    (
        Dimension::Time,
        Some(60.0),
        "h hr hrs hour std stunde stunden heure hora ora ore uur godzin godziny timmar timer saat",
    ),
    (
        Dimension::Time,
        Some(1_440.0),
        "day tag tage tagen jour dia giorno giorni dag dagen dni dagar dage gun",
    ),
    (
        Dimension::Time,
        Some(10_080.0),
        "week woche wochen semaine semana settimana settimane tygodni veckor hafta",
    ),
    (Dimension::Time, None, "month monat monate moi mese mesi year jahr jahre jahren an ano anno anni"),
    (Dimension::Temperature, None, "° °c celsiu celsius grad degree degre grado gradi stopni grader derece"),
    (Dimension::Temperature, None, "°f fahrenheit"),
    (
        Dimension::Energy,
        Some(1.0),
        "kcal cal calory calorie kalory kalorie kalorien caloria kalorii kalorier kalori",
    ),
    (Dimension::Energy, Some(0.239_006), "kj kilojoule"),
    (
        Dimension::Count,
        Some(1.0),
        "people person personen personne persona persone pessoa guest serving portion portionen porzione porzioni racion racione piece stuck osob porcji portioner kisi kisilik",
    ),
    (Dimension::Share, Some(1.0), "% percent prozent procent pourcent"),
    (
        Dimension::Money,
        None,
        "€ $ £ ¥ ₹ ₩ ₺ ₽ euro eur dollar usd gbp yen jpy rupee inr krw lira ruble chf franken zloty pln",
    ),
];

/// What columns are called that measure something, folded.
pub(super) const COLUMN_WORDS: [(Dimension, &str); 9] = [
    (Dimension::Mass, "weight gewicht poid poids peso masse mass"),
    (Dimension::Volume, "volume volumen"),
    (
        Dimension::Length,
        "distance distanz entfernung strecke height hohe width breite depth diameter durchmesser hauteur distancia distanza",
    ),
    (
        Dimension::Time,
        "minute min mins hour time duration length runtime zeit dauer minuten stunden temps duree heure tiempo duracion tempo durata",
    ),
    (Dimension::Temperature, "temperature temperatur temperatura temp"),
    (Dimension::Energy, "calory calorie kalory kalorie kalorien kcal energy energie"),
    (Dimension::Count, "serving portion portionen people person personen serve porzioni personne"),
    (Dimension::Money, "price preis prix precio prezzo preco cost kosten budget"),
    (Dimension::Share, "percent prozent percentage"),
];

/// Names of money beside those that tell a currency by themselves, folded, and what Notion's formats for them end with.
pub(super) const MONEY_WORDS: [(&str, &str); 14] = [
    ("pound", "pound"),
    ("baht", "baht"),
    ("peso", "peso"),
    ("real", "real reais brl"),
    ("rand", "rand zar"),
    ("yuan", "yuan rmb 元"),
    ("krona", "krona kronor kr sek"),
    ("krone", "krone kroner kr dkk nok"),
    ("koruna", "koruna korun kc czk"),
    ("forint", "forint huf ft"),
    ("shekel", "shekel nis"),
    ("leu", "leu lei ron"),
    ("ringgit", "ringgit rm"),
    ("rupiah", "rupiah rp idr"),
];

/// Words that may stand behind a number that counts nothing, folded: "costs 9 each", "9 pro Person", "180 fan". Any
/// other word is what is counted.
pub(super) const NOT_COUNTED: &str = "each per for a an and or in at on to the is are was but with only total all if when then than \
    of from by so it that this you we i as more less plus minus up off now today instead including inclusive incl excl \
    net gross about or until max min maximum minimum fan gas \
    pro je fur und oder im am auf zu zum zur der die das ist sind war aber mit nur gesamt insgesamt alle wenn dann als \
    von aus bei bis statt inklusive inkl zzgl netto brutto umluft heissluft ober \
    par pour et ou en au a le la les est sont mais avec seulement tout si quand de du des par ttc ht chacun chacune \
    por para y o el los las es son pero con solo todo cada entre desde hasta \
    per e ed oppure il lo gli un una ma con solo tutto se da di del della ciascuno \
    ou em no na os as mas com cada um uma do da \
    voor en of op het een is maar met alleen alles als van bij tot \
    za i lub w na do od ale z tylko och eller for pa med ve veya icin и или за на в с по от до для но";
