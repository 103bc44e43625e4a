//! What is paid for part by part is kept part by part, until the whole is kept.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pieces = Table::create()
            .table("pieces")
            .col(text("media_key"))
            .col(text("work"))
            .col(text("engine"))
            .col(text("place"))
            .col(text("document"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("media_key").col("work").col("engine").col("place"))
            .to_owned();
        manager.create_table(pieces).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("pieces").to_owned()).await
    }
}
