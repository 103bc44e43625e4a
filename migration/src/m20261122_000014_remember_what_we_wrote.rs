//! What we wrote into the columns of a row, as fingerprints: what arrived, and what was about to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// JSON objects of fingerprints by property id.
const COLUMNS: [&str; 2] = ["written", "writing"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let add = Table::alter().table("entries").add_column(text_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("entries").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
