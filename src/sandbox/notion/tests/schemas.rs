//! Rules of columns: declaring and changing them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::{Value, json};

use super::hold;
use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::schema::{self, Author};

#[test]
fn columns_are_declared_as_notion_takes_them() {
    let pick = |options: Value| json!({"Name": {"title": {}}, "Pick": {"select": {"options": options}}});
    let rules = vec![
        ("a title is enough", json!({"Name": {"title": {}}}), None),
        ("there is a title", json!({"Text": {"rich_text": {}}}), Some("Title is not provided")),
        ("there is one title", json!({"A": {"title": {}}, "B": {"title": {}}}), Some("only one title")),
        (
            "a type is a known one",
            json!({"Name": {"title": {}}, "X": {"poem": {}}}),
            Some("has no type `poem`"),
        ),
        (
            "a column has one type",
            json!({"Name": {"title": {}}, "X": {"url": {}, "email": {}}}),
            Some("one type only"),
        ),
        ("options have names", pick(json!([{"color": "red"}])), Some("name or an id")),
        ("option names hold no comma", pick(json!([{"name": "a,b"}])), Some("commas not allowed")),
        (
            "option names differ by more than case",
            pick(json!([{"name": "a"}, {"name": "A"}])),
            Some("unique"),
        ),
        ("option colours are known ones", pick(json!([{"name": "a", "color": "mauve"}])), Some("color")),
        ("options may say what they are for", pick(json!([{"name": "a", "description": "x"}])), None),
        (
            "the API groups no status",
            json!({"Name": {"title": {}}, "S": {"status": {"options": [{"name": "a", "group": "Complete"}]}}}),
            Some("not present"),
        ),
    ];
    hold(rules, |sent| schema::declared(&At::body(sent), Author::Integration).map(drop));
}

#[test]
fn an_option_left_out_of_a_new_list_is_dropped_and_rows_lose_it() {
    let notion = EmulatedNotion::new();
    let columns =
        json!({"Name": {"title": {}}, "Pick": {"select": {"options": [{"name": "a"}, {"name": "b"}]}}});
    let ids = notion.create_database("Videos", &columns).unwrap();
    let row = notion.add_row(ids.data_source, &json!({"Name": "x", "Pick": "b"})).unwrap();
    notion
        .change_schema(ids.data_source, &json!({"Pick": {"select": {"options": [{"name": "a"}]}}}))
        .unwrap();
    assert_eq!(notion.value(row, "Pick"), Some(Value::Null));
}

#[test]
fn a_column_that_changes_its_type_loses_its_values() {
    let notion = EmulatedNotion::new();
    let columns = json!({"Name": {"title": {}}, "Count": {"number": {}}});
    let ids = notion.create_database("Videos", &columns).unwrap();
    let row = notion.add_row(ids.data_source, &json!({"Name": "x", "Count": 3})).unwrap();
    notion.change_schema(ids.data_source, &json!({"Count": {"checkbox": {}}})).unwrap();
    assert_eq!(notion.value(row, "Count"), Some(json!(false)));
}

#[test]
fn a_person_puts_statuses_into_groups() {
    let notion = EmulatedNotion::new();
    let status = json!({"options": [{"name": "doing", "group": "In progress"}, {"name": "open"}]});
    let columns = json!({"Name": {"title": {}}, "Stage": {"status": status}});
    let ids = notion.create_database("Videos", &columns).unwrap();
    let row = notion.add_row(ids.data_source, &json!({"Name": "x"})).unwrap();
    assert_eq!(notion.words(row, "Stage").unwrap(), "open", "a new row starts in the first group");
    let shown = notion.data_source(ids.data_source).unwrap();
    let groups = &shown["properties"]["Stage"]["status"]["groups"];
    assert_eq!(groups[1]["option_ids"][0], shown["properties"]["Stage"]["status"]["options"][0]["id"]);
}
