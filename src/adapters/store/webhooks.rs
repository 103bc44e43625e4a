//! Webhooks: the sealed token, the events heard lately, the polls they bring forward.

use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;
use uuid::Uuid;

use super::Store;
use super::polls::revoked;
use super::tables::{connections, databases, insert, webhook_events, webhook_tokens};
use crate::adapters::seal::Place;
use crate::domain::webhook::Hint;
use crate::failure::{Failure, Outcome};
use crate::ports::Webhooks;

/// Who signs events.
const NOTION: &str = "notion";

/// Where its token is kept.
const PLACE: Place<'static> = Place { table: "webhook_tokens", column: "token", owner: NOTION };

/// A data source is asked again this long after its last poll at the earliest: a flood of events is one poll,
/// and the last of them is not lost.
const BETWEEN_POLLS_MS: i64 = 3_000;

/// How long events are remembered: as long as Notion tries to deliver one.
const REMEMBERED: Duration = Duration::from_hours(24);

#[async_trait]
impl Webhooks for Store {
    async fn keep_webhook_token(&self, token: &SecretString) -> Outcome<SecretString> {
        use webhook_tokens::{Column, Entity};
        let values: [(Column, Expr); 3] = [
            (Column::Sender, NOTION.into()),
            (Column::Token, self.seal.seal(PLACE, token).map_err(Failure::bug)?.into()),
            (Column::CreatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?
            .on_conflict(OnConflict::column(Column::Sender).do_nothing().to_owned())
            .to_owned();
        let keep = async {
            self.db.execute(&insert).await?;
            let kept = self.read_webhook_token().await?;
            kept.ok_or_else(|| Failure::wait(None, anyhow!("the token was forgotten in the same moment")))
        };
        self.within("keep the webhook token", keep).await
    }

    async fn webhook_token(&self) -> Outcome<Option<SecretString>> {
        self.within("read the webhook token", self.read_webhook_token()).await
    }

    async fn forget_webhook_token(&self) -> Outcome<bool> {
        let forget = async {
            let forgotten = webhook_tokens::Entity::delete_by_id(NOTION.to_owned()).exec(&self.db).await?;
            Ok(forgotten.rows_affected > 0)
        };
        self.within("forget the webhook token", forget).await
    }

    async fn hear(&self, hint: &Hint) -> Outcome<u64> {
        let hear = async {
            // Together: an event whose effect failed is not remembered, so that its next delivery counts.
            let transaction = self.begin().await?;
            let hurried = if self.is_new(&transaction, hint.event).await? {
                self.follow(&transaction, hint).await?
            } else {
                0
            };
            transaction.commit().await?;
            Ok(hurried)
        };
        self.within("hear an event", hear).await
    }
}

impl Store {
    async fn read_webhook_token(&self) -> Outcome<Option<SecretString>> {
        let row = webhook_tokens::Entity::find_by_id(NOTION.to_owned()).one(&self.db).await?;
        let opened = row.map(|row| self.seal.open(PLACE, &row.token)).transpose();
        opened.map_err(|error| Failure::bug(error).context("open the webhook token"))
    }

    async fn is_new(&self, transaction: &DatabaseTransaction, event: Uuid) -> Outcome<bool> {
        use webhook_events::{Column, Entity};
        let values: [(Column, Expr); 2] =
            [(Column::Id, event.to_string().into()), (Column::HeardAt, self.time())];
        let insert = insert(Entity, values)?
            .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
            .to_owned();
        Ok(transaction.execute(&insert).await?.rows_affected() > 0)
    }

    /// Brings forward what the hint names and nobody of us made.
    async fn follow(&self, transaction: &DatabaseTransaction, hint: &Hint) -> Outcome<u64> {
        use databases::{Column, Entity};
        let Some(data_source) = hint.data_source else { return Ok(0) };
        if is_our_own(transaction, &hint.bots).await? {
            return Ok(0);
        }
        let earliest = || Expr::col(Column::PolledAt).add(BETWEEN_POLLS_MS);
        let mut update = Entity::update_many()
            .col_expr(Column::NextPollAt, earliest())
            .col_expr(Column::FailedPolls, 0_i32.into())
            .filter(Column::Watched.eq(data_source.to_string()))
            .filter(Column::ConnectionId.not_in_subquery(revoked()))
            .filter(Expr::col(Column::NextPollAt).gt(earliest()));
        if let Some(seen_by) = &hint.seen_by {
            let bots = Query::select()
                .column(connections::Column::Id)
                .from(connections::Entity)
                .and_where(connections::Column::BotId.is_in(texts(seen_by)))
                .to_owned();
            update = update.filter(Column::ConnectionId.in_subquery(bots));
        }
        Ok(update.exec(transaction).await?.rows_affected)
    }

    /// Removes events nobody delivers any more.
    pub(super) async fn forget_old_events(&self) -> Outcome<()> {
        webhook_events::Entity::delete_many()
            .filter(Expr::col(webhook_events::Column::HeardAt).lte(self.time_before(REMEMBERED)))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Seals the token with the newest key. One that no key opens stops nothing but webhooks.
    pub(super) async fn seal_webhook_token_again(&self) -> Outcome<()> {
        use webhook_tokens::{Column, Entity};
        let Some(row) = Entity::find_by_id(NOTION.to_owned()).one(&self.db).await? else { return Ok(()) };
        if self.seal.is_current(&row.token) {
            return Ok(());
        }
        let Ok(token) = self.seal.open(PLACE, &row.token) else {
            tracing::error!("the webhook token cannot be opened; forget it and enter the webhook again");
            return Ok(());
        };
        let sealed = self.seal.seal(PLACE, &token).map_err(Failure::bug)?;
        Entity::update_many()
            .col_expr(Column::Token, sealed.into())
            .filter(Column::Token.eq(row.token))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}

/// Whether all these bots are bots of our connections; nobody is none of them.
async fn is_our_own(transaction: &DatabaseTransaction, bots: &[Uuid]) -> Outcome<bool> {
    for bot in bots {
        let ours = connections::Entity::find().filter(connections::Column::BotId.eq(bot.to_string()));
        if ours.count(transaction).await? == 0 {
            return Ok(false);
        }
    }
    Ok(!bots.is_empty())
}

fn texts(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}
