//! Rules of cell values.

#![expect(clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use chrono::Utc;
use serde_json::{Value, json};

use super::{hold, times, words};
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::schema::{self, Author};
use crate::sandbox::notion::values::{self, Writing};

fn write_as(author: Author, value: &Value) -> Result<(), ApiError> {
    let columns = json!({
        "Name": {"title": {}}, "Text": {"rich_text": {}}, "Number": {"number": {}}, "Link": {"url": {}},
        "Mail": {"email": {}}, "Phone": {"phone_number": {}}, "Day": {"date": {}}, "Done": {"checkbox": {}},
        "Place": {"place": {}}, "Who": {"people": {}}, "Files": {"files": {}},
        "Pick": {"select": {"options": [{"name": "Pending", "color": "red"}]}},
        "Tags": {"multi_select": {"options": [{"name": "a"}]}}, "Stage": {"status": {}},
        "Sum": {"formula": {"expression": "1"}}, "Made": {"created_time": {}}, "Id": {"unique_id": {}},
        "Go": {"button": {}},
    });
    let mut columns = schema::declared(&At::body(&columns), Author::Person)?;
    let uploads = BTreeMap::new();
    let writing = Writing { author, uploads: &uploads, now: Utc::now() };
    for (key, value) in value.as_object().into_iter().flatten() {
        let place = At { path: format!("body.properties.{key}"), value };
        let column = columns.iter_mut().find(|column| column.answers_to(key));
        values::write(column.ok_or_else(|| schema::unknown(key))?, &place, &writing)?;
    }
    Ok(())
}

#[test]
fn plain_cells_take_what_notion_takes_and_refuse_the_rest() {
    let long = "x".repeat(2001);
    let rules = vec![
        ("a title holds words", json!({"Name": {"title": words("x")}}), None),
        ("a text of 2000 characters fits", json!({"Text": {"rich_text": words(&"x".repeat(2000))}}), None),
        (
            "a text of 2001 does not",
            json!({"Text": {"rich_text": words(&long)}}),
            Some("≤ `2000`, instead was `2001`"),
        ),
        ("an emoji counts as two", json!({"Text": {"rich_text": words(&"😀".repeat(1001))}}), Some("`2002`")),
        ("100 pieces fit", json!({"Text": {"rich_text": times(100, &words("x")[0])}}), None),
        ("101 pieces do not", json!({"Text": {"rich_text": times(101, &words("x")[0])}}), Some("≤ `100`")),
        (
            "a link of a text is a URL",
            json!({"Text": {"rich_text": [{"text": {"content": "x", "link": {"url": "x"}}}]}}),
            Some("Invalid URL for link"),
        ),
        (
            "a link of a text is an object",
            json!({"Text": {"rich_text": [{"text": {"content": "x", "link": "https://a.b"}}]}}),
            Some("should be an object"),
        ),
        (
            "a colour is a known one",
            json!({"Text": {"rich_text": [{"text": {"content": "x"}, "annotations": {"color": "mauve"}}]}}),
            Some("color"),
        ),
        ("words are not a bare string", json!({"Text": {"rich_text": "x"}}), Some("should be an array")),
        ("a number is a number", json!({"Number": {"number": 1.5}}), None),
        ("a number is no text", json!({"Number": {"number": "1"}}), Some("should be a number")),
        ("a URL is a URL", json!({"Link": {"url": "https://a.b/c"}}), None),
        ("a URL is not just words", json!({"Link": {"url": "see below"}}), Some("valid URL")),
        ("a URL is not empty", json!({"Link": {"url": ""}}), Some("length")),
        (
            "a URL of 2001 is too long",
            json!({"Link": {"url": format!("https://a.b/{}", "x".repeat(1989))}}),
            Some("≤ `2000`"),
        ),
        ("a URL is emptied with null", json!({"Link": {"url": null}}), None),
        ("an e-mail of 200 fits", json!({"Mail": {"email": "x".repeat(200)}}), None),
        ("an e-mail of 201 does not", json!({"Mail": {"email": "x".repeat(201)}}), Some("≤ `200`")),
        (
            "a phone number of 201 does not fit",
            json!({"Phone": {"phone_number": "1".repeat(201)}}),
            Some("≤ `200`"),
        ),
        ("a day is a date", json!({"Day": {"date": {"start": "2026-01-31"}}}), None),
        ("a moment is a date", json!({"Day": {"date": {"start": "2026-01-31T10:00:00Z"}}}), None),
        ("a day that never was is none", json!({"Day": {"date": {"start": "2026-02-31"}}}), Some("ISO 8601")),
        ("a date is an object", json!({"Day": {"date": "2026-01-31"}}), Some("should be an object")),
        ("a tick is a boolean", json!({"Done": {"checkbox": "yes"}}), Some("should be a boolean")),
        ("a tick cannot be null", json!({"Done": {"checkbox": null}}), Some("should be defined")),
        (
            "a place has coordinates",
            json!({"Place": {"place": {"name": "home"}}}),
            Some("lat should be defined"),
        ),
        ("people are ids", json!({"Who": {"people": [{"id": "me"}]}}), Some("valid uuid")),
        (
            "a file has a name and a URL",
            json!({"Files": {"files": [{"name": "a", "external": {"url": "https://a.b"}}]}}),
            None,
        ),
        (
            "a file without a name is refused",
            json!({"Files": {"files": [{"external": {"url": "https://a.b"}}]}}),
            Some("name"),
        ),
        (
            "an unknown upload is refused",
            json!({"Files": {"files": [{"name": "a", "file_upload": {"id": "00000000-0000-4000-8000-000000000000"}}]}}),
            Some("Could not find file_upload"),
        ),
    ];
    hold(rules, |value| write_as(Author::Integration, value));
}

#[test]
fn cells_with_options_and_computed_ones_hold_to_their_rules() {
    let option =
        |count: usize| (0..count).map(|index| json!({"name": format!("t{index}")})).collect::<Value>();
    let rules = vec![
        ("a select takes a new name", json!({"Pick": {"select": {"name": "Other"}}}), None),
        ("a select takes no comma", json!({"Pick": {"select": {"name": "a,b"}}}), Some("commas not allowed")),
        (
            "a select takes no twin in other case",
            json!({"Pick": {"select": {"name": "pending"}}}),
            Some("unique"),
        ),
        (
            "a select takes no other colour",
            json!({"Pick": {"select": {"name": "Pending", "color": "blue"}}}),
            Some("color doesn't match existing"),
        ),
        ("a select takes no unknown id", json!({"Pick": {"select": {"id": "zzz"}}}), Some("does not exist")),
        (
            "a select takes no name of 101",
            json!({"Pick": {"select": {"name": "x".repeat(101)}}}),
            Some("≤ `100`"),
        ),
        ("a select takes no list", json!({"Pick": {"select": [{"name": "a"}]}}), Some("should be an object")),
        ("100 tags fit", json!({"Tags": {"multi_select": option(100)}}), None),
        ("101 tags do not", json!({"Tags": {"multi_select": option(101)}}), Some("≤ `100`")),
        ("tags are not null", json!({"Tags": {"multi_select": null}}), Some("should be defined")),
        ("a status takes its own names", json!({"Stage": {"status": {"name": "Done"}}}), None),
        (
            "a status makes no new name",
            json!({"Stage": {"status": {"name": "Cooking"}}}),
            Some("Status option \"Cooking\" does not exist"),
        ),
        (
            "a status is exact about case",
            json!({"Stage": {"status": {"name": "done"}}}),
            Some("does not exist"),
        ),
        ("a formula is read-only", json!({"Sum": {"formula": {"number": 1}}}), Some("read-only")),
        ("a creation time is read-only", json!({"Made": {"created_time": "2026-01-01"}}), Some("read-only")),
        ("a unique id is read-only", json!({"Id": {"unique_id": {"number": 1}}}), Some("read-only")),
        ("a button is read-only", json!({"Go": {"button": {}}}), Some("read-only")),
        (
            "a value of another type is refused",
            json!({"Number": {"checkbox": true}}),
            Some("Number is expected to be number."),
        ),
        (
            "a column nobody made is refused",
            json!({"Nope": {"number": 1}}),
            Some("Nope is not a property that exists."),
        ),
    ];
    hold(rules, |value| write_as(Author::Integration, value));
}

#[test]
fn a_person_may_type_anything_into_a_url_column() {
    hold(vec![("words in a URL column", json!({"Link": {"url": "see below"}}), None)], |value| {
        write_as(Author::Person, value)
    });
}
