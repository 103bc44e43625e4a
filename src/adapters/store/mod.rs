//! The journal and the registry in one SQL database: SQLite in a file, or PostgreSQL.
//!
//! Both databases run the same statements, built once; what differs (the clock, how a connection is
//! opened, which errors pass by themselves) stands in `clock`, `open` and `error`. Every operation has a
//! time limit, so that a stalled database is waited for and never a worker that hangs.

mod accounts;
mod breakers;
mod checkpoints;
mod claims;
mod clock;
mod covers;
mod crashes;
mod endings;
mod enqueue;
mod error;
mod imports;
mod journal;
mod keepsakes;
mod open;
mod payments;
mod pieces;
mod polls;
mod registry;
mod result_pages;
mod retry;
mod rights;
mod sharing;
mod sweep;
mod tables;
mod text;
mod timeline;
mod tokens;
mod views;
mod waking;
mod watching;
mod webhooks;

use std::future::Future;
use std::time::Duration;

use anyhow::anyhow;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::Notify;

use self::timeline::Lines;
use crate::adapters::seal::Seal;
use crate::domain::breaker::Pauses;
use crate::domain::cost::Prices;
use crate::failure::{Failure, Outcome};

/// How long a claim lasts without a beat. Long enough to survive a slow database for some beats, short
/// enough that the entry of a dead worker goes on within half a minute.
pub const LEASE: Duration = Duration::from_secs(20);

/// Longest time for one operation, waiting for a connection included; well below [`LEASE`], so that a
/// beat that hangs fails in time for another one.
const LONGEST_OPERATION: Duration = Duration::from_secs(8);

/// What may be chosen about a store.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// How long a claim lasts without a beat. Zero gives claims that have run out as soon as they are
    /// made, which is how tests play a worker that died.
    pub lease: Duration,
    /// How long parties out of order are left alone.
    pub pauses: Pauses,
    /// What the paid engines cost.
    pub prices: Prices,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { lease: LEASE, pauses: Pauses::default(), prices: Prices::default() }
    }
}

/// The journal and the registry, kept in one database.
#[derive(Debug)]
pub struct Store {
    db: DatabaseConnection,
    seal: Seal,
    options: StoreOptions,
    lines: Lines,
    woken: Notify,
}

impl Store {
    /// Opens a database (`sqlite:` or `postgres:` address), brings its tables up to date and seals every
    /// token with the newest key. An SQLite file and its folder are made where they are missing.
    ///
    /// Fails as waiting while the database cannot be reached, and as a bug when the address is none or
    /// when the keys open not a single token.
    pub async fn open(database_url: &str, seal: Seal) -> Outcome<Self> {
        Self::open_with(database_url, seal, StoreOptions::default()).await
    }

    /// Opens a database with options of one's own.
    pub async fn open_with(database_url: &str, seal: Seal, options: StoreOptions) -> Outcome<Self> {
        let db = open::connect(database_url).await?;
        let store = Self { db, seal, options, lines: Lines::default(), woken: Notify::new() };
        store.migrate().await?;
        store.seal_again().await?;
        store.seal_webhook_token_again().await?;
        Ok(store)
    }

    /// Closes all connections; SQLite folds its log back into the file.
    pub async fn close(self) -> Outcome<()> {
        Ok(self.db.close().await?)
    }

    /// Runs one operation under the time limit and names it in its failure.
    async fn within<T>(
        &self,
        doing: &'static str,
        operation: impl Future<Output = Outcome<T>> + Send,
    ) -> Outcome<T> {
        let done = tokio::time::timeout(LONGEST_OPERATION, operation).await;
        done.unwrap_or_else(|_| {
            let seconds = LONGEST_OPERATION.as_secs();
            Err(Failure::wait(None, anyhow!("the database gave no answer within {seconds} s")))
        })
        .map_err(|failure| failure.context(doing))
    }

    /// Begins a transaction that may write. SQLite takes the lock at once: taking it later, after a read,
    /// fails without waiting when somebody else wrote in between.
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.db.begin_with_options(options).await
    }
}
