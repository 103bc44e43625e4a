//! A link database with many rows, each with a clip of its own, strict stand-ins for the paid engines, and
//! the real program between them.

use std::time::Duration;

use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::EmulatedNotion;
use linkscribe::sandbox::{RunningSandbox, Sandbox, starter};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::providers::{Calls, KEY, ProviderStandIns, Service as Engine};
use crate::support::service::{Service, linkscribe};

/// No row takes longer, outages included, except on a machine that hangs.
const PATIENCE: Duration = Duration::from_mins(3);

/// How often the stand-ins are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub struct World {
    pub notion: EmulatedNotion,
    pub providers: ProviderStandIns,
    source: Uuid,
    database: Uuid,
    running: RunningSandbox,
    clips: Clips,
    sample: Vec<u8>,
    folder: Option<TempDir>,
    settings: Vec<(String, String)>,
}

/// What the journal has counted over all entries.
#[derive(Debug, PartialEq, Eq)]
pub struct Counted {
    pub attempts: i64,
    pub crashes: i64,
}

/// Nothing was held against any entry.
pub const NOTHING: Counted = Counted { attempts: 0, crashes: 0 };

/// What a failed test shows.
fn end_of_log(service: &Service) {
    for line in service.lines.iter().rev().take(80).rev() {
        println!("{line}");
    }
}

impl World {
    /// Opens everything but the program. Without an address the journal is a file.
    pub async fn open(database_url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notion = EmulatedNotion::new();
        let database = starter::open(&notion).unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        let sandbox = Sandbox::new(notion.clone(), database.data_source, clips.clone());
        let running = sandbox.serve(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        let providers = ProviderStandIns::start().await;
        providers.say(&[(0.0, 4.0, "Chop two onions and fry them in butter.")]);
        providers.show(&["TOMATO SOUP", "20 minutes"]);
        let file = format!("sqlite://{}", folder.path().join("journal.db").display());
        let settings = [
            ("NOTION_API_URL", running.url.as_str()),
            ("DOWNLOAD_EXTRA_HOSTS", running.url.trim_start_matches("http://")),
            ("DATABASE_URL", database_url.unwrap_or(&file)),
            ("OPENAI_BASE_URL", providers.openai_url.as_str()),
            ("OPENAI_API_KEY", KEY),
            ("VISION_API_URL", providers.vision_url.as_str()),
            ("VISION_API_KEY", KEY),
            ("GEMINI_API_URL", providers.gemini_url.as_str()),
            ("GEMINI_API_KEY", KEY),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.mp4")).unwrap();
        let (source, database) = (database.data_source, database.database);
        Self { notion, providers, source, database, running, clips, sample, folder: Some(folder), settings }
    }

    /// Another setting of the program.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The address of the journal.
    pub fn database_url(&self) -> String {
        self.settings.iter().find(|(name, _)| name == "DATABASE_URL").unwrap().1.clone()
    }

    /// Registers the link database and starts the program.
    pub async fn serve(&mut self) -> Service {
        self.register().await;
        self.start().await
    }

    /// Registers the link database.
    pub async fn register(&self) {
        let (folder, database) = (self.folder.as_ref().unwrap(), self.database.to_string());
        let mut command =
            linkscribe(folder.path(), &["register", "--token-env", "SECRET", "--database", &database]);
        command.env("SECRET", self.notion.token());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts the program.
    pub async fn start(&mut self) -> Service {
        let settings: Vec<(&str, &str)> =
            self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Service::start(self.folder.take().unwrap(), &settings).await
    }

    /// Saves so many links, each to a clip nobody has seen before.
    pub async fn save_links(&self, how_many: usize) -> Vec<Uuid> {
        let mut rows = Vec::new();
        for _ in 0..how_many {
            let name = self.clips.add_bytes("soup.mp4", self.sample.clone()).await.unwrap();
            let link = self.clips.url(&self.running.url, &name);
            rows.push(self.notion.add_row(self.source, &json!({ "Link": link })).unwrap());
        }
        rows
    }

    /// Waits until every row has this status, while the log is read.
    pub async fn all(&self, service: &mut Service, rows: &[Uuid], wanted: &str) {
        let statuses = |notion: &EmulatedNotion| -> Vec<String> {
            rows.iter().map(|row| notion.words(*row, "Status").unwrap_or_default()).collect()
        };
        let there =
            self.notion.until(|notion| statuses(notion).iter().all(|status| status == wanted).then_some(()));
        let in_time = service.during(tokio::time::timeout(PATIENCE, there)).await;
        if in_time.is_err() {
            end_of_log(service);
            panic!("not all are {wanted}: {:?}", statuses(&self.notion));
        }
    }

    /// Waits until so many sounds were asked about, or answered, while the log is read.
    pub async fn heard(&self, service: &mut Service, done: impl Fn(Calls) -> bool) {
        let waiting = async {
            while !done(self.providers.calls(Engine::Speech)) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let in_time = service.during(tokio::time::timeout(PATIENCE, waiting)).await;
        if in_time.is_err() {
            end_of_log(service);
            panic!("{:?}", self.providers.calls(Engine::Speech));
        }
    }

    /// What the journal holds against its entries.
    pub async fn counted(&self) -> Counted {
        let db = Database::connect(self.database_url()).await.unwrap();
        let sums = "SELECT CAST(SUM(attempts) AS BIGINT) AS attempts, CAST(SUM(crashes) AS BIGINT) AS crashes FROM entries";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sums)).await;
        let row = row.unwrap().unwrap();
        let counted = Counted {
            attempts: row.try_get("", "attempts").unwrap(),
            crashes: row.try_get("", "crashes").unwrap(),
        };
        db.close().await.unwrap();
        counted
    }

    /// Every paid call was made once, and answered once, for each of so many rows.
    pub fn paid_once(&self, rows: usize) {
        for engine in [Engine::Speech, Engine::Gemini, Engine::Vision] {
            let calls = self.providers.calls(engine);
            assert_eq!((calls.finished, calls.refused), (rows, 0), "{engine:?}");
        }
    }

    /// Ends the program and everything around it.
    pub async fn close(self, service: Service) {
        let (code, _, folder) = service.terminate().await;
        assert_eq!(code, Some(0));
        self.providers.stop().await;
        self.running.stop().await.unwrap();
        drop(folder);
    }
}
