//! Breakers in the database: what one instance learns of a party, all know.
//!
//! The rules (how many failures, how long a pause) are the domain's; here they are kept.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
};

use super::Store;
use super::tables::breakers::{Column, Entity};
use super::tables::insert;
use super::text::plain;
use crate::domain::breaker::THRESHOLD;
use crate::domain::waiting::{Party, Waiting};
use crate::failure::{Failure, Outcome};
use crate::ports::{Blocked, Breakers, Trouble};

/// A record, with how long its party is still left alone.
#[derive(Debug, FromQueryResult)]
struct Record {
    party: String,
    failures: i32,
    limited: i32,
    trying: i32,
    left_ms: i64,
}

impl Record {
    fn failures(&self) -> u32 {
        u32::try_from(self.failures).unwrap_or_default()
    }

    fn is_out_of_order(&self) -> bool {
        self.failures() >= THRESHOLD
    }

    fn left(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.left_ms).unwrap_or_default())
    }

    /// While one tries, what is left is the trial's time and no pause of the party's.
    fn is_tried(&self) -> bool {
        self.trying != 0
    }

    fn blocked(&self, pause: Duration) -> Blocked {
        let party = Party::new(self.party.as_str());
        let waiting = if self.limited == 0 { Waiting::Down(party) } else { Waiting::Limited(party) };
        Blocked { waiting, pause }
    }
}

#[async_trait]
impl Breakers for Store {
    async fn admit(&self, parties: &[Party]) -> Outcome<Option<Blocked>> {
        self.within("look at the breakers", self.admit_to(parties)).await
    }

    async fn trouble(&self, party: &Party, trouble: Trouble) -> Outcome<Option<Duration>> {
        self.within("record trouble of a party", self.record_trouble(party, trouble)).await
    }

    async fn answered(&self, party: &Party) -> Outcome<()> {
        // An answer that was on its way when the party asked for a pause does not end the pause.
        let over =
            Condition::any().add(Column::Limited.eq(0)).add(Expr::col(Column::OpenUntil).lte(self.time()));
        let forget = Entity::delete_many().filter(Column::Party.eq(plain(party.name()))).filter(over);
        self.within("record an answer of a party", async { Ok(forget.exec(&self.db).await.map(|_| ())?) })
            .await
    }
}

impl Store {
    async fn admit_to(&self, parties: &[Party]) -> Outcome<Option<Blocked>> {
        let mut records = self.records(&self.db, parties).await?;
        let longest = records.iter().map(Record::left).max().unwrap_or_default();
        let asked_as =
            |record: &&Record| parties.iter().position(|party| plain(party.name()) == record.party);
        if let Some(shut) = records.iter().filter(|record| record.left_ms > 0).min_by_key(asked_as) {
            return Ok(Some(shut.blocked(longest)));
        }
        records.retain(Record::is_out_of_order);
        if records.is_empty() {
            return Ok(None);
        }
        // All trials or none: one that is taken by somebody who is kept back would keep others back for nothing.
        let transaction = self.begin().await?;
        for record in &records {
            if !self.goes_first(&transaction, &record.party).await? {
                return Ok(Some(record.blocked(self.options.pauses.trial)));
            }
        }
        transaction.commit().await?;
        Ok(None)
    }

    /// Whether the caller is the one that tries; of several exactly one is. The party's own wish is over.
    async fn goes_first(&self, db: &impl ConnectionTrait, party: &str) -> Outcome<bool> {
        let taken = Entity::update_many()
            .col_expr(Column::OpenUntil, self.time_after(self.options.pauses.trial))
            .col_expr(Column::Limited, 0_i32.into())
            .col_expr(Column::Trying, 1_i32.into())
            .filter(Column::Party.eq(party))
            .filter(Expr::col(Column::OpenUntil).lte(self.time()))
            .exec(db)
            .await?;
        Ok(taken.rows_affected > 0)
    }

    async fn record_trouble(&self, party: &Party, trouble: Trouble) -> Outcome<Option<Duration>> {
        let transaction = self.begin().await?;
        let record = self.record_of(&transaction, party).await?;
        let (failures, pause, limited) = match trouble {
            Trouble::AsksToWait(pause) if record.is_tried() => (record.failures(), Some(pause), 1),
            Trouble::AsksToWait(pause) => (record.failures(), Some(pause.max(record.left())), 1),
            // Calls that were on their way when it was found out of order tell nothing new.
            Trouble::OutOfOrder if record.left_ms > 0 && !record.is_tried() => {
                (record.failures(), Some(record.left()), record.limited)
            }
            Trouble::OutOfOrder => {
                let failures = record.failures() + 1;
                (failures, self.options.pauses.after(failures), 0)
            }
        };
        let update = Entity::update_many()
            .col_expr(Column::Failures, i32::try_from(failures).unwrap_or(i32::MAX).into())
            .col_expr(Column::OpenUntil, self.time_after(pause.unwrap_or_default()))
            .col_expr(Column::Limited, limited.into())
            .col_expr(Column::Trying, 0_i32.into())
            .filter(Column::Party.eq(record.party));
        update.exec(&transaction).await?;
        transaction.commit().await?;
        Ok(pause)
    }

    /// The record of a party, made where there is none, and locked in the same statement, so that no
    /// answer removes it in between.
    async fn record_of(&self, transaction: &DatabaseTransaction, party: &Party) -> Outcome<Record> {
        let values: [(Column, Expr); 5] = [
            (Column::Party, plain(party.name()).into()),
            (Column::Failures, 0_i32.into()),
            (Column::OpenUntil, 0_i64.into()),
            (Column::Limited, 0_i32.into()),
            (Column::Trying, 0_i32.into()),
        ];
        let make = insert(Entity, values)?
            .on_conflict(OnConflict::column(Column::Party).update_column(Column::Party).to_owned())
            .to_owned();
        transaction.execute(&make).await?;
        let found = self.records(transaction, std::slice::from_ref(party)).await?;
        let none = || Failure::bug(anyhow::anyhow!("a kept record of a party is not there"));
        found.into_iter().next().ok_or_else(none)
    }

    /// What is known of these parties, always in the same order: whoever locks them one after the other never waits for
    /// somebody who waits for them.
    async fn records(&self, db: &impl ConnectionTrait, parties: &[Party]) -> Outcome<Vec<Record>> {
        let select = Query::select()
            .columns([Column::Party, Column::Failures, Column::Limited, Column::Trying])
            .expr_as(Expr::col(Column::OpenUntil).sub(self.time()), "left_ms")
            .from(Entity)
            .and_where(Column::Party.is_in(parties.iter().map(|party| plain(party.name()))))
            .order_by(Column::Party, Order::Asc)
            .to_owned();
        let rows = db.query_all(&select).await?;
        Ok(rows.iter().map(|row| Record::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
