//! Users, their sessions and connections, and the databases they keep: every row knows whose it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What told connections apart before.
const BY_NAME: &str = "connections_owner_workspace";

/// Authorising the same workspace again replaces its tokens.
const BY_BOT: &str = "connections_bot";

/// A connection's turn became its user's.
const OLD_TURNS: &str = "connections_turns";

/// The last turn there was is read off its end.
const TURNS: &str = "users_turns";

/// A tag names one content database of a user.
const BY_TAG: &str = "databases_user_tag";

/// A user's databases.
const OF_USER: &str = "databases_user";

/// Sessions that have run out are removed.
const RUN_OUT: &str = "sessions_expires_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make_users(manager).await?;
        for column in connection_columns() {
            manager.alter_table(Table::alter().table("connections").add_column(column).to_owned()).await?;
        }
        for column in database_columns() {
            manager.alter_table(Table::alter().table("databases").add_column(column).to_owned()).await?;
        }
        fill(manager).await?;
        drop_index(manager, BY_NAME, "connections").await?;
        drop_index(manager, OLD_TURNS, "connections").await?;
        for column in ["owner", "served"] {
            manager.alter_table(Table::alter().table("connections").drop_column(column).to_owned()).await?;
        }
        let turn = Table::alter().table("entries").rename_column("connection_id", "user_id").to_owned();
        manager.alter_table(turn).await?;
        let of_user = Index::create().name(OF_USER).table("databases").col("user_id").to_owned();
        manager.create_index(of_user).await?;
        unique(manager, BY_BOT, "connections", &["user_id", "bot_id"]).await?;
        unique(manager, BY_TAG, "databases", &["user_id", "tag"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, BY_TAG, "databases").await?;
        drop_index(manager, OF_USER, "databases").await?;
        drop_index(manager, BY_BOT, "connections").await?;
        let turn = Table::alter().table("entries").rename_column("user_id", "connection_id").to_owned();
        manager.alter_table(turn).await?;
        for column in [text("owner").default("").to_owned(), big_integer("served").default(0).to_owned()] {
            manager.alter_table(Table::alter().table("connections").add_column(column).to_owned()).await?;
        }
        let connection = manager.get_connection();
        for statement in [
            "UPDATE connections SET owner = id",
            "UPDATE entries SET connection_id = \
             (SELECT connection_id FROM databases WHERE databases.id = entries.database_id)",
        ] {
            connection.execute_unprepared(statement).await?;
        }
        for column in ["user_id", "kind", "tag", "trouble"] {
            manager.alter_table(Table::alter().table("databases").drop_column(column).to_owned()).await?;
        }
        for column in ["user_id", "bot_id", "workspace_id", "refresh_token", "revoked_at", "renewing_until"] {
            manager.alter_table(Table::alter().table("connections").drop_column(column).to_owned()).await?;
        }
        unique(manager, BY_NAME, "connections", &["owner", "workspace"]).await?;
        let turns = Index::create().name(OLD_TURNS).table("connections").col("served").to_owned();
        manager.create_index(turns).await?;
        manager.drop_table(Table::drop().table("sessions").to_owned()).await?;
        manager.drop_table(Table::drop().table("users").to_owned()).await
    }
}

async fn make_users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let users = Table::create()
        .table("users")
        .col(text("id").primary_key())
        // Who they are at Notion, where they signed in; else the token they registered with.
        .col(text("person").unique_key())
        // The number of the last turn they had: the smallest is next.
        .col(big_integer("served").default(0))
        .col(big_integer("created_at"))
        .to_owned();
    manager.create_table(users).await?;
    let turns = Index::create().name(TURNS).table("users").col("served").to_owned();
    manager.create_index(turns).await?;
    let sessions = Table::create()
        .table("sessions")
        // SHA-256 of what the cookie holds: who reads this table opens no session with it.
        .col(text("hash").primary_key())
        .col(text("user_id"))
        .col(big_integer("expires_at"))
        .col(big_integer("created_at"))
        .foreign_key(
            ForeignKey::create()
                .name("sessions_user")
                .from("sessions", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    manager.create_table(sessions).await?;
    let run_out = Index::create().name(RUN_OUT).table("sessions").col("expires_at").to_owned();
    manager.create_index(run_out).await
}

fn connection_columns() -> [ColumnDef; 6] {
    [
        text("user_id").default("").to_owned(),
        // Notion's id of the integration in this workspace for this person.
        text("bot_id").default("").to_owned(),
        text("workspace_id").default("").to_owned(),
        // Sealed, as the token is; none for integration tokens.
        text_null("refresh_token"),
        // Since when Notion refuses it.
        big_integer_null("revoked_at"),
        // Until then one instance is buying a new pair of tokens.
        big_integer_null("renewing_until"),
    ]
}

fn database_columns() -> [ColumnDef; 4] {
    [
        text("user_id").default("").to_owned(),
        // link | content
        text("kind").default("link").to_owned(),
        text_null("tag"),
        // What is wrong with its columns, for its owner.
        text_null("trouble"),
    ]
}

/// Whoever was connected before becomes a user of their own.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in [
        "INSERT INTO users (id, person, served, created_at) \
         SELECT id, 'connection:' || id, served, created_at FROM connections",
        "UPDATE connections SET user_id = id, bot_id = owner",
        "UPDATE databases SET user_id = connection_id",
    ] {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn unique(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create().name(name).table(table).unique().to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

async fn drop_index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).table(table).to_owned()).await
}
