//! Opens the database and brings its tables up to date.
//!
//! An address is never quoted in an error: it may hold a password.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend};
use tokio::time::{Instant, sleep};
use url::Url;

use super::{LONGEST_OPERATION, Store};
use crate::failure::{Failure, Kind, Outcome};

/// How long to wait for a connection, made anew or given back by somebody.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long SQLite waits for another process to finish writing.
const BUSY: Duration = Duration::from_secs(5);

/// How often a file is tried to be opened that somebody else is just opening.
const OPEN_AGAIN: Duration = Duration::from_millis(20);

/// PostgreSQL gives up a statement by itself shortly before we stop waiting for it.
const STATEMENT: Duration = Duration::from_secs(7);

/// PostgreSQL connections of one instance. The work is video, not SQL: a handful never waits, and some
/// instances together stay below the 25 of a small server.
const POSTGRES_CONNECTIONS: u32 = 6;

/// One connection for SQLite: it has one writer anyway, and a queue before the pool is fair where its lock
/// is not. A statement takes a fraction of a millisecond.
const SQLITE_CONNECTIONS: u32 = 1;

/// How long a change of the tables may take, waiting for another instance's included: it rewrites all rows.
const MIGRATION: &str = "10min";

/// The number of the lock that two instances starting together take in turn; any will do, ours spells
/// `lnkscrib` in ASCII.
const MIGRATION_LOCK: i64 = 0x6c6e_6b73_6372_6962;

/// Connects to the database at this address.
pub(super) async fn connect(database_url: &str) -> Outcome<DatabaseConnection> {
    let refused = || Failure::bug(anyhow!("DATABASE_URL is neither an sqlite: nor a postgres: address"));
    let scheme = Url::parse(database_url).map_err(|_| refused())?.scheme().to_owned();
    let mut options = ConnectOptions::new(database_url);
    // Values are never logged; the statements themselves tell nothing a failure does not tell.
    options.sqlx_logging(false).record_stmt_in_spans(false).connect_timeout(ACQUIRE).acquire_timeout(ACQUIRE);
    match scheme.as_str() {
        "sqlite" => {
            for_sqlite(&mut options, database_url).map_err(Failure::bug)?;
            return patiently(&options).await;
        }
        "postgres" | "postgresql" => for_postgres(&mut options),
        _ => return Err(refused()),
    }
    Ok(Database::connect(options).await?)
}

/// Two processes that open a new file at once: the one that comes second to change its mode of writing is
/// refused at once, whatever it was told about waiting (<https://www.sqlite.org/wal.html>, 8).
async fn patiently(options: &ConnectOptions) -> Outcome<DatabaseConnection> {
    let until = Instant::now() + BUSY;
    loop {
        match Database::connect(options.clone()).await.map_err(Failure::from) {
            Err(failure) if matches!(failure.kind, Kind::Wait { .. }) && Instant::now() < until => {
                sleep(OPEN_AGAIN).await;
            }
            opened => return opened,
        }
    }
}

fn for_sqlite(options: &mut ConnectOptions, database_url: &str) -> anyhow::Result<()> {
    let file: SqliteConnectOptions = database_url.parse()?;
    if let Some(folder) = file.get_filename().parent().filter(|folder| *folder != Path::new("")) {
        // What is said in people's videos is theirs: nobody else on the machine gets to list the folder.
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    options
        .max_connections(SQLITE_CONNECTIONS)
        .min_connections(SQLITE_CONNECTIONS)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(|file| {
            file.create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(BUSY)
                .journal_mode(SqliteJournalMode::Wal)
                // A checkpoint that was acknowledged survives a power cut; it saves a paid call.
                .synchronous(SqliteSynchronous::Full)
        });
    Ok(())
}

fn for_postgres(options: &mut ConnectOptions) {
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .set_application_name("linkscribe")
        .statement_timeout(STATEMENT)
        .map_sqlx_postgres_opts(|session| {
            // An instance that freezes in the middle of a transaction must not keep its locks.
            let limit = LONGEST_OPERATION.as_millis().to_string();
            session.options([("idle_in_transaction_session_timeout", limit)])
        });
}

impl Store {
    /// Creates or changes the tables, one instance at a time.
    pub(super) async fn migrate(&self) -> Outcome<()> {
        let transaction = self.begin().await?;
        if self.db.get_database_backend() == DbBackend::Postgres {
            transaction
                .execute_unprepared(&format!(
                    "SET LOCAL statement_timeout = '{MIGRATION}'; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
                ))
                .await?;
        }
        Migrator::up(&transaction, None).await?;
        Ok(transaction.commit().await?)
    }
}
