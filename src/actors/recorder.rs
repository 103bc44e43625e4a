//! Records failures: how an entry goes on, decided by a pure rule, written to the journal once.
//!
//! The one place where a failure of a job is logged with its chain of causes.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use super::asking::keep;
use super::desk::announce;
use super::status_board::StatusBoard;
use crate::domain::backoff::{self, MAX_ATTEMPTS};
use crate::domain::breaker;
use crate::domain::progress::{Progress, Step};
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::Mark;
use crate::domain::waiting::{Party, Waiting};
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::messages::{Docket, Failed, RowRef};
use crate::ports::{Journal, NextRun};

/// The longest we wait of our own accord when waiting is nobody's fault and nobody said how long.
const WAIT_BOUND: Duration = Duration::from_secs(15);

/// What is added to a wait the other side asked for, so that not all come back at once.
const WAIT_SPREAD: Duration = Duration::from_secs(2);

/// How long an owner's row may keep the journal from being told: far less than the lease.
const TELLING_LIMIT: Duration = Duration::from_secs(5);

/// How often telling a verdict may fail before nobody is left to tell.
const MAX_TELLINGS: u32 = MAX_ATTEMPTS + 5;

/// What a failure means for its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Somebody else owns the entry: nothing to record.
    Leave,
    /// The lease goes back.
    HandBack(NextRun),
    /// The verdict could not be told and never will: the entry ends as failed all the same.
    Finish(Reason),
}

/// Decides how an entry goes on. `chance` is a random number between 0 and 1.
pub fn rule(docket: &Docket, failure: &Failure, chance: f64) -> Ruling {
    let failed = docket.attempts + 1;
    let pause = || backoff::pause(failed, chance, failure.retry_after());
    match (&failure.kind, docket.verdict) {
        (Kind::Stale, _) => Ruling::Leave,
        (Kind::Wait { .. }, told) if failure.waiting.is_some() && docket.waited >= breaker::LONGEST_WAIT => {
            told.map_or(Ruling::HandBack(NextRun::GiveUp(Reason::OutOfOrder)), Ruling::Finish)
        }
        (Kind::Wait { retry_after }, _) => {
            let asked = retry_after.map(|asked| asked.min(backoff::LONGEST_FLOOR));
            let pause = match (asked, &failure.waiting) {
                (Some(asked), Some(_)) => breaker::come_back(asked, chance),
                (Some(asked), None) => asked + WAIT_SPREAD.mul_f64(chance),
                (None, _) => WAIT_BOUND.mul_f64(chance),
            };
            Ruling::HandBack(NextRun::Wait { pause, waiting: failure.waiting.clone() })
        }
        (Kind::Permanent(_), Some(verdict)) => Ruling::Finish(verdict),
        (Kind::Permanent(reason), None) => Ruling::HandBack(NextRun::GiveUp(*reason)),
        (Kind::Transient { .. } | Kind::Outage { .. } | Kind::Bug, Some(verdict))
            if failed >= MAX_TELLINGS =>
        {
            Ruling::Finish(verdict)
        }
        (Kind::Transient { .. } | Kind::Outage { .. } | Kind::Bug, None) if failed >= MAX_ATTEMPTS => {
            Ruling::HandBack(NextRun::GiveUp(failure.given_up_as.unwrap_or(Reason::AttemptsExhausted)))
        }
        (Kind::Transient { .. } | Kind::Outage { .. } | Kind::Bug, _) => {
            Ruling::HandBack(NextRun::Retry(pause()))
        }
    }
}

/// Logs a failure and writes its consequence. What cannot be written is repaired by the lease's end. Once
/// the service is to `stop` no owner is told any more: the time that is left belongs to the journal.
pub async fn record(
    journal: &dyn Journal,
    board: &StatusBoard,
    watchers: &broadcast::Sender<Progress>,
    failed: Failed,
    chance: f64,
    stop: &CancellationToken,
) {
    let Failed { mut docket, row, failure, span: _, unsettled: _until_recorded } = failed;
    let moved = bring_up_to_date(journal, &mut docket).await;
    let ruling = rule(&docket, &failure, chance);
    log(&failure, &ruling);
    fault::point("failure_ruled");
    if let (Some(waiting), Some(row)) = (news(&docket, moved, &ruling), row) {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = tell_waiting(board, &docket, &row, waiting) => {}
        }
    }
    if let Some((stage, mark)) = told(&docket, &failure, &ruling) {
        journal.mark(docket.ticket, stage, mark);
    }
    let written = keep(|| apply(journal, &docket, &ruling)).await;
    match written {
        Ok(()) => {
            if matches!(ruling, Ruling::HandBack(NextRun::GiveUp(_))) {
                fault::point("verdict_kept");
            }
            tell_watchers(watchers, &docket, &failure, &ruling);
        }
        Err(stale) if stale.is_stale() => {
            debug!("the entry moved on already");
        }
        Err(unwritten) => {
            warn!(error = %unwritten, "a failure could not be recorded");
        }
    }
}

/// Takes over what the journal knows by now: where the run got further, earlier failures and waiting count no
/// more. Gives whether the row may show by now that the entry was worked on.
async fn bring_up_to_date(journal: &dyn Journal, docket: &mut Docket) -> bool {
    match journal.entry(docket.ticket.entry).await {
        Ok(Some(now)) => {
            docket.attempts = now.attempts;
            let waited = now.waiting_since.map(|since| (now.updated_at - since).to_std().unwrap_or_default());
            docket.waited = waited.unwrap_or_default();
            now.status != Status::Pending
        }
        Ok(None) => true,
        Err(failure) => {
            warn!(error = %failure, "a failure is judged by what was known at the claim");
            true
        }
    }
}

/// What its owner is to be told that the entry waits for, unless the row shows it already.
fn news<'a>(docket: &Docket, moved: bool, ruling: &'a Ruling) -> Option<&'a Waiting> {
    match ruling {
        // Who waits for Notion cannot be told there.
        Ruling::HandBack(NextRun::Wait {
            waiting: Some(Waiting::Down(party) | Waiting::Limited(party)),
            ..
        }) if *party == Party::notion() => None,
        // Over in seconds as a rule: telling it in the row, and taking it back, would cost more than it tells.
        Ruling::HandBack(NextRun::Wait { waiting: Some(Waiting::SameVideo), .. }) => None,
        Ruling::HandBack(NextRun::Wait { waiting, .. }) => {
            waiting.as_ref().filter(|waiting| moved || docket.waiting.as_ref() != Some(*waiting))
        }
        _ => None,
    }
}

/// Tells an owner in the row, while the lease is still held; where that fails the page of the entry tells it.
async fn tell_waiting(board: &StatusBoard, docket: &Docket, row: &RowRef, waiting: &Waiting) {
    let telling = board.tell_waiting(docket.ticket, row, waiting);
    match tokio::time::timeout(TELLING_LIMIT, telling).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => warn!(error = %failure, "an owner could not be told what is waited for"),
        Err(_) => warn!("telling an owner what is waited for took too long"),
    }
}

async fn apply(journal: &dyn Journal, docket: &Docket, ruling: &Ruling) -> Outcome<()> {
    match ruling {
        Ruling::Leave => Ok(()),
        Ruling::HandBack(next) => journal.hand_back(docket.ticket, next.clone()).await,
        Ruling::Finish(verdict) => journal.finish_failed(docket.ticket, *verdict, false).await,
    }
}

/// What the time line says of a failure. A run that only tells a verdict has nothing of its own to say.
fn told(docket: &Docket, failure: &Failure, ruling: &Ruling) -> Option<(Stage, Mark)> {
    let Ruling::HandBack(next) = ruling else { return None };
    if docket.verdict.is_some() {
        return None;
    }
    let mark = match next {
        NextRun::Retry(_) => Mark::Failed("It did not work; Linkscribe tries again.".to_owned()),
        NextRun::Wait { waiting: Some(waiting), .. } => Mark::Waits(waiting.sentence()),
        NextRun::Wait { waiting: None, .. } => Mark::Waits("Put off for a moment.".to_owned()),
        NextRun::GiveUp(reason) => Mark::Failed(reason.sentence().to_owned()),
    };
    Some((failure.stage.unwrap_or(Stage::Download), mark))
}

/// The lines stand in the job's own span, which names entry, user and stage.
fn log(failure: &Failure, ruling: &Ruling) {
    match failure.kind {
        Kind::Stale => debug!(error = %failure, "a job stopped"),
        _ if failure.waiting == Some(Waiting::SameVideo) => debug!(error = %failure, "an entry waits"),
        Kind::Bug => error!(error = %failure, ?ruling, "a job failed by a defect"),
        _ => warn!(error = %failure, ?ruling, "a job failed"),
    }
}

fn tell_watchers(
    watchers: &broadcast::Sender<Progress>,
    docket: &Docket,
    failure: &Failure,
    ruling: &Ruling,
) {
    let stage = failure.stage.unwrap_or(Stage::Download);
    let step = match ruling {
        Ruling::HandBack(NextRun::Wait { pause, waiting: Some(waiting) }) => {
            Step::Waits(stage, pause.as_secs(), waiting.clone())
        }
        Ruling::HandBack(NextRun::Retry(pause) | NextRun::Wait { pause, waiting: None }) => {
            Step::WillRetry(stage, pause.as_secs(), format!("{:#}", failure.cause))
        }
        Ruling::Finish(verdict) => Step::Failed(*verdict),
        Ruling::Leave | Ruling::HandBack(NextRun::GiveUp(_)) => return,
    };
    announce(watchers, docket.ticket.entry, step);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entry::{EntryId, RunLease, Ticket};

    fn docket(attempts: u32, verdict: Option<Reason>) -> Docket {
        let ticket = Ticket { entry: EntryId::new(), lease: RunLease(1) };
        Docket { ticket, attempts, verdict, waiting: None, waited: Duration::ZERO }
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
                "the third stumble is told in words of its own where it has any",
                2,
                None,
                transient().given_up_as(Reason::AnswerCut),
                Ruling::HandBack(NextRun::GiveUp(Reason::AnswerCut)),
            ),
            (
                "which count for nothing before the last attempt",
                0,
                None,
                transient().given_up_as(Reason::AnswerCut),
                Ruling::HandBack(NextRun::Retry(Duration::from_millis(500))),
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
                Ruling::HandBack(NextRun::wait(Duration::from_secs(31))),
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
            assert_eq!(rule(&docket(attempts, verdict), &failure, 0.5), ruling, "{what}");
        }
    }

    fn waits(pause: Duration) -> Failure {
        failure(Kind::Bug).waits(Waiting::Down(Party::new("OpenAI")), pause)
    }

    #[test]
    fn who_waits_for_a_party_comes_back_within_half_a_pause_after_it_and_counts_no_attempt() {
        let (pause, used_up) = (Duration::from_mins(1), docket(MAX_ATTEMPTS - 1, None));
        for (chance, comes_back) in [(0.0, 60), (0.5, 75), (1.0, 90)] {
            let ruling = rule(&used_up, &waits(pause), chance);
            let Ruling::HandBack(NextRun::Wait { pause, waiting }) = ruling else { panic!("{ruling:?}") };
            assert_eq!(pause, Duration::from_secs(comes_back));
            assert_eq!(waiting, Some(Waiting::Down(Party::new("OpenAI"))));
        }
    }

    #[test]
    fn a_day_of_waiting_is_enough_and_a_minute_less_is_not() {
        let waited = |waited, verdict| Docket { waited, ..docket(0, verdict) };
        let pause = Duration::from_mins(5);
        let almost = waited(Duration::from_mins(24 * 60 - 1), None);
        assert!(matches!(rule(&almost, &waits(pause), 0.5), Ruling::HandBack(NextRun::Wait { .. })));
        let whole = waited(breaker::LONGEST_WAIT, None);
        let given_up = Ruling::HandBack(NextRun::GiveUp(Reason::OutOfOrder));
        assert_eq!(rule(&whole, &waits(pause), 0.5), given_up);
        // A limit that nobody has to know of ends nothing.
        let limited = failure(Kind::Wait { retry_after: Some(pause) });
        assert!(matches!(rule(&whole, &limited, 0.5), Ruling::HandBack(NextRun::Wait { .. })));
        let untold = waited(breaker::LONGEST_WAIT, Some(Reason::Private));
        assert_eq!(rule(&untold, &waits(pause), 0.5), Ruling::Finish(Reason::Private));
    }

    #[test]
    fn an_owner_is_told_once_for_each_reason_and_again_when_the_row_showed_something_else_meanwhile() {
        let ruling = rule(&docket(0, None), &waits(Duration::ZERO), 0.0);
        let openai = Waiting::Down(Party::new("OpenAI"));
        let told = |waiting| Docket { waiting, ..docket(0, None) };
        assert_eq!(news(&told(None), false, &ruling), Some(&openai));
        assert_eq!(news(&told(Some(openai.clone())), false, &ruling), None);
        assert_eq!(news(&told(Some(openai.clone())), true, &ruling), Some(&openai));
        assert_eq!(news(&told(Some(Waiting::NoSpace)), false, &ruling), Some(&openai));
        let notion = failure(Kind::Bug).waits(Waiting::Down(Party::notion()), Duration::ZERO);
        assert_eq!(news(&told(None), true, &rule(&docket(0, None), &notion, 0.0)), None);
    }

    #[test]
    fn telling_a_verdict_is_tried_more_often_than_the_work_and_not_for_ever() {
        let stumble = failure(Kind::Transient { retry_after: None });
        let told = Some(Reason::Private);
        assert!(matches!(
            rule(&docket(MAX_ATTEMPTS, told), &stumble, 0.5),
            Ruling::HandBack(NextRun::Retry(_))
        ));
        assert_eq!(rule(&docket(MAX_TELLINGS, told), &stumble, 0.5), Ruling::Finish(Reason::Private));
    }
}
