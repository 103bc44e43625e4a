//! Another run at its owner's wish: one statement, so that two wishes at once are one run.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Store;
use super::claims::lane;
use super::tables::entries::{Column, DONE, Entity, UNTOUCHED, WAITING};
use super::text::no_text;
use crate::domain::entry::{EntryId, Lane, RunLease, UserId};
use crate::domain::stage::Status;
use crate::failure::Outcome;

impl Store {
    /// Every claim grows the lease's number, so a wish that saw an older one finds nothing to change. Media
    /// checkpoints stay; the note and the body stay unless the entry was completed with them.
    pub(super) async fn run_again(
        &self,
        user: UserId,
        id: EntryId,
        last: RunLease,
        pause: Duration,
    ) -> Outcome<bool> {
        let completed = || Column::Status.eq(Status::Completed.name());
        let update = Entity::update_many()
            .col_expr(
                Column::Note,
                Expr::case(completed(), no_text()).finally(Expr::col(Column::Note)).into(),
            )
            .col_expr(
                Column::Body,
                Expr::case(completed(), UNTOUCHED).finally(Expr::col(Column::Body)).into(),
            )
            .col_expr(Column::State, WAITING.into())
            .col_expr(Column::Status, Status::Pending.name().into())
            .col_expr(Column::Attempts, 0_i32.into())
            .col_expr(Column::Crashes, 0_i32.into())
            .col_expr(Column::Verdict, no_text().into())
            .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
            .col_expr(Column::Lane, lane(Lane::New).into())
            .col_expr(Column::Waiting, no_text().into())
            .col_expr(Column::WaitingSince, Expr::value(None::<i64>))
            .col_expr(Column::Awaits, no_text().into())
            .col_expr(Column::AwaitsSince, Expr::value(None::<i64>))
            .col_expr(Column::Earlier, no_text().into())
            .col_expr(Column::Steps, no_text().into())
            .col_expr(Column::EarlierRuns, Expr::col(Column::EarlierRuns).add(1))
            .col_expr(Column::AskedAgain, 1_i32.into())
            .col_expr(Column::NotBefore, self.time_after(pause))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::UserId.eq(user.to_string()))
            .filter(Column::RunLease.eq(last.0))
            .filter(Column::State.eq(DONE));
        Ok(update.exec(&self.db).await?.rows_affected > 0)
    }

    pub(super) async fn due_now(&self, user: UserId, id: EntryId, last: RunLease) -> Outcome<()> {
        Entity::update_many()
            .col_expr(Column::NotBefore, self.time())
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::UserId.eq(user.to_string()))
            .filter(Column::RunLease.eq(last.0))
            .filter(Column::State.eq(WAITING))
            .filter(Column::AskedAgain.eq(1_i32))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
