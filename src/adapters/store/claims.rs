//! Claims: who may work on an entry, and until when.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, Order, PostgresQueryBuilder, Query, SqliteQueryBuilder};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait, Statement,
    UpdateMany,
};

use super::Store;
use super::checkpoints::body_read;
use super::tables::entries::{Column, Entity, Model, RUNNING, WAITING};
use super::tables::users;
use super::text::{checkpoint, document, plain, reason, uuid};
use crate::domain::entry::{Claimed, DatabaseId, EntryId, Lane, RunLease, Ticket};
use crate::domain::ours::Written;
use crate::failure::{Failure, Outcome};

/// The lock that claims take in turn on PostgreSQL; any number will do, ours spells `lnkclaim` in ASCII.
const CLAIM_LOCK: i64 = 0x6c6e_6b63_6c61_696d;

/// Of the users who have something due in a lane, the one whose last turn is longest ago. The users are read
/// off the index one by one, so that the cost grows with them and not with what they have waiting. Each look
/// is a subquery of its own that ends at the first row: a planner whose statistics are old has nothing to
/// choose but the index, where a join or an aggregate once read all that waits.
const WHOSE_TURN: &str = "\
    WITH RECURSIVE waiting(id) AS ( \
      SELECT (SELECT turn FROM entries WHERE state = 'waiting' AND lane = {lane} \
              ORDER BY turn LIMIT 1) \
      UNION ALL \
      SELECT (SELECT turn FROM entries \
              WHERE state = 'waiting' AND lane = {lane} AND turn > waiting.id \
              ORDER BY turn LIMIT 1) \
      FROM waiting WHERE waiting.id IS NOT NULL) \
    SELECT waiting.id AS id FROM waiting \
    WHERE (SELECT not_before FROM entries \
           WHERE state = 'waiting' AND lane = {lane} AND turn = waiting.id \
           ORDER BY not_before LIMIT 1) <= {now} \
    ORDER BY (SELECT served FROM users WHERE users.id = waiting.id), waiting.id LIMIT 1";

/// Whose turn an entry uses up: its user, in the one column the queue's index is made of.
const TURN: &str = "turn";

impl Store {
    /// Claims in one transaction: whose turn it is, their first due entry, their turn used up. Claims take
    /// each other's turns into account, so they are made one after the other.
    pub(super) async fn claim_next(&self, owner: &str) -> Outcome<Option<Claimed>> {
        let transaction = self.begin().await?;
        if self.db.get_database_backend() == DbBackend::Postgres {
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({CLAIM_LOCK})")).await?;
        }
        for lane in [Lane::New, Lane::Backlog] {
            while let Some(user) = self.whose_turn(&transaction, lane).await? {
                let claimed = self.claiming(owner, lane, &user).exec_with_returning(&transaction).await?;
                // Removed with its database in the same moment: no turn is used up by nothing.
                let Some(entry) = claimed.into_iter().next() else { continue };
                self.turn_is_used(&transaction, &user).await?;
                transaction.commit().await?;
                let (steps, now) = (entry.steps.clone(), entry.updated_at);
                let claimed = claimed_entry(entry)?;
                self.lines.open(claimed.ticket, checkpoint(steps, "time line").unwrap_or_default(), now);
                return Ok(Some(claimed));
            }
        }
        Ok(None)
    }

    async fn whose_turn(&self, db: &impl ConnectionTrait, lane: Lane) -> Outcome<Option<String>> {
        let statement = Statement::from_string(self.db.get_database_backend(), self.whose_turn_sql(lane));
        let row = db.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get("", "id")).transpose()?)
    }

    fn whose_turn_sql(&self, of: Lane) -> String {
        let now = Query::select().expr(self.time()).to_owned();
        let now = match self.db.get_database_backend() {
            DbBackend::Postgres => now.to_string(PostgresQueryBuilder),
            _ => now.to_string(SqliteQueryBuilder),
        };
        WHOSE_TURN.replace("{lane}", &lane(of).to_string()).replace("{now}", &format!("({now})"))
    }

    fn claiming(&self, owner: &str, of: Lane, user: &str) -> UpdateMany<Entity> {
        let first_due = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Column::State.eq(WAITING))
            .and_where(Column::Lane.eq(lane(of)))
            .and_where(Expr::col(TURN).eq(user))
            .and_where(Expr::col(Column::NotBefore).lte(self.time()))
            .order_by(Column::NotBefore, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .limit(1)
            .to_owned();
        Entity::update_many()
            .col_expr(Column::State, RUNNING.into())
            .col_expr(Column::RunLease, Expr::col(Column::RunLease).add(1))
            .col_expr(Column::LeaseOwner, plain(owner).into())
            .col_expr(Column::LeaseUntil, self.time_after(self.options.lease))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Expr::col(Column::Id).eq(first_due))
            // Asked for again: its owner may have changed it in the same moment.
            .filter(Column::State.eq(WAITING))
    }

    async fn turn_is_used(&self, db: &impl ConnectionTrait, user: &str) -> Outcome<()> {
        use users::Column;
        let last = Query::select().expr(Expr::col(Column::Served).max()).from(users::Entity).to_owned();
        users::Entity::update_many()
            .col_expr(Column::Served, Expr::from(last).add(1))
            .filter(Column::Id.eq(user))
            .exec(db)
            .await?;
        Ok(())
    }

    /// How the database would look for the next entry, in its own words; nothing is claimed.
    pub async fn explain_claim(&self) -> Outcome<String> {
        let backend = self.db.get_database_backend();
        let claim = self.claiming("nobody", Lane::New, "somebody").build(backend).to_string();
        Ok([self.explain(&self.whose_turn_sql(Lane::New)).await?, self.explain(&claim).await?].join("\n"))
    }

    pub(super) async fn explain(&self, statement: &str) -> Outcome<String> {
        let backend = self.db.get_database_backend();
        let (explain, column) = match backend {
            DbBackend::Postgres => ("EXPLAIN", "QUERY PLAN"),
            _ => ("EXPLAIN QUERY PLAN", "detail"),
        };
        let explained = Statement::from_string(backend, format!("{explain} {statement}"));
        let rows = self.db.query_all_raw(explained).await?;
        let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("", column)).collect();
        Ok(lines?.join("\n"))
    }

    /// An update of an entry by the worker that holds it; touches nothing when somebody else does.
    pub(super) fn held(&self, ticket: Ticket) -> UpdateMany<Entity> {
        let line = self.lines.of(ticket).and_then(|line| document(&line).ok());
        let update = Entity::update_many().col_expr(Column::UpdatedAt, self.time());
        let update = match line {
            Some(steps) => update.col_expr(Column::Steps, steps.into()),
            None => update,
        };
        update
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

/// The number a lane is kept as.
pub(super) fn lane(lane: Lane) -> i32 {
    match lane {
        Lane::New => 0,
        Lane::Backlog => 1,
    }
}

fn claimed_entry(row: Model) -> Outcome<Claimed> {
    let waited = row.waiting_since.map_or(0, |since| row.updated_at.saturating_sub(since));
    Ok(Claimed {
        ticket: Ticket { entry: EntryId(uuid(&row.id)?), lease: RunLease(row.run_lease) },
        database: DatabaseId(uuid(&row.database_id)?),
        page: row.page_id,
        link: row.link,
        attempts: u32::try_from(row.attempts).unwrap_or_default(),
        note: checkpoint(row.note, "note"),
        section: row.section,
        written: Written {
            settled: checkpoint(row.written, "what was written").unwrap_or_default(),
            intended: checkpoint(row.writing, "what was about to be written").unwrap_or_default(),
        },
        body: body_read(row.body),
        waiting: checkpoint(row.waiting, "waiting"),
        waited: Duration::from_millis(u64::try_from(waited).unwrap_or_default()),
        verdict: row.verdict.as_deref().map(reason),
        asked_again: row.asked_again != 0,
        chosen: row.chosen.as_deref().map(uuid).transpose()?.map(DatabaseId),
        run: u32::try_from(row.earlier_runs).unwrap_or_default(),
        is_first: row.run_lease - i64::from(row.slept) <= 1,
    })
}
