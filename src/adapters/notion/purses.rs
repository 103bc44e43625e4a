//! Whose budgets a request to Notion is taken from, and what polls leave of them to others.
//!
//! Two limits hold at once (<https://developers.notion.com/reference/request-limits>): one of the connection, and
//! one that all connections of a workspace share. Their sizes depend on the workspace's plan, which the API does
//! not tell, so ours are guesses on the safe side; Notion counts for itself and says when it is too much.

use std::time::Duration;

use crate::ports::{Access, Draw, Errand};

/// Notion counts by the minute.
pub const WINDOW: Duration = Duration::from_mins(1);

/// Polls leave one part in so many of each budget to paid work, statuses and people. A third of a connection's
/// minute finishes eight entries.
const LEFT_BY_POLLS: u32 = 3;

/// Requests allowed in a [`WINDOW`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one connection.
    pub connection: u32,
    /// Of all connections of one workspace together.
    pub workspace: u32,
}

impl Default for Limits {
    /// Connection: Notion documented an average of three a second for years, and since then a number by plan.
    ///
    /// Workspace: no number is documented for us to go by, only that it is shared and grows with the plan. Three
    /// busy connections is a guess: below one connection's it would be of no use, and what is too high costs a
    /// refusal that closes the workspace for as long as Notion says. Other programs use it up as well, unseen.
    fn default() -> Self {
        Self { connection: 180, workspace: 540 }
    }
}

impl Limits {
    /// The same limit for both, as for tests that are about something else.
    pub fn of(requests: u32) -> Self {
        Self { connection: requests, workspace: requests }
    }

    /// What a request is taken from: all of it or nothing.
    pub(super) fn draws(self, access: &Access) -> Vec<Draw> {
        let up_to = |limit: u32| match access.errand {
            Errand::Work => limit,
            Errand::Poll => limit - limit / LEFT_BY_POLLS,
        };
        let mut draws = vec![Draw { key: of_connection(access), up_to: up_to(self.connection) }];
        draws.extend(of_workspace(access).map(|key| Draw { key, up_to: up_to(self.workspace) }));
        draws
    }
}

/// The key of a connection's budget.
pub(super) fn of_connection(access: &Access) -> String {
    format!("notion:{}", access.connection)
}

/// The key of the budget its workspace shares; `None` where nobody told which workspace it is.
pub(super) fn of_workspace(access: &Access) -> Option<String> {
    (!access.workspace.is_empty()).then(|| format!("notion:workspace:{}", access.workspace))
}
