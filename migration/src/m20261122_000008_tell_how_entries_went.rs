//! Entries tell how they went: the time line of their run, what was paid for them, lists for their owner.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, text, text_null};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The queue the claim looks into; see [`queue_apart`].
const IN_TURN: &str = "entries_in_turn";

/// A user's entries, newest first: ids sort by the time they were made.
const OF_USER: &str = "entries_user_list";

/// The same, at one status.
const OF_USER_BY_STATUS: &str = "entries_user_status";

/// Those of one database, at one status.
const OF_DATABASE_BY_STATUS: &str = "entries_database_status";

/// What moved lately, for who watches.
const MOVED: &str = "entries_user_moved";

/// What a user paid in a month.
const PAID_BY: &str = "payments_user";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in columns() {
            manager.alter_table(Table::alter().table("entries").add_column(column).to_owned()).await?;
        }
        queue_apart(manager).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(payments()).await?;
        let paid_by =
            Index::create().name(PAID_BY).table("payments").col("user_id").col("paid_at").to_owned();
        manager.create_index(paid_by).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("payments").to_owned()).await?;
        for name in [OF_USER, OF_USER_BY_STATUS, OF_DATABASE_BY_STATUS, MOVED] {
            manager.drop_index(Index::drop().name(name).table("entries").to_owned()).await?;
        }
        manager.drop_index(Index::drop().name(IN_TURN).table("entries").to_owned()).await?;
        for column in ["steps", "earlier_runs", "asked_again", "turn"] {
            manager.alter_table(Table::alter().table("entries").drop_column(column).to_owned()).await?;
        }
        manager.create_index(in_turn("user_id")).await
    }
}

/// The claim's index is on a column of its own, which always says whose entry it is: PostgreSQL would look for
/// who waits through the lists' indexes otherwise, and read all that is done.
async fn queue_apart(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite adds no stored column, PostgreSQL below 18 knows no other.
    let kept = if manager.get_database_backend() == DbBackend::Postgres { "STORED" } else { "VIRTUAL" };
    let turn = format!("ALTER TABLE entries ADD COLUMN turn TEXT GENERATED ALWAYS AS (user_id) {kept}");
    manager.get_connection().execute_unprepared(&turn).await?;
    manager.drop_index(Index::drop().name(IN_TURN).table("entries").to_owned()).await?;
    manager.create_index(in_turn("turn")).await
}

fn in_turn(whose: &'static str) -> IndexCreateStatement {
    let mut index = Index::create().name(IN_TURN).table("entries").to_owned();
    for column in ["state", "lane", whose, "not_before", "id"] {
        index.col(column);
    }
    index
}

fn columns() -> [ColumnDef; 3] {
    [
        // The time line of the present run, as JSON.
        text_null("steps"),
        integer("earlier_runs").default(0).to_owned(),
        // 1: its owner asked for another run, whatever the row says.
        integer("asked_again").default(0).to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str| Index::create().name(name).table("entries").to_owned();
    vec![
        index(OF_USER).col("user_id").col("id").to_owned(),
        index(OF_USER_BY_STATUS).col("user_id").col("status").col("id").to_owned(),
        index(OF_DATABASE_BY_STATUS).col("database_id").col("status").col("id").to_owned(),
        index(MOVED).col("user_id").col("updated_at").to_owned(),
    ]
}

/// What was paid, once for each claim and engine. It outlives its entry: a month's sum must not shrink when
/// old entries are removed.
fn payments() -> TableCreateStatement {
    Table::create()
        .table("payments")
        .col(text("entry_id"))
        .col(big_integer("run_lease"))
        // speech | screen | note
        .col(text("what"))
        .col(text("user_id"))
        .col(big_integer("speech_ms"))
        .col(big_integer("images"))
        .col(big_integer("tokens_in"))
        .col(big_integer("tokens_out"))
        .col(big_integer("calls"))
        // Millionths of a dollar, at the price of that moment.
        .col(big_integer("amount"))
        .col(big_integer("paid_at"))
        .primary_key(Index::create().col("entry_id").col("run_lease").col("what"))
        .foreign_key(
            ForeignKey::create()
                .name("payments_user")
                .from("payments", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
