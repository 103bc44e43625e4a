//! `OpenAI`, Google Vision, Gemini and one method of Notion as one server on a free loopback port, as strict as
//! the originals.
//!
//! Every request is checked first: what the real service refuses is refused here in its words, even while
//! a fault is scripted, and counted as `refused`. Then comes the fault, then the delay, then the answer.
//!
//! ```ignore
//! let providers = ProviderStandIns::start().await;
//! providers.say(&[(0.0, 2.5, "boil the pasta")]);
//! providers.show(&["200 g pasta"]);
//! providers.answer(json!({"title": "Pasta", "p1": "Pasta"}));
//! providers.fail_next(Service::Gemini, Fault::Status(503));
//! let speech = OpenAiSpeech::new(&providers.openai_url, &key(), "whisper-1")?;
//! // …
//! assert_eq!(providers.calls(Service::Speech).finished, 1);
//! providers.stop().await;
//! ```

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "a toolbox for tests; each takes what it needs, and a test may panic"
)]

mod chat;
mod gemini;
mod notion;
mod script;
mod speech;
mod vision;

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::PATIENCE;
use script::Script;
pub(crate) use script::{Calls, FINGERPRINT, Fault, Service};
pub(crate) use speech::segment as spoken_segment;

/// The one key all stand-ins accept.
pub(crate) const KEY: &str = "stand-in-key-0123456789";

/// Larger than any limit a real service has, so that the stand-in itself can say what is too large.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// The key as adapters take it.
pub(crate) fn key() -> SecretString {
    SecretString::from(KEY)
}

/// The running stand-ins; stopped by [`ProviderStandIns::stop`], at the latest when dropped.
pub(crate) struct ProviderStandIns {
    /// For `OPENAI_BASE_URL`, speech and chat.
    pub(crate) openai_url: Url,
    /// For `VISION_API_URL`.
    pub(crate) vision_url: Url,
    /// For `GEMINI_API_URL`.
    pub(crate) gemini_url: Url,
    /// For `NOTION_API_URL`; it only knows whose token it is.
    pub(crate) notion_url: Url,
    script: Arc<Script>,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl ProviderStandIns {
    /// Starts all of them on one free port, in a thread of their own.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let url = |path: &str| Url::parse(&format!("{base}{path}")).unwrap();
        let script = Arc::new(Script::default());
        let (started, handle) = tokio::sync::oneshot::channel();
        let served = script.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let http = HttpServer::new(move || {
                    App::new()
                        .app_data(web::Data::from(served.clone()))
                        .app_data(web::PayloadConfig::new(BODY_BYTES))
                        .configure(speech::routes)
                        .configure(chat::routes)
                        .configure(vision::routes)
                        .configure(gemini::routes)
                        .configure(notion::routes)
                });
                let running = http.workers(1).disable_signals().listen(listener).unwrap().run();
                started.send(running.handle()).unwrap();
                running.await.unwrap();
            });
        });
        Self {
            openai_url: url("/openai/v1"),
            vision_url: url("/vision"),
            gemini_url: url("/gemini"),
            notion_url: url("/notion"),
            script,
            server: handle.await.unwrap(),
            thread: Some(thread),
        }
    }

    /// Waits until no call is running, except stalled ones, then closes the port.
    pub(crate) async fn stop(mut self) {
        self.idle().await;
        let thread = self.thread.take();
        self.server.stop(false).await;
        let joined = tokio::task::spawn_blocking(|| thread.map(JoinHandle::join)).await.unwrap();
        joined.unwrap().expect("the stand-ins' thread must end well");
    }

    /// Every sound says this from now on: start, end, text.
    pub(crate) fn say(&self, segments: &[(f64, f64, &str)]) {
        let segments: Vec<Value> = segments
            .iter()
            .map(|(start, end, text)| speech::segment(*start, *end, text, 0.02, -0.25))
            .collect();
        self.say_exactly("english", segments);
    }

    /// The same with the language's English name and whole segments as the service gives them.
    pub(crate) fn say_exactly(&self, language: &str, segments: Vec<Value>) {
        self.script.change(|state| state.speech = (language.to_owned(), segments));
    }

    /// Every image shows these lines from now on.
    pub(crate) fn show(&self, lines: &[&str]) {
        self.show_each(&[Some(lines)]);
    }

    /// The images show these lines in turn, over and over; `None` is an image that cannot be read.
    pub(crate) fn show_each(&self, images: &[Option<&[&str]>]) {
        let images = images.iter().map(|lines| lines.map(|lines| lines.join("\n"))).collect();
        self.script.change(|state| (state.images, state.images_shown) = (images, 0));
    }

    /// Gemini and chat answer with this object from now on.
    pub(crate) fn answer(&self, note: Value) {
        self.script.change(|state| state.answer = Some(note));
    }

    /// Gemini's or chat's next answer is this text, JSON or not; several are given one after the other.
    pub(crate) fn answer_next(&self, text: &str) {
        self.script.change(|state| state.next_answers.push_back(text.to_owned()));
    }

    /// Whether Gemini and chat refuse any schema from now on.
    pub(crate) fn refuse_schemas(&self, refuse: bool) {
        self.script.change(|state| state.refuse_schemas = refuse);
    }

    /// Whether chat knows no `response_format` at all from now on, and only the older name of the token limit.
    pub(crate) fn refuse_formats(&self, refuse: bool) {
        self.script.change(|state| state.refuse_formats = refuse);
    }

    /// Whether chat is a server without keys from now on: it refuses to be given one.
    pub(crate) fn ask_for_no_key(&self, keyless: bool) {
        self.script.change(|state| state.keyless = keyless);
    }

    /// The models the stand-ins know, instead of the usual ones.
    pub(crate) fn know_models(&self, names: &[&str]) {
        self.script.change(|state| state.models = names.iter().map(|name| (*name).to_owned()).collect());
    }

    /// The next call of this service meets a fault; several are met one after the other.
    pub(crate) fn fail_next(&self, service: Service, fault: Fault) {
        self.script.change(|state| state.faults.entry(service).or_default().push_back(fault));
    }

    /// Every call of this service meets a fault, until [`ProviderStandIns::heal`].
    pub(crate) fn fail_always(&self, service: Service, fault: Fault) {
        self.script.change(|state| state.always.insert(service, fault));
    }

    /// Takes back all faults of this service.
    pub(crate) fn heal(&self, service: Service) {
        self.script.change(|state| (state.faults.remove(&service), state.always.remove(&service)));
    }

    /// How long this service takes for each answer.
    pub(crate) fn delay(&self, service: Service, time: Duration) {
        self.script.change(|state| state.delays.insert(service, time));
    }

    /// What this service has done so far.
    pub(crate) fn calls(&self, service: Service) -> Calls {
        self.script.read(|state| state.calls.get(&service).copied().unwrap_or_default())
    }

    /// How many bytes of huge answers were sent, those that nobody read included.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.script.sent()
    }

    /// What this service was asked, in order: the form's fields (`file` as its size and a hash) or the JSON body
    /// (images as their sizes and hashes).
    pub(crate) fn requests(&self, service: Service) -> Vec<Value> {
        self.script.read(|state| state.requests.get(&service).cloned().unwrap_or_default())
    }

    /// The fingerprints of this service's finished calls, in order: the same for the same question.
    pub(crate) fn finished(&self, service: Service) -> Vec<String> {
        self.script.read(|state| state.finished.get(&service).cloned().unwrap_or_default())
    }

    /// Waits until this service has done what is asked for; panics when nothing of the kind happens.
    pub(crate) async fn wait_for(&self, service: Service, done: impl Fn(Calls) -> bool) {
        self.wait_until(|_| done(self.calls(service))).await;
    }

    /// Waits until no call is under way, except stalled ones.
    pub(crate) async fn idle(&self) {
        self.wait_until(|script| script.running() == 0).await;
    }

    async fn wait_until(&self, done: impl Fn(&Script) -> bool) {
        let mut news = self.script.news();
        let waiting = async {
            while !done(&self.script) {
                news.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("what the test waits for never happened");
    }
}

impl Drop for ProviderStandIns {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // The command is sent at once; the future only tells when it was obeyed.
            drop(self.server.stop(false));
            let joined = thread.join();
            assert!(joined.is_ok() || std::thread::panicking(), "the stand-ins' thread must end well");
        }
    }
}

/// An object with no other keys than these, or the words Google has for it.
fn only_keys(object: &Value, known: &[&str], place: &str) -> Result<(), String> {
    let object = object.as_object().ok_or_else(|| format!("{place} is no object"))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("Invalid JSON payload received. Unknown name \"{key}\" at '{place}'")),
        None => Ok(()),
    }
}

/// Whether the header carries the key, and nothing else does.
fn key_in(request: &actix_web::HttpRequest, header: &str, before: &str) -> Option<bool> {
    let value = request.headers().get(header)?.to_str().ok()?;
    Some(value.strip_prefix(before) == Some(KEY))
}

/// A Google error answer (google.rpc.Status).
fn google_error(code: u16, status: &str, message: &str, details: Value) -> script::Refusal {
    let error = json!({"code": code, "message": message, "status": status, "details": details});
    script::Refusal(code, json!({"error": error}))
}

/// How Google refuses a key.
fn google_key(request: &actix_web::HttpRequest) -> Result<(), script::Refusal> {
    if request.query_string().contains("key=") {
        return Err(google_error(400, "INVALID_ARGUMENT", "keys belong into the header here", json!([])));
    }
    match key_in(request, "x-goog-api-key", "") {
        Some(true) => Ok(()),
        Some(false) => Err(google_error(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]),
        )),
        None => Err(google_error(
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity).",
            json!([]),
        )),
    }
}

/// The canonical names of Google's status codes.
fn google_status(code: u16, wait_secs: Option<u64>) -> Value {
    let status = match code {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        402 | 429 => "RESOURCE_EXHAUSTED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
    let details = wait_secs.map_or(json!([]), |secs| {
        json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{secs}.5s")}])
    });
    google_error(code, status, "scripted fault", details).1
}
