//! Sign-ins in the memory of one instance; none survives it, and a person simply begins again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::failure::Outcome;
use crate::ports::SignIns;

/// Most sign-ins remembered, about two megabytes: whoever begins more pushes out the oldest.
const MOST: usize = 10_000;

/// Keeps sign-ins in memory.
#[derive(Default)]
pub struct MemorySignIns {
    begun: Mutex<Begun>,
}

#[derive(Default)]
struct Begun {
    by_state: HashMap<String, (Instant, String)>,
    /// In the order they were begun.
    order: VecDeque<String>,
}

#[async_trait]
impl SignIns for MemorySignIns {
    async fn begin(&self, state: &str, belongs: &str, lasts: Duration) -> Outcome<()> {
        let mut begun = self.begun();
        let now = Instant::now();
        begun.forget_old(now);
        begun.by_state.insert(state.to_owned(), (now + lasts, belongs.to_owned()));
        begun.order.push_back(state.to_owned());
        Ok(())
    }

    async fn take(&self, state: &str) -> Outcome<Option<String>> {
        let taken = self.begun().by_state.remove(state);
        Ok(taken.filter(|(until, _)| Instant::now() < *until).map(|(_, belongs)| belongs))
    }
}

impl MemorySignIns {
    fn begun(&self) -> MutexGuard<'_, Begun> {
        // A poisoned lock still holds a whole map: no step under it can stop half-way.
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Begun {
    fn forget_old(&mut self, now: Instant) {
        while let Some(oldest) = self.order.front() {
            let lives = self.by_state.get(oldest).is_some_and(|(until, _)| now < *until);
            if lives && self.order.len() < MOST {
                return;
            }
            if let Some(state) = self.order.pop_front() {
                self.by_state.remove(&state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_state_is_taken_once_and_not_after_its_time() {
        let kept = MemorySignIns::default();
        kept.begin("a", "ada", MINUTE).await.unwrap();
        assert_eq!(kept.take("a").await.unwrap().as_deref(), Some("ada"));
        assert_eq!(kept.take("a").await.unwrap(), None);
        kept.begin("b", "bob", MINUTE).await.unwrap();
        tokio::time::advance(MINUTE).await;
        assert_eq!(kept.take("b").await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_pushes_out_the_oldest_and_memory_stays_small() {
        let kept = MemorySignIns::default();
        for number in 0..=MOST {
            kept.begin(&number.to_string(), "", MINUTE).await.unwrap();
        }
        assert_eq!(kept.take("0").await.unwrap(), None);
        assert!(kept.take(&MOST.to_string()).await.unwrap().is_some());
        assert!(kept.begun().by_state.len() <= MOST && kept.begun().order.len() <= MOST);
    }
}
