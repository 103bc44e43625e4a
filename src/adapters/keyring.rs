//! Renews tokens: one purchase for all who need it, the new pair stored before anybody uses it.
//!
//! Takes a token that was refused; gives the one in its place. A refresh token works once, so that two
//! instances, or two requests of one, must never spend the same: in the process a lock decides, between
//! instances a short right in the database. A pair that cannot be renewed marks the connection as revoked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::domain::entry::ConnectionId;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Access, Accounts, Consent, Keys, Tokens};

/// How long one instance may take to buy a pair: the purchase has 15 s, storing it 8.
const PURCHASE: Duration = Duration::from_secs(30);

/// How often another instance looks whether the pair is there.
const LOOK: Duration = Duration::from_millis(300);

/// Renews the tokens of connections.
pub struct Keyring {
    accounts: Arc<dyn Accounts>,
    consent: Arc<dyn Consent>,
    rings: Mutex<HashMap<ConnectionId, Arc<Ring>>>,
}

/// What is known of one connection's token.
#[derive(Default)]
struct Ring {
    newest: Mutex<Option<SecretString>>,
    /// Held by whoever renews.
    renewing: tokio::sync::Mutex<()>,
}

impl Keyring {
    /// Renews at `consent` what `accounts` keeps.
    pub fn new(accounts: Arc<dyn Accounts>, consent: Arc<dyn Consent>) -> Self {
        Self { accounts, consent, rings: Mutex::default() }
    }

    fn ring(&self, connection: ConnectionId) -> Arc<Ring> {
        Arc::clone(locked(&self.rings).entry(connection).or_default())
    }

    /// What took the place of a refused token already, be it by another instance.
    async fn replaced(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Option<Tokens>> {
        let kept = self.accounts.tokens(connection).await?;
        let kept = kept.ok_or_else(|| disconnected("the connection is gone"))?;
        Ok((!same(&kept.access, refused)).then_some(kept))
    }

    /// Buys a pair, or waits for the instance that does.
    async fn bought(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Tokens> {
        let deadline = Instant::now() + PURCHASE;
        loop {
            if let Some(kept) = self.replaced(connection, refused).await? {
                return Ok(kept);
            }
            if self.accounts.begin_renewal(connection, PURCHASE).await? {
                let bought = self.buy(connection, refused).await;
                self.accounts.end_renewal(connection).await?;
                return bought;
            }
            if Instant::now() > deadline {
                return Err(Failure::transient(anyhow!("another instance renews the token for too long")));
            }
            sleep(LOOK).await;
        }
    }

    async fn buy(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Tokens> {
        // Between the look and the right somebody may have stored a new pair.
        if let Some(kept) = self.replaced(connection, refused).await? {
            return Ok(kept);
        }
        let kept = self.accounts.tokens(connection).await?;
        // An integration's own token is never renewed; its owner replaces it, and may do so any moment.
        let refresh = kept.and_then(|kept| kept.refresh);
        let refresh = refresh.ok_or_else(|| disconnected("the token is refused and cannot be renewed"))?;
        match self.consent.renew(&refresh).await {
            Ok(pair) => {
                self.accounts.replace_tokens(connection, refused, &pair).await?;
                info!(connection_id = %connection, "the tokens were renewed");
                Ok(pair)
            }
            Err(failure) if matches!(failure.kind, Kind::Permanent(_)) => {
                warn!(connection_id = %connection, "access was taken away");
                self.accounts.mark_revoked(connection, refused).await?;
                Err(failure)
            }
            Err(failure) => Err(failure),
        }
    }
}

#[async_trait]
impl Keys for Keyring {
    fn current(&self, access: &Access) -> SecretString {
        let newest = locked(&self.ring(access.connection).newest).clone();
        newest.unwrap_or_else(|| access.token.clone())
    }

    async fn renew(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<SecretString> {
        let ring = self.ring(connection);
        let _one = ring.renewing.lock().await;
        let tokens = self.bought(connection, refused).await?;
        *locked(&ring.newest) = Some(tokens.access.clone());
        Ok(tokens.access)
    }
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn disconnected(why: &'static str) -> Failure {
    Failure::permanent(Reason::Disconnected, anyhow!(why))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A poisoned lock still holds a whole value: no step under it can stop half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
