//! Links on their way: the list, and everything about one.

use actix_web::web;
use askama::Template;
use chrono::SecondsFormat;
use serde::Deserialize;

use super::{Answered, Shell, filled, moment, see, shown};
use crate::domain::cost::Spent;
use crate::domain::entry::{DatabaseId, EntryId};
use crate::domain::note::Note;
use crate::domain::page::{Labels, value};
use crate::domain::progress::EntryState;
use crate::domain::refusal::Refusal;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::{StageState, StageView};
use crate::http::problem::answered;
use crate::http::visitor::Visitor;
use crate::messages::{Doors, EntryDetail, ListDatabases, ListEntries, RetryEntry, ShowEntry};

/// Entries on a page.
const ON_A_PAGE: u32 = 25;

/// Databases offered in the filter; more are found through their own pages.
const OFFERED: u32 = 100;

#[derive(Template)]
#[template(path = "entries.html")]
#[expect(clippy::struct_field_names, reason = "the page lists them")]
struct Entries {
    shell: Shell,
    databases: Vec<Offered>,
    statuses: Vec<Named>,
    entries: Vec<Entry>,
    older: Option<String>,
}

struct Offered {
    id: DatabaseId,
    title: String,
    chosen: bool,
}

struct Named {
    name: &'static str,
    chosen: bool,
}

struct Entry {
    id: EntryId,
    title: String,
    /// Where it leads, under a title that does not say it.
    link: Option<String>,
    status: &'static str,
    sentence: String,
    stages: Vec<Step>,
    saved: String,
    saved_iso: String,
}

/// A stage in the bar and in the time line.
struct Step {
    stage: &'static str,
    name: &'static str,
    state: &'static str,
    word: &'static str,
    began: String,
    took: String,
    came_out: String,
}

#[derive(Template)]
#[template(path = "entry.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows one part of the page")]
struct EntryPage {
    shell: Shell,
    id: EntryId,
    title: String,
    link: String,
    is_web: bool,
    notion_url: String,
    earlier: Option<EntryId>,
    by: Option<String>,
    status: &'static str,
    sentence: String,
    stages: Vec<Step>,
    can_retry: bool,
    failed: bool,
    runs: Option<String>,
    note: Option<NoteShown>,
    said: Vec<Line>,
    quiet_video: bool,
    shown: Vec<Line>,
    cost: Vec<CostLine>,
    total: String,
}

struct NoteShown {
    summary: String,
    points: Vec<String>,
    values: Vec<ValueShown>,
    left_out: Vec<LeftOut>,
}

struct ValueShown {
    name: String,
    value: String,
    evidence: String,
}

struct LeftOut {
    name: String,
    offered: String,
    why: String,
}

struct Line {
    at: String,
    text: String,
}

struct CostLine {
    what: &'static str,
    amount: String,
}

/// What the list is asked.
#[derive(Deserialize)]
pub(super) struct Wanted {
    database_id: Option<String>,
    status: Option<String>,
    before: Option<String>,
}

/// `GET /entries`.
pub(super) async fn list(visitor: Visitor, query: web::Query<Wanted>, doors: web::Data<Doors>) -> Answered {
    let user = visitor.0;
    let query = query.into_inner();
    let (database, status) = (filled(query.database_id), filled(query.status));
    let database =
        database.map(|id| id.parse().map(DatabaseId).map_err(|_| Refusal::NotFound { what: "database" }));
    let database = database.transpose()?;
    let status = status.map(|name| name.parse::<Status>().map_err(|_| no_status())).transpose()?;
    let before = filled(query.before).map(|id| entry_id(&id)).transpose()?;
    let databases =
        answered(doors.list_databases.send(ListDatabases { user, cursor: None, limit: OFFERED }).await)?;
    if databases.items.is_empty() {
        return Ok(see("/start"));
    }
    let wanted = ListEntries { user, database, status, before, limit: ON_A_PAGE };
    let found = answered(doors.list_entries.send(wanted).await)?;
    let offered = databases.items.into_iter().map(|view| Offered {
        chosen: Some(view.id) == database,
        id: view.id,
        title: view.title,
    });
    let statuses = Status::ALL.map(|one| Named { name: one.name(), chosen: Some(one) == status });
    let older = found.next.map(|last| {
        let (database, status) = (database.map(|id| id.to_string()), status.map(Status::name));
        let (database, status) = (database.unwrap_or_default(), status.unwrap_or_default());
        format!("/entries?database_id={database}&status={status}&before={last}")
    });
    Ok(shown(&Entries {
        shell: Shell::at("entries"),
        databases: offered.collect(),
        statuses: statuses.into(),
        entries: found.entries.iter().map(Entry::from).collect(),
        older,
    }))
}

/// `GET /entries/{id}`.
pub(super) async fn view(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let wanted = ShowEntry { user: visitor.0, entry: entry_id(&id)? };
    Ok(shown(&EntryPage::from(answered(doors.show_entry.send(wanted).await)?)))
}

/// `POST /entries/{id}/retry`. Pressed twice it leads back to the page as well.
pub(super) async fn retry(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let entry = entry_id(&id)?;
    let sent = doors.retry_entry.send(RetryEntry { user: visitor.0, entry }).await;
    if !matches!(sent, Ok(Ok(Err(Refusal::Busy { .. })))) {
        answered(sent)?;
    }
    Ok(see(&format!("/entries/{entry}")))
}

fn entry_id(text: &str) -> Result<EntryId, Refusal> {
    text.parse().map(EntryId).map_err(|_| Refusal::NotFound { what: "link" })
}

fn no_status() -> Refusal {
    Refusal::Invalid { field: "status", hint: "Choose one of the list.".to_owned() }
}

impl From<&EntryState> for Entry {
    fn from(state: &EntryState) -> Self {
        let entry = &state.entry;
        Self {
            id: entry.id,
            title: state.title.clone().unwrap_or_else(|| entry.link.clone()),
            link: state.title.is_some().then(|| entry.link.clone()),
            status: entry.status.name(),
            sentence: entry.sentence(),
            stages: state.stages.iter().map(Step::from).collect(),
            saved: moment(entry.created_at),
            saved_iso: entry.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        }
    }
}

impl From<&StageView> for Step {
    fn from(view: &StageView) -> Self {
        let took = view.began_at.zip(view.ended_at).map(|(began, ended)| ended - began);
        Self {
            stage: view.stage.name(),
            name: name(view.stage),
            state: view.state.name(),
            word: word(view.state),
            began: view.began_at.map(|at| at.format("%H:%M:%S UTC").to_string()).unwrap_or_default(),
            took: took.map(|took| format!("{:.1} s", seconds(took))).unwrap_or_default(),
            came_out: view.came_out.clone(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a stage takes minutes at most")]
fn seconds(took: chrono::TimeDelta) -> f64 {
    took.num_milliseconds().max(0) as f64 / 1000.0
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Download => "Download",
        Stage::Transcribe => "Listen",
        Stage::Read => "Read the screen",
        Stage::Summarize => "Make the note",
        Stage::Write => "Write to Notion",
    }
}

fn word(state: StageState) -> &'static str {
    match state {
        StageState::Pending => "not begun",
        StageState::Running => "in progress",
        StageState::Done => "done",
        StageState::Known => "known already",
        StageState::Failed => "failed",
        StageState::Waiting => "waits",
        StageState::Interrupted => "interrupted",
    }
}

impl From<EntryDetail> for EntryPage {
    fn from(detail: EntryDetail) -> Self {
        let EntryDetail { state, info, transcript, screen_text, note, spent } = detail;
        let entry = &state.entry;
        let info = info.unwrap_or_default();
        let is_slideshow = info.is_slideshow();
        let noted = note.as_ref().map(|note| note.title.clone()).filter(|title| !title.is_empty());
        let by = [Some(info.platform), info.author];
        let by: Vec<String> = by.into_iter().flatten().filter(|text| !text.is_empty()).collect();
        let was_heard = !is_slideshow && transcript.as_ref().is_some_and(|heard| !heard.engine.is_empty());
        let said = transcript.unwrap_or_default().segments.into_iter();
        let shown = screen_text.unwrap_or_default().lines.into_iter();
        let said: Vec<Line> = said.map(|part| Line { at: part.start.to_string(), text: part.text }).collect();
        Self {
            shell: Shell::at("entries"),
            id: entry.id,
            title: noted.or(info.title).unwrap_or_else(|| entry.link.clone()),
            link: entry.link.clone(),
            is_web: entry.link.starts_with("https://") || entry.link.starts_with("http://"),
            notion_url: entry.row_url(),
            earlier: entry.earlier,
            by: (!by.is_empty()).then(|| by.join(", ")),
            status: entry.status.name(),
            sentence: entry.sentence(),
            stages: state.stages.iter().map(Step::from).collect(),
            can_retry: entry.status.is_final(),
            failed: entry.status == Status::Failed,
            runs: match state.earlier_runs {
                0 => None,
                1 => Some("It was run once before.".to_owned()),
                many => Some(format!("It was run {many} times before.")),
            },
            note: note.map(NoteShown::from),
            quiet_video: was_heard && said.is_empty(),
            said,
            shown: shown.map(|line| Line { at: line.at.to_string(), text: line.text }).collect(),
            cost: cost_lines(&spent),
            total: spent.amount.to_string(),
        }
    }
}

impl From<Note> for NoteShown {
    fn from(note: Note) -> Self {
        let values = note.values.into_iter().map(|filled| ValueShown {
            value: value(&filled.value),
            evidence: Labels::of(None).evidence(filled.evidence),
            name: filled.name,
        });
        let left_out = note.left_out.into_iter();
        let left_out = left_out.map(|one| LeftOut { name: one.name, offered: one.offered, why: one.why });
        Self {
            summary: note.summary,
            points: note.key_points,
            values: values.collect(),
            left_out: left_out.collect(),
        }
    }
}

/// What was used, in words; what costs nothing on this machine is not listed.
fn cost_lines(spent: &Spent) -> Vec<CostLine> {
    let usage = &spent.usage;
    let speech = format!("{}.{} s", usage.speech_ms / 1000, usage.speech_ms % 1000 / 100);
    let tokens = format!("{} in, {} out", usage.tokens_in, usage.tokens_out);
    [
        (usage.speech_ms > 0, "Speech", speech),
        (usage.images > 0, "Pictures", usage.images.to_string()),
        (usage.tokens_in + usage.tokens_out > 0, "Tokens", tokens),
    ]
    .into_iter()
    .filter_map(|(used, what, amount)| used.then_some(CostLine { what, amount }))
    .collect()
}
