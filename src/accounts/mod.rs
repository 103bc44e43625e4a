//! What people do with the service: they sign in, register databases, look at entries.
//!
//! Plain functions over ports, one file for each matter; the Http actor hands them what the routes ask.
//! Whatever is a user's own takes the user, and answers as if another user's things did not exist.
//! Fails with a reason a person understands.

pub mod connections;
pub mod databases;
pub mod entries;
pub mod imports;
pub mod live;
pub mod sessions;
pub mod sign_in;
pub mod webhooks;

use std::sync::Arc;

pub use self::live::Live;
pub use self::webhooks::Hooks;
use crate::domain::entry::{ConnectionId, UserId};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Accounts, Catalogue, Consent, Journal, Registry, SignIns, Workspace};

/// What the functions of this room work with.
#[derive(Clone)]
pub struct Office {
    /// Who uses the service.
    pub accounts: Arc<dyn Accounts>,
    /// Which databases are registered.
    pub registry: Arc<dyn Registry>,
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// The databases.
    pub catalogue: Arc<dyn Catalogue>,
    /// The truth about entries.
    pub journal: Arc<dyn Journal>,
    /// Where people sign in; `None` where nobody can.
    pub front: Option<Front>,
    /// Who watches entries move.
    pub live: Live,
    /// What old collections are taken in with; `None` on the command line.
    pub importing: Option<imports::Importing>,
    /// How webhooks are heard; `None` where they are not.
    pub hooks: Option<Hooks>,
    /// The link a database made in one click has as its first row; `None` for an empty one.
    pub sample_link: Option<String>,
}

/// What signing in takes.
#[derive(Clone)]
pub struct Front {
    /// Where people consent.
    pub consent: Arc<dyn Consent>,
    /// Sign-ins that have begun.
    pub sign_ins: Arc<dyn SignIns>,
    /// Where browsers come back to; exactly what is registered with Notion.
    pub callback: String,
}

impl Office {
    /// What opens a user's own connection; `None` where the user has no such one.
    pub async fn access(&self, user: UserId, connection: ConnectionId) -> Outcome<Option<Access>> {
        let found = self.accounts.connection(connection).await?.filter(|found| found.user == user);
        match found {
            Some(found) if found.revoked => Err(Failure::permanent(
                Reason::Disconnected,
                anyhow::anyhow!("the workspace took its access away"),
            )),
            found => Ok(found.map(|found| found.access)),
        }
    }
}
