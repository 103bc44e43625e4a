//! Records failures: how an entry goes on, decided by a pure rule, written to the journal once.
//!
//! The one place where a failure of a job is logged with its chain of causes.

use std::time::Duration;

use tokio::sync::broadcast;
use tracing::{debug, error, warn};

use super::desk::announce;
use crate::domain::backoff::{self, MAX_ATTEMPTS};
use crate::domain::progress::{Progress, Step};
use crate::domain::reason::Reason;
use crate::domain::stage::Stage;
use crate::failure::{Failure, Kind, Outcome};
use crate::messages::{Docket, Failed};
use crate::ports::{Journal, NextRun};

/// The longest we wait of our own accord when waiting is nobody's fault and nobody said how long.
const WAIT_BOUND: Duration = Duration::from_secs(15);

/// What is added to a wait the other side asked for, so that not all come back at once.
const WAIT_SPREAD: Duration = Duration::from_secs(2);

/// How often telling a verdict may fail before nobody is left to tell.
const MAX_TELLINGS: u32 = MAX_ATTEMPTS + 5;

/// What a failure means for its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Somebody else owns the entry: nothing to record.
    Leave,
    /// The lease goes back.
    HandBack(NextRun),
    /// The verdict could not be told and never will: the entry ends as failed all the same.
    Finish(Reason),
}

/// Decides how an entry goes on. `chance` is a random number between 0 and 1.
pub fn rule(docket: Docket, failure: &Failure, chance: f64) -> Ruling {
    let failed = docket.attempts + 1;
    let pause = || backoff::pause(failed, chance, failure.retry_after());
    match (&failure.kind, docket.verdict) {
        (Kind::Stale, _) => Ruling::Leave,
        (Kind::Wait { retry_after }, _) => {
            let wait = match retry_after {
                Some(asked) => (*asked).min(backoff::LONGEST_FLOOR) + WAIT_SPREAD.mul_f64(chance),
                None => WAIT_BOUND.mul_f64(chance),
            };
            Ruling::HandBack(NextRun::Wait(wait))
        }
        (Kind::Permanent(_), Some(verdict)) => Ruling::Finish(verdict),
        (Kind::Permanent(reason), None) => Ruling::HandBack(NextRun::GiveUp(*reason)),
        (Kind::Transient { .. } | Kind::Bug, Some(verdict)) if failed >= MAX_TELLINGS => {
            Ruling::Finish(verdict)
        }
        (Kind::Transient { .. } | Kind::Bug, None) if failed >= MAX_ATTEMPTS => {
            Ruling::HandBack(NextRun::GiveUp(Reason::AttemptsExhausted))
        }
        (Kind::Transient { .. } | Kind::Bug, _) => Ruling::HandBack(NextRun::Retry(pause())),
    }
}

/// Logs a failure and writes its consequence. What cannot be written is repaired by the lease's end.
pub async fn record(
    journal: &dyn Journal,
    watchers: &broadcast::Sender<Progress>,
    failed: Failed,
    chance: f64,
) {
    let Failed { docket, failure, span: _, unsettled: _until_recorded } = failed;
    let ruling = rule(docket, &failure, chance);
    log(&failure, ruling);
    let written = apply(journal, docket, ruling).await;
    match written {
        Ok(()) => tell_watchers(watchers, docket, &failure, ruling),
        Err(stale) if stale.is_stale() => {
            debug!("the entry moved on already");
        }
        Err(unwritten) => {
            warn!(error = %unwritten, "a failure could not be recorded");
        }
    }
}

async fn apply(journal: &dyn Journal, docket: Docket, ruling: Ruling) -> Outcome<()> {
    match ruling {
        Ruling::Leave => Ok(()),
        Ruling::HandBack(next) => journal.hand_back(docket.ticket, next).await,
        Ruling::Finish(verdict) => journal.finish_failed(docket.ticket, verdict, false).await,
    }
}

/// The lines stand in the job's own span, which names entry, user and stage.
fn log(failure: &Failure, ruling: Ruling) {
    match failure.kind {
        Kind::Stale => debug!(error = %failure, "a job stopped"),
        Kind::Bug => error!(error = %failure, ?ruling, "a job failed by a defect"),
        _ => warn!(error = %failure, ?ruling, "a job failed"),
    }
}

fn tell_watchers(watchers: &broadcast::Sender<Progress>, docket: Docket, failure: &Failure, ruling: Ruling) {
    let step = match ruling {
        Ruling::HandBack(NextRun::Retry(pause) | NextRun::Wait(pause)) => {
            let stage = failure.stage.unwrap_or(Stage::Download);
            Step::WillRetry(stage, pause.as_secs(), format!("{:#}", failure.cause))
        }
        Ruling::Finish(verdict) => Step::Failed(verdict),
        Ruling::Leave | Ruling::HandBack(NextRun::GiveUp(_)) => return,
    };
    announce(watchers, docket.ticket.entry, step);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entry::{EntryId, RunLease, Ticket};

    fn docket(attempts: u32, verdict: Option<Reason>) -> Docket {
        Docket { ticket: Ticket { entry: EntryId::new(), lease: RunLease(1) }, attempts, verdict }
    }

    fn failure(kind: Kind) -> Failure {
        Failure::new(kind, anyhow::anyhow!("it failed"))
    }

    #[test]
    fn every_kind_of_failure_has_its_consequence() {
        let transient = || failure(Kind::Transient { retry_after: None });
        let asked = Some(Duration::from_secs(30));
        let table = [
            (
                "a stumble is retried",
                0,
                None,
                transient(),
                Ruling::HandBack(NextRun::Retry(Duration::from_millis(500))),
            ),
            (
                "the second pause is longer",
                1,
                None,
                transient(),
                Ruling::HandBack(NextRun::Retry(Duration::from_secs(2))),
            ),
            (
                "Retry-After is a floor",
                0,
                None,
                failure(Kind::Transient { retry_after: asked }),
                Ruling::HandBack(NextRun::Retry(Duration::from_secs(30))),
            ),
            (
                "the third stumble is the last",
                2,
                None,
                transient(),
                Ruling::HandBack(NextRun::GiveUp(Reason::AttemptsExhausted)),
            ),
            (
                "a defect counts as a stumble",
                0,
                None,
                failure(Kind::Bug),
                Ruling::HandBack(NextRun::Retry(Duration::from_millis(500))),
            ),
            (
                "waiting counts no attempt, however often",
                99,
                None,
                failure(Kind::Wait { retry_after: asked }),
                Ruling::HandBack(NextRun::Wait(Duration::from_secs(31))),
            ),
            (
                "a refusal is final at once",
                0,
                None,
                failure(Kind::Permanent(Reason::Private)),
                Ruling::HandBack(NextRun::GiveUp(Reason::Private)),
            ),
            ("a lost lease is nobody's failure", 0, None, failure(Kind::Stale), Ruling::Leave),
            (
                "a verdict that cannot be told ends the entry with its own reason",
                0,
                Some(Reason::Private),
                failure(Kind::Permanent(Reason::RowGone)),
                Ruling::Finish(Reason::Private),
            ),
        ];
        for (what, attempts, verdict, failure, ruling) in table {
            assert_eq!(rule(docket(attempts, verdict), &failure, 0.5), ruling, "{what}");
        }
    }

    #[test]
    fn telling_a_verdict_is_tried_more_often_than_the_work_and_not_for_ever() {
        let stumble = failure(Kind::Transient { retry_after: None });
        let told = Some(Reason::Private);
        assert!(matches!(
            rule(docket(MAX_ATTEMPTS, told), &stumble, 0.5),
            Ruling::HandBack(NextRun::Retry(_))
        ));
        assert_eq!(rule(docket(MAX_TELLINGS, told), &stumble, 0.5), Ruling::Finish(Reason::Private));
    }
}
