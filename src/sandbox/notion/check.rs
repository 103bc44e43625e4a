//! A place in a request body: knows its path, so that a refusal names it as Notion does.
//!
//! Takes JSON of a stranger, gives typed parts of it, fails with `validation_error`.

use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use super::error::ApiError;
use super::limits;

/// One value of a request and the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    /// Path such as `body.children[0].paragraph`.
    pub path: String,
    /// The value there.
    pub value: &'a Value,
}

impl<'a> At<'a> {
    /// The root of a request body.
    pub(super) fn body(value: &'a Value) -> Self {
        Self { path: "body".into(), value }
    }

    /// A refusal that starts as Notion's schema check does.
    pub(super) fn refuse(&self, what: &str) -> ApiError {
        ApiError::validation(format!("body failed validation: {} {what}", self.path))
    }

    fn should_be(&self, what: &str) -> ApiError {
        let mut shown = self.value.to_string();
        if shown.len() > 200 {
            shown = format!("{}…", shown.chars().take(200).collect::<String>());
        }
        self.refuse(&format!("should be {what}, instead was `{shown}`."))
    }

    /// The fields, if this is an object.
    pub(super) fn object(&self) -> Result<&'a Map<String, Value>, ApiError> {
        self.value.as_object().ok_or_else(|| self.should_be("an object"))
    }

    /// A field that is present; `null` counts as present.
    pub(super) fn field(&self, name: &str) -> Option<At<'a>> {
        let value = self.value.get(name)?;
        Some(At { path: format!("{}.{name}", self.path), value })
    }

    /// A field that is present and not `null`.
    pub(super) fn given(&self, name: &str) -> Option<At<'a>> {
        self.field(name).filter(|at| !at.value.is_null())
    }

    /// A field that must be present.
    pub(super) fn required(&self, name: &str) -> Result<At<'a>, ApiError> {
        self.field(name).ok_or_else(|| {
            ApiError::validation(format!(
                "body failed validation: {}.{name} should be defined, instead was `undefined`.",
                self.path
            ))
        })
    }

    /// Refuses every field that is not in the list.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), ApiError> {
        for (name, value) in self.object()? {
            if !allowed.contains(&name.as_str()) {
                let at = At { path: format!("{}.{name}", self.path), value };
                return Err(at.should_be("not present"));
            }
        }
        Ok(())
    }

    /// The items, if this is an array of at most `limit`.
    pub(super) fn array(&self, limit: usize) -> Result<Vec<At<'a>>, ApiError> {
        let items = self.value.as_array().ok_or_else(|| self.should_be("an array"))?;
        self.length_up_to(items.len(), limit)?;
        let place = |(index, value)| At { path: format!("{}[{index}]", self.path), value };
        Ok(items.iter().enumerate().map(place).collect())
    }

    /// The text, if this is a string.
    pub(super) fn string(&self) -> Result<&'a str, ApiError> {
        self.value.as_str().ok_or_else(|| self.should_be("a string"))
    }

    /// The text, if it has at most `limit` UTF-16 units.
    pub(super) fn string_up_to(&self, limit: usize) -> Result<&'a str, ApiError> {
        let text = self.string()?;
        self.length_up_to(text.encode_utf16().count(), limit)?;
        Ok(text)
    }

    /// The text, if it has at least one and at most `limit` UTF-16 units.
    pub(super) fn filled_string_up_to(&self, limit: usize) -> Result<&'a str, ApiError> {
        let text = self.string_up_to(limit)?;
        if text.is_empty() {
            return Err(self.refuse(".length should be ≥ `1`, instead was `0`.").joined());
        }
        Ok(text)
    }

    fn length_up_to(&self, length: usize, limit: usize) -> Result<(), ApiError> {
        if length > limit {
            let what = format!(".length should be ≤ `{limit}`, instead was `{length}`.");
            return Err(self.refuse(&what).joined());
        }
        Ok(())
    }

    /// The truth, if this is a boolean.
    pub(super) fn bool(&self) -> Result<bool, ApiError> {
        self.value.as_bool().ok_or_else(|| self.should_be("a boolean"))
    }

    /// The number, as it was written.
    pub(super) fn number(&self) -> Result<serde_json::Number, ApiError> {
        self.value.as_number().cloned().ok_or_else(|| self.should_be("a number"))
    }

    /// A whole number within these bounds.
    pub(super) fn whole_between(&self, least: u64, most: u64) -> Result<u64, ApiError> {
        let number = self.value.as_u64().filter(|number| (least..=most).contains(number));
        let what = format!("should be a whole number from {least} to {most}, instead was `{}`.", self.value);
        number.ok_or_else(|| self.refuse(&what))
    }

    /// The id, with or without dashes.
    pub(super) fn uuid(&self) -> Result<Uuid, ApiError> {
        Uuid::parse_str(self.string()?).map_err(|_| self.should_be("a valid uuid"))
    }

    /// A text that parses as an absolute URL of bounded length.
    pub(super) fn url(&self) -> Result<&'a str, ApiError> {
        let text = self.filled_string_up_to(limits::URL_UNITS)?;
        Url::parse(text).map_err(|_| self.should_be("a valid URL"))?;
        Ok(text)
    }

    /// One of a fixed set of words.
    pub(super) fn one_of(&self, words: &[&'static str]) -> Result<&'static str, ApiError> {
        let text = self.string()?;
        let found = words.iter().find(|word| **word == text);
        found.copied().ok_or_else(|| {
            let list = words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
            self.should_be(&list)
        })
    }
}

impl ApiError {
    /// Closes the gap between a path and `.length`, which Notion writes as one word.
    fn joined(mut self) -> Self {
        self.message = self.message.replacen(" .length", ".length", 1);
        self
    }
}
