//! The journal's tables, one table a file, for SQLite and PostgreSQL alike.
//!
//! Ids are UUID version 7 as text, documents are JSON as text, and times are milliseconds since 1970 of
//! the database's own clock: the three kinds both databases keep in the same way.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod m20261122_000001_create_connections_table;
mod m20261122_000002_create_databases_table;
mod m20261122_000003_create_media_table;
mod m20261122_000004_create_entries_table;
mod m20261122_000005_let_entries_wait_in_turn;
mod m20261122_000006_create_breakers_table;
mod m20261122_000007_tell_users_apart;
mod m20261122_000008_tell_how_entries_went;
mod m20261122_000009_spread_polls;
mod m20261122_000010_remember_webhook_events;
mod m20261122_000012_import_collections;
mod m20261122_000013_settle_polls;
mod m20261122_000014_remember_what_we_wrote;
mod m20261123_000015_make_result_pages;
mod m20261123_000016_keep_covers;
mod m20261128_000017_share_videos;
mod m20261128_000019_keep_videos;
mod m20261128_000021_count_crashes;
mod m20261128_000022_keep_pieces;

/// All migrations in the order they are run.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_create_connections_table::Migration),
            Box::new(m20261122_000002_create_databases_table::Migration),
            Box::new(m20261122_000003_create_media_table::Migration),
            Box::new(m20261122_000004_create_entries_table::Migration),
            Box::new(m20261122_000005_let_entries_wait_in_turn::Migration),
            Box::new(m20261122_000006_create_breakers_table::Migration),
            Box::new(m20261122_000007_tell_users_apart::Migration),
            Box::new(m20261122_000008_tell_how_entries_went::Migration),
            Box::new(m20261122_000009_spread_polls::Migration),
            Box::new(m20261122_000010_remember_webhook_events::Migration),
            Box::new(m20261122_000012_import_collections::Migration),
            Box::new(m20261122_000013_settle_polls::Migration),
            Box::new(m20261122_000014_remember_what_we_wrote::Migration),
            Box::new(m20261123_000015_make_result_pages::Migration),
            Box::new(m20261123_000016_keep_covers::Migration),
            Box::new(m20261128_000017_share_videos::Migration),
            Box::new(m20261128_000019_keep_videos::Migration),
            Box::new(m20261128_000021_count_crashes::Migration),
            Box::new(m20261128_000022_keep_pieces::Migration),
        ]
    }
}
