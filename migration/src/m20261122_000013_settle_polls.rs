//! How polls went, and for whom a data source is watched: for one user alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Of two who register a data source at the same instant one wins.
const WATCHED: &str = "databases_watched";

/// Where two had a data source registered, the earlier one whose connection is open goes on.
const OPEN_ONES: &str = "UPDATE databases SET watched = data_source WHERE id IN \
     (SELECT MIN(one.id) FROM databases AS one JOIN connections ON connections.id = one.connection_id \
     WHERE one.kind = 'link' AND connections.revoked_at IS NULL GROUP BY one.data_source)";

/// What nobody else has stays with those whose connection was revoked.
const OTHERS: &str = "UPDATE databases SET watched = data_source WHERE id IN \
     (SELECT MIN(one.id) FROM databases AS one WHERE one.kind = 'link' AND NOT EXISTS \
     (SELECT 1 FROM databases AS other WHERE other.watched = one.data_source) GROUP BY one.data_source)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            // In a row; none once a poll works or the owner does something about it.
            integer("failed_polls").default(0).to_owned(),
            // The data source, in the one link database that is asked for it.
            text_null("watched"),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("databases").add_column(column).to_owned()).await?;
        }
        for statement in [OPEN_ONES, OTHERS] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        let once = Index::create().name(WATCHED).table("databases").col("watched").unique().to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(WATCHED).table("databases").to_owned()).await?;
        for column in ["watched", "failed_polls"] {
            manager.alter_table(Table::alter().table("databases").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
