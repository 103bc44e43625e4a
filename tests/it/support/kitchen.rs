//! A journal with one registered database, and a service made of doubles around it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use linkscribe::accounts::Hooks;
use linkscribe::actors::destinations::Destinations;
use linkscribe::actors::keepsake::Keeper;
use linkscribe::actors::outlines::Outlines;
use linkscribe::adapters::seal::Seal;
use linkscribe::adapters::store::{Store, StoreOptions};
use linkscribe::app::{Options, Ports, ResultPorts};
use linkscribe::domain::account::Kind;
use linkscribe::domain::breaker::Pauses;
use linkscribe::domain::cost::{MicroDollars, Prices};
use linkscribe::domain::entry::LinkDatabase;
use linkscribe::domain::keepsake::Keep;
use linkscribe::ports::{
    Accounts, Breakers, Journal, NewConnection, NewDatabase, Registry, ResultPages, Tokens,
};
use tempfile::TempDir;
use url::Url;

use super::both::{On, Place};
use super::fakes::{
    FakeModel, FakeOpener, FakeReader, FakeSource, FakeSpeech, FakeWorkspace, NoCatalogue, Script, mapping,
};

/// Links that lead to different videos.
pub fn links(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("https://www.tiktok.com/@cook/video/{index}")).collect()
}

/// What the doubles ask for; the defaults of the settings.
pub fn prices() -> Prices {
    Prices {
        speech_per_minute: MicroDollars(6_000),
        image_per_1000: MicroDollars(1_500_000),
        tokens_in_per_million: MicroDollars(300_000),
        tokens_out_per_million: MicroDollars(2_500_000),
    }
}

/// A journal in a temporary folder with one registered database.
pub struct Kitchen {
    pub store: Arc<Store>,
    pub database: LinkDatabase,
    /// Where the journal is.
    pub place: Place,
    pub folder: TempDir,
}

impl Kitchen {
    pub async fn open() -> Self {
        Self::open_on(On::Sqlite).await
    }

    pub async fn open_on(on: On) -> Self {
        Self::open_with(on, StoreOptions::default()).await
    }

    /// A kitchen that leaves parties out of order alone only for a moment.
    pub async fn open_impatient() -> Self {
        Self::open_impatient_on(On::Sqlite).await
    }

    pub async fn open_impatient_on(on: On) -> Self {
        let moment = Duration::from_millis(200);
        let pauses = Pauses { first: moment, longest: moment, trial: moment };
        Self::open_with(on, StoreOptions { pauses, ..StoreOptions::default() }).await
    }

    /// A kitchen that leaves parties out of order alone for longer than any test takes.
    pub async fn open_patient() -> Self {
        let hour = Duration::from_hours(1);
        let pauses = Pauses { first: hour, longest: hour, trial: hour };
        Self::open_with(On::Sqlite, StoreOptions { pauses, ..StoreOptions::default() }).await
    }

    async fn open_with(on: On, options: StoreOptions) -> Self {
        let options = StoreOptions { prices: prices(), ..options };
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::from_file_or_new(&folder.path().join("token.key")).unwrap();
        let place = Place::fresh(on, &folder).await;
        let store = Arc::new(Store::open_with(&place.url, seal, options).await.unwrap());
        let cook = NewConnection {
            person: "cook".into(),
            bot: "cook".into(),
            workspace_id: "kitchen".into(),
            workspace: "Kitchen".into(),
            tokens: Tokens::lasting("secret"),
        };
        let (user, connection) = store.keep_connection(cook).await.unwrap();
        let database = NewDatabase {
            user,
            connection,
            kind: Kind::Link,
            tag: None,
            notion_database: "database".into(),
            data_source: "source".into(),
            title: "Saved videos".into(),
            mapping: mapping(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        let id = store.keep_database(database).await.unwrap().unwrap();
        let mut database = store.database(id).await.unwrap().unwrap();
        database.registered_at = None;
        Self { store, database, place, folder }
    }

    pub fn work_root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Where no results become pages of their own.
    pub fn results(&self) -> ResultPorts {
        let pages = Arc::clone(&self.store) as Arc<dyn ResultPages>;
        let (covers, keepsakes) = (self.store.clone(), self.store.clone());
        ResultPorts { maker: Arc::new(NoCatalogue), pages, covers, keepsakes }
    }

    /// The same for one stage.
    pub fn destinations(&self) -> Destinations {
        let ResultPorts { maker, pages, covers, keepsakes } = self.results();
        let (registry, accounts) = (self.store.clone(), self.store.clone());
        Destinations { registry, accounts, maker, pages, covers, keepsakes, outlines: Outlines::default() }
    }

    /// Keeps files in a workspace, for one stage.
    pub fn keeper(&self, workspace: Arc<FakeWorkspace>) -> Keeper {
        Keeper { workspace, memory: self.store.clone() }
    }

    /// A service of doubles that all work.
    pub fn ports(&self, workspace: Arc<FakeWorkspace>) -> Ports {
        Ports {
            journal: Arc::clone(&self.store) as Arc<dyn Journal>,
            accounts: Arc::clone(&self.store) as Arc<dyn Accounts>,
            registry: Arc::clone(&self.store) as Arc<dyn Registry>,
            front: None,
            hooks: Some(Hooks { webhooks: self.store.clone(), secret: None }),
            breakers: Arc::clone(&self.store) as Arc<dyn Breakers>,
            workspace,
            catalogue: Arc::new(NoCatalogue),
            results: self.results(),
            source: Arc::new(FakeSource(Script::works())),
            opener: Arc::new(FakeOpener(Script::works())),
            speech: Some(Arc::new(FakeSpeech::new(Script::works()))),
            speech_seats: 2,
            reader: Some(Arc::new(FakeReader(Script::works()))),
            reader_seats: 2,
            summary: Arc::new(FakeModel(Script::works())),
            map: None,
            importing: None,
        }
    }

    /// A brisk pace.
    pub fn options(&self, max_in_flight: u32) -> Options {
        let mut options = Options::usual(
            Url::parse("http://localhost:8080").unwrap(),
            self.work_root(),
            max_in_flight,
            Duration::from_millis(50),
        );
        options.patience = Duration::from_millis(1);
        options.luck = || 0.0;
        options
    }
}
