//! Takes found rows into the journal.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::Store;
use super::claims::lane;
use super::tables::entries::{Column, DONE, Entity, UNTOUCHED, WAITING};
use super::tables::{databases, insert};
use super::text::{no_text, plain};
use crate::domain::entry::{DatabaseId, Enqueued, EntryId, FoundRow, Lane};
use crate::domain::stage::Status;
use crate::failure::Outcome;

impl Store {
    /// Two statements, each complete in itself, so no transaction: whatever happens between them, the
    /// next look at the row puts it right.
    pub(super) async fn enqueue_row(&self, row: &FoundRow, looked_at: i64) -> Outcome<Enqueued> {
        if self.insert_row(row).await? || self.start_over(row, looked_at).await? {
            Ok(Enqueued::Queued)
        } else {
            Ok(Enqueued::Known)
        }
    }

    /// One that was claimed once may have been asked for by its owner since: it keeps its place.
    pub(super) async fn move_to_backlog(&self, database: DatabaseId, page: &str) -> Outcome<()> {
        Entity::update_many()
            .col_expr(Column::Lane, lane(Lane::Backlog).into())
            .filter(Column::DatabaseId.eq(database.to_string()))
            .filter(Column::PageId.eq(plain(page)))
            .filter(Column::State.eq(WAITING))
            .filter(Column::RunLease.eq(0_i64))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Makes an entry unless the row has one.
    async fn insert_row(&self, row: &FoundRow) -> Outcome<bool> {
        let user = Query::select()
            .column(databases::Column::UserId)
            .from(databases::Entity)
            .and_where(databases::Column::Id.eq(row.database.to_string()))
            .to_owned();
        let values: [(Column, Expr); 17] = [
            (Column::Id, EntryId::new().to_string().into()),
            (Column::DatabaseId, row.database.to_string().into()),
            (Column::UserId, Expr::SubQuery(None, Box::new(user.into()))),
            (Column::Lane, lane(row.lane).into()),
            (Column::Body, UNTOUCHED.into()),
            (Column::PageId, plain(&row.page).into()),
            (Column::Link, plain(&row.link).into()),
            (Column::State, WAITING.into()),
            (Column::Status, Status::Pending.name().into()),
            (Column::RunLease, 0_i64.into()),
            (Column::Attempts, 0_i32.into()),
            (Column::Crashes, 0_i32.into()),
            (Column::NotBefore, self.time()),
            (Column::EarlierRuns, 0_i32.into()),
            (Column::AskedAgain, 0_i32.into()),
            (Column::CreatedAt, self.time()),
            (Column::UpdatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?
            .on_conflict(OnConflict::columns([Column::DatabaseId, Column::PageId]).do_nothing().to_owned())
            .to_owned();
        Ok(self.db.execute(&insert).await?.rows_affected() > 0)
    }

    /// Starts an entry over whose owner asked for another run, or changed the link while it waited. The
    /// old section stays known, so that the new one takes its place on the page. A running entry is left
    /// to its worker.
    async fn start_over(&self, row: &FoundRow, looked_at: i64) -> Outcome<bool> {
        let link = plain(&row.link);
        let asked_again = Column::State.eq(DONE).and(Column::FinishedAt.lt(looked_at));
        let changed = Column::State.eq(WAITING).and(Column::Link.ne(link.as_str()));
        let update = Entity::update_many()
            .col_expr(Column::State, WAITING.into())
            .col_expr(Column::Status, Status::Pending.name().into())
            // The choice was made for what the link led to.
            .col_expr(
                Column::Chosen,
                Expr::case(Column::Link.eq(link.as_str()), Expr::col(Column::Chosen))
                    .finally(no_text())
                    .into(),
            )
            .col_expr(Column::Link, link.into())
            .col_expr(Column::MediaKey, no_text().into())
            .col_expr(Column::Attempts, 0_i32.into())
            .col_expr(Column::Crashes, 0_i32.into())
            .col_expr(Column::Verdict, no_text().into())
            .col_expr(Column::Note, no_text().into())
            .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
            .col_expr(Column::Lane, lane(row.lane).into())
            .col_expr(Column::Waiting, no_text().into())
            .col_expr(Column::WaitingSince, Expr::value(None::<i64>))
            .col_expr(Column::Awaits, no_text().into())
            .col_expr(Column::AwaitsSince, Expr::value(None::<i64>))
            .col_expr(Column::Earlier, no_text().into())
            .col_expr(Column::Body, UNTOUCHED.into())
            .col_expr(Column::AskedAgain, 0_i32.into())
            .col_expr(Column::Steps, no_text().into())
            .col_expr(Column::EarlierRuns, Expr::col(Column::EarlierRuns).add(1))
            .col_expr(Column::NotBefore, self.time())
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::DatabaseId.eq(row.database.to_string()))
            .filter(Column::PageId.eq(plain(&row.page)))
            .filter(Condition::any().add(asked_again).add(changed));
        Ok(update.exec(&self.db).await?.rows_affected > 0)
    }
}
