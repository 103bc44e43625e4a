//! Old collections: imports, and the links each of them makes rows of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, integer, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(imports()).await?;
        manager.create_table(items()).await?;
        let index = |name: &str, table: &'static str| Index::create().name(name).table(table).to_owned();
        for index in [
            // The next one that is due.
            index("imports_due", "imports").col("state").col("not_before").to_owned(),
            index("imports_database", "imports").col("database_id").col("id").to_owned(),
            index("imports_user", "imports").col("user_id").col("id").to_owned(),
            // The next links of an import, and how many are where.
            index("import_items_state", "import_items")
                .col("import_id")
                .col("state")
                .col("position")
                .to_owned(),
            // Whether another import has the same video.
            index("import_items_key", "import_items").col("media_key").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_items").to_owned()).await?;
        manager.drop_table(Table::drop().table("imports").to_owned()).await
    }
}

fn imports() -> TableCreateStatement {
    Table::create()
        .table("imports")
        .col(text("id").primary_key())
        .col(text("user_id"))
        .col(text("database_id"))
        // Whose requests it uses: one import at a time for each.
        .col(text("connection_id"))
        // previewed | running | paused | cancelled | done
        .col(text("state"))
        // Why it is paused, for its owner.
        .col(text_null("why"))
        // What was found in the file, as a document.
        .col(text("preview"))
        .col(boolean("all_rows_compared"))
        .col(big_integer("run_lease"))
        .col(text_null("lease_owner"))
        .col(big_integer_null("lease_until"))
        .col(big_integer("not_before"))
        // Tries in a row whose outcome nobody knows.
        .col(integer("stumbles"))
        // When a preview nobody says yes to is forgotten.
        .col(big_integer("expires_at"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .foreign_key(
            ForeignKey::create()
                .name("imports_database")
                .from("imports", "database_id")
                .to("databases", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn items() -> TableCreateStatement {
    Table::create()
        .table("import_items")
        .col(text("import_id"))
        .col(integer("position"))
        .col(text("media_key"))
        .col(text("link"))
        .col(text_null("title"))
        .col(boolean("liked"))
        // planned | making | made | skipped | failed
        .col(text("state"))
        .col(text_null("why"))
        .col(text_null("page_id"))
        .col(big_integer("updated_at"))
        .primary_key(Index::create().col("import_id").col("position"))
        .foreign_key(
            ForeignKey::create()
                .name("import_items_import")
                .from("import_items", "import_id")
                .to("imports", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
