//! The heart of a job: prolongs its lease while the job lives, and says when the lease is lost.
//!
//! The fence before each outside effect is open until the beginning of the last successful beat plus the
//! lease, minus a margin, so that a slow answer cannot stretch the term. A store that cannot be asked shuts
//! the fence but ends no job: what is under way may have been paid for, and the lease may well be ours still
//! when the store is back. Only the word that somebody else has the entry ends the job.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, warn};

use crate::domain::entry::Ticket;
use crate::failure::Outcome;
use crate::messages::{LeaseKeeper, Underway};
use crate::ports::{Fence, Journal, Trust};

/// How often to ask again while the store does not answer: soon enough to be there before the sweep.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// The rhythm of a lease.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// How often a lease is prolonged: three beats may be lost before it runs out.
    pub beat: Duration,
    /// How long the process trusts a lease after the beginning of a successful beat: less than the store grants.
    pub trust: Duration,
}

impl Default for Rhythm {
    /// For the store's 20 s.
    fn default() -> Self {
        Self::of(Duration::from_secs(20))
    }
}

impl Rhythm {
    /// For a lease of this length: four beats, and a tenth for clocks that run apart.
    pub fn of(lease: Duration) -> Self {
        Self { beat: lease / 4, trust: lease.mul_f64(0.9) }
    }
}

/// Starts the heart of a claim that was asked for at this moment.
pub fn keep(
    journal: Arc<dyn Journal>,
    ticket: Ticket,
    rhythm: Rhythm,
    asked_at: Instant,
    span: Span,
) -> LeaseKeeper {
    let lost = CancellationToken::new();
    let (hand, fence) = Fence::new(Trust::Until(asked_at + rhythm.trust));
    let beat = move || {
        let journal = Arc::clone(&journal);
        async move { journal.beat(ticket).await }
    };
    let heart = tokio::spawn(pulse(beat, rhythm, hand, lost.clone()).instrument(span));
    LeaseKeeper { lost, fence, heart: Underway::new(heart) }
}

async fn pulse<B>(
    mut beat: impl FnMut() -> B,
    rhythm: Rhythm,
    hand: watch::Sender<Trust>,
    lost: CancellationToken,
) where
    B: Future<Output = Outcome<()>>,
{
    let mut pause = rhythm.beat;
    loop {
        sleep(pause).await;
        let asked_at = Instant::now();
        match beat().await {
            Ok(()) => {
                hand.send_replace(Trust::Until(asked_at + rhythm.trust));
                pause = rhythm.beat;
            }
            Err(failure) if failure.is_stale() => break,
            Err(failure) => {
                warn!(error = %failure, "a lease could not be prolonged");
                pause = rhythm.beat.min(ASK_AGAIN);
            }
        }
    }
    warn!("the lease is lost, the job stops");
    hand.send_replace(Trust::Lost);
    lost.cancel();
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::failure::Failure;

    /// The store's answer to a beat.
    #[derive(Debug, Clone, Copy)]
    enum Store {
        Answers,
        IsAway,
        HasGivenTheEntryAway,
        AnswersAfter(Duration),
    }

    /// A heart that beats against a store which can be changed.
    fn heart() -> (Arc<Mutex<Store>>, Fence, CancellationToken, Underway<()>) {
        let rhythm = Rhythm::default();
        let (hand, fence) = Fence::new(Trust::Until(Instant::now() + rhythm.trust));
        let (store, lost) = (Arc::new(Mutex::new(Store::Answers)), CancellationToken::new());
        let asked = Arc::clone(&store);
        let beat = move || {
            let store = *asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            async move {
                match store {
                    Store::Answers => Ok(()),
                    Store::IsAway => Err(Failure::transient(anyhow::anyhow!("no answer"))),
                    Store::HasGivenTheEntryAway => Err(Failure::stale()),
                    Store::AnswersAfter(pause) => {
                        sleep(pause).await;
                        Ok(())
                    }
                }
            }
        };
        let task = Underway::new(tokio::spawn(pulse(beat, rhythm, hand, lost.clone())));
        (store, fence, lost, task)
    }

    fn set(store: &Mutex<Store>, now: Store) {
        *store.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_away_for_a_minute_shuts_the_fence_and_ends_no_job() {
        let (store, fence, lost, _heart) = heart();
        sleep(Duration::from_mins(1)).await;
        assert!(fence.is_open(), "it beats as long as the job lives");
        set(&store, Store::IsAway);
        sleep(Duration::from_secs(10)).await;
        assert!(fence.is_open(), "the store has granted twenty seconds");
        sleep(Duration::from_secs(50)).await;
        assert!(!fence.is_open(), "nobody knows whose the entry is");
        assert!(!lost.is_cancelled(), "what is under way may have been paid for");
        set(&store, Store::Answers);
        assert!(
            tokio::time::timeout(Duration::from_secs(2), fence.pass())
                .await
                .is_ok_and(|passed| passed.is_ok())
        );
        assert!(!lost.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_whose_entry_somebody_else_has_is_ended_and_passes_no_fence_any_more() {
        let (store, fence, lost, _heart) = heart();
        set(&store, Store::HasGivenTheEntryAway);
        assert!(tokio::time::timeout(Duration::from_secs(6), lost.cancelled()).await.is_ok());
        assert!(!fence.is_open());
        assert!(fence.pass().await.is_err_and(|failure| failure.is_stale()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_does_not_stretch_the_term() {
        let (store, fence, ..) = heart();
        set(&store, Store::AnswersAfter(Duration::from_secs(30)));
        // Asked after 5 s, answered after 35 s: the term of 18 s is over by then.
        sleep(Duration::from_secs(36)).await;
        assert!(!fence.is_open());
    }
}
