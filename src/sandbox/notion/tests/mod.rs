//! What the emulated Notion takes and refuses, a row per rule; and how it behaves over HTTP.

mod blocks;
mod consent;
mod databases;
mod http;
mod life;
mod oauth;
mod queries;
mod schemas;
mod uploads;
mod values;
mod webhooks;
mod wire;

use serde_json::{Value, json};

use super::error::ApiError;

/// A rule: what it says, what is sent, and a part of the refusal (`None`: it is taken).
type Rule = (&'static str, Value, Option<&'static str>);

/// Tries every rule of a table and tells which one does not hold.
fn hold(rules: Vec<Rule>, attempt: impl Fn(&Value) -> Result<(), ApiError>) {
    for (rule, sent, refusal) in rules {
        match (attempt(&sent), refusal) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => panic!("taken, but should be refused: {rule}"),
            (Err(error), None) => panic!("refused, but should be taken: {rule}: {error}"),
            (Err(error), Some(part)) => {
                assert!(error.message.contains(part), "{rule}: `{}` does not say `{part}`", error.message);
                assert!([400, 404].contains(&error.status), "{rule}: {error}");
            }
        }
    }
}

fn words(content: &str) -> Value {
    json!([{"type": "text", "text": {"content": content}}])
}

fn times(count: usize, item: &Value) -> Value {
    Value::Array(vec![item.clone(); count])
}
