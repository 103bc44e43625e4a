//! What the stand-ins are told to answer, what they have seen, and the one way a call goes through them.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::watch;

/// One of the methods the stand-ins offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Speech,
    Chat,
    Vision,
    Gemini,
    Notion,
}

/// What may go wrong with one call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The error answer the service has for this status.
    Status(u16),
    /// The same with the wish to wait: a header, and in the body where the service has a place for it.
    Wait(u16, u64),
    /// Exactly this answer.
    Reply(u16, Value),
    /// No answer until the caller goes away.
    Stall,
    /// The right length, half the bytes, a cut connection.
    HalfBody,
    /// JSON of quite another form.
    WrongJson,
    /// A page of a proxy that says it is fine.
    NotJson,
    /// The connection breaks without an answer.
    Reset,
    /// An answer of so many bytes that does not say how long it is.
    Huge(u64),
    /// The same with its length in a header.
    HugeAnnounced(u64),
    /// An answer that comes with one byte a second and never ends.
    Drip,
}

/// How often a service was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Requests that arrived.
    pub(crate) started: usize,
    /// Requests that were answered as scripted, and are paid for.
    pub(crate) finished: usize,
    /// Requests the real service would refuse; a test with a correct adapter sees none.
    pub(crate) refused: usize,
    /// Requests that met a scripted fault.
    pub(crate) failed: usize,
}

/// Stands in a scripted answer for the fingerprint of what was asked, so that an answer names its question.
pub(crate) const FINGERPRINT: &str = "FINGERPRINT";

/// An error answer: status and body.
pub(super) struct Refusal(pub(super) u16, pub(super) Value);

/// Everything a test may set, and what it may ask for.
#[derive(Default)]
pub(super) struct State {
    pub(super) speech: (String, Vec<Value>),
    pub(super) images: Vec<Option<String>>,
    pub(super) images_shown: usize,
    pub(super) answer: Option<Value>,
    pub(super) next_answers: VecDeque<String>,
    pub(super) refuse_schemas: bool,
    pub(super) refuse_formats: bool,
    pub(super) keyless: bool,
    pub(super) models: Vec<String>,
    pub(super) faults: HashMap<Service, VecDeque<Fault>>,
    pub(super) always: HashMap<Service, Fault>,
    pub(super) delays: HashMap<Service, Duration>,
    pub(super) calls: HashMap<Service, Calls>,
    pub(super) requests: HashMap<Service, Vec<Value>>,
    pub(super) finished: HashMap<Service, Vec<String>>,
    running: usize,
}

/// The state with a bell that rings at every change.
pub(super) struct Script {
    state: Mutex<State>,
    sent: Arc<AtomicU64>,
    bell: watch::Sender<()>,
}

impl Default for Script {
    fn default() -> Self {
        Self { state: Mutex::default(), sent: Arc::default(), bell: watch::Sender::new(()) }
    }
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.bell.send_replace(());
        changed
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    pub(super) fn running(&self) -> usize {
        self.lock().running
    }

    /// How many bytes of huge answers left, those under way included.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn count(&self, service: Service, count: impl FnOnce(&mut Calls)) {
        self.change(|state| count(state.calls.entry(service).or_default()));
    }

    fn next_fault(&self, service: Service) -> Option<Fault> {
        self.change(|state| {
            let next = state.faults.get_mut(&service).and_then(VecDeque::pop_front);
            next.or_else(|| state.always.get(&service).cloned())
        })
    }

    /// The next scripted text of a model, else the scripted object.
    pub(super) fn next_answer(&self, asked: &[String]) -> String {
        self.change(|state| {
            let plain = || {
                let mut note =
                    json!({"title": "A short video", "summary": "It says a little.", "keyPoints": ["One point"]});
                for key in asked.iter().filter(|key| note.get(key.as_str()).is_none()).cloned().collect::<Vec<_>>() {
                    note.as_object_mut().map(|note| note.insert(key, Value::Null));
                }
                note
            };
            let scripted = state.next_answers.pop_front();
            scripted.unwrap_or_else(|| state.answer.clone().unwrap_or_else(plain).to_string())
        })
    }

    /// One call: `check` reads the request to its end and gives what was asked, `answer` makes the answer,
    /// `error` is how the service words a status (and a wish to wait).
    pub(super) async fn serve<T>(
        &self,
        service: Service,
        check: impl Future<Output = Result<(T, Value), Refusal>>,
        answer: impl FnOnce(T) -> Value,
        error: fn(u16, Option<u64>) -> Value,
    ) -> HttpResponse {
        let _running = Running::begin(self);
        self.count(service, |calls| calls.started += 1);
        let (asked, print) = match check.await {
            Ok((asked, seen)) => {
                let print = fingerprint(&seen);
                self.change(|state| state.requests.entry(service).or_default().push(seen));
                (asked, print)
            }
            Err(Refusal(status, body)) => {
                self.count(service, |calls| calls.refused += 1);
                return reply(status).json(body);
            }
        };
        if let Some(fault) = self.next_fault(service) {
            self.count(service, |calls| calls.failed += 1);
            return self.fail(fault, error).await;
        }
        let delay = self.read(|state| state.delays.get(&service).copied());
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        let body = answer(asked).to_string().replace(FINGERPRINT, &print);
        self.change(|state| {
            state.calls.entry(service).or_default().finished += 1;
            state.finished.entry(service).or_default().push(print);
        });
        HttpResponse::Ok().content_type("application/json").body(body)
    }

    async fn fail(&self, fault: Fault, error: fn(u16, Option<u64>) -> Value) -> HttpResponse {
        match fault {
            Fault::Status(status) => reply(status).json(error(status, None)),
            Fault::Wait(status, secs) => {
                let body = error(status, Some(secs));
                reply(status).insert_header(("retry-after", secs.to_string())).json(body)
            }
            Fault::Reply(status, body) => reply(status).json(body),
            Fault::Stall => {
                let _stalled = Stalled::begin(self);
                std::future::pending().await
            }
            Fault::HalfBody => {
                let half = Ok(Bytes::from_static(b"{\"text\": \"half of an ans"));
                let cut = Err(std::io::Error::other("scripted cut"));
                HttpResponse::Ok().content_type("application/json").streaming(stream::iter([half, cut]))
            }
            Fault::WrongJson => HttpResponse::Ok().json(json!({"object": "list", "data": [1, 2, 3]})),
            Fault::NotJson => HttpResponse::Ok().body("<html>all is fine</html>"),
            Fault::Reset => {
                let broken = Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
                HttpResponse::Ok().body(SizedStream::new(1, stream::iter([broken])))
            }
            Fault::Huge(bytes) => HttpResponse::Ok().streaming(spaces(bytes, self.sent.clone())),
            Fault::HugeAnnounced(bytes) => {
                HttpResponse::Ok().body(SizedStream::new(bytes, Box::pin(spaces(bytes, self.sent.clone()))))
            }
            Fault::Drip => HttpResponse::Ok().streaming(Box::pin(stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            }))),
        }
    }
}

/// The same for the same question; sixteen letters without a digit, so that no cleaning takes it for a number.
fn fingerprint(asked: &Value) -> String {
    let letters = hash(asked.to_string().as_bytes());
    (0..16)
        .map(|at| char::from(b'a' + u8::try_from((letters >> (4 * at)) & 0xf).unwrap_or_default()))
        .collect()
}

/// Tells contents apart.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// So many spaces, counted as they leave.
fn spaces(bytes: u64, sent: Arc<AtomicU64>) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    const CHUNK: &[u8] = &[b' '; 65_536];
    stream::unfold(bytes, move |left| {
        let size = CHUNK.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        sent.fetch_add(size as u64, Ordering::Relaxed);
        async move { (size > 0).then(|| (Ok(Bytes::from_static(&CHUNK[..size])), left - size as u64)) }
    })
}

fn reply(status: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

/// A call under way, counted also when its caller goes away.
struct Running<'a>(&'a Script);

impl<'a> Running<'a> {
    fn begin(script: &'a Script) -> Self {
        script.change(|state| state.running += 1);
        Self(script)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.running -= 1);
    }
}

/// A call that nobody waits for at the end of a test.
struct Stalled<'a>(&'a Script);

impl<'a> Stalled<'a> {
    fn begin(script: &'a Script) -> Self {
        script.change(|state| state.running -= 1);
        Self(script)
    }
}

impl Drop for Stalled<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.running += 1);
    }
}
