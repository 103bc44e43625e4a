//! Columns to be made as the JSON Notion takes, and found again in a data source.
//!
//! Shapes: <https://developers.notion.com/reference/property-object>.

use serde_json::{Map, Value, json};

use crate::domain::adopt::{NewColumn, NewKind, color};
use crate::domain::stage::Status;

/// The declarations, by name.
pub(super) fn properties(columns: &[NewColumn]) -> Map<String, Value> {
    let declared = columns.iter().map(|column| {
        let settings = match column.kind {
            NewKind::Statuses => json!({ "options": statuses() }),
            _ => json!({}),
        };
        let kind = column.kind.name();
        (column.name.clone(), json!({ "description": column.description, kind: settings }))
    });
    declared.collect()
}

/// Our statuses in the order an entry goes through them.
fn statuses() -> Vec<Value> {
    Status::ALL.iter().map(|status| json!({ "name": status.name(), "color": color(*status) })).collect()
}

/// Whether a data source object has all these columns.
pub(super) fn are_there(columns: &[NewColumn], source: &Value) -> bool {
    columns.iter().all(|column| {
        let property = source.get("properties").and_then(|properties| properties.get(&column.name));
        property.and_then(|property| property.get("type")?.as_str()) == Some(column.kind.name())
    })
}
