//! Sign-ins that have begun at a provider and not yet come back.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::accounts::Tokens;
use crate::failure::Outcome;

/// Keeps what belongs to a state until it comes back.
#[async_trait]
pub trait SignIns: Send + Sync {
    /// Keeps `belongs` under a state that nobody can guess, for so long.
    async fn begin(&self, state: &str, belongs: &str, lasts: Duration) -> Outcome<()>;

    /// Takes it away, at most once for all who ask at the same moment.
    async fn take(&self, state: &str) -> Outcome<Option<String>>;
}

/// What a person granted at Notion.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The person's id; none where the workspace itself is the owner.
    pub person: Option<String>,
    /// The integration's id in this workspace.
    pub bot: String,
    /// The workspace's id.
    pub workspace_id: String,
    /// The workspace's name.
    pub workspace: String,
    /// What opens it.
    pub tokens: Tokens,
}

/// Notion's side of OAuth.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Where a browser is sent to ask for consent; it comes back to `redirect` with this state.
    fn address(&self, state: &str, redirect: &str) -> String;

    /// Buys a grant with a code. A code that is refused fails as permanent with `Disconnected`.
    async fn grant(&self, code: &SecretString, redirect: &str) -> Outcome<Grant>;

    /// Buys a new pair with a refresh token. One that is refused fails as permanent with `Disconnected`.
    async fn renew(&self, refresh: &SecretString) -> Outcome<Tokens>;

    /// Gives a token back; one that is unknown already is no failure.
    async fn revoke(&self, token: &SecretString) -> Outcome<()>;
}
