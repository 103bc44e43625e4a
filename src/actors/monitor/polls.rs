//! Asks the databases whose poll is due for waiting rows, and queues them in the journal.
//!
//! A database that cannot be asked is logged, and rests longer each time in a row. A poll for which no request is
//! left is made up for when there is one. While Notion is out of order nobody is asked until it may be tried again.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::{MonitorParts, TICK, drift};
use crate::actors::access::access;
use crate::domain::backoff;
use crate::domain::entry::{DatabaseId, Enqueued, FoundRow, Lane, LinkDatabase};
use crate::domain::waiting::Party;
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::ports::{DuePoll, PollEnd};

/// Databases asked at once; each has its own budget of requests. Ten thousand in a minute are 167 a second, and
/// an answer takes a third of one.
const POLLS_AT_ONCE: usize = 64;

/// So many free places are worth looking for due databases again.
const WORTH_A_LOOK: usize = POLLS_AT_ONCE / 4;

/// When to look again where something was due: ten thousand databases are due one after the other, and looked for once
/// a second they would be asked in bursts.
const SOON: Duration = Duration::from_millis(100);

/// The longest one database may take; the others wait meanwhile.
const POLL_LIMIT: Duration = Duration::from_secs(45);

/// Notion tells the minute a row was made in.
const MINUTE: Duration = Duration::from_mins(1);

/// Asks every due database, again and again, until the service stops. One that is slow holds up no other: each
/// is asked in a task of its own, which goes on while this one waits for the registry.
pub(super) async fn poll_due(parts: MonitorParts) {
    let stop = parts.desk.stop.soft.clone();
    let tick = TICK.min(parts.poll_interval);
    let mut polls = JoinSet::new();
    // One that takes longer than the interval is not asked a second time meanwhile.
    let mut being_asked: HashMap<Id, DatabaseId> = HashMap::new();
    let mut quiet_until = Instant::now();
    while !stop.is_cancelled() {
        let free = POLLS_AT_ONCE.saturating_sub(polls.len());
        if free >= WORTH_A_LOOK && Instant::now() >= quiet_until {
            let due = due(&parts, free).await;
            if due.len() < free {
                quiet_until = Instant::now() + if due.is_empty() { tick } else { SOON.min(tick) };
            }
            for poll in due {
                let id = poll.database.id;
                if being_asked.values().all(|asked| *asked != id) {
                    let parts = parts.clone();
                    let task = polls.spawn(async move { poll_and_settle(&parts, poll).await });
                    being_asked.insert(task.id(), id);
                }
            }
        }
        let is_full = POLLS_AT_ONCE.saturating_sub(polls.len()) < WORTH_A_LOOK;
        let look =
            if is_full { Instant::now() + tick } else { quiet_until.max(Instant::now() + SOON.min(tick)) };
        tokio::select! {
            () = stop.cancelled() => {}
            Some(ended) = polls.join_next_with_id() => match ended {
                Ok((poll, rest)) => {
                    being_asked.remove(&poll);
                    quiet_until = quiet_until.max(Instant::now() + rest);
                }
                Err(error) => {
                    being_asked.remove(&error.id());
                    error!(%error, "a poll ended before its time");
                }
            },
            () = tokio::time::sleep_until(look) => {}
        }
    }
}

async fn due(parts: &MonitorParts, free: usize) -> Vec<DuePoll> {
    let free = u32::try_from(free).unwrap_or(u32::MAX);
    parts.registry.due_polls(free, parts.poll_interval).await.unwrap_or_else(|failure| {
        warn!(error = %failure, "the due polls could not be taken");
        Vec::new()
    })
}

/// Gives how long Notion is to be left alone, where it is out of order.
async fn poll_and_settle(parts: &MonitorParts, due: DuePoll) -> Duration {
    let database = &due.database;
    let polled = tokio::time::timeout(POLL_LIMIT, poll(parts, database)).await;
    let polled = polled.unwrap_or_else(|_| Err(Failure::transient(anyhow::anyhow!("took too long"))));
    drift::record(parts, &due, polled.as_ref().err()).await;
    if let Some(end) = end(&polled, due.failed, parts.poll_interval)
        && let Err(failure) = parts.registry.settle_poll(&due, end).await
    {
        warn!(database_id = %database.id, error = %failure, "the end of a poll could not be recorded");
    }
    match polled {
        Ok(0) => debug!(database_id = %database.id, "nothing new"),
        Ok(queued) => info!(database_id = %database.id, queued, "links found"),
        Err(Failure { waiting: Some(waiting), kind: Kind::Wait { retry_after }, .. }) => {
            debug!(database_id = %database.id, ?waiting, "a poll is left out");
            return retry_after.unwrap_or_default();
        }
        // Work goes first with the requests there are left.
        Err(Failure { kind: Kind::Wait { .. }, cause, .. }) => {
            debug!(database_id = %database.id, %cause, "a poll is left out");
        }
        Err(failure) => warn!(database_id = %database.id, error = %failure, "a database could not be asked"),
    }
    Duration::ZERO
}

/// What a poll means for the next ones; nothing where it says nothing of this database.
fn end(polled: &Outcome<usize>, failed: u32, interval: Duration) -> Option<PollEnd> {
    match polled {
        Ok(_) => Some(PollEnd::Worked),
        // Notion is out of order, for everybody.
        Err(Failure { waiting: Some(_), .. }) => None,
        Err(Failure { kind: Kind::Wait { retry_after }, .. }) => {
            retry_after.map(|pause| PollEnd::LeftOut { pause })
        }
        Err(_) => Some(PollEnd::Failed { rest: backoff::rest(interval, failed.saturating_add(1)) }),
    }
}

/// Asks one database for waiting rows and queues them; gives how many were new.
pub async fn poll(parts: &MonitorParts, database: &LinkDatabase) -> Outcome<usize> {
    let looked_at = parts.desk.journal.now().await?;
    let access = access(&*parts.accounts, database.connection).await?.for_polls();
    // Asked last of all: who is let through here is the one that tries Notion for everybody.
    if let Some(blocked) = parts.desk.blocked(&[Party::notion()]).await {
        return Err(blocked);
    }
    let asking = parts.workspace.waiting_rows(&access, &database.data_source, &database.mapping);
    let rows = parts.desk.ask_freely(&Party::notion(), asking).await?;
    let mut queued = 0;
    for row in rows {
        let Some(link) = row.link else { continue };
        let lane = lane(row.created_at, database);
        let found = FoundRow { database: database.id, page: row.page, link, lane };
        if parts.desk.journal.enqueue(&found, looked_at).await? == Enqueued::Queued {
            fault::point("row_queued");
            queued += 1;
        }
    }
    if queued > 0 {
        parts.bell.notify_one();
    }
    Ok(queued)
}

/// What stood in the database before it was registered is an old collection.
fn lane(created_at: Option<DateTime<Utc>>, database: &LinkDatabase) -> Lane {
    match (created_at, database.registered_at) {
        (Some(created), Some(registered)) if created + MINUTE < registered => Lane::Backlog,
        _ => Lane::New,
    }
}
