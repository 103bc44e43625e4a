//! A stranger's first visit to `linkscribe serve`: the real program against the emulated Notion, with curl and in a
//! real browser.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::EmulatedNotion;
use linkscribe::sandbox::{RunningSandbox, Sandbox, starter};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use uuid::Uuid;

use crate::support::free_port;
use crate::support::service::Service;

const CLIENT: &str = "linkscribe";
const SECRET: &str = "secret-canary-0815";

/// A whole visit takes a quarter of a minute; a loaded machine gets plenty.
const PATIENCE: Duration = Duration::from_mins(10);

/// A Notion with clips beside it, and the service on a port of its own.
struct World {
    notion: EmulatedNotion,
    running: RunningSandbox,
    clip: String,
    shown: Uuid,
    url: String,
    service: Service,
    _clips: TempDir,
}

impl World {
    async fn open(sample: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notion = EmulatedNotion::new();
        let shown = starter::open(&notion).unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        let film = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.mp4")).unwrap();
        let name = clips.add_bytes("soup.mp4", film).await.unwrap();
        let sandbox = Sandbox::new(notion.clone(), shown.data_source, clips.clone());
        let running = sandbox.serve(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        let clip = clips.url(&running.url, &name);
        // What browsers are sent back to has to be known before the service starts.
        let port = free_port().to_string();
        let url = format!("http://127.0.0.1:{port}");
        notion.publish(CLIENT, SECRET, &format!("{url}/auth/callback")).unwrap();
        let hosts = running.url.trim_start_matches("http://").to_owned();
        let mut settings = vec![
            ("PORT", port.as_str()),
            ("PUBLIC_URL", &url),
            ("NOTION_API_URL", &running.url),
            ("NOTION_CLIENT_ID", CLIENT),
            ("NOTION_CLIENT_SECRET", SECRET),
            ("DOWNLOAD_EXTRA_HOSTS", &hosts),
            ("TRANSCRIBER", "none"),
            // A row is seen within seconds, whatever place the database has in the interval.
            ("POLL_INTERVAL_SECS", "5"),
        ];
        if sample {
            settings.push(("SAMPLE_LINK", &clip));
        }
        let service = Service::start(tempfile::tempdir().unwrap(), &settings).await;
        Self { notion, running, clip, shown: shown.data_source, url, service, _clips: folder }
    }

    async fn close(self) {
        let (code, _, folder) = self.service.terminate().await;
        assert_eq!(code, Some(0));
        drop(folder);
        self.running.stop().await.unwrap();
    }

    /// The data source of the database the service made, beside the one there was.
    async fn made(&self, others: &[Uuid]) -> Uuid {
        let there = self.notion.until(|notion| {
            let databases = notion.databases();
            let sources = databases.iter().filter_map(|one| one.pointer("/data_sources/0/id")?.as_str());
            sources
                .filter_map(|id| id.parse().ok())
                .find(|id: &Uuid| *id != self.shown && !others.contains(id))
        });
        tokio::time::timeout(PATIENCE, there).await.expect("the database is made")
    }
}

/// curl with the cookies of one visitor; gives what it prints.
async fn curl(jar: &Path, arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--cookie"])
        .arg(jar)
        .arg("--cookie-jar")
        .arg(jar)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const WHERE_TO: &[&str] = &["--output", "/dev/null", "--write-out", "%{redirect_url}"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_curl_alone_a_stranger_gets_from_login_to_a_completed_row() {
    let world = World::open(false).await;
    let folder = tempfile::tempdir().unwrap();
    let jar = folder.path().join("cookies");
    let at = |path: &str| format!("{}{path}", world.url);

    let consent = curl(&jar, &[WHERE_TO, &[&at("/auth/login")]].concat()).await;
    assert!(consent.starts_with(&format!("{}/v1/oauth/authorize?", world.running.url)), "{consent}");
    let back = world.notion.allow(&consent).unwrap();
    let start = curl(&jar, &[WHERE_TO, &[back.as_str()]].concat()).await;
    assert!(start.starts_with(&at("/start")), "{start}");
    let body = ["--header", "content-type: application/json", "--data", "{}", &at("/api/databases/create")];
    let database: Value = serde_json::from_str(&curl(&jar, &body).await).unwrap();
    let source: Uuid =
        database["data_source_id"].as_str().unwrap_or_else(|| panic!("{database}")).parse().unwrap();

    world.notion.add_row(source, &json!({ "Link": world.clip })).unwrap();
    let entries =
        at(&format!("/api/entries?database_id={}&status=completed", database["id"].as_str().unwrap()));
    let completed = async {
        loop {
            let list: Value = serde_json::from_str(&curl(&jar, &[&entries]).await).unwrap();
            if let Some(entry) = list["items"].get(0) {
                return entry.clone();
            }
        }
    };
    let entry = tokio::time::timeout(PATIENCE, completed).await.expect("the row is completed");
    assert_eq!(entry["link"], world.clip.as_str());
    let whole = curl(&jar, &[&at(&format!("/api/entries/{}", entry["id"].as_str().unwrap()))]).await;
    assert!(whole.to_lowercase().contains("tomato"), "{whole}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_browser_a_stranger_is_led_from_the_first_page_to_a_read_link_and_out_again() {
    let world = World::open(true).await;
    // What somebody uses already, with words of their own and without a status.
    let recipes = json!({ "Name": {"title": {}}, "Adresse": {"url": {}}, "Zutaten": {"rich_text": {}} });
    let recipes = world.notion.create_database("Rezepte", &recipes).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(
        folder.join("node_modules/playwright-core").is_dir(),
        "the driver of the browser is not installed: run `make test`, or `npm ci --prefix tests/browser`"
    );
    let mut visit = Command::new("node");
    visit.arg("first_visit.mjs").arg(&world.url).current_dir(&folder);
    if let Some(shots) = std::env::var_os("LINKSCRIBE_SHOTS") {
        visit.arg(shots);
    }
    let mut visit = visit
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = BufReader::new(visit.stdout.take().unwrap()).lines();
    let whole = async {
        let mut steps = Vec::new();
        while let Some(line) = said.next_line().await.unwrap() {
            if line == "database made" {
                // Somebody saves a link that no platform stands behind.
                let source = world.made(&[recipes.data_source]).await;
                world.notion.add_row(source, &json!({ "Link": "https://example.org/no-video" })).unwrap();
            }
            steps.push(line);
        }
        let output = visit.wait_with_output().await.unwrap();
        (steps, output)
    };
    let (steps, output) = tokio::time::timeout(PATIENCE, whole).await.expect("the visit ends");
    assert!(output.status.success(), "{steps:#?}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(steps.last().map(String::as_str), Some("signed out"), "{steps:#?}");
    world.close().await;
}
