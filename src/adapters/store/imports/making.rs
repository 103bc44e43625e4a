//! What the workers of imports do: claim, intend, settle, hand on. Each write carries the claim.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};

use super::tables::{imports, items};
use crate::adapters::store::Store;
use crate::adapters::store::tables::connections;
use crate::adapters::store::text::{no_text, plain, uuid};
use crate::domain::entry::{DatabaseId, ImportId, RunLease};
use crate::domain::import::view::State;
use crate::failure::{Failure, Outcome};
use crate::ports::{Batch, Fate, ImportTicket, Item, Onward};

/// Why a link has no row of its own.
const STOOD_THERE: &str = "Its row stood in the database already.";

impl Store {
    pub(super) async fn claim_next_import(
        &self,
        owner: &str,
        lease: Duration,
        batch: u32,
    ) -> Outcome<Option<Batch>> {
        self.forget_stale_previews().await?;
        let transaction = self.begin().await?;
        while let Some(id) = self.due_import(&transaction).await? {
            let Some(import) = self.take_import(&transaction, &id, owner, lease).await? else { continue };
            let items = self.next_items(&transaction, &id, batch).await?;
            if items.is_empty() {
                self.end_import(&transaction, &id).await?;
                continue;
            }
            transaction.commit().await?;
            return Ok(Some(Batch {
                ticket: ImportTicket { import: ImportId(uuid(&id)?), lease: RunLease(import.run_lease) },
                database: DatabaseId(uuid(&import.database_id)?),
                look_first: !import.all_rows_compared,
                stumbles: u32::try_from(import.stumbles).unwrap_or_default(),
                items,
            }));
        }
        transaction.commit().await?;
        Ok(None)
    }

    async fn forget_stale_previews(&self) -> Outcome<()> {
        use imports::{Column, Entity};
        Entity::delete_many()
            .filter(Column::State.eq(State::Previewed.name()))
            .filter(Expr::col(Column::ExpiresAt).lte(self.time()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// The import that is due longest, of a connection nobody works for. Its connection is locked, so that of
    /// two instances one looks after the other.
    async fn due_import(&self, transaction: &DatabaseTransaction) -> Outcome<Option<String>> {
        use imports::{Column, Entity};
        let connection = Query::select()
            .column(connections::Column::Id)
            .from(connections::Entity)
            .and_where(connections::Column::Id.in_subquery(self.connections_with_work()))
            .order_by(connections::Column::Id, Order::Asc)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let rows = transaction.query_all(&connection).await?;
        let free: Vec<String> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
        let due = Entity::find()
            .filter(Column::ConnectionId.is_in(free))
            .filter(self.is_due())
            // Looked at again under the lock.
            .filter(Column::ConnectionId.not_in_subquery(self.busy_connections()))
            .order_by_asc(Column::NotBefore)
            .order_by_asc(Column::Id)
            .one(transaction)
            .await?;
        Ok(due.map(|import| import.id))
    }

    fn is_due(&self) -> Expr {
        use imports::Column;
        let free = Expr::col(Column::LeaseUntil).is_null().or(Expr::col(Column::LeaseUntil).lte(self.time()));
        Expr::col(Column::State)
            .eq(State::Running.name())
            .and(Expr::col(Column::NotBefore).lte(self.time()))
            .and(free)
    }

    fn connections_with_work(&self) -> SelectStatement {
        use imports::{Column, Entity};
        Query::select().column(Column::ConnectionId).from(Entity).and_where(self.is_due()).to_owned()
    }

    fn busy_connections(&self) -> SelectStatement {
        use imports::{Column, Entity};
        Query::select()
            .column(Column::ConnectionId)
            .from(Entity)
            .and_where(Expr::col(Column::LeaseUntil).gt(self.time()))
            .to_owned()
    }

    async fn take_import(
        &self,
        transaction: &DatabaseTransaction,
        id: &str,
        owner: &str,
        lease: Duration,
    ) -> Outcome<Option<imports::Model>> {
        use imports::{Column, Entity};
        let taken = Entity::update_many()
            .col_expr(Column::RunLease, Expr::col(Column::RunLease).add(1))
            .col_expr(Column::LeaseOwner, plain(owner).into())
            .col_expr(Column::LeaseUntil, self.time_after(lease))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(id))
            .filter(self.is_due())
            .exec_with_returning(transaction)
            .await?;
        Ok(taken.into_iter().next())
    }

    /// Those whose outcome is not known go first: a row without an entry must not wait for all others.
    async fn next_items(
        &self,
        transaction: &DatabaseTransaction,
        id: &str,
        batch: u32,
    ) -> Outcome<Vec<Item>> {
        use items::{Column, Entity};
        let mut found = Vec::new();
        for state in [items::MAKING, items::PLANNED] {
            let left = u64::from(batch).saturating_sub(found.len() as u64);
            let rows = Entity::find()
                .filter(Column::ImportId.eq(id))
                .filter(Column::State.eq(state))
                .order_by_asc(Column::Position)
                .limit(left)
                .all(transaction)
                .await?;
            found.extend(rows.into_iter().map(|row| Item {
                position: row.position,
                link: row.link,
                title: row.title,
                was_intended: row.state == items::MAKING,
            }));
        }
        Ok(found)
    }

    async fn end_import(&self, transaction: &DatabaseTransaction, id: &str) -> Outcome<()> {
        use imports::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::State, State::Done.name().into())
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(Column::Id.eq(id))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// The import of a claim that still holds and was not stopped.
    fn held_import(&self, ticket: ImportTicket) -> SelectStatement {
        use imports::{Column, Entity};
        Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Column::Id.eq(ticket.import.to_string()))
            .and_where(Column::RunLease.eq(ticket.lease.0))
            .and_where(Column::State.eq(State::Running.name()))
            .and_where(Expr::col(Column::LeaseUntil).gt(self.time()))
            .to_owned()
    }

    /// The claim is prolonged first: the row may be made only while it certainly holds.
    pub(super) async fn write_row_intent(
        &self,
        ticket: ImportTicket,
        position: i32,
        lease: Duration,
    ) -> Outcome<()> {
        use imports::{Column, Entity};
        let transaction = self.begin().await?;
        let prolong = Entity::update_many()
            .col_expr(Column::LeaseUntil, self.time_after(lease))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.in_subquery(self.held_import(ticket)));
        changed(prolong.exec(&transaction).await?.rows_affected)?;
        let intend = self
            .link(ticket, position)
            .col_expr(items::Column::State, items::MAKING.into())
            .filter(items::Column::State.is_in([items::PLANNED, items::MAKING]));
        changed(intend.exec(&transaction).await?.rows_affected)?;
        Ok(transaction.commit().await?)
    }

    /// What became of a link is recorded as long as nobody else has the import: also of a stopped one, whose
    /// last row was on its way.
    pub(super) async fn write_fate(&self, ticket: ImportTicket, position: i32, fate: &Fate) -> Outcome<()> {
        use items::Column;
        let (state, why, page) = match fate {
            Fate::Made(page) => (items::MADE, None, Some(page)),
            Fate::Stood(page) => (items::SKIPPED, Some(STOOD_THERE), Some(page)),
            Fate::Planned => (items::PLANNED, None, None),
            Fate::Failed(why) => (items::FAILED, Some(why.as_str()), None),
        };
        let optional = |text: Option<&str>| text.map_or(no_text(), |text| plain(text).into());
        let held = Query::select()
            .column(imports::Column::Id)
            .from(imports::Entity)
            .and_where(imports::Column::Id.eq(ticket.import.to_string()))
            .and_where(imports::Column::RunLease.eq(ticket.lease.0))
            .to_owned();
        let settle = self
            .link(ticket, position)
            .col_expr(Column::State, state.into())
            .col_expr(Column::Why, optional(why).into())
            .col_expr(Column::PageId, optional(page.map(String::as_str)).into())
            .filter(Column::ImportId.in_subquery(held));
        changed(settle.exec(&self.db).await?.rows_affected)
    }

    fn link(&self, ticket: ImportTicket, position: i32) -> UpdateMany<items::Entity> {
        items::Entity::update_many()
            .col_expr(items::Column::UpdatedAt, self.time())
            .filter(items::Column::ImportId.eq(ticket.import.to_string()))
            .filter(items::Column::Position.eq(position))
    }

    pub(super) async fn write_onward(&self, ticket: ImportTicket, onward: &Onward) -> Outcome<()> {
        use imports::{Column, Entity};
        let mut update = Entity::update_many()
            .col_expr(Column::LeaseOwner, no_text().into())
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(ticket.import.to_string()))
            .filter(Column::RunLease.eq(ticket.lease.0));
        update = match onward {
            Onward::After(pause) => update
                .col_expr(Column::NotBefore, self.time_after(*pause))
                .col_expr(Column::Stumbles, 0_i32.into()),
            Onward::Stumbled(pause) => update
                .col_expr(Column::NotBefore, self.time_after(*pause))
                .col_expr(Column::Stumbles, Expr::col(Column::Stumbles).add(1)),
            Onward::Paused(why) => update
                .col_expr(Column::State, State::Paused.name().into())
                .col_expr(Column::Why, plain(why).into())
                .filter(Column::State.eq(State::Running.name())),
        };
        update.exec(&self.db).await?;
        Ok(())
    }
}

/// A write that found nothing to change came from somebody who has the import no more.
fn changed(rows: u64) -> Outcome<()> {
    if rows == 0 { Err(Failure::stale()) } else { Ok(()) }
}
