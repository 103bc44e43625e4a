//! Lists come in pages: how much is wanted, and the cursors that lead from page to page.
//!
//! A cursor belongs to one list of one person with the same filters. One from elsewhere, or one that was never
//! given out, is refused in words.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::domain::entry::UserId;
use crate::domain::refusal::Refusal;

/// The most one page of a list holds.
const MOST: u32 = 100;

/// Bytes that tell lists apart. They keep nothing secret: every query asks for the user all the same.
const MARK_BYTES: usize = 8;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    pub(super) cursor: Option<String>,
    /// How many at most, 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub(super) limit: Option<String>,
}

/// One list of one person, as cursors remember it.
pub(super) struct Series([u8; MARK_BYTES]);

impl Series {
    /// The list at a path, filtered so.
    pub(super) fn of(user: UserId, path: &str, filters: &[Option<&str>]) -> Self {
        let said = serde_json::json!([user, path, filters]).to_string();
        let mut mark = [0; MARK_BYTES];
        for (byte, digested) in mark.iter_mut().zip(Sha256::digest(said)) {
            *byte = digested;
        }
        Self(mark)
    }

    /// The cursor behind a place in the list.
    pub(super) fn cursor(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode([&self.0, place.as_bytes()].concat())
    }

    /// The place a cursor leads to.
    pub(super) fn place(&self, cursor: Option<&str>) -> Result<Option<String>, Refusal> {
        let place = |cursor| {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            String::from_utf8(bytes.strip_prefix(&self.0)?.to_vec()).ok()
        };
        cursor.map(|cursor| place(cursor).ok_or_else(leads_nowhere)).transpose()
    }

    /// The place a cursor leads to, where places are ids.
    pub(super) fn id<T>(&self, cursor: Option<&str>, new: fn(uuid::Uuid) -> T) -> Result<Option<T>, Refusal> {
        let place = self.place(cursor)?;
        place.map(|place| place.parse().map(new).map_err(|_| leads_nowhere())).transpose()
    }
}

fn leads_nowhere() -> Refusal {
    let hint =
        "Take it from `next_cursor` of the page before and keep the rest of the query, or leave it out.";
    Refusal::Invalid { field: "cursor", hint: hint.to_owned() }
}

/// How much of a list is wanted.
pub(super) fn limit(given: Option<&str>, usual: u32) -> Result<u32, Refusal> {
    let Some(text) = given else { return Ok(usual) };
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| {
        let hint = format!("Ask for 1 to {MOST} at once, and follow `next_cursor`.");
        Refusal::Invalid { field: "limit", hint }
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_cursor_leads_back_into_its_own_list_alone() {
        let (ada, eve) = (UserId::new(), UserId::new());
        let list = |user, path, filter| Series::of(user, path, &[filter]);
        let ours = list(ada, "/api/entries", Some("failed"));
        let cursor = ours.cursor("behind\u{0}this");
        assert_eq!(ours.place(Some(&cursor)).unwrap().as_deref(), Some("behind\u{0}this"));
        assert_eq!(ours.place(None).unwrap(), None);
        for elsewhere in [
            list(eve, "/api/entries", Some("failed")),
            list(ada, "/api/databases", Some("failed")),
            list(ada, "/api/entries", None),
            list(ada, "/api/entries", Some("")),
        ] {
            assert!(matches!(elsewhere.place(Some(&cursor)), Err(Refusal::Invalid { field: "cursor", .. })));
        }
        for nonsense in ["", "!", "AA", "QUFBQUFBQUFB", "%00", "ä"] {
            assert!(ours.place(Some(nonsense)).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_cursor_to_something_that_is_no_id_is_refused_where_places_are_ids() {
        let list = Series::of(UserId::new(), "/api/databases", &[]);
        assert!(list.id(Some(&list.cursor("7")), UserId).is_err());
        let id = UserId::new();
        assert_eq!(list.id(Some(&list.cursor(&id.to_string())), UserId).unwrap(), Some(id));
    }

    #[test]
    fn a_page_holds_one_to_a_hundred() {
        assert_eq!(limit(None, 25).unwrap(), 25);
        assert_eq!((limit(Some("1"), 25).unwrap(), limit(Some("100"), 25).unwrap()), (1, 100));
        for odd in ["0", "101", "-1", "many", "", "1.5", "99999999999999999999"] {
            assert!(matches!(limit(Some(odd), 25), Err(Refusal::Invalid { field: "limit", .. })), "{odd}");
        }
    }
}
