//! What opens a connection right now: tokens run out while entries are on their way.

use async_trait::async_trait;
use secrecy::SecretString;

use super::access::Access;
use crate::domain::entry::ConnectionId;
use crate::failure::Outcome;

/// Knows the newest token of each connection.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The token to use: the access's own, or a newer one that has taken its place.
    fn current(&self, access: &Access) -> SecretString;

    /// A token in the place of one that was refused; `None` for one that is never renewed. However many ask at
    /// the same moment, it is bought once, and kept even when nobody waits for it any more. Fails as permanent
    /// with `Disconnected` when access was taken away.
    async fn renew(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<Option<SecretString>>;

    /// A token that is never renewed is refused wherever it is shown: only the owner can help.
    async fn give_up(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<()>;

    /// Waits until every pair that is being bought is kept: one that is lost cannot be bought again.
    async fn settle(&self);
}
