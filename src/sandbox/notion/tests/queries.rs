//! Rules of queries: what may be asked, and what comes out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use uuid::Uuid;

use super::{hold, times};
use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;

fn shelf() -> (EmulatedNotion, Uuid) {
    let notion = EmulatedNotion::new();
    let columns = json!({
        "Name": {"title": {}}, "Status": {"select": {"options": [{"name": "pending"}, {"name": "done"}]}},
        "Tags": {"multi_select": {}}, "Count": {"number": {}}, "Day": {"date": {}}, "Done": {"checkbox": {}},
        "Stage": {"status": {}}, "Link": {"url": {}}, "Sum": {"formula": {"expression": "1"}},
    });
    let source = notion.create_database("Videos", &columns).unwrap().data_source;
    for row in [
        json!({"Name": "Apple", "Status": "pending", "Tags": ["red", "round"], "Count": 1, "Day": "2026-01-01"}),
        json!({"Name": "Banana", "Tags": ["long"], "Count": 2, "Done": true, "Link": "https://a.b"}),
        json!({"Name": "Cherry", "Status": "done", "Tags": ["red"], "Count": 3, "Day": "2026-01-03"}),
    ] {
        notion.add_row(source, &row).unwrap();
    }
    (notion, source)
}

fn ask(notion: &EmulatedNotion, source: Uuid, body: &Value) -> Result<Value, ApiError> {
    let me = notion.caller(&notion.token()).unwrap();
    notion.with(|held| held.query(&me, source, &At::body(body), &[]))
}

fn initials(found: &Value) -> String {
    let rows = found.get("results").and_then(Value::as_array).unwrap().iter();
    let initial = |row: &Value| {
        let name = row.pointer("/properties/Name/title/0/plain_text").and_then(Value::as_str);
        name.unwrap_or("?").chars().next().unwrap_or('?')
    };
    rows.map(initial).collect()
}

#[test]
fn a_filter_finds_exactly_the_rows_it_describes() {
    let (notion, source) = shelf();
    let on = |property: &str, word: &str, test: Value| json!({"property": property, word: test});
    for (filter, expected) in [
        (on("Status", "select", json!({"equals": "pending"})), "A"),
        (on("Status", "select", json!({"equals": ["pending", "done"]})), "AC"),
        (on("Status", "select", json!({"does_not_equal": "pending"})), "BC"),
        (on("Status", "select", json!({"is_empty": true})), "B"),
        (on("Status", "select", json!({"is_not_empty": true})), "AC"),
        (on("Stage", "status", json!({"equals": "Not started"})), "ABC"),
        (on("Stage", "status", json!({"is_empty": true})), ""),
        (on("Tags", "multi_select", json!({"contains": "red"})), "AC"),
        (on("Tags", "multi_select", json!({"does_not_contain": "red"})), "B"),
        (on("Count", "number", json!({"greater_than_or_equal_to": 2})), "BC"),
        (on("Count", "number", json!({"equals": 2})), "B"),
        (on("Done", "checkbox", json!({"equals": false})), "AC"),
        (on("Done", "checkbox", json!({"does_not_equal": false})), "B"),
        (on("Name", "title", json!({"contains": "AN"})), "B"),
        (on("Name", "title", json!({"ends_with": "y"})), "C"),
        (on("Link", "url", json!({"is_not_empty": true})), "B"),
        (on("Link", "url", json!({"equals": "https://a.b"})), "B"),
        (on("Day", "date", json!({"after": "2026-01-01"})), "C"),
        (on("Day", "date", json!({"on_or_before": "2026-01-01"})), "A"),
        (on("Day", "date", json!({"is_empty": true})), "B"),
        (json!({"timestamp": "created_time", "created_time": {"past_week": {}}}), "ABC"),
        (json!({"timestamp": "last_edited_time", "last_edited_time": {"after": "2999-01-01"}}), ""),
        (
            json!({"or": [on("Count", "number", json!({"equals": 1})), on("Count", "number", json!({"equals": 3}))]}),
            "AC",
        ),
        (
            json!({"and": [on("Count", "number", json!({"less_than": 3})), on("Done", "checkbox", json!({"equals": true}))]}),
            "B",
        ),
    ] {
        let sorts = json!([{"property": "Name", "direction": "ascending"}]);
        let found = ask(&notion, source, &json!({"filter": filter, "sorts": sorts}));
        assert_eq!(initials(&found.unwrap()), expected, "{filter}");
    }
}

#[test]
fn a_query_notion_does_not_understand_is_refused() {
    let (notion, source) = shelf();
    let on = |property: &str, word: &str, test: Value| json!({"filter": {"property": property, word: test}});
    let leaf = json!({"property": "Count", "number": {"equals": 1}});
    let rules = vec![
        ("nothing asks for all", json!({}), None),
        ("a column exists", on("Nope", "number", json!({"equals": 1})), Some("name or id: Nope")),
        (
            "a type fits its column",
            on("Count", "select", json!({"equals": "x"})),
            Some("does not match filter select"),
        ),
        (
            "an option exists",
            on("Status", "select", json!({"equals": "later"})),
            Some("option \"later\" not found"),
        ),
        (
            "options of a list exist",
            on("Status", "select", json!({"equals": ["done", "later"]})),
            Some("\"later\""),
        ),
        (
            "a status option exists",
            on("Stage", "status", json!({"equals": "later"})),
            Some("not found for property \"Stage\""),
        ),
        ("an operator fits its type", on("Count", "number", json!({"contains": 1})), Some("no operator")),
        (
            "one condition at a time",
            on("Count", "number", json!({"equals": 1, "less_than": 2})),
            Some("exactly one"),
        ),
        ("is_empty is true", on("Status", "select", json!({"is_empty": false})), Some("should be `true`")),
        ("a date is one", on("Day", "date", json!({"after": "soon"})), Some("ISO 8601")),
        ("groups nest once", json!({"filter": {"and": [{"or": [leaf.clone()]}]}}), None),
        ("not twice", json!({"filter": {"and": [{"or": [{"and": [leaf]}]}]}}), Some("two levels")),
        ("a page has 100 rows at most", json!({"page_size": 101}), Some("from 1 to 100")),
        ("and one at least", json!({"page_size": 0}), Some("from 1 to 100")),
        (
            "a cursor is Notion's own",
            json!({"start_cursor": "mine"}),
            Some("start_cursor provided is invalid"),
        ),
        (
            "a sort has a direction",
            json!({"sorts": [{"property": "Name"}]}),
            Some("direction should be defined"),
        ),
        (
            "a sort's column exists",
            json!({"sorts": [{"property": "Nope", "direction": "ascending"}]}),
            Some("Nope"),
        ),
        ("a filter list is bounded", json!({"filter": {"or": times(101, &json!({}))}}), Some("≤ `100`")),
    ];
    hold(rules, |body| ask(&notion, source, body).map(drop));
}

#[test]
fn sorting_puts_empty_values_last_whichever_way() {
    let (notion, source) = shelf();
    for (direction, expected) in [("ascending", "ACB"), ("descending", "CAB")] {
        let body = json!({"sorts": [{"property": "Day", "direction": direction}]});
        assert_eq!(initials(&ask(&notion, source, &body).unwrap()), expected);
    }
}

#[test]
fn a_query_ends_at_its_limit_and_says_so() {
    let (notion, source) = shelf();
    notion.set_query_rows(2);
    let first = ask(&notion, source, &json!({"page_size": 1})).unwrap();
    assert_eq!(first.pointer("/request_status/type"), Some(&json!("complete")));
    let cursor = first.get("next_cursor").unwrap();
    let last = ask(&notion, source, &json!({"page_size": 1, "start_cursor": cursor})).unwrap();
    assert_eq!(last.get("has_more"), Some(&json!(false)));
    assert_eq!(
        last.get("request_status"),
        Some(&json!({"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}))
    );
}
