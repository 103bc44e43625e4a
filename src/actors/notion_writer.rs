//! `NotionWriter`: takes a note, brings it to the row; takes a verdict, tells it in the row; shows statuses.
//!
//! Only columns that are empty or hold what we wrote are filled. The page gets one section of our own: an older
//! one is found by its id or its marker and replaced, so that a run repeated after a crash leaves one section; one
//! its owner wrote in stays. The lease is asked before each effect in the workspace.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::time::Instant;
use tracing::info;
use url::Url;

use super::asking::keep;
use super::bench::{Bench, stage_actor};
use super::cover::Cover;
use super::desk::Desk;
use super::destinations::Destinations;
use super::filling::{Filling, Look, Writing};
use super::keepsake::OnPage;
use super::result_pages::{self, Bringing, of_the_database};
use super::section::{self, Older};
use super::status_board::StatusBoard;
use crate::domain::answer::{UNPLACED, WRONG_TYPE};
use crate::domain::cost::Usage;
use crate::domain::entry::{Body, EntryId};
use crate::domain::note::{Evidence, Filled, LeftOut, Note, Value};
use crate::domain::ours::{self, Written};
use crate::domain::page::{self, Section};
use crate::domain::progress::Step;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::Mark;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::messages::{Envelope, RowRef, ShowStatus, TellFailure, WriteToNotion};
use crate::ports::{RowUpdate, Workspace};

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
    /// Where results go beside the row.
    pub destinations: Destinations,
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
        let destinations = self.destinations.clone();
        let marker = marker(&self.public_url, job.envelope.ticket().entry);
        self.bench.run_last(ctx, job, |job| async move {
            write(&*workspace, &destinations, &board, &desk, marker, job).await
        });
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
    destinations: &Destinations,
    board: &StatusBoard,
    desk: &Desk,
    marker: String,
    job: WriteToNotion,
) -> Outcome<()> {
    let (fence, entry) = (job.envelope.lease.fence.clone(), job.envelope.ticket().entry);
    desk.begin(&job.envelope, Stage::Write).await?;
    // All that may be under way at once is large; on the heap it need not be moved about.
    let writing = Box::pin(write_result(workspace, destinations, board, desk, marker, &job));
    let came_out = desk.ask(&fence, Some(Party::notion()), writing).await?;
    info!(columns = job.note.values.len(), "completed");
    desk.announce(entry, Step::Finished(Stage::Write, came_out));
    desk.announce(entry, Step::Completed);
    Ok(())
}

/// Writes the note where its values belong, then the row; gives what came out.
async fn write_result(
    workspace: &dyn Workspace,
    destinations: &Destinations,
    board: &StatusBoard,
    desk: &Desk,
    marker: String,
    job: &WriteToNotion,
) -> Outcome<String> {
    let WriteToNotion { envelope, watched, note } = job;
    let (mut note, video) = (unfit_told(workspace, envelope, note), envelope.video());
    let words = page::words_of(&note, watched);
    let keepsake = OnPage::of(workspace, &*destinations.keepsakes, envelope, &watched.info).await?;
    note.left_out.extend(page::lacking(&watched.info));
    if let Some(keepsake) = &keepsake {
        keepsake.told_in(&mut note, words);
    }
    let with_file = |mut section: Section| {
        if let Some(keepsake) = &keepsake {
            keepsake.shown_in(&mut section, words);
        }
        section
    };
    let note = &note;
    let cover = Cover::of(workspace, &*destinations.covers, envelope.media());
    let Some(database) = note.database else {
        let section = with_file(again(page::section(note, watched, video, marker), job));
        let writing = write_row(&cover, board, desk, envelope, &section, &note.values, ROW_FILLED);
        in_its_columns(desk, envelope, &job.note, writing).await?;
        if let Some(keepsake) = &keepsake {
            keepsake.told(&*destinations.keepsakes, envelope).await;
        }
        return Ok(ROW_FILLED.to_owned());
    };
    let Some(content) = destinations.find(envelope, database).await? else {
        let cause = anyhow::anyhow!("the content database was removed since the note was made");
        return Err(Failure::permanent(Reason::ResultsRefused, cause));
    };
    let bringing =
        Bringing { cover: &cover, destinations, desk, envelope, content: &content, marker: &marker };
    let bringing = result_pages::bring(&bringing, note, watched);
    let pages = in_its_columns(desk, envelope, &job.note, bringing).await.map_err(of_the_database)?;
    // Several pages share what was said and shown, so that it stands in the row; a single page has it itself.
    let section = match note.items.len() {
        0 | 1 => page::bare_section(note, watched, video, marker),
        _ => page::section(&Note { values: Vec::new(), ..note.clone() }, watched, video, marker),
    };
    let section = with_file(again(page::leading_to(section, &pages), job));
    let came_out = match pages.len() {
        1 => format!("a page in {}", content.title),
        many => format!("{many} pages in {}", content.title),
    };
    let title = title_of(note, &envelope.row.database.mapping.title);
    write_row(&cover, board, desk, envelope, &section, &title, &came_out).await?;
    if let Some(keepsake) = &keepsake {
        keepsake.told(&*destinations.keepsakes, envelope).await;
    }
    Ok(came_out)
}

/// The section with the way to the row in which its owner saved the video before, where there is one.
fn again(section: Section, job: &WriteToNotion) -> Section {
    match &job.envelope.earlier {
        Some(earlier) => page::saved_before(section, &earlier.url, page::words_of(&job.note, &job.watched)),
        None => section,
    }
}

/// Writes a note. Where its columns were changed meanwhile it is kept as doubted: another run looks at them anew, and
/// pays only if there is another question by then.
async fn in_its_columns<T>(
    desk: &Desk,
    envelope: &Envelope,
    note: &Note,
    writing: impl Future<Output = Outcome<T>>,
) -> Outcome<T> {
    let written = writing.await;
    if let Err(Failure { kind: Kind::Permanent(Reason::SchemaChanged), .. }) = &written {
        let doubted = Note { doubted: true, usage: Usage::default(), ..note.clone() };
        keep(|| desk.journal.save_note(envelope.ticket(), &doubted)).await?;
    }
    written
}

/// The note with what its columns cannot take told instead: a place without coordinates, and what is for a column of
/// the row that is of another type by now.
fn unfit_told(workspace: &dyn Workspace, envelope: &Envelope, note: &Note) -> Note {
    let mut told = note.clone();
    let mut left_out = Vec::new();
    if note.database.is_none() {
        let misfits = ours::misfits(&mut told.values, &envelope.columns, |value| workspace.shown_as(value));
        left_out
            .extend(misfits.iter().map(|unfit| LeftOut::told(unfit, page::value(&unfit.value), WRONG_TYPE)));
    }
    let items = told.items.iter_mut().map(|item| &mut item.values);
    for values in items.chain([&mut told.values]) {
        values.retain(|filled| {
            let takes = workspace.shown_as(&filled.value).is_some();
            let unplaced = matches!(filled.value, Value::Place { .. }) && !takes;
            left_out.extend(unplaced.then(|| LeftOut::told(filled, page::value(&filled.value), UNPLACED)));
            !unplaced
        });
    }
    told.left_out.extend(left_out);
    told
}

/// The one value a row gets whose result stands elsewhere: a name, so that it can be told from others.
fn title_of(note: &Note, column: &str) -> Vec<Filled> {
    let title = Filled {
        column: column.to_owned(),
        name: "Title".to_owned(),
        value: Value::Title(note.title.clone()),
        evidence: Evidence::Whole,
        unset: None,
    };
    if note.title.is_empty() { Vec::new() } else { vec![title] }
}

async fn write_row(
    cover: &Cover<'_>,
    board: &StatusBoard,
    desk: &Desk,
    envelope: &Envelope,
    section: &Section,
    values: &[Filled],
    came_out: &str,
) -> Outcome<()> {
    let (access, page, ticket) = (&envelope.row.access, &envelope.row.page, envelope.ticket());
    let (workspace, mapping) = (cover.workspace, &envelope.row.database.mapping);
    if envelope.body != Body::Written {
        write_body(workspace, desk, envelope, section).await?;
    }
    if !envelope.is_first && envelope.is_told_beside {
        workspace.untell_failure(access, page).await?;
    }
    board.close(ticket).await;
    if !envelope.has_cover || shows_picture(values, envelope) {
        // Ahead of the look at the row: what takes long must not lie between that and the writing.
        cover.upload(access).await;
    }
    let look = async || present(workspace, envelope).await;
    let intend = async |written: &Written| keep(|| desk.journal.intend_values(ticket, written)).await;
    let write = async |writing: Writing| {
        let Writing { access, values, picture, untells } = writing;
        let reason = untells.then(String::new);
        let update = RowUpdate { status: Some(Status::Completed), values, reason, picture };
        workspace.update_row(&access, page, mapping, &update).await
    };
    Filling { cover, access, values, known: &envelope.written }.fill(None, look, intend, write).await?;
    fault::point("row_filled");
    desk.journal.mark(ticket, Stage::Write, Mark::Done(came_out.to_owned()));
    keep(|| desk.journal.complete(ticket)).await?;
    fault::point("completed");
    Ok(())
}

/// Whether a column for files was empty when the entry was claimed and is to show the picture.
fn shows_picture(values: &[Filled], envelope: &Envelope) -> bool {
    values.iter().any(|filled| {
        let held = envelope.columns.get(&filled.column);
        filled.value == Value::Thumbnail && held.is_some_and(|held| held.empty)
    })
}

/// Puts the section on the page once: the intent is kept first, so that a run that died in between is
/// followed by one that looks for the marker before it writes.
async fn write_body(
    workspace: &dyn Workspace,
    desk: &Desk,
    envelope: &Envelope,
    section: &Section,
) -> Outcome<()> {
    let (access, page, ticket) = (&envelope.row.access, &envelope.row.page, envelope.ticket());
    let older = if envelope.is_first { Older::None } else { Older::Some(envelope.section.as_deref()) };
    desk.journal.intend_body(ticket).await?;
    fault::point("body_intended");
    let id = section::put_up(workspace, access, page, section, older).await?;
    keep(|| desk.journal.save_section(ticket, &id)).await?;
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
async fn present(workspace: &dyn Workspace, envelope: &Envelope) -> Outcome<Look> {
    let (row, at) = (&envelope.row, Instant::now());
    let now = workspace.row(&row.access, &row.page, &row.database.mapping).await?;
    if now.in_trash {
        return Err(Failure::permanent(Reason::RowGone, anyhow::anyhow!("the row lies in the trash")));
    }
    Ok(Look::since(at, now.columns, now.has_cover).telling(now.reason.as_deref()))
}
