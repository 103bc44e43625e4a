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
use tracing::{info, warn};

use super::bench::BackLinks;
use crate::failure::{Failure, Outcome};
use crate::ports::{Journal, Swept, claim_of_work_dir};

/// How often to sweep: an entry of a dead worker goes on within its lease and one of these.
pub const SWEEP_EVERY: Duration = Duration::from_secs(5);

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
        ctx.notify(Sweep);
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
        let work = async move { sweep(&*journal, &work_root).await };
        Box::pin(work.into_actor(self).map(|outcome, me, ctx| {
            match outcome {
                Ok(report) if report == Report::default() => {}
                Ok(report) => {
                    info!(?report, "swept");
                    me.bell.notify_one();
                }
                Err(failure) => warn!(error = %failure, "the sweep failed"),
            }
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
