//! The heart of a job: prolongs its lease while the job lives, and says when the lease is lost.
//!
//! The store issues the term; the process trusts it only until the beginning of its last successful
//! beat plus the lease, minus a margin, so that a slow answer cannot stretch the term.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, warn};

use crate::domain::entry::Ticket;
use crate::messages::{LeaseKeeper, Underway};
use crate::ports::Journal;

/// How often a lease is prolonged: three beats may be lost before it runs out.
pub const BEAT: Duration = Duration::from_secs(5);

/// How long the process trusts a lease after the beginning of a successful beat: the store's 20 s less a margin.
pub const TRUST: Duration = Duration::from_secs(18);

/// Starts the heart of a claim.
pub fn keep(journal: Arc<dyn Journal>, ticket: Ticket, beat: Duration, span: Span) -> LeaseKeeper {
    let lost = CancellationToken::new();
    let heart = tokio::spawn(pulse(journal, ticket, beat, lost.clone()).instrument(span));
    LeaseKeeper { lost, heart: Underway::new(heart) }
}

async fn pulse(journal: Arc<dyn Journal>, ticket: Ticket, beat: Duration, lost: CancellationToken) {
    let mut trusted_until = Instant::now() + TRUST;
    loop {
        sleep(beat).await;
        let asked_at = Instant::now();
        // A store that does not answer must not outlive the trust in its last word.
        match tokio::time::timeout_at(trusted_until, journal.beat(ticket)).await {
            Ok(Ok(())) => trusted_until = asked_at + TRUST,
            Ok(Err(failure)) if failure.is_stale() => break,
            Ok(Err(failure)) => {
                warn!(error = %failure, "a lease could not be prolonged");
            }
            Err(_) => break,
        }
        if Instant::now() >= trusted_until {
            break;
        }
    }
    warn!("the lease is lost, the job stops");
    lost.cancel();
}
