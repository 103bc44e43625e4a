//! How the chain asks outside parties, and how it keeps what they answered.
//!
//! Asking: the lease is checked first; what the answer says of the party is remembered for all entries.
//! A party out of order turns the failure into waiting. Keeping: a store that cannot be reached is waited
//! for, because what is to be kept was paid for.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::desk::Desk;
use crate::domain::backoff::LONGEST_FLOOR;
use crate::domain::waiting::{Party, Waiting};
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::ports::{Blocked, Fence, Trouble};

/// How long a store that cannot be reached is waited for: a restart with its recovery, or a failover.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// How often it is tried meanwhile.
const TRY_EVERY: Duration = Duration::from_secs(1);

impl Desk {
    /// Asks a party for an entry. `None` is an engine on this machine, of which nothing is remembered.
    pub async fn ask<T>(
        &self,
        fence: &Fence,
        party: Option<Party>,
        call: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        fence.pass().await?;
        match party {
            Some(party) => self.ask_freely(&party, call).await,
            None => call.await,
        }
    }

    /// Asks a party without any entry's lease.
    pub async fn ask_freely<T>(&self, party: &Party, call: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        match call.await {
            Ok(answer) => {
                self.well_answered(party).await;
                fault::point("answer_recorded");
                Ok(answer)
            }
            Err(failure) => Err(self.judged(party, failure).await),
        }
    }

    /// The failure that entries which need these parties meet now, if any.
    pub async fn blocked(&self, parties: &[Party]) -> Option<Failure> {
        match self.breakers.admit(parties).await {
            Ok(None) => None,
            Ok(Some(Blocked { waiting, pause })) => {
                let cause = anyhow::anyhow!("{}", waiting.sentence());
                Some(Failure::wait(None, cause).waits(waiting, pause))
            }
            Err(failure) => {
                warn!(error = %failure, "the breakers could not be asked, going on");
                None
            }
        }
    }

    async fn well_answered(&self, party: &Party) {
        if let Err(failure) = self.breakers.answered(party).await {
            warn!(%party, error = %failure, "an answer could not be recorded");
        }
    }

    /// What a failure says of the party, and what that makes of the failure.
    async fn judged(&self, party: &Party, failure: Failure) -> Failure {
        match (&failure.kind, trouble(party, &failure)) {
            // It answered, if only to refuse this entry.
            (Kind::Permanent(_) | Kind::Bug, _) => {
                self.well_answered(party).await;
                failure
            }
            (_, Some(trouble)) => self.in_trouble(party, trouble, failure).await,
            (_, None) => failure,
        }
    }

    async fn in_trouble(&self, party: &Party, trouble: Trouble, failure: Failure) -> Failure {
        let waiting = match trouble {
            Trouble::OutOfOrder => Waiting::Down(party.clone()),
            Trouble::AsksToWait(_) => Waiting::Limited(party.clone()),
        };
        match self.breakers.trouble(party, trouble).await {
            Ok(Some(pause)) => {
                let pause = pause.max(failure.retry_after().unwrap_or_default());
                failure.waits(waiting, pause)
            }
            Ok(None) => failure,
            Err(unrecorded) => {
                warn!(%party, error = %unrecorded, "trouble of a party could not be recorded");
                failure
            }
        }
    }
}

/// What a failure says of the party that was asked; Notion's limits are those of one workspace.
fn trouble(party: &Party, failure: &Failure) -> Option<Trouble> {
    match failure.kind {
        // A full disk is none of the party's doing.
        Kind::Wait { .. } if failure.waiting.is_some() || *party == Party::notion() => None,
        Kind::Wait { retry_after: Some(pause) } => Some(Trouble::AsksToWait(pause.min(LONGEST_FLOOR))),
        Kind::Outage { .. } | Kind::Wait { retry_after: None } => Some(Trouble::OutOfOrder),
        Kind::Transient { .. } | Kind::Permanent(_) | Kind::Stale | Kind::Bug => None,
    }
}

/// Writes to the store, again and again while it cannot be reached. When patience ends an attempt is counted:
/// what cannot be kept is paid for anew, which must not go on for ever.
pub async fn keep<F>(mut write: impl FnMut() -> F) -> Outcome<()>
where
    F: Future<Output = Outcome<()>>,
{
    let until = Instant::now() + PATIENCE;
    loop {
        match write().await {
            Err(failure) if matches!(failure.kind, Kind::Wait { .. } | Kind::Transient { .. }) => {
                if Instant::now() >= until {
                    return Err(Failure::transient(failure));
                }
                warn!(error = %failure, "the store is waited for");
                sleep(TRY_EVERY).await;
            }
            written => return written,
        }
    }
}
