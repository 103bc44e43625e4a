//! Makes a database in Notion, once.
//!
//! Takes a plan; gives the data source, or a refusal in words. Notion has no idempotency keys: before anything
//! is created, and after an answer that was lost, one looks for a database made by the same plan a moment ago.
//! Shapes: <https://developers.notion.com/reference/database-create>.

use std::time::Duration;

use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep};

use super::catalogue::{in_trash, is_unknown, source_ref};
use super::refusal::{Answered, Refusal as Refused, Trouble};
use super::{Notion, ids, new_columns, text};
use crate::domain::adopt::Plan;
use crate::domain::entry::ConnectionId;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Asked, DataSourceRef};

/// A database of ours made within this time is the one that was asked for: somebody pressed twice, or an
/// answer was lost. Notion tells the minute alone.
const MADE_LATELY: TimeDelta = TimeDelta::minutes(5);

/// The same for what this process made itself.
const REMEMBERED: Duration = Duration::from_mins(5);

/// Looks for a creation whose answer was lost, with a pause before each: search lags behind.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2)];

/// Connections that create share this many queues, so that a slow one keeps few others waiting.
const QUEUES: usize = 16;

/// The databases made lately by this process, which search may not show yet; behind a queue in which whoever
/// presses twice at once stands twice.
#[derive(Default)]
pub(super) struct MadeLately([Mutex<Vec<Made>>; QUEUES]);

/// The head of a queue: nobody else creates for its connection meanwhile.
pub(super) struct Turn<'a>(MutexGuard<'a, Vec<Made>>);

/// Waits for the turn of whoever creates.
pub(super) async fn turn<'a>(notion: &'a Notion, access: &Access) -> Outcome<Turn<'a>> {
    // The end of an id is drawn by lot.
    let queue = access.connection.0.as_bytes().last().map(|last| usize::from(*last) % QUEUES);
    let queue = queue.and_then(|queue| notion.made.0.get(queue));
    let queue = queue.ok_or_else(|| Failure::bug(anyhow!("a connection has no queue")))?;
    let mut made = queue.lock().await;
    made.retain(|made| made.at.elapsed() < REMEMBERED);
    Ok(Turn(made))
}

impl Turn<'_> {
    /// Whether a data source that was made lately got its first row; queries may not show it yet.
    pub(super) fn is_sampled(&self, source: &str) -> bool {
        self.0.iter().any(|made| made.source.id == source && made.sampled)
    }

    /// Its first row was made.
    pub(super) fn sampled(&mut self, source: &str) {
        for made in self.0.iter_mut().filter(|made| made.source.id == source) {
            made.sampled = true;
        }
    }
}

struct Made {
    connection: ConnectionId,
    title: String,
    source: DataSourceRef,
    sampled: bool,
    at: Instant,
}

/// Creates what is planned, or gives what was created by the same plan a moment ago.
pub(super) async fn create_once(notion: &Notion, access: &Access, plan: &Plan) -> Asked<DataSourceRef> {
    let Turn(mut lately) = turn(notion, access).await?;
    let known = lately.iter().find(|made| made.connection == access.connection && made.title == plan.title);
    if let Some(known) = known
        && notion.read_source(access, &known.source.id).await.is_ok()
    {
        return Ok(Ok(known.source.clone()));
    }
    if let Some(found) = notion.made_lately(access, plan).await? {
        return Ok(Ok(found));
    }
    let made = notion.create(access, plan).await?;
    if let Ok(source) = &made {
        let (connection, title, source) = (access.connection, plan.title.clone(), source.clone());
        lately.push(Made { connection, title, source, sampled: false, at: Instant::now() });
    }
    Ok(made)
}

impl Notion {
    /// A database made by this plan within the last minutes.
    async fn made_lately(&self, access: &Access, plan: &Plan) -> Outcome<Option<DataSourceRef>> {
        let found = self.search(access, "data_source", &plan.title, 1).await?;
        let since = Utc::now() - MADE_LATELY;
        let is_it = |source: &&Value| {
            let created = source.get("created_time").and_then(Value::as_str);
            let created = created.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
            created.is_some_and(|created| created.to_utc() >= since)
                && text::read(source.get("title")) == plan.title
                && new_columns::are_there(&plan.columns, source)
        };
        let found = found.iter().filter(|source| !in_trash(source)).find(is_it);
        Ok(found.and_then(source_ref))
    }

    async fn create(&self, access: &Access, plan: &Plan) -> Asked<DataSourceRef> {
        let at_top = json!({ "type": "workspace", "workspace": true });
        match self.create_in(access, plan, &at_top).await {
            // Internal integrations have no place of their own, others may have been given pages only.
            Err(Trouble::Refused(Refused { status: 400 | 403, .. })) => {}
            created => return Ok(Ok(created?)),
        }
        let Some(page) = self.newest_page(access).await? else {
            return Ok(Err(Refusal::NothingShared));
        };
        match self.create_in(access, plan, &json!({ "type": "page_id", "page_id": page })).await {
            Err(trouble) if trouble.is_forbidden() => Ok(Err(Refusal::NotAllowed)),
            created => Ok(Ok(created?)),
        }
    }

    async fn create_in(&self, access: &Access, plan: &Plan, parent: &Value) -> Answered<DataSourceRef> {
        let body = json!({
            "parent": parent,
            "title": text::plain(&plan.title),
            "initial_data_source": { "properties": new_columns::properties(&plan.columns) },
        });
        match self.client.post(access, &["databases"], &body).await {
            Err(Trouble::Failed(failure)) if is_unknown(&failure) => {
                Ok(self.found_after_all(access, plan, failure).await?)
            }
            created => Ok(first_source(&created?, &plan.title)?),
        }
    }

    /// Whether a creation whose answer was lost took place.
    async fn found_after_all(
        &self,
        access: &Access,
        plan: &Plan,
        failure: Failure,
    ) -> Outcome<DataSourceRef> {
        for pause in LOOKS {
            sleep(pause).await;
            if let Ok(Some(found)) = self.made_lately(access, plan).await {
                return Ok(found);
            }
        }
        Err(failure)
    }

    /// The page edited last that is no row of a database.
    async fn newest_page(&self, access: &Access) -> Outcome<Option<String>> {
        let pages = self.search(access, "page", "", 1).await?;
        let is_row = |page: &Value| {
            let parent = page.pointer("/parent/type").and_then(Value::as_str);
            matches!(parent, Some("data_source_id" | "database_id"))
        };
        let page = pages.iter().find(|page| !in_trash(page) && !is_row(page));
        page.and_then(|page| page.get("id")?.as_str()).map(ids::checked).transpose()
    }
}

/// The data source of a database that was just made.
fn first_source(database: &Value, title: &str) -> Outcome<DataSourceRef> {
    let id = |pointer| database.pointer(pointer).and_then(Value::as_str).map(ids::checked).transpose();
    match (id("/id")?, id("/data_sources/0/id")?) {
        (Some(database), Some(id)) => Ok(DataSourceRef { database, id, name: title.to_owned() }),
        _ => Err(Failure::outage(anyhow!("notion does not tell which database it made"))),
    }
}
