//! Polls are spread: each database has its own place in the interval, so that load stays flat.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Millionths of the interval.
        let phase = big_integer("phase").default(0).to_owned();
        manager.alter_table(Table::alter().table("databases").add_column(phase).to_owned()).await?;
        let anywhere = match manager.get_database_backend() {
            DbBackend::Postgres => "UPDATE databases SET phase = floor(random() * 1000000)::bigint",
            _ => "UPDATE databases SET phase = abs(random() % 1000000)",
        };
        manager.get_connection().execute_unprepared(anywhere).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("databases").drop_column("phase").to_owned()).await
    }
}
