//! A Notion with links to real clips, providers behind stand-ins, and the journal as it lies in the database.

use std::path::Path;
use std::time::Duration;

use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::EmulatedNotion;
use linkscribe::sandbox::{RunningSandbox, Sandbox, starter};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::life::{Life, PATIENCE};
use crate::support::providers::{KEY, ProviderStandIns, Service};
use crate::support::service::linkscribe;

pub struct World {
    pub notion: EmulatedNotion,
    pub providers: ProviderStandIns,
    pub folder: TempDir,
    pub rows: Vec<Uuid>,
    /// The journal's address.
    pub database: String,
    source: Uuid,
    clips: Clips,
    running: RunningSandbox,
}

/// One entry as the journal has it.
#[derive(Debug)]
pub struct Kept {
    pub state: String,
    pub attempts: i32,
    pub crashes: i32,
}

impl World {
    /// A world whose journal is an SQLite file in its folder.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("journal.db").display());
        Self::open_on(folder, database).await
    }

    /// A world whose journal has this address.
    pub async fn open_on(folder: TempDir, database: String) -> Self {
        let notion = EmulatedNotion::new();
        let starter = starter::open(&notion).unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        let sandbox = Sandbox::new(notion.clone(), starter.data_source, clips.clone());
        let running = sandbox.serve(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        let providers = ProviderStandIns::start().await;
        providers.say(&[(0.0, 4.0, "Chop two onions and fry them in butter.")]);
        providers.show(&["TOMATO SOUP"]);
        let (source, rows) = (starter.data_source, Vec::new());
        let world = Self { notion, providers, folder, rows, database, source, clips, running };
        let mut register = linkscribe(
            world.path(),
            &["register", "--token-env", "SECRET", "--database", &starter.database.to_string()],
        );
        register.env("SECRET", world.notion.token()).envs(world.settings());
        let output = register.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        world
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What a service in this world is told.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("NOTION_API_URL", self.running.url.clone()),
            ("DATABASE_URL", self.database.clone()),
            ("DOWNLOAD_EXTRA_HOSTS", self.running.url.trim_start_matches("http://").to_owned()),
            ("OPENAI_BASE_URL", self.providers.openai_url.to_string()),
            ("OPENAI_API_KEY", KEY.to_owned()),
            ("VISION_API_URL", self.providers.vision_url.to_string()),
            ("VISION_API_KEY", KEY.to_owned()),
            ("GEMINI_API_URL", self.providers.gemini_url.to_string()),
            ("GEMINI_API_KEY", KEY.to_owned()),
            // One key for all instances of this world.
            ("TOKEN_ENCRYPTION_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=".to_owned()),
        ]
    }

    /// Starts a service of this world.
    pub fn serve(&self) -> Life {
        Life::begin(self.path(), &self.settings())
    }

    /// The same with some settings more.
    pub fn serve_with(&self, more: &[(&'static str, String)]) -> Life {
        let mut settings = self.settings();
        settings.extend_from_slice(more);
        Life::begin(self.path(), &settings)
    }

    /// Saves links, each to a video of its own.
    pub async fn save(&mut self, links: usize) {
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.mp4")).unwrap();
        for _ in 0..links {
            let name = format!("soup-{}.mp4", self.rows.len());
            let name = self.clips.add_bytes(&name, sample.clone()).await.unwrap();
            let link = self.clips.url(&self.running.url, &name);
            self.rows.push(self.notion.add_row(self.source, &json!({ "Link": link })).unwrap());
        }
    }

    /// Saves the last link once more.
    pub fn save_again(&mut self) {
        let link = self.notion.words(*self.rows.last().unwrap(), "Link").unwrap();
        self.rows.push(self.notion.add_row(self.source, &json!({ "Link": link })).unwrap());
    }

    pub fn shown(&self, row: Uuid) -> String {
        self.notion.words(row, "Status").unwrap_or_default()
    }

    pub fn completed(&self) -> usize {
        self.rows.iter().filter(|row| self.shown(**row) == "completed").count()
    }

    /// Waits until every row is completed.
    pub async fn all_completed(&self) {
        let all = self.notion.until(|_| (self.completed() == self.rows.len()).then_some(()));
        let in_time = tokio::time::timeout(PATIENCE * 3, all).await;
        let shown: Vec<_> = self.rows.iter().map(|row| self.shown(*row)).collect();
        assert!(in_time.is_ok(), "{shown:?}");
    }

    /// Every row has its result, once, and every answer was paid for once.
    pub fn each_row_has_one_result(&self) {
        for row in &self.rows {
            assert_eq!(self.shown(*row), "completed");
            assert_eq!(self.notion.blocks(*row).iter().filter(|block| block["type"] == "callout").count(), 1);
        }
        for service in [Service::Speech, Service::Gemini] {
            let calls = self.providers.calls(service);
            assert_eq!(calls.started, self.rows.len(), "{service:?}: no answer is paid for twice: {calls:?}");
        }
    }

    /// Waits until this many calls of a service have arrived in all.
    pub async fn asked(&self, service: Service, times: usize) {
        let asked = async {
            while self.providers.calls(service).started < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("the provider is asked in time");
    }

    /// The entries as they lie in the database.
    pub async fn journal(&self) -> Vec<Kept> {
        let db = self.connect().await;
        let sql = "SELECT state, attempts, crashes FROM entries";
        let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        db.close().await.unwrap();
        let kept = |row: sea_orm::QueryResult| Kept {
            state: row.try_get("", "state").unwrap(),
            attempts: row.try_get("", "attempts").unwrap(),
            crashes: row.try_get("", "crashes").unwrap(),
        };
        found.into_iter().map(kept).collect()
    }

    pub async fn connect(&self) -> DatabaseConnection {
        Database::connect(&self.database).await.unwrap()
    }

    /// Every entry was handed back, and nobody holds it against it.
    pub async fn all_handed_back(&self) {
        for entry in self.journal().await {
            assert_ne!(entry.state, "running", "{entry:?}");
            assert_eq!((entry.attempts, entry.crashes), (0, 0), "{entry:?}");
        }
    }

    pub async fn close(self) {
        self.providers.stop().await;
        self.running.stop().await.unwrap();
    }
}

/// All providers answer after this time.
pub fn slow(providers: &ProviderStandIns, time: Duration) {
    for service in [Service::Speech, Service::Vision, Service::Gemini] {
        providers.delay(service, time);
    }
}
