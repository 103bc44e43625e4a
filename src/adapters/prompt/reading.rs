//! Reads a model's answer: as lenient as can be about the form, no opinion about the content.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::domain::note::{Answer, OfferedItem, Question};

/// More than the check keeps, so that it can tell; a longer list is a flood.
const MAX_ITEMS_READ: usize = 100;

/// What is wrong with an answer, in words the model can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint(pub String);

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Complaint {}

/// Reads an answer to this question. Unknown keys and nulls are dropped, missing ones stay empty; only an
/// answer without any JSON object, or with none of the keys, is unreadable.
pub fn read(question: &Question, engine: &str, text: &str) -> Result<Answer, Complaint> {
    let mut object = object_in(text)?;
    let answer = Answer {
        title: take_text(&mut object, &["title"]),
        summary: take_text(&mut object, &["summary"]),
        key_points: take_list(&mut object, &["keyPoints", "key_points", "keypoints"]),
        items: items(question, &mut object),
        choice: Some(take_text(&mut object, &["choice"])).filter(|key| !key.is_empty()),
        values: values(question, object),
        engine: engine.to_owned(),
        ..Answer::default()
    };
    let empty = answer.title.is_empty() && answer.summary.is_empty() && answer.values.is_empty();
    if empty && answer.key_points.is_empty() && answer.items.is_empty() {
        return Err(Complaint("the object has none of the keys that were asked for".to_owned()));
    }
    Ok(answer)
}

/// The JSON object in a text that may have a code fence or a sentence around it.
fn object_in(text: &str) -> Result<Map<String, Value>, Complaint> {
    let whole = serde_json::from_str::<Value>(text.trim());
    let complaint = match whole {
        Ok(Value::Object(object)) => return Ok(object),
        // A list of one object is what some models make of "one object".
        Ok(Value::Array(items)) => match items.into_iter().next() {
            Some(Value::Object(object)) => return Ok(object),
            _ => "it is a list, not one object".to_owned(),
        },
        Ok(_) => "it is no JSON object".to_owned(),
        Err(error) => format!("it is not valid JSON ({error})"),
    };
    let inner = text.find('{').zip(text.rfind('}')).and_then(|(start, end)| text.get(start..=end));
    match inner.map(serde_json::from_str::<Map<String, Value>>) {
        Some(Ok(object)) => Ok(object),
        _ => Err(Complaint(complaint)),
    }
}

/// What stands under the neutral keys, at the top or in an object of its own.
fn values(question: &Question, mut object: Map<String, Value>) -> BTreeMap<String, Value> {
    let nested = ["values", "columns", "properties"].into_iter().find_map(|name| object.remove(name));
    let mut nested = match nested {
        Some(Value::Object(nested)) => nested,
        _ => Map::new(),
    };
    let keys = question.columns.iter().map(|(key, _)| key);
    keys.filter_map(|key| {
        let value = object.remove(key).or_else(|| nested.remove(key))?;
        (!value.is_null()).then(|| (key.clone(), value))
    })
    .collect()
}

/// The items of an answer, those that are no objects left out; a list of titles is one, too.
fn items(question: &Question, object: &mut Map<String, Value>) -> Vec<OfferedItem> {
    let Value::Array(items) = take(object, &["items"]) else { return Vec::new() };
    let read = |item: Value| match item {
        Value::Object(mut item) => {
            let title = take_text(&mut item, &["title", "name"]);
            Some(OfferedItem { title, values: values(question, item) })
        }
        Value::String(title) => Some(OfferedItem { title, ..OfferedItem::default() }),
        _ => None,
    };
    items.into_iter().take(MAX_ITEMS_READ).filter_map(read).collect()
}

fn take(object: &mut Map<String, Value>, names: &[&str]) -> Value {
    names.iter().find_map(|name| object.remove(*name)).unwrap_or_default()
}

fn take_text(object: &mut Map<String, Value>, names: &[&str]) -> String {
    text_of(&take(object, names)).unwrap_or_default()
}

/// A list of strings, or a text with one point a line.
fn take_list(object: &mut Map<String, Value>, names: &[&str]) -> Vec<String> {
    match take(object, names) {
        Value::Array(items) => items.iter().filter_map(text_of).filter(|text| !text.is_empty()).collect(),
        Value::String(text) => {
            let lines = text.lines().map(|line| line.trim().trim_start_matches(['-', '*', '•']).trim());
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
