//! Blocks of a page body: what a request may carry, checked before anything is stored.
//!
//! Takes a `children` array or a block update, gives [`NewBlock`]s or the changed fields.
//! Fails with `validation_error` on an unknown type or field, a size, or a depth Notion refuses.

use serde_json::{Map, Value, json};

use super::check::At;
use super::error::ApiError;
use super::languages::LANGUAGES;
use super::limits;
use super::text;
use super::uploads;
use super::values::Writing;

/// A block that is not stored yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewBlock {
    /// Type, such as `paragraph`.
    pub kind: &'static str,
    /// What stands under the type's name.
    pub content: Value,
    /// Blocks inside it.
    pub children: Vec<NewBlock>,
}

const TEXT_FIELDS: [&str; 2] = ["rich_text", "color"];
const HEADING_FIELDS: [&str; 3] = ["rich_text", "color", "is_toggleable"];
const MEDIA_FIELDS: [&str; 5] = ["type", "external", "file_upload", "caption", "name"];
const LINK_FIELDS: [&str; 2] = ["url", "caption"];

/// Each type with the fields it takes and the one it cannot do without.
const KINDS: [(&str, &[&str], &str); 27] = [
    ("paragraph", &["rich_text", "color", "icon"], "rich_text"),
    ("heading_1", &HEADING_FIELDS, "rich_text"),
    ("heading_2", &HEADING_FIELDS, "rich_text"),
    ("heading_3", &HEADING_FIELDS, "rich_text"),
    ("heading_4", &HEADING_FIELDS, "rich_text"),
    ("bulleted_list_item", &TEXT_FIELDS, "rich_text"),
    ("numbered_list_item", &TEXT_FIELDS, "rich_text"),
    ("quote", &TEXT_FIELDS, "rich_text"),
    ("toggle", &TEXT_FIELDS, "rich_text"),
    ("to_do", &["rich_text", "color", "checked"], "rich_text"),
    ("callout", &["rich_text", "color", "icon"], "rich_text"),
    ("code", &["rich_text", "language", "caption"], "rich_text"),
    ("divider", &[], ""),
    ("breadcrumb", &[], ""),
    ("table_of_contents", &["color"], ""),
    ("equation", &["expression"], "expression"),
    ("bookmark", &LINK_FIELDS, "url"),
    ("embed", &LINK_FIELDS, "url"),
    ("image", &MEDIA_FIELDS, ""),
    ("video", &MEDIA_FIELDS, ""),
    ("file", &MEDIA_FIELDS, ""),
    ("pdf", &MEDIA_FIELDS, ""),
    ("audio", &MEDIA_FIELDS, ""),
    ("table", &["table_width", "has_column_header", "has_row_header"], "table_width"),
    ("table_row", &["cells"], "cells"),
    ("column_list", &[], ""),
    ("column", &["width_ratio"], ""),
];

fn rules(word: &str) -> Option<(&'static str, &'static [&'static str], &'static str)> {
    KINDS.iter().find(|(kind, ..)| *kind == word).copied()
}

/// Checks a request's `children` array, with all that is nested in it.
pub(super) fn checked(at: &At<'_>, writing: &Writing<'_>) -> Result<Vec<NewBlock>, ApiError> {
    let blocks = children(at, 0, writing)?;
    let total: usize = blocks.iter().map(count).sum();
    if total > limits::BLOCKS_PER_REQUEST {
        let limit = limits::BLOCKS_PER_REQUEST;
        return Err(at.refuse(&format!("should hold ≤ `{limit}` blocks in all, instead held `{total}`.")));
    }
    Ok(blocks)
}

fn count(block: &NewBlock) -> usize {
    1 + block.children.iter().map(count).sum::<usize>()
}

fn children(at: &At<'_>, level: usize, writing: &Writing<'_>) -> Result<Vec<NewBlock>, ApiError> {
    if level > limits::NESTED_LEVELS {
        return Err(at.refuse("should be not present: a request nests two levels of children."));
    }
    at.array(limits::ARRAY_ITEMS)?.iter().map(|item| block(item, level, writing)).collect()
}

fn block(at: &At<'_>, level: usize, writing: &Writing<'_>) -> Result<NewBlock, ApiError> {
    let (kind, fields, needed) = kind_of(at)?;
    at.only(&["object", "type", kind])?;
    let inner = at.required(kind)?;
    let mut content = defaults(kind);
    let given = fields_given(kind, fields, &inner, true, writing)?;
    if !needed.is_empty() {
        inner.required(needed)?;
    }
    content.extend(given);
    let nested = match inner.field("children") {
        Some(list) => children(&list, level + 1, writing)?,
        None => Vec::new(),
    };
    let new = NewBlock { kind, content: Value::Object(content), children: nested };
    check_family(&new, &inner)?;
    Ok(new)
}

fn kind_of(at: &At<'_>) -> Result<(&'static str, &'static [&'static str], &'static str), ApiError> {
    if let Some(named) = at.field("type") {
        let word = named.string()?;
        return rules(word)
            .ok_or_else(|| named.refuse(&format!("should be a known block type, instead was `{word}`.")));
    }
    let found = at.object()?.keys().find_map(|name| rules(name));
    found.ok_or_else(|| at.refuse("should name a block type, such as `paragraph`."))
}

fn check_family(block: &NewBlock, at: &At<'_>) -> Result<(), ApiError> {
    if block.kind == "table" {
        let width = block.content.get("table_width").and_then(Value::as_u64).unwrap_or(0);
        if block.children.is_empty() {
            return Err(at.refuse("should have at least one row in `children`."));
        }
        let fits = |row: &NewBlock| {
            let cells = row.content.get("cells").and_then(Value::as_array).map_or(0, Vec::len);
            row.kind == "table_row" && u64::try_from(cells).is_ok_and(|cells| cells == width)
        };
        if !block.children.iter().all(fits) {
            return Err(ApiError::validation(
                "Number of cells in table row must match the table width of the parent table",
            ));
        }
    }
    let columns = block.children.iter().filter(|child| child.kind == "column").count();
    let is_in_order = match block.kind {
        "column_list" => columns >= 2 && columns == block.children.len(),
        "column" => columns == 0 && !block.children.is_empty(),
        _ => columns == 0,
    };
    if !is_in_order {
        return Err(at.refuse("should be two columns or more in a `column_list`, each with a block in it."));
    }
    if !block.children.is_empty() && !takes_children(block.kind, &block.content) {
        return Err(at.refuse(&format!("should not have children: `{}` takes none.", block.kind)));
    }
    Ok(())
}

/// Whether a block of this type and content may hold others.
pub(super) fn takes_children(kind: &str, content: &Value) -> bool {
    match kind {
        "heading_1" | "heading_2" | "heading_3" | "heading_4" => {
            content.get("is_toggleable").and_then(Value::as_bool).unwrap_or(false)
        }
        "paragraph" | "bulleted_list_item" | "numbered_list_item" | "quote" | "toggle" | "to_do"
        | "callout" | "table" | "column_list" | "column" => true,
        _ => false,
    }
}

fn defaults(kind: &str) -> Map<String, Value> {
    let value = match kind {
        "divider" | "breadcrumb" | "table_row" | "equation" | "column_list" | "column" => json!({}),
        "to_do" => json!({"color": "default", "checked": false}),
        "callout" => json!({"color": "default", "icon": {"type": "emoji", "emoji": "💡"}}),
        "paragraph" => json!({"color": "default", "icon": null}),
        "heading_1" | "heading_2" | "heading_3" | "heading_4" => {
            json!({"color": "default", "is_toggleable": false})
        }
        "code" | "bookmark" | "embed" | "image" | "video" | "file" | "pdf" | "audio" => {
            json!({"caption": []})
        }
        "table" => json!({"has_column_header": false, "has_row_header": false}),
        _ => json!({"color": "default"}),
    };
    value.as_object().cloned().unwrap_or_default()
}

fn fields_given(
    kind: &str,
    fields: &[&str],
    at: &At<'_>,
    with_children: bool,
    writing: &Writing<'_>,
) -> Result<Map<String, Value>, ApiError> {
    let mut allowed = fields.to_vec();
    if with_children && takes_children(kind, &json!({"is_toggleable": true})) {
        allowed.push("children");
    }
    at.only(&allowed)?;
    let mut given = Map::new();
    for (name, value) in at.object()? {
        let place = At { path: format!("{}.{name}", at.path), value };
        let checked: Value = match name.as_str() {
            "rich_text" | "caption" => text::checked(&place)?.into(),
            "color" => place.one_of(&text::COLORS)?.into(),
            "checked" | "is_toggleable" | "has_column_header" | "has_row_header" => place.bool()?.into(),
            "icon" => uploads::icon(&place, writing)?,
            "language" => place.one_of(&LANGUAGES)?.into(),
            "url" => place.url()?.into(),
            "expression" => place.filled_string_up_to(limits::EQUATION_UNITS)?.into(),
            "name" => place.filled_string_up_to(limits::FILE_NAME_UNITS)?.into(),
            "table_width" => table_width(&place)?,
            "cells" => cells(&place)?,
            _ => continue,
        };
        given.insert(name.clone(), checked);
    }
    if MEDIA_FIELDS == *fields {
        if at.field("external").is_some() || at.field("file_upload").is_some() {
            uploads::suits(kind, at, writing)?;
            given.extend(uploads::file(at, writing)?.as_object().cloned().unwrap_or_default());
        } else if with_children {
            at.required("external")?;
        }
    }
    if kind == "code" && with_children && !given.contains_key("language") {
        at.required("language")?;
    }
    Ok(given)
}

fn table_width(at: &At<'_>) -> Result<Value, ApiError> {
    match at.value.as_u64() {
        Some(width @ 1..=100) => Ok(width.into()),
        _ => Err(at.refuse(&format!("should be a whole number from 1 to 100, instead was `{}`.", at.value))),
    }
}

fn cells(at: &At<'_>) -> Result<Value, ApiError> {
    let rows = at.array(limits::ARRAY_ITEMS)?;
    Ok(rows.iter().map(|cell| text::checked(cell).map(Value::from)).collect::<Result<Vec<_>, _>>()?.into())
}

/// Checks an update of a stored block and gives the fields it changes.
pub(super) fn update(kind: &str, at: &At<'_>, writing: &Writing<'_>) -> Result<Map<String, Value>, ApiError> {
    let Some((kind, fields, _)) = rules(kind) else {
        return Err(ApiError::validation(format!("Blocks of type {kind} cannot be updated.")));
    };
    at.only(&["type", "archived", "in_trash", kind])?;
    if let Some(named) = at.field("type") {
        // An object here is the classic mistake of generated clients.
        let word = named.value.as_str();
        if word != Some(kind) {
            return Err(named.refuse(&format!("should be not present, instead was `{}`.", named.value)));
        }
    }
    match at.field(kind) {
        Some(inner) => fields_given(kind, fields, &inner, false, writing),
        None if at.field("archived").is_some() || at.field("in_trash").is_some() => Ok(Map::new()),
        None => at.required(kind).map(|_| Map::new()),
    }
}
