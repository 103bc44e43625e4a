//! Page objects as rows, and the question for the rows that wait.
//!
//! A page object holds every column, empty or not, under its name; ids are what we know them by.
//! Shapes: <https://developers.notion.com/reference/page-property-values>.

use std::collections::BTreeMap;

use anyhow::anyhow;
use chrono::DateTime;
use serde_json::{Value, json};

use super::{fingerprint, text};
use crate::domain::mapping::{Mapping, StatusKind};
use crate::domain::ours::Held;
use crate::domain::reason::Reason;
use crate::domain::stage::Status;
use crate::failure::{Failure, Outcome};
use crate::ports::Row;

/// Notion's name of the mapped status column's type.
pub(super) fn status_type(kind: StatusKind) -> &'static str {
    match kind {
        StatusKind::Select => "select",
        StatusKind::Status => "status",
    }
}

/// The filter for rows with a link whose status is empty or, where there is an option for it, pending.
pub(super) fn waiting(mapping: &Mapping, with_option: bool) -> Value {
    let status = |condition: Value| json!({ "property": mapping.status.id, status_type(mapping.status.kind): condition });
    let mut either = vec![status(json!({ "is_empty": true }))];
    if let Some(option) = mapping.status.options.get(&Status::Pending).filter(|_| with_option) {
        either.push(status(json!({ "equals": option })));
    }
    json!({ "and": [{ "property": mapping.link, "url": { "is_not_empty": true } }, { "or": either }] })
}

/// Reads a page object. A mapped link or status column that is missing or of another type is permanent
/// with `SchemaChanged`.
pub(super) fn row(page: &Value, mapping: &Mapping) -> Outcome<Row> {
    let id = page.get("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Failure::outage(anyhow!("a row of notion has no id")))?;
    let link = mapped(page, &mapping.link, "url")?;
    let status = mapped(page, &mapping.status.id, status_type(mapping.status.kind))?;
    let created = page.get("created_time").and_then(Value::as_str);
    let created_at = created.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    Ok(Row {
        page: id.to_owned(),
        created_at: created_at.map(|time| time.to_utc()),
        link: link.as_str().map(str::trim).filter(|link| !link.is_empty()).map(ToOwned::to_owned),
        status: status.get("name").and_then(Value::as_str).map(ToOwned::to_owned),
        reason: reason(page, mapping),
        tags: tags(page, mapping),
        url: url(page),
        columns: columns(page),
        has_cover: has_cover(page),
        in_trash: in_trash(page),
    })
}

/// Whether a page object lies in the trash. `archived` is its older name; this API version gives both.
pub(super) fn in_trash(page: &Value) -> bool {
    ["in_trash", "archived"].iter().any(|field| page.get(*field).and_then(Value::as_bool).unwrap_or(false))
}

/// Whether a page object has a cover. One that says nothing of it may have one, which must not be replaced.
pub(super) fn has_cover(page: &Value) -> bool {
    page.get("cover").is_none_or(|cover| !cover.is_null())
}

/// Where people open a page; empty where Notion does not tell.
pub(super) fn url(page: &Value) -> String {
    let url = page.get("url").and_then(Value::as_str);
    url.and_then(text::linkable).unwrap_or_default()
}

/// The options that the mapped tag column shows.
fn tags(page: &Value, mapping: &Mapping) -> Vec<String> {
    let property = mapping.tag.as_deref().and_then(|id| property(page, id));
    let value = property.and_then(|property| property.get(property.get("type")?.as_str()?));
    let options =
        value.map_or(&[][..], |value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    let name = |option: &Value| option.get("name").and_then(Value::as_str).map(ToOwned::to_owned);
    options.iter().filter_map(name).collect()
}

/// The columns of a page object that are filled, by property id.
pub(super) fn filled(page: &Value) -> impl Iterator<Item = String> {
    properties(page)
        .filter(|property| {
            let (kind, content) = content(property);
            is_filled(kind, content)
        })
        .filter_map(|property| Some(property.get("id")?.as_str()?.to_owned()))
}

/// The text of the mapped reason column, where there is any.
pub(super) fn reason(page: &Value, mapping: &Mapping) -> Option<String> {
    let text = text::read(property(page, mapping.reason.as_deref()?)?.get("rich_text"));
    (!text.trim().is_empty()).then_some(text)
}

/// What the columns of a page object hold, by property id.
pub(super) fn columns(page: &Value) -> BTreeMap<String, Held> {
    let held = |property: &Value| {
        let id = property.get("id")?.as_str()?.to_owned();
        let (kind, content) = content(property);
        Some((id, held(kind, content)))
    };
    properties(page).filter_map(held).collect()
}

/// What a column of this type with this content holds.
pub(super) fn held(kind: &str, content: &Value) -> Held {
    Held {
        kind: kind.to_owned(),
        fingerprint: fingerprint::of(kind, content),
        empty: !is_filled(kind, content),
        is_box: kind == "checkbox",
    }
}

/// The type of a property and what stands under it.
fn content(property: &Value) -> (&str, &Value) {
    let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
    (kind, property.get(kind).unwrap_or(&Value::Null))
}

/// Whether an item of a query's answer is a row: wikis mix data sources in.
pub(super) fn is_page(item: &Value) -> bool {
    item.get("object").and_then(Value::as_str) == Some("page")
}

fn properties(page: &Value) -> impl Iterator<Item = &Value> {
    page.get("properties").and_then(Value::as_object).into_iter().flat_map(|properties| properties.values())
}

fn property<'a>(page: &'a Value, id: &str) -> Option<&'a Value> {
    properties(page).find(|property| property.get("id").and_then(Value::as_str) == Some(id))
}

/// The value of a column that has to be there and of this type.
fn mapped<'a>(page: &'a Value, id: &str, kind: &str) -> Outcome<&'a Value> {
    let property = property(page, id);
    property.and_then(|property| property.get(kind)).ok_or_else(|| {
        Failure::permanent(Reason::SchemaChanged, anyhow!("a mapped column of type {kind} is gone"))
    })
}

/// Whether a column holds something, by whomever. What we do not know counts as filled: it stays alone.
fn is_filled(kind: &str, value: &Value) -> bool {
    if value.is_null() {
        return false;
    }
    match kind {
        "title" | "rich_text" => !text::read(Some(value)).trim().is_empty(),
        "url" | "email" | "phone_number" => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        "checkbox" => value.as_bool().unwrap_or(true),
        "multi_select" | "people" | "relation" | "files" => {
            value.as_array().is_none_or(|all| !all.is_empty())
        }
        "place" => value.as_object().is_none_or(|place| !place.is_empty()),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
