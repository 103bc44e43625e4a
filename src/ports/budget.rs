//! Sharing a request budget between everything that talks to the same party.

use std::time::Duration;

use async_trait::async_trait;

use crate::failure::Outcome;

/// A budget of requests per key, shared by all who use the same store.
#[async_trait]
pub trait RateBudget: Send + Sync {
    /// Takes one request out of the budget of `key`.
    ///
    /// `Ok(None)` means go; `Ok(Some(pause))` means nothing was taken and the next try makes sense after `pause`.
    async fn take(&self, key: &str) -> Outcome<Option<Duration>>;

    /// Closes the budget of `key` for this long, because the other side said so.
    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()>;
}
