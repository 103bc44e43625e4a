//! Sign-ins in Redis, for several instances: a callback may come back to another one than it left.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use deadpool_redis::redis::{AsyncCommands, SetExpiry, SetOptions};
use deadpool_redis::{Config, Connection, Pool, PoolConfig, Runtime, Timeouts};
use tokio::time::timeout;

use crate::failure::{Failure, Outcome};
use crate::ports::SignIns;

/// A Redis next door answers within a millisecond; after two seconds it is not there.
const PATIENCE: Duration = Duration::from_secs(2);

/// People sign in now and then.
const CONNECTIONS: usize = 2;

/// Keeps sign-ins in Redis.
pub struct RedisSignIns {
    pool: Pool,
}

impl RedisSignIns {
    /// The Redis at this address. Connects with the first sign-in, not here.
    pub fn new(url: &str) -> Outcome<Self> {
        let mut config = Config::from_url(url);
        config.pool = Some(PoolConfig {
            timeouts: Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) },
            ..PoolConfig::new(CONNECTIONS)
        });
        let pool = config.create_pool(Some(Runtime::Tokio1));
        Ok(Self { pool: pool.context("the address of Redis cannot be used").map_err(Failure::bug)? })
    }

    async fn within<T>(&self, asked: impl Future<Output = anyhow::Result<T>>) -> Outcome<T> {
        timeout(PATIENCE, asked).await.context("redis gives no answer").flatten().map_err(Failure::transient)
    }

    async fn connection(&self) -> anyhow::Result<Connection> {
        self.pool.get().await.context("cannot reach Redis")
    }
}

#[async_trait]
impl SignIns for RedisSignIns {
    async fn begin(&self, state: &str, belongs: &str, lasts: Duration) -> Outcome<()> {
        self.within(async {
            let expiry = SetOptions::default().with_expiration(SetExpiry::EX(lasts.as_secs()));
            Ok(self.connection().await?.set_options::<_, _, ()>(key(state), belongs, expiry).await?)
        })
        .await
    }

    async fn take(&self, state: &str) -> Outcome<Option<String>> {
        self.within(async { Ok(self.connection().await?.get_del(key(state)).await?) }).await
    }
}

fn key(state: &str) -> String {
    format!("linkscribe:sign-in:{state}")
}
