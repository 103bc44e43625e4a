//! Entries: the rows on their way through the chain, and who may work on each.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("entries").to_owned()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("entries")
        .col(text("id").primary_key())
        .col(text("database_id"))
        .col(text("page_id"))
        .col(text("link"))
        // Known once the link was followed; keeps the media record from being pruned.
        .col(text_null("media_key"))
        // `waiting`, `running` or `done`: who may take it. The status is what its owner sees.
        .col(text("state"))
        .col(text("status"))
        .col(big_integer("run_lease"))
        .col(text_null("lease_owner"))
        .col(big_integer_null("lease_until"))
        .col(integer("attempts"))
        .col(integer("crashes"))
        .col(big_integer("not_before"))
        .col(text_null("verdict"))
        .col(text_null("note"))
        .col(text_null("section"))
        .col(big_integer_null("finished_at"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .foreign_key(
            ForeignKey::create()
                .name("entries_database")
                .from("entries", "database_id")
                .to("databases", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str| Index::create().name(name).table("entries").to_owned();
    vec![
        index("entries_row").col("database_id").col("page_id").unique().to_owned(),
        // The claim reads one row off its front, however many wait.
        index("entries_claim").col("state").col("not_before").col("id").to_owned(),
        // Lists, newest first: ids sort by the time they were made.
        index("entries_list").col("database_id").col("id").to_owned(),
        // The sweep: old entries, and media nobody refers to.
        index("entries_finished").col("state").col("finished_at").to_owned(),
        index("entries_media").col("media_key").to_owned(),
        // Counts by status are read off the index alone.
        index("entries_status").col("status").to_owned(),
    ]
}
