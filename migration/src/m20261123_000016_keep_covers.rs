//! The small picture of each video, for the covers of the pages it ends on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A table of its own, so that who reads what was said and shown does not read pictures. No foreign key: the
        // picture may be kept while the record of its video is being removed.
        let covers = Table::create()
            .table("covers")
            .col(text("media_key").primary_key())
            .col(blob("jpeg"))
            .col(big_integer("created_at"))
            .to_owned();
        manager.create_table(covers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("covers").to_owned()).await
    }
}
