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

/// The longest we wait of our own accord when waiting is nobody's fault.
const WAIT_BOUND: Duration = Duration::from_secs(15);

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
            let floor = retry_after.unwrap_or_default().min(backoff::LONGEST_FLOOR);
            Ruling::HandBack(NextRun::Wait(floor + WAIT_BOUND.mul_f64(chance)))
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
    let Failed { docket, failure, unsettled: _until_recorded } = failed;
    let ruling = rule(docket, &failure, chance);
    log(docket, &failure, ruling);
    let written = apply(journal, docket, ruling).await;
    match written {
        Ok(()) => tell_watchers(watchers, docket, failure.stage.unwrap_or(Stage::Download), ruling),
        Err(stale) if stale.is_stale() => {
            debug!(entry_id = %docket.ticket.entry, "the entry moved on already");
        }
        Err(unwritten) => {
            warn!(entry_id = %docket.ticket.entry, error = %unwritten, "a failure could not be recorded");
        }
    }
}

async fn apply(journal: &dyn Journal, docket: Docket, ruling: Ruling) -> Outcome<()> {
    match ruling {
        Ruling::Leave => Ok(()),
        Ruling::HandBack(next) => journal.hand_back(docket.ticket, next).await,
        Ruling::Finish(verdict) => journal.finish_failed(docket.ticket, verdict).await,
    }
}

fn log(docket: Docket, failure: &Failure, ruling: Ruling) {
    let (entry, stage) = (docket.ticket.entry, failure.stage.map_or("none", Stage::name));
    match failure.kind {
        Kind::Stale => debug!(entry_id = %entry, stage, error = %failure, "a job stopped"),
        Kind::Bug => error!(entry_id = %entry, stage, error = %failure, ?ruling, "a job failed by a defect"),
        _ => warn!(entry_id = %entry, stage, error = %failure, ?ruling, "a job failed"),
    }
}

fn tell_watchers(watchers: &broadcast::Sender<Progress>, docket: Docket, stage: Stage, ruling: Ruling) {
    let step = match ruling {
        Ruling::HandBack(NextRun::Retry(pause) | NextRun::Wait(pause)) => {
            Step::WillRetry(stage, pause.as_secs())
        }
        Ruling::Finish(verdict) => Step::Failed(verdict),
        Ruling::Leave | Ruling::HandBack(NextRun::GiveUp(_)) => return,
    };
    announce(watchers, docket.ticket.entry, step);
}
