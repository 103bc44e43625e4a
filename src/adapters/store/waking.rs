//! Who waits for a right is woken: all, or one of them. A right is locked by whoever wakes those behind it.

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, UpdateMany};

use super::Store;
use super::tables::entries;
use super::tables::rights::{Column, Entity};
use crate::failure::Outcome;

impl Store {
    pub(super) async fn wake_all(&self, db: &impl ConnectionTrait, name: &str) -> Outcome<u64> {
        Ok(self.wake().filter(entries::Column::Awaits.eq(name)).exec(db).await?.rows_affected)
    }

    pub(super) async fn wake_one(&self, db: &impl ConnectionTrait, name: &str) -> Outcome<u64> {
        use entries::Column as Of;
        let first = Query::select()
            .column(Of::Id)
            .from(entries::Entity)
            .and_where(Of::State.eq(entries::WAITING))
            .and_where(Of::Awaits.eq(name))
            .order_by(Of::Lane, Order::Asc)
            .order_by(Of::Id, Order::Asc)
            .limit(1)
            .to_owned();
        Ok(self.wake().filter(Expr::col(Of::Id).eq(first)).exec(db).await?.rows_affected)
    }

    /// Wakes one of those who wait for a right that nobody has: its holder died, or the one whose turn it was went
    /// another way.
    pub(super) async fn wake_the_forgotten(&self) -> Outcome<u64> {
        use entries::Column as Of;
        let held = Query::select()
            .expr(Expr::value(1))
            .from(Entity)
            .and_where(Expr::col((Entity, Column::Name)).equals((entries::Entity, Of::Awaits)))
            .and_where(Column::FoundAt.is_null())
            .and_where(Expr::exists(self.live_holder()))
            .to_owned();
        let first = Query::select()
            .expr(Expr::col((entries::Entity, Of::Id)).min())
            .from(entries::Entity)
            .and_where(Of::Awaits.is_not_null())
            .and_where(Of::State.eq(entries::WAITING))
            .and_where(Expr::exists(held).not())
            .group_by_col((entries::Entity, Of::Awaits))
            .to_owned();
        let woken = self.wake().filter(Expr::col(Of::Id).in_subquery(first)).exec(&self.db).await?;
        Ok(woken.rows_affected)
    }

    /// An update that makes waiting entries due.
    fn wake(&self) -> UpdateMany<entries::Entity> {
        entries::Entity::update_many()
            .col_expr(entries::Column::NotBefore, self.time())
            .filter(entries::Column::State.eq(entries::WAITING))
            .filter(Expr::col(entries::Column::NotBefore).gt(self.time()))
    }

    pub(super) fn ring(&self, woken: u64) {
        if woken > 0 {
            self.woken.notify_one();
        }
    }
}
