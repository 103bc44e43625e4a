//! The right to act in one workspace, and how its requests are to be made.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::fence::Fence;
use crate::domain::entry::ConnectionId;

/// How old a look at something may be when what was decided on it leaves: nobody types much in two seconds.
pub const FRESH: Duration = Duration::from_secs(2);

/// What requests are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Errand {
    /// What somebody waits for: an entry on its way, or a person.
    #[default]
    Work,
    /// Looking for something new, or showing how far an entry is: done again soon, so it gives way to work and waits
    /// for nothing.
    Poll,
}

/// The right to act in one workspace.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose budget the requests are taken from.
    pub connection: ConnectionId,
    /// The workspace's own id, whose budget all its connections share; empty where it was not told.
    pub workspace: String,
    /// What the requests are for.
    pub errand: Errand,
    /// The bearer token.
    pub token: SecretString,
    /// Passed before each request made for an entry; `None` where no lease is needed.
    pub fence: Option<Fence>,
    /// When a request is not to be made any more, because what it was decided on is old by then; `None` for any time.
    pub leaves_by: Option<Instant>,
    /// Whether requests wait for no budget: what they belong to must not be torn apart.
    pub at_once: bool,
}

impl Access {
    /// Access that no lease limits.
    pub fn new(connection: ConnectionId, token: SecretString) -> Self {
        Self {
            connection,
            workspace: String::new(),
            errand: Errand::Work,
            token,
            fence: None,
            leaves_by: None,
            at_once: false,
        }
    }

    /// The same with the budget of a workspace.
    #[must_use]
    pub fn in_workspace(mut self, id: impl Into<String>) -> Self {
        self.workspace = id.into();
        self
    }

    /// The same for what gives way to work.
    #[must_use]
    pub fn for_polls(mut self) -> Self {
        self.errand = Errand::Poll;
        self
    }

    /// The same for requests that leave by then or not at all: those fail as waiting.
    #[must_use]
    pub fn leaving_by(mut self, time: Instant) -> Self {
        self.leaves_by = Some(time);
        self
    }

    /// The same for requests that find their budget at once or fail as waiting.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }

    /// The same for the worker of one entry, which ends with its lease.
    #[must_use]
    pub fn within(mut self, fence: Fence) -> Self {
        self.fence = Some(fence);
        self
    }
}
