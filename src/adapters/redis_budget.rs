//! A request budget in Redis: the same promise as in memory, shared by all instances.
//!
//! Takes a key and gives leave to go or the pause after which asking makes sense. Both steps are one
//! script each, so that two instances cannot take the same last request; time is the server's. Fails
//! as transient when Redis does not answer in [`PATIENCE`]; `fallback_budget` goes on without it.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use deadpool_redis::redis::Script;
use deadpool_redis::{Config, Pool, PoolConfig, Runtime, Timeouts};
use tokio::time::timeout;

use super::notion;
use crate::failure::{Failure, Outcome};
use crate::ports::RateBudget;

/// A Redis next door answers within a millisecond; after two seconds it is not there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Connections kept; one script takes microseconds, so a few serve every actor.
const CONNECTIONS: usize = 4;

/// Gives 0 for go, else the milliseconds to wait. A counter that lost its expiry gets a new one, or
/// the key would stay shut for ever.
const TAKE: &str = r"
local closed = redis.call('PTTL', KEYS[2])
if closed >= 0 then return math.max(closed, 1) end
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if used < tonumber(ARGV[1]) then
  redis.call('INCR', KEYS[1])
  if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0
end
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return math.max(left, 1)
";

/// Shuts a key; a shorter pause never shortens a longer one.
const CLOSE: &str = r"
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 0
";

/// Requests per window and key, counted in Redis.
pub struct RedisBudget {
    pool: Pool,
    requests: u32,
    window: Duration,
    take: Script,
    close: Script,
}

impl RedisBudget {
    /// A budget of `requests` in each `window`, kept in the Redis at `url` (`redis://host:port/db`).
    /// Connects with the first request, not here.
    pub fn new(url: &str, requests: u32, window: Duration) -> Outcome<Self> {
        let mut config = Config::from_url(url);
        config.pool = Some(PoolConfig {
            timeouts: Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) },
            ..PoolConfig::new(CONNECTIONS)
        });
        let pool = config
            .create_pool(Some(Runtime::Tokio1))
            .context("the address of Redis cannot be used")
            .map_err(Failure::bug)?;
        Ok(Self { pool, requests, window, take: Script::new(TAKE), close: Script::new(CLOSE) })
    }

    /// The budget Notion gives a connection, kept in the Redis at `url`.
    pub fn for_notion(url: &str) -> Outcome<Self> {
        Self::new(url, notion::REQUESTS_PER_WINDOW, notion::WINDOW)
    }

    /// Runs one script within the time limit and gives the number it returns.
    async fn run(&self, script: &Script, keys: &[String], numbers: &[u64]) -> Outcome<u64> {
        let answer = async {
            let mut connection = self.pool.get().await.context("cannot reach Redis")?;
            let mut call = script.prepare_invoke();
            for key in keys {
                call.key(key);
            }
            for number in numbers {
                call.arg(*number);
            }
            call.invoke_async::<u64>(&mut connection).await.context("Redis refuses the budget's script")
        };
        timeout(PATIENCE, answer)
            .await
            .context("Redis does not answer in time")
            .and_then(|answer| answer)
            .map_err(Failure::transient)
    }
}

#[async_trait]
impl RateBudget for RedisBudget {
    async fn take(&self, key: &str) -> Outcome<Option<Duration>> {
        let limits = [u64::from(self.requests), milliseconds(self.window)];
        let pause = self.run(&self.take, &[name(key, "used"), name(key, "closed")], &limits).await?;
        Ok((pause > 0).then(|| Duration::from_millis(pause)))
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        self.run(&self.close, &[name(key, "closed")], &[milliseconds(pause)]).await?;
        Ok(())
    }
}

/// The braces keep both names of a key on the same node of a Redis cluster.
fn name(key: &str, part: &str) -> String {
    format!("linkscribe:budget:{{{key}}}:{part}")
}

/// At least one: Redis refuses an expiry of zero.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}
