//! Changes without an answer that may land all the same: whoever looks whether one did has to come after that.
//!
//! Takes a request and how it failed; gives the failure with the time until nothing of it is under way any more.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use tokio::time::Instant;

use super::refusal::Trouble;
use crate::failure::{Failure, Kind};

/// How many of our time limits Notion works on a request that nobody listens to any more.
pub(super) const SETTLES_AFTER: u32 = 2;

/// A request that leaves now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Landing {
    /// When it has landed or never will; `None` where it changes nothing.
    by: Option<Instant>,
}

impl Landing {
    /// Of a request that is worked on no longer than this. Queries and searches are posted, and change nothing.
    pub(super) fn of(method: &Method, path: &[&str], settles_within: Duration) -> Self {
        let asks = path.last().is_some_and(|last| ["query", "search"].contains(last));
        let changes = *method != Method::GET && !asks;
        Self { by: changes.then(|| Instant::now() + settles_within) }
    }

    /// The failure of a request that brought no whole answer. One that was never made, or whose answer had begun, is
    /// not under way any more.
    pub(super) fn unanswered(self, failure: Failure) -> Failure {
        let error = failure.cause.downcast_ref::<reqwest::Error>();
        if error.is_none_or(|error| error.is_connect() || error.is_body() || error.is_decode()) {
            return failure;
        }
        self.not_before(failure)
    }

    /// What was answered instead of a result, by Notion or by somebody in between who gave up waiting for it.
    pub(super) fn refused(self, status: StatusCode, trouble: Trouble) -> Trouble {
        let gave_up = [StatusCode::REQUEST_TIMEOUT, StatusCode::GATEWAY_TIMEOUT].contains(&status);
        match trouble {
            Trouble::Failed(failure) if gave_up => Trouble::Failed(self.not_before(failure)),
            trouble => trouble,
        }
    }

    fn not_before(self, failure: Failure) -> Failure {
        let left = self.by.map(|by| by.saturating_duration_since(Instant::now()));
        match (&failure.kind, left) {
            (Kind::Outage { retry_after }, Some(left)) => {
                let floor = retry_after.unwrap_or_default().max(left);
                Failure { kind: Kind::Outage { retry_after: Some(floor) }, ..failure }
            }
            _ => failure,
        }
    }
}
