//! Who is connected, and which databases are watched.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::workspace::Access;
use crate::domain::entry::{ConnectionId, DatabaseId, LinkDatabase};
use crate::failure::Outcome;

/// A connection to be kept.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The workspace's name, for people.
    pub workspace: String,
    /// Whose it is; for tokens given on the command line, a name derived from the token's workspace.
    pub owner: String,
    /// The bearer token; sealed before it is stored.
    pub token: SecretString,
}

/// A connection as kept.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Our id.
    pub id: ConnectionId,
    /// The workspace's name, for people.
    pub workspace: String,
    /// Whose it is.
    pub owner: String,
    /// What opens it.
    pub access: Access,
}

/// Keeps connections and registered databases.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Keeps a connection; the same owner and workspace replace the token of the one there is.
    async fn keep_connection(&self, new: NewConnection) -> Outcome<ConnectionId>;

    /// A connection with its token opened.
    async fn connection(&self, id: ConnectionId) -> Outcome<Option<Connection>>;

    /// Keeps a database; the same data source in the same connection replaces what was known of it.
    async fn keep_database(&self, database: LinkDatabase) -> Outcome<DatabaseId>;

    /// One registered database.
    async fn database(&self, id: DatabaseId) -> Outcome<Option<LinkDatabase>>;

    /// All registered databases.
    async fn databases(&self) -> Outcome<Vec<LinkDatabase>>;

    /// Takes up to `limit` databases whose poll is due and puts their next poll `interval` later, so
    /// that of several instances only one polls.
    async fn due_polls(&self, limit: u32, interval: Duration) -> Outcome<Vec<LinkDatabase>>;
}
