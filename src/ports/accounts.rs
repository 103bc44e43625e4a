//! Who uses the service: users, their sessions, their connections with the tokens sealed.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::access::Access;
use crate::domain::account::ConnectionView;
use crate::domain::entry::{ConnectionId, UserId};
use crate::failure::Outcome;

/// What opens a workspace.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Sent with each request.
    pub access: SecretString,
    /// Buys the next pair; `None` for integration tokens, which do not expire.
    pub refresh: Option<SecretString>,
}

impl Tokens {
    /// A token that is never renewed.
    pub fn lasting(access: impl Into<SecretString>) -> Self {
        Self { access: access.into(), refresh: None }
    }
}

/// The right of one instance to spend a refresh token, which works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenewalRight(
    /// Until when, in milliseconds of the database's clock; no two rights of a connection end together.
    pub i64,
);

/// A connection to be kept.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Who authorised it, as the workspace's provider knows them; for tokens given on the command line, a
    /// name derived from the token's integration.
    pub person: String,
    /// The integration's id in this workspace; the same person and bot replace the tokens there are.
    pub bot: String,
    /// The workspace's own id, where it is told; shared by all its connections.
    pub workspace_id: String,
    /// The workspace's name, for people.
    pub workspace: String,
    /// What opens it; sealed before it is stored.
    pub tokens: Tokens,
}

/// A connection as kept.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Our id.
    pub id: ConnectionId,
    /// Whose it is.
    pub user: UserId,
    /// The integration's id in this workspace.
    pub bot: String,
    /// The workspace's own id; empty where it was not told.
    pub workspace_id: String,
    /// The workspace's name, for people.
    pub workspace: String,
    /// What opens it.
    pub access: Access,
    /// Whether Notion refused it for good; only its owner can open it again.
    pub revoked: bool,
}

/// Keeps users, sessions and connections.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Keeps a connection and its user, who is made where they are new. A revoked one is open again: its
    /// databases are asked at once, and entries that ended untold for want of access go on.
    async fn keep_connection(&self, new: NewConnection) -> Outcome<(UserId, ConnectionId)>;

    /// A connection with its token opened.
    async fn connection(&self, id: ConnectionId) -> Outcome<Option<Connection>>;

    /// A user's connections, oldest first.
    async fn connections(&self, user: UserId) -> Outcome<Vec<ConnectionView>>;

    /// Removes a user's connection with its databases and entries; `false` where the user has no such one.
    async fn remove_connection(&self, user: UserId, id: ConnectionId) -> Outcome<bool>;

    /// Both tokens of a connection, opened.
    async fn tokens(&self, id: ConnectionId) -> Outcome<Option<Tokens>>;

    /// Takes the right to buy a new pair for a connection, for so long at most; `None` while somebody else has
    /// it.
    async fn begin_renewal(&self, id: ConnectionId, lasts: Duration) -> Outcome<Option<RenewalRight>>;

    /// Stores a new pair in the place of the one whose access token was `refused`; `false` where somebody
    /// else replaced it already.
    async fn replace_tokens(&self, id: ConnectionId, refused: &SecretString, new: &Tokens) -> Outcome<bool>;

    /// Marks a connection whose access token `refused` is as revoked, unless it was replaced meanwhile.
    async fn mark_revoked(&self, id: ConnectionId, refused: &SecretString) -> Outcome<()>;

    /// Gives the right to buy a new pair back; one that ran out meanwhile is left to whoever has it now.
    async fn end_renewal(&self, id: ConnectionId, right: RenewalRight) -> Outcome<()>;

    /// Opens a session and gives what its cookie holds; only a hash of it is kept.
    async fn open_session(&self, user: UserId, lasts: Duration) -> Outcome<SecretString>;

    /// Whose session this is; `None` when it is unknown or has run out.
    async fn session(&self, cookie: &SecretString) -> Outcome<Option<UserId>>;

    /// Ends a session.
    async fn close_session(&self, cookie: &SecretString) -> Outcome<()>;
}
