//! Databases: the registered Notion databases, the part each column plays, and when to look next.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("databases")
            .col(text("id").primary_key())
            .col(text("connection_id"))
            .col(text("notion_database"))
            .col(text("data_source"))
            .col(text("title"))
            .col(text("mapping"))
            .col(text_null("instructions"))
            .col(text_null("language"))
            .col(big_integer("next_poll_at"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("databases_connection")
                    .from("databases", "connection_id")
                    .to("connections", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(table).await?;
        let once = Index::create()
            .name("databases_connection_data_source")
            .table("databases")
            .col("connection_id")
            .col("data_source")
            .unique()
            .to_owned();
        manager.create_index(once).await?;
        let due =
            Index::create().name("databases_due").table("databases").col("next_poll_at").col("id").to_owned();
        manager.create_index(due).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("databases").to_owned()).await
    }
}
