//! Claims: who may work on an entry, and until when.

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait, Statement,
    UpdateMany,
};

use super::Store;
use super::tables::entries::{Column, Entity, Model, RUNNING, WAITING};
use super::text::{checkpoint, plain, reason, uuid};
use crate::domain::entry::{Claimed, DatabaseId, EntryId, RunLease, Ticket};
use crate::failure::{Failure, Outcome};

impl Store {
    /// One statement, so that no two workers can take the same entry.
    pub(super) async fn claim_next(&self, owner: &str) -> Outcome<Option<Claimed>> {
        // All rows are read, though there is one at most: SQLite commits when the statement is through.
        let claimed = self.claiming(owner).exec_with_returning(&self.db).await?;
        claimed.into_iter().next().map(claimed_entry).transpose()
    }

    fn claiming(&self, owner: &str) -> UpdateMany<Entity> {
        Entity::update_many()
            .col_expr(Column::State, RUNNING.into())
            .col_expr(Column::RunLease, Expr::col(Column::RunLease).add(1))
            .col_expr(Column::LeaseOwner, plain(owner).into())
            .col_expr(Column::LeaseUntil, self.time_after(self.options.lease))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Expr::col(Column::Id).eq(self.next_due()))
    }

    /// The id of the entry that is due for the longest time. PostgreSQL locks it and passes over the ones
    /// others are just claiming; SQLite has one writer at a time and leaves the lock out.
    fn next_due(&self) -> SelectStatement {
        Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Column::State.eq(WAITING))
            .and_where(Expr::col(Column::NotBefore).lte(self.time()))
            .order_by(Column::NotBefore, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .limit(1)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned()
    }

    /// How the database would look for the next entry, in its own words; nothing is claimed.
    pub async fn explain_claim(&self) -> Outcome<String> {
        let backend = self.db.get_database_backend();
        let claim = self.claiming("nobody").build(backend).to_string();
        let (explain, column) = match backend {
            DbBackend::Postgres => ("EXPLAIN", "QUERY PLAN"),
            _ => ("EXPLAIN QUERY PLAN", "detail"),
        };
        let rows =
            self.db.query_all_raw(Statement::from_string(backend, format!("{explain} {claim}"))).await?;
        let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("", column)).collect();
        Ok(lines?.join("\n"))
    }

    /// An update of an entry by the worker that holds it; touches nothing when somebody else does.
    pub(super) fn held(&self, ticket: Ticket) -> UpdateMany<Entity> {
        Entity::update_many()
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(ticket.entry.to_string()))
            .filter(Column::State.eq(RUNNING))
            .filter(Column::RunLease.eq(ticket.lease.0))
    }

    pub(super) async fn prolong(&self, ticket: Ticket) -> Outcome<()> {
        let longer = self.held(ticket).col_expr(Column::LeaseUntil, self.time_after(self.options.lease));
        write_held(&self.db, longer).await
    }

    pub(super) async fn claim_is_live(&self, ticket: Ticket) -> Outcome<bool> {
        let live = Entity::find()
            .filter(Column::Id.eq(ticket.entry.to_string()))
            .filter(Column::State.eq(RUNNING))
            .filter(Column::RunLease.eq(ticket.lease.0))
            .filter(Expr::col(Column::LeaseUntil).gt(self.time()))
            .count(&self.db)
            .await?;
        Ok(live > 0)
    }
}

/// Runs an update made by [`Store::held`]; fails as stale when it found nothing to change.
pub(super) async fn write_held(db: &impl ConnectionTrait, update: UpdateMany<Entity>) -> Outcome<()> {
    match update.exec(db).await?.rows_affected {
        0 => Err(Failure::stale()),
        _ => Ok(()),
    }
}

fn claimed_entry(row: Model) -> Outcome<Claimed> {
    Ok(Claimed {
        ticket: Ticket { entry: EntryId(uuid(&row.id)?), lease: RunLease(row.run_lease) },
        database: DatabaseId(uuid(&row.database_id)?),
        page: row.page_id,
        link: row.link,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        note: checkpoint(row.note, "note"),
        section: row.section,
        verdict: row.verdict.as_deref().map(reason),
    })
}
