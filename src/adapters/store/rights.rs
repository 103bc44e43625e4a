//! Rights: who does the work on a video for all who saved it, and who waits for it.
//!
//! A right has no clock of its own: it is held while the claim that took it is live. Every change of a right locks
//! its row first and looks afterwards, so that nobody is put to sleep behind a right that has just ended. Rows are
//! locked in one order, rights by their names, then the claim's own entry, then entries that wait. Only the sweep wakes
//! entries of several rights at once: where that crosses a claim that ends, `PostgreSQL` ends one of the two, which is
//! done again.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    UpdateMany,
};

use super::Store;
use super::claims::write_held;
use super::crashes::NOBODY;
use super::sweep::PRUNED_AT_ONCE;
use super::tables::rights::{Column, Entity};
use super::tables::{entries, insert};
use super::text::{no_text, plain, reason, reason_name};
use crate::domain::entry::Ticket;
use crate::domain::reason::Reason;
use crate::domain::sharing::{self, Found, Holder, MEMORY, Right, Standing, Taken};
use crate::failure::Outcome;

/// What rights to watch begin with: what one of them finds counts for all users.
pub(super) const WATCH: &str = "watch:";

/// How a claim ends, as far as rights are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It waits for a right.
    Parked,
    /// It is given up for this reason.
    GivenUp(Reason),
    /// In any other way.
    Other,
}

/// A right as somebody meets it.
#[derive(Debug, FromQueryResult)]
struct Kept {
    entry_id: String,
    run_lease: i64,
    found_at: Option<i64>,
    refusal: Option<String>,
    live: i32,
    counts: i32,
}

impl Kept {
    fn is_of(&self, ticket: Ticket) -> bool {
        self.entry_id == ticket.entry.to_string() && self.run_lease == ticket.lease.0
    }

    fn for_asker(&self, ticket: Ticket) -> Standing {
        let holder = match self.live {
            _ if self.is_of(ticket) => Holder::Asker,
            0 => Holder::Dead,
            _ => Holder::Live,
        };
        let found = self
            .found_at
            .map(|_| Found { counts: self.counts != 0, refusal: self.refusal.as_deref().map(reason) });
        Standing { holder, found }
    }
}

impl Store {
    pub(super) async fn take_right(&self, ticket: Ticket, right: &Right) -> Outcome<Taken> {
        let name = plain(&right.name());
        let db = self.begin().await?;
        let values: [(Column, Expr); 3] = [
            (Column::Name, name.as_str().into()),
            (Column::EntryId, ticket.entry.to_string().into()),
            (Column::RunLease, ticket.lease.0.into()),
        ];
        let make_or_lock = OnConflict::column(Column::Name).update_column(Column::Name).to_owned();
        db.execute(insert(Entity, values)?.on_conflict(make_or_lock)).await?;
        let mut kept = self.kept(&db, &name, Some(ticket)).await?;
        let is_dead = kept.as_ref().is_some_and(|kept| kept.for_asker(ticket) == Standing::DEAD);
        let was_last_crash = is_dead && self.count_crash(&db, &name).await?;
        if was_last_crash {
            kept = self.kept(&db, &name, Some(ticket)).await?;
        }
        let taken = kept.map_or(Taken::Mine, |kept| kept.for_asker(ticket).taken());
        if taken == Taken::Mine {
            Entity::update_many()
                .col_expr(Column::EntryId, ticket.entry.to_string().into())
                .col_expr(Column::RunLease, ticket.lease.0.into())
                .col_expr(Column::FoundAt, Expr::value(None::<i64>))
                .col_expr(Column::Refusal, no_text().into())
                .filter(Column::Name.eq(name.as_str()))
                .exec(&db)
                .await?;
        }
        let awaits = (taken == Taken::Others).then(|| name.clone());
        let mut update = self.held(ticket).col_expr(entries::Column::Awaits, awaits.into());
        if taken == Taken::Others {
            // It waits since it was due: what was found from then on counts for it, asleep or not.
            let since = [Expr::col(entries::Column::AwaitsSince), Expr::col(entries::Column::NotBefore)];
            update = update.col_expr(entries::Column::AwaitsSince, Func::coalesce(since).into());
        }
        if let Right::Result(_, key) = right {
            update = update.col_expr(entries::Column::MediaKey, plain(&key.0).into());
        }
        write_held(&db, update).await?;
        let woken = if was_last_crash { self.wake_all(&db, &name).await? } else { 0 };
        db.commit().await?;
        self.ring(woken);
        Ok(taken)
    }

    /// Everybody who waits goes on: it is enough that one did it.
    pub(super) async fn end_found(&self, ticket: Ticket, right: &Right) -> Outcome<()> {
        let name = plain(&right.name());
        let db = self.begin().await?;
        lock(&db, &name).await?;
        write_held(&db, self.held(ticket)).await?;
        let woken = self.mark_found(&db, ticket, &name, None).await?;
        db.commit().await?;
        self.ring(woken);
        Ok(())
    }

    /// The last write of a claim, with the rights it has: they end in the same moment.
    pub(super) async fn end_with_rights(
        &self,
        ticket: Ticket,
        update: UpdateMany<entries::Entity>,
        ending: Ending,
    ) -> Outcome<()> {
        let db = self.begin().await?;
        let held: Vec<String> = names(Entity::find().filter(of(ticket)), &db).await?;
        let awaited: Option<Option<String>> = entries::Entity::find_by_id(ticket.entry.to_string())
            .select_only()
            .column(entries::Column::Awaits)
            .into_tuple()
            .one(&db)
            .await?;
        let awaited = awaited.flatten();
        for name in held.iter().chain(&awaited).collect::<BTreeSet<_>>() {
            lock(&db, name).await?;
        }
        let is_parked = ending == Ending::Parked;
        let update =
            if is_parked { update } else { update.col_expr(entries::Column::Awaits, no_text().into()) };
        write_held(&db, update).await?;
        let mut woken = 0;
        for name in &held {
            woken += match ending {
                Ending::GivenUp(reason) if name.starts_with(WATCH) && sharing::is_of_the_video(reason) => {
                    self.mark_found(&db, ticket, name, Some(reason)).await?
                }
                _ => self.let_go(&db, ticket, name).await?,
            };
        }
        if let Some(name) = awaited.filter(|name| !held.contains(name))
            && !self.is_held(&db, &name).await?
        {
            // It ended since it was asked for: nobody sleeps behind it, and whoever goes passes the turn on.
            woken +=
                if is_parked { self.wake_all(&db, &name).await? } else { self.wake_one(&db, &name).await? };
        }
        db.commit().await?;
        self.ring(woken);
        Ok(())
    }

    /// Ends the rights of claims that died, forgets what was found long ago, and wakes whom nobody else would.
    pub(super) async fn sweep_rights(&self) -> Outcome<()> {
        let old = Column::FoundAt.is_not_null().and(Expr::col(Column::FoundAt).lte(self.time_before(MEMORY)));
        let dead = Column::FoundAt.is_null().and(Expr::exists(self.live_holder()).not());
        let over = Condition::any().add(old).add(dead);
        let over = Entity::find().filter(over).filter(self.is_remembered().not()).limit(PRUNED_AT_ONCE);
        for name in names(over, &self.db).await? {
            let db = self.begin().await?;
            lock(&db, &name).await?;
            if !self.is_held(&db, &name).await? {
                Entity::delete_by_id(name.as_str()).exec(&db).await?;
            }
            db.commit().await?;
        }
        self.ring(self.wake_the_forgotten().await?);
        Ok(())
    }

    async fn kept(
        &self,
        db: &impl ConnectionTrait,
        name: &str,
        asker: Option<Ticket>,
    ) -> Outcome<Option<Kept>> {
        use entries::Column as Of;
        let since = Expr::col((entries::Entity, Of::AwaitsSince))
            .if_null(Expr::col((entries::Entity, Of::NotBefore)));
        let waited = Query::select()
            .expr(Expr::value(1))
            .from(entries::Entity)
            .and_where(Expr::col((entries::Entity, Of::Id)).eq(asker.map(|asker| asker.entry.to_string())))
            .and_where(since.lte(Expr::col((Entity, Column::FoundAt))))
            .to_owned();
        let is_young = Expr::col(Column::FoundAt).gt(self.time_before(MEMORY));
        // Who comes later would die of it as well.
        let kills = Column::FoundAt.is_not_null().and(self.is_remembered());
        let select = Query::select()
            .columns([Column::EntryId, Column::RunLease, Column::FoundAt, Column::Refusal])
            .expr_as(yes(Expr::exists(self.live_holder())), Alias::new("live"))
            .expr_as(yes(is_young.and(Expr::exists(waited)).or(kills)), Alias::new("counts"))
            .from(Entity)
            .and_where(Column::Name.eq(name))
            .to_owned();
        let row = db.query_one(&select).await?;
        Ok(row.map(|row| Kept::from_query_result(&row, "")).transpose()?)
    }

    /// Whether a right is held by a live claim that has not come to its end.
    async fn is_held(&self, db: &impl ConnectionTrait, name: &str) -> Outcome<bool> {
        let kept = self.kept(db, name, None).await?;
        Ok(kept.is_some_and(|kept| kept.live != 0 && kept.found_at.is_none()))
    }

    /// The claim that has the right at hand, if it is live.
    pub(super) fn live_holder(&self) -> SelectStatement {
        let until = Expr::col((entries::Entity, entries::Column::LeaseUntil));
        holder().and_where(until.gt(self.time())).to_owned()
    }

    async fn mark_found(
        &self,
        db: &impl ConnectionTrait,
        ticket: Ticket,
        name: &str,
        refusal: Option<Reason>,
    ) -> Outcome<u64> {
        let refusal = refusal.map(reason_name).transpose()?;
        let found = Entity::update_many()
            .col_expr(Column::FoundAt, self.time())
            .col_expr(Column::Refusal, refusal.into())
            .col_expr(Column::CrashedAt, Expr::value(None::<i64>))
            .filter(Column::Name.eq(name))
            .filter(of(ticket))
            .filter(Column::FoundAt.is_null())
            .exec(db)
            .await?;
        if found.rows_affected == 0 { Ok(0) } else { self.wake_all(db, name).await }
    }

    /// Gives a right back with nothing found: one of those who wait tries next, and if they fail the one after.
    async fn let_go(&self, db: &impl ConnectionTrait, ticket: Ticket, name: &str) -> Outcome<u64> {
        let its = Condition::all().add(Column::Name.eq(name)).add(of(ticket)).add(Column::FoundAt.is_null());
        // Earlier crashes are not undone by an end of another kind.
        let vacant = Entity::update_many()
            .col_expr(Column::EntryId, NOBODY.into())
            .filter(its.clone())
            .filter(self.is_remembered())
            .exec(db)
            .await?;
        let gone = Entity::delete_many().filter(its).exec(db).await?;
        if vacant.rows_affected + gone.rows_affected == 0 { Ok(0) } else { self.wake_one(db, name).await }
    }
}

/// The claim that has the right at hand, if it has come to no end; its lease may have run out.
pub(super) fn holder() -> SelectStatement {
    use entries::Column as Of;
    Query::select()
        .expr(Expr::value(1))
        .from(entries::Entity)
        .and_where(Expr::col((entries::Entity, Of::Id)).equals((Entity, Column::EntryId)))
        .and_where(Expr::col((entries::Entity, Of::RunLease)).equals((Entity, Column::RunLease)))
        .and_where(Expr::col((entries::Entity, Of::State)).eq(entries::RUNNING))
        .to_owned()
}

/// Locks a right until the transaction ends; SQLite's writers are alone anyway.
pub(super) async fn lock(db: &impl ConnectionTrait, name: &str) -> Outcome<()> {
    let same = Entity::update_many().col_expr(Column::Name, Expr::col(Column::Name));
    same.filter(Column::Name.eq(name)).exec(db).await?;
    Ok(())
}

fn of(ticket: Ticket) -> Condition {
    Condition::all()
        .add(Column::EntryId.eq(ticket.entry.to_string()))
        .add(Column::RunLease.eq(ticket.lease.0))
}

pub(super) async fn names(
    rights: sea_orm::Select<Entity>,
    db: &impl ConnectionTrait,
) -> Outcome<Vec<String>> {
    Ok(rights.select_only().column(Column::Name).into_tuple().all(db).await?)
}

/// A condition as a number, which both databases give in the same way.
pub(super) fn yes(condition: Expr) -> Expr {
    Expr::case(condition, 1_i32).finally(0_i32).into()
}
