//! One video, one bill: however many rows have its link, of however many users, on however many instances.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use linkscribe::adapters::gemini::Gemini;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion, WINDOW};
use linkscribe::adapters::openai::OpenAiSpeech;
use linkscribe::adapters::seal::Seal;
use linkscribe::adapters::store::Store;
use linkscribe::adapters::vision::GoogleVision;
use linkscribe::app::{App, Ports, ResultPorts};
use linkscribe::domain::account::Kind;
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::mapping;
use linkscribe::domain::media::At;
use linkscribe::domain::progress::{Progress, Step};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::failure::{Failure, Outcome};
use linkscribe::ports::{
    Access, Accounts, AudioFile, Frame, Journal, MediaOpener, NewConnection, NewDatabase, Opened, OpenedPost,
    PostFile, Registry, Tokens, Workspace,
};
use linkscribe::sandbox::notion::{EmulatedNotion, RunningNotion};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use crate::support::both::On;
use crate::support::fakes::{FakeSource, Script};
use crate::support::kitchen::Kitchen;
use crate::support::providers::{ProviderStandIns, Service, key};

/// The same video, as people paste it.
const LINKS: [&str; 5] = [
    "https://www.tiktok.com/@cook/video/7234567890123456789",
    "https://www.tiktok.com/@cook/video/7234567890123456789?_t=ZN-8&_r=1",
    "https://m.tiktok.com/v/7234567890123456789.html",
    "www.tiktok.com/@cook/photo/7234567890123456789?lang=de",
    "https://www.tiktokv.com/share/video/7234567890123456789/",
];

/// Pictures that differ in the video: three requests to Vision.
const FRAMES: usize = 33;

/// Images in one request to Vision.
const AT_ONCE: usize = 16;

/// Takes a video apart into so many pictures.
struct Opener;

#[async_trait]
impl MediaOpener for Opener {
    async fn open(&self, _file: &Path, work_dir: &Path) -> Outcome<Opened> {
        let frame = |place: u32| {
            let path = work_dir.join(format!("{place}.jpg"));
            std::fs::write(&path, [0xff, 0xd8, 0xff, 0xe0, 0, 16]).unwrap();
            Frame { path, at: At(f64::from(place)) }
        };
        let frames = (0..u32::try_from(FRAMES).unwrap()).map(frame).collect();
        let audio = AudioFile { path: work_dir.join("audio.ogg"), duration: Some(40.0), video: None };
        std::fs::write(&audio.path, b"OggS and some sound").unwrap();
        Ok(Opened { audio: vec![audio], frames, duration: Some(40.0) })
    }

    async fn open_post(&self, _files: &[PostFile], _work_dir: &Path) -> Outcome<OpenedPost> {
        Err(Failure::permanent(Reason::Unreadable, anyhow::anyhow!("there are no posts here")))
    }

    async fn small_picture(&self, _image: &Path, _work_dir: &Path) -> Outcome<Vec<u8>> {
        Err(Failure::permanent(Reason::Unreadable, anyhow::anyhow!("there are no pictures in doubles")))
    }
}

/// Several users with a link database each, and two instances of the service on one database.
struct World {
    kitchen: Kitchen,
    second: Arc<Store>,
    notion: EmulatedNotion,
    running: RunningNotion,
    providers: ProviderStandIns,
    sources: Vec<Uuid>,
    fetched: Script,
    ports: Ports,
}

impl World {
    async fn open(on: On, users: usize) -> Self {
        let kitchen = Kitchen::open_on(on).await;
        let seal = Seal::from_file_or_new(&kitchen.folder.path().join("token.key")).unwrap();
        let second = Arc::new(Store::open(&kitchen.place.url, seal).await.unwrap());
        let notion = EmulatedNotion::new();
        let running = notion.serve_on_free_port().unwrap();
        let api = Notion::new(&running.url.parse().unwrap(), Arc::new(MemoryBudget::new(WINDOW))).unwrap();
        // A test would wait for a connection's real budget.
        let api = Arc::new(api.with_limits(Limits::of(1_000_000)));
        let providers = ProviderStandIns::start().await;
        providers.say(&[(0.0, 4.0, "Cook the soup for twenty minutes.")]);
        providers.show(&["TOMATO SOUP"]);
        let mut sources = Vec::new();
        for user in 0..users {
            sources.push(link_database(&notion, &kitchen.store, &api, &format!("user {user}")).await);
        }
        let fetched = Script::works();
        let speech = OpenAiSpeech::new(&providers.openai_url, &key(), "whisper-1").unwrap();
        let gemini = Gemini::new(&providers.gemini_url, &key(), "gemini-3.5-flash-lite").unwrap();
        let vision = GoogleVision::new(&providers.vision_url, &key()).unwrap();
        let store = kitchen.store.clone();
        let ports = Ports {
            source: Arc::new(FakeSource(fetched.clone())),
            opener: Arc::new(Opener),
            speech: Some(Arc::new(speech)),
            reader: Some(Arc::new(vision)),
            summary: Arc::new(gemini),
            workspace: api.clone(),
            results: ResultPorts {
                maker: api.clone(),
                pages: store.clone(),
                covers: store.clone(),
                keepsakes: store,
            },
            catalogue: api,
            ..kitchen.ports(crate::support::fakes::FakeWorkspace::with_links(&[], Script::works()))
        };
        Self { kitchen, second, notion, running, providers, sources, fetched, ports }
    }

    /// The same ports on the second instance's own connections.
    fn second_ports(&self) -> Ports {
        let store = &self.second;
        let results = ResultPorts {
            pages: store.clone(),
            covers: store.clone(),
            keepsakes: store.clone(),
            ..self.ports.results.clone()
        };
        Ports {
            journal: store.clone(),
            breakers: store.clone(),
            accounts: store.clone(),
            registry: store.clone(),
            results,
            ..self.ports.clone()
        }
    }

    /// Saves rows for each user, then runs both instances until all are completed.
    async fn run(&self, rows_each: usize) -> Vec<Uuid> {
        let links = LINKS.iter().cycle();
        let places = (0..rows_each).flat_map(|_| self.sources.iter());
        let save =
            |(source, link): (&Uuid, &&str)| self.notion.add_row(*source, &json!({ "Link": link })).unwrap();
        let rows: Vec<Uuid> = places.zip(links).map(save).collect();
        let mut options = [self.kitchen.options(8), self.kitchen.options(8)];
        for (place, options) in options.iter_mut().enumerate() {
            options.owner = format!("instance {place}");
            options.work_root = self.kitchen.folder.path().join(format!("work-{place}"));
            options.patience = Duration::from_millis(300);
        }
        let [one, two] = options;
        let apps = [App::start(self.ports.clone(), one), App::start(self.second_ports(), two)];
        let mut progress = [apps[0].watchers.subscribe(), apps[1].watchers.subscribe()];
        let ended =
            tokio::time::timeout(Duration::from_mins(5), self.completed(&mut progress, rows.len())).await;
        for app in &apps {
            app.drain().await;
        }
        let counts = self.kitchen.store.counts().await.unwrap();
        assert!(ended.is_ok(), "not all rows have ended: {counts:?}");
        assert_eq!(counts, [(Status::Completed, rows.len() as u64)]);
        rows
    }

    /// Waits for the steps both instances tell of.
    async fn completed(&self, progress: &mut [Receiver<Progress>; 2], rows: usize) {
        let mut completed = 0;
        let [one, two] = progress;
        while completed < rows {
            let heard = tokio::select! {
                heard = one.recv() => heard,
                heard = two.recv() => heard,
                // The last step may be among those that went by.
                () = tokio::time::sleep(Duration::from_secs(2)) => Err(RecvError::Lagged(0)),
            };
            match heard {
                Ok(Progress { step: Step::Completed, .. }) => completed += 1,
                Ok(_) => {}
                // Some steps went by unheard: the journal knows.
                Err(RecvError::Lagged(_)) => {
                    let counts = self.kitchen.store.counts().await.unwrap();
                    let all = counts.iter().find(|(status, _)| *status == Status::Completed);
                    completed = all.map_or(0, |(_, count)| usize::try_from(*count).unwrap());
                }
                Err(RecvError::Closed) => panic!("an instance is gone"),
            }
        }
    }

    fn calls(&self) -> [(&'static str, usize); 5] {
        let finished = |service| self.providers.calls(service).finished;
        [
            ("downloads", self.fetched.asked()),
            ("transcriptions", finished(Service::Speech)),
            ("Vision calls", finished(Service::Vision)),
            ("model calls", finished(Service::Gemini)),
            ("requests to Notion", usize::try_from(self.notion.counters().total).unwrap()),
        ]
    }

    async fn close(self) {
        self.providers.stop().await;
        self.running.stop().await.unwrap();
    }
}

/// A user with a link database of their own.
async fn link_database(notion: &EmulatedNotion, store: &Store, api: &Notion, user: &str) -> Uuid {
    let connection = notion.connect(user);
    let columns = json!({
        "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
        "Reason": { "rich_text": {} }, "Summary": { "rich_text": {} },
    });
    let made = notion.create_database_for(&connection.token, "Links", &columns).unwrap();
    let new = NewConnection {
        person: user.into(),
        bot: connection.bot_id.to_string(),
        workspace_id: connection.workspace.to_string(),
        workspace: user.into(),
        tokens: Tokens::lasting(connection.token.clone()),
    };
    let (owner, id) = store.keep_connection(new).await.unwrap();
    let data_source = made.data_source.to_string();
    let schema = api.schema(&Access::new(id, connection.token.into()), &data_source).await.unwrap();
    let database = NewDatabase {
        user: owner,
        connection: id,
        kind: Kind::Link,
        tag: None,
        notion_database: made.database.to_string(),
        data_source,
        title: "Links".into(),
        mapping: mapping::propose(&schema).unwrap(),
        instructions: None,
        language: None,
        keep: Keep::None,
    };
    store.keep_database(database).await.unwrap().unwrap();
    made.data_source
}

/// Runs so many rows of so many users, and holds the bill against what one video costs.
async fn one_bill(on: On, users: usize, rows_each: usize) {
    let world = World::open(on, users).await;
    let begun = Instant::now();
    let rows = world.run(rows_each).await;
    let took = begun.elapsed();
    println!("{} rows, {users} users, 2 instances, {on:?}: {:.1} s", rows.len(), took.as_secs_f64());
    for (what, count) in world.calls() {
        println!("{count:>8} {what}");
    }
    let [downloads, heard, seen, asked, _] = world.calls().map(|(_, count)| count);
    assert_eq!((downloads, heard), (1, 1), "one download, one transcription");
    assert_eq!(seen, FRAMES.div_ceil(AT_ONCE), "each picture is read once");
    assert_eq!(asked, users, "each user's question is asked once");
    let again = rows.iter().filter(|row| {
        assert_eq!(world.notion.words(**row, "Status").as_deref(), Some("completed"));
        assert_ne!(world.notion.words(**row, "Name").unwrap_or_default(), "", "its columns are filled");
        world.notion.page_markdown(**row).unwrap().contains("Saved before")
    });
    assert_eq!(again.count(), rows.len() - users, "all but the first row of each user say so");
    world.close().await;
}

#[actix::test]
async fn a_hundred_rows_of_four_users_on_two_instances_are_one_bill() {
    one_bill(On::Postgres, 4, 25).await;
}

#[actix::test]
async fn on_sqlite_they_are_one_bill_as_well() {
    one_bill(On::Sqlite, 2, 10).await;
}

#[actix::test]
#[ignore = "prints numbers: make bench"]
async fn the_counts_of_a_thousand_rows_with_one_video_are_printed() {
    one_bill(On::Postgres, 4, 250).await;
}

#[actix::test]
#[ignore = "prints numbers: make bench"]
async fn the_counts_of_a_thousand_users_with_one_video_are_printed() {
    one_bill(On::Postgres, 1000, 1).await;
}
