//! Breakers: the outside parties that made trouble lately, for all instances alike.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("breakers")
            .col(text("party").primary_key())
            // Failures in a row; an answer removes the record.
            .col(integer("failures"))
            // Left alone until then; in the past: whoever comes first may try.
            .col(big_integer("open_until"))
            // 1 where it asked for the pause itself.
            .col(integer("limited"))
            // 1 while one entry tries whether it is back.
            .col(integer("trying"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("breakers").to_owned()).await
    }
}
