//! Connections: one authorised workspace of one owner, its token sealed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("connections")
            .col(text("id").primary_key())
            .col(text("owner"))
            .col(text("workspace"))
            .col(text("token"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        // Connecting the same workspace again replaces its token.
        let once = Index::create()
            .name("connections_owner_workspace")
            .table("connections")
            .col("owner")
            .col("workspace")
            .unique()
            .to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("connections").to_owned()).await
    }
}
