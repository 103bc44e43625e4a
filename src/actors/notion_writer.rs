//! `NotionWriter`: takes a note, brings it to the row; takes a verdict, tells it in the row; shows statuses.
//!
//! Only columns that are empty or hold what we wrote are filled. The page gets one section of our own: an older
//! one is found by its id or its marker and replaced, so that a run repeated after a crash leaves one section; one
//! its owner wrote in stays. The lease is asked before each effect in the workspace.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tracing::info;
use url::Url;

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use super::status_board::StatusBoard;
use crate::domain::entry::{Body, EntryId};
use crate::domain::ours;
use crate::domain::page::{self, Section};
use crate::domain::progress::Step;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::Mark;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Envelope, RowRef, ShowStatus, TellFailure, WriteToNotion};
use crate::ports::{Row, RowUpdate, Workspace};

/// Rows written at once; the workspace's own budget bounds the requests.
pub const WIDTH: usize = 8;

/// The longest the writing of one result may take, waiting for the budget included.
pub const LIMIT: Duration = Duration::from_mins(10);

/// What comes out of writing.
const ROW_FILLED: &str = "the row is filled";

/// Writes results and failures into rows.
pub struct NotionWriter {
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// The statuses.
    pub board: StatusBoard,
    /// Where this service is reached; part of the marker that tells our section apart.
    pub public_url: Url,
    /// What all stages share.
    pub desk: Arc<Desk>,
    /// Where the jobs run.
    pub bench: Bench,
}

stage_actor!(NotionWriter);

impl Handler<ShowStatus> for NotionWriter {
    type Result = ();

    fn handle(&mut self, wanted: ShowStatus, _ctx: &mut Context<Self>) {
        self.board.show(wanted);
    }
}

impl Handler<WriteToNotion> for NotionWriter {
    type Result = ();

    fn handle(&mut self, job: WriteToNotion, ctx: &mut Context<Self>) {
        let (workspace, board, desk) =
            (Arc::clone(&self.workspace), self.board.clone(), Arc::clone(&self.desk));
        let marker = marker(&self.public_url, job.envelope.ticket().entry);
        self.bench.run_last(
            ctx,
            job,
            |job| async move { write(&*workspace, &board, &desk, marker, job).await },
        );
    }
}

impl Handler<TellFailure> for NotionWriter {
    type Result = ();

    fn handle(&mut self, job: TellFailure, ctx: &mut Context<Self>) {
        let (workspace, board, desk) =
            (Arc::clone(&self.workspace), self.board.clone(), Arc::clone(&self.desk));
        self.bench.run_last(ctx, job, |job| async move { tell(&*workspace, &board, &desk, job).await });
    }
}

/// The link that marks a section as ours and as this entry's.
pub fn marker(public_url: &Url, entry: EntryId) -> String {
    format!("{}/entries/{entry}", public_url.as_str().trim_end_matches('/'))
}

/// The story of a result.
pub async fn write(
    workspace: &dyn Workspace,
    board: &StatusBoard,
    desk: &Desk,
    marker: String,
    job: WriteToNotion,
) -> Outcome<()> {
    let (fence, entry) = (job.envelope.lease.fence.clone(), job.envelope.ticket().entry);
    desk.begin(&job.envelope, Stage::Write).await?;
    let writing = write_row(workspace, board, desk, marker, &job);
    desk.ask(&fence, Some(Party::notion()), writing).await?;
    info!(columns = job.note.values.len(), "completed");
    desk.announce(entry, Step::Finished(Stage::Write, ROW_FILLED.to_owned()));
    desk.announce(entry, Step::Completed);
    Ok(())
}

async fn write_row(
    workspace: &dyn Workspace,
    board: &StatusBoard,
    desk: &Desk,
    marker: String,
    job: &WriteToNotion,
) -> Outcome<()> {
    let WriteToNotion { envelope, watched, note } = job;
    let (access, page, ticket) = (&envelope.row.access, &envelope.row.page, envelope.ticket());
    let mapping = &envelope.row.database.mapping;
    if envelope.body != Body::Written {
        let section = page::section(note, watched, &envelope.row.link, marker.clone());
        write_body(workspace, desk, envelope, &marker, &section).await?;
    }
    if is_rerun(envelope) {
        workspace.untell_failure(access, page, mapping).await?;
    }
    board.close(ticket).await;
    // Looked at as late as can be, so that a column its owner fills meanwhile stays theirs.
    let row = present(workspace, envelope).await?;
    let plan = ours::plan(&note.values, &row.columns, &envelope.written, |value| workspace.shown_as(value));
    keep(|| desk.journal.intend_values(ticket, &plan.written)).await?;
    fault::point("values_intended");
    let update = RowUpdate { status: Some(Status::Completed), values: plan.values, reason: None };
    workspace.update_row(access, page, mapping, &update).await?;
    fault::point("row_filled");
    desk.journal.mark(ticket, Stage::Write, Mark::Done(ROW_FILLED.to_owned()));
    keep(|| desk.journal.complete(ticket)).await?;
    fault::point("completed");
    Ok(())
}

/// Puts the section on the page once: the intent is kept first, so that a run that died in between is
/// followed by one that looks for the marker before it writes.
async fn write_body(
    workspace: &dyn Workspace,
    desk: &Desk,
    envelope: &Envelope,
    marker: &str,
    section: &Section,
) -> Outcome<()> {
    let (access, page, ticket) = (&envelope.row.access, &envelope.row.page, envelope.ticket());
    let older = match &envelope.section {
        Some(known) => Some(known.clone()),
        None if is_rerun(envelope) => workspace.find_section(access, page, marker).await?,
        None => None,
    };
    desk.journal.intend_body(ticket).await?;
    fault::point("body_intended");
    if let Some(older) = older {
        if workspace.was_edited(access, &older).await? {
            info!("somebody wrote in the older section, it stays");
        } else {
            workspace.remove_section(access, &older).await?;
        }
        fault::point("older_body_removed");
        desk.journal.save_section(ticket, None).await?;
    }
    let id = workspace.append_section(access, page, section).await?;
    fault::point("body_written");
    keep(|| desk.journal.save_section(ticket, Some(&id))).await?;
    fault::point("body_kept");
    Ok(())
}

/// The story of a verdict.
pub async fn tell(
    workspace: &dyn Workspace,
    board: &StatusBoard,
    desk: &Desk,
    job: TellFailure,
) -> Outcome<()> {
    let TellFailure { envelope, reason } = job;
    let ticket = envelope.ticket();
    board.close(ticket).await;
    desk.journal.beat(ticket).await?;
    let RowRef { access, page, database, .. } = &*envelope.row;
    let telling = workspace.tell_failure(access, page, &database.mapping, reason);
    desk.ask(&envelope.lease.fence, Some(Party::notion()), telling).await?;
    fault::point("verdict_told");
    keep(|| desk.journal.finish_failed(ticket, reason, true)).await?;
    info!(reason = ?reason, "failed, and its owner was told");
    desk.announce(ticket.entry, Step::Failed(reason));
    Ok(())
}

/// The row as it stands now; a row in the trash is gone.
async fn present(workspace: &dyn Workspace, envelope: &Envelope) -> Outcome<Row> {
    let row = &envelope.row;
    let now = workspace.row(&row.access, &row.page, &row.database.mapping).await?;
    if now.in_trash {
        return Err(Failure::permanent(Reason::RowGone, anyhow::anyhow!("the row lies in the trash")));
    }
    Ok(now)
}

/// Whether an earlier claim may have left something in the row.
fn is_rerun(envelope: &Envelope) -> bool {
    envelope.ticket().lease.0 > 1
}
