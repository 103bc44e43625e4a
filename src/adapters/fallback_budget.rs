//! A shared request budget that is never waited for twice: while its store is away, this process counts alone.
//!
//! Takes the shared budget and one of our own; never fails. After a failure the shared one is left alone for
//! [`REST`], then one request tries it again while the others go on. Several instances that count alone let
//! more requests through than one budget would; that is good enough for minutes, because Notion counts
//! itself and says when it is too much.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::failure::Outcome;
use crate::ports::{Draw, RateBudget};

/// How long a store that failed is left alone: a restart takes seconds, and asking in vain may take two.
const REST: Duration = Duration::from_secs(10);

/// A shared budget with one of our own behind it.
pub struct FallbackBudget<Shared, Own> {
    shared: Shared,
    own: Own,
    rest: Duration,
    /// Until when the shared one is left alone; `None` while it answers.
    rests_until: Mutex<Option<Instant>>,
}

impl<Shared: RateBudget, Own: RateBudget> FallbackBudget<Shared, Own> {
    /// Asks `shared`, and `own` while that one fails.
    pub fn new(shared: Shared, own: Own) -> Self {
        Self { shared, own, rest: REST, rests_until: Mutex::default() }
    }

    /// Leaves the shared one alone for another time than ten seconds.
    #[must_use]
    pub fn with_rest(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }

    /// Whether to ask the shared one; when its rest is over, the first who comes tries and the rest goes on.
    fn may_ask(&self) -> bool {
        let now = Instant::now();
        self.with_rests_until(|rests_until| match *rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                *rests_until = Some(now + self.rest);
                true
            }
        })
    }

    /// Remembers how the shared one answered; gives its answer, if it had one.
    fn noted<T>(&self, outcome: Outcome<T>) -> Option<T> {
        let rested = self.with_rests_until(|rests_until| {
            let next = outcome.is_err().then(|| Instant::now() + self.rest);
            std::mem::replace(rests_until, next).is_some()
        });
        match outcome {
            Ok(answer) => {
                if rested {
                    info!("the shared request budget is back");
                }
                Some(answer)
            }
            Err(failure) => {
                if !rested {
                    warn!(%failure, "the shared request budget is away, this instance counts alone");
                }
                None
            }
        }
    }

    fn with_rests_until<T>(&self, change: impl FnOnce(&mut Option<Instant>) -> T) -> T {
        change(&mut self.rests_until.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl<Shared: RateBudget, Own: RateBudget> RateBudget for FallbackBudget<Shared, Own> {
    async fn take(&self, draws: &[Draw]) -> Outcome<Option<Duration>> {
        if self.may_ask()
            && let Some(answer) = self.noted(self.shared.take(draws).await)
        {
            return Ok(answer);
        }
        self.own.take(draws).await
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        // Also told to our own, which may be the one that is asked next.
        self.own.close_for(key, pause).await?;
        if self.may_ask() {
            self.noted(self.shared.close_for(key, pause).await);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use tokio::time::{advance, sleep};

    use super::*;
    use crate::adapters::memory_budget::MemoryBudget;
    use crate::failure::Failure;

    /// How long a store that hangs is waited for.
    const HANGS: Duration = Duration::from_secs(2);

    /// A shared budget that hangs while it is away, and counts who asked.
    #[derive(Default)]
    struct Shared {
        is_away: AtomicBool,
        asked: AtomicUsize,
    }

    impl Shared {
        async fn answer(&self) -> Outcome<()> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if self.is_away.load(Ordering::Relaxed) {
                sleep(HANGS).await;
                return Err(Failure::transient(anyhow::anyhow!("nobody answers")));
            }
            Ok(())
        }
    }

    #[async_trait]
    impl RateBudget for Shared {
        async fn take(&self, _draws: &[Draw]) -> Outcome<Option<Duration>> {
            self.answer().await.map(|()| None)
        }

        async fn close_for(&self, _key: &str, _pause: Duration) -> Outcome<()> {
            self.answer().await
        }
    }

    /// A request where two are allowed.
    fn two(key: &str) -> [Draw; 1] {
        [Draw { key: key.into(), up_to: 2 }]
    }

    fn budget() -> FallbackBudget<Shared, MemoryBudget> {
        FallbackBudget::new(Shared::default(), MemoryBudget::new(Duration::from_mins(1)))
    }

    fn asked(budget: &FallbackBudget<Shared, MemoryBudget>) -> usize {
        budget.shared.asked.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_hangs_is_waited_for_once_and_then_left_alone() {
        let budget = budget();
        budget.shared.is_away.store(true, Ordering::Relaxed);
        let began = Instant::now();
        for _ in 0..2 {
            assert_eq!(budget.take(&two("key")).await.unwrap(), None);
        }
        assert!(budget.take(&two("key")).await.unwrap().is_some(), "our own budget counts meanwhile");
        assert_eq!((asked(&budget), began.elapsed()), (1, HANGS));
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_rest_is_over_one_request_tries_and_the_others_go_on() {
        let budget = budget();
        budget.shared.is_away.store(true, Ordering::Relaxed);
        budget.take(&two("key")).await.unwrap();
        advance(REST).await;
        let began = Instant::now();
        let others = async {
            tokio::task::yield_now().await;
            budget.take(&two("another")).await.unwrap();
            began.elapsed()
        };
        let draws = two("key");
        let (_, waited) = tokio::join!(budget.take(&draws), others);
        assert_eq!((asked(&budget), waited), (2, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_back_is_asked_again_each_time() {
        let budget = budget();
        budget.shared.is_away.store(true, Ordering::Relaxed);
        budget.take(&two("key")).await.unwrap();
        budget.shared.is_away.store(false, Ordering::Relaxed);
        advance(REST).await;
        for _ in 0..5 {
            assert_eq!(budget.take(&two("key")).await.unwrap(), None, "more than our own has");
        }
        assert_eq!(asked(&budget), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_notion_asked_for_is_kept_without_the_store() {
        let budget = budget();
        budget.shared.is_away.store(true, Ordering::Relaxed);
        budget.close_for("key", Duration::from_mins(2)).await.unwrap();
        let pause = budget.take(&two("key")).await.unwrap().unwrap();
        assert!(pause > Duration::from_mins(1), "{pause:?}");
        assert_eq!(asked(&budget), 1);
    }
}
