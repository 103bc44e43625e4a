//! `linkscribe serve` as it runs for real accounts: the real program, the real tools, a strict Notion and
//! strict stand-ins for the providers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linkscribe::sandbox::Sandbox;
use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::EmulatedNotion;
use linkscribe::sandbox::starter;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::providers::{KEY, ProviderStandIns};
use crate::support::service::{Service, linkscribe};

/// A Notion with a link database, served together with a clip.
struct World {
    notion: EmulatedNotion,
    source: Uuid,
    running: linkscribe::sandbox::RunningSandbox,
    folder: TempDir,
    clip: String,
}

impl World {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notion = EmulatedNotion::new();
        let database = starter::open(&notion).unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.mp4")).unwrap();
        let name = clips.add_bytes("soup.mp4", sample).await.unwrap();
        let sandbox = Sandbox::new(notion.clone(), database.data_source, clips.clone());
        let running = sandbox.serve(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        let clip = clips.url(&running.url, &name);
        let world = Self { notion, source: database.data_source, running, folder, clip };
        world.register(&database.database.to_string()).await;
        world
    }

    async fn register(&self, database: &str) {
        let mut command =
            linkscribe(self.folder.path(), &["register", "--token-env", "SECRET", "--database", database]);
        command.env("SECRET", self.notion.token()).env("NOTION_API_URL", &self.running.url);
        let output = command.output().await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("Saved videos") && said.contains("Link"), "{said}");
    }

    fn hosts(&self) -> String {
        self.running.url.trim_start_matches("http://").to_owned()
    }

    /// Waits until the row's status is this.
    async fn status(&self, row: Uuid, wanted: &str) {
        let there = self.notion.until(|notion| (notion.words(row, "Status")? == wanted).then_some(()));
        let in_time = tokio::time::timeout(Duration::from_mins(1), there).await;
        assert!(in_time.is_ok(), "{}", self.notion.page_markdown(row).unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_saved_in_notion_is_read_with_the_paid_engines_and_every_line_of_the_log_is_json() {
    let mut world = World::open().await;
    let providers = ProviderStandIns::start().await;
    providers.say(&[(0.0, 4.0, "Chop two onions and fry them in butter.")]);
    providers.show(&["TOMATO SOUP", "20 minutes"]);
    let traces = Traces::start().await;
    let row = world.notion.add_row(world.source, &json!({ "Link": world.clip })).unwrap();

    let folder = std::mem::replace(&mut world.folder, tempfile::tempdir().unwrap());
    let mut service = Service::start(
        folder,
        &[
            ("NOTION_API_URL", &world.running.url),
            ("DOWNLOAD_EXTRA_HOSTS", &world.hosts()),
            ("OPENAI_BASE_URL", providers.openai_url.as_str()),
            ("OPENAI_API_KEY", KEY),
            ("VISION_API_URL", providers.vision_url.as_str()),
            ("VISION_API_KEY", KEY),
            ("GEMINI_API_URL", providers.gemini_url.as_str()),
            ("GEMINI_API_KEY", KEY),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &traces.url),
        ],
    )
    .await;
    assert_eq!(service.get("/health").await.0, 200);
    assert_eq!(service.get("/ready").await.0, 200);
    world.status(row, "completed").await;
    let line = service.until(|line| line["message"] == "completed").await;
    assert!(
        line["entry_id"].is_string() && line["user_id"].is_string() && line["stage"] == "write",
        "{line}"
    );
    let page = world.notion.page_markdown(row).unwrap();
    assert!(page.contains("Chop two onions") && page.contains("TOMATO SOUP"), "{page}");

    let lines = serde_json::to_string(&service.lines).unwrap();
    for secret in [KEY, &world.notion.token()] {
        assert!(!lines.contains(secret), "a secret is in the log");
    }
    let (code, took, folder) = service.terminate().await;
    assert_eq!(code, Some(0));
    assert_eq!(
        std::fs::read_dir(folder.path().join("data/work")).unwrap().count(),
        0,
        "the work dir is gone"
    );
    assert!(took < Duration::from_secs(9), "{took:?}");
    assert!(traces.received() > 0, "traces are exported before the process ends");
    providers.stop().await;
    world.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_cannot_be_read_says_so_in_its_row_and_the_next_success_takes_it_back() {
    let mut world = World::open().await;
    let base = world.running.url.clone();
    let row = world.notion.add_row(world.source, &json!({ "Link": "https://example.org/soup" })).unwrap();
    let folder = std::mem::replace(&mut world.folder, tempfile::tempdir().unwrap());
    let mut service = Service::start(
        folder,
        &[
            ("NOTION_API_URL", &base),
            ("DOWNLOAD_EXTRA_HOSTS", &world.hosts()),
            ("TRANSCRIBER", "none"),
            ("OCR", "local"),
        ],
    )
    .await;
    world.status(row, "failed").await;
    let line = service.until(|line| line["message"] == "a job failed").await;
    assert!(line["error"].as_str().unwrap().contains("not a host videos are fetched from"), "{line}");
    assert!(line["stage"] == "download" && line["entry_id"].is_string(), "{line}");
    let why = world.notion.words(row, "Reason").unwrap();
    assert!(why.starts_with("Linkscribe does not read this site."), "{why}");

    world.notion.edit_row(row, &json!({ "Link": world.clip, "Status": "pending" })).unwrap();
    world.status(row, "completed").await;
    service.until(|line| line["message"] == "completed").await;
    assert_eq!(world.notion.words(row, "Reason").unwrap(), "", "the reason is taken back");
    assert_eq!(service.terminate().await.0, Some(0));
    world.running.stop().await.unwrap();
}

/// An OTLP collector that counts what it receives at `/v1/traces`.
struct Traces {
    url: String,
    count: Arc<Mutex<usize>>,
    task: tokio::task::JoinHandle<()>,
}

impl Traces {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 512];
                let read = stream.read(&mut head).await.unwrap_or_default();
                if head[..read].starts_with(b"POST /v1/traces") {
                    *counted.lock().unwrap() += 1;
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer).await.ok();
            }
        });
        Self { url, count, task }
    }

    fn received(&self) -> usize {
        *self.count.lock().unwrap()
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        self.task.abort();
    }
}
