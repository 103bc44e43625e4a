//! A service of doubles with its routes on a free port, and people who are signed in to it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use linkscribe::app::{App, Ports, WebServer};
use linkscribe::domain::entry::UserId;
use linkscribe::ports::{Accounts, NewConnection, Tokens};
use reqwest::{Client, Method, RequestBuilder, Response};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::support::fakes::FakeWorkspace;
use crate::support::kitchen::Kitchen;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// A running service.
pub(super) struct World {
    pub(super) kitchen: Kitchen,
    pub(super) app: App,
    pub(super) url: String,
    web: WebServer,
}

/// A signed-in person.
#[derive(Clone)]
pub(super) struct Person {
    client: Client,
    cookie: String,
    url: String,
}

/// A stream of events.
pub(super) struct Events {
    response: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<actix_web::web::Bytes>>>>,
    text: String,
}

impl World {
    pub(super) async fn open(workspace: &Arc<FakeWorkspace>, change: impl FnOnce(&mut Ports)) -> Self {
        let kitchen = Kitchen::open().await;
        let mut ports = kitchen.ports(Arc::clone(workspace));
        change(&mut ports);
        let app = App::start(ports, kitchen.options(2));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let web = app.serve_http(listener).unwrap();
        Self { kitchen, app, url, web }
    }

    /// The owner of the kitchen's database.
    pub(super) async fn owner(&self) -> Person {
        self.person(self.kitchen.database.user).await
    }

    /// Somebody else, with a workspace of their own.
    pub(super) async fn stranger(&self) -> Person {
        let new = NewConnection {
            person: "eve".into(),
            bot: "eve".into(),
            workspace_id: "elsewhere".into(),
            workspace: "Elsewhere".into(),
            tokens: Tokens::lasting("another"),
        };
        let (user, _) = self.kitchen.store.keep_connection(new).await.unwrap();
        self.person(user).await
    }

    async fn person(&self, user: UserId) -> Person {
        let cookie = self.kitchen.store.open_session(user, Duration::from_hours(1)).await.unwrap();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let cookie = format!("session={}", cookie.expose_secret());
        Person { client, cookie, url: self.url.clone() }
    }

    pub(super) async fn close(self) {
        self.app.drain().await;
        self.web.close().await.unwrap();
    }
}

impl Person {
    pub(super) fn asks(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.url))
            .header("Cookie", &self.cookie)
            .timeout(LONG)
    }

    pub(super) async fn gets(&self, path: &str) -> (u16, Value) {
        answer(self.asks(Method::GET, path).send().await.unwrap()).await
    }

    pub(super) async fn posts(&self, path: &str) -> (u16, Value) {
        answer(self.asks(Method::POST, path).send().await.unwrap()).await
    }

    /// The one entry there is.
    pub(super) async fn only_entry(&self) -> Value {
        let (_, list) = self.gets("/api/entries").await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        self.whole(&list["items"][0]).await
    }

    /// Everything about an entry of a list.
    pub(super) async fn whole(&self, entry: &Value) -> Value {
        let (code, whole) = self.gets(&format!("/api/entries/{}", entry["id"].as_str().unwrap())).await;
        assert_eq!(code, 200, "{whole}");
        whole
    }

    pub(super) async fn watches(&self, last: Option<&str>) -> Events {
        let request = self.asks(Method::GET, "/api/events");
        let request = if let Some(id) = last { request.header("Last-Event-ID", id) } else { request };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response: Box::pin(response.bytes_stream()), text: String::new() }
    }
}

impl Events {
    /// The next event as it was sent; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(LONG, self.response.next()).await.expect("an event in time");
            self.text.push_str(std::str::from_utf8(&chunk?.ok()?).unwrap());
        }
    }

    /// The first entry told that is like this.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.expect("the stream goes on");
            let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
            let entry: Value = serde_json::from_str(data).unwrap();
            if event.contains("event: entry") && wanted(&entry) {
                return entry;
            }
        }
    }
}

async fn answer(response: Response) -> (u16, Value) {
    let code = response.status().as_u16();
    let text = response.text().await.unwrap();
    (code, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The states of an entry's stages, by name.
pub(super) fn states(entry: &Value) -> Vec<&str> {
    entry["stages"].as_array().unwrap().iter().map(|stage| stage["state"].as_str().unwrap()).collect()
}
