//! What the routes ask the Http actor. Each message answers with what a page or the interface shows.

mod databases;

use actix::Message;
use secrecy::SecretString;

pub use self::databases::{
    AdoptDatabase, ChangeDatabase, CreateDatabase, FindDatabases, Found, Kept, ListDatabases, Page, Pick,
    Proposal, ProposeMapping, RemoveDatabase, Shown, ViewDatabase,
};
use super::{AskReadiness, Door};
use crate::domain::entry::{DatabaseId, EntryId, EntryView, UserId};
use crate::domain::refusal::Refusal;
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
    /// Where an entry is.
    look_up: LookUp,
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

/// Where is this entry?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Outcome<Option<EntryView>>")]
pub struct LookUp {
    /// Which one.
    pub entry: EntryId,
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
