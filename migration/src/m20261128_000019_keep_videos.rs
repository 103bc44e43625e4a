//! What each database keeps of its videos, and the files that were kept, by workspace and video.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keep = ColumnDef::new("keep").text().not_null().default("none").to_owned();
        let wish = Table::alter().table("databases").add_column(keep).to_owned();
        manager.alter_table(wish).await?;
        // One file serves every row of a connection with the same video, and every later run.
        let kept = Table::create()
            .table("keepsakes")
            .col(text("connection_id"))
            .col(text("media_key"))
            .col(text("keep"))
            .col(text("keepsake"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("connection_id").col("media_key").col("keep"))
            .foreign_key(
                ForeignKey::create()
                    .from("keepsakes", "connection_id")
                    .to("connections", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(kept).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("keepsakes").to_owned()).await?;
        manager.alter_table(Table::alter().table("databases").drop_column("keep").to_owned()).await
    }
}
