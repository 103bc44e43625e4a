//! Webhook events: the token they are signed with, which were heard already, and the polls they bring forward.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::domain::webhook::Hint;
use crate::failure::Outcome;

/// Keeps what is known about webhooks, for all instances alike.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Keeps the verification token, sealed, unless one is kept already; gives the one that is kept.
    async fn keep_webhook_token(&self, token: &SecretString) -> Outcome<SecretString>;

    /// The verification token, opened. One that no key opens fails as a bug.
    async fn webhook_token(&self) -> Outcome<Option<SecretString>>;

    /// Forgets the verification token, readable or not; `false` where there was none.
    async fn forget_webhook_token(&self) -> Outcome<bool>;

    /// Remembers an event and brings the polls it hints at forward; gives how many data sources that were.
    /// An event heard before, or made by our own connections alone, changes nothing. However many events
    /// come, a data source is asked once every few seconds at most.
    async fn hear(&self, hint: &Hint) -> Outcome<u64>;
}
