//! Monitor: finds links waiting in Notion, claims due entries, sends them into the chain.
//!
//! Two loops, each in a task of its own. One asks every registered database that is due for waiting rows
//! and queues them in the journal. The other takes a place in the chain, then claims: no place, no claim,
//! so at most as many entries are in the chain as there are places. An entry enters behind its last
//! checkpoint. A failing poll is logged and repeated; a failing claim is recorded like any job's failure.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use anyhow::Context as _;
use futures_util::StreamExt;
use tempfile::TempDir;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tracing::{Instrument, debug, error, info, info_span, warn};

use super::bench::{self, BackLinks};
use super::desk::Desk;
use super::lease;
use super::pipeline::Places;
use crate::domain::entry::{Claimed, Enqueued, FoundRow, LinkDatabase};
use crate::domain::reason::Reason;
use crate::domain::stage::Stage;
use crate::failure::{Failure, Outcome};
use crate::messages::{
    Docket, Download, Envelope, Failed, RowRef, Summarize, TellFailure, Underway, WriteToNotion,
};
use crate::ports::{Access, NextRun, Registry, VideoSource, Workspace, work_dir_name};

/// How often the Monitor looks for due polls and due entries when nothing rings its bell.
pub const TICK: Duration = Duration::from_secs(1);

/// Databases asked at once; each has its own budget of requests.
const POLLS_AT_ONCE: usize = 8;

/// Due databases taken in one go.
const POLLS_IN_ONE_GO: u32 = 64;

/// The pause after a loop broke off, before the Supervisor starts it again.
const PAUSE_AFTER_BREAK: Duration = Duration::from_secs(1);

/// What a Monitor is made of.
#[derive(Clone)]
pub struct MonitorParts {
    /// Who is connected, and which databases are watched.
    pub registry: Arc<dyn Registry>,
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// Understands links.
    pub source: Arc<dyn VideoSource>,
    /// What all stages share.
    pub desk: Arc<Desk>,
    /// The doors into the chain.
    pub doors: Doors,
    /// The chain's places.
    pub places: Places,
    /// The name claims are made in.
    pub owner: String,
    /// Where work dirs are made.
    pub work_root: PathBuf,
    /// How often each database is asked.
    pub poll_interval: Duration,
    /// How often leases are prolonged.
    pub beat: Duration,
    /// Rung when there may be something to claim.
    pub bell: Arc<Notify>,
    /// The links back.
    pub back: BackLinks,
}

/// Where an entry may enter the chain.
#[derive(Clone)]
pub struct Doors {
    /// At the beginning.
    pub download: Recipient<Download>,
    /// Behind everything that was watched.
    pub summarize: Recipient<Summarize>,
    /// Behind the note.
    pub write: Recipient<WriteToNotion>,
    /// Behind a verdict.
    pub tell: Recipient<TellFailure>,
}

/// Polls and claims.
pub struct Monitor {
    parts: MonitorParts,
    loops: Vec<Underway<()>>,
    resting: bool,
}

#[derive(Message)]
#[rtype(result = "()")]
struct LoopBroke(&'static str);

impl Monitor {
    /// A Monitor that begins when it is started.
    pub fn new(parts: MonitorParts) -> Self {
        Self { parts, loops: Vec::new(), resting: false }
    }

    fn watch(
        &mut self,
        ctx: &mut Context<Self>,
        name: &'static str,
        work: impl Future<Output = ()> + 'static,
    ) {
        let (task, me) = (actix::spawn(work), ctx.address().downgrade());
        let stop = self.parts.desk.stop.soft.clone();
        self.loops.push(Underway::new(actix::spawn(async move {
            let ended = Underway::new(task).await;
            if stop.is_cancelled() {
                return;
            }
            if let Err(broken) = ended {
                error!(loop_name = name, error = %broken, "a loop of the Monitor broke off");
            }
            if let Some(me) = me.upgrade() {
                me.do_send(LoopBroke(name));
            }
        })));
    }
}

impl Actor for Monitor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        info!(actor = "Monitor", generation = self.parts.back.generation, "started");
        self.loops.clear();
        self.watch(ctx, "polls", poll_due(self.parts.clone()));
        self.watch(ctx, "claims", claim_due(self.parts.clone()));
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        if !self.resting {
            self.parts.back.report_down("Monitor");
        }
    }
}

impl Supervised for Monitor {
    fn restarting(&mut self, ctx: &mut Self::Context) {
        self.resting = false;
        ctx.wait(actix::fut::wrap_future(tokio::time::sleep(PAUSE_AFTER_BREAK)));
    }
}

impl Handler<LoopBroke> for Monitor {
    type Result = ();

    fn handle(&mut self, broke: LoopBroke, ctx: &mut Context<Self>) {
        warn!(loop_name = broke.0, "the Monitor begins anew");
        self.resting = true;
        ctx.stop();
    }
}

/// Asks every due database, again and again, until the service stops.
async fn poll_due(parts: MonitorParts) {
    let stop = parts.desk.stop.soft.clone();
    while !stop.is_cancelled() {
        match parts.registry.due_polls(POLLS_IN_ONE_GO, parts.poll_interval).await {
            Ok(due) => {
                futures_util::stream::iter(due)
                    .for_each_concurrent(POLLS_AT_ONCE, |database| poll_logged(&parts, database))
                    .await;
            }
            Err(failure) => warn!(error = %failure, "the due polls could not be taken"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TICK.min(parts.poll_interval)) => {}
        }
    }
}

async fn poll_logged(parts: &MonitorParts, database: LinkDatabase) {
    match poll(parts, &database).await {
        Ok(0) => debug!(database_id = %database.id, "nothing new"),
        Ok(queued) => info!(database_id = %database.id, queued, "links found"),
        Err(failure) => warn!(database_id = %database.id, error = %failure, "a database could not be asked"),
    }
}

/// Asks one database for waiting rows and queues them; gives how many were new.
pub async fn poll(parts: &MonitorParts, database: &LinkDatabase) -> Outcome<usize> {
    let looked_at = parts.desk.journal.now().await?;
    let access = access(&*parts.registry, database).await?;
    let rows = parts.workspace.waiting_rows(&access, &database.data_source, &database.mapping).await?;
    let mut queued = 0;
    for row in rows {
        let Some(link) = row.link else { continue };
        let found = FoundRow { database: database.id, page: row.page, link };
        if parts.desk.journal.enqueue(&found, looked_at).await? == Enqueued::Queued {
            queued += 1;
        }
    }
    if queued > 0 {
        parts.bell.notify_one();
    }
    Ok(queued)
}

/// Takes a place, claims, sends in, again and again, until the service stops.
async fn claim_due(parts: MonitorParts) {
    let stop = parts.desk.stop.soft.clone();
    loop {
        let place = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            place = Arc::clone(&parts.places.free).acquire_owned() => place,
        };
        let Ok(place) = place else { return };
        // From the claim to the door nothing may cut in: a claimed entry without a job would wait for its lease to end.
        match parts.desk.journal.claim(&parts.owner).await {
            Ok(Some(claimed)) => {
                send_in(&parts, claimed, place).await;
                continue;
            }
            Ok(None) => drop(place),
            Err(failure) => {
                drop(place);
                warn!(error = %failure, "no entry could be claimed");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = parts.bell.notified() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Sends a claimed entry in; what goes wrong on the way is a failure of the entry.
async fn send_in(parts: &MonitorParts, claimed: Claimed, place: OwnedSemaphorePermit) {
    let docket = Docket { ticket: claimed.ticket, attempts: claimed.attempts, verdict: claimed.verdict };
    let unsettled = parts.desk.stop.unsettled.token();
    let entry = claimed.ticket.entry;
    let span = info_span!("entry", entry_id = %entry, user_id = tracing::field::Empty, platform = tracing::field::Empty);
    let sent = enter(parts, claimed, docket, place, span.clone()).instrument(span.clone()).await;
    if let Err(failure) = sent {
        let _in_span = span.enter();
        bench::report(
            &parts.back.failures,
            Failed { docket, failure: failure.at(Stage::Download), unsettled },
        );
    }
}

async fn enter(
    parts: &MonitorParts,
    claimed: Claimed,
    docket: Docket,
    permit: OwnedSemaphorePermit,
    span: tracing::Span,
) -> Outcome<()> {
    let lease = lease::keep(Arc::clone(&parts.desk.journal), claimed.ticket, parts.beat);
    let row = row_ref(parts, &claimed).await?;
    span.record("user_id", tracing::field::display(row.database.connection));
    let work_dir = work_dir(parts, docket).map_err(Failure::transient)?;
    let row = Arc::new(row);
    let section = claimed.section.clone();
    let envelope = Envelope { docket, row: Arc::clone(&row), section, lease, permit, work_dir, span };
    if let Some(reason) = claimed.verdict {
        return through(&parts.doors.tell, TellFailure { envelope, reason });
    }
    if !still_wanted(parts, &row, docket).await? {
        return Ok(());
    }
    send_behind_last_checkpoint(parts, claimed, envelope).await
}

/// A restart goes on behind the last checkpoint, so that nothing finished is done or paid for again.
async fn send_behind_last_checkpoint(
    parts: &MonitorParts,
    claimed: Claimed,
    envelope: Envelope,
) -> Outcome<()> {
    let target = parts.source.understand(&claimed.link)?;
    envelope.span.record("platform", tracing::field::display(&target.url));
    let media = parts.desk.journal.media(&target.key).await?;
    match (claimed.note, media.watched()) {
        (Some(note), _) => {
            through(&parts.doors.write, WriteToNotion { envelope, watched: media.known(), note })
        }
        (None, Some(watched)) => through(&parts.doors.summarize, Summarize { envelope, watched }),
        (None, None) => through(&parts.doors.download, Download { envelope, url: target.url, media }),
    }
}

/// Looks at the row once more before anything is paid for: the answer of a query may be old.
async fn still_wanted(parts: &MonitorParts, row: &RowRef, docket: Docket) -> Outcome<bool> {
    let now = parts.workspace.row(&row.access, &row.page, &row.database.mapping).await?;
    if now.in_trash {
        return Err(Failure::permanent(Reason::RowGone, anyhow::anyhow!("the row lies in the trash")));
    }
    let Some(link) = now.link else {
        return Err(Failure::permanent(
            Reason::NotALink,
            anyhow::anyhow!("the link was removed from the row"),
        ));
    };
    if link == row.link {
        return Ok(true);
    }
    // The owner corrected the link meanwhile: the entry waits again, for the new one.
    let looked_at = parts.desk.journal.now().await?;
    parts.desk.journal.hand_back(docket.ticket, NextRun::Wait(Duration::ZERO)).await?;
    let found = FoundRow { database: row.database.id, page: row.page.clone(), link };
    parts.desk.journal.enqueue(&found, looked_at).await?;
    Ok(false)
}

async fn row_ref(parts: &MonitorParts, claimed: &Claimed) -> Outcome<RowRef> {
    let database = parts.registry.database(claimed.database).await?;
    let database = database.ok_or_else(|| disconnected("the database is not registered any more"))?;
    let access = access(&*parts.registry, &database).await?;
    Ok(RowRef { database, access, page: claimed.page.clone(), link: claimed.link.clone() })
}

async fn access(registry: &dyn Registry, database: &LinkDatabase) -> Outcome<Access> {
    let connection = registry.connection(database.connection).await?;
    Ok(connection.ok_or_else(|| disconnected("the connection is gone"))?.access)
}

fn disconnected(why: &'static str) -> Failure {
    Failure::permanent(Reason::Disconnected, anyhow::anyhow!(why))
}

/// A private dir of the job, named after its claim, so that Cleanup can tell whose it was.
fn work_dir(parts: &MonitorParts, docket: Docket) -> anyhow::Result<TempDir> {
    std::fs::create_dir_all(&parts.work_root).context("the folder for work dirs cannot be made")?;
    tempfile::Builder::new()
        .prefix(&work_dir_name(docket.ticket))
        .rand_bytes(0)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&parts.work_root)
        .context("a work dir cannot be made")
}

fn through<M>(door: &Recipient<M>, message: M) -> Outcome<()>
where
    M: actix::Message<Result = ()> + Send + 'static,
{
    door.try_send(message).map_err(|_| Failure::wait(None, anyhow::anyhow!("the chain is being rebuilt")))
}
