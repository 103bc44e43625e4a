//! Switches that make the next requests fail, for tests of how a client survives.

use std::time::Duration;

use super::error::ApiError;
use super::traffic::SpentBy;

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 with this `Retry-After` in seconds; nothing happens.
    RateLimited(u64),
    /// 429 of the whole workspace with this `Retry-After` in seconds; nothing happens.
    WorkspaceLimited(u64),
    /// 529 with this `Retry-After` in seconds; nothing happens.
    Overloaded(u64),
    /// 500; nothing happens.
    InternalError,
    /// 503; nothing happens.
    Unavailable,
    /// 409; nothing happens.
    Conflict,
    /// 401; nothing happens.
    Unauthorized,
    /// 400 with this message; nothing happens.
    Invalid(&'static str),
    /// The request waits this long and is then served.
    Stall(Duration),
    /// The connection breaks without an answer; nothing happens.
    Reset,
    /// An answer of this many bytes that means nothing; nothing happens.
    Huge(usize),
    /// The effect happens; half of the answer arrives, then the connection breaks.
    CutBody,
    /// The effect happens; the answer is this status (500 or 504).
    AnswerLost(u16),
    /// The effect happens at once; the answer comes after this long.
    AnswerLate(Duration),
    /// The answer is 504 at once; the effect happens after this long.
    LandsLate(Duration),
}

impl Fault {
    /// The refusal that stands for this fault, if it is one.
    pub fn refusal(&self) -> Option<ApiError> {
        match self {
            Self::RateLimited(seconds) => Some(ApiError::rate_limited(*seconds, SpentBy::Connection)),
            Self::WorkspaceLimited(seconds) => Some(ApiError::rate_limited(*seconds, SpentBy::Workspace)),
            Self::Overloaded(seconds) => Some(ApiError::overloaded(*seconds)),
            Self::InternalError => Some(ApiError::internal()),
            Self::Unavailable => Some(ApiError::new(
                503,
                "service_unavailable",
                "Notion is unavailable. Please try again later.",
            )),
            Self::Conflict => Some(ApiError::new(
                409,
                "conflict_error",
                "Conflict occurred while saving. Please try again.",
            )),
            Self::Unauthorized => Some(ApiError::unauthorized()),
            Self::Invalid(message) => Some(ApiError::validation(*message)),
            Self::Stall(_)
            | Self::Reset
            | Self::Huge(_)
            | Self::CutBody
            | Self::AnswerLost(_)
            | Self::AnswerLate(_)
            | Self::LandsLate(_) => None,
        }
    }
}

/// The refusal a lost answer is replaced with.
pub(super) fn lost(status: u16) -> ApiError {
    match status {
        504 => ApiError::new(504, "gateway_timeout", "Notion timed out. Please try again later."),
        _ => ApiError::internal(),
    }
}

#[derive(Debug)]
struct Rule {
    times: usize,
    method: String,
    path_prefix: String,
    fault: Fault,
}

/// The switches that are set, in the order they were set.
#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    /// Fails the next `times` requests of this method (`*` for any) whose path starts so.
    pub(super) fn add(&mut self, times: usize, method: &str, path_prefix: &str, fault: Fault) {
        let (method, path_prefix) = (method.to_owned(), path_prefix.to_owned());
        self.rules.push(Rule { times, method, path_prefix, fault });
    }

    /// Uses up the first switch that fits.
    pub(super) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fits = |rule: &&mut Rule| {
            rule.times > 0
                && (rule.method == "*" || rule.method.eq_ignore_ascii_case(method))
                && path.starts_with(&rule.path_prefix)
        };
        let rule = self.rules.iter_mut().find(fits)?;
        rule.times -= 1;
        let fault = rule.fault.clone();
        self.rules.retain(|rule| rule.times > 0);
        Some(fault)
    }

    /// Takes all switches back.
    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }
}
