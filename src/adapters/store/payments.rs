//! What was paid: kept in the transaction that keeps what it was paid for, summed for its owner.
//!
//! A claim pays once for each engine, so a checkpoint that is written again after a lost answer counts once.
//! A run that found a checkpoint keeps none, and so paid nothing. Amounts are those of the day.

use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, QueryFilter, QuerySelect, Select};

use super::Store;
use super::tables::payments::{Column, Entity};
use super::tables::{entries, insert};
use crate::domain::cost::{MicroDollars, Spent, Usage, cost};
use crate::domain::entry::{EntryId, Ticket, UserId};
use crate::failure::Outcome;

/// The sums, in the order [`Store::summed`] reads them; PostgreSQL adds large integers up as decimals.
const SUMMED: [Column; 6] =
    [Column::SpeechMs, Column::Images, Column::TokensIn, Column::TokensOut, Column::Calls, Column::Amount];

impl Store {
    /// Keeps what this claim paid for `what`; nothing where nothing is billed.
    pub(super) async fn pay(
        &self,
        db: &impl ConnectionTrait,
        ticket: Ticket,
        what: &str,
        usage: &Usage,
    ) -> Outcome<()> {
        if usage.is_nothing() {
            return Ok(());
        }
        let number = |number: u64| Expr::from(i64::try_from(number).unwrap_or(i64::MAX));
        let values: [(Column, Expr); 11] = [
            (Column::EntryId, ticket.entry.to_string().into()),
            (Column::RunLease, ticket.lease.0.into()),
            (Column::What, what.into()),
            (Column::UserId, Expr::SubQuery(None, Box::new(owner(ticket.entry).into()))),
            (Column::SpeechMs, number(usage.speech_ms)),
            (Column::Images, number(usage.images)),
            (Column::TokensIn, number(usage.tokens_in)),
            (Column::TokensOut, number(usage.tokens_out)),
            (Column::Calls, number(usage.calls)),
            (Column::Amount, number(cost(usage, &self.options.prices).0)),
            (Column::PaidAt, self.time()),
        ];
        let once =
            OnConflict::columns([Column::EntryId, Column::RunLease, Column::What]).do_nothing().to_owned();
        let keep = insert(Entity, values)?.on_conflict(once).to_owned();
        db.execute(&keep).await?;
        Ok(())
    }

    pub(super) async fn paid_for(&self, user: UserId, id: EntryId) -> Outcome<Spent> {
        self.summed(Entity::find().filter(Column::EntryId.eq(id.to_string())), user).await
    }

    pub(super) async fn paid_between(&self, user: UserId, from: i64, until: i64) -> Outcome<Spent> {
        let within = Entity::find().filter(Column::PaidAt.gte(from)).filter(Column::PaidAt.lt(until));
        self.summed(within, user).await
    }

    async fn summed(&self, payments: Select<Entity>, user: UserId) -> Outcome<Spent> {
        let mut sums = payments.filter(Column::UserId.eq(user.to_string())).select_only();
        for column in SUMMED {
            let name = column.as_str();
            sums = sums.column_as(Expr::cust(format!("CAST(COALESCE(SUM({name}), 0) AS BIGINT)")), name);
        }
        let found: Option<(i64, i64, i64, i64, i64, i64)> = sums.into_tuple().one(&self.db).await?;
        let (speech_ms, images, tokens_in, tokens_out, calls, amount) = found.unwrap_or_default();
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        Ok(Spent {
            usage: Usage {
                speech_ms: number(speech_ms),
                images: number(images),
                tokens_in: number(tokens_in),
                tokens_out: number(tokens_out),
                calls: number(calls),
            },
            amount: MicroDollars(number(amount)),
        })
    }
}

fn owner(entry: EntryId) -> SelectStatement {
    use entries::{Column, Entity};
    Query::select().column(Column::UserId).from(Entity).and_where(Column::Id.eq(entry.to_string())).to_owned()
}
