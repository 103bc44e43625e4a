//! A request budget in this process's memory: a fixed window for each key.
//!
//! Takes from all keys of a request or from none, and gives leave to go or the pause after which asking makes
//! sense. Never fails. Time is tokio's, so that a test can pause it. Enough for one instance; several share
//! theirs in Redis.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::failure::Outcome;
use crate::ports::{Draw, RateBudget};

/// From this many keys on, the ones without an open window are forgotten, once in a window: ten thousand busy ones
/// must not be looked through for each request. A key costs about 100 bytes.
const MANY_KEYS: usize = 1_000;

/// A pause is at least this long, or whoever waits would ask in a circle.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

/// Requests per window and key, counted here.
#[derive(Debug)]
pub struct MemoryBudget {
    window: Duration,
    accounts: Mutex<Accounts>,
}

/// All accounts, and when they were last looked through.
#[derive(Debug, Default)]
struct Accounts {
    by_key: HashMap<String, Account>,
    tidied: Option<Instant>,
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

    /// How long a request has to wait that goes only while fewer than `up_to` were taken.
    fn pause(&self, now: Instant, up_to: u32) -> Option<Duration> {
        if self.closed_until > now {
            return Some(self.closed_until - now);
        }
        let used = if self.window_ends <= now { 0 } else { self.used };
        // A budget of nothing is asked about again like a spent one.
        let until = self.window_ends.max(now + LEAST_PAUSE);
        (used >= up_to).then(|| until - now)
    }

    fn take(&mut self, now: Instant, window: Duration) {
        if self.window_ends <= now {
            *self = Self { window_ends: now + window, used: 0, closed_until: now };
        }
        self.used += 1;
    }
}

impl MemoryBudget {
    /// Budgets counted in windows of this length, each of which begins with the first request after the last one.
    pub fn new(window: Duration) -> Self {
        Self { window, accounts: Mutex::default() }
    }

    /// Changes the accounts; the lock is held for this calculation only.
    fn with_accounts<T>(&self, change: impl FnOnce(&mut HashMap<String, Account>, Instant) -> T) -> T {
        let now = Instant::now();
        // A panic elsewhere cannot leave an account half changed: the arithmetic has no early way out.
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = accounts.tidied.is_none_or(|tidied| tidied + self.window <= now);
        if is_time && accounts.by_key.len() >= MANY_KEYS {
            accounts.by_key.retain(|_, account| !account.is_idle(now));
            accounts.tidied = Some(now);
        }
        change(&mut accounts.by_key, now)
    }
}

#[async_trait]
impl RateBudget for MemoryBudget {
    async fn take(&self, draws: &[Draw]) -> Outcome<Option<Duration>> {
        Ok(self.with_accounts(|accounts, now| {
            let wait = |draw: &Draw| {
                accounts.get(&draw.key).copied().unwrap_or_else(|| Account::fresh(now)).pause(now, draw.up_to)
            };
            let pause = draws.iter().filter_map(wait).max();
            if pause.is_none() {
                for draw in draws {
                    let account = accounts.entry(draw.key.clone()).or_insert_with(|| Account::fresh(now));
                    account.take(now, self.window);
                }
            }
            pause
        }))
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        self.with_accounts(|accounts, now| {
            let account = accounts.entry(key.to_owned()).or_insert_with(|| Account::fresh(now));
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
        let budget = MemoryBudget::new(Duration::from_mins(1));
        let one = |key: &str| [Draw { key: key.into(), up_to: 1 }];
        for number in 0..MANY_KEYS {
            assert_eq!(budget.take(&one(&number.to_string())).await.unwrap(), None);
        }
        budget.close_for("busy", Duration::from_mins(5)).await.unwrap();
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(budget.take(&one("busy")).await.unwrap().is_some());
        assert_eq!(budget.accounts.lock().unwrap().by_key.len(), 1);
    }
}
