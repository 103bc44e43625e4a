//! Whose poll is due: one instance at a time, spread over the interval.
//!
//! Each database has a phase, its own place in the interval. However late a poll was, the next one comes at
//! the database's place again: after an outage or a restart the load is flat at once.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::Store;
use super::tables::{connections, databases};
use super::views::link_database;
use crate::failure::{Failure, Outcome};
use crate::ports::{DuePoll, PollEnd};

/// Places in an interval; a phase is one of them.
const PLACES: i64 = 1_000_000;

/// The longest interval, in milliseconds, that the arithmetic bears: longer than anybody polls.
const LONGEST: i64 = i64::MAX / PLACES / 4;

/// A database's place in the interval: the same for ever, and anywhere.
pub(super) fn phase(data_source: &str) -> i64 {
    let digest = Sha256::digest(data_source.as_bytes());
    digest.iter().take(7).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte)) % PLACES
}

impl Store {
    /// Chosen and locked first, put off second: in one statement PostgreSQL may choose more than asked.
    pub(super) async fn take_due(&self, limit: u32, interval: Duration) -> Outcome<Vec<DuePoll>> {
        use databases::{Column, Entity};
        let transaction = self.begin().await?;
        let ids = self.lock_due(&transaction, limit).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let taken = Entity::update_many()
            .col_expr(Column::NextPollAt, self.next_turn(interval))
            .col_expr(Column::PolledAt, self.time())
            .filter(Column::Id.is_in(ids))
            .exec_with_returning(&transaction)
            .await?;
        transaction.commit().await?;
        // A damaged one must not stop the others.
        Ok(taken.into_iter().filter_map(due_poll).collect())
    }

    /// Guarded by the turn: whoever moved it since the poll was taken knows better.
    pub(super) async fn write_end(&self, poll: &DuePoll, end: PollEnd) -> Outcome<()> {
        use databases::{Column, Entity};
        let update = Entity::update_many()
            .filter(Column::Id.eq(poll.database.id.to_string()))
            .filter(Column::NextPollAt.eq(poll.turn));
        let update = match end {
            PollEnd::Worked if poll.failed == 0 => return Ok(()),
            PollEnd::Worked => update.col_expr(Column::FailedPolls, 0_i32.into()),
            PollEnd::Failed { rest } => {
                let failed = i32::try_from(poll.failed).unwrap_or(i32::MAX).saturating_add(1);
                update
                    .col_expr(Column::FailedPolls, failed.into())
                    .col_expr(Column::NextPollAt, self.time_after(rest))
            }
            PollEnd::LeftOut { pause } => update
                .col_expr(Column::NextPollAt, self.time_after(pause))
                .filter(Expr::col(Column::NextPollAt).gt(self.time_after(pause))),
        };
        update.exec(&self.db).await?;
        Ok(())
    }

    async fn lock_due(&self, transaction: &DatabaseTransaction, limit: u32) -> Outcome<Vec<String>> {
        use databases::{Column, Entity};
        let due = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Expr::col(Column::NextPollAt).lte(self.time()))
            .and_where(Column::Watched.is_not_null())
            .and_where(Column::ConnectionId.not_in_subquery(revoked()))
            .order_by(Column::NextPollAt, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .limit(u64::from(limit))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let rows = transaction.query_all(&due).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
    }

    /// The database's next place in the interval, at least half an interval away, so that one that was just
    /// asked, out of turn or late, is not asked again at once.
    fn next_turn(&self, interval: Duration) -> Expr {
        if interval.is_zero() {
            return self.time();
        }
        let early = self.time_after(interval / 2);
        let interval = i64::try_from(interval.as_millis()).unwrap_or(LONGEST).clamp(1, LONGEST);
        let offset = || Expr::col(databases::Column::Phase).mul(interval).div(PLACES);
        // Whole intervals that have passed at this place, and one more.
        early.sub(offset()).div(interval).add(1).mul(interval).add(offset())
    }
}

fn due_poll(row: databases::Model) -> Option<DuePoll> {
    let (id, turn) = (row.id.clone(), row.next_poll_at);
    let (failed, troubled) = (u32::try_from(row.failed_polls).unwrap_or_default(), row.trouble.is_some());
    let told =
        |failure: &Failure| tracing::error!(database = %id, %failure, "a registered database is damaged");
    let database = link_database(row).inspect_err(told).ok()?;
    Some(DuePoll { database, failed, troubled, turn })
}

/// The connections whose databases rest.
pub(super) fn revoked() -> SelectStatement {
    use connections::{Column, Entity};
    Query::select().column(Column::Id).from(Entity).and_where(Column::RevokedAt.is_not_null()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_stable_and_spread_over_the_interval() {
        assert_eq!(phase("a"), phase("a"));
        let mut tenths = [0_u32; 10];
        for number in 0..10_000 {
            let place = usize::try_from(phase(&format!("source {number}")) * 10 / PLACES).unwrap_or_default();
            if let Some(tenth) = tenths.get_mut(place) {
                *tenth += 1;
            }
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
    }
}
