//! The sweep: brings back what dead workers held, gives up what they die on, removes what is old.
//!
//! Each statement is complete in itself, and what it changed it does not match again, so any number of
//! instances may sweep at any time.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, UpdateMany};

use super::Store;
use super::claims::lane;
use super::endings::released;
use super::tables::{breakers, covers, entries, media, pieces, sessions};
use super::text::reason_name;
use crate::domain::backoff::MAX_CRASHES;
use crate::domain::breaker;
use crate::domain::entry::Lane;
use crate::domain::reason::Reason;
use crate::domain::stage::Status;
use crate::failure::Outcome;
use crate::ports::Swept;

/// How many old rows of a table one sweep removes: a bound on how long it holds the only writer of
/// SQLite. What is left over waits for the next sweep.
pub(super) const PRUNED_AT_ONCE: u64 = 1_000;

impl Store {
    pub(super) async fn sweep_all(&self, keep: Duration) -> Outcome<Swept> {
        // While it can still be seen who died of a video.
        self.count_crashes().await?;
        // First the ones to give up: a rescued one is no longer running and is not counted again.
        let poisoned = self.give_up_poisoned().await?;
        let rescued = self.lost().exec(&self.db).await?.rows_affected;
        self.sweep_rights().await?;
        let pruned = self.prune_entries(keep).await?;
        self.prune_media(keep).await?;
        self.prune_of_videos([covers::Column::MediaKey, covers::Column::CreatedAt], covers::Entity, keep)
            .await?;
        self.prune_aliases(keep).await?;
        self.prune_keepsakes(keep).await?;
        self.prune_of_videos([pieces::Column::MediaKey, pieces::Column::CreatedAt], pieces::Entity, keep)
            .await?;
        self.forget_old_trouble().await?;
        self.forget_old_sessions().await?;
        self.forget_old_events().await?;
        Ok(Swept { rescued, poisoned, pruned })
    }

    /// An update that lets entries wait again whose lease ran out; a live one is never touched.
    fn lost(&self) -> UpdateMany<entries::Entity> {
        use entries::Column;
        released(entries::Entity::update_many())
            .col_expr(Column::State, entries::WAITING.into())
            .col_expr(Column::Crashes, Expr::col(Column::Crashes).add(1))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::State.eq(entries::RUNNING))
            .filter(Expr::col(Column::LeaseUntil).lte(self.time()))
    }

    /// A verdict that is still to be told stays: the worker died telling it.
    async fn give_up_poisoned(&self) -> Outcome<u64> {
        use entries::Column;
        let crashed_before = i32::try_from(MAX_CRASHES).unwrap_or(i32::MAX) - 1;
        let update = self
            .lost()
            .col_expr(Column::Verdict, reason_name(Reason::Crashing)?.into())
            .col_expr(Column::Status, Status::Saving.name().into())
            .col_expr(Column::Lane, lane(Lane::New).into())
            .col_expr(Column::NotBefore, 0_i64.into())
            .filter(Column::Crashes.gte(crashed_before))
            .filter(Column::Verdict.is_null());
        Ok(update.exec(&self.db).await?.rows_affected)
    }

    async fn prune_entries(&self, keep: Duration) -> Outcome<u64> {
        use entries::{Column, Entity};
        let old = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Column::State.eq(entries::DONE))
            .and_where(Expr::col(Column::FinishedAt).lte(self.time_before(keep)))
            .limit(PRUNED_AT_ONCE)
            .to_owned();
        // The state is asked for again: its owner may want another run of it in the same moment.
        let delete = Query::delete()
            .from_table(Entity)
            .and_where(Expr::col(Column::Id).in_subquery(old))
            .and_where(Column::State.eq(entries::DONE))
            .to_owned();
        Ok(self.db.execute(&delete).await?.rows_affected())
    }

    /// Removes what is old of a table of things kept for videos, where a video's record is gone. Its columns are the key
    /// and the time.
    async fn prune_of_videos<E: EntityTrait>(
        &self,
        [key, kept_at]: [E::Column; 2],
        table: E,
        keep: Duration,
    ) -> Outcome<()> {
        let of_video = Query::select()
            .expr(Expr::value(1))
            .from(media::Entity)
            .and_where(Expr::col((media::Entity, media::Column::Key)).equals((table, key)))
            .to_owned();
        let old = Query::select()
            .column(key)
            .from(table)
            .and_where(Expr::col(kept_at).lte(self.time_before(keep)))
            .and_where(Expr::exists(of_video).not())
            .limit(PRUNED_AT_ONCE)
            .to_owned();
        // The age is asked for again: somebody may have kept a newer one in the same moment.
        let delete = Query::delete()
            .from_table(table)
            .and_where(Expr::col(key).in_subquery(old))
            .and_where(Expr::col(kept_at).lte(self.time_before(keep)))
            .to_owned();
        self.db.execute(&delete).await?;
        Ok(())
    }

    /// Removes old media that no entry belongs to.
    async fn prune_media(&self, keep: Duration) -> Outcome<()> {
        use media::{Column, Entity};
        let entry = Query::select()
            .expr(Expr::value(1))
            .from(entries::Entity)
            .and_where(Expr::col((entries::Entity, entries::Column::MediaKey)).equals((Entity, Column::Key)))
            .to_owned();
        let old = Query::select()
            .column(Column::Key)
            .from(Entity)
            .and_where(Expr::col(Column::UpdatedAt).lte(self.time_before(keep)))
            .and_where(Expr::exists(entry).not())
            .limit(PRUNED_AT_ONCE)
            .to_owned();
        let delete = Query::delete()
            .from_table(Entity)
            .and_where(Expr::col(Column::Key).in_subquery(old))
            .and_where(Expr::col(Column::UpdatedAt).lte(self.time_before(keep)))
            .to_owned();
        self.db.execute(&delete).await?;
        Ok(())
    }

    /// Removes the records of parties of which nothing was heard for long. There are as many as parties.
    async fn forget_old_trouble(&self) -> Outcome<()> {
        breakers::Entity::delete_many()
            .filter(Expr::col(breakers::Column::OpenUntil).lte(self.time_before(breaker::MEMORY)))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Removes sessions that have run out; they open nothing any more.
    async fn forget_old_sessions(&self) -> Outcome<()> {
        use sessions::{Column, Entity};
        let old = Query::select()
            .column(Column::Hash)
            .from(Entity)
            .and_where(Expr::col(Column::ExpiresAt).lte(self.time()))
            .limit(PRUNED_AT_ONCE)
            .to_owned();
        let delete =
            Query::delete().from_table(Entity).and_where(Expr::col(Column::Hash).in_subquery(old)).to_owned();
        self.db.execute(&delete).await?;
        Ok(())
    }
}
