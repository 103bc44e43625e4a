//! The strict JSON schema of one answer (platform.openai.com/docs/guides/structured-outputs).
//!
//! Strict mode wants every key required and no other allowed; null stands for "not told".

use serde_json::{Map, Value, json};

use crate::adapters::prompt::{Field, Prompt, Shape};

/// The `response_format` for this prompt.
pub(super) fn strict_schema(prompt: &Prompt) -> Value {
    let text = json!({"type": "string"});
    let own = [
        ("title".to_owned(), text.clone()),
        ("summary".to_owned(), text.clone()),
        ("keyPoints".to_owned(), json!({"type": "array", "items": text})),
    ];
    let schema = object(Map::from_iter(own), &prompt.fields);
    json!({"type": "json_schema", "json_schema": {"name": "note", "strict": true, "schema": schema}})
}

fn object(mut properties: Map<String, Value>, fields: &[Field]) -> Value {
    properties.extend(fields.iter().map(|field| (field.key.clone(), property(&field.shape))));
    let keys: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "properties": properties, "required": keys, "additionalProperties": false})
}

fn property(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": ["string", "null"]}),
        Shape::Texts => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Shape::Number => json!({"type": ["number", "null"]}),
        Shape::Flag => json!({"type": ["boolean", "null"]}),
        Shape::Choice(options) => {
            let options: Vec<Option<&String>> = options.iter().map(Some).chain([None]).collect();
            json!({"type": ["string", "null"], "enum": options})
        }
        Shape::Choices(options) => {
            json!({"type": ["array", "null"], "items": {"type": "string", "enum": options}})
        }
        Shape::Items(fields) => json!({"type": ["array", "null"], "items": object(Map::new(), fields)}),
    }
}
