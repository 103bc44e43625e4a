//! Facts: numbers, days, addresses, places. Each has to stand in the input; the input's own writing of an
//! address is what is kept.

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::input::Input;
use super::sources::{plain_digits, without_phones};
use super::{Verdict, clean, why, written};
use crate::domain::note::{Evidence, Value};
use crate::domain::schema::Column;
use crate::domain::split::utf16_len;
use crate::domain::words::{
    DateFound, Measure, amounts, dates, emails, fold, folded_contains, links, phones, web_address,
};

/// UTF-16 units of a web address (developers.notion.com/reference/request-limits).
const MAX_URL: usize = 2_000;

/// UTF-16 units of an e-mail address or phone number (developers.notion.com/reference/request-limits).
const MAX_ADDRESS: usize = 200;

/// UTF-16 units of a place's name and of its address; Notion names no limit, people need no more.
const MAX_PLACE: usize = 200;

/// How much of an offered fact is looked at, in characters: a fact is short.
const MAX_LOOKED_AT: usize = 2_500;

fn text_of(offered: &Json) -> Option<String> {
    offered.as_str().map(|text| text.chars().take(MAX_LOOKED_AT).collect())
}

/// A number, or the first number in a text that the input knows, in the unit the column asks for.
pub(super) fn number(column: &Column, format: &str, offered: &Json, input: &Input) -> Verdict {
    let measure = Measure::of(&column.name, &column.description, format);
    let candidates: Vec<f64> = match offered {
        Json::Number(number) => number.as_f64().into_iter().filter(|number| number.is_finite()).collect(),
        Json::String(_) => {
            let text = without_phones(&text_of(offered).unwrap_or_default(), |phone| phone.sure);
            let found = amounts(&plain_digits(&text));
            let fitting: Vec<f64> = found.iter().flat_map(|amount| measure.numbers(amount)).collect();
            if fitting.is_empty() && !found.is_empty() {
                return Verdict::refused(written(offered), why::OTHER_UNIT);
            }
            fitting
        }
        _ => return Verdict::refused(written(offered), why::WRONG_TYPE),
    };
    if candidates.is_empty() {
        return Verdict::refused(written(offered), why::NO_NUMBER);
    }
    let found = candidates.iter().find_map(|number| match format {
        "percent" => percent(*number, &measure, input),
        _ => known(*number, &measure, input),
    });
    match found {
        Some((number, evidence)) => Verdict::filled(Value::Number(number), evidence),
        None if candidates.iter().any(|number| input.says_number(*number)) => {
            Verdict::refused(written(offered), why::OTHER_UNIT)
        }
        None => Verdict::refused(written(offered), why::NOT_IN_INPUT),
    }
}

/// The number the column holds where the input states what was offered, and where it does. One that is stated
/// in another unit of the same kind is converted.
fn known(number: f64, measure: &Measure, input: &Input) -> Option<(f64, Evidence)> {
    let same = |one: f64| (one - number).abs() <= 1e-9 * one.abs().max(number.abs()).max(1.0);
    let stated = input.amount(|amount| measure.numbers(amount).into_iter().any(same));
    let length = || (measure.is_time() && input.is_length(number)).then_some(Evidence::Platform);
    if let Some(evidence) = stated.or_else(length) {
        return Some((number, evidence));
    }
    input.amount_as(|amount| measure.numbers(amount).first().copied().filter(|_| amount.reads(number)))
}

/// Notion keeps 20 % as 0.2; a model may say either.
fn percent(number: f64, measure: &Measure, input: &Input) -> Option<(f64, Evidence)> {
    let stated = |wanted: f64| input.amount(|amount| amount.percent && amount.reads(wanted));
    let bare = || input.amount(|amount| amount.reads(number) && !measure.numbers(amount).is_empty());
    let scaled = if number.abs() > 1.0 { number / 100.0 } else { number };
    stated(number)
        .map(|evidence| (number / 100.0, evidence))
        .or_else(|| stated(number * 100.0).map(|evidence| (number, evidence)))
        .or_else(|| bare().map(|evidence| (scaled, evidence)))
}

/// A day: named in the input, or the day of publication.
pub(super) fn date(offered: &Json, input: &Input) -> Verdict {
    let Some(text) = text_of(offered) else {
        return Verdict::refused(written(offered), why::WRONG_TYPE);
    };
    let found = dates(&text, input.published());
    if found.is_empty() {
        return Verdict::refused(text, why::NO_DAY);
    }
    let mut unclear = false;
    for day in &found {
        match known_day(day, input) {
            Ok(Some((day, evidence))) => return Verdict::filled(Value::Date(day), evidence),
            Ok(None) => {}
            Err(Unclear) => unclear = true,
        }
    }
    Verdict::refused(text, if unclear { why::TWO_DAYS } else { why::NOT_IN_INPUT })
}

/// Two days fit what was offered.
struct Unclear;

fn known_day(offered: &DateFound, input: &Input) -> Result<Option<(NaiveDate, Evidence)>, Unclear> {
    // "Today" has to be said; the date of the publication is known anyway.
    let place = |day| if offered.relative { input.named_day(day) } else { input.day(day) };
    let mut known = offered.days.iter().filter_map(|day| place(*day).map(|evidence| (*day, evidence)));
    let first = known.next();
    if !offered.clear && known.next().is_some() {
        return Err(Unclear);
    }
    Ok(first)
}

/// A link of the input, or the page of the video itself.
pub(super) fn url(offered: &Json, input: &Input) -> Verdict {
    let Some(text) = text_of(offered) else {
        return Verdict::refused(written(offered), why::WRONG_TYPE);
    };
    let inside = links(&text);
    let mut candidates = std::iter::once(text.trim()).chain(inside.iter().copied());
    match candidates.find_map(|link| input.link(link)) {
        Some((address, _)) if utf16_len(address) > MAX_URL => Verdict::refused(text, why::TOO_LONG),
        Some((address, evidence)) => Verdict::filled(Value::Url(address.to_owned()), evidence),
        None if inside.is_empty() && web_address(&text).is_none() => Verdict::refused(text, why::NO_LINK),
        None => Verdict::refused(text, why::NOT_IN_INPUT),
    }
}

/// An e-mail address of the input.
pub(super) fn email(offered: &Json, input: &Input) -> Verdict {
    let Some(text) = text_of(offered) else {
        return Verdict::refused(written(offered), why::WRONG_TYPE);
    };
    let inside = emails(&text);
    match inside.iter().find_map(|address| input.email(address)) {
        Some((address, _)) if utf16_len(&address) > MAX_ADDRESS => Verdict::refused(text, why::TOO_LONG),
        Some((address, evidence)) => Verdict::filled(Value::Email(address), evidence),
        None if inside.is_empty() => Verdict::refused(text, why::NO_EMAIL),
        None => Verdict::refused(text, why::NOT_IN_INPUT),
    }
}

/// A phone number of the input: the same digits, as the input writes them.
pub(super) fn phone(offered: &Json, input: &Input) -> Verdict {
    let text = match offered {
        Json::String(_) => text_of(offered).unwrap_or_default(),
        Json::Number(number) if number.is_u64() => number.to_string(),
        _ => return Verdict::refused(written(offered), why::WRONG_TYPE),
    };
    let inside = phones(&text);
    match inside.iter().find_map(|phone| input.phone(&phone.digits())) {
        Some((number, _)) if utf16_len(&number) > MAX_ADDRESS => Verdict::refused(text, why::TOO_LONG),
        Some((number, evidence)) => Verdict::filled(Value::PhoneNumber(number), evidence),
        None if inside.is_empty() => Verdict::refused(text, why::NO_PHONE),
        None => Verdict::refused(text, why::NOT_IN_INPUT),
    }
}

/// Yes or no, about the whole video.
pub(super) fn checkbox(offered: &Json, input: &Input) -> Verdict {
    let answer = match offered {
        Json::Bool(answer) => Some(*answer),
        Json::String(text) => match fold(text).as_str() {
            "yes" | "true" | "ja" | "oui" | "si" | "sim" => Some(true),
            "no" | "false" | "nein" | "non" | "nao" | "nee" => Some(false),
            _ => None,
        },
        _ => None,
    };
    match answer {
        Some(_) if input.is_empty() => Verdict::refused(written(offered), why::NOTHING_TO_GO_BY),
        Some(answer) => Verdict::filled(Value::Checkbox(answer), Evidence::Whole),
        None => Verdict::refused(written(offered), why::WRONG_TYPE),
    }
}

/// A place whose name stands in the input; its address is kept when that does, too.
pub(super) fn place(offered: &Json, input: &Input) -> Verdict {
    let part = |key: &str| offered.get(key).and_then(text_of).unwrap_or_default();
    let (name, address) = match offered {
        Json::String(_) => (text_of(offered).unwrap_or_default(), String::new()),
        Json::Object(_) => (part("name"), part("address")),
        _ => return Verdict::refused(written(offered), why::WRONG_TYPE),
    };
    let (name, address) = match name.split_once(',') {
        // "Da Enzo, Via dei Vascellari 29": the name alone, when the whole stands nowhere together.
        Some((first, rest)) if input.words(&name).is_none() || !address.is_empty() => {
            let rest = if address.is_empty() { rest.to_owned() } else { address };
            (first.to_owned(), rest)
        }
        _ => (name, address),
    };
    let (name, address) = (clean::line(&name, MAX_PLACE, input), clean::line(&address, MAX_PLACE, input));
    let Some(evidence) = input.words(&name) else {
        return Verdict::refused(written(offered), why::NOT_IN_INPUT);
    };
    let repeated = folded_contains(&fold(&name), &fold(&address));
    let address = Some(address).filter(|address| !repeated && input.words(address).is_some());
    Verdict::filled(Value::Place { name, address, at: None }, evidence)
}
