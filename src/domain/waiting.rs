//! Waiting that is nobody's fault: on whom, and the sentence its owner reads meanwhile.
//!
//! An entry that waits is not lost and uses up no attempt; it goes on by itself.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::reason::Reason;

/// How every sentence ends; our own words are known again by it.
const CLOSING: &str = "Nothing is lost: Linkscribe goes on by itself.";

/// An outside party that entries depend on, by the name people know it by: `OpenAI`, `TikTok`, `Notion`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Party(String);

impl Party {
    /// The party of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Where all rows live: without it no entry can go on.
    pub fn notion() -> Self {
        Self::new("Notion")
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Party {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What an entry waits for. In JSON a small object for programs: `{"for":"down","party":"OpenAI"}`,
/// `{"for":"limited","party":"TikTok"}`, `{"for":"no_space"}`, `{"for":"same_video"}`. People read [`Waiting::sentence`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for", content = "party")]
pub enum Waiting {
    /// A party is out of order.
    Down(Party),
    /// A party asks for a pause.
    Limited(Party),
    /// The machine has no room for another video.
    NoSpace,
    /// The same video is being worked on for another link.
    SameVideo,
}

impl Waiting {
    /// One or two short sentences for the owner: what is the matter, and that nothing is to be done.
    pub fn sentence(&self) -> String {
        match self {
            Self::Down(party) => {
                format!("{party} does not answer Linkscribe properly at the moment. {CLOSING}")
            }
            Self::Limited(party) => format!("{party} asks Linkscribe to slow down. {CLOSING}"),
            Self::SameVideo => {
                format!("Linkscribe is working on the same video for another link already. {CLOSING}")
            }
            Self::NoSpace => format!("Linkscribe has no room for another video at the moment. {CLOSING}"),
        }
    }

    /// Whether a text is one of these sentences, of whatever party.
    pub fn is_sentence(text: &str) -> bool {
        text.trim().ends_with(CLOSING)
    }
}

/// Whether a text is one that we tell owners in their rows: a reason, or what is waited for. Words an owner changed are
/// theirs.
pub fn is_told(text: &str) -> bool {
    Waiting::is_sentence(text) || Reason::ALL.iter().any(|reason| reason.sentence() == text.trim())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::json;

    use super::*;

    #[test]
    fn every_sentence_is_known_again_and_an_owners_words_are_not() {
        for waiting in [
            Waiting::Down(Party::notion()),
            Waiting::Limited(Party::new("TikTok")),
            Waiting::NoSpace,
            Waiting::SameVideo,
        ] {
            assert!(Waiting::is_sentence(&format!("{} ", waiting.sentence())), "{waiting:?}");
        }
        assert!(!Waiting::is_sentence("Nothing is lost."));
    }

    #[test]
    fn programs_read_a_small_object_that_the_journal_keeps_as_well() {
        let table = [
            (Waiting::Down(Party::notion()), json!({ "for": "down", "party": "Notion" })),
            (Waiting::Limited(Party::new("TikTok")), json!({ "for": "limited", "party": "TikTok" })),
            (Waiting::NoSpace, json!({ "for": "no_space" })),
            (Waiting::SameVideo, json!({ "for": "same_video" })),
        ];
        for (waiting, object) in table {
            assert_eq!(serde_json::to_value(&waiting).unwrap(), object);
            assert_eq!(serde_json::from_value::<Waiting>(object).unwrap(), waiting);
        }
    }
}
