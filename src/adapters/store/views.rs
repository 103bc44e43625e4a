//! What people get to see of the journal.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Store;
use super::tables::databases;
use super::tables::entries::{Column, Entity, Model, WAITING};
use super::text::{checkpoint, parsed, reason, uuid};
use crate::domain::entry::{ConnectionId, DatabaseId, EntryId, EntryView, LinkDatabase, UserId};
use crate::domain::note::Note;
use crate::domain::stage::Status;
use crate::failure::{Failure, Outcome};

impl Store {
    pub(super) async fn read_clock(&self) -> Outcome<i64> {
        let now = Query::select().expr_as(self.time(), "now").to_owned();
        let row = self.db.query_one(&now).await?;
        let row = row.ok_or_else(|| Failure::bug(anyhow!("the database does not tell the time")))?;
        Ok(row.try_get("", "now")?)
    }

    pub(super) async fn view(&self, id: EntryId) -> Outcome<Option<EntryView>> {
        let found = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        found.map(entry_view).transpose()
    }

    pub(super) async fn kept_note(&self, id: EntryId) -> Outcome<Option<Note>> {
        let found = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        Ok(found.and_then(|row| checkpoint(row.note, "note")))
    }

    /// Ids sort by the time they were made.
    pub(super) async fn newest(&self, database: DatabaseId, limit: u32) -> Outcome<Vec<EntryView>> {
        let found = Entity::find()
            .filter(Column::DatabaseId.eq(database.to_string()))
            .order_by_desc(Column::Id)
            .limit(u64::from(limit))
            .all(&self.db)
            .await?;
        found.into_iter().map(entry_view).collect()
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

fn entry_view(row: Model) -> Outcome<EntryView> {
    let status = status(&row.status)?;
    // Handed back for a party's sake it is pending; a run that began since then shows how far it is.
    let waits = row.state == WAITING && status == Status::Pending && row.waiting_since.is_some();
    Ok(EntryView {
        id: EntryId(uuid(&row.id)?),
        database_id: DatabaseId(uuid(&row.database_id)?),
        page_id: row.page_id,
        link: row.link,
        status,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        reason: row.verdict.as_deref().filter(|_| status == Status::Failed).map(reason),
        waiting: row.waiting.filter(|_| waits).and_then(|text| checkpoint(Some(text), "waiting")),
        waiting_since: row.waiting_since.map(moment).transpose()?,
        created_at: moment(row.created_at)?,
        updated_at: moment(row.updated_at)?,
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
        registered_at: DateTime::from_timestamp_millis(row.created_at),
    })
}
