//! The one error that crosses rooms: what failed, where, and what to do about it.
//!
//! Adapters decide the kind, once, where the status code or the exit text is known. Everybody above
//! looks at the kind alone and logs the chain of causes once, where the failure is handled.

use std::fmt;
use std::time::Duration;

use crate::domain::reason::Reason;
use crate::domain::stage::Stage;
use crate::domain::waiting::Waiting;

/// When a full disk is looked at again: other entries end and give their files back meanwhile.
pub const ROOM_AGAIN: Duration = Duration::from_secs(30);

/// What can be done about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The work failed and may succeed when repeated; the repetition counts as an attempt.
    Transient {
        /// The other side's wish, a floor for our own back-off.
        retry_after: Option<Duration>,
    },
    /// The other party did not do its part: unreachable, an error of its own, an answer nobody can read.
    /// Counts as an attempt until that party is known to be out of order; from then on the entry waits.
    Outage {
        /// The other side's wish, a floor for our own back-off.
        retry_after: Option<Duration>,
    },
    /// Nobody's fault: a rate limit, an overload, a shutdown. Waiting counts as no attempt.
    Wait {
        /// The other side's wish, a floor for our own back-off.
        retry_after: Option<Duration>,
    },
    /// Repeating cannot help; the owner is told the reason.
    Permanent(Reason),
    /// Another worker owns the entry by now: stop at once and change nothing.
    Stale,
    /// A defect of ours, such as a panic. Repeated like a transient failure, logged as an error.
    Bug,
}

/// A failure with its kind, the stage it happened in (once known) and its chain of causes.
pub struct Failure {
    /// What can be done about it.
    pub kind: Kind,
    /// The stage that failed; set by the stage's own plumbing.
    pub stage: Option<Stage>,
    /// What the entry waits for, where its owner should know.
    pub waiting: Option<Waiting>,
    /// What its owner is told where every attempt ends so; `None` for words that fit all.
    pub given_up_as: Option<Reason>,
    /// The chain of causes, for the log; never shown to a user.
    pub cause: anyhow::Error,
}

/// The result of everything that crosses a room.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// The work failed and may be repeated.
    pub fn transient(cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Transient { retry_after: None }, cause)
    }

    /// A file could not be written or read: a full disk is waited for, anything else is repeated.
    pub fn of_file(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let is_full = matches!(error.kind(), StorageFull | QuotaExceeded);
        let failure = Self::transient(error);
        if is_full { failure.waits(Waiting::NoSpace, ROOM_AGAIN) } else { failure }
    }

    /// The other party is out of order, as far as this call tells.
    pub fn outage(cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Outage { retry_after: None }, cause)
    }

    /// The other side asks us to wait; no attempt is counted.
    pub fn wait(retry_after: Option<Duration>, cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Wait { retry_after }, cause)
    }

    /// Repeating cannot help.
    pub fn permanent(reason: Reason, cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Permanent(reason), cause)
    }

    /// The lease is gone.
    pub fn stale() -> Self {
        Self::new(Kind::Stale, anyhow::anyhow!("the entry's lease belongs to another worker"))
    }

    /// A defect of ours.
    pub fn bug(cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Bug, cause)
    }

    /// Any kind with its cause.
    pub fn new(kind: Kind, cause: impl Into<anyhow::Error>) -> Self {
        Self { kind, stage: None, waiting: None, given_up_as: None, cause: cause.into() }
    }

    /// Adds what was being done, outermost last, as `anyhow::Context` does.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display + Send + Sync + 'static) -> Self {
        self.cause = self.cause.context(doing);
        self
    }

    /// Says what its owner is told where every attempt ends so.
    #[must_use]
    pub fn given_up_as(mut self, reason: Reason) -> Self {
        self.given_up_as = Some(reason);
        self
    }

    /// Names the stage, unless an inner one is known already.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        self.stage.get_or_insert(stage);
        self
    }

    /// Turns it into waiting that is nobody's fault: the entry goes on after the pause.
    #[must_use]
    pub fn waits(mut self, waiting: Waiting, pause: Duration) -> Self {
        self.kind = Kind::Wait { retry_after: Some(pause) };
        self.waiting = Some(waiting);
        self
    }

    /// The floor the other side set for the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::Transient { retry_after } | Kind::Outage { retry_after } | Kind::Wait { retry_after } => {
                retry_after
            }
            Kind::Permanent(_) | Kind::Stale | Kind::Bug => None,
        }
    }

    /// Whether another worker has the entry.
    pub fn is_stale(&self) -> bool {
        self.kind == Kind::Stale
    }
}

/// The whole chain in one line, for logs.
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(stage) = self.stage {
            write!(out, "{stage}: ")?;
        }
        write!(out, "{:#}", self.cause)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} ({self})", self.kind)
    }
}

impl std::error::Error for Failure {}
