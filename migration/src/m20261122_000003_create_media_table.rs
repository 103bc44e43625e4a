//! Media: what a link points at, once per world, with the checkpoints reached so far.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("media")
            .col(text("key").primary_key())
            .col(text_null("info"))
            .col(text_null("transcript"))
            .col(text_null("screen_text"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        // The sweep looks for old records.
        let old = Index::create().name("media_age").table("media").col("updated_at").to_owned();
        manager.create_index(old).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("media").to_owned()).await
    }
}
