//! The status each row shows: sent in order, the newest only, off the chain's critical path.
//!
//! Takes statuses from all stages; a status that has not left yet is replaced by a newer one. A row's
//! line is closed before its result, or what it waits for, is written, so that no late status lands on top
//! of the last one.
//! A status that cannot be shown is logged and forgotten: the next one follows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tracing::{Instrument, Span, debug, warn};

use crate::domain::entry::{EntryId, RunLease, Ticket};
use crate::domain::waiting::Waiting;
use crate::failure::{Kind, Outcome};
use crate::fault;
use crate::messages::{RowRef, ShowStatus};
use crate::ports::{Access, Journal, RowUpdate, Workspace};

/// How long a status waits for a newer one: short for a person, long enough for a stage that has nothing to do.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// Shows statuses in rows.
#[derive(Clone)]
pub struct StatusBoard {
    workspace: Arc<dyn Workspace>,
    journal: Arc<dyn Journal>,
    patience: Duration,
    lines: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    open: HashMap<EntryId, Line>,
    /// The claim each closed line belonged to: a late status of that claim is refused.
    closed: HashMap<EntryId, RunLease>,
}

struct Line {
    waiting: Option<ShowStatus>,
    sending: bool,
    task: JoinHandle<()>,
}

impl StatusBoard {
    /// An empty board.
    pub fn new(workspace: Arc<dyn Workspace>, journal: Arc<dyn Journal>, patience: Duration) -> Self {
        Self { workspace, journal, patience, lines: Arc::default() }
    }

    /// Shows a status soon, in the place of one that has not left yet.
    pub fn show(&self, wanted: ShowStatus) {
        let entry = wanted.ticket.entry;
        let mut lines = self.lines();
        if lines.closed.get(&entry).is_some_and(|closed| wanted.ticket.lease <= *closed) {
            return;
        }
        lines.closed.remove(&entry);
        if let Some(line) = lines.open.get_mut(&entry).filter(|line| !line.task.is_finished()) {
            line.waiting = Some(wanted);
            return;
        }
        let task = tokio::spawn(self.clone().send_all(entry).instrument(Span::current()));
        lines.open.insert(entry, Line { waiting: Some(wanted), sending: false, task });
    }

    /// Ends a row's line: what has not left is dropped, what is on its way arrives first.
    pub async fn close(&self, ticket: Ticket) {
        let entry = ticket.entry;
        let line = {
            let mut lines = self.lines();
            lines.closed.insert(entry, ticket.lease);
            lines.open.remove(&entry)
        };
        let Some(line) = line else { return };
        if !line.sending {
            line.task.abort();
        }
        if let Err(error) = line.task.await
            && error.is_panic()
        {
            warn!(entry_id = %entry, "showing a status panicked");
        }
    }

    /// Tells an owner in the row what the entry waits for: the last word of this claim.
    pub async fn tell_waiting(&self, ticket: Ticket, row: &RowRef, waiting: &Waiting) -> Outcome<()> {
        self.close(ticket).await;
        // The job's own fence is shut by now; a beat and the caller's limit are safer than the lease is long.
        let access = Access { fence: None, ..row.access.clone() };
        self.journal.beat(ticket).await?;
        self.workspace.tell_waiting(&access, &row.page, &row.database.mapping, waiting).await
    }

    /// Sends what waits until nothing waits any more, then takes the line down.
    async fn send_all(self, entry: EntryId) {
        loop {
            tokio::time::sleep(self.patience).await;
            let Some(wanted) = self.next(entry) else { return };
            let (shown, ticket) = (wanted.status, wanted.ticket);
            let Err(why) = self.send(wanted).await else { continue };
            if matches!(why.kind, Kind::Wait { .. }) {
                debug!(entry_id = %ticket.entry, status = %shown, "a status gives way to work");
            } else {
                warn!(entry_id = %ticket.entry, status = %shown, error = %why, "a status could not be shown");
            }
        }
    }

    /// What waits to be sent; takes the line down when nothing does.
    fn next(&self, entry: EntryId) -> Option<ShowStatus> {
        let mut lines = self.lines();
        let line = lines.open.get_mut(&entry)?;
        line.sending = line.waiting.is_some();
        let wanted = line.waiting.take();
        if wanted.is_none() {
            lines.open.remove(&entry);
        }
        wanted
    }

    /// Sends one status, if the lease is still ours.
    async fn send(&self, wanted: ShowStatus) -> Outcome<()> {
        if !self.journal.is_live(wanted.ticket).await? {
            return Ok(());
        }
        let update = RowUpdate { status: Some(wanted.status), ..RowUpdate::default() };
        let row = &wanted.row;
        // In a busy connection the links come first: a status that is left out is followed by the last one in any case.
        let access = row.access.clone().for_polls();
        self.workspace.update_row(&access, &row.page, &row.database.mapping, &update).await?;
        fault::point("status_shown");
        Ok(())
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // A poisoned lock still holds a whole map: no step under it can stop half-way.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
