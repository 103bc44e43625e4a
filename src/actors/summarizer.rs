//! Summarizer: takes what was said and shown, gives a note for the row's own columns, or for those of the content
//! database the result goes to, to the `NotionWriter`.
//!
//! Reads the schema anew for every entry, so that a description edited in Notion counts for the next
//! one. What the model answers is checked by pure rules before anything is kept. The note is a checkpoint.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tracing::info;

use super::asking::{PATIENCE, keep};
use super::bench::{Bench, stage_actor};
use super::desk::Desk;
use super::destinations::{Destinations, way};
use super::map::locate;
use super::outlines::Outline;
use super::result_pages::of_the_database;
use crate::domain::answer;
use crate::domain::entry::ContentDatabase;
use crate::domain::media::Watched;
use crate::domain::note::{Choice, Note, Question};
use crate::domain::reason::Reason;
use crate::domain::result_page::{Origin, lead_back};
use crate::domain::route::{Route, asks_for_several};
use crate::domain::schema::Schema;
use crate::domain::sharing::{fingerprint, note_for};
use crate::domain::stage::Stage;
use crate::domain::thumbnail;
use crate::domain::timeline::Mark;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::messages::{Envelope, Summarize, WriteToNotion};
use crate::ports::{Access, Geocoder, SummaryModel, Workspace};

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
    /// Where results go beside the row.
    pub destinations: Destinations,
    /// Knows where places are; `None` where nobody does.
    pub map: Option<Arc<dyn Geocoder>>,
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
        let (destinations, map) = (self.destinations.clone(), self.map.clone());
        let desk = self.bench.desk();
        self.bench.run(
            ctx,
            job,
            |job| async move {
                summarize(&*model, &*workspace, &destinations, map.as_deref(), &desk, job).await
            },
            self.next.clone(),
        );
    }
}

/// The story of the stage.
pub async fn summarize(
    model: &dyn SummaryModel,
    workspace: &dyn Workspace,
    destinations: &Destinations,
    map: Option<&dyn Geocoder>,
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
    let contents = destinations.of(&envelope).await?;
    let asking = Asking { model, workspace, destinations, desk, envelope: &envelope };
    let (mut note, watched) = match way(&envelope, &contents) {
        Route::InPlace => asking.for_row(&[], watched).await?,
        Route::To(content) => asking.for_pages(content, watched).await?,
        Route::Choose(contents) => {
            let (mut note, watched) = asking.for_row(&contents, watched).await?;
            match chosen(note.choice.take().as_deref(), &contents) {
                None => (note, watched),
                Some(content) => {
                    let (ticket, pages) = (envelope.ticket(), &destinations.pages);
                    keep(|| pages.keep_choice(ticket, content.id, &note.usage)).await?;
                    fault::point("choice_kept");
                    asking.for_pages(content, watched).await?
                }
            }
        }
    };
    locate(map, desk, &envelope, &mut note).await;
    let came_out = came_out(&note);
    desk.journal.mark(envelope.ticket(), Stage::Summarize, Mark::Done(came_out.clone()));
    keep(|| desk.journal.save_note(envelope.ticket(), &note)).await?;
    fault::point("note_kept");
    desk.finished(envelope.ticket(), Stage::Summarize, came_out);
    Ok(WriteToNotion { envelope, watched, note })
}

/// What the questions of one entry have in common.
struct Asking<'a> {
    model: &'a dyn SummaryModel,
    workspace: &'a dyn Workspace,
    destinations: &'a Destinations,
    desk: &'a Desk,
    envelope: &'a Envelope,
}

impl Asking<'_> {
    /// Asks for the row's own columns, and which of the content databases the video belongs to, if any.
    async fn for_row(&self, choices: &[&ContentDatabase], watched: Watched) -> Outcome<(Note, Watched)> {
        let row = &self.envelope.row;
        let database = &row.database;
        let schema = self.schema(&row.access, &database.data_source).await?;
        let mut question = Question::new(&schema, &database.mapping.reserved(), watched);
        question.instructions.clone_from(&database.instructions);
        question.language.clone_from(&database.language);
        question.open.clone_from(&database.mapping.open);
        for (place, content) in choices.iter().enumerate() {
            let outline = self.outline(content).await?;
            question.choices.push(Choice {
                key: choice_key(place),
                title: content.title.clone(),
                about: about(content, &outline.description),
                columns: outline.columns,
            });
        }
        let (mut note, watched) = self.ask(question).await?;
        thumbnail::add(&mut note, &schema);
        Ok((note, watched))
    }

    /// Asks for the columns of a content database. What its owner wants there counts before what they want of links.
    async fn for_pages(&self, content: &ContentDatabase, watched: Watched) -> Outcome<(Note, Watched)> {
        let row = &self.envelope.row;
        let access = self.destinations.open(self.envelope, content).await?;
        let schema = self.schema(&access, &content.data_source).await.map_err(of_the_database)?;
        let mut question = Question::new(&schema, &[], watched);
        question.instructions = content.instructions.clone().or_else(|| row.database.instructions.clone());
        question.language = content.language.clone().or_else(|| row.database.language.clone());
        question.open.clone_from(&content.mapping.open);
        question.several = content.instructions.as_deref().is_some_and(asks_for_several);
        if question.several {
            let pages = self.destinations.pages.pages_of(self.envelope.ticket().entry).await?;
            let of_items = pages.into_iter().map(|page| page.key);
            let of_items = of_items.filter(|key| key.database == content.id && !key.item.is_empty());
            question.known_items = of_items.map(|key| key.item).collect();
        }
        let (mut note, watched) = self.ask(question).await?;
        let origin =
            Origin { data_source: &row.database.data_source, page: &row.page, link: self.envelope.video() };
        lead_back(&mut note, &schema, origin);
        thumbnail::add(&mut note, &schema);
        note.database = Some(content.id);
        Ok((note, watched))
    }

    async fn outline(&self, content: &ContentDatabase) -> Outcome<Outline> {
        let reading = async {
            let access = self.destinations.open(self.envelope, content).await?;
            self.schema(&access, &content.data_source).await
        };
        self.destinations.outlines.of(content.id, reading).await
    }

    async fn schema(&self, access: &Access, data_source: &str) -> Outcome<Schema> {
        let asking = self.workspace.schema(access, data_source);
        self.desk.ask(&self.envelope.lease.fence, Some(Party::notion()), asking).await
    }

    async fn ask(&self, question: Question) -> Outcome<(Note, Watched)> {
        self.desk.may_begin()?;
        let asked = fingerprint(&question, &self.model.name());
        let (earlier, doubted) = (&self.envelope.earlier, &self.envelope.doubted);
        let answers = earlier.iter().filter_map(|earlier| earlier.note.as_ref()).chain(doubted);
        if let Some(note) = note_for(answers, &asked) {
            info!("the question was answered before");
            return Ok((note, question.watched));
        }
        let answering = self.model.answer(&question);
        let answer = self.desk.ask(&self.envelope.lease.fence, self.model.party(), answering).await?;
        fault::point("note_answered");
        let mut note = answer::check(&question, answer);
        note.asked = Some(asked);
        Ok((note, question.watched))
    }
}

/// What the answer names a content database by.
fn choice_key(place: usize) -> String {
    format!("c{}", place + 1)
}

fn chosen<'a>(key: Option<&str>, contents: &[&'a ContentDatabase]) -> Option<&'a ContentDatabase> {
    let place = (0..contents.len()).find(|place| Some(choice_key(*place).as_str()) == key)?;
    contents.get(place).copied()
}

/// What its owner says of a content database.
fn about(content: &ContentDatabase, description: &str) -> String {
    let wish = content.instructions.as_deref().unwrap_or_default();
    let said = [content.tag.as_str(), description, wish].map(str::trim);
    said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn came_out(note: &Note) -> String {
    match note.items.len() {
        0 | 1 => format!("{} columns filled", note.values.len()),
        several => format!("{several} things found"),
    }
}
