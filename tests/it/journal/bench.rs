//! A place to try the journal at: a fresh database with one workspace and one database registered.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::seal::Seal;
use linkscribe::adapters::store::{Store, StoreOptions};
use linkscribe::domain::account::Kind;
use linkscribe::domain::entry::{Claimed, ConnectionId, DatabaseId, Enqueued, FoundRow, Lane, UserId};
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::mapping::Mapping;
use linkscribe::ports::{Accounts, Breakers, Journal, NewConnection, NewDatabase, Registry, Tokens};
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use tempfile::TempDir;

use crate::support::postgres::{self, FreshDatabase};

/// 32 bytes in base64.
pub(super) const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// Another 32 bytes.
pub(super) const OTHER_KEY: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
/// The token of the connection every bench has.
pub(super) const TOKEN: &str = "ntn_canary_4711";

/// What the promises are tried on.
pub(super) struct Bench {
    /// The address of the database.
    pub(super) url: String,
    /// The journal.
    pub(super) journal: Arc<dyn Journal>,
    /// The same journal in the hands of a worker that dies at once: its claims have run out when they are made.
    pub(super) dying: Arc<dyn Journal>,
    /// Who is out of order, as two instances see it.
    pub(super) breakers: [Arc<dyn Breakers>; 2],
    /// The registry.
    pub(super) registry: Arc<dyn Registry>,
    /// Who uses the service.
    pub(super) accounts: Arc<dyn Accounts>,
    /// Whose connection it is.
    pub(super) user: UserId,
    /// The connection that is registered.
    pub(super) connection: ConnectionId,
    /// The database that is registered.
    pub(super) database: DatabaseId,
    _place: Place,
}

/// What has to live as long as the bench.
enum Place {
    File { _folder: TempDir },
    Server { _database: FreshDatabase },
}

/// The keys the tests seal with.
pub(super) fn keys(text: &str) -> Seal {
    Seal::parse(&SecretString::from(text)).unwrap()
}

impl Bench {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("data/linkscribe.db").display());
        Box::pin(Self::at(url, Place::File { _folder: folder })).await
    }

    pub(super) async fn postgres() -> Self {
        let database = postgres::fresh_database().await;
        Box::pin(Self::at(database.url.clone(), Place::Server { _database: database })).await
    }

    /// Two instances start at the same moment on an empty database.
    async fn at(url: String, place: Place) -> Self {
        let gone = StoreOptions { lease: Duration::ZERO, ..StoreOptions::default() };
        let (store, dying) =
            tokio::join!(Store::open(&url, keys(KEY)), Store::open_with(&url, keys(KEY), gone));
        let (store, dying) = (Arc::new(store.unwrap()), Arc::new(dying.unwrap()));
        let (user, connection) = store.keep_connection(new_connection("ada", TOKEN)).await.unwrap();
        let database = store.keep_database(new_database(user, connection, "rows")).await.unwrap().unwrap();
        Self {
            url,
            journal: store.clone(),
            breakers: [store.clone(), dying.clone()],
            accounts: store.clone(),
            registry: store,
            user,
            dying,
            connection,
            database,
            _place: place,
        }
    }

    /// The same database, opened once more.
    pub(super) async fn reopened(&self) -> Store {
        Store::open(&self.url, keys(KEY)).await.unwrap()
    }

    /// The database without the store before it.
    pub(super) async fn raw(&self) -> sea_orm::DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    pub(super) fn row(&self, page: &str) -> FoundRow {
        FoundRow {
            database: self.database,
            page: page.into(),
            link: format!("https://video.example/{page}"),
            lane: Lane::New,
        }
    }

    /// Queues a row that is new.
    pub(super) async fn queue(&self, page: &str) {
        let looked_at = self.next_moment().await;
        let queued = self.journal.enqueue(&self.row(page), looked_at).await.unwrap();
        assert_eq!(queued, Enqueued::Queued);
    }

    /// The store's clock once it has moved on: what ended a moment ago may have ended in the same millisecond.
    async fn next_moment(&self) -> i64 {
        let now = self.journal.now().await.unwrap();
        loop {
            let later = self.journal.now().await.unwrap();
            if later > now {
                return later;
            }
        }
    }

    /// Another user with a registered database.
    pub(super) async fn user(&self, name: &str) -> DatabaseId {
        let kept = self.accounts.keep_connection(new_connection(name, "ntn_other")).await;
        let (user, connection) = kept.unwrap();
        self.registry
            .keep_database(new_database(user, connection, &format!("rows of {name}")))
            .await
            .unwrap()
            .unwrap()
    }

    /// Queues so many rows of a user, named after the user and numbered from 0, in their order.
    pub(super) async fn queue_for(&self, database: DatabaseId, name: &str, lane: Lane, rows: u32) {
        for number in 0..rows {
            let row = FoundRow { database, lane, ..self.row(&format!("{name} {number}")) };
            assert_eq!(self.journal.enqueue(&row, 0).await.unwrap(), Enqueued::Queued);
        }
    }

    /// Changes the database behind the store's back.
    pub(super) async fn change(&self, statement: &str) {
        let raw = self.raw().await;
        raw.execute_unprepared(statement).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Claims the next entry, which there is.
    pub(super) async fn claim(&self) -> Claimed {
        self.journal.claim("worker").await.unwrap().expect("an entry that is due")
    }

    /// Nothing is due.
    pub(super) async fn nothing_is_due(&self) -> bool {
        self.journal.claim("worker").await.unwrap().is_none()
    }
}

pub(super) fn new_connection(owner: &str, token: &str) -> NewConnection {
    NewConnection {
        person: owner.into(),
        bot: owner.into(),
        workspace_id: "home".into(),
        workspace: "Home".into(),
        tokens: Tokens::lasting(token),
    }
}

pub(super) fn new_database(user: UserId, connection: ConnectionId, data_source: &str) -> NewDatabase {
    NewDatabase {
        user,
        connection,
        kind: Kind::Link,
        tag: None,
        notion_database: format!("database of {data_source}"),
        data_source: data_source.into(),
        title: "Saved videos".into(),
        mapping: Mapping { link: "aa%3A".into(), reason: Some("bb".into()), ..Mapping::default() },
        instructions: Some("prices in euros".into()),
        language: Some("de".into()),
        keep: Keep::Audio,
    }
}
