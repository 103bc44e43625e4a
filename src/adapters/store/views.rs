//! What people get to see of the journal.

use std::collections::HashMap;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use super::Store;
use super::tables::databases;
use super::tables::entries::{Column, Entity, RUNNING, WAITING};
use super::text::{checkpoint, parsed, reason, uuid};
use crate::domain::entry::{
    ConnectionId, DatabaseId, EntryId, EntryView, LinkDatabase, RunLease, Ticket, UserId,
};
use crate::domain::keepsake::Keep;
use crate::domain::link::MediaKey;
use crate::domain::note::Note;
use crate::domain::progress::EntryState;
use crate::domain::stage::Status;
use crate::domain::timeline::Timeline;
use crate::failure::{Failure, Outcome};
use crate::ports::Listing;

/// What people see of an entry. The note is left out: it is long, and lists show no more of it than its title.
const SEEN: [Column; 18] = [
    Column::Id,
    Column::DatabaseId,
    Column::PageId,
    Column::Link,
    Column::MediaKey,
    Column::State,
    Column::Status,
    Column::RunLease,
    Column::LeaseUntil,
    Column::Attempts,
    Column::Verdict,
    Column::Waiting,
    Column::WaitingSince,
    Column::Steps,
    Column::EarlierRuns,
    Column::Earlier,
    Column::CreatedAt,
    Column::UpdatedAt,
];

/// A row of [`SEEN`], and the database's clock when it was read.
#[derive(Debug, FromQueryResult)]
struct Seen {
    id: String,
    database_id: String,
    page_id: String,
    link: String,
    media_key: Option<String>,
    state: String,
    status: String,
    run_lease: i64,
    lease_until: Option<i64>,
    attempts: i32,
    verdict: Option<String>,
    waiting: Option<String>,
    waiting_since: Option<i64>,
    steps: Option<String>,
    earlier_runs: i32,
    earlier: Option<String>,
    created_at: i64,
    updated_at: i64,
    now: i64,
}

impl Store {
    pub(super) async fn read_clock(&self) -> Outcome<i64> {
        let now = Query::select().expr_as(self.time(), "now").to_owned();
        let row = self.db.query_one(&now).await?;
        let row = row.ok_or_else(|| Failure::bug(anyhow!("the database does not tell the time")))?;
        Ok(row.try_get("", "now")?)
    }

    pub(super) async fn view(&self, id: EntryId) -> Outcome<Option<EntryView>> {
        let found = self.seen().filter(Column::Id.eq(id.to_string())).into_model().one(&self.db).await?;
        found.map(|seen: Seen| entry_view(&seen)).transpose()
    }

    pub(super) async fn note_of(&self, id: EntryId) -> Outcome<Option<Note>> {
        let found: Option<Option<String>> = Entity::find_by_id(id.to_string())
            .select_only()
            .column(Column::Note)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(found.and_then(|note| checkpoint(note, "note")))
    }

    /// Ids sort by the time they were made.
    pub(super) async fn newest(&self, database: DatabaseId, limit: u32) -> Outcome<Vec<EntryView>> {
        let found: Vec<Seen> = self
            .seen()
            .filter(Column::DatabaseId.eq(database.to_string()))
            .order_by_desc(Column::Id)
            .limit(u64::from(limit))
            .into_model()
            .all(&self.db)
            .await?;
        found.iter().map(entry_view).collect()
    }

    pub(super) async fn owner_of(&self, id: EntryId) -> Outcome<Option<UserId>> {
        let found: Option<String> = Entity::find_by_id(id.to_string())
            .select_only()
            .column(Column::UserId)
            .into_tuple()
            .one(&self.db)
            .await?;
        found.map(|user| uuid(&user).map(UserId)).transpose()
    }

    /// Of a database only its own index is of use, so the user is asked for where the database is looked up.
    pub(super) fn listing(&self, user: UserId, wanted: &Listing) -> Select<Entity> {
        let rows = match wanted.database {
            Some(database) => {
                let of_user = Query::select()
                    .column(databases::Column::Id)
                    .from(databases::Entity)
                    .and_where(databases::Column::Id.eq(database.to_string()))
                    .and_where(databases::Column::UserId.eq(user.to_string()))
                    .to_owned();
                // The id as it is, not out of a query: planners know how many rows that is.
                self.seen().filter(Column::DatabaseId.eq(database.to_string())).filter(Expr::exists(of_user))
            }
            None => self.seen().filter(Column::UserId.eq(user.to_string())),
        };
        let rows = match wanted.status {
            Some(status) => rows.filter(Column::Status.eq(status.name())),
            None => rows,
        };
        let rows = match wanted.before {
            Some(before) => rows.filter(Column::Id.lt(before.to_string())),
            None => rows,
        };
        rows.order_by_desc(Column::Id).limit(u64::from(wanted.limit))
    }

    pub(super) fn one_of(&self, user: UserId, id: EntryId) -> Select<Entity> {
        self.seen().filter(Column::Id.eq(id.to_string())).filter(Column::UserId.eq(user.to_string()))
    }

    pub(super) fn moving(&self, user: UserId, since: i64, limit: u32) -> Select<Entity> {
        self.seen()
            .filter(Column::UserId.eq(user.to_string()))
            .filter(Column::UpdatedAt.gte(since))
            .order_by_desc(Column::UpdatedAt)
            .limit(u64::from(limit))
    }

    pub(super) async fn states(&self, rows: Select<Entity>) -> Outcome<Vec<EntryState>> {
        let found: Vec<Seen> = rows.into_model().all(&self.db).await?;
        found.into_iter().map(|seen| self.state_of(seen)).collect()
    }

    /// Adds the titles of the notes, where there are any. One that is damaged leaves its entry without.
    pub(super) async fn titled(&self, mut states: Vec<EntryState>) -> Outcome<Vec<EntryState>> {
        let ids = states.iter().map(|state| state.entry.id.to_string());
        let notes: Vec<(String, String)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Note])
            .filter(Column::Id.is_in(ids))
            .filter(Column::Note.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        let titles: HashMap<String, String> =
            notes.into_iter().filter_map(|(id, note)| Some((id, title_of(note)?))).collect();
        for state in &mut states {
            state.title = titles.get(&state.entry.id.to_string()).cloned();
        }
        Ok(states)
    }

    /// How the database would look for lists and for what moved, in its own words, one plan each.
    pub async fn explain_lists(&self, user: UserId, database: DatabaseId) -> Outcome<Vec<String>> {
        let (before, limit) = (Some(EntryId::new()), 50);
        let mut rows = vec![self.moving(user, i64::MAX, limit)];
        for (database, status) in [
            (None, None),
            (Some(database), None),
            (None, Some(Status::Failed)),
            (Some(database), Some(Status::Failed)),
        ] {
            rows.push(self.listing(user, &Listing { database, status, before, limit }));
        }
        let mut plans = Vec::new();
        for rows in rows {
            let statement = rows.build(self.db.get_database_backend()).to_string();
            plans.push(self.explain(&statement).await?);
        }
        Ok(plans)
    }

    fn seen(&self) -> Select<Entity> {
        Entity::find().select_only().columns(SEEN).expr_as(self.time(), "now")
    }

    fn state_of(&self, seen: Seen) -> Outcome<EntryState> {
        let entry = entry_view(&seen)?;
        let lease = RunLease(seen.run_lease);
        let alive = seen.state == RUNNING && seen.lease_until.is_some_and(|until| until > seen.now);
        // What this process holds is newer in its memory than in the last write.
        let held = alive.then(|| self.lines.of(Ticket { entry: entry.id, lease })).flatten();
        let line: Timeline = held.or_else(|| checkpoint(seen.steps, "time line")).unwrap_or_default();
        Ok(EntryState {
            entry,
            stages: line.view(alive.then_some(lease)),
            earlier_runs: u32::try_from(seen.earlier_runs).unwrap_or_default(),
            lease,
            media: seen.media_key.map(MediaKey),
            title: None,
        })
    }

    pub(super) async fn count_by_status(&self) -> Outcome<Vec<(Status, u64)>> {
        let counted: Vec<(String, i64)> = Entity::find()
            .select_only()
            .column(Column::Status)
            .column_as(Expr::col(Column::Status).count(), "entries")
            .group_by(Column::Status)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut counts = Vec::new();
        for (name, count) in counted {
            counts.push((status(&name)?, u64::try_from(count).unwrap_or_default()));
        }
        counts.sort_unstable();
        Ok(counts)
    }
}

fn title_of(note: String) -> Option<String> {
    let Note { title, .. } = checkpoint(Some(note), "note")?;
    (!title.is_empty()).then_some(title)
}

fn entry_view(seen: &Seen) -> Outcome<EntryView> {
    let status = status(&seen.status)?;
    // Handed back for a party's sake it is pending; a run that began since then shows how far it is.
    let waits = seen.state == WAITING && status == Status::Pending && seen.waiting_since.is_some();
    Ok(EntryView {
        id: EntryId(uuid(&seen.id)?),
        database_id: DatabaseId(uuid(&seen.database_id)?),
        page_id: seen.page_id.clone(),
        link: seen.link.clone(),
        status,
        attempts: u32::try_from(seen.attempts).unwrap_or_default(),
        reason: seen.verdict.as_deref().filter(|_| status == Status::Failed).map(reason),
        waiting: seen.waiting.clone().filter(|_| waits).and_then(|text| checkpoint(Some(text), "waiting")),
        waiting_since: seen.waiting_since.map(moment).transpose()?,
        earlier: seen.earlier.as_deref().map(uuid).transpose()?.map(EntryId),
        created_at: moment(seen.created_at)?,
        updated_at: moment(seen.updated_at)?,
    })
}

fn status(name: &str) -> Outcome<Status> {
    name.parse().map_err(Failure::bug)
}

pub(super) fn moment(millis: i64) -> Outcome<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| Failure::bug(anyhow!("{millis} ms since 1970 is no date")))
}

/// The databases that can be read; a damaged one must not stop the others.
pub(super) fn readable(rows: Vec<databases::Model>) -> Vec<LinkDatabase> {
    let read = |row: databases::Model| {
        let id = row.id.clone();
        link_database(row)
            .inspect_err(
                |failure| tracing::error!(database = %id, %failure, "a registered database is damaged"),
            )
            .ok()
    };
    rows.into_iter().filter_map(read).collect()
}

/// A registered link database.
pub(super) fn link_database(row: databases::Model) -> Outcome<LinkDatabase> {
    Ok(LinkDatabase {
        id: DatabaseId(uuid(&row.id)?),
        user: UserId(uuid(&row.user_id)?),
        connection: ConnectionId(uuid(&row.connection_id)?),
        notion_database: row.notion_database,
        data_source: row.data_source,
        title: row.title,
        mapping: parsed(&row.mapping, "read a mapping")?,
        instructions: row.instructions,
        language: row.language,
        keep: Keep::named(&row.keep),
        registered_at: DateTime::from_timestamp_millis(row.created_at),
    })
}
