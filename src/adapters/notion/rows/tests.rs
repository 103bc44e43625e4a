#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
use std::collections::BTreeMap;

use super::*;
use crate::domain::mapping::StatusColumn;
use crate::failure::Kind;

fn mapping() -> Mapping {
    Mapping {
        link: "link".into(),
        status: StatusColumn {
            id: "status".into(),
            kind: StatusKind::Select,
            options: BTreeMap::from([(Status::Pending, "pending".into())]),
        },
        title: "title".into(),
        reason: Some("reason".into()),
        tag: None,
        open: Vec::new(),
    }
}

fn page(properties: &Value) -> Value {
    json!({ "object": "page", "id": "p", "in_trash": false, "archived": false, "cover": null, "properties": properties })
}

/// A page with the mapped columns filled and one more column, called `x`.
fn page_with(kind: &str, value: &Value) -> Value {
    page(&json!({
        "Link": { "id": "link", "type": "url", "url": " https://example.com/v " },
        "Status": { "id": "status", "type": "select", "select": { "id": "1", "name": "pending", "color": "red" } },
        "Reason": { "id": "reason", "type": "rich_text", "rich_text": [{ "plain_text": "No " }, { "plain_text": "luck" }] },
        "X": { "id": "x", "type": kind, kind: value },
    }))
}

#[test]
fn a_page_becomes_a_row() {
    let row = row(&page_with("number", &Value::Null), &mapping()).unwrap();
    assert_eq!(row.page, "p");
    assert_eq!(row.link.as_deref(), Some("https://example.com/v"));
    assert_eq!(row.status.as_deref(), Some("pending"));
    assert_eq!(row.reason.as_deref(), Some("No luck"));
    let filled: Vec<&str> =
        row.columns.iter().filter(|(_, held)| !held.empty).map(|(id, _)| id.as_str()).collect();
    assert_eq!(filled, ["link", "reason", "status"]);
    assert!(!row.in_trash);
}

#[test]
fn every_type_of_column_is_known_to_be_filled_or_empty() {
    let (empty, filled) = (false, true);
    for (kind, value, expected) in [
        ("title", json!([]), empty),
        ("title", json!([{ "plain_text": " \n" }]), empty),
        ("title", json!([{ "type": "mention", "plain_text": "@Ann" }]), filled),
        ("rich_text", json!([]), empty),
        ("rich_text", json!([{ "plain_text": "x" }]), filled),
        ("number", json!(null), empty),
        ("number", json!(0), filled),
        ("select", json!(null), empty),
        ("select", json!({ "id": "1", "name": "A" }), filled),
        ("status", json!({ "id": "1", "name": "A" }), filled),
        ("multi_select", json!([]), empty),
        ("multi_select", json!([{ "name": "A" }]), filled),
        ("date", json!(null), empty),
        ("date", json!({ "start": "2025-01-01" }), filled),
        ("url", json!(null), empty),
        ("url", json!(""), empty),
        ("url", json!("https://example.com"), filled),
        ("email", json!("a@example.com"), filled),
        ("phone_number", json!(null), empty),
        ("checkbox", json!(false), empty),
        ("checkbox", json!(true), filled),
        ("people", json!([]), empty),
        ("files", json!([{ "name": "a" }]), filled),
        ("relation", json!([]), empty),
        ("relation", json!([{ "id": "1" }]), filled),
        ("place", json!(null), empty),
        ("place", json!({ "lat": 1.0, "lon": 2.0 }), filled),
        ("formula", json!({ "type": "string", "string": null }), filled),
        ("something_new", json!({}), filled),
    ] {
        let row = row(&page_with(kind, &value), &mapping()).unwrap();
        assert_eq!(row.columns.get("x").is_some_and(|held| !held.empty), expected, "{kind} {value}");
    }
}

#[test]
fn an_empty_row_has_neither_link_nor_status() {
    let properties = json!({
        "Link": { "id": "link", "type": "url", "url": null },
        "Status": { "id": "status", "type": "select", "select": null },
        "Reason": { "id": "reason", "type": "rich_text", "rich_text": [] },
    });
    let row = row(&page(&properties), &mapping()).unwrap();
    assert!(row.columns.len() == 3 && row.columns.values().all(|held| held.empty), "{row:?}");
    assert_eq!(row, Row { page: "p".into(), columns: row.columns.clone(), ..Row::default() });
}

#[test]
fn a_cover_is_there_unless_the_page_says_that_there_is_none() {
    for (cover, expected) in [
        (json!(null), false),
        (json!({ "type": "external", "external": { "url": "https://example.com/a.png" } }), true),
        (json!({ "type": "file", "file": { "url": "https://example.com/a.png" } }), true),
    ] {
        let mut covered = page_with("number", &Value::Null);
        covered["cover"] = cover;
        assert_eq!(row(&covered, &mapping()).unwrap().has_cover, expected, "{covered}");
        covered.as_object_mut().unwrap().remove("cover");
        assert!(row(&covered, &mapping()).unwrap().has_cover, "one that is not told of is not replaced");
    }
}

#[test]
fn a_row_in_the_trash_is_told_by_either_name() {
    for field in ["in_trash", "archived"] {
        let mut trashed = page_with("number", &Value::Null);
        trashed[field] = json!(true);
        assert!(row(&trashed, &mapping()).unwrap().in_trash);
    }
}

#[test]
fn a_mapped_column_that_is_gone_or_changed_its_type_is_told() {
    let link = json!({ "id": "link", "type": "url", "url": null });
    let status = json!({ "id": "status", "type": "status", "status": null });
    for properties in [json!({}), json!({ "Link": link }), json!({ "Link": link, "Status": status })] {
        let failure = row(&page(&properties), &mapping()).unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::SchemaChanged));
    }
}

#[test]
fn the_filter_asks_for_links_whose_status_is_empty_or_pending() {
    let mut mapping = mapping();
    let expected = json!({ "and": [
        { "property": "link", "url": { "is_not_empty": true } },
        { "or": [
            { "property": "status", "select": { "is_empty": true } },
            { "property": "status", "select": { "equals": "pending" } },
        ] },
    ] });
    assert_eq!(waiting(&mapping, true), expected);
    mapping.status.kind = StatusKind::Status;
    assert_eq!(
        waiting(&mapping, false).pointer("/and/1/or"),
        Some(&json!([{ "property": "status", "status": { "is_empty": true } }]))
    );
}
