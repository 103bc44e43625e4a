//! What the routes ask the Http actor. Each message answers with what a page or the interface shows.

use actix::Message;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{AskReadiness, Door, Feed};
use crate::domain::cost::Spent;
use crate::domain::entry::{DatabaseId, EntryId, UserId};
use crate::domain::media::{MediaInfo, ScreenText, Transcript};
use crate::domain::note::Note;
use crate::domain::progress::EntryState;
use crate::domain::refusal::Refusal;
use crate::domain::stage::Status;
use crate::failure::Outcome;

/// One door for each message that the routes send; `Doors::of` opens them all on one actor.
macro_rules! doors {
    ($($(#[$doc:meta])* $name:ident: $message:ty),* $(,)?) => {
        /// The doors to the actor behind the routes.
        #[derive(Clone)]
        pub struct Doors {
            $($(#[$doc])* pub $name: Door<$message>,)*
        }

        impl Doors {
            /// All doors lead to this actor.
            pub fn of<A>(actor: &actix::Addr<A>) -> Self
            where
                A: actix::Actor<Context = actix::Context<A>> $(+ actix::Handler<$message>)*,
            {
                Self { $($name: actor.clone().recipient(),)* }
            }
        }
    };
}

doors! {
    /// Whether the service is able to work.
    readiness: AskReadiness,
    /// Whose browser this is.
    who_is: WhoIs,
    /// A user's entries.
    list_entries: ListEntries,
    /// One entry of a user.
    show_entry: ShowEntry,
    /// Another run of an entry.
    retry_entry: RetryEntry,
    /// How a user's entries move.
    watch_entries: WatchEntries,
    /// What a user paid.
    ask_usage: AskUsage,
}

/// What a person's request is answered with: what they asked for, or why not. A failure is neither: then the
/// service could not tell.
pub type Answer<T> = Outcome<Result<T, Refusal>>;

/// Whose session does this cookie open?
#[derive(Debug, Clone, Message)]
#[rtype(result = "Outcome<Option<UserId>>")]
pub struct WhoIs {
    /// What the cookie holds.
    pub cookie: SecretString,
}

/// Which entries has this user?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryList>")]
pub struct ListEntries {
    /// Whose.
    pub user: UserId,
    /// Those of one database.
    pub database: Option<DatabaseId>,
    /// Those at one status.
    pub status: Option<Status>,
    /// Those made before this one.
    pub before: Option<EntryId>,
    /// At most so many.
    pub limit: u32,
}

/// A page of entries, newest first.
#[derive(Debug, Clone)]
pub struct EntryList {
    /// The entries.
    pub entries: Vec<EntryState>,
    /// The last of them, where there are older ones.
    pub next: Option<EntryId>,
}

/// Where is this entry, and what came out of it?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryDetail>")]
pub struct ShowEntry {
    /// Who asks; only its owner is told.
    pub user: UserId,
    /// Which one.
    pub entry: EntryId,
}

/// Everything about an entry. Texts out of the video are a stranger's.
#[derive(Debug, Clone)]
pub struct EntryDetail {
    /// Where it is.
    pub state: EntryState,
    /// What the platform says.
    pub info: Option<MediaInfo>,
    /// What is said.
    pub transcript: Option<Transcript>,
    /// What is shown.
    pub screen_text: Option<ScreenText>,
    /// What was made of it.
    pub note: Option<Note>,
    /// What was paid for it, in all its runs.
    pub spent: Spent,
}

/// Let this entry run again.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<EntryState>")]
pub struct RetryEntry {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub entry: EntryId,
}

/// Tell how this user's entries move.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Feed>")]
pub struct WatchEntries {
    /// Whose.
    pub user: UserId,
    /// What the reader last heard of, in milliseconds since 1970.
    pub since: Option<i64>,
}

/// What did this user pay?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Outcome<Spent>")]
pub struct AskUsage {
    /// Whose.
    pub user: UserId,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Until before then.
    pub until: DateTime<Utc>,
}

/// Register a link database with an integration token.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Outcome<Registered>")]
pub struct Register {
    /// The integration's token.
    pub token: SecretString,
    /// The database's id or its address, as people copy it.
    pub database: String,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language the owner wants prose in.
    pub language: Option<String>,
}

/// A registered database.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// Our id of it.
    pub id: DatabaseId,
    /// The workspace's name.
    pub workspace: String,
    /// The database's title.
    pub title: String,
    /// Which column plays which part, by name: (part, column).
    pub parts: Vec<(&'static str, String)>,
}
