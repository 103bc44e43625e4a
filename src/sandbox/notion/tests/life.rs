//! The life of rows and connections: trash, sharing, capabilities, watching.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::words;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::{Capability, ChangeKind, DatabaseIds, EmulatedNotion};

fn library() -> (EmulatedNotion, DatabaseIds, Uuid) {
    let notion = EmulatedNotion::new();
    let columns = json!({
        "Name": {"title": {}}, "Count": {"number": {}}, "Tags": {"multi_select": {}}, "No": {"unique_id": {}},
    });
    let ids = notion.create_database("Videos", &columns).unwrap();
    let row = notion.add_row(ids.data_source, &json!({"Name": "Soup", "Count": 2, "Tags": ["hot"]})).unwrap();
    (notion, ids, row)
}

fn update(notion: &EmulatedNotion, token: &str, row: Uuid, body: &Value) -> Result<Value, ApiError> {
    let me = notion.caller(token)?;
    notion.with(|held| held.update_page(&me, row, &At::body(body)))
}

fn comment(notion: &EmulatedNotion, row: Uuid) -> Result<Value, ApiError> {
    let me = notion.caller(&notion.token())?;
    let body = json!({"parent": {"page_id": row}, "rich_text": words("hello")});
    notion.with(|held| held.create_comment(&me, &At::body(&body)))
}

#[test]
fn a_row_below_a_trashed_database_cannot_be_edited() {
    let (notion, ids, row) = library();
    let me = notion.caller(&notion.token()).unwrap();
    let body = json!({"in_trash": true});
    notion.with(|held| held.update_database(&me, ids.database, &At::body(&body))).unwrap();
    let refused = update(&notion, &notion.token(), row, &json!({"properties": {}})).unwrap_err();
    assert!(refused.message.contains("archived ancestor"), "{refused}");
}

#[test]
fn a_row_that_is_not_shared_is_not_found() {
    let (notion, ids, row) = library();
    notion.unshare(&notion.token(), ids.database);
    let refused = update(&notion, &notion.token(), row, &json!({})).unwrap_err();
    assert_eq!((refused.status, refused.code), (404, "object_not_found"));
    notion.share(&notion.token(), ids.database);
    update(&notion, &notion.token(), row, &json!({})).unwrap();
}

#[test]
fn one_workspace_does_not_see_the_other() {
    let (notion, _, row) = library();
    let other = notion.connect("Elsewhere");
    let refused = update(&notion, &other.token, row, &json!({})).unwrap_err();
    assert_eq!(refused.status, 404);
    let theirs = notion.create_database_for(&other.token, "Theirs", &json!({"Name": {"title": {}}})).unwrap();
    notion.add_row(theirs.data_source, &json!({"Name": "x"})).unwrap();
    assert_eq!(notion.databases().len(), 2);
}

#[test]
fn a_revoked_token_is_unauthorized() {
    let (notion, _, row) = library();
    notion.revoke(&notion.token());
    assert_eq!(update(&notion, &notion.token(), row, &json!({})).unwrap_err(), ApiError::unauthorized());
}

#[test]
fn a_missing_capability_is_restricted() {
    let (notion, _, row) = library();
    notion.take_capability(&notion.token(), Capability::InsertComments);
    let refused = comment(&notion, row).unwrap_err();
    assert_eq!((refused.status, refused.code), (403, "restricted_resource"));
    notion.give_capability(&notion.token(), Capability::InsertComments);
    comment(&notion, row).unwrap();
    assert_eq!(notion.comments(row).len(), 1);
}

#[test]
fn a_refused_update_makes_no_option() {
    let (notion, ids, row) = library();
    let body = json!({"properties": {"Tags": {"multi_select": [{"name": "ghost"}]}, "Zzz": {"number": 1}}});
    update(&notion, &notion.token(), row, &body).unwrap_err();
    let shown = notion.data_source(ids.data_source).unwrap();
    let options = shown.pointer("/properties/Tags/multi_select/options").and_then(Value::as_array);
    assert_eq!(options.map(Vec::len), Some(1));
}

#[test]
fn edit_times_are_rounded_down_to_the_minute() {
    let (notion, _, row) = library();
    let before = notion.page(row).unwrap();
    notion.advance_clock(TimeDelta::minutes(2));
    notion.edit_row(row, &json!({"Count": 3})).unwrap();
    let after = notion.page(row).unwrap();
    let edited = after.get("last_edited_time").and_then(Value::as_str).unwrap();
    assert!(edited.ends_with(":00.000Z"), "{edited}");
    assert_eq!(after.get("created_time"), before.get("created_time"));
    assert_ne!(after.get("last_edited_time"), before.get("last_edited_time"));
}

#[test]
fn a_listener_hears_who_changed_what() {
    let (notion, ids, row) = library();
    let mut feed = notion.subscribe();
    notion.edit_row(row, &json!({"Count": 5})).unwrap();
    update(&notion, &notion.token(), row, &json!({"in_trash": true})).unwrap();
    let (edit, trash) = (feed.try_recv().unwrap(), feed.try_recv().unwrap());
    assert_eq!((edit.kind, edit.id, edit.by_bot), (ChangeKind::PropertiesChanged, row, false));
    assert_eq!((edit.data_source, edit.properties.len()), (Some(ids.data_source), 1));
    assert_eq!((trash.kind, trash.by_bot), (ChangeKind::PageTrashed, true));
    assert!(feed.try_recv().is_err(), "nothing else happened");
    assert!(notion.rows(ids.data_source).is_empty(), "a row in the trash is not listed");
}

#[test]
fn a_page_reads_as_markdown() {
    let (notion, _, row) = library();
    let item = |kind: &str, content: &str| json!({"type": kind, kind: {"rich_text": words(content)}});
    let body = json!([
        item("heading_2", "Recipe"),
        item("numbered_list_item", "boil"),
        item("numbered_list_item", "eat"),
        {"type": "toggle", "toggle": {"rich_text": words("Transcript"), "children": [item("paragraph", "hello")]}},
    ]);
    notion.write_blocks(row, &body).unwrap();
    let expected = "# Soup\n\n- **Count**: 2\n- **Tags**: hot\n- **No**: 1\n\n## Recipe\n\n1. boil\n2. eat\n\n▸ Transcript\n\n  hello\n";
    let shown = notion.page_markdown(row).unwrap();
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    // The order of columns is not the person's, as in Notion's own schema.
    assert_eq!(sorted(&shown), sorted(expected), "{shown}");
    assert_eq!(notion.blocks(row).len(), 4);
}
