//! Takes a place in the chain, claims a due entry, sends it in behind its last checkpoint.
//!
//! What goes wrong between the claim and the door is recorded like any job's failure.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use anyhow::Context as _;
use tempfile::TempDir;
use tokio::sync::OwnedSemaphorePermit;
use tracing::{Instrument, info_span, warn};

use super::{MonitorParts, TICK, access, disconnected};
use crate::actors::{bench, lease};
use crate::domain::entry::{Claimed, FoundRow};
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::failure::{Failure, Outcome};
use crate::messages::{Docket, Download, Envelope, Failed, RowRef, Summarize, TellFailure, WriteToNotion};
use crate::ports::{NextRun, work_dir_name};

/// Takes a place, claims, sends in, again and again, until the service stops.
pub(super) async fn claim_due(parts: MonitorParts) {
    let stop = parts.desk.stop.soft.clone();
    loop {
        let place = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            place = Arc::clone(&parts.places.free).acquire_owned() => place,
        };
        let Ok(place) = place else { return };
        match parts.desk.journal.claim(&parts.owner).await {
            Ok(Some(claimed)) => {
                // In a task of its own: one slow workspace must not keep other rows from being claimed.
                actix::spawn(send_in(parts.clone(), claimed, place));
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
async fn send_in(parts: MonitorParts, claimed: Claimed, place: OwnedSemaphorePermit) {
    let docket = Docket { ticket: claimed.ticket, attempts: claimed.attempts, verdict: claimed.verdict };
    let unsettled = parts.desk.stop.unsettled.token();
    let entry = claimed.ticket.entry;
    let span = info_span!("entry", entry_id = %entry, user_id = tracing::field::Empty, platform = tracing::field::Empty);
    let entering = enter(&parts, claimed, docket, place, span.clone()).instrument(span.clone());
    let sent = tokio::select! {
        biased;
        () = parts.desk.stop.hard.cancelled() => Err(Failure::wait(None, anyhow::anyhow!("the service is stopping"))),
        sent = entering => sent,
    };
    if let Err(failure) = sent {
        let failure = failure.at(Stage::Download);
        let span = info_span!(parent: &span, "stage", stage = Stage::Download.name());
        bench::report(&parts.back.failures, Failed { docket, failure, span, unsettled });
    }
}

async fn enter(
    parts: &MonitorParts,
    claimed: Claimed,
    docket: Docket,
    permit: OwnedSemaphorePermit,
    span: tracing::Span,
) -> Outcome<()> {
    let lease = lease::keep(Arc::clone(&parts.desk.journal), claimed.ticket, parts.beat, span.clone());
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
    let options = &row.database.mapping.status.options;
    if now.status.is_some() && now.status.as_ref() == options.get(&Status::Completed) {
        // The result stands there already: the query's answer was old, or the last run died behind its last write.
        parts.desk.journal.complete(docket.ticket).await?;
        return Ok(false);
    }
    // The journal keeps no NUL, which PostgreSQL refuses.
    if link.replace('\0', "") == row.link {
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
