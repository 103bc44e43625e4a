//! What passed through: a bounded log of requests, counters, and the request budget per connection.

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

/// A fixed budget of requests per window and connection.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Requests allowed in one window.
    pub budget: u32,
    /// Length of a window.
    pub window: TimeDelta,
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

/// Log, counters and budgets.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    log: VecDeque<Exchange>,
    counters: Counters,
    limit: Option<RateLimit>,
    windows: HashMap<Uuid, (DateTime<Utc>, u32)>,
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

    /// Sets or takes away the budget; windows start anew.
    pub(super) fn limit(&mut self, limit: Option<RateLimit>) {
        self.limit = limit;
        self.windows.clear();
    }

    /// Spends one request of a bot; `Err` holds the seconds until its window ends.
    pub(super) fn spend(&mut self, bot: Uuid, now: DateTime<Utc>) -> Result<(), u64> {
        let Some(RateLimit { budget, window }) = self.limit else { return Ok(()) };
        let (start, spent) = self.windows.entry(bot).or_insert((now, 0));
        if now >= *start + window {
            (*start, *spent) = (now, 0);
        }
        if *spent < budget {
            *spent += 1;
            return Ok(());
        }
        let left = (*start + window - now).num_milliseconds().max(0);
        // Whole seconds, rounded up, at least one: what the header can say.
        Err(u64::try_from(left).unwrap_or(0).div_ceil(1000).max(1))
    }
}
