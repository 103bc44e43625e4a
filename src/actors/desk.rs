//! What every stage shares: the journal, the row's status, the watchers, the stop signals.

use std::sync::Arc;
use std::time::Duration;

use actix::WeakRecipient;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::domain::entry::{EntryId, Ticket};
use crate::domain::progress::{Progress, Step};
use crate::domain::stage::Stage;
use crate::domain::timeline::Mark;
use crate::failure::{Failure, Outcome};
use crate::messages::{Envelope, ShowStatus};
use crate::ports::{Breakers, Journal};

/// How many steps a slow watcher may lag behind before it loses some.
pub const PROGRESS_BACKLOG: usize = 256;

/// The two words that stop the service, first softly, then at once, and what has to be settled before it ends.
#[derive(Debug, Clone, Default)]
pub struct StopSignals {
    /// Claim no more.
    pub soft: CancellationToken,
    /// End running jobs now and hand their entries back.
    pub hard: CancellationToken,
    /// Jobs whose end the journal does not know yet.
    pub unsettled: TaskTracker,
}

/// What every stage shares.
#[derive(Clone)]
pub struct Desk {
    /// The truth about entries.
    pub journal: Arc<dyn Journal>,
    /// Where statuses are shown; weak, because the `NotionWriter` has a desk as well.
    pub status: WeakRecipient<ShowStatus>,
    /// Who watches.
    pub watchers: broadcast::Sender<Progress>,
    /// When to stop.
    pub stop: StopSignals,
    /// Who is out of order.
    pub breakers: Arc<dyn Breakers>,
}

/// The failure of a job that the end of the service cuts short: nobody's fault, and due again at once.
pub fn cut_short() -> Failure {
    Failure::wait(Some(Duration::ZERO), anyhow::anyhow!("the service is stopping"))
}

impl Desk {
    /// Refuses once the service is to stop. Asked before what takes long or is paid for begins: it would not
    /// come to its end, and would be paid for again.
    pub fn may_begin(&self) -> Outcome<()> {
        if self.stop.soft.is_cancelled() { Err(cut_short()) } else { Ok(()) }
    }

    /// Notes that a stage begins: fenced in the journal first, then shown in the row.
    pub async fn begin(&self, envelope: &Envelope, stage: Stage) -> Outcome<()> {
        // Marked first, so that the status carries it into the journal.
        self.journal.mark(envelope.ticket(), stage, Mark::Began);
        self.show(envelope, stage).await?;
        self.announce(envelope.ticket().entry, Step::Started(stage));
        Ok(())
    }

    /// Notes that a stage begins whose status is not shown, because an earlier one is not over.
    pub fn started(&self, ticket: Ticket, stage: Stage) {
        self.journal.mark(ticket, stage, Mark::Began);
        self.announce(ticket.entry, Step::Started(stage));
    }

    /// Notes what came out of a stage; the next write of the entry carries it into the journal.
    pub fn finished(&self, ticket: Ticket, stage: Stage, came_out: String) {
        self.journal.mark(ticket, stage, Mark::Done(came_out.clone()));
        self.announce(ticket.entry, Step::Finished(stage, came_out));
    }

    /// Shows the status of a stage whose work began earlier beside another one.
    pub async fn show(&self, envelope: &Envelope, stage: Stage) -> Outcome<()> {
        let status = stage.status();
        self.journal.set_status(envelope.ticket(), status).await.map_err(|failure| failure.at(stage))?;
        if let Some(board) = self.status.upgrade() {
            board.do_send(ShowStatus { ticket: envelope.ticket(), row: Arc::clone(&envelope.row), status });
        }
        Ok(())
    }

    /// Tells the watchers; nobody watching is fine.
    pub fn announce(&self, entry: EntryId, step: Step) {
        announce(&self.watchers, entry, step);
    }
}

/// Tells the watchers; nobody watching is fine.
pub fn announce(watchers: &broadcast::Sender<Progress>, entry: EntryId, step: Step) {
    // `send` fails only when there is no receiver.
    if watchers.receiver_count() > 0
        && let Err(lost) = watchers.send(Progress { entry, step })
    {
        warn!(step = ?lost.0.step, "nobody heard a progress step");
    }
}
