//! What stands in the video for one column: found by the words of its name and description.

use serde_json::{Value as Json, json};

use super::passages::Passages;
use crate::domain::media::Watched;
use crate::domain::schema::{ChoiceOption, Column, ColumnKind};
use crate::domain::words::{Amount, amounts, contains_words, emails, fold, is_currency, links, phones};

/// Names of columns that want the summary, folded, in some languages.
const SUMMARY_NAMES: [&str; 9] = [
    "summary",
    "abstract",
    "zusammenfassung",
    "resumen",
    "resume",
    "riassunto",
    "resumo",
    "samenvatting",
    "tl dr",
];

/// Names of columns that want the day of publication, folded.
const PUBLISHED_NAMES: [&str; 7] =
    ["published", "publication", "posted", "uploaded", "upload date", "veroffentlicht", "publicado"];

/// So many letters in common make `serves` and `servings` the same word.
const COMMON_LETTERS: usize = 4;

/// The value for a column, where a rule finds one.
pub(super) fn value(
    column: &Column,
    title: &str,
    summary: &str,
    passages: &Passages,
    watched: &Watched,
) -> Option<Json> {
    match &column.kind {
        ColumnKind::Title => Some(json!(title)),
        ColumnKind::RichText if is_named(column, &SUMMARY_NAMES) => Some(json!(summary)),
        ColumnKind::RichText => text(column, passages),
        ColumnKind::Number { format } => number(column, format, passages),
        ColumnKind::Select { options } | ColumnKind::Status { options } => {
            chosen(options, passages).first().map(|name| json!(name))
        }
        ColumnKind::MultiSelect { options } => {
            let names = chosen(options, passages);
            (!names.is_empty()).then(|| json!(names))
        }
        ColumnKind::Date if is_named(column, &PUBLISHED_NAMES) => {
            watched.info.published.map(|day| json!(day))
        }
        ColumnKind::Url => first(passages, |text| links(text).first().map(|link| (*link).to_owned())),
        ColumnKind::Email => first(passages, |text| emails(text).first().map(|email| (*email).to_owned())),
        ColumnKind::PhoneNumber => {
            first(passages, |text| phones(text).first().map(|phone| phone.text.to_owned()))
        }
        ColumnKind::Checkbox => {
            passages.all().any(|text| contains_words(text, &column.name)).then(|| json!(true))
        }
        ColumnKind::Date
        | ColumnKind::Place
        | ColumnKind::Files
        | ColumnKind::Relation
        | ColumnKind::Other { .. } => None,
    }
}

/// Whether the column's name or the beginning of its description is one of these.
fn is_named(column: &Column, names: &[&str]) -> bool {
    let (name, description) = (fold(&column.name), fold(&column.description));
    names.iter().any(|known| contains_words(&name, known) || description.starts_with(known))
}

/// What is shown under a heading of this name, else the first sentence that has the name in it.
fn text(column: &Column, passages: &Passages) -> Option<Json> {
    let under_heading = passages.shown.iter().find_map(|screen| {
        let (heading, lines) = screen.lines.split_first()?;
        (contains_words(heading, &column.name) && !lines.is_empty()).then(|| lines.join(", "))
    });
    let sentence = || passages.all().find(|text| contains_words(text, &column.name)).map(str::to_owned);
    under_heading.or_else(sentence).map(|text| json!(text))
}

/// A number that stands beside a word of the column, or an amount in the column's currency.
fn number(column: &Column, format: &str, passages: &Passages) -> Option<Json> {
    let names: Vec<String> = fold(&column.name).split(' ').map(str::to_owned).collect();
    let fits = |text: &str, amount: &Amount| {
        if is_currency(format) {
            return amount.currency == Some(format);
        }
        let before = text
            .get(..amount.start)
            .and_then(|before| fold(before).split(' ').next_back().map(str::to_owned));
        names
            .iter()
            .any(|name| akin(name, &amount.unit) || before.as_deref().is_some_and(|word| akin(name, word)))
    };
    passages
        .all()
        .find_map(|text| amounts(text).into_iter().find(|amount| fits(text, amount)))
        .map(|amount| json!(amount.value()))
}

/// Whether two folded words are forms of one word.
fn akin(one: &str, other: &str) -> bool {
    let common = one.chars().zip(other.chars()).take_while(|(left, right)| left == right).count();
    one == other || common >= COMMON_LETTERS
}

/// The options named in a hashtag or in any passage.
fn chosen<'a>(options: &'a [ChoiceOption], passages: &Passages) -> Vec<&'a str> {
    let named = |option: &&ChoiceOption| {
        let tagged = passages.hashtags.iter().any(|tag| fold(tag) == fold(&option.name).replace(' ', ""));
        tagged || passages.all().any(|text| contains_words(text, &option.name))
    };
    options.iter().filter(named).map(|option| option.name.as_str()).collect()
}

fn first(passages: &Passages, find: impl Fn(&str) -> Option<String>) -> Option<Json> {
    passages.all().find_map(find).map(|found| json!(found))
}
