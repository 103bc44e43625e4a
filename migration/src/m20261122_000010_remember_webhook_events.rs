//! Webhooks: the token events are signed with, the events heard lately, and when a database was last asked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Old events are removed.
const HEARD: &str = "webhook_events_heard";

/// Events name a data source.
const BY_SOURCE: &str = "databases_data_source";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = Table::create()
            .table("webhook_tokens")
            // Who signs with it.
            .col(text("sender").primary_key())
            // Sealed.
            .col(text("token"))
            .col(big_integer("created_at"))
            .to_owned();
        manager.create_table(tokens).await?;
        let events = Table::create()
            .table("webhook_events")
            .col(text("id").primary_key())
            .col(big_integer("heard_at"))
            .to_owned();
        manager.create_table(events).await?;
        let heard = Index::create().name(HEARD).table("webhook_events").col("heard_at").to_owned();
        manager.create_index(heard).await?;
        // When its poll was last taken; 0: not yet.
        let polled = big_integer("polled_at").default(0).to_owned();
        manager.alter_table(Table::alter().table("databases").add_column(polled).to_owned()).await?;
        let by_source = Index::create().name(BY_SOURCE).table("databases").col("data_source").to_owned();
        manager.create_index(by_source).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_SOURCE).table("databases").to_owned()).await?;
        let polled = Table::alter().table("databases").drop_column("polled_at").to_owned();
        manager.alter_table(polled).await?;
        manager.drop_table(Table::drop().table("webhook_events").to_owned()).await?;
        manager.drop_table(Table::drop().table("webhook_tokens").to_owned()).await
    }
}
