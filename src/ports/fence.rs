//! The fence before every effect outside: whether a worker may still act for its entry.
//!
//! The store issues the term of a lease; the process trusts it until the beginning of its last
//! successful beat plus the lease, minus a margin. A worker that was frozen, or cut off from the store,
//! finds the fence shut when it comes back, and stops before it does harm.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::failure::{Failure, Outcome};

/// What a worker knows of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is ours until then, at least.
    Until(Instant),
    /// Somebody else owns the entry.
    Lost,
}

/// Looked at right before each effect outside.
#[derive(Debug, Clone)]
pub struct Fence(watch::Receiver<Trust>);

impl Fence {
    /// A fence, and the hand that opens and shuts it.
    pub fn new(trust: Trust) -> (watch::Sender<Trust>, Self) {
        let (hand, fence) = watch::channel(trust);
        (hand, Self(fence))
    }

    /// Whether the lease is certainly ours at this moment.
    pub fn is_open(&self) -> bool {
        let beats = self.0.has_changed().is_ok();
        beats && matches!(*self.0.borrow(), Trust::Until(end) if Instant::now() < end)
    }

    /// Passes while the lease is certainly ours; waits while that is not known; fails as stale once it is
    /// somebody else's, or its heart stopped beating because the entry was given back.
    pub async fn pass(&self) -> Outcome<()> {
        let mut news = self.0.clone();
        loop {
            if news.has_changed().is_err() {
                return Err(Failure::stale());
            }
            match *news.borrow_and_update() {
                Trust::Until(end) if Instant::now() < end => return Ok(()),
                Trust::Until(_) => {}
                Trust::Lost => return Err(Failure::stale()),
            }
            if news.changed().await.is_err() {
                return Err(Failure::stale());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_slept_over_its_term_waits_for_news_and_stops_at_bad_ones() {
        let (hand, fence) = Fence::new(Trust::Until(Instant::now() + Duration::from_secs(1)));
        fence.pass().await.unwrap();
        tokio::time::advance(Duration::from_secs(2)).await;
        let renewed = tokio::spawn({
            let fence = fence.clone();
            async move { fence.pass().await }
        });
        tokio::task::yield_now().await;
        assert!(!renewed.is_finished(), "nobody knows whose the lease is");
        hand.send_replace(Trust::Until(Instant::now() + Duration::from_secs(1)));
        renewed.await.unwrap().unwrap();
        hand.send_replace(Trust::Lost);
        assert!(fence.pass().await.unwrap_err().is_stale());
    }

    #[tokio::test]
    async fn nobody_passes_once_the_entry_was_given_back() {
        let (hand, fence) = Fence::new(Trust::Until(Instant::now() + Duration::from_mins(1)));
        fence.pass().await.unwrap();
        drop(hand);
        assert!(fence.pass().await.unwrap_err().is_stale());
    }
}
