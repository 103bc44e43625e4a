//! How often workers died watching a video, kept at the right to watch it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 3] = ["crashes", "reached", "crashed_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [crashes, reached, crashed_at] = COLUMNS;
        for column in [
            ColumnDef::new(crashes).integer().not_null().default(0).to_owned(),
            ColumnDef::new(reached).integer().not_null().default(0).to_owned(),
            ColumnDef::new(crashed_at).big_integer().null().to_owned(),
        ] {
            manager.alter_table(Table::alter().table("rights").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("rights").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
