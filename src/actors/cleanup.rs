//! Cleanup: on a timer, lets entries of dead workers wait again, removes old entries and left-over files.
//!
//! Sweeps a work dir only when its claim is dead: the name of the dir tells the claim, the journal tells
//! whether its lease lives. A sweep that fails is logged and repeated at the next tick.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use anyhow::Context as _;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use super::bench::BackLinks;
use crate::failure::{Failure, Outcome};
use crate::ports::{Journal, Swept, claim_of_work_dir};

/// How often to sweep: an entry of a dead worker goes on within its lease and one of these.
pub const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// Longer than a heart may take to get an answer from a store that has just come back.
const HEARTS_FIRST: Duration = Duration::from_secs(10);

/// How long finished entries are kept for their owners to look at.
pub const KEEP: Duration = Duration::from_hours(2160);

/// Sweeps on a timer.
pub struct Cleanup {
    /// The truth about claims.
    pub journal: Arc<dyn Journal>,
    /// Where work dirs are made.
    pub work_root: PathBuf,
    /// How often to sweep.
    pub every: Duration,
    /// Rung when entries wait again.
    pub bell: Arc<Notify>,
    /// The links back.
    pub back: BackLinks,
    /// After an outage or a sleep the hearts of live entries go first.
    pub courtesy: Courtesy,
}

/// Leases run out while the store cannot be reached or the process is frozen. Sweeping at once would take
/// entries from workers that live, so they get the time to prolong their leases first.
#[derive(Debug, Default)]
pub struct Courtesy {
    expected: Option<Instant>,
    until: Option<Instant>,
}

impl Courtesy {
    /// Whether this sweep, come at `now`, is to be left out. One of each `every` that comes a whole pause late found
    /// the process frozen; a heart beats as often as we sweep, so that two pauses are time for all of them.
    fn holds(&mut self, now: Instant, every: Duration) -> bool {
        if self.expected.is_some_and(|expected| now > expected + every) {
            self.begin(now, 2 * every);
        }
        self.until.is_some_and(|until| now < until)
    }

    fn begin(&mut self, now: Instant, for_hearts: Duration) {
        self.until = self.until.max(Some(now + for_hearts));
    }
}

/// What one sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// What changed in the journal.
    pub journal: Swept,
    /// Work dirs of dead claims that were removed.
    pub dirs_removed: u64,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Sweep;

impl Actor for Cleanup {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Not at once: a database that has just come back lets hearts prolong their leases first, also those
        // of other instances.
        ctx.notify_later(Sweep, self.every);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.back.report_down("Cleanup");
    }
}

impl Supervised for Cleanup {}

impl Handler<Sweep> for Cleanup {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Sweep, _ctx: &mut Context<Self>) -> Self::Result {
        let (journal, work_root) = (Arc::clone(&self.journal), self.work_root.clone());
        let hold = self.courtesy.holds(Instant::now(), self.every);
        let work =
            async move { if hold { Ok(Report::default()) } else { sweep(&*journal, &work_root).await } };
        Box::pin(work.into_actor(self).map(|outcome, me, ctx| {
            match outcome {
                Ok(report) if report == Report::default() => {}
                Ok(report) => {
                    info!(?report, "swept");
                    me.bell.notify_one();
                }
                Err(failure) => {
                    warn!(error = %failure, "the sweep failed");
                    me.courtesy.begin(Instant::now(), HEARTS_FIRST);
                }
            }
            me.courtesy.expected = Some(Instant::now() + me.every);
            // Armed after the work, so that sweeps never overlap.
            // Nobody holds a Cleanup of an older generation any more; its timer must not keep it alive.
            if ctx.connected() {
                ctx.notify_later(Sweep, me.every);
            }
        }))
    }
}

/// One sweep.
pub async fn sweep(journal: &dyn Journal, work_root: &Path) -> Outcome<Report> {
    let swept = journal.sweep(KEEP).await?;
    let dirs_removed = remove_dead_dirs(journal, work_root).await?;
    Ok(Report { journal: swept, dirs_removed })
}

async fn remove_dead_dirs(journal: &dyn Journal, work_root: &Path) -> Outcome<u64> {
    let mut removed = 0;
    for (path, name) in dirs(work_root).await.map_err(Failure::transient)? {
        // A name that is none of ours is somebody else's dir.
        let Some(claim) = claim_of_work_dir(&name) else { continue };
        if journal.is_live(claim).await? {
            continue;
        }
        match tokio::fs::remove_dir_all(&path).await {
            Ok(()) => removed += 1,
            // Its job ended and removed it meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => warn!(%error, "a left-over work dir could not be removed"),
        }
    }
    Ok(removed)
}

async fn dirs(root: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut listing = match tokio::fs::read_dir(root).await {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context("the folder of work dirs cannot be read"),
    };
    let mut found = Vec::new();
    while let Some(entry) = listing.next_entry().await.context("the folder of work dirs cannot be read")? {
        if let Ok(name) = entry.file_name().into_string() {
            found.push((entry.path(), name));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sweep at this second of a test, the next one expected at its time.
    fn sweeps_at(courtesy: &mut Courtesy, start: Instant, second: u64) -> bool {
        let now = start + Duration::from_secs(second);
        let held = courtesy.holds(now, SWEEP_EVERY);
        courtesy.expected = Some(now + SWEEP_EVERY);
        !held
    }

    #[test]
    fn a_process_that_was_frozen_lets_its_hearts_beat_before_it_sweeps() {
        let (mut courtesy, start) = (Courtesy::default(), Instant::now());
        assert!(sweeps_at(&mut courtesy, start, 0), "nothing is known of an earlier life");
        assert!(sweeps_at(&mut courtesy, start, 5));
        assert!(sweeps_at(&mut courtesy, start, 14), "a busy machine is a little late");
        assert!(!sweeps_at(&mut courtesy, start, 60), "it was frozen");
        assert!(!sweeps_at(&mut courtesy, start, 65));
        assert!(sweeps_at(&mut courtesy, start, 70), "the hearts have had their time");
        assert!(sweeps_at(&mut courtesy, start, 75));
    }

    #[test]
    fn after_a_store_that_was_away_the_hearts_go_first() {
        let (mut courtesy, start) = (Courtesy::default(), Instant::now());
        assert!(sweeps_at(&mut courtesy, start, 0));
        courtesy.begin(start + Duration::from_secs(5), HEARTS_FIRST);
        assert!(!sweeps_at(&mut courtesy, start, 10));
        assert!(sweeps_at(&mut courtesy, start, 15));
    }

    #[test]
    fn a_freeze_that_is_long_enough_to_cost_a_lease_is_noticed_however_short_the_lease() {
        assert_eq!(crate::actors::lease::Rhythm::default().beat, SWEEP_EVERY);
        for secs in [2, 5, 20] {
            let lease = Duration::from_secs(secs);
            let (beat, every) = (crate::actors::lease::Rhythm::of(lease).beat, lease / 4);
            // A lease is four beats long; the last beat may be one beat old, the next sweep one pause ahead.
            let (mut courtesy, frozen_at) = (Courtesy::default(), Instant::now());
            courtesy.expected = Some(frozen_at + every);
            let thawed_at = frozen_at + 3 * beat;
            assert!(courtesy.holds(thawed_at, every), "{lease:?}");
            assert!(courtesy.holds(thawed_at + beat, every), "every heart beats in the time it is given");
        }
    }
}
