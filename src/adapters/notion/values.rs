//! Checked values as the JSON a `PATCH /v1/pages/{id}` takes.
//!
//! A value Notion would refuse gives nothing: one refused column would take all others of the row with
//! it. Shapes: <https://developers.notion.com/reference/page-property-values>.

use serde_json::{Number, Value as Json, json};

use super::{ids, text, uploads};
use crate::domain::mapping::StatusColumn;
use crate::domain::note::Value;
use crate::domain::stage::Status;
use crate::domain::thumbnail::FILE_NAME;
use crate::ports::Upload;

/// Longest e-mail address and phone number, in UTF-16 units.
const MAX_CONTACT: usize = 200;

/// Longest name of an option, in UTF-16 units.
const MAX_OPTION: usize = 100;

/// Most options of a multi-select value.
const MAX_OPTIONS: usize = 100;

/// Most pages of a relation.
const MAX_RELATED: usize = 100;

/// The property value on a page that gets this picture; `None` where Notion has no form for this value, or where it
/// is the picture and there is none.
pub(super) fn property_with(value: &Value, picture: Option<&Upload>) -> Option<Json> {
    match value {
        Value::Thumbnail => {
            let mut file = uploads::named(picture?);
            file.as_object_mut()?.insert("name".to_owned(), FILE_NAME.into());
            Some(json!({ "files": [file] }))
        }
        value => property(value),
    }
}

/// The property value by itself; `None` where Notion has no form for this value.
pub(super) fn property(value: &Value) -> Option<Json> {
    match value {
        Value::Title(text) => Some(json!({ "title": text::plain(text) })),
        Value::Text(text) => Some(rich_text(text)),
        Value::Number(number) => as_json(*number).map(|number| json!({ "number": number })),
        Value::Select(name) => option(name).map(|option| json!({ "select": option })),
        Value::MultiSelect(names) => Some(json!({ "multi_select": options(names) })),
        // The name of an option that exists: nothing may be changed about it.
        Value::Status(name) => Some(json!({ "status": { "name": name } })),
        Value::Date(day) => Some(json!({ "date": { "start": day.to_string() } })),
        Value::Url(url) => fitting(url, text::MAX_URL).map(|url| json!({ "url": url })),
        Value::Email(email) => fitting(email, MAX_CONTACT).map(|email| json!({ "email": email })),
        Value::PhoneNumber(phone) => {
            fitting(phone, MAX_CONTACT).map(|phone| json!({ "phone_number": phone }))
        }
        Value::Checkbox(checked) => Some(json!({ "checkbox": checked })),
        Value::Relation(pages) => Some(json!({ "relation": related(pages)? })),
        Value::Place { name, address, at: Some(at) } => Some(json!({ "place": {
            "lat": at.lat, "lon": at.lon, "name": name, "address": address,
        } })),
        // Notion wants latitude and longitude and leaves finding them to the caller. A video gives a name; a point in
        // the sea would be a lie.
        Value::Place { at: None, .. } => None,
        // A page shows files by their names.
        Value::Thumbnail => Some(json!({ "files": [{ "name": FILE_NAME }] })),
    }
}

/// A whole number without a decimal point, as people write it; `None` for what is no number.
fn as_json(number: f64) -> Option<Number> {
    serde_json::from_str(&number.to_string()).ok()
}

/// The value of a text column; an empty text clears it.
pub(super) fn rich_text(text: &str) -> Json {
    json!({ "rich_text": text::plain(text) })
}

/// The value of the status column, where it has an option for this status.
pub(super) fn status(column: &StatusColumn, status: Status) -> Option<Json> {
    let name = column.options.get(&status)?;
    Some(json!({ super::rows::status_type(column.kind): { "name": name } }))
}

/// An option by its very name, blanks and all: any other spelling is another option, which Notion would make. Commas
/// separate options in Notion and stand in no name.
fn option(name: &str) -> Option<Json> {
    let name = fitting(name, MAX_OPTION).filter(|name| !name.contains(','))?;
    Some(json!({ "name": name }))
}

/// Names that differ in case only are one option in Notion.
fn options(names: &[String]) -> Vec<Json> {
    let mut seen = Vec::new();
    names
        .iter()
        .filter(|name| {
            let folded = name.to_lowercase();
            let new = !seen.contains(&folded);
            seen.push(folded);
            new
        })
        .filter_map(|name| option(name))
        .take(MAX_OPTIONS)
        .collect()
}

/// The pages of a relation; `None` where one of them is no page's id.
fn related(pages: &[String]) -> Option<Vec<Json>> {
    let page = |page: &String| ids::checked(page).ok().map(|id| json!({ "id": id }));
    pages.iter().take(MAX_RELATED).map(page).collect()
}

/// A text that is there and not too long; cut in half an address leads nowhere.
fn fitting(text: &str, max_utf16: usize) -> Option<&str> {
    (!text.is_empty() && text.encode_utf16().count() <= max_utf16).then_some(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use chrono::NaiveDate;

    use crate::domain::whereabouts::Point;

    use super::*;

    #[test]
    fn every_value_has_notions_shape() {
        let item = json!([{ "type": "text", "text": { "content": "Pho 24" } }]);
        let names = ["Thai", "thai", "a, b", "", "Cr\u{e8}me\u{a0}br\u{fb}l\u{e9}e", "two  blanks "]
            .map(String::from)
            .to_vec();
        let place = |at| Value::Place { name: "Pho 24".into(), address: None, at };
        let shown = json!({ "place": { "lat": 1.5, "lon": 2.0, "name": "Pho 24", "address": null } });
        for (value, expected) in [
            (Value::Title("Pho 24".into()), json!({ "title": item })),
            (Value::Text("Pho 24".into()), json!({ "rich_text": item })),
            (Value::Text(String::new()), json!({ "rich_text": [] })),
            (Value::Number(3.5), json!({ "number": 3.5 })),
            (Value::Number(20.0), json!({ "number": 20 })),
            (Value::Number(f64::NAN), Json::Null),
            (Value::Select("Thai".into()), json!({ "select": { "name": "Thai" } })),
            (Value::Select("Thai, hot".into()), Json::Null),
            (Value::Select("Thai\u{a0}hot ".into()), json!({ "select": { "name": "Thai\u{a0}hot " } })),
            (Value::Select("x".repeat(101)), Json::Null),
            (
                Value::MultiSelect(names),
                json!({ "multi_select": [
                    { "name": "Thai" }, { "name": "Cr\u{e8}me\u{a0}br\u{fb}l\u{e9}e" }, { "name": "two  blanks " },
                ] }),
            ),
            (Value::Status("Done".into()), json!({ "status": { "name": "Done" } })),
            (
                Value::Date(NaiveDate::from_ymd_opt(2025, 2, 3).unwrap()),
                json!({ "date": { "start": "2025-02-03" } }),
            ),
            (Value::Url("https://example.com/".into()), json!({ "url": "https://example.com/" })),
            (Value::Url("u".repeat(2_001)), Json::Null),
            (Value::Email("a@example.com".into()), json!({ "email": "a@example.com" })),
            (Value::Email("e".repeat(201)), Json::Null),
            (Value::PhoneNumber("+49 30 1".into()), json!({ "phone_number": "+49 30 1" })),
            (Value::Checkbox(false), json!({ "checkbox": false })),
            (place(None), Json::Null),
            (place(Some(Point { lat: 1.5, lon: 2.0 })), shown),
        ] {
            assert_eq!(property(&value).unwrap_or_default(), expected, "{value:?}");
        }
    }

    #[test]
    fn more_than_100_options_are_cut() {
        let names: Vec<String> = (0..150).map(|number| format!("tag {number}")).collect();
        assert_eq!(options(&names).len(), 100);
    }
}
