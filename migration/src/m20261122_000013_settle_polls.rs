//! How polls went: a database that cannot be asked rests longer each time.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In a row; none once a poll works or the owner does something about it.
        let failed = integer("failed_polls").default(0).to_owned();
        manager.alter_table(Table::alter().table("databases").add_column(failed).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("databases").drop_column("failed_polls").to_owned()).await
    }
}
