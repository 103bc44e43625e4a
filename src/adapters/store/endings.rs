//! How a claim ends: done, failed and told, or handed back.

use std::time::Duration;

use sea_orm::UpdateMany;
use sea_orm::sea_query::{Expr, ExprTrait, Func};

use super::Store;
use super::claims::lane;
use super::rights::Ending;
use super::tables::entries::{Column, DONE, Entity, WAITING};
use super::text::{document, no_text, reason_name};
use crate::domain::entry::{Lane, Ticket};
use crate::domain::reason::Reason;
use crate::domain::stage::Status;
use crate::domain::waiting::Waiting;
use crate::failure::{Failure, Outcome};
use crate::ports::NextRun;

/// A row that could not be told of its failure still looks as if it waited; reading it at every poll would
/// be paid for at every poll.
const UNTOLD_REST: Duration = Duration::from_hours(24);

impl Store {
    pub(super) async fn end_completed(&self, ticket: Ticket) -> Outcome<()> {
        let update = finished(self.held(ticket), self.time())
            .col_expr(Column::Status, Status::Completed.name().into())
            .col_expr(Column::Verdict, no_text().into())
            .col_expr(
                Column::Written,
                Func::coalesce([Expr::col(Column::Writing), Expr::col(Column::Written)]).into(),
            )
            .col_expr(Column::Writing, no_text().into());
        self.end(ticket, update, Ending::Other).await
    }

    pub(super) async fn end_failed(&self, ticket: Ticket, reason: Reason, told: bool) -> Outcome<()> {
        let ended = if told { self.time() } else { self.time_after(UNTOLD_REST) };
        let update = finished(self.held(ticket), ended)
            .col_expr(Column::Status, Status::Failed.name().into())
            .col_expr(Column::Verdict, reason_name(reason)?.into());
        self.end(ticket, update, Ending::Other).await
    }

    pub(super) async fn end_for_now(&self, ticket: Ticket, next: NextRun) -> Outcome<()> {
        let back = released(self.held(ticket)).col_expr(Column::State, WAITING.into());
        let ending = match &next {
            NextRun::Wait { waiting: Some(Waiting::SameVideo), .. } => Ending::Parked,
            NextRun::GiveUp(reason) => Ending::GivenUp(*reason),
            NextRun::Retry(_) | NextRun::Wait { .. } => Ending::Other,
        };
        let update = match next {
            NextRun::Retry(pause) => back
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .col_expr(Column::NotBefore, self.time_after(pause)),
            NextRun::Wait { pause, waiting: None } => {
                back.col_expr(Column::NotBefore, self.time_after(pause))
            }
            NextRun::Wait { pause, waiting: Some(waiting) } => back
                .col_expr(
                    Column::Slept,
                    Expr::col(Column::Slept).add(i32::from(waiting == Waiting::SameVideo)),
                )
                .col_expr(Column::Status, Status::Pending.name().into())
                .col_expr(Column::Waiting, document(&waiting)?.into())
                .col_expr(
                    Column::WaitingSince,
                    Func::coalesce([Expr::col(Column::WaitingSince), self.time()]).into(),
                )
                .col_expr(Column::NotBefore, self.time_after(pause)),
            // Once more through the chain, to its end, where the owner is told.
            NextRun::GiveUp(reason) => back
                .col_expr(Column::Verdict, reason_name(reason)?.into())
                .col_expr(Column::Status, Status::Saving.name().into())
                // Telling it has a day of its own.
                .col_expr(Column::WaitingSince, Expr::value(None::<i64>))
                // Before all others of its owner, and not behind new links of everybody: its row still
                // looks as if it were worked on, and telling is short.
                .col_expr(Column::Lane, lane(Lane::New).into())
                .col_expr(Column::NotBefore, 0_i64.into()),
        };
        self.end(ticket, update, ending).await
    }

    /// The last write of a claim: nobody adds to its time line any more.
    async fn end(&self, ticket: Ticket, update: UpdateMany<Entity>, ending: Ending) -> Outcome<()> {
        let written = self.end_with_rights(ticket, update, ending).await;
        if written.as_ref().map_or_else(Failure::is_stale, |()| true) {
            self.lines.close(ticket);
        }
        written
    }
}

fn finished(update: UpdateMany<Entity>, now: Expr) -> UpdateMany<Entity> {
    released(update)
        .col_expr(Column::State, DONE.into())
        .col_expr(Column::FinishedAt, now)
        .col_expr(Column::Waiting, no_text().into())
        .col_expr(Column::WaitingSince, Expr::value(None::<i64>))
        .col_expr(Column::AwaitsSince, Expr::value(None::<i64>))
        .col_expr(Column::AskedAgain, 0_i32.into())
}

/// Nobody holds it any more. The lease's number stays: it only ever grows.
pub(super) fn released(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::LeaseOwner, no_text().into())
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
}
