//! Rules of page bodies.

use std::collections::BTreeMap;

use chrono::Utc;
use serde_json::{Value, json};

use super::{hold, times, words};
use crate::sandbox::notion::blocks;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::schema::Author;
use crate::sandbox::notion::values::Writing;

fn paragraph(children: Option<Value>) -> Value {
    let mut block = json!({"type": "paragraph", "paragraph": {"rich_text": words("x")}});
    if let (Some(children), Some(Value::Object(inner))) = (children, block.get_mut("paragraph")) {
        inner.insert("children".into(), children);
    }
    block
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(paragraph(None), |inside, _| paragraph(Some(json!([inside]))))
}

#[test]
fn bodies_are_taken_and_refused_as_notion_does() {
    let one = |kind: &str, inner: Value| json!([{"type": kind, kind: inner}]);
    let text = || words("x");
    let row = |cells: Value| json!({"type": "table_row", "table_row": {"cells": cells}});
    let rules = vec![
        ("a paragraph is taken", json!([paragraph(None)]), None),
        ("a type may be left unsaid", json!([{"paragraph": {"rich_text": text()}}]), None),
        ("a block names a type", json!([{"object": "block"}]), Some("should name a block type")),
        ("a type is a known one", one("poem", json!({})), Some("known block type")),
        (
            "a type goes with its content",
            json!([{"type": "quote", "paragraph": {"rich_text": []}}]),
            Some("not present"),
        ),
        ("words are needed", one("paragraph", json!({})), Some("rich_text should be defined")),
        (
            "an unknown field is refused",
            one("paragraph", json!({"rich_text": [], "size": 3})),
            Some("size should be not present"),
        ),
        (
            "`archived` is no field of a new block",
            json!([{"paragraph": {"rich_text": []}, "archived": false}]),
            Some("archived should be not present"),
        ),
        ("100 blocks fit", times(100, &paragraph(None)), None),
        ("101 blocks do not", times(101, &paragraph(None)), Some("≤ `100`")),
        (
            "1000 blocks in all are the most",
            times(100, &paragraph(Some(times(10, &paragraph(None))))),
            Some("≤ `1000`"),
        ),
        ("two levels of children fit", json!([nested(2)]), None),
        ("three do not", json!([nested(3)]), Some("two levels")),
        (
            "a heading that toggles holds blocks",
            one("heading_1", json!({"rich_text": [], "is_toggleable": true, "children": [paragraph(None)]})),
            None,
        ),
        (
            "a plain heading does not",
            one("heading_1", json!({"rich_text": [], "children": [paragraph(None)]})),
            Some("takes none"),
        ),
        ("a divider holds none", one("divider", json!({"children": []})), Some("not present")),
        ("a to-do may be ticked", one("to_do", json!({"rich_text": [], "checked": true})), None),
        ("a callout has an emoji", one("callout", json!({"rich_text": [], "icon": {"emoji": "💡"}})), None),
        (
            "a letter is no emoji",
            one("callout", json!({"rich_text": [], "icon": {"emoji": "x"}})),
            Some("emoji"),
        ),
        ("code names a language", one("code", json!({"rich_text": []})), Some("language should be defined")),
        (
            "the language is a known one",
            one("code", json!({"rich_text": [], "language": "klingon"})),
            Some("language"),
        ),
        ("an image has a link", one("image", json!({"external": {"url": "https://a.b/c.png"}})), None),
        (
            "an image without one is refused",
            one("image", json!({"caption": []})),
            Some("external should be defined"),
        ),
        ("a bookmark is a URL", one("bookmark", json!({"url": "nowhere"})), Some("valid URL")),
        (
            "a table has rows of its width",
            one("table", json!({"table_width": 1, "children": [row(json!([text()]))]})),
            None,
        ),
        (
            "a table without rows is refused",
            one("table", json!({"table_width": 1})),
            Some("at least one row"),
        ),
        (
            "a row of another width is refused",
            one("table", json!({"table_width": 2, "children": [row(json!([text()]))]})),
            Some("must match the table width"),
        ),
        (
            "an equation has a limit",
            one("equation", json!({"expression": "x".repeat(1001)})),
            Some("≤ `1000`"),
        ),
    ];
    let uploads = BTreeMap::new();
    let writing = Writing { author: Author::Integration, uploads: &uploads, now: Utc::now() };
    hold(rules, |sent| blocks::checked(&At::body(sent), &writing).map(drop));
}

#[test]
fn an_update_keeps_to_the_type_of_the_block() {
    let rules = vec![
        ("new words are taken", json!({"paragraph": {"rich_text": words("x")}}), None),
        ("only a colour is taken", json!({"paragraph": {"color": "red"}}), None),
        ("another type is refused", json!({"quote": {"rich_text": []}}), Some("not present")),
        (
            "`type` is no object",
            json!({"type": {"paragraph": {"rich_text": []}}}),
            Some("type should be not present"),
        ),
        ("nothing is refused", json!({}), Some("paragraph should be defined")),
        (
            "children go through append",
            json!({"paragraph": {"children": []}}),
            Some("children should be not present"),
        ),
        ("the trash is taken", json!({"in_trash": true}), None),
    ];
    let uploads = BTreeMap::new();
    let writing = Writing { author: Author::Integration, uploads: &uploads, now: Utc::now() };
    hold(rules, |sent| blocks::update("paragraph", &At::body(sent), &writing).map(drop));
}
