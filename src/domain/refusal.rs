//! Why something a person asked for is not done: a closed list, each with what happened and what to do next.
//!
//! Shown as an error of the interface and as a message on a page. Quotes nothing of another user's.

use serde::Serialize;

use super::adopt::Missing;

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
    /// Nobody gave the service access to a workspace yet.
    NotConnected,
    /// Notion shows no such database to the connection, or there is none.
    NotShared,
    /// The address leads to a page.
    IsPage,
    /// The database has several data sources; its owner has to say which.
    SeveralSources {
        /// Those there are.
        choices: Vec<Choice>,
    },
    /// Somebody else has the same rows watched: each would be read and paid twice.
    WatchedByOther,
    /// Another content database of the user has the tag.
    TagTaken {
        /// The tag.
        tag: String,
    },
    /// The database lacks columns.
    Missing {
        /// What is missing, and the columns that would be added.
        missing: Vec<Missing>,
    },
    /// There is no place to make a database in.
    NothingShared,
    /// The connection may not make or change databases.
    NotAllowed,
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
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
            Self::Busy { what } => format!("This {what} is being worked on already."),
            Self::Crowded => "Too many pages are watching at the moment.".to_owned(),
            Self::Invalid { field, .. } => format!("`{field}` cannot be used."),
            Self::NotConnected => "No workspace is connected.".to_owned(),
            Self::NotShared => "Notion does not show this database to Linkscribe.".to_owned(),
            Self::IsPage => "This is a page, not a database.".to_owned(),
            Self::SeveralSources { .. } => "This database has several data sources.".to_owned(),
            Self::WatchedByOther => "This database is watched for another account already.".to_owned(),
            Self::TagTaken { tag } => {
                format!("The tag \u{201c}{tag}\u{201d} leads to another database already.")
            }
            Self::Missing { .. } => "The database lacks columns that Linkscribe needs.".to_owned(),
            Self::NothingShared => "Linkscribe has no place in this workspace yet.".to_owned(),
            Self::NotAllowed => "Linkscribe may not change anything in this workspace.".to_owned(),
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
            Self::Busy { .. } => "Wait until it is completed or failed, then try again.".to_owned(),
            Self::Crowded => "Nothing is lost. Load the page again in a moment.".to_owned(),
            Self::Invalid { hint, .. } => hint.clone(),
            Self::NotConnected => "Connect a Notion workspace first.".to_owned(),
            Self::NotShared => {
                "Share it: in Notion, open the database as a page, then \u{2026} > Connections > Linkscribe. Then \
                 try again. If it lies in the trash, restore it first."
                    .to_owned()
            }
            Self::IsPage => {
                "Open the database itself as a page and copy that address. Of a linked view, open the \
                 database it shows."
                    .to_owned()
            }
            Self::SeveralSources { .. } => {
                "Choose one of `choices` and send its id as `data_source_id`.".to_owned()
            }
            Self::WatchedByOther => {
                "Each row would be read and paid twice. Ask the people you share it with who has it \
                 registered, or use another database."
                    .to_owned()
            }
            Self::TagTaken { .. } => "Choose another tag.".to_owned(),
            Self::Missing { missing } => {
                let why = missing.iter().filter(|missing| missing.necessary);
                let why = why.filter_map(|missing| missing.why.clone()).collect::<Vec<_>>().join(" ");
                let fix = "Send `add_missing: true` to have the columns in `missing` added, or name columns in \
                           `mapping`.";
                format!("{why} {fix}").trim_start().to_owned()
            }
            Self::NothingShared => {
                "Share a page with Linkscribe: in Notion, open it, then \u{2026} > Connections > Linkscribe. The \
                 database is made in it."
                    .to_owned()
            }
            Self::NotAllowed => {
                "Allow the integration to insert and update content in its settings at Notion, or connect the \
                 workspace again."
                    .to_owned()
            }
        }
    }
}
