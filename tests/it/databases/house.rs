//! The service's real routes on a free port, a real store, an emulated Notion; doubles for the chain.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use linkscribe::accounts::Office;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion, WINDOW};
use linkscribe::adapters::seal::Seal;
use linkscribe::adapters::store::{Store, StoreOptions};
use linkscribe::app::{App, ImportPorts, Options, Ports, ResultPorts, WebServer};
use linkscribe::domain::breaker::Pauses;
use linkscribe::domain::cost::Prices;
use linkscribe::domain::entry::{ConnectionId, UserId};
use linkscribe::failure::Outcome;
use linkscribe::ports::{
    Accounts, Draw, Geocoder, MediaOpener, NewConnection, RateBudget, SummaryModel, TextReader, Tokens,
    VideoSource,
};
use linkscribe::sandbox::notion::{Capability, DatabaseIds, EmulatedNotion, RunningNotion};
use reqwest::{Client, Method, RequestBuilder, Response};
use sea_orm::{ConnectionTrait, Database, Statement};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::support::fakes::{FakeModel, FakeOpener, FakeReader, FakeSource, FakeSpeech, Script};

/// The link in the first row of a database made in one click.
pub const SAMPLE: &str = "https://www.tiktok.com/@cook/video/1";

/// The redirect address of the public integration; nobody listens there.
const BACK: &str = "http://localhost/auth/callback";

/// The longest a test waits for the service to notice something.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct House {
    pub notion: EmulatedNotion,
    pub store: Arc<Store>,
    pub app: App,
    running: RunningNotion,
    web: WebServer,
    url: Url,
    client: Client,
    folder: TempDir,
    busy: Arc<AtomicBool>,
}

/// More requests than any test makes in a minute.
const PLENTY: u32 = 100_000;

/// A budget that is nearly spent while its connection is busy: what gives way to work gets nothing of it.
struct Moody {
    inner: MemoryBudget,
    busy: Arc<AtomicBool>,
}

#[async_trait]
impl RateBudget for Moody {
    async fn take(&self, draws: &[Draw]) -> Outcome<Option<Duration>> {
        let gives_way = draws.iter().any(|draw| draw.up_to < PLENTY);
        if gives_way && self.busy.load(Ordering::SeqCst) {
            return Ok(Some(Duration::from_secs(30)));
        }
        self.inner.take(draws).await
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        self.inner.close_for(key, pause).await
    }
}

/// Somebody who has signed in.
#[derive(Clone)]
pub struct Person {
    pub user: UserId,
    pub connection: ConnectionId,
    pub workspace: Uuid,
    pub token: String,
    cookie: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub location: Option<String>,
    pub kind: String,
    pub body: Value,
}

/// What stands in the chain of a house in the place of the real engines.
pub struct Doubles {
    pub source: Arc<dyn VideoSource>,
    pub opener: Arc<dyn MediaOpener>,
    pub reader: Option<Arc<dyn TextReader>>,
    pub summary: Arc<dyn SummaryModel>,
    pub map: Option<Arc<dyn Geocoder>>,
    /// How long the emulated Notion's queries are taken to lag behind.
    pub lag: Duration,
    /// How long a request without an answer may take to land.
    pub settles: Duration,
    /// How long a party out of order is left alone.
    pub pauses: Pauses,
}

impl Doubles {
    /// Videos come from here, and all else works.
    pub fn of(source: Arc<dyn VideoSource>) -> Self {
        let opener = Arc::new(FakeOpener(Script::works()));
        let reader = Some(Arc::new(FakeReader(Script::works())) as Arc<dyn TextReader>);
        Self {
            source,
            opener,
            reader,
            summary: model(),
            map: None,
            lag: Duration::ZERO,
            settles: Duration::ZERO,
            pauses: Pauses::default(),
        }
    }
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(FakeSource(Script::works())).await
    }

    pub async fn open_with(source: FakeSource) -> Self {
        Self::open_where(source, Arc::new(FakeOpener(Script::works())), model()).await
    }

    /// A house whose videos are fetched and taken apart so.
    pub async fn open_watching(source: FakeSource, opener: Arc<dyn MediaOpener>) -> Self {
        Self::open_where(source, opener, model()).await
    }

    /// A house whose videos are summarized by this model.
    pub async fn open_summarized_by(model: Arc<dyn SummaryModel>) -> Self {
        let opener = Arc::new(FakeOpener(Script::works()));
        Self::open_where(FakeSource(Script::works()), opener, model).await
    }

    /// A house whose videos are fetched, taken apart and summarized so.
    pub async fn open_where(
        source: FakeSource,
        opener: Arc<dyn MediaOpener>,
        summary: Arc<dyn SummaryModel>,
    ) -> Self {
        Self::open_of(Doubles { opener, summary, ..Doubles::of(Arc::new(source)) }).await
    }

    /// A house where places are looked up on this map.
    pub async fn open_on(
        source: FakeSource,
        summary: Arc<dyn SummaryModel>,
        map: Option<Arc<dyn Geocoder>>,
    ) -> Self {
        Self::open_of(Doubles { summary, map, ..Doubles::of(Arc::new(source)) }).await
    }

    pub async fn open_of(doubles: Doubles) -> Self {
        let Doubles { source, opener, reader, summary, map, lag, settles, pauses } = doubles;
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::from_file_or_new(&folder.path().join("token.key")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("journal.db").display());
        let store = Arc::new(
            Store::open_with(&url, seal, StoreOptions { pauses, ..StoreOptions::default() }).await.unwrap(),
        );
        let notion = EmulatedNotion::new();
        notion.publish("client", "secret", BACK).unwrap();
        let running = notion.serve_on_free_port().unwrap();
        // A test polls many times a second, and would spend a connection's real budget while it waits.
        let busy = Arc::new(AtomicBool::new(false));
        let budget = Arc::new(Moody { inner: MemoryBudget::new(WINDOW), busy: busy.clone() });
        let api = Notion::new(&running.url.parse().unwrap(), budget).unwrap();
        let api =
            api.with_limits(Limits::of(PLENTY)).that_shows_pages_within(lag).that_settles_within(settles);
        let api = Arc::new(api);
        let ports = Ports {
            importing: Some(ImportPorts {
                imports: store.clone(),
                rows: api.clone(),
                prices: Prices::default(),
            }),
            journal: store.clone(),
            accounts: store.clone(),
            registry: store.clone(),
            breakers: store.clone(),
            workspace: api.clone(),
            results: ResultPorts {
                maker: api.clone(),
                pages: store.clone(),
                covers: store.clone(),
                keepsakes: store.clone(),
            },
            catalogue: api,
            front: None,
            hooks: None,
            source,
            opener,
            speech: Some(Arc::new(FakeSpeech::new(Script::works()))),
            speech_seats: 2,
            reader,
            reader_seats: 2,
            summary,
            map,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let work = folder.path().join("work");
        let mut options = Options::usual(url.clone(), work, 4, Duration::from_millis(50));
        options.patience = Duration::from_millis(1);
        options.luck = || 0.0;
        options.sample_link = Some(SAMPLE.into());
        let app = App::start(ports, options);
        let web = app.serve_http(listener).unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { notion, store, app, running, web, url, client, folder, busy }
    }

    pub async fn close(self) {
        self.web.close().await.unwrap();
        self.app.drain().await;
        self.running.stop().await.unwrap();
    }

    /// Somebody with a workspace of their own, who let the public integration in.
    pub async fn person(&self, name: &str) -> Person {
        let newcomer = self.notion.add_person(name, &[name]);
        let (person, workspace) = (newcomer.person.id, newcomer.workspaces[0]);
        let consent = linkscribe::sandbox::notion::Consent { workspace: Some(workspace), share: None };
        let asked = format!(
            "{}/v1/oauth/authorize?client_id=client&redirect_uri={BACK}&response_type=code&owner=user&state=s",
            self.running.url
        );
        let back = self.notion.allow_as(person, &asked, &consent).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let body = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": BACK });
        let request = self.client.post(format!("{}/v1/oauth/token", self.running.url));
        let answer = request.basic_auth("client", Some("secret")).json(&body).send().await.unwrap();
        let grant: Value = answer.json().await.unwrap();
        let text = |field: &str| grant[field].as_str().unwrap_or_else(|| panic!("{grant}")).to_owned();
        let (bot, token) = (text("bot_id"), text("access_token"));
        let kept = self.keep(name, &bot, name, workspace, &token).await;
        self.signed_in(kept, workspace, token).await
    }

    /// Somebody who gave the token of an internal integration, which has no place of its own.
    pub async fn insider(&self, name: &str) -> Person {
        let connection = self.notion.connect(name);
        let (bot, workspace) = (connection.bot_id.to_string(), connection.workspace);
        let kept = self.keep(name, &bot, name, workspace, &connection.token).await;
        self.signed_in(kept, workspace, connection.token).await
    }

    /// Somebody else whose integration sees the same workspace.
    pub async fn colleague(&self, of: &Person, name: &str) -> Person {
        let kept = self.keep(name, name, "shared", of.workspace, &of.token).await;
        self.signed_in(kept, of.workspace, of.token.clone()).await
    }

    /// One more connection of the same person, to a workspace of its own.
    pub async fn connect_too(&self, person: &str, workspace: &str) -> (ConnectionId, Uuid) {
        let made = self.notion.connect(workspace);
        let kept = self.keep(person, &made.bot_id.to_string(), workspace, made.workspace, &made.token).await;
        (kept.1, made.workspace)
    }

    async fn keep(
        &self,
        person: &str,
        bot: &str,
        workspace: &str,
        workspace_id: Uuid,
        token: &str,
    ) -> (UserId, ConnectionId) {
        let new = NewConnection {
            person: person.into(),
            bot: bot.into(),
            workspace_id: workspace_id.to_string(),
            workspace: workspace.into(),
            tokens: Tokens::lasting(token.to_owned()),
        };
        self.store.keep_connection(new).await.unwrap()
    }

    async fn signed_in(
        &self,
        (user, connection): (UserId, ConnectionId),
        workspace: Uuid,
        token: String,
    ) -> Person {
        let cookie = self.store.open_session(user, Duration::from_hours(1)).await.unwrap();
        let cookie = cookie.expose_secret().to_owned();
        Person { user, connection, workspace, token, cookie }
    }

    /// A database the person made and shared.
    pub fn database(&self, of: &Person, title: &str, columns: &Value) -> DatabaseIds {
        let made = self.notion.create_database_in(of.workspace, title, columns).unwrap();
        self.notion.share(&of.token, made.database);
        made
    }

    pub async fn ask(&self, who: Option<&Person>, method: Method, path: &str, body: Option<&Value>) -> Told {
        self.ask_in(who, method, path, body, None).await
    }

    pub async fn ask_in(
        &self,
        who: Option<&Person>,
        method: Method,
        path: &str,
        body: Option<&Value>,
        languages: Option<&str>,
    ) -> Told {
        let mut request = self.request(who, method, path);
        if let Some(languages) = languages {
            request = request.header("accept-language", languages);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Told::of(request.send().await.unwrap()).await
    }

    /// What browsers say on its own pages.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// A request of somebody who is signed in, or of nobody.
    pub fn request(&self, who: Option<&Person>, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url.join(path).unwrap());
        match who {
            Some(who) => request.header("cookie", format!("session={}", who.cookie)),
            None => request,
        }
    }

    /// Uploads an export into a database; gives the import's id.
    pub async fn upload(&self, who: &Person, database: &str, export: &'static str) -> String {
        let answer = self.try_upload(who, database, export).await;
        let view: Value = answer.json().await.unwrap();
        view["id"].as_str().unwrap_or_else(|| panic!("{view}")).to_owned()
    }

    pub async fn try_upload(&self, who: &Person, database: &str, export: &'static str) -> Response {
        let part = reqwest::multipart::Part::text(export).file_name("saved_posts.json");
        let url = self.url.join(&format!("/api/databases/{database}/imports")).unwrap();
        let request = self.client.post(url).header("cookie", format!("session={}", who.cookie));
        request.multipart(reqwest::multipart::Form::new().part("file", part)).send().await.unwrap()
    }

    pub async fn get(&self, who: &Person, path: &str) -> Told {
        self.ask(Some(who), Method::GET, path, None).await
    }

    pub async fn post(&self, who: &Person, path: &str, body: &Value) -> Told {
        self.ask(Some(who), Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, who: &Person, path: &str, body: &Value) -> Told {
        self.ask(Some(who), Method::PATCH, path, Some(body)).await
    }

    /// Registers a database; gives where it is.
    pub async fn adopt(&self, who: &Person, database: Uuid) -> String {
        let told = self.post(who, "/api/databases", &json!({ "database_id": database })).await;
        assert_eq!(told.status, 201, "{told:?}");
        told.location.unwrap()
    }

    /// Waits until Notion holds what is looked for.
    pub async fn until<T>(&self, look: impl Fn(&EmulatedNotion) -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, self.notion.until(look)).await;
        found.expect("it happens in time")
    }

    /// Waits until a registered database looks so: Notion is asked again and again meanwhile.
    pub async fn until_told(&self, who: &Person, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let looking = async {
            loop {
                let told = self.get(who, path).await.body;
                if fits(&told) {
                    return told;
                }
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.expect("it is told in time")
    }

    /// What the command line works with.
    pub fn office(&self) -> Office {
        let api = Notion::new(&self.running.url.parse().unwrap(), Arc::new(MemoryBudget::new(WINDOW)));
        linkscribe::app::adapters::office(&self.store, &Arc::new(api.unwrap()))
    }

    /// How many connections are kept.
    pub async fn connections(&self) -> i64 {
        let raw = Database::connect(format!("sqlite://{}", self.journal().display())).await.unwrap();
        let select = "SELECT COUNT(*) AS kept FROM connections";
        let row = raw.query_one_raw(Statement::from_string(raw.get_database_backend(), select)).await;
        let kept = row.unwrap().unwrap().try_get("", "kept").unwrap();
        raw.close().await.unwrap();
        kept
    }

    /// Changes the journal behind the service's back.
    pub async fn tamper(&self, sql: &str) -> u64 {
        let raw = Database::connect(format!("sqlite://{}", self.journal().display())).await.unwrap();
        let changed = raw.execute_unprepared(sql).await.unwrap().rows_affected();
        raw.close().await.unwrap();
        changed
    }

    fn journal(&self) -> std::path::PathBuf {
        self.folder.path().join("journal.db")
    }

    /// How many requests to Notion changed something.
    pub fn writes(&self) -> usize {
        let is_write = |exchange: &linkscribe::sandbox::notion::Exchange| {
            let asks = exchange.path.ends_with("/query") || exchange.path == "/v1/search";
            exchange.method != "GET" && !asks && !exchange.path.starts_with("/v1/oauth")
        };
        self.notion.requests().iter().filter(|exchange| is_write(exchange)).count()
    }

    /// From now on only work gets a part of the connection's budget.
    pub fn get_busy(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    /// Gives a page a cover, as its owner would.
    pub async fn dress(&self, who: &Person, page: Uuid, cover: &str) {
        let body = json!({ "cover": { "type": "external", "external": { "url": cover } } });
        let request = self.client.patch(format!("{}/v1/pages/{page}", self.running.url));
        let request = request.bearer_auth(&who.token).header("notion-version", "2025-09-03");
        assert_eq!(request.json(&body).send().await.unwrap().status(), 200);
    }

    /// What stands behind the address of a file that Notion shows.
    pub async fn file(&self, url: &str) -> Vec<u8> {
        let answer = self.client.get(url).send().await.unwrap();
        answer.error_for_status().unwrap().bytes().await.unwrap().to_vec()
    }

    pub fn may_not_insert(&self, who: &Person) {
        self.notion.take_capability(&who.token, Capability::InsertContent);
    }
}

impl Told {
    pub async fn of(answer: Response) -> Self {
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (status, location) = (answer.status().as_u16(), header("location"));
        let kind = header("content-type").unwrap_or_default();
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, location, kind, body }
    }

    /// A problem with a title and a hint.
    pub fn is_problem(&self, status: u16, hint: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.kind.starts_with("application/problem+json"), "{self:?}");
        let told = self.body["hint"].as_str().unwrap();
        assert!(!self.body["title"].as_str().unwrap().is_empty() && told.contains(hint), "{self:?}");
    }
}

fn model() -> Arc<dyn SummaryModel> {
    Arc::new(FakeModel(Script::works()))
}

/// The columns of a database somebody might have.
pub fn columns() -> Value {
    json!({
        "Name": { "title": {} },
        "Link": { "url": {} },
        "Status": { "select": { "options": [] } },
        "Reason": { "rich_text": {} },
        "Minutes": { "number": {} },
    })
}
