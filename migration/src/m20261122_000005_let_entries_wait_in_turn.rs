//! Entries learn whose turn it is, what they wait for, and how far a run has got with its page.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The claim looks into a queue for the users who wait in it, and takes the first due entry of one.
const IN_TURN: &str = "entries_in_turn";

/// The last turn there was is read off its end.
const TURNS: &str = "connections_turns";

/// What the claim used before.
const BY_TIME: &str = "entries_claim";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in entry_columns() {
            manager.alter_table(Table::alter().table("entries").add_column(column).to_owned()).await?;
        }
        // The number of the last turn its owner had: the smallest is next.
        let served = big_integer("served").default(0).to_owned();
        manager.alter_table(Table::alter().table("connections").add_column(served).to_owned()).await?;
        let turns = Index::create().name(TURNS).table("connections").col("served").to_owned();
        manager.create_index(turns).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE entries SET connection_id = \
                 (SELECT connection_id FROM databases WHERE databases.id = entries.database_id)",
            )
            .await?;
        manager.drop_index(Index::drop().name(BY_TIME).table("entries").to_owned()).await?;
        let in_turn = Index::create()
            .name(IN_TURN)
            .table("entries")
            .col("state")
            .col("lane")
            .col("connection_id")
            .col("not_before")
            .col("id")
            .to_owned();
        manager.create_index(in_turn).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(IN_TURN).table("entries").to_owned()).await?;
        for column in ["connection_id", "lane", "waiting", "waiting_since", "body"] {
            manager.alter_table(Table::alter().table("entries").drop_column(column).to_owned()).await?;
        }
        manager.drop_index(Index::drop().name(TURNS).table("connections").to_owned()).await?;
        manager.alter_table(Table::alter().table("connections").drop_column("served").to_owned()).await?;
        let by_time = Index::create()
            .name(BY_TIME)
            .table("entries")
            .col("state")
            .col("not_before")
            .col("id")
            .to_owned();
        manager.create_index(by_time).await
    }
}

fn entry_columns() -> [ColumnDef; 5] {
    [
        // Whose turn it uses up; said again here so that the claim reads one index alone.
        text("connection_id").default("").to_owned(),
        // 0: a new link, 1: an old collection, which runs behind new links.
        integer("lane").default(0).to_owned(),
        // What its owner was last told it waits for, and since when nothing went on.
        text_null("waiting"),
        big_integer_null("waiting_since"),
        // 0: untouched, 1: about to be written, 2: stands on the page.
        integer("body").default(0).to_owned(),
    ]
}
