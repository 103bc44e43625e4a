//! Titles and free text.

use serde_json::Value as Json;

use super::blank::{is_blank, says_nothing};
use super::input::Input;
use super::invented::{Grounded, holds_names, invention, numbers_stand, without_inventions};
use super::{MAX_TITLE, Refused, Verdict, clean, why, written};
use crate::domain::media::Watched;
use crate::domain::note::{Evidence, Value};
use crate::domain::schema::Column;
use crate::domain::split::shorten;
use crate::domain::words::{amounts, fold, one_line};

/// UTF-16 units of a text property: a cell that is still looked at. Notion takes 100 pieces of 2,000
/// (developers.notion.com/reference/request-limits); split kindly, this is ten to twenty pieces.
const MAX_TEXT: usize = 20_000;

/// How many items of an offered list become lines.
const MAX_LINES: usize = 200;

/// A text longer than this, in words, is prose and no quotation.
const MAX_QUOTED_WORDS: usize = 24;

/// The note's title: the offered one, else what the video itself gives.
pub(super) fn title(offered: &str, input: &Input, watched: &Watched) -> (String, Vec<Refused>) {
    let offered = clean::line(offered.trim_start_matches(['#', ' ']), MAX_TITLE, input);
    let mut refused = Vec::new();
    if !input.is_empty() && is_title(&offered) {
        match invention(&offered, input) {
            None => return (offered, refused),
            Some(why) => refused.push(Refused { offered, why }),
        }
    }
    let own = clean::line(&fallback_title(watched), MAX_TITLE, input);
    let own = if fold(&own).is_empty() { fallback_title(&Watched::default()) } else { own };
    (own, refused)
}

/// Whether a text can stand alone: emoji are no title.
fn is_title(text: &str) -> bool {
    !fold(text).is_empty() && !says_nothing(text)
}

/// A title for a video nobody gave one: its own, else the first line of its caption, of its screen, of
/// what is said, else its platform and author.
pub fn fallback_title(watched: &Watched) -> String {
    let info = &watched.info;
    let first_line = |text: &str| text.lines().map(one_line).find(|line| !fold(line).is_empty());
    let screen = || watched.screen_text.lines.iter().find_map(|line| first_line(&line.text));
    let speech = || watched.transcript.segments.iter().find_map(|segment| first_line(&segment.text));
    let platform = if info.platform.trim().is_empty() { "Video" } else { info.platform.trim() };
    let title = (info.title.as_deref().and_then(first_line))
        .or_else(|| info.caption.as_deref().and_then(first_line))
        .or_else(screen)
        .or_else(speech)
        .unwrap_or_else(|| match info.author.as_deref().map(str::trim) {
            Some(author) if !author.is_empty() => one_line(&format!("{platform} · {author}")),
            _ => one_line(platform),
        });
    shorten(&title, MAX_TITLE)
}

/// The note's own title for a title column nothing was offered for.
pub(super) fn own_title(title: &str, input: &Input) -> Verdict {
    if title.is_empty() {
        return Verdict::nothing();
    }
    Verdict::filled(Value::Title(title.to_owned()), whole_or_quoted(title, input))
}

/// An offered title; one that is none gives way to the note's own.
pub(super) fn title_column(offered: &Json, own: &str, input: &Input) -> Verdict {
    let Json::String(text) = offered else {
        let refused = Verdict::refused(written(offered), why::WRONG_TYPE).refused;
        return Verdict { refused, ..own_title(own, input) };
    };
    let text = clean::line(text.trim_start_matches(['#', ' ']), MAX_TITLE, input);
    if !is_title(&text) || input.is_empty() {
        return own_title(own, input);
    }
    if let Some(why) = invention(&text, input) {
        return Verdict { refused: vec![Refused { offered: text, why }], ..own_title(own, input) };
    }
    let evidence = whole_or_quoted(&text, input);
    Verdict::filled(Value::Title(text), evidence)
}

/// A text, a list of texts as lines, or a number that stands in the input.
pub(super) fn text(column: &Column, offered: &Json, input: &Input) -> Verdict {
    let text = match offered {
        Json::String(text) => text.clone(),
        Json::Number(number) => {
            let number = number.to_string();
            let known = |wanted: f64| input.amount(|amount| amount.reads(wanted));
            let evidence = amounts(&number).first().and_then(|amount| known(amount.value()));
            return match evidence {
                Some(evidence) => Verdict::filled(Value::Text(number), evidence),
                None => Verdict::refused(number, why::NOT_IN_INPUT),
            };
        }
        Json::Array(items) if items.iter().all(|item| item.is_string() || item.is_null()) => {
            let lines = items.iter().filter(|item| !is_blank(item)).filter_map(Json::as_str);
            lines.take(MAX_LINES).collect::<Vec<_>>().join("\n")
        }
        other => return Verdict::refused(written(other), why::WRONG_TYPE),
    };
    let clean = clean::prose(&text, MAX_TEXT, input);
    if says_nothing(&clean) {
        return Verdict::refused(text, why::NOT_IN_INPUT);
    }
    if input.is_empty() && input.words(&clean).is_none() {
        return Verdict::refused(text, why::NOTHING_TO_GO_BY);
    }
    if holds_names(column) {
        return listed_names(&clean, input);
    }
    let Grounded { text: clean, refused } = without_inventions(&clean, input);
    if says_nothing(&clean) {
        return Verdict { value: None, refused };
    }
    let evidence = whole_or_quoted(&clean, input);
    Verdict { value: Some((Value::Text(clean), evidence)), refused }
}

/// Names with commas between them, each of which has to stand in the input.
fn listed_names(text: &str, input: &Input) -> Verdict {
    let parts: Vec<&str> = text
        .split([',', ';', '\n', '&', '/', '、', '，', '；', '،', '؛'])
        .map(str::trim)
        .filter(|part| !fold(part).is_empty())
        .collect();
    let begins_small = |part: &str| part.chars().next().is_some_and(char::is_lowercase);
    let stands = |at: usize, part: &str| {
        let neighbour = |at: usize| parts.get(at).copied();
        let before =
            at.checked_sub(1).and_then(neighbour).and_then(|part| part.split_whitespace().next_back());
        let behind = neighbour(at + 1).and_then(|part| part.split_whitespace().next());
        let is_known = input.knows_name(part) || (begins_small(part) && invention(part, input).is_none());
        is_known && numbers_stand(part, [before, behind], input)
    };
    let (mut kept, mut left) = (Vec::new(), Vec::new());
    for (at, part) in parts.iter().copied().enumerate() {
        if stands(at, part) { kept.push(part) } else { left.push(part) }
    }
    let refused = left
        .iter()
        .map(|part| {
            let why = if input.knows_name(part) { why::NUMBER_NOT_IN_INPUT } else { why::NAME_NOT_IN_INPUT };
            Refused { offered: (*part).to_owned(), why }
        })
        .collect();
    // Untouched where all of it may stay: an address keeps its own commas and lines.
    let text = if left.is_empty() { text.to_owned() } else { kept.join(", ") };
    let evidence = whole_or_quoted(&text, input);
    Verdict { value: (!kept.is_empty()).then_some((Value::Text(text), evidence)), refused }
}

/// Where a quotation stands, or that it is none. A list stands where all of its lines do.
fn whole_or_quoted(text: &str, input: &Input) -> Evidence {
    let quoted = |line: &str| {
        let is_short = line.split_whitespace().nth(MAX_QUOTED_WORDS).is_none();
        if is_short { input.words(line) } else { None }
    };
    let lines = text.lines().filter(|line| !fold(line).is_empty()).take(MAX_LINES);
    let mut stands = lines.map(quoted);
    let first = stands.next().flatten();
    first.filter(|first| stands.all(|other| other.as_ref() == Some(first))).unwrap_or(Evidence::Whole)
}
