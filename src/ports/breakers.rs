//! Breakers: one for each outside party, shared by all instances.
//!
//! A party that is out of order is left alone, and with it only the entries that need it. When its pause
//! is over one entry goes first and tries; the others follow once it got an answer.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::waiting::{Party, Waiting};
use crate::failure::Outcome;

/// What a party did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is unreachable, stumbles, or answers what nobody can read.
    OutOfOrder,
    /// It asks everybody to wait so long.
    AsksToWait(Duration),
}

/// A party that is left alone for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// What is the matter: with the first of the parties that were named, where it is with several.
    pub waiting: Waiting,
    /// When trying makes sense again with all of them.
    pub pause: Duration,
}

/// Knows who is out of order.
#[async_trait]
pub trait Breakers: Send + Sync {
    /// Whether all of these may be asked now. Where a pause is just over, the caller is the one who
    /// tries, and others are kept back for a while.
    async fn admit(&self, parties: &[Party]) -> Outcome<Option<Blocked>>;

    /// A party made trouble. Gives the pause once it is taken for out of order.
    async fn trouble(&self, party: &Party, trouble: Trouble) -> Outcome<Option<Duration>>;

    /// A party answered: whatever was held against it is forgotten.
    async fn answered(&self, party: &Party) -> Outcome<()>;
}
