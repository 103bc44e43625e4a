//! Entries as the interface writes them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::cost::Spent;
use crate::domain::media::{MediaInfo, ScreenLine, Segment};
use crate::domain::note::Note;
use crate::domain::progress::EntryState;
use crate::domain::reason::Reason;
use crate::domain::timeline::StageView;
use crate::domain::waiting::Waiting;
use crate::messages::EntryDetail;

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryPage {
    /// Newest first.
    pub(super) items: Vec<Entry>,
    /// Leads to the next page; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entry {
    /// Our id.
    id: Uuid,
    /// The registered database its row stands in.
    database_id: Uuid,
    /// Notion's page id of its row.
    page_id: String,
    /// The address of its row.
    notion_url: String,
    /// The link as its owner wrote it.
    link: String,
    /// The title of its note, once there is one.
    title: Option<String>,
    /// Where it is: pending, downloading, transcribing, processing, saving, completed or failed.
    status: &'static str,
    /// What to tell its owner, in one or two sentences.
    sentence: String,
    /// Failed attempts since it last got further.
    attempts: u32,
    /// Why it failed, for programs.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    /// Why it failed, for people.
    reason_sentence: Option<&'static str>,
    /// What it waits for, for programs.
    #[schema(value_type = Option<Object>)]
    waiting: Option<Waiting>,
    /// What it waits for, for people.
    waiting_sentence: Option<String>,
    /// Since when it has been waiting for others.
    waiting_since: Option<DateTime<Utc>>,
    /// The entry in whose row its owner saved the same video before.
    earlier: Option<Uuid>,
    /// Its stages in the order of the chain.
    stages: Vec<StageShape>,
    /// How many runs it had before the present one.
    earlier_runs: u32,
    /// Whether nothing more happens by itself.
    finished: bool,
    /// When its row was first seen.
    created_at: DateTime<Utc>,
    /// When it last moved.
    updated_at: DateTime<Utc>,
}

/// A stage of an entry.
#[derive(Debug, Serialize, ToSchema)]
struct StageShape {
    /// download, transcribe, read, summarize or write.
    stage: &'static str,
    /// pending, running, done, known, failed, waiting or interrupted.
    state: &'static str,
    /// When it last began.
    began_at: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// What came out of it, or what it waits for.
    came_out: String,
    /// How often it began in this run.
    times: u32,
}

/// An entry with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeEntry {
    #[serde(flatten)]
    entry: Entry,
    /// What the platform says.
    #[schema(value_type = Option<Object>)]
    media: Option<MediaInfo>,
    /// What is said.
    transcript: Option<TranscriptShape>,
    /// What is shown.
    screen: Option<ScreenShape>,
    /// What was made of it: values with their evidence, and what was left out.
    #[schema(value_type = Option<Object>)]
    note: Option<Note>,
    /// What was paid for it, in all its runs.
    cost: Cost,
}

/// What is said.
#[derive(Debug, Serialize, ToSchema)]
struct TranscriptShape {
    /// The language heard.
    language: Option<String>,
    /// Who listened.
    engine: String,
    /// The speech in order, with its times in seconds; of a post of several, in which of its videos.
    #[schema(value_type = Vec<Object>)]
    segments: Vec<Segment>,
}

/// What is shown.
#[derive(Debug, Serialize, ToSchema)]
struct ScreenShape {
    /// Who read.
    engine: String,
    /// Each line at its first appearance: in seconds, or in which picture of a post, as `{"picture": 3}`.
    #[schema(value_type = Vec<Object>)]
    lines: Vec<ScreenLine>,
}

/// What was used and paid.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Cost {
    /// Millionths of a dollar.
    micro_usd: u64,
    /// For people, such as `$0.0123`.
    amount: String,
    /// Always USD.
    currency: &'static str,
    /// Speech listened to, in milliseconds.
    speech_ms: u64,
    /// Images read.
    images: u64,
    /// Tokens sent.
    tokens_in: u64,
    /// Tokens answered.
    tokens_out: u64,
    /// Requests that were answered.
    calls: u64,
}

/// What was used and paid in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MonthCost {
    /// Such as 2026-11.
    pub(super) month: String,
    #[serde(flatten)]
    pub(super) cost: Cost,
}

impl From<&EntryState> for Entry {
    fn from(state: &EntryState) -> Self {
        let view = state.entry.clone();
        Self {
            id: view.id.0,
            database_id: view.database_id.0,
            notion_url: view.row_url(),
            sentence: view.sentence(),
            status: view.status.name(),
            finished: view.status.is_final(),
            attempts: view.attempts,
            reason: view.reason,
            reason_sentence: view.reason.map(Reason::sentence),
            waiting_sentence: view.waiting.as_ref().map(Waiting::sentence),
            waiting: view.waiting,
            waiting_since: view.waiting_since,
            earlier: view.earlier.map(|earlier| earlier.0),
            stages: state.stages.iter().map(StageShape::from).collect(),
            earlier_runs: state.earlier_runs,
            page_id: view.page_id,
            link: view.link,
            title: state.title.clone(),
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

impl From<&StageView> for StageShape {
    fn from(view: &StageView) -> Self {
        Self {
            stage: view.stage.name(),
            state: view.state.name(),
            began_at: view.began_at,
            ended_at: view.ended_at,
            came_out: view.came_out.clone(),
            times: view.times,
        }
    }
}

impl From<EntryDetail> for WholeEntry {
    fn from(detail: EntryDetail) -> Self {
        let transcript = detail.transcript.map(|heard| TranscriptShape {
            language: heard.language,
            engine: heard.engine,
            segments: heard.segments,
        });
        let screen = detail.screen_text.map(|read| ScreenShape { engine: read.engine, lines: read.lines });
        Self {
            entry: Entry::from(&detail.state),
            media: detail.info,
            transcript,
            screen,
            note: detail.note,
            cost: Cost::from(&detail.spent),
        }
    }
}

impl From<&Spent> for Cost {
    fn from(spent: &Spent) -> Self {
        let usage = spent.usage;
        Self {
            micro_usd: spent.amount.0,
            amount: spent.amount.to_string(),
            currency: "USD",
            speech_ms: usage.speech_ms,
            images: usage.images,
            tokens_in: usage.tokens_in,
            tokens_out: usage.tokens_out,
            calls: usage.calls,
        }
    }
}
