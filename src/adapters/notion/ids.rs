//! Notion's ids, checked before they enter a path, and found in the addresses people copy.

use anyhow::anyhow;
use url::Url;
use uuid::Uuid;

use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// Length of an id without dashes.
const SIMPLE: usize = 32;

/// Length of an id with dashes.
const HYPHENATED: usize = 36;

/// An id in the form Notion writes it; anything else leads nowhere.
pub(super) fn checked(id: &str) -> Outcome<String> {
    plain_id(id).ok_or_else(|| Failure::permanent(Reason::RowGone, anyhow!("not an id of notion")))
}

/// The id in what a person pasted: an id, or the address of a database as the browser or "Copy link"
/// gives it. The id of the view behind `?v=` is not it.
pub(super) fn pasted(text: &str) -> Outcome<String> {
    let text = text.trim();
    plain_id(text)
        .or_else(|| Url::parse(text).ok().and_then(|url| in_address(&url)))
        // People leave the scheme out.
        .or_else(|| Url::parse(&format!("https://{text}")).ok().and_then(|url| in_address(&url)))
        .ok_or_else(|| {
            Failure::permanent(Reason::NotALink, anyhow!("neither an id nor an address of a notion database"))
        })
}

/// The last part of the path that ends in an id, else the page a peek (`?p=`) shows.
fn in_address(url: &Url) -> Option<String> {
    let in_path = url.path_segments().into_iter().flatten().rev().find_map(trailing_id);
    in_path.or_else(|| url.query_pairs().find(|(name, _)| name == "p").and_then(|(_, id)| plain_id(&id)))
}

/// `Recipes-0123…` or the bare id.
fn trailing_id(part: &str) -> Option<String> {
    let tail = |length: usize| {
        let start = part.len().checked_sub(length)?;
        let before = part.get(..start)?;
        if before.is_empty() || before.ends_with('-') { plain_id(part.get(start..)?) } else { None }
    };
    tail(HYPHENATED).or_else(|| tail(SIMPLE))
}

/// With or without dashes, and nothing around it: `Uuid` alone would take braces and a URN too.
fn plain_id(text: &str) -> Option<String> {
    matches!(text.len(), SIMPLE | HYPHENATED)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
        .map(|id| id.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::failure::Kind;

    const ID: &str = "0c1d2e3f-4a5b-6c7d-8e9f-001122334455";

    #[test]
    fn an_id_is_found_in_everything_people_paste() {
        for text in [
            ID,
            "0C1D2E3F4A5B6C7D8E9F001122334455",
            " 0c1d2e3f4a5b6c7d8e9f001122334455\n",
            "https://www.notion.so/acme/Recipes-0c1d2e3f4a5b6c7d8e9f001122334455?v=ffffffffffffffffffffffffffffffff",
            "https://www.notion.so/0c1d2e3f4a5b6c7d8e9f001122334455?v=ffffffffffffffffffffffffffffffff&pvs=4",
            "https://app.notion.com/p/0c1d2e3f4a5b6c7d8e9f001122334455?v=ffffffffffffffffffffffffffffffff",
            "https://app.notion.com/p/acme/Mes-vid%C3%A9os-0c1d2e3f4a5b6c7d8e9f001122334455",
            "https://app.notion.com/p/Recipes-0c1d2e3f-4a5b-6c7d-8e9f-001122334455#block",
            "https://www.notion.so/acme?p=0c1d2e3f4a5b6c7d8e9f001122334455",
            "notion.so/acme/Recipes-0c1d2e3f4a5b6c7d8e9f001122334455",
        ] {
            assert_eq!(pasted(text).unwrap(), ID, "{text}");
        }
    }

    #[test]
    fn what_holds_no_id_is_told_apart_from_what_is_gone() {
        for text in [
            "",
            "Recipes",
            "https://www.notion.so/acme?v=0c1d2e3f4a5b6c7d8e9f001122334455",
            "https://www.notion.so/acme/é0c1d2e3f4a5b6c7d8e9f00112233445",
        ] {
            assert_eq!(pasted(text).unwrap_err().kind, Kind::Permanent(Reason::NotALink), "{text}");
        }
    }

    #[test]
    fn nothing_but_an_id_enters_a_path() {
        assert_eq!(checked("0c1d2e3f4a5b6c7d8e9f001122334455").unwrap(), ID);
        for id in [
            "",
            "..",
            "../users/me",
            "{0c1d2e3f-4a5b-6c7d-8e9f-001122334455}",
            "0c1d2e3f4a5b6c7d8e9f00112233445g",
        ] {
            assert_eq!(checked(id).unwrap_err().kind, Kind::Permanent(Reason::RowGone), "{id}");
        }
    }
}
