//! Asks the databases whose poll is due for waiting rows, and queues them in the journal.
//!
//! A database that cannot be asked is logged and asked again at its next poll.

use std::time::Duration;

use futures_util::StreamExt;
use tracing::{debug, info, warn};

use super::{MonitorParts, TICK, access};
use crate::domain::entry::{Enqueued, FoundRow, LinkDatabase};
use crate::failure::{Failure, Outcome};

/// Databases asked at once; each has its own budget of requests.
const POLLS_AT_ONCE: usize = 8;

/// The longest one database may take; the others wait meanwhile.
const POLL_LIMIT: Duration = Duration::from_secs(45);

/// Due databases taken in one go.
const POLLS_IN_ONE_GO: u32 = 64;

/// Asks every due database, again and again, until the service stops.
pub(super) async fn poll_due(parts: MonitorParts) {
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
    let polled = tokio::time::timeout(POLL_LIMIT, poll(parts, &database)).await;
    match polled.unwrap_or_else(|_| Err(Failure::transient(anyhow::anyhow!("took too long")))) {
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
