//! What became of videos that were to be kept in their owners' workspaces.

use async_trait::async_trait;

use crate::domain::entry::{ConnectionId, Ticket};
use crate::domain::keepsake::{Keep, Keepsake};
use crate::domain::link::MediaKey;
use crate::failure::Outcome;

/// Remembers one answer for each connection, video and wish, shared by all rows of the connection.
#[async_trait]
pub trait Keepsakes: Send + Sync {
    /// Checkpoint: what became of it; an older answer is replaced.
    async fn remember_keepsake(
        &self,
        ticket: Ticket,
        connection: ConnectionId,
        media: &MediaKey,
        keep: Keep,
        keepsake: &Keepsake,
    ) -> Outcome<()>;

    /// What became of it, where it was tried.
    async fn keepsake(
        &self,
        connection: ConnectionId,
        media: &MediaKey,
        keep: Keep,
    ) -> Outcome<Option<Keepsake>>;

    /// Forgets an answer, so that a later run tries again. Doing so too often costs one more upload.
    async fn forget_keepsake(&self, connection: ConnectionId, media: &MediaKey, keep: Keep) -> Outcome<()>;
}
