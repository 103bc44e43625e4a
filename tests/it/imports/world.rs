//! A link database in an emulated Notion, the real routes before it, and Importers that work when told.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context};
use async_trait::async_trait;
use linkscribe::accounts::databases;
use linkscribe::accounts::imports::Importing;
use linkscribe::actors::bench::BackLinks;
use linkscribe::actors::desk::{Desk, StopSignals};
use linkscribe::actors::http::Http;
use linkscribe::actors::importer::{ImporterParts, Pace, take_in};
use linkscribe::actors::pipeline::Places;
use linkscribe::adapters::notion::Notion;
use linkscribe::domain::cost::{MicroDollars, Prices};
use linkscribe::domain::entry::{LinkDatabase, Target, UserId};
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::link::VideoUrl;
use linkscribe::failure::{Failure, Outcome};
use linkscribe::http::{Behind, Site};
use linkscribe::messages::{AskReadiness, Doors, Failed, Register, StageDown};
use linkscribe::ports::{Accounts, Download, Draw, NewConnection, RateBudget, Registry, Tokens, VideoSource};
use linkscribe::sandbox::notion::{EmulatedNotion, RunningNotion};
use linkscribe::sandbox::starter;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, redirect};
use sea_orm::{ConnectionTrait, Database, Statement};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore, broadcast};
use url::Url;
use uuid::Uuid;

use crate::support::PATIENCE;
use crate::support::both::On;
use crate::support::fakes::{FakeSource, Script};
use crate::support::kitchen::Kitchen;
use crate::support::probe::Probe;

/// A lease that a test can wait for.
pub const LEASE: Duration = Duration::from_millis(1_500);

/// As many requests as anybody likes.
struct NoLimit;

#[async_trait]
impl RateBudget for NoLimit {
    async fn take(&self, _draws: &[Draw]) -> Outcome<Option<Duration>> {
        Ok(None)
    }

    async fn close_for(&self, _key: &str, _pause: Duration) -> Outcome<()> {
        Ok(())
    }
}

/// Understands links as yt-dlp with cookies does, and fetches nothing.
struct LoggedIn;

#[async_trait]
impl VideoSource for LoggedIn {
    fn understand(&self, link: &str) -> Outcome<Target> {
        let Target { url, key } = FakeSource(Script::works()).understand(link)?;
        Ok(Target { url, key: key.behind_a_login() })
    }

    async fn fetch(&self, _url: &VideoUrl, _work_dir: &Path) -> Outcome<Download> {
        Err(Failure::bug(anyhow::anyhow!("nothing is fetched here")))
    }
}

struct Overseer;

impl Actor for Overseer {
    type Context = Context<Self>;
}

impl actix::Handler<AskReadiness> for Overseer {
    type Result = linkscribe::messages::Readiness;

    fn handle(&mut self, _: AskReadiness, _ctx: &mut Context<Self>) -> Self::Result {
        linkscribe::messages::Readiness::Ready
    }
}

pub struct World {
    pub kitchen: Kitchen,
    pub notion: EmulatedNotion,
    pub database: LinkDatabase,
    pub source: Uuid,
    notion_api: Arc<Notion>,
    url: String,
    client: Client,
    cookie: String,
    _running: RunningNotion,
    web: actix_web::dev::ServerHandle,
    held: (actix::Recipient<Failed>, actix::Recipient<StageDown>),
}

impl World {
    pub async fn open(on: On) -> Self {
        Self::with(on, Arc::new(FakeSource(Script::works())), PATIENCE).await
    }

    /// The same with an Importer that gives up an answer of Notion before its lease runs out.
    pub async fn hurried(on: On) -> Self {
        Self::with(on, Arc::new(FakeSource(Script::works())), Duration::from_millis(400)).await
    }

    /// The same where the operator has a login for the platforms.
    pub async fn logged_in(on: On) -> Self {
        Self::with(on, Arc::new(LoggedIn), PATIENCE).await
    }

    /// `timeout` is what an answer of Notion may take.
    async fn with(on: On, source: Arc<dyn VideoSource>, timeout: Duration) -> Self {
        let kitchen = Kitchen::open_impatient_on(on).await;
        let notion = EmulatedNotion::new();
        let ids = starter::open(&notion).unwrap();
        let running = notion.serve_on_free_port().unwrap();
        let api = Notion::new(&Url::parse(&running.url).unwrap(), Arc::new(NoLimit)).unwrap();
        let notion_api = Arc::new(api.with_timeout(timeout).unwrap());
        let mut office = linkscribe::app::adapters::office(&kitchen.store, &notion_api);
        let request = Register {
            token: notion.token().into(),
            tag: None,
            database: ids.database.to_string(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        let id = databases::register(office.clone(), request).await.unwrap().unwrap().id;
        let database = kitchen.store.database(id).await.unwrap().unwrap();
        office.importing = Some(Importing {
            imports: kitchen.store.clone(),
            rows: notion_api.clone(),
            source,
            prices: Prices { speech_per_minute: MicroDollars(1_000_000), ..Prices::default() },
            seats: Arc::new(Semaphore::new(2)),
        });
        let http = Http { office, overseer: Overseer.start().recipient(), places: Places::new(1) }.start();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let site = Site { public_url: Url::parse(&url).unwrap(), can_sign_in: false };
        let server = linkscribe::http::server(listener, Behind { doors: Doors::of(&http), site }).unwrap();
        let web = server.handle();
        actix::spawn(server);
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let ((failed, _), (down, _)) = (Probe::start(), Probe::start());
        let mut world = Self {
            kitchen,
            notion,
            source: ids.data_source,
            notion_api,
            url,
            client,
            cookie: String::new(),
            _running: running,
            web,
            held: (failed, down),
            database,
        };
        world.cookie = world.session(world.database.user).await;
        world
    }

    async fn session(&self, user: UserId) -> String {
        let secret = self.kitchen.store.open_session(user, Duration::from_hours(1)).await.unwrap();
        format!("session={}", secret.expose_secret())
    }

    /// Somebody else signs in.
    pub async fn sign_in_somebody_else(&mut self) {
        let new = NewConnection {
            person: "eve".into(),
            bot: "eve".into(),
            workspace_id: "eve".into(),
            workspace: "Eve".into(),
            tokens: Tokens::lasting("secret"),
        };
        let (user, _) = self.kitchen.store.keep_connection(new).await.unwrap();
        self.cookie = self.session(user).await;
    }

    /// Nobody is signed in.
    pub fn sign_out(&mut self) {
        self.cookie.clear();
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).header("cookie", &self.cookie)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url)).header("cookie", &self.cookie)
    }

    /// Uploads a file; gives status and answer.
    pub async fn upload(&self, file: impl Into<Vec<u8>>) -> (u16, Value) {
        let path = format!("/api/databases/{}/imports", self.database.id);
        answer(self.post(&path).multipart(form(file))).await
    }

    /// Says yes.
    pub async fn confirm(&self, import: &str) -> (u16, Value) {
        answer(self.post(&format!("/api/imports/{import}/confirm"))).await
    }

    /// Where an import is.
    pub async fn import(&self, import: &str) -> Value {
        answer(self.get(&format!("/api/imports/{import}"))).await.1
    }

    /// An Importer of an instance of this name.
    pub fn importer(&self, owner: &str) -> ImporterParts {
        let nobody = Context::<Probe<linkscribe::messages::ShowStatus>>::new().address().recipient();
        ImporterParts {
            imports: self.kitchen.store.clone(),
            rows: self.notion_api.clone(),
            registry: self.kitchen.store.clone(),
            accounts: self.kitchen.store.clone(),
            desk: Arc::new(Desk {
                journal: self.kitchen.store.clone(),
                status: nobody.downgrade(),
                watchers: broadcast::channel(1).0,
                stop: StopSignals::default(),
                breakers: self.kitchen.store.clone(),
            }),
            owner: owner.into(),
            pace: Pace { pause: Duration::ZERO, settle: Duration::from_millis(50), ..Pace::of(LEASE) },
            bell: Arc::new(Notify::new()),
            back: BackLinks {
                failures: self.held.0.downgrade(),
                down: self.held.1.downgrade(),
                generation: 1,
            },
        }
    }

    /// Works until an import is no longer running, a minute at most.
    pub async fn until_it_rests(&self, parts: &ImporterParts, import: &str) -> Value {
        let work = async {
            loop {
                // A failure is one of Notion; the next tick goes on.
                take_in(parts).await.ok();
                let view = self.import(import).await;
                if view["state"] != "running" {
                    return view;
                }
                tokio::time::sleep(parts.pace.tick).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), work).await.expect("it comes to rest")
    }

    /// The links of all rows, sorted.
    pub fn links(&self) -> Vec<String> {
        let rows = self.notion.rows(self.source);
        let mut links: Vec<String> = rows
            .iter()
            .map(|row| row["properties"]["Link"]["url"].as_str().unwrap_or_default().to_owned())
            .collect();
        links.sort();
        links
    }

    /// Link and lane of all entries, sorted.
    pub async fn entries(&self) -> Vec<(String, i32)> {
        let raw = Database::connect(&self.kitchen.place.url).await.unwrap();
        let select = Statement::from_string(
            raw.get_database_backend(),
            "SELECT link, lane FROM entries ORDER BY link",
        );
        let rows = raw.query_all_raw(select).await.unwrap();
        raw.close().await.unwrap();
        rows.iter().map(|row| (row.try_get("", "link").unwrap(), row.try_get("", "lane").unwrap())).collect()
    }

    pub async fn close(self) {
        self.web.stop(false).await;
    }
}

/// Status and answer.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

/// The form a browser sends.
pub fn form(file: impl Into<Vec<u8>>) -> Form {
    Form::new().part("file", Part::bytes(file.into()).file_name("whatever.bin"))
}

/// The export of somebody with so many favourites, from a number on.
pub fn favourites(ids: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let videos: Vec<Value> = ids
        .into_iter()
        .map(|id| json!({"Date": "2024-05-01 10:00:00", "Link": format!("https://www.tiktokv.com/share/video/{id}/")}))
        .collect();
    json!({"Your Activity": {"Favorite Videos": {"FavoriteVideoList": videos}}}).to_string().into_bytes()
}

/// The link of a favourite, as it stands in a row.
pub fn link(id: u32) -> String {
    format!("https://www.tiktok.com/@/video/{id}")
}
