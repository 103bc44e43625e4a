//! Takes a place in the chain, claims a due entry, sends it in behind its last checkpoint.
//!
//! What goes wrong between the claim and the door is recorded like any job's failure.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use tempfile::TempDir;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::{Instrument, Span, info_span, warn};

use super::sharing::{self, Known};
use super::{MonitorParts, TICK};
use crate::actors::access::{access, disconnected};
use crate::actors::desk::cut_short;
use crate::actors::destinations::{still_fits, way};
use crate::actors::result_pages::of_the_database;
use crate::actors::{bench, lease};
use crate::domain::answer;
use crate::domain::entry::{Claimed, FoundRow, Lane, Target, Ticket};
use crate::domain::note::Note;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::Mark;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{
    Docket, Download, Envelope, Failed, LeaseKeeper, RowRef, Summarize, TellFailure, WriteToNotion,
};
use crate::ports::{NextRun, Row, work_dir_name};

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
        let asked_at = Instant::now();
        match parts.desk.journal.claim(&parts.owner).await {
            Ok(Some(claimed)) => {
                fault::point("claimed");
                // In a task of its own: one slow workspace must not keep other rows from being claimed.
                let lease = keep_lease(&parts, claimed.ticket, asked_at);
                actix::spawn(send_in(parts.clone(), claimed, lease, place));
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
            () = parts.desk.journal.woken().notified() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// The heart of a claim beats from the moment it was asked for.
fn keep_lease(parts: &MonitorParts, ticket: Ticket, asked_at: Instant) -> (LeaseKeeper, Span) {
    let span = info_span!("entry", entry_id = %ticket.entry, user_id = tracing::field::Empty, platform = tracing::field::Empty);
    let lease = lease::keep(Arc::clone(&parts.desk.journal), ticket, parts.rhythm, asked_at, span.clone());
    (lease, span)
}

/// Sends a claimed entry in; what goes wrong on the way is a failure of the entry.
async fn send_in(
    parts: MonitorParts,
    claimed: Claimed,
    (lease, span): (LeaseKeeper, Span),
    place: OwnedSemaphorePermit,
) {
    let docket = Docket {
        ticket: claimed.ticket,
        attempts: claimed.attempts,
        verdict: claimed.verdict,
        waiting: claimed.waiting.clone(),
        waited: claimed.waited,
    };
    let unsettled = parts.desk.stop.unsettled.token();
    let lost = lease.lost.clone();
    let mut row = None;
    let entering = async {
        // Asked for before the service was told to stop, given after.
        parts.desk.may_begin()?;
        let found = Arc::new(row_ref(&parts, &claimed, &lease).await?);
        span.record("user_id", tracing::field::display(found.database.connection));
        row = Some(Arc::clone(&found));
        enter(&parts, claimed, docket.clone(), found, (lease, span.clone()), place).await
    }
    .instrument(span.clone());
    let sent = tokio::select! {
        biased;
        () = lost.cancelled() => Err(Failure::stale()),
        () = parts.desk.stop.hard.cancelled() => Err(cut_short()),
        sent = entering => sent,
    };
    if let Err(failure) = sent {
        let failure = failure.at(Stage::Download);
        let span = info_span!(parent: &span, "stage", stage = Stage::Download.name());
        bench::report(&parts.back.failures, Failed { docket, row, failure, span, unsettled });
    }
}

async fn enter(
    parts: &MonitorParts,
    mut claimed: Claimed,
    docket: Docket,
    row: Arc<RowRef>,
    (lease, span): (LeaseKeeper, Span),
    permit: OwnedSemaphorePermit,
) -> Outcome<()> {
    if let Some(reason) = claimed.verdict {
        if let Some(blocked) = parts.desk.blocked(&[Party::notion()]).await {
            return Err(blocked);
        }
        let envelope = envelope(parts, &claimed, docket, row, (lease, span), permit)?;
        return through(&parts.doors.tell, TellFailure { envelope, reason });
    }
    let doubted = claimed.note.take_if(|note| note.doubted);
    // Understood later as well: the owner may have corrected the link meanwhile.
    let (target, known) = match sharing::settled(parts, &claimed, row.database.user, &lease.fence).await {
        Ok((target, known)) => (Ok(target), Some(known)),
        Err(failure) if failure.waiting.is_some() || failure.is_stale() => return Err(failure),
        // Told once the row was looked at: it may have another link by now.
        Err(failure) => (Err(failure), None),
    };
    let needed = needed(parts, &claimed, target.as_ref().ok(), known.as_ref());
    if let Some(blocked) = parts.desk.blocked(&needed).await {
        return Err(blocked);
    }
    let Some(now) = still_wanted(parts, &row, &docket, &lease, claimed.asked_again).await? else {
        return Ok(());
    };
    fault::point("row_read");
    let mut envelope = envelope(parts, &claimed, docket, row, (lease, span), permit)?;
    envelope.is_told_beside = now.tells_beside(&envelope.row.database.mapping);
    (envelope.tags, envelope.url, envelope.has_cover) = (now.tags, now.url, now.has_cover);
    (envelope.columns, envelope.doubted) = (now.columns, doubted);
    let (target, mut known) =
        (target?, known.ok_or_else(|| Failure::bug(anyhow::anyhow!("media without a link")))?);
    envelope.target = Some(target.clone());
    envelope.span.record("platform", tracing::field::display(&target.url));
    let ticket = envelope.ticket();
    envelope.earlier = sharing::earlier(parts, &envelope, &target.key).await?;
    envelope.chosen = envelope.chosen.or(envelope.earlier.as_ref().and_then(|earlier| earlier.chosen));
    let skip = |stages: &[Stage]| {
        for stage in stages {
            parts.desk.journal.mark(ticket, *stage, Mark::Known);
        }
    };
    let had_note = claimed.note.is_some();
    if let Some(note) = fitting(parts, &envelope, claimed.note).await? {
        skip(&[Stage::Download, Stage::Transcribe, Stage::Read, Stage::Summarize]);
        return through(&parts.doors.write, WriteToNotion { envelope, watched: known.media.known(), note });
    }
    if had_note && !known.is_all {
        known = sharing::to_watch(parts, ticket, &target.key).await?;
    }
    // The file of a video of which all is known is worth a download of its own; taking it apart again is not.
    let only_to_keep = known.is_all && parts.keeper.lacks(&envelope, &known.media).await?;
    if known.is_all && !only_to_keep {
        skip(&[Stage::Download, Stage::Transcribe, Stage::Read]);
        return through(&parts.doors.summarize, Summarize { envelope, watched: known.media.known() });
    }
    through(&parts.doors.download, Download { envelope, url: target.url, media: known.media, only_to_keep })
}

/// The note of an earlier run, if its values are for where the result goes now; without options that are gone since.
async fn fitting(parts: &MonitorParts, envelope: &Envelope, note: Option<Note>) -> Outcome<Option<Note>> {
    let Some(mut note) = note else { return Ok(None) };
    let contents = parts.registry.content_databases(envelope.row.database.user).await?;
    if !still_fits(&note, &way(envelope, &contents)) {
        return Ok(None);
    }
    if answer::holds_options(&note) {
        let row = &envelope.row;
        let content = contents.iter().find(|content| note.database == Some(content.id));
        let (access, source, open) = match content {
            Some(content) => {
                let access = access(&*parts.accounts, content.connection).await?;
                let access = access.within(envelope.lease.fence.clone());
                (access, &content.data_source, &content.mapping.open)
            }
            None => (row.access.clone(), &row.database.data_source, &row.database.mapping.open),
        };
        let reading = parts.workspace.schema(&access, source);
        let schema = parts.desk.ask(&envelope.lease.fence, Some(Party::notion()), reading).await;
        let schema = if content.is_some() { schema.map_err(of_the_database) } else { schema }?;
        answer::leave_out_gone(&mut note, &schema, open);
    }
    Ok(Some(note))
}

/// The parties this entry still needs, Notion first, where alone it can be told what else it waits for: what stands behind a checkpoint is not asked for again. The reader of
/// the screen is not among them, because an entry goes on without it.
fn needed(
    parts: &MonitorParts,
    claimed: &Claimed,
    target: Option<&Target>,
    known: Option<&Known>,
) -> Vec<Party> {
    let mut needed = vec![Party::notion()];
    if claimed.note.is_some() {
        return needed;
    }
    // What is no link is told so, whoever else is out of order.
    let (Some(target), Some(known)) = (target, known) else { return needed };
    needed.extend(parts.engines.summary.clone());
    if !known.is_all {
        needed.extend(parts.source.party(&target.url));
        if known.media.transcript.is_none() {
            needed.extend(parts.engines.speech.clone());
        }
    }
    needed
}

fn envelope(
    parts: &MonitorParts,
    claimed: &Claimed,
    docket: Docket,
    row: Arc<RowRef>,
    (lease, span): (LeaseKeeper, Span),
    permit: OwnedSemaphorePermit,
) -> Outcome<Envelope> {
    let work_dir = work_dir(parts, docket.ticket)?;
    fault::point("work_dir_made");
    Ok(Envelope {
        docket,
        row,
        url: String::new(),
        target: None,
        has_cover: false,
        columns: BTreeMap::new(),
        is_told_beside: false,
        tags: Vec::new(),
        chosen: claimed.chosen,
        earlier: None,
        doubted: None,
        run: claimed.run,
        is_first: claimed.is_first,
        section: claimed.section.clone(),
        written: claimed.written.clone(),
        body: claimed.body,
        lease,
        permit,
        work_dir,
        span,
    })
}

/// Looks at the row once more before anything is paid for: the answer of a query may be old. Gives the row if its
/// entry is to go on.
async fn still_wanted(
    parts: &MonitorParts,
    row: &RowRef,
    docket: &Docket,
    lease: &LeaseKeeper,
    asked_again: bool,
) -> Outcome<Option<Row>> {
    let look = parts.workspace.row(&row.access, &row.page, &row.database.mapping);
    let now = parts.desk.ask(&lease.fence, Some(Party::notion()), look).await?;
    if now.in_trash {
        return Err(Failure::permanent(Reason::RowGone, anyhow::anyhow!("the row lies in the trash")));
    }
    let Some(link) = &now.link else {
        return Err(Failure::permanent(
            Reason::NotALink,
            anyhow::anyhow!("the link was removed from the row"),
        ));
    };
    let options = &row.database.mapping.status.options;
    if !asked_again && now.status.is_some() && now.status.as_ref() == options.get(&Status::Completed) {
        // The result stands there already: the query's answer was old, or the last run died behind its last write.
        parts.desk.journal.complete(docket.ticket).await?;
        return Ok(None);
    }
    // The journal keeps no NUL, which PostgreSQL refuses.
    if link.replace('\0', "") == row.link {
        return Ok(Some(now));
    }
    // The owner corrected the link meanwhile: the entry waits again, for the new one.
    let looked_at = parts.desk.journal.now().await?;
    parts.desk.journal.hand_back(docket.ticket, NextRun::wait(Duration::ZERO)).await?;
    let found =
        FoundRow { database: row.database.id, page: row.page.clone(), link: link.clone(), lane: Lane::New };
    parts.desk.journal.enqueue(&found, looked_at).await?;
    Ok(None)
}

async fn row_ref(parts: &MonitorParts, claimed: &Claimed, lease: &LeaseKeeper) -> Outcome<RowRef> {
    let database = parts.registry.database(claimed.database).await?;
    let database = database.ok_or_else(|| disconnected("the database is not registered any more"))?;
    let access = access(&*parts.accounts, database.connection).await?.within(lease.fence.clone());
    Ok(RowRef { database, access, page: claimed.page.clone(), link: claimed.link.clone() })
}

/// A private dir of the job, named after its claim, so that Cleanup can tell whose it was.
fn work_dir(parts: &MonitorParts, ticket: Ticket) -> Outcome<TempDir> {
    let made = std::fs::create_dir_all(&parts.work_root).and_then(|()| {
        tempfile::Builder::new()
            .prefix(&work_dir_name(ticket))
            .rand_bytes(0)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parts.work_root)
    });
    made.map_err(|error| Failure::of_file(error).context("a work dir cannot be made"))
}

fn through<M>(door: &Recipient<M>, message: M) -> Outcome<()>
where
    M: actix::Message<Result = ()> + Send + 'static,
{
    door.try_send(message).map_err(|_| Failure::wait(None, anyhow::anyhow!("the chain is being rebuilt")))
}
