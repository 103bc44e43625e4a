//! What the routes ask the Http actor. Each message answers with what a page or the interface shows.

mod databases;
mod entries;
mod imports;

use actix::Message;
use secrecy::{SecretSlice, SecretString};

pub use self::databases::{
    AdoptDatabase, ChangeDatabase, CreateDatabase, FindDatabases, Found, Kept, ListDatabases, Page, Pick,
    Proposal, ProposeMapping, RemoveDatabase, Shown, ViewDatabase,
};
pub use self::entries::{AskUsage, EntryDetail, EntryList, ListEntries, RetryEntry, ShowEntry, WatchEntries};
pub use self::imports::{CancelImport, ConfirmImport, ListImports, ShowImport, UploadImport};
use super::{AskReadiness, Door};
use crate::domain::account::ConnectionView;
use crate::domain::entry::{ConnectionId, DatabaseId, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::refusal::Refusal;
use crate::domain::stage::Status;
use crate::domain::webhook::Unheard;
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
    /// Figures of the whole service.
    figures: AskFigures,
    /// Whose browser this is.
    who_is: WhoIs,
    /// Somebody wants to sign in.
    begin_sign_in: BeginSignIn,
    /// Somebody comes back from Notion.
    finish_sign_in: FinishSignIn,
    /// Somebody signs out.
    sign_out: SignOut,
    /// Whose workspaces.
    connections: ListConnections,
    /// A workspace is given up.
    disconnect: Disconnect,
    /// A user's registered databases.
    list_databases: ListDatabases,
    /// One of them.
    view_database: ViewDatabase,
    /// One of them is changed.
    change_database: ChangeDatabase,
    /// One of them is removed.
    remove_database: RemoveDatabase,
    /// What a user's workspaces show.
    find_databases: FindDatabases,
    /// What would be watched in a database.
    propose_mapping: ProposeMapping,
    /// A database is registered.
    adopt_database: AdoptDatabase,
    /// A database is made.
    create_database: CreateDatabase,
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
    /// Looks at an export.
    upload_import: UploadImport,
    /// Shows an import.
    show_import: ShowImport,
    /// Shows the imports of a database.
    list_imports: ListImports,
    /// Begins an import, or lets it go on.
    confirm_import: ConfirmImport,
    /// Stops an import.
    cancel_import: CancelImport,
    /// Somebody posts what may be an event.
    hear_webhook: HearWebhook,
}

/// What a person's request is answered with: what they asked for, or why not. A failure is neither: then the
/// service could not tell.
pub type Answer<T> = Outcome<Result<T, Refusal>>;

/// How much is there, of all users together?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Outcome<Figures>")]
pub struct AskFigures;

/// Figures of the whole service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Entries at each status.
    pub entries: Vec<(Status, u64)>,
    /// Entries this instance works on at once.
    pub places: u32,
    /// Entries this instance works on now.
    pub busy: u32,
}

/// Whose session does this cookie open?
#[derive(Debug, Clone, Message)]
#[rtype(result = "Outcome<Option<UserId>>")]
pub struct WhoIs {
    /// What the cookie holds.
    pub cookie: SecretString,
}

/// Somebody wants to sign in: where is their browser sent?
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<String>")]
pub struct BeginSignIn {
    /// What binds the sign-in to this browser; kept in a cookie of its.
    pub browser: SecretString,
}

/// What a person brings back from Notion.
#[derive(Debug, Clone)]
pub enum Returned {
    /// What buys access to the workspace they chose.
    Code(SecretString),
    /// They did not consent.
    Denied,
    /// Another error of Notion's, or nothing at all.
    Nothing,
}

/// Somebody comes back from Notion: what does their session cookie hold?
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<SecretString>")]
pub struct FinishSignIn {
    /// What came back with them.
    pub state: SecretString,
    /// What came of their asking.
    pub returned: Returned,
    /// The cookie the sign-in was bound to, where their browser has it.
    pub browser: Option<SecretString>,
    /// The session that ends with this sign-in.
    pub session: Option<SecretString>,
}

/// This session ends.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Outcome<()>")]
pub struct SignOut {
    /// What its cookie holds.
    pub session: SecretString,
}

/// Which workspaces has this user connected?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Vec<ConnectionView>>")]
pub struct ListConnections {
    /// Who asks.
    pub user: UserId,
}

/// A workspace is given up, with its databases and entries here; nothing in Notion changes.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<()>")]
pub struct Disconnect {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub connection: ConnectionId,
}

/// Somebody posted this to the webhook.
#[derive(Debug, Message)]
#[rtype(result = "Outcome<Result<(), Unheard>>")]
pub struct HearWebhook {
    /// The raw body; it may hold a token.
    pub body: SecretSlice<u8>,
    /// The signature header, where it is text.
    pub signature: Option<String>,
}

/// Register a database with an integration token.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Answer<Registered>")]
pub struct Register {
    /// The integration's token.
    pub token: SecretString,
    /// The database's id or its address, as people copy it.
    pub database: String,
    /// The tag that leads to it, for a content database; `None` for a link database.
    pub tag: Option<String>,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language the owner wants prose in.
    pub language: Option<String>,
    /// What of each video is kept as a file.
    pub keep: Keep,
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
