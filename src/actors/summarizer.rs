//! Summarizer: takes what was said and shown, gives a note for the row's own columns to the `NotionWriter`.
//!
//! Reads the schema anew for every entry, so that a description edited in Notion counts for the next
//! one. What the model answers is checked by pure rules before anything is kept. The note is a checkpoint.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;

use super::asking::{PATIENCE, keep};
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use crate::domain::answer;
use crate::domain::note::Question;
use crate::domain::reason::Reason;
use crate::domain::stage::Stage;
use crate::domain::timeline::Mark;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Summarize, WriteToNotion};
use crate::ports::{SummaryModel, Workspace};

/// Summaries at once: providers count requests, not bytes.
pub const WIDTH: usize = 4;

/// The longest one summary may take, a repair try included, and the store's absence before it can be kept.
pub const LIMIT: Duration = Duration::from_mins(5).saturating_add(PATIENCE);

/// Makes notes.
pub struct Summarizer {
    /// Answers.
    pub model: Arc<dyn SummaryModel>,
    /// Knows the columns.
    pub workspace: Arc<dyn Workspace>,
    /// Who goes on.
    pub next: Recipient<WriteToNotion>,
    /// Where the jobs run.
    pub bench: Bench,
}

stage_actor!(Summarizer);

impl Handler<Summarize> for Summarizer {
    type Result = ();

    fn handle(&mut self, job: Summarize, ctx: &mut Context<Self>) {
        let (model, workspace) = (Arc::clone(&self.model), Arc::clone(&self.workspace));
        let desk = self.bench.desk();
        self.bench.run(
            ctx,
            job,
            |job| async move { summarize(&*model, &*workspace, &desk, job).await },
            self.next.clone(),
        );
    }
}

/// The story of the stage.
pub async fn summarize(
    model: &dyn SummaryModel,
    workspace: &dyn Workspace,
    desk: &Desk,
    job: Summarize,
) -> Outcome<WriteToNotion> {
    let Summarize { envelope, watched } = job;
    desk.begin(&envelope, Stage::Summarize).await?;
    if watched.is_empty() {
        return Err(Failure::permanent(
            Reason::NothingFound,
            anyhow::anyhow!("no speech, no screen text, no caption"),
        ));
    }
    let database = &envelope.row.database;
    let fence = &envelope.lease.fence;
    let asking = workspace.schema(&envelope.row.access, &database.data_source);
    let schema = desk.ask(fence, Some(Party::notion()), asking).await?;
    let mut question = Question::new(&schema, &database.mapping.reserved(), watched);
    question.instructions.clone_from(&database.instructions);
    question.language.clone_from(&database.language);
    question.open.clone_from(&database.mapping.open);
    desk.may_begin()?;
    let answer = desk.ask(fence, model.party(), model.answer(&question)).await?;
    fault::point("note_answered");
    let note = answer::check(&question, answer);
    let came_out = format!("{} columns filled", note.values.len());
    desk.journal.mark(envelope.ticket(), Stage::Summarize, Mark::Done(came_out.clone()));
    keep(|| desk.journal.save_note(envelope.ticket(), &note)).await?;
    fault::point("note_kept");
    desk.finished(envelope.ticket(), Stage::Summarize, came_out);
    Ok(WriteToNotion { envelope, watched: question.watched, note })
}
