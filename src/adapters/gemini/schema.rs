//! The `responseSchema` of one request: the few fields Gemini's Schema type has, and no bounds at all,
//! since it refuses large or bounded schemas without saying why (ai.google.dev/api/caching#Schema).

use serde_json::{Map, Value, json};

use crate::adapters::prompt::{Field, Shape};

/// An object with title, summary, key points and one nullable key for each column.
pub(super) fn response_schema(fields: &[Field]) -> Value {
    let text = json!({"type": "STRING"});
    let own = vec![
        ("title", text.clone()),
        ("summary", text.clone()),
        ("keyPoints", json!({"type": "ARRAY", "items": text})),
    ];
    object(own, fields)
}

/// Required and nullable: optional keys make a schema dearer than keys that may be null.
fn object(own: Vec<(&str, Value)>, fields: &[Field]) -> Value {
    let own = own.into_iter().map(|(key, shape)| (key.to_owned(), shape));
    let all: Vec<(String, Value)> =
        own.chain(fields.iter().map(|field| (field.key.clone(), property(&field.shape)))).collect();
    let keys: Vec<String> = all.iter().map(|(key, _)| key.clone()).collect();
    let properties = Map::from_iter(all);
    json!({"type": "OBJECT", "properties": properties, "required": keys, "propertyOrdering": keys})
}

fn property(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": "STRING", "nullable": true}),
        Shape::Texts => json!({"type": "ARRAY", "nullable": true, "items": {"type": "STRING"}}),
        Shape::Number => json!({"type": "NUMBER", "nullable": true}),
        Shape::Flag => json!({"type": "BOOLEAN", "nullable": true}),
        Shape::Choice(options) => json!({"type": "STRING", "nullable": true, "enum": options}),
        Shape::Items(fields) => {
            json!({"type": "ARRAY", "nullable": true, "items": object(Vec::new(), fields)})
        }
        Shape::Choices(options) => {
            json!({"type": "ARRAY", "nullable": true, "items": {"type": "STRING", "enum": options}})
        }
    }
}
