//! `NotionWriter`: takes a note, brings it to the row; takes a verdict, tells it in the row; shows statuses.
//!
//! Only empty columns are filled. The page gets one section of our own: an older one is found by its
//! id or its marker and replaced, so that a run repeated after a crash leaves one section. The lease is
//! asked before each effect in the workspace.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tracing::info;
use url::Url;

use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use super::status_board::StatusBoard;
use crate::domain::entry::EntryId;
use crate::domain::note::Note;
use crate::domain::page;
use crate::domain::progress::Step;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::failure::{Failure, Outcome};
use crate::messages::{Envelope, ShowStatus, TellFailure, WriteToNotion};
use crate::ports::{Row, RowUpdate, Workspace};

/// Rows written at once; the workspace's own budget bounds the requests.
pub const WIDTH: usize = 8;

/// The longest the writing of one result may take, waiting for the budget included.
pub const LIMIT: Duration = Duration::from_mins(10);

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
    let WriteToNotion { envelope, watched, note } = job;
    desk.begin(&envelope, Stage::Write).await?;
    let (access, page, ticket) = (&envelope.row.access, &envelope.row.page, envelope.ticket());
    let mapping = &envelope.row.database.mapping;
    remove_older_section(workspace, desk, &envelope, &marker).await?;
    let section = page::section(&note, &watched, &envelope.row.link, marker);
    let id = workspace.append_section(access, page, &section).await?;
    desk.journal.save_section(ticket, Some(&id)).await?;
    if is_rerun(&envelope) {
        workspace.untell_failure(access, page, mapping).await?;
    }
    board.close(ticket).await;
    // Looked at as late as can be, so that a column its owner fills meanwhile stays theirs.
    let row = present(workspace, &envelope).await?;
    desk.journal.beat(ticket).await?;
    workspace.update_row(access, page, mapping, &last_update(&note, &row)).await?;
    desk.journal.complete(ticket).await?;
    info!(columns = note.values.len(), "completed");
    desk.announce(ticket.entry, Step::Finished(Stage::Write, "the row is filled".to_owned()));
    desk.announce(ticket.entry, Step::Completed);
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
    workspace
        .tell_failure(&envelope.row.access, &envelope.row.page, &envelope.row.database.mapping, reason)
        .await?;
    desk.journal.finish_failed(ticket, reason, true).await?;
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

/// Takes away the section of an earlier run: the one remembered, else the one that carries the marker.
async fn remove_older_section(
    workspace: &dyn Workspace,
    desk: &Desk,
    envelope: &Envelope,
    marker: &str,
) -> Outcome<()> {
    let (access, ticket) = (&envelope.row.access, envelope.ticket());
    let older = match &envelope.section {
        Some(known) => Some(known.clone()),
        None if is_rerun(envelope) => workspace.find_section(access, &envelope.row.page, marker).await?,
        None => None,
    };
    desk.journal.beat(ticket).await?;
    if let Some(older) = older {
        workspace.remove_section(access, &older).await?;
        desk.journal.save_section(ticket, None).await?;
    }
    Ok(())
}

/// Whether an earlier claim may have left something in the row.
fn is_rerun(envelope: &Envelope) -> bool {
    envelope.ticket().lease.0 > 1
}

/// Status and values in one request; a column somebody filled meanwhile stays as it is.
fn last_update(note: &Note, row: &Row) -> RowUpdate {
    let empty = note.values.iter().filter(|filled| !row.filled.contains(&filled.column));
    RowUpdate {
        status: Some(Status::Completed),
        values: empty.map(|filled| (filled.column.clone(), filled.value.clone())).collect(),
        reason: None,
    }
}
