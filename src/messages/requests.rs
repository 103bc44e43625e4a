//! What the routes ask the Http actor. Each message answers with what a page or the interface shows.

use actix::Message;
use secrecy::SecretString;

use super::{AskReadiness, Door};
use crate::domain::entry::{DatabaseId, EntryId, EntryView, ImportId, UserId};
use crate::domain::import::view::ImportView;
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

/// What is in this export, and what would it add to this database? Nothing is written to the workspace.
#[derive(Debug, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct UploadImport {
    /// Who asks.
    pub user: UserId,
    /// The link database the rows would be made in.
    pub database: DatabaseId,
    /// The file, at its beginning; nobody else can open it, and it goes with its handle.
    pub file: std::fs::File,
}

/// Where is this import?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct ShowImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
}

/// Which imports does this database have? Newest first.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Vec<ImportView>>")]
pub struct ListImports {
    /// Who asks.
    pub user: UserId,
    /// Which database.
    pub database: DatabaseId,
}

/// Yes, take it in; or: go on with what was paused.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct ConfirmImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
    /// Whether links that were merely liked are taken in as well.
    pub likes: bool,
}

/// Stop it: rows that are not made stay so.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct CancelImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
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
