//! Fact columns: numbers beside the column's own word, addresses, days, places marked as such.

use serde_json::{Value as Json, json};

use super::material::{Material, Passage, cues};
use crate::domain::schema::Column;
use crate::domain::words::{
    Amount, amounts, dates, emails, fold, folded_contains, is_currency, links, one_line, phones, web_address,
};

/// Units and the other words they go by, all folded.
const UNITS: [&[&str]; 12] = [
    &["minute", "min", "minuten", "minuto", "minuti", "time"],
    &["hour", "h", "hr", "stunden", "heure", "hora", "ora"],
    &["second", "sec", "s", "sekunden", "seconde", "segundo"],
    &[
        "serving",
        "serve",
        "portion",
        "portionen",
        "personen",
        "people",
        "person",
        "personne",
        "persona",
        "yield",
    ],
    &["calory", "kcal", "cal", "kalorien", "caloria"],
    &["gram", "g", "gramm", "gramme", "gramo"],
    &["kilo", "kg", "kilogram"],
    &["rep", "repetition", "wiederholungen", "repeticione"],
    &["set", "satze", "serie", "sery"],
    &["round", "runden", "tour", "ronda"],
    &["step", "schritte", "etape", "paso"],
    &["km", "kilometer", "kilometre", "distance"],
];

/// How far before its number a word may stand, in words: `prep time is about 20`.
const REACH: usize = 4;

/// The number that stands with the column's own unit or behind its own word.
pub(super) fn number(column: &Column, format: &str, material: &Material) -> Option<f64> {
    let (name, description) = cues(column);
    let found = |cues: &[String]| {
        let wanted = synonyms(cues);
        material.passages().find_map(|passage| {
            let amounts = amounts(&passage.text);
            let by_unit = amounts.iter().find(|amount| wanted.contains(&amount.unit));
            by_unit.or_else(|| amounts.iter().find(|amount| follows(amount, passage, &wanted))).cloned()
        })
    };
    if is_currency(format) {
        let money = |amount: &&Amount| amount.currency.is_some_and(|currency| format.ends_with(currency));
        let texts = material.texts();
        return texts.flat_map(amounts).find(|amount| money(&amount)).map(|amount| amount.value());
    }
    if format == "percent" {
        return material
            .texts()
            .flat_map(amounts)
            .find(|amount| amount.percent)
            .map(|amount| amount.value() / 100.0);
    }
    let cues = [name, description];
    // A column of hours is answered in hours, whatever the video counts in.
    let in_hours = cues.iter().flatten().any(|cue| cue == "hour");
    let in_time = |amount: &Amount| {
        let converted = if in_hours { amount.as_time.get(1) } else { amount.as_time.first() };
        converted.copied().unwrap_or_else(|| amount.value())
    };
    length(&cues, material)
        .or_else(|| cues.iter().find_map(|cues| found(cues)).map(|amount| in_time(&amount)))
}

/// The words a column's words go by.
fn synonyms(cues: &[String]) -> Vec<String> {
    let group = |cue: &String| UNITS.iter().find(|names| names.contains(&cue.as_str()));
    let others = cues.iter().filter_map(group).flat_map(|names| names.iter().map(|name| (*name).to_owned()));
    let time =
        |cue: &&String| matches!(cue.as_str(), "hour" | "minute" | "time" | "duration" | "prep" | "cook");
    let times = cues.iter().any(|cue| time(&cue)).then_some(["minute", "min", "hour", "h", "hr"]);
    cues.iter().cloned().chain(others).chain(times.into_iter().flatten().map(str::to_owned)).collect()
}

/// Whether one of the words stands shortly before a number, with no other number between them.
fn follows(amount: &Amount, passage: &Passage, wanted: &[String]) -> bool {
    let before = fold(passage.text.get(..amount.start).unwrap_or_default());
    let near = before
        .split(' ')
        .rev()
        .take(REACH)
        .take_while(|word| !word.starts_with(|letter: char| letter.is_ascii_digit()));
    near.into_iter().any(|word| wanted.iter().any(|cue| cue == word))
}

/// The video's own length in seconds, for a column that asks for it.
fn length(cues: &[Vec<String>; 2], material: &Material) -> Option<f64> {
    let asks = |names: &[&str]| cues.iter().flatten().any(|cue| names.contains(&cue.as_str()));
    (asks(&["length", "duration", "runtime", "dauer"]) && asks(&["second", "sekunden", "runtime"]))
        .then_some(material.info.duration)
        .flatten()
        .map(f64::round)
}

/// The day of publication for a column that asks for it or for no other day, else the first day that is
/// named clearly.
pub(super) fn date(column: &Column, material: &Material) -> Option<String> {
    const PUBLISHED: [&str; 12] = [
        "published",
        "posted",
        "uploaded",
        "publication",
        "upload",
        "post",
        "veroffentlicht",
        "publie",
        "publicado",
        "pubblicato",
        "date",
        "datum",
    ];
    const OTHER: [&str; 12] = [
        "event", "deadline", "due", "start", "end", "until", "expire", "expiry", "opening", "when", "termin",
        "release",
    ];
    let words = fold(&format!("{} {}", column.name, column.description));
    let asks = |names: &[&str]| names.iter().any(|name| folded_contains(&words, &fold(name)));
    let published = material.info.published;
    if asks(&OTHER) {
        let days = material.texts().flat_map(|text| dates(text, published));
        return days
            .filter(|found| found.clear)
            .find_map(|found| found.days.first().map(ToString::to_string));
    }
    published.filter(|_| asks(&PUBLISHED)).map(|day| day.to_string())
}

/// The first link that is written, shown or said; the video's own page where the column asks for that.
pub(super) fn url(column: &Column, material: &Material) -> Option<String> {
    const OWN: [&str; 6] = ["video", "post", "original", "tiktok", "instagram", "youtube"];
    let name = fold(&column.name);
    if OWN.iter().any(|own| folded_contains(&name, own)) {
        return material.info.page_url.clone();
    }
    let mut found = material.texts().flat_map(links).filter(|link| web_address(link).is_some());
    found.next().map(str::to_owned)
}

/// The first e-mail address.
pub(super) fn email(material: &Material) -> Option<String> {
    material.texts().flat_map(emails).next().map(str::to_owned)
}

/// The first number that is a phone number for sure.
pub(super) fn phone(material: &Material) -> Option<String> {
    material.texts().flat_map(phones).find(|phone| phone.sure).map(|phone| phone.text.to_owned())
}

/// Whether the video says of itself what the checkbox is called, and does not deny it.
pub(super) fn checkbox(column: &Column, material: &Material) -> bool {
    const DENIALS: [&str; 10] = ["not", "no", "non", "isnt", "nicht", "kein", "keine", "pas", "sin", "senza"];
    let (name, _) = cues(column);
    let name = name.join(" ");
    if name.is_empty() {
        return false;
    }
    let tagged = material.hashtags.contains(&name.replace(' ', ""));
    let mut said = material.passages().filter(|passage| folded_contains(&passage.folded, &name));
    let denied = |passage: &Passage| {
        let before = passage.folded.split(&name).next().unwrap_or_default();
        before.split(' ').rev().filter(|word| !word.is_empty()).take(2).any(|word| DENIALS.contains(&word))
    };
    tagged || said.any(|passage| !denied(passage))
}

/// What stands behind a 📍: a name, and an address behind the first comma.
pub(super) fn place(material: &Material) -> Option<Json> {
    let pinned = material
        .texts()
        .flat_map(str::lines)
        .find_map(|line| line.split_once('📍').map(|(_, behind)| behind))?;
    let pinned = one_line(pinned.split(['#', '|', '📍']).next()?);
    let (name, address) = pinned.split_once(',').unwrap_or((pinned.as_str(), ""));
    Some(json!({ "name": name.trim(), "address": address.trim() })).filter(|_| !fold(name).is_empty())
}
