//! The handle on an emulated Notion: connections, clock, switches, log. Cheap to clone.
//!
//! What a person does in the browser (databases, rows, reading pages) is in `person`, serving it in `server`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::callers::{Caller, Capability, Connection, Person, Space};
use super::error::ApiError;
use super::faults::{Fault, Faults};
use super::meddler::Meddler;
use super::model::Change;
use super::traffic::{Counters, Exchange, RateLimit, Traffic};
use super::workspace::Workspace;

/// An in-memory Notion. Clones share it.
#[derive(Debug, Clone)]
pub struct EmulatedNotion {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    workspace: Mutex<Workspace>,
    traffic: Mutex<Traffic>,
    faults: Mutex<Faults>,
    meddler: Meddler,
    ahead: Mutex<TimeDelta>,
    closing: Mutex<CancellationToken>,
    under_way: TaskTracker,
    stirred: Notify,
    first: Connection,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere must not make every later test line fail with a poisoned lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for EmulatedNotion {
    fn default() -> Self {
        Self::new()
    }
}

impl EmulatedNotion {
    /// Makes a Notion with one workspace, one person and one connection.
    pub fn new() -> Self {
        let mut workspace = Workspace::default();
        let first = connect(&mut workspace, "Sandbox", Utc::now());
        let inner = Inner {
            workspace: Mutex::new(workspace),
            traffic: Mutex::default(),
            faults: Mutex::default(),
            meddler: Meddler::default(),
            ahead: Mutex::new(TimeDelta::zero()),
            closing: Mutex::default(),
            under_way: TaskTracker::new(),
            stirred: Notify::new(),
            first,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Runs a short piece of work on the state; the lock is held for its length.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> T {
        work(&mut locked(&self.inner.workspace))
    }

    /// Who acts between the requests.
    pub(super) fn meddler(&self) -> &Meddler {
        &self.inner.meddler
    }

    /// Ends stalls early when the server stops.
    pub(super) fn closing(&self) -> CancellationToken {
        locked(&self.inner.closing).clone()
    }

    /// Forgets an earlier stop: a server starts again.
    pub(super) fn reopen(&self) {
        *locked(&self.inner.closing) = CancellationToken::new();
        self.inner.under_way.reopen();
    }

    /// The requests being answered.
    pub(super) fn under_way(&self) -> &TaskTracker {
        &self.inner.under_way
    }

    /// The token of the first connection.
    pub fn token(&self) -> String {
        self.inner.first.token.clone()
    }

    /// The first connection.
    pub fn connection(&self) -> Connection {
        self.inner.first.clone()
    }

    /// Makes another workspace with its own person, and an internal connection to it.
    pub fn connect(&self, workspace_name: &str) -> Connection {
        let now = self.now();
        self.with(|workspace| connect(workspace, workspace_name, now))
    }

    /// Makes another internal connection to a workspace there is; its integration has a name of its own.
    pub fn connect_beside(&self, beside: &Connection, name: &str) -> Connection {
        let now = self.now();
        self.with(|workspace| {
            let mut connection =
                Connection { bot_id: Uuid::new_v4(), name: name.to_owned(), ..beside.clone() };
            workspace.connections.push(connection.clone());
            connection.token = workspace.mint(connection.bot_id, false, now).access;
            connection
        })
    }

    /// The owner of a connection took it away: all its tokens, of either kind, are invalid from now on.
    pub fn revoke(&self, token: &str) {
        self.with(|held| {
            if let Some(bot) = held.pair(token).map(|pair| pair.bot) {
                held.disconnect(bot);
            }
        });
    }

    /// Takes a capability from a connection, such as comments.
    pub fn take_capability(&self, token: &str, capability: Capability) {
        self.change_connection(token, |connection| {
            connection.lacks.insert(capability);
        });
    }

    /// Gives a capability back.
    pub fn give_capability(&self, token: &str, capability: Capability) {
        self.change_connection(token, |connection| {
            connection.lacks.remove(&capability);
        });
    }

    /// Stops sharing an object, with all below it, with a connection.
    pub fn unshare(&self, token: &str, object: Uuid) {
        self.change_connection(token, |connection| {
            connection.hidden.insert(object);
            if let Some(granted) = &mut connection.granted {
                granted.remove(&object);
            }
        });
    }

    /// Shares an object, with all below it, with a connection.
    pub fn share(&self, token: &str, object: Uuid) {
        self.change_connection(token, |connection| {
            connection.hidden.remove(&object);
            if let Some(granted) = &mut connection.granted {
                granted.insert(object);
            }
        });
    }

    fn change_connection(&self, token: &str, change: impl FnOnce(&mut Connection)) {
        self.with(|workspace| {
            let bot = workspace.pair(token).map(|pair| pair.bot);
            if let Some(found) = workspace.connections.iter_mut().find(|known| Some(known.bot_id) == bot) {
                change(found);
            }
        });
    }

    /// Who a token stands for.
    pub(super) fn caller(&self, token: &str) -> Result<Caller, ApiError> {
        let now = self.now();
        let known = self.with(|held| held.opened_by(token).map(|known| Caller::bot(known, now)));
        known.ok_or_else(ApiError::unauthorized)
    }

    /// The emulated clock.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *locked(&self.inner.ahead)
    }

    /// Moves the emulated clock ahead: ages rows, ends rate windows, expires uploads.
    pub fn advance_clock(&self, by: TimeDelta) {
        let mut ahead = locked(&self.inner.ahead);
        *ahead += by;
    }

    /// Wakes whoever waits in [`Self::until`].
    pub(super) fn stir(&self) {
        self.inner.stirred.notify_waiters();
    }

    /// Waits until the look finds something; looks after every request and every edit of a person.
    /// Has no limit of its own: put a timeout around it.
    pub async fn until<T>(&self, look: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            // Made before the look, so that what happens between look and wait is not missed.
            let stirred = self.inner.stirred.notified();
            if let Some(found) = look(self) {
                return found;
            }
            stirred.await;
        }
    }

    /// Listens to what changes, from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.with(|workspace| workspace.feed.subscribe())
    }

    /// Fails the next `times` requests of this method (`*` for any) whose path starts with the prefix.
    pub fn fail_next(&self, times: usize, method: &str, path_prefix: &str, fault: Fault) {
        locked(&self.inner.faults).add(times, method, path_prefix, fault);
    }

    /// Takes all fault switches back.
    pub fn clear_faults(&self) {
        locked(&self.inner.faults).clear();
    }

    pub(super) fn take_fault(&self, method: &str, path: &str) -> Option<Fault> {
        locked(&self.inner.faults).take(method, path)
    }

    /// Sets or takes away the request budget of each connection.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        locked(&self.inner.traffic).limit(limit);
    }

    /// Sets or takes away the request budget that the connections of each workspace share.
    pub fn set_workspace_rate_limit(&self, limit: Option<RateLimit>) {
        locked(&self.inner.traffic).limit_workspaces(limit);
    }

    pub(super) fn spend(&self, bot: Uuid, workspace: Uuid) -> Result<(), ApiError> {
        let spent = locked(&self.inner.traffic).spend(bot, workspace, self.now());
        spent.map_err(|(by, seconds)| ApiError::rate_limited(seconds, by))
    }

    /// Sets how many rows one query gives in all (10,000 at Notion).
    pub fn set_query_rows(&self, rows: usize) {
        self.with(|workspace| workspace.query_rows = rows);
    }

    /// Lets queries lag behind: what bots make from now on they do not show; or lets them catch up.
    pub fn lag(&self, behind: bool) {
        self.with(|workspace| workspace.unshown = behind.then(HashSet::new));
    }

    /// Lets page addresses lead elsewhere than to Notion; the id follows without dashes.
    pub fn set_page_base(&self, base: &str) {
        self.with(|workspace| base.clone_into(&mut workspace.page_base));
    }

    /// A workspace pays from now on: it takes larger files, in several parts.
    pub fn pay(&self, workspace: Uuid) {
        self.with(|held| held.paying.insert(workspace));
    }

    /// Lets an upload expire before its time.
    pub fn expire_upload(&self, id: Uuid) {
        self.with(|workspace| {
            if let Some(upload) = workspace.uploads.get_mut(&id) {
                upload.expired = true;
            }
        });
    }

    pub(super) fn note(&self, exchange: Exchange) {
        locked(&self.inner.traffic).note(exchange);
        self.stir();
    }

    /// The last 1000 requests, oldest first.
    pub fn requests(&self) -> Vec<Exchange> {
        locked(&self.inner.traffic).log()
    }

    /// How many remembered requests had this method (`*` for any) and a path that starts so.
    pub fn count(&self, method: &str, path_prefix: &str) -> usize {
        let fits = |exchange: &&Exchange| {
            (method == "*" || exchange.method == method) && exchange.path.starts_with(path_prefix)
        };
        self.requests().iter().filter(fits).count()
    }

    /// Counters over all requests.
    pub fn counters(&self) -> Counters {
        locked(&self.inner.traffic).counters()
    }

    /// Forgets the request log and the counters.
    pub fn clear_requests(&self) {
        locked(&self.inner.traffic).clear();
    }
}

fn connect(workspace: &mut Workspace, name: &str, now: DateTime<Utc>) -> Connection {
    let space = Space::of(name, Person::named(&format!("{name} owner")));
    let mut connection = Connection {
        token: String::new(),
        bot_id: Uuid::new_v4(),
        name: "Linkscribe".into(),
        integration: None,
        workspace: space.id,
        owner: space.owner.id,
        lacks: HashSet::new(),
        granted: None,
        hidden: HashSet::new(),
        revoked: false,
    };
    workspace.signed_in.get_or_insert(space.owner.id);
    workspace.spaces.push(space);
    workspace.connections.push(connection.clone());
    connection.token = workspace.mint(connection.bot_id, false, now).access;
    connection
}
