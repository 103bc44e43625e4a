//! The service's front door: real routes on a free port, an emulated Notion behind it, doubles for the chain.

use std::net::TcpListener;
use std::sync::Arc;

use linkscribe::accounts::Front;
use linkscribe::adapters::keyring::Keyring;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion, NotionConsent, WINDOW};
use linkscribe::adapters::sign_ins::MemorySignIns;
use linkscribe::app::{App, ImportPorts, Options, Ports, ResultPorts, WebServer};
use linkscribe::domain::cost::Prices;
use linkscribe::ports::{Accounts, Consent, SignIns};
use linkscribe::sandbox::notion::{EmulatedNotion, RunningNotion};
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use secrecy::SecretString;
use url::Url;

use super::fakes::{FakeWorkspace, Script};
use super::kitchen::Kitchen;

/// The integration as registered with Notion.
pub const CLIENT: &str = "client-4711";
/// Its secret.
pub const SECRET: &str = "secret-canary-0815";

/// A running service with a Notion.
pub struct FrontDoor {
    pub kitchen: Kitchen,
    pub notion: EmulatedNotion,
    pub url: Url,
    pub app: App,
    /// Notion as the chain speaks with it.
    pub workspace: Arc<Notion>,
    running: RunningNotion,
    web: WebServer,
}

impl FrontDoor {
    /// With sign-ins kept in memory.
    pub async fn open() -> Self {
        Self::open_with(Arc::new(MemorySignIns::default()), None).await
    }

    /// People reach it at `public` where it is given, else at its own address.
    pub async fn open_with(sign_ins: Arc<dyn SignIns>, public: Option<&str>) -> Self {
        Self::open_as(sign_ins, public, |_, _| {}).await
    }

    /// With other ports or options than usual.
    pub async fn open_as(
        sign_ins: Arc<dyn SignIns>,
        public: Option<&str>,
        change: impl FnOnce(&mut Ports, &mut Options),
    ) -> Self {
        Self::open_in(Kitchen::open().await, sign_ins, public, change)
    }

    /// With a journal of one's own.
    pub fn open_in(
        kitchen: Kitchen,
        sign_ins: Arc<dyn SignIns>,
        public: Option<&str>,
        change: impl FnOnce(&mut Ports, &mut Options),
    ) -> Self {
        let notion = EmulatedNotion::new();
        let running = notion.serve_on_free_port().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let public = public.map_or_else(|| url.clone(), |public| Url::parse(public).unwrap());
        let callback = String::from(public.join("/auth/callback").unwrap());
        notion.publish(CLIENT, SECRET, &callback).unwrap();
        let api = Url::parse(&running.url).unwrap();
        let consent: Arc<dyn Consent> =
            Arc::new(NotionConsent::new(&api, CLIENT, &SecretString::from(SECRET)).unwrap());
        let workspace = Arc::new(instance(&api, &kitchen, &consent));
        let doubles = kitchen.ports(FakeWorkspace::with_links(&[], Script::works()));
        let front = Some(Front { consent, sign_ins, callback });
        let importing = Some(ImportPorts {
            imports: kitchen.store.clone(),
            rows: workspace.clone(),
            prices: Prices::default(),
        });
        let (there, catalogue) = (workspace.clone(), workspace.clone());
        let results = ResultPorts {
            maker: workspace.clone(),
            pages: kitchen.store.clone(),
            covers: kitchen.store.clone(),
            keepsakes: kitchen.store.clone(),
        };
        let mut ports = Ports { workspace: there, catalogue, results, front, importing, ..doubles };
        let mut options = kitchen.options(2);
        options.public_url = public;
        change(&mut ports, &mut options);
        let app = App::start(ports, options);
        let web = app.serve_http(listener).unwrap();
        Self { kitchen, notion, url, app, workspace, running, web }
    }

    pub async fn close(self) {
        self.web.close().await.unwrap();
        self.app.drain().await;
        self.running.stop().await.unwrap();
    }

    /// Notion as a second instance of the service speaks with it.
    pub fn another_instance(&self) -> Notion {
        let api = Url::parse(&self.running.url).unwrap();
        let consent = Arc::new(NotionConsent::new(&api, CLIENT, &SecretString::from(SECRET)).unwrap());
        instance(&api, &self.kitchen, &(consent as Arc<dyn Consent>))
    }

    /// A browser that nobody used before.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url.clone())
    }

    /// A browser whose person has signed in.
    pub async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let back = self.notion.allow(&browser.to_notion().await).unwrap();
        let landed = browser.come_back(&back).await;
        assert_eq!((landed.status().as_u16(), location(&landed)), (303, "/start?signed_in=yes".to_owned()));
        browser
    }
}

fn instance(api: &Url, kitchen: &Kitchen, consent: &Arc<dyn Consent>) -> Notion {
    let accounts = Arc::clone(&kitchen.store) as Arc<dyn Accounts>;
    let keys = Arc::new(Keyring::new(accounts, Some(Arc::clone(consent))));
    // A test asks more in a second than a person does in a minute.
    let notion = Notion::new(api, Arc::new(MemoryBudget::new(WINDOW))).unwrap();
    notion.with_limits(Limits::of(100_000)).with_keys(keys)
}

/// What a browser keeps; it follows no redirect by itself.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    url: Url,
    pub cookies: Vec<(String, String)>,
}

impl Browser {
    /// A browser that nobody used before, for the service at `url`.
    pub fn new(url: Url) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
        Self { client, url, cookies: Vec::new() }
    }

    /// A request with the cookies of this browser.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, self.url.join(path).unwrap());
        // As browsers ask for pages.
        let request = request.header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    pub async fn get(&mut self, path: &str) -> Response {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        self.keep(&answer);
        answer
    }

    pub async fn post(&mut self, path: &str) -> Response {
        let answer = self.request(Method::POST, path).send().await.unwrap();
        self.keep(&answer);
        answer
    }

    /// Presses "Connect Notion"; gives where that leads.
    #[expect(clippy::wrong_self_convention, reason = "the browser goes to Notion")]
    pub async fn to_notion(&mut self) -> String {
        let answer = self.get("/auth/login").await;
        assert_eq!(answer.status(), 302);
        location(&answer)
    }

    /// Follows Notion's redirect to the service.
    pub async fn come_back(&mut self, back: &Url) -> Response {
        self.get(&format!("{}?{}", back.path(), back.query().unwrap_or_default())).await
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    fn keep(&mut self, answer: &Response) {
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(there, _)| there != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// Where an answer leads.
pub fn location(answer: &Response) -> String {
    answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The cookies an answer sets, as sent.
pub fn set_cookies(answer: &Response) -> Vec<String> {
    answer.headers().get_all(SET_COOKIE).iter().map(|set| set.to_str().unwrap().to_owned()).collect()
}
