//! A request budget in Redis: the same promise as in memory, shared by all instances.
//!
//! Takes from all keys of a request or from none, and gives leave to go or the pause after which asking makes
//! sense. Both steps are one script each, so that two instances cannot take the same last request and no request
//! is paid for by half; time is the server's. Fails
//! as transient when Redis does not answer in [`PATIENCE`]; `fallback_budget` goes on without it.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use deadpool_redis::redis::Script;
use deadpool_redis::{Config, Pool, PoolConfig, Runtime, Timeouts};
use tokio::time::timeout;

use crate::failure::{Failure, Outcome};
use crate::ports::{Draw, RateBudget};

/// A Redis next door answers within a millisecond; after two seconds it is not there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Connections kept; one script takes microseconds, so a few serve every actor.
const CONNECTIONS: usize = 4;

/// Gives 0 for go, else the milliseconds to wait. `KEYS` are pairs of a counter and a lock, `ARGV` the window and
/// for each pair how many requests are too many. All pairs are looked at before one is changed. A counter that
/// lost its expiry gets a new one, or the key would stay shut for ever.
const TAKE: &str = r"
local pause = 0
for i = 2, #ARGV do
  local counter, lock = KEYS[2 * i - 3], KEYS[2 * i - 2]
  local closed = redis.call('PTTL', lock)
  if closed >= 0 then
    pause = math.max(pause, closed, 1)
  elseif tonumber(redis.call('GET', counter) or '0') >= tonumber(ARGV[i]) then
    local left = redis.call('PTTL', counter)
    if left == -1 then
      redis.call('PEXPIRE', counter, ARGV[1])
      left = tonumber(ARGV[1])
    end
    pause = math.max(pause, left, 1)
  end
end
if pause > 0 then return pause end
for i = 2, #ARGV do
  local counter = KEYS[2 * i - 3]
  redis.call('INCR', counter)
  if redis.call('PTTL', counter) < 0 then redis.call('PEXPIRE', counter, ARGV[1]) end
end
return 0
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
    window: Duration,
    take: Script,
    close: Script,
}

impl RedisBudget {
    /// Budgets counted in windows of this length, kept in the Redis at `url` (`redis://host:port/db`).
    /// Connects with the first request, not here.
    pub fn new(url: &str, window: Duration) -> Outcome<Self> {
        let mut config = Config::from_url(url);
        config.pool = Some(PoolConfig {
            timeouts: Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) },
            ..PoolConfig::new(CONNECTIONS)
        });
        let pool = config
            .create_pool(Some(Runtime::Tokio1))
            .context("the address of Redis cannot be used")
            .map_err(Failure::bug)?;
        Ok(Self { pool, window, take: Script::new(TAKE), close: Script::new(CLOSE) })
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
    async fn take(&self, draws: &[Draw]) -> Outcome<Option<Duration>> {
        let keys: Vec<String> =
            draws.iter().flat_map(|draw| [name(&draw.key, "used"), name(&draw.key, "closed")]).collect();
        let mut numbers = vec![milliseconds(self.window)];
        numbers.extend(draws.iter().map(|draw| u64::from(draw.up_to)));
        let pause = self.run(&self.take, &keys, &numbers).await?;
        Ok((pause > 0).then(|| Duration::from_millis(pause)))
    }

    async fn close_for(&self, key: &str, pause: Duration) -> Outcome<()> {
        self.run(&self.close, &[name(key, "closed")], &[milliseconds(pause)]).await?;
        Ok(())
    }
}

/// The braces keep all names on the same node of a Redis cluster: one script asks for several keys.
fn name(key: &str, part: &str) -> String {
    format!("linkscribe:{{budget}}:{key}:{part}")
}

/// At least one: Redis refuses an expiry of zero.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}
