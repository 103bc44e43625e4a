//! Why something a person asked for is not done: a closed list, each with what happened and what to do next.
//!
//! Shown as an error of the interface and as a message on a page. Quotes nothing of another user's.

use serde::Serialize;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Refusal {
    /// There is no such thing, or it is another user's: nobody can tell which.
    NotFound {
        /// What was asked for, such as `database`.
        what: &'static str,
    },
    /// The workspace took its access away.
    Disconnected {
        /// The workspace's name.
        workspace: String,
    },
    /// The operator has not set up signing in.
    NobodySignsIn,
    /// The person did not consent.
    Denied,
    /// The state of a sign-in is unknown: too old, used already, or never given out.
    SignInUnknown,
    /// The sign-in was begun in another browser.
    OtherBrowser,
    /// Notion refuses the code that came back.
    CodeRefused,
    /// Something in the request cannot be used.
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong with it and what would be right.
        hint: String,
    },
}

impl Refusal {
    /// What happened, in one sentence.
    pub fn title(&self) -> String {
        match self {
            Self::NotFound { what } => format!("There is no such {what}."),
            Self::Disconnected { workspace } => {
                format!("The workspace \u{201c}{workspace}\u{201d} took its access away.")
            }
            Self::NobodySignsIn => "Nobody can sign in here yet.".to_owned(),
            Self::Denied => "Notion was not connected.".to_owned(),
            Self::SignInUnknown => "This sign-in has run out or was used already.".to_owned(),
            Self::OtherBrowser => "This sign-in was begun in another browser.".to_owned(),
            Self::CodeRefused => "Notion did not accept this sign-in.".to_owned(),
            Self::Invalid { field, .. } => format!("`{field}` cannot be used."),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::NotFound { .. } => "Check the address; it may have been removed.".to_owned(),
            Self::Disconnected { .. } => "Connect the workspace again.".to_owned(),
            Self::NobodySignsIn => {
                "The operator has to set NOTION_CLIENT_ID and NOTION_CLIENT_SECRET.".to_owned()
            }
            Self::Denied => {
                "You pressed Cancel at Notion, so nothing was shared. Try again whenever you like.".to_owned()
            }
            Self::SignInUnknown => "A sign-in lasts five minutes and works once. Begin a new one.".to_owned(),
            Self::OtherBrowser => "Begin and finish it in the same browser, with cookies allowed.".to_owned(),
            Self::CodeRefused => "Begin a new sign-in; it usually works the second time.".to_owned(),
            Self::Invalid { hint, .. } => hint.clone(),
        }
    }
}
