//! What rows with one video share: the right to work on it, where short links lead, what an earlier row became.
//!
//! A right ends with the claim that has it: done, failed, handed back, or dead when its lease runs out. Whoever waits
//! for it is made due at that moment; nobody asks again and again.

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::domain::entry::{EntryId, Target, Ticket, UserId};
use crate::domain::link::MediaKey;
use crate::domain::sharing::{Earlier, Right, Taken};
use crate::failure::Outcome;

/// Keeps what is shared.
#[async_trait]
pub trait Sharing: Send + Sync {
    /// Asks for a right. Who does not get it is remembered as waiting for it; handed back to wait for the same
    /// video, it is due as soon as the right ends.
    async fn take(&self, ticket: Ticket, right: &Right) -> Outcome<Taken>;

    /// The work of a right that this claim has came to its end: who waits for it goes on with what is known now.
    async fn found(&self, ticket: Ticket, right: &Right) -> Outcome<()>;

    /// Rung when entries that waited for a right were made due.
    fn woken(&self) -> &Notify;

    /// Where a short link leads, if anybody followed it before.
    async fn alias(&self, short: &MediaKey) -> Outcome<Option<Target>>;

    /// Keeps where a short link leads.
    async fn keep_alias(&self, ticket: Ticket, short: &MediaKey, target: &Target) -> Outcome<()>;

    /// The other entries of a user with this video that were completed before this one, the first one first; a few
    /// of them. Those that lead to this one are none.
    async fn earlier(&self, user: UserId, entry: EntryId, media: &MediaKey) -> Outcome<Vec<Earlier>>;

    /// Keeps which entry's row was saved before this one's.
    async fn keep_earlier(&self, ticket: Ticket, earlier: EntryId) -> Outcome<()>;
}
