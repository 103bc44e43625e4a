//! The small pictures of videos, kept with what was found out about them.

use async_trait::async_trait;

use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::failure::Outcome;

/// Keeps one small JPEG for each video, shared by all entries that lead to it.
#[async_trait]
pub trait Covers: Send + Sync {
    /// Checkpoint: the picture of a video; an older one is replaced.
    async fn keep_cover(&self, ticket: Ticket, media: &MediaKey, jpeg: &[u8]) -> Outcome<()>;

    /// The picture of a video, where one is kept.
    async fn cover(&self, media: &MediaKey) -> Outcome<Option<Vec<u8>>>;
}
