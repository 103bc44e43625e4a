//! Sharing request budgets between everything that talks to the same party.

use std::time::Duration;

use async_trait::async_trait;

use crate::failure::Outcome;

/// One budget a request is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Whose budget.
    pub key: String,
    /// Goes only while fewer than this many requests were taken in the present window, by whomever. Who has to
    /// leave something to others names less than the whole budget.
    pub up_to: u32,
}

/// Budgets of requests per key, shared by all who use the same store.
#[async_trait]
pub trait RateBudget: Send + Sync {
    /// Takes one request out of each of these budgets, or out of none of them.
    ///
    /// `Ok(None)` means go; `Ok(Some(pause))` means nothing was taken and the next try makes sense after `pause`.
    async fn take(&self, draws: &[Draw]) -> Outcome<Option<Duration>>;

    /// Closes the budget of `key` for this long, because the other side said so.
    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()>;
}
