//! Who works on a video for all who saved it, where short links lead, and which row was saved before another one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The rows of a user with a video; also all rows with a video.
const OF_VIDEO: &str = "entries_of_video";

/// What the rows with a video were found by before.
const MEDIA: &str = "entries_media";

/// The few entries that wait for a right.
const AWAITING: &str = "entries_awaiting";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The right an entry waits for, and the entry of the row that was saved before.
        for column in ["awaits", "earlier"] {
            let add = Table::alter().table("entries").add_column(text_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        // Since when it waits for rights, which is since it was due.
        let since = Table::alter().table("entries").add_column(big_integer_null("awaits_since")).to_owned();
        manager.alter_table(since).await?;
        // How many claims did nothing but wait for a right.
        let slept = Table::alter().table("entries").add_column(integer("slept").default(0)).to_owned();
        manager.alter_table(slept).await?;
        // Nearly all entries wait for nothing, and are kept out of it.
        let awaiting =
            format!("CREATE INDEX {AWAITING} ON entries (awaits, state, id) WHERE awaits IS NOT NULL");
        manager.get_connection().execute_unprepared(&awaiting).await?;
        manager.drop_index(Index::drop().name(MEDIA).table("entries").to_owned()).await?;
        let of_video = Index::create().name(OF_VIDEO).table("entries").to_owned();
        manager.create_index(of_video.clone().col("media_key").col("user_id").col("id").to_owned()).await?;
        manager.create_table(rights()).await?;
        let held = Index::create().name("rights_held").table("rights").col("entry_id").to_owned();
        manager.create_index(held).await?;
        manager.create_table(aliases()).await?;
        let old = Index::create().name("aliases_age").table("aliases").col("created_at").to_owned();
        manager.create_index(old).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["aliases", "rights"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for index in [OF_VIDEO, AWAITING] {
            manager.drop_index(Index::drop().name(index).table("entries").to_owned()).await?;
        }
        for column in ["awaits", "awaits_since", "earlier", "slept"] {
            manager.alter_table(Table::alter().table("entries").drop_column(column).to_owned()).await?;
        }
        let media = Index::create().name(MEDIA).table("entries").col("media_key").to_owned();
        manager.create_index(media).await
    }
}

fn rights() -> TableCreateStatement {
    Table::create()
        .table("rights")
        .col(text("name").primary_key())
        // Held while this claim is live: it has the clock of the claim's lease and none of its own.
        .col(text("entry_id"))
        .col(big_integer("run_lease"))
        // When its work came to an end that counts for others as well, and why there is nothing, where there is.
        .col(big_integer_null("found_at"))
        .col(text_null("refusal"))
        .to_owned()
}

fn aliases() -> TableCreateStatement {
    Table::create()
        .table("aliases")
        .col(text("short").primary_key())
        .col(text("media_key"))
        .col(text("url"))
        .col(big_integer("created_at"))
        .to_owned()
}
