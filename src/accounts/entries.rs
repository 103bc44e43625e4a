//! Entries as their owner sees them: lists, one with everything, another run, what they cost.

use std::time::Duration;

use tokio::time::timeout;
use tracing::warn;

use super::Office;
use crate::domain::cost::Spent;
use crate::domain::entry::UserId;
use crate::domain::link::{self, MediaKey};
use crate::domain::progress::EntryState;
use crate::domain::refusal::Refusal;
use crate::domain::stage::Status;
use crate::domain::timeline::StageState;
use crate::failure::{Failure, Outcome};
use crate::messages::{Answer, AskUsage, EntryDetail, EntryList, ListEntries, RetryEntry, ShowEntry};
use crate::ports::{Access, Listing, RowUpdate};

/// How long the row may take to show that its entry waits again; the entry rests meanwhile.
const SHOWING_LIMIT: Duration = Duration::from_secs(5);

/// The rest: longer than the row takes, so that its first status never lands behind a later one.
const REST: Duration = Duration::from_secs(10);

/// There is no such entry, or it is another user's.
const UNKNOWN: Refusal = Refusal::NotFound { what: "entry" };

/// A page of a user's entries, newest first.
pub async fn list(office: Office, asked: ListEntries) -> Answer<EntryList> {
    let ListEntries { user, database, status, before, limit } = asked;
    if let Some(database) = database
        && office.registry.database_of(user, database).await?.is_none()
    {
        return Ok(Err(Refusal::NotFound { what: "database" }));
    }
    // One more than asked for tells whether there is another page.
    let wanted = Listing { database, status, before, limit: limit.saturating_add(1) };
    let mut entries = office.journal.list(user, &wanted).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = entries.len() > shown;
    entries.truncate(shown);
    let next = entries.last().filter(|_| is_more).map(|last| last.entry.id);
    Ok(Ok(EntryList { entries, next }))
}

/// Everything about one entry.
pub async fn show(office: Office, asked: ShowEntry) -> Answer<EntryDetail> {
    let Some(state) = office.journal.state(asked.user, asked.entry).await? else { return Ok(Err(UNKNOWN)) };
    let media = match media_key(&state).filter(|key| is_readable(&office, key, &state.entry.link)) {
        Some(key) => Some(office.journal.media(&key).await?),
        None => None,
    };
    let (info, transcript, screen_text) =
        media.map(|media| (media.info, media.transcript, media.screen_text)).unwrap_or_default();
    let note = office.journal.note(asked.entry).await?;
    let spent = office.journal.spent_on(asked.user, asked.entry).await?;
    Ok(Ok(EntryDetail { state, info, transcript, screen_text, note, spent }))
}

/// Lets a failed entry go on behind what was finished, or a completed one be read again. Asked twice at
/// once, one run is what comes of it.
pub async fn retry(office: Office, asked: RetryEntry) -> Answer<EntryState> {
    let RetryEntry { user, entry } = asked;
    let Some(state) = office.journal.state(user, entry).await? else { return Ok(Err(UNKNOWN)) };
    if !state.entry.status.is_final() {
        return Ok(Err(Refusal::Busy { what: "entry" }));
    }
    let Some(row) = Row::of(&office, user, &state).await? else { return Ok(Err(UNKNOWN)) };
    let row = match row {
        Ok(row) => row,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Whoever comes second finds it waiting, and leaves the row alone.
    if office.journal.ask_again(user, entry, state.lease, REST).await? {
        row.show_waiting(&office).await;
        office.journal.go_on(user, entry, state.lease).await?;
    }
    Ok(office.journal.state(user, entry).await?.ok_or(UNKNOWN))
}

/// What a user paid within a time.
pub async fn usage(office: Office, asked: AskUsage) -> Outcome<Spent> {
    let millis = |moment: chrono::DateTime<chrono::Utc>| moment.timestamp_millis();
    office.journal.spent_between(asked.user, millis(asked.from), millis(asked.until)).await
}

/// The media record an entry belongs to, once the entry made use of it. One of an older version of the service that
/// found all of it there was never told the key.
fn media_key(state: &EntryState) -> Option<MediaKey> {
    let made_use = || {
        state.stages.iter().any(|stage| matches!(stage.state, StageState::Done | StageState::Known))
            || state.entry.status == Status::Completed
    };
    let by_link = || link::understand(&state.entry.link).ok().map(|target| target.key);
    if made_use() { state.media.clone().or_else(by_link) } else { None }
}

/// What was found out with the operator's login is read by nobody once that is gone.
fn is_readable(office: &Office, key: &MediaKey, link: &str) -> bool {
    let now = || office.importing.as_ref().and_then(|importing| importing.source.understand(link).ok());
    !key.is_behind_a_login() || now().is_some_and(|target| target.key.is_behind_a_login())
}

/// A row in which a status can be shown.
struct Row {
    access: Access,
    page: String,
    mapping: crate::domain::mapping::Mapping,
}

impl Row {
    /// The row of an entry, unless its workspace took its access away; `None` where its database is gone.
    async fn of(office: &Office, user: UserId, state: &EntryState) -> Outcome<Option<Result<Self, Refusal>>> {
        let Some(database) = office.registry.database_of(user, state.entry.database_id).await? else {
            return Ok(None);
        };
        if database.paused {
            return Ok(Some(Err(Refusal::Disconnected { workspace: database.workspace })));
        }
        let access = office.access(user, database.connection_id).await?;
        let page = state.entry.page_id.clone();
        Ok(access.map(|access| Ok(Self { access, page, mapping: database.mapping })))
    }

    /// Shows that the entry waits again. A row that cannot be told is told by the chain, a little later.
    async fn show_waiting(&self, office: &Office) {
        let pending = RowUpdate { status: Some(Status::Pending), ..RowUpdate::default() };
        let showing = office.workspace.update_row(&self.access, &self.page, &self.mapping, &pending);
        let shown = timeout(SHOWING_LIMIT, showing).await;
        let shown = shown.unwrap_or_else(|_| Err(Failure::transient(anyhow::anyhow!("took too long"))));
        if let Err(failure) = shown {
            warn!(error = %failure, "a row does not show that its entry waits again");
        }
    }
}
