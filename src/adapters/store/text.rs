//! Between our types and the text the tables keep.

use sea_orm::sea_query::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// A stranger's text as both databases can keep it: PostgreSQL refuses the NUL character.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "")
}

/// A document to be kept.
pub(super) fn document<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(Failure::bug)
}

/// A document that others depend on.
pub(super) fn parsed<T: DeserializeOwned>(text: &str, what: &'static str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|error| Failure::bug(error).context(what))
}

/// A checkpoint. One that cannot be read, say of an older version of the service, counts as not reached:
/// doing the work again is better than an entry that can never go on.
pub(super) fn checkpoint<T: DeserializeOwned>(text: Option<String>, what: &'static str) -> Option<T> {
    match serde_json::from_str(&text?) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(%error, checkpoint = what, "a checkpoint cannot be read and is made again");
            None
        }
    }
}

/// A verdict's name.
pub(super) fn reason_name(reason: Reason) -> Outcome<String> {
    match serde_json::to_value(reason).map_err(Failure::bug)? {
        serde_json::Value::String(name) => Ok(name),
        other => Err(Failure::bug(anyhow::anyhow!("a reason is written as {other}"))),
    }
}

/// The verdict of this name. One we do not know was given by another version; its owner is at least told
/// that it did not work.
pub(super) fn reason(name: &str) -> Reason {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap_or(Reason::AttemptsExhausted)
}

/// An id of ours.
pub(super) fn uuid(text: &str) -> Outcome<Uuid> {
    text.parse().map_err(Failure::bug)
}

/// SQL's null for a text column.
pub(super) fn no_text() -> Value {
    Value::String(None)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn every_reason_comes_back_by_its_name_and_an_unknown_one_is_still_told() {
        for known in Reason::ALL {
            assert_eq!(reason(&reason_name(known).unwrap()), known);
        }
        assert_eq!(reason("from_the_future"), Reason::AttemptsExhausted);
    }

    #[test]
    fn a_checkpoint_of_another_shape_counts_as_not_reached() {
        assert_eq!(checkpoint::<Vec<u8>>(Some("[1]".into()), "test"), Some(vec![1]));
        assert_eq!(checkpoint::<Vec<u8>>(Some("{}".into()), "test"), None);
        assert_eq!(checkpoint::<Vec<u8>>(None, "test"), None);
    }
}
