//! Crashes of the claims that watch a video, counted at the right to watch it: a video that kills its worker would else
//! kill three for each of those who saved it.
//!
//! A crash is a lease that ran out while its entry was at work; a row that was removed meanwhile crashed nothing. The
//! last of several without a checkpoint in between refuses the video to whoever asks for it for a while.

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::Store;
use super::rights::{WATCH, holder, lock, names, yes};
use super::sweep::PRUNED_AT_ONCE;
use super::tables::rights::{Column, Entity};
use super::tables::{entries, media};
use super::text::reason_name;
use crate::domain::reason::Reason;
use crate::domain::sharing::{CRASH_MEMORY, Crashes};
use crate::failure::Outcome;

/// What stands in place of an entry's id where nobody has a right.
pub(super) const NOBODY: &str = "";

#[derive(Debug, FromQueryResult)]
struct Counted {
    crashes: i32,
    reached: i32,
    /// Whether the last crash is still remembered.
    remembered: i32,
}

impl Store {
    /// Counts the crashes of all who watched. It has to run before their entries are rescued.
    pub(super) async fn count_crashes(&self) -> Outcome<()> {
        let lapsed = Entity::find().filter(self.crashed()).limit(PRUNED_AT_ONCE);
        for name in names(lapsed, &self.db).await? {
            let db = self.begin().await?;
            lock(&db, &name).await?;
            let woken =
                if self.count_crash(&db, &name).await? { self.wake_all(&db, &name).await? } else { 0 };
            db.commit().await?;
            self.ring(woken);
        }
        Ok(())
    }

    /// Counts the crash of whoever had this right, if that is how they ended: nobody has it then. Gives whether it was
    /// the last one. The right is locked by the caller, who wakes those who wait for it.
    pub(super) async fn count_crash(&self, db: &impl ConnectionTrait, name: &str) -> Outcome<bool> {
        let select = Query::select()
            .columns([Column::Crashes, Column::Reached])
            .expr_as(yes(self.is_remembered()), "remembered")
            .from(Entity)
            .and_where(Column::Name.eq(name))
            .cond_where(self.crashed())
            .to_owned();
        let Some(row) = db.query_one(&select).await? else { return Ok(false) };
        let counted = Counted::from_query_result(&row, "")?;
        let earlier = (counted.remembered != 0).then_some(Crashes {
            times: u32::try_from(counted.crashes).unwrap_or_default(),
            reached: u32::try_from(counted.reached).unwrap_or_default(),
        });
        let now = Crashes::after(earlier, self.checkpoints(db, name).await?);
        let mut update = Entity::update_many()
            .col_expr(Column::EntryId, NOBODY.into())
            .col_expr(Column::RunLease, 0_i64.into())
            .col_expr(Column::Crashes, i32::try_from(now.times).unwrap_or(i32::MAX).into())
            .col_expr(Column::Reached, i32::try_from(now.reached).unwrap_or(i32::MAX).into())
            .col_expr(Column::CrashedAt, self.time());
        if now.is_enough() {
            update = update
                .col_expr(Column::FoundAt, self.time())
                .col_expr(Column::Refusal, reason_name(Reason::Crashing)?.into());
        }
        update.filter(Column::Name.eq(name)).exec(db).await?;
        Ok(now.is_enough())
    }

    /// Whether the last crash of a right is young enough to count.
    pub(super) fn is_remembered(&self) -> Expr {
        let at = Expr::col((Entity, Column::CrashedAt));
        at.clone().is_not_null().and(at.gt(self.time_before(CRASH_MEMORY)))
    }

    /// The rights to watch whose holders' leases ran out at work.
    fn crashed(&self) -> Condition {
        Condition::all()
            .add(Column::Name.starts_with(WATCH))
            .add(Column::FoundAt.is_null())
            .add(Expr::exists(self.lapsed_holder()))
    }

    fn lapsed_holder(&self) -> SelectStatement {
        holder()
            .and_where(Expr::col((entries::Entity, entries::Column::LeaseUntil)).lte(self.time()))
            .to_owned()
    }

    /// How much of a video is kept.
    async fn checkpoints(&self, db: &impl ConnectionTrait, name: &str) -> Outcome<u32> {
        let key = name.strip_prefix(WATCH).unwrap_or(name);
        let kept = media::Entity::find_by_id(key).one(db).await?;
        let kept = kept.map_or([false; 3], |media| {
            [media.info.is_some(), media.transcript.is_some(), media.screen_text.is_some()]
        });
        Ok(kept.into_iter().map(u32::from).sum())
    }
}
