//! Reads a data source object as the columns their owner made.
//!
//! Takes what `GET /v1/data_sources/{id}` gives, or a file holding that; a text that is something else
//! is refused in words that say what it is. Property types we do not know are kept by name.
//! Shapes: <https://developers.notion.com/reference/property-object>.

use serde_json::Value;

use super::text;
use crate::domain::schema::{ChoiceOption, Column, ColumnKind, Schema};

/// Why a JSON value is no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASchema {
    /// Not even an object.
    #[error("a Notion data source is expected, a JSON object with `\"object\": \"data_source\"`")]
    NotAnObject,
    /// Databases hold data sources since API version 2025-09-03.
    #[error(
        "this is a database; since API version 2025-09-03 the columns stand in its data source: fetch /v1/data_sources/{{id}} with an id from its `data_sources`"
    )]
    Database,
    /// An error or some other object of Notion.
    #[error("this is a Notion object of type `{0}`, not a data source")]
    OtherObject(String),
    /// No columns.
    #[error("the data source has no `properties`")]
    NoProperties,
    /// A column that cannot be read.
    #[error("the property `{name}` has no `{field}`")]
    BadProperty {
        /// The property's name.
        name: String,
        /// What it lacks.
        field: &'static str,
    },
}

/// Reads a data source object.
pub fn parse_schema(source: &Value) -> Result<Schema, NotASchema> {
    let object = source.as_object().ok_or(NotASchema::NotAnObject)?;
    let properties = object.get("properties").and_then(Value::as_object);
    match (object.get("object").and_then(Value::as_str), properties) {
        // Where `object` is missing, somebody kept the properties only.
        (Some("data_source"), _) | (None, Some(_)) => {}
        (Some("database"), _) => return Err(NotASchema::Database),
        (Some(other), _) => return Err(NotASchema::OtherObject(other.to_owned())),
        (None, None) => return Err(NotASchema::NotAnObject),
    }
    let properties = properties.ok_or(NotASchema::NoProperties)?;
    Ok(Schema {
        title: text::read(object.get("title")),
        description: text::read(object.get("description")),
        columns: properties
            .iter()
            .map(|(name, property)| column(name, property))
            .collect::<Result<_, _>>()?,
    })
}

fn column(name: &str, property: &Value) -> Result<Column, NotASchema> {
    let field = |field: &'static str| {
        let value = property.get(field).and_then(Value::as_str);
        value.ok_or_else(|| NotASchema::BadProperty { name: name.to_owned(), field })
    };
    let kind = field("type")?;
    Ok(Column {
        id: field("id")?.to_owned(),
        name: name.to_owned(),
        description: string(property, "description"),
        kind: column_kind(kind, property.get(kind).unwrap_or(&Value::Null)),
    })
}

fn column_kind(kind: &str, config: &Value) -> ColumnKind {
    match kind {
        "title" => ColumnKind::Title,
        "rich_text" => ColumnKind::RichText,
        "number" => ColumnKind::Number { format: string(config, "format") },
        "select" => ColumnKind::Select { options: options(config) },
        "multi_select" => ColumnKind::MultiSelect { options: options(config) },
        "status" => ColumnKind::Status { options: options(config), unset: unset(config) },
        "date" => ColumnKind::Date,
        "url" => ColumnKind::Url,
        "email" => ColumnKind::Email,
        "phone_number" => ColumnKind::PhoneNumber,
        "checkbox" => ColumnKind::Checkbox,
        "place" => ColumnKind::Place,
        "files" => ColumnKind::Files,
        "relation" => ColumnKind::Relation { data_source: string(config, "data_source_id") },
        other => ColumnKind::Other { kind: other.to_owned() },
    }
}

fn options(config: &Value) -> Vec<ChoiceOption> {
    let options = config.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    options
        .iter()
        .map(|option| ChoiceOption {
            name: string(option, "name"),
            description: string(option, "description"),
        })
        .filter(|option| !option.name.is_empty())
        .collect()
}

/// What Notion gives a status that nobody set: the first option of the first group that has any, which is that of what
/// is to do.
fn unset(config: &Value) -> Option<String> {
    let id = config.get("groups")?.as_array()?.iter().find_map(|group| group.pointer("/option_ids/0"))?;
    let options = config.get("options")?.as_array()?;
    let first = options.iter().find(|option| option.get("id") == Some(id))?;
    Some(first.get("name")?.as_str()?.to_owned())
}

/// Descriptions are null where nobody wrote one.
fn string(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_data_source_is_read_with_everything_its_owner_wrote() {
        let source = json!({
            "object": "data_source",
            "id": "0c1d2e3f-4a5b-6c7d-8e9f-001122334455",
            "title": [{ "type": "text", "text": { "content": "Places", "link": null }, "plain_text": "Places", "href": null }],
            "description": [{ "type": "text", "text": { "content": "To eat" }, "plain_text": "To eat" }],
            "properties": {
                "Cuisine": { "id": "a%3Ab", "name": "Cuisine", "description": "What they cook", "type": "select", "select": { "options": [
                    { "id": "1", "name": "Thai", "color": "red", "description": "Spicy" },
                    { "id": "2", "name": "Other", "color": "gray", "description": null },
                ] } },
                "Name": { "id": "title", "name": "Name", "description": null, "type": "title", "title": {} },
                "Price": { "id": "p", "name": "Price", "description": null, "type": "number", "number": { "format": "euro" } },
                "Done": { "id": "d", "name": "Done", "description": null, "type": "status", "status": {
                    "options": [{ "id": "1", "name": "Eaten" }, { "id": "2", "name": "To go" }],
                    "groups": [
                        { "id": "g", "name": "To-do", "option_ids": ["2"] },
                        { "id": "h", "name": "Complete", "option_ids": ["1"] },
                    ],
                } },
                "Seen": { "id": "s", "name": "Seen", "description": null, "type": "last_visited_time", "last_visited_time": {} },
            },
        });
        let thai = ChoiceOption { name: "Thai".into(), description: "Spicy".into() };
        let cuisine = ColumnKind::Select { options: vec![thai, ChoiceOption::named("Other")] };
        let column = |id: &str, name: &str, description: &str, kind: ColumnKind| Column {
            id: id.into(),
            name: name.into(),
            description: description.into(),
            kind,
        };
        let done = ColumnKind::Status {
            options: vec![ChoiceOption::named("Eaten"), ChoiceOption::named("To go")],
            unset: Some("To go".into()),
        };
        let expected = Schema {
            title: "Places".into(),
            description: "To eat".into(),
            columns: vec![
                column("a%3Ab", "Cuisine", "What they cook", cuisine),
                column("d", "Done", "", done),
                column("title", "Name", "", ColumnKind::Title),
                column("p", "Price", "", ColumnKind::Number { format: "euro".into() }),
                column("s", "Seen", "", ColumnKind::Other { kind: "last_visited_time".into() }),
            ],
        };
        assert_eq!(parse_schema(&source).unwrap(), expected);
    }

    #[test]
    fn every_type_we_fill_is_known_by_notions_name() {
        for kind in [
            "title",
            "rich_text",
            "number",
            "select",
            "multi_select",
            "status",
            "date",
            "url",
            "email",
            "phone_number",
            "checkbox",
            "place",
            "files",
            "relation",
            "formula",
            "rollup",
            "people",
        ] {
            assert_eq!(column_kind(kind, &Value::Null).name(), kind);
        }
    }

    #[test]
    fn what_is_no_schema_is_refused_by_name() {
        let id = |value: Value| json!({ "object": "data_source", "properties": { "A": value } });
        let bad = |field| NotASchema::BadProperty { name: "A".into(), field };
        for (source, problem) in [
            (json!([]), NotASchema::NotAnObject),
            (json!({ "columns": [] }), NotASchema::NotAnObject),
            (json!({ "object": "database", "data_sources": [] }), NotASchema::Database),
            (json!({ "object": "error", "status": 404 }), NotASchema::OtherObject("error".into())),
            (json!({ "object": "data_source" }), NotASchema::NoProperties),
            (json!({ "object": "data_source", "properties": [] }), NotASchema::NoProperties),
            (id(json!({ "id": "a" })), bad("type")),
            (id(json!({ "type": "url" })), bad("id")),
            (id(json!(null)), bad("type")),
        ] {
            assert_eq!(parse_schema(&source), Err(problem), "{source}");
        }
    }
}
