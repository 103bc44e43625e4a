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
    /// It is not in a state in which this can be done.
    Busy {
        /// What is being worked on, such as `entry`.
        what: &'static str,
    },
    /// Too many people watch at once.
    Crowded,
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
            Self::Busy { what } => format!("This {what} is being worked on already."),
            Self::Crowded => "Too many pages are watching at the moment.".to_owned(),
            Self::Invalid { field, .. } => format!("`{field}` cannot be used."),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::NotFound { .. } => "Check the address; it may have been removed.".to_owned(),
            Self::Disconnected { .. } => "Connect the workspace again.".to_owned(),
            Self::Busy { .. } => "Wait until it is completed or failed, then try again.".to_owned(),
            Self::Crowded => "Nothing is lost. Load the page again in a moment.".to_owned(),
            Self::Invalid { hint, .. } => hint.clone(),
        }
    }
}
