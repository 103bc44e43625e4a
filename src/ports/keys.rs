//! What opens a connection right now: tokens run out while entries are on their way.

use async_trait::async_trait;
use secrecy::SecretString;

use super::workspace::Access;
use crate::domain::entry::ConnectionId;
use crate::failure::Outcome;

/// Knows the newest token of each connection.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The token to use: the access's own, or a newer one that has taken its place.
    fn current(&self, access: &Access) -> SecretString;

    /// A token in the place of one that was refused. However many ask at the same moment, it is bought once.
    /// Fails as permanent with `Disconnected` when there is none to be had.
    async fn renew(&self, connection: ConnectionId, refused: &SecretString) -> Outcome<SecretString>;
}
