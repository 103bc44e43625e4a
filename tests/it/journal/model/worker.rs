//! A worker: what it holds of an entry, what it knows of its lease, and what it is about to do.

use super::book::{Next, Ticket, Verdict};

/// Ticks of the clock.
pub(super) type Ticks = u8;

/// The next thing a worker does for its entry, in the order of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Doing {
    /// The call that costs money.
    Pay,
    /// Keeps what it was paid for.
    KeepNote,
    /// Looks for a section of an earlier run on the page, and keeps that the page is about to be written.
    Intend,
    /// Takes all of these older sections off the page but one, a bit each.
    Clear(u8),
    /// Puts the section on the page, behind this one.
    Append(Option<u8>),
    /// Takes the older one off the page.
    Remove { new: u8, older: u8 },
    /// Keeps that the new one stands there.
    KeepSection(u8),
    /// Fills the row.
    Fill,
    /// Keeps that all is done.
    Complete,
    /// Tells a verdict in the row.
    Tell(Verdict),
    /// Keeps that the entry failed; whether its owner could be told.
    FinishFailed(Verdict, bool),
    /// The job is over: keeps how the entry goes on.
    HandBack(Next),
}

impl Doing {
    /// Whether this is seen outside, so that the fence is looked at first.
    pub(super) fn is_outside(self) -> bool {
        use Doing::{Append, Clear, Fill, Pay, Remove, Tell};
        matches!(self, Pay | Clear(_) | Append(_) | Remove { .. } | Fill | Tell(_))
    }

    /// Whether its heart beats for something. It stops with the job, before a failure is recorded; beside
    /// the last write, behind which there is no effect, it makes no difference.
    pub(super) fn needs_heart(self) -> bool {
        !matches!(self, Self::HandBack(_) | Self::FinishFailed(..) | Self::Complete)
    }
}

/// What the heart has asked the store and was not told yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Asked {
    Nothing,
    /// The store granted the lease; it was asked so long ago.
    Granted(Ticks),
    /// The store refused.
    Refused,
}

/// Whether a request has passed the fence and is about to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Leaving {
    Not,
    /// The lease was its own when it passed.
    Rightly,
    /// It was not.
    Wrongly,
}

/// A job in the hands of a worker. What freezes a worker needs no word: it just takes no step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Job {
    pub(super) ticket: Ticket,
    pub(super) doing: Doing,
    pub(super) leaving: Leaving,
    /// How long the lease is trusted; zero shuts the fence.
    pub(super) trust: Ticks,
    pub(super) asked: Asked,
    /// Attempts that had failed when the entry was claimed.
    pub(super) attempts: u32,
    /// Whether an earlier claim may have left something on the page.
    pub(super) is_rerun: bool,
    /// The section that was known when the entry was claimed.
    pub(super) known: Option<u8>,
}

impl Job {
    /// Goes on to the next thing.
    pub(super) fn go_on(&mut self, doing: Doing) {
        self.doing = doing;
        self.leaving = Leaving::Not;
        if !doing.needs_heart() {
            (self.trust, self.asked) = (0, Asked::Nothing);
        }
    }

    /// Whether the fence would let an effect of it pass at this moment.
    pub(super) fn believes(&self) -> bool {
        self.doing.needs_heart() && self.trust > 0
    }
}
