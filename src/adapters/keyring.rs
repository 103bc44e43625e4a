//! Renews tokens: one purchase for all who need it, the new pair stored before anybody uses it.
//!
//! Takes a token that was refused; gives the one in its place. A refresh token works once, so that two
//! instances, or two requests of one, must never spend the same: in the process a lock decides, between
//! instances a short right in the database. A purchase goes on when those who waited for it are gone, and what
//! was bought is stored however long the database is away, because it cannot be bought again. A pair that
//! Notion does not renew marks the connection as revoked.

mod ring;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use self::ring::{Ring, locked};
use crate::domain::entry::ConnectionId;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::ports::{Access, Accounts, Consent, Keys, Tokens};

/// How long a database that is away is waited for with a pair in hand.
const STORING: Duration = Duration::from_mins(1);

/// How long one instance may take to buy a pair: the purchase has 15 s, then [`STORING`] and one last try.
const PURCHASE: Duration = Duration::from_secs(90);

/// How long another instance's purchase is waited for before the work is handed back; most take a second.
const OTHERS_PURCHASE: Duration = Duration::from_secs(10);

/// How often another instance looks whether the pair is there, and a pair in hand is tried to be stored.
const LOOK: Duration = Duration::from_millis(300);

/// Renews the tokens of connections.
pub struct Keyring {
    till: Arc<Till>,
    rings: Mutex<HashMap<ConnectionId, Arc<Ring>>>,
    purchases: TaskTracker,
}

/// Where pairs are bought and kept.
struct Till {
    accounts: Arc<dyn Accounts>,
    consent: Option<Arc<dyn Consent>>,
}

/// What the store knows in the place of a refused token.
enum Kept {
    /// Somebody replaced it.
    Newer(SecretString),
    /// It is still the one, and this buys another.
    Refresh(SecretString),
    /// It is still the one, or of no connection that is kept, and never renewed.
    Lasting,
}

impl Keyring {
    /// Renews at `consent` what `accounts` keeps. Without `consent` tokens that last are looked after alone.
    pub fn new(accounts: Arc<dyn Accounts>, consent: Option<Arc<dyn Consent>>) -> Self {
        let till = Arc::new(Till { accounts, consent });
        Self { till, rings: Mutex::default(), purchases: TaskTracker::new() }
    }

    fn ring(&self, connection: ConnectionId) -> Arc<Ring> {
        Arc::clone(locked(&self.rings).entry(connection).or_default())
    }
}

#[async_trait]
impl Keys for Keyring {
    fn current(&self, access: &Access) -> SecretString {
        let ring = locked(&self.rings).get(&access.connection).cloned();
        ring.and_then(|ring| ring.instead_of(&access.token)).unwrap_or_else(|| access.token.clone())
    }

    async fn renew(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Option<SecretString>> {
        let (till, ring, refused) = (Arc::clone(&self.till), self.ring(connection), refused.clone());
        // In a task of its own: a job that is cut short must not take a pair with it that is paid for.
        let bought = self.purchases.spawn(async move { till.renewed(&ring, connection, &refused).await });
        bought.await.map_err(Failure::bug)?
    }

    async fn give_up(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<()> {
        warn!(connection_id = %connection, "a token is refused for good");
        self.till.accounts.mark_revoked(connection, refused).await
    }

    async fn settle(&self) {
        self.purchases.close();
        self.purchases.wait().await;
        self.purchases.reopen();
    }
}

impl Till {
    /// Finds the newer token, buys it, or waits for the instance that does.
    async fn renewed(
        &self,
        ring: &Ring,
        connection: ConnectionId,
        refused: &SecretString,
    ) -> Outcome<Option<SecretString>> {
        let _one = ring.renewing.lock().await;
        if let Some(newer) = ring.instead_of(refused) {
            return Ok(Some(newer));
        }
        let deadline = Instant::now() + OTHERS_PURCHASE;
        loop {
            match self.kept(connection, refused).await? {
                Kept::Lasting => return Ok(None),
                Kept::Newer(newer) => return Ok(Some(ring.learn(refused, newer))),
                Kept::Refresh(_) => {}
            }
            if let Some(right) = self.accounts.begin_renewal(connection, PURCHASE).await? {
                let bought = self.buy(connection, refused).await;
                if let Err(failure) = self.accounts.end_renewal(connection, right).await {
                    warn!(error = %failure, "the right to renew tokens runs out by itself");
                }
                return Ok(bought?.map(|newer| ring.learn(refused, newer)));
            }
            if Instant::now() > deadline {
                let cause = anyhow!("another instance renews the token");
                return Err(Failure::wait(Some(OTHERS_PURCHASE), cause));
            }
            sleep(LOOK).await;
        }
    }

    /// What took the place of a refused token already, be it by another instance; else what buys another.
    async fn kept(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Kept> {
        let Some(known) = self.accounts.connection(connection).await? else { return Ok(Kept::Lasting) };
        let Some(tokens) = self.accounts.tokens(connection).await? else { return Ok(Kept::Lasting) };
        if tokens.access.expose_secret() != refused.expose_secret() {
            return Ok(Kept::Newer(tokens.access));
        }
        if known.revoked {
            return Err(Failure::permanent(Reason::Disconnected, anyhow!("access was taken away")));
        }
        Ok(tokens.refresh.map_or(Kept::Lasting, Kept::Refresh))
    }

    /// Buys a pair with the right to do so.
    async fn buy(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Option<SecretString>> {
        // Between the look and the right somebody may have stored a new pair.
        let refresh = match self.kept(connection, refused).await? {
            Kept::Newer(newer) => return Ok(Some(newer)),
            Kept::Lasting => return Ok(None),
            Kept::Refresh(refresh) => refresh,
        };
        let Some(consent) = &self.consent else {
            let cause =
                anyhow!("NOTION_CLIENT_ID and NOTION_CLIENT_SECRET are not set; tokens cannot be renewed");
            return Err(Failure::bug(cause));
        };
        match consent.renew(&refresh).await {
            Ok(pair) => {
                fault::point("tokens_bought");
                let newer = self.store(connection, refused, pair).await?;
                fault::point("tokens_kept");
                Ok(newer)
            }
            Err(failure) => {
                if matches!(failure.kind, Kind::Permanent(_)) {
                    warn!(connection_id = %connection, "access was taken away");
                    self.accounts.mark_revoked(connection, refused).await?;
                }
                Err(failure)
            }
        }
    }

    /// Stores a pair before anybody uses it; gives the token to use, which is another one where the owner
    /// connected the workspace again meanwhile.
    async fn store(
        &self,
        connection: ConnectionId,
        refused: &SecretString,
        pair: Tokens,
    ) -> Outcome<Option<SecretString>> {
        let deadline = Instant::now() + STORING;
        loop {
            match self.accounts.replace_tokens(connection, refused, &pair).await {
                Ok(true) => {
                    info!(connection_id = %connection, "the tokens were renewed");
                    return Ok(Some(pair.access));
                }
                Ok(false) => return Ok(self.accounts.tokens(connection).await?.map(|kept| kept.access)),
                Err(failure) if Instant::now() < deadline => {
                    warn!(error = %failure, "new tokens wait for the database");
                    sleep(LOOK).await;
                }
                Err(failure) => {
                    error!(connection_id = %connection, "new tokens could not be stored and are lost");
                    return Err(failure);
                }
            }
        }
    }
}
