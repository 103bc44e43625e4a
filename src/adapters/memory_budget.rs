//! A request budget in this process's memory: a fixed window for each key.
//!
//! Takes a key and gives leave to go or the pause after which asking makes sense. Never fails. Time is
//! tokio's, so that a test can pause it. Enough for one instance; several share theirs in Redis.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::notion;
use crate::failure::Outcome;
use crate::ports::RateBudget;

/// From this many keys on, the ones without an open window are forgotten. A key costs about 100 bytes.
const MANY_KEYS: usize = 1_000;

/// Requests per window and key, counted here.
#[derive(Debug)]
pub struct MemoryBudget {
    requests: u32,
    window: Duration,
    accounts: Mutex<HashMap<String, Account>>,
}

/// What was taken of one key's budget.
#[derive(Debug, Clone, Copy)]
struct Account {
    window_ends: Instant,
    used: u32,
    closed_until: Instant,
}

impl Account {
    /// Nothing taken, no window open.
    fn fresh(now: Instant) -> Self {
        Self { window_ends: now, used: 0, closed_until: now }
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.window_ends <= now && self.closed_until <= now
    }

    fn take(&mut self, now: Instant, requests: u32, window: Duration) -> Option<Duration> {
        if self.closed_until > now {
            return Some(self.closed_until - now);
        }
        if self.window_ends <= now {
            *self = Self { window_ends: now + window, used: 0, closed_until: now };
        }
        if self.used >= requests {
            return Some(self.window_ends - now);
        }
        self.used += 1;
        None
    }
}

impl MemoryBudget {
    /// A budget of `requests` in each `window`, which begins with the first request after the last one.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window, accounts: Mutex::default() }
    }

    /// The budget Notion gives a connection.
    pub fn for_notion() -> Self {
        Self::new(notion::REQUESTS_PER_WINDOW, notion::WINDOW)
    }

    /// Changes one account; the lock is held for this calculation only.
    fn with_account<T>(&self, key: &str, change: impl FnOnce(&mut Account, Instant) -> T) -> T {
        let now = Instant::now();
        // A panic elsewhere cannot leave an account half changed: the arithmetic has no early way out.
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MANY_KEYS {
            accounts.retain(|_, account| !account.is_idle(now));
        }
        change(accounts.entry(key.to_owned()).or_insert_with(|| Account::fresh(now)), now)
    }
}

#[async_trait]
impl RateBudget for MemoryBudget {
    async fn take(&self, key: &str) -> Outcome<Option<Duration>> {
        Ok(self.with_account(key, |account, now| account.take(now, self.requests, self.window)))
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        self.with_account(key, |account, now| {
            account.closed_until = account.closed_until.max(now + pause);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn idle_keys_are_forgotten_and_busy_ones_are_not() {
        let budget = MemoryBudget::new(1, Duration::from_mins(1));
        for number in 0..MANY_KEYS {
            assert_eq!(budget.take(&number.to_string()).await.unwrap(), None);
        }
        budget.close_for("busy", Duration::from_mins(5)).await.unwrap();
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(budget.take("busy").await.unwrap().is_some());
        assert_eq!(budget.accounts.lock().unwrap().len(), 1);
    }
}
