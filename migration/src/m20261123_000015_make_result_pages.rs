//! Pages that results become in content databases, and which content database was chosen for an entry.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The id of a content database, no foreign key: a choice may outlive what was chosen.
        manager
            .alter_table(Table::alter().table("entries").add_column(text_null("chosen")).to_owned())
            .await?;
        manager.create_table(result_pages()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("result_pages").to_owned()).await?;
        manager.alter_table(Table::alter().table("entries").drop_column("chosen").to_owned()).await
    }
}

fn result_pages() -> TableCreateStatement {
    let goes_with = |name: &str, column: &'static str, table: &'static str| {
        ForeignKey::create()
            .name(name)
            .from("result_pages", column)
            .to(table, "id")
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned()
    };
    Table::create()
        .table("result_pages")
        .col(text("entry_id"))
        .col(text("database_id"))
        // The thing in the video; empty for the page of a whole one.
        .col(text("item"))
        // Known once the page was made for certain.
        .col(text_null("page_id"))
        .col(text("url"))
        // Fingerprints by property id, as on entries.
        .col(text_null("written"))
        .col(text_null("writing"))
        .col(integer("body"))
        .col(integer("run"))
        .col(big_integer("intended_at"))
        .primary_key(Index::create().col("entry_id").col("database_id").col("item"))
        .foreign_key(&mut goes_with("result_pages_entry", "entry_id", "entries"))
        .foreign_key(&mut goes_with("result_pages_database", "database_id", "databases"))
        .to_owned()
}
