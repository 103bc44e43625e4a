//! What passed through: a bounded log of requests, counters, and the request budgets of connections and workspaces.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Requests the log remembers; counters know all.
const LOG: usize = 1000;

/// One request and how it ended. Holds no token and no content.
#[derive(Debug, Clone, Serialize)]
pub struct Exchange {
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Status answered; 0 where the connection was broken on purpose.
    pub status: u16,
    /// Bot behind the token, if it was known.
    pub bot: Option<Uuid>,
}

/// A fixed budget of requests per window.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Requests allowed in one window.
    pub budget: u32,
    /// Length of a window.
    pub window: TimeDelta,
}

/// Whose budget is spent, as Notion's `rate_limit_reason` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpentBy {
    /// This connection's.
    Connection,
    /// The one all connections of the workspace share.
    Workspace,
}

impl SpentBy {
    /// Its name in an answer.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Workspace => "workspace",
        }
    }
}

/// How many requests ended with each status.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counters {
    /// All requests.
    pub total: u64,
    /// By status.
    pub by_status: BTreeMap<u16, u64>,
    /// By bot.
    pub by_bot: BTreeMap<Uuid, u64>,
}

/// The budgets of one kind, each with a window of its own.
#[derive(Debug, Default)]
struct Budgets {
    limit: Option<RateLimit>,
    windows: HashMap<Uuid, (DateTime<Utc>, u32)>,
}

impl Budgets {
    /// Seconds until something is left for this one; `None` where there is.
    fn wait(&self, whose: Uuid, now: DateTime<Utc>) -> Option<u64> {
        let RateLimit { budget, window } = self.limit?;
        let (start, spent) = self.windows.get(&whose).copied().unwrap_or((now, 0));
        if now >= start + window || spent < budget {
            return None;
        }
        let left = (start + window - now).num_milliseconds().max(0);
        // Whole seconds, rounded up, at least one: what the header can say.
        Some(u64::try_from(left).unwrap_or(0).div_ceil(1000).max(1))
    }

    fn spend(&mut self, whose: Uuid, now: DateTime<Utc>) {
        let Some(RateLimit { window, .. }) = self.limit else { return };
        let (start, spent) = self.windows.entry(whose).or_insert((now, 0));
        if now >= *start + window {
            (*start, *spent) = (now, 0);
        }
        *spent += 1;
    }

    /// Windows start anew.
    fn set(&mut self, limit: Option<RateLimit>) {
        *self = Self { limit, windows: HashMap::new() };
    }
}

/// Log, counters and budgets.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    log: VecDeque<Exchange>,
    counters: Counters,
    connections: Budgets,
    workspaces: Budgets,
}

impl Traffic {
    /// Notes a request that was answered.
    pub(super) fn note(&mut self, exchange: Exchange) {
        self.counters.total += 1;
        *self.counters.by_status.entry(exchange.status).or_default() += 1;
        if let Some(bot) = exchange.bot {
            *self.counters.by_bot.entry(bot).or_default() += 1;
        }
        self.log.push_back(exchange);
        if self.log.len() > LOG {
            self.log.pop_front();
        }
    }

    /// The last requests, oldest first.
    pub(super) fn log(&self) -> Vec<Exchange> {
        self.log.iter().cloned().collect()
    }

    /// The counters now.
    pub(super) fn counters(&self) -> Counters {
        self.counters.clone()
    }

    /// Forgets log and counters.
    pub(super) fn clear(&mut self) {
        self.log.clear();
        self.counters = Counters::default();
    }

    /// Sets or takes away the budget of each connection.
    pub(super) fn limit(&mut self, limit: Option<RateLimit>) {
        self.connections.set(limit);
    }

    /// Sets or takes away the budget of each workspace.
    pub(super) fn limit_workspaces(&mut self, limit: Option<RateLimit>) {
        self.workspaces.set(limit);
    }

    /// Spends one request of a bot and of its workspace, or of neither; `Err` says whose budget is spent and holds
    /// the seconds until its window ends.
    pub(super) fn spend(
        &mut self,
        bot: Uuid,
        workspace: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), (SpentBy, u64)> {
        if let Some(wait) = self.workspaces.wait(workspace, now) {
            return Err((SpentBy::Workspace, wait));
        }
        if let Some(wait) = self.connections.wait(bot, now) {
            return Err((SpentBy::Connection, wait));
        }
        self.workspaces.spend(workspace, now);
        self.connections.spend(bot, now);
        Ok(())
    }
}
