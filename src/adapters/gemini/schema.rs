//! The `responseSchema` of one request: the few fields Gemini's Schema type has, and no bounds at all,
//! since it refuses large or bounded schemas without saying why (ai.google.dev/api/caching#Schema).

use serde_json::{Map, Value, json};

use crate::adapters::prompt::{Field, Shape};

/// An object with title, summary, key points and one nullable key for each column.
pub(super) fn response_schema(fields: &[Field]) -> Value {
    let text = json!({"type": "STRING"});
    let mut properties = Map::from_iter([
        ("title".to_owned(), text.clone()),
        ("summary".to_owned(), text.clone()),
        ("keyPoints".to_owned(), json!({"type": "ARRAY", "items": text})),
    ]);
    let mut keys = vec!["title".to_owned(), "summary".to_owned(), "keyPoints".to_owned()];
    for field in fields {
        properties.insert(field.key.clone(), property(&field.shape));
        keys.push(field.key.clone());
    }
    // Required and nullable: optional keys make a schema dearer than keys that may be null.
    json!({"type": "OBJECT", "properties": properties, "required": keys, "propertyOrdering": keys})
}

fn property(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": "STRING", "nullable": true}),
        Shape::Texts => json!({"type": "ARRAY", "nullable": true, "items": {"type": "STRING"}}),
        Shape::Number => json!({"type": "NUMBER", "nullable": true}),
        Shape::Flag => json!({"type": "BOOLEAN", "nullable": true}),
        Shape::Choice(options) => json!({"type": "STRING", "nullable": true, "enum": options}),
        Shape::Choices(options) => {
            json!({"type": "ARRAY", "nullable": true, "items": {"type": "STRING", "enum": options}})
        }
    }
}
