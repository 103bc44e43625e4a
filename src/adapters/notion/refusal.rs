//! What Notion's status codes mean to us: the one place that decides.
//!
//! Takes an answer that is no success; gives a [`Trouble`]. Callers that have another way out, such as
//! a callout where comments are forbidden, look at the [`Refusal`]; for all others it turns into a
//! [`Failure`]. Codes: <https://developers.notion.com/reference/status-codes>.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use serde_json::Value;

use super::ids;
use crate::adapters::outbound::Reply;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind};

/// When Notion asks to slow down and does not say for how long. Its limits count by the minute, and a
/// few seconds are enough to fall under an average.
const UNTOLD_PAUSE: Duration = Duration::from_secs(5);

/// Longest part of Notion's message that is kept for the log.
const KEPT_LETTERS: usize = 200;

/// The result of one conversation with Notion.
pub(super) type Answered<T> = Result<T, Trouble>;

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Notion understood the request and says no.
    Refused(Refusal),
    /// Notion asks us to slow down.
    Limited {
        /// Who has asked for too much.
        limit: Limit,
        /// For how long.
        pause: Duration,
        /// What Notion answered.
        cause: anyhow::Error,
    },
    /// Everything else: unreachable, slow, not Notion.
    Failed(Failure),
}

/// Which of Notion's limits was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Of this connection alone.
    Connection,
    /// Of all connections of its workspace.
    Workspace,
}

impl Limit {
    /// Reads `rate_limit_reason`. Its words are not all documented and others may come; what names no workspace is
    /// taken for the connection's, which stops the fewest.
    fn of(reason: Option<&str>) -> Self {
        if reason.is_some_and(|reason| reason.contains("workspace")) {
            Self::Workspace
        } else {
            Self::Connection
        }
    }
}

/// An error object of Notion.
#[derive(Debug)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// Notion's code, such as `object_not_found`.
    pub(super) code: String,
    message: String,
}

/// Decides what an answer that is no success means.
pub(super) fn judge(reply: &Reply, now: SystemTime) -> Trouble {
    let status = reply.status.as_u16();
    let error: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (code, message) = (text("code"), text("message"));
    let cause = anyhow!("notion answers {status} {code}: {}", kept(&message));
    match status {
        // Nobody's fault: a limit of the connection or the workspace, or an overload of Notion.
        429 | 529 => {
            let limit = error.pointer("/additional_data/rate_limit_reason").and_then(Value::as_str);
            let pause = reply.retry_after(now).unwrap_or(UNTOLD_PAUSE);
            let cause = cause.context(limit.unwrap_or("slow down").to_owned());
            Trouble::Limited { limit: Limit::of(limit), pause, cause }
        }
        // Notion itself stumbles; a write may have happened, and ours can be made twice. Its 503 names no
        // limit of one workspace: it is nobody's turn then.
        408 | 500.. => {
            Trouble::Failed(Failure::new(Kind::Outage { retry_after: reply.retry_after(now) }, cause))
        }
        // Not Notion's error object: a proxy, a firewall's page, a login wall. None of them may give a
        // verdict on somebody's row.
        _ if code.is_empty() => {
            let cause = anyhow!("an answer with status {status} that is not notion's: {}", reply.excerpt());
            Trouble::Failed(Failure::outage(cause))
        }
        _ => Trouble::Refused(Refusal { status, code, message }),
    }
}

impl Trouble {
    /// Who is to wait how long, when Notion asks us to slow down.
    pub(super) fn asks_to_wait(&self) -> Option<(Limit, Duration)> {
        match self {
            Self::Limited { limit, pause, .. } => Some((*limit, *pause)),
            _ => None,
        }
    }

    /// The thing lies in the trash, which Notion does not refuse by itself.
    pub(super) fn gone() -> Self {
        let (code, message) = ("object_not_found".to_owned(), "It lies in the trash.".to_owned());
        Self::Refused(Refusal { status: 404, code, message })
    }

    /// Whether the token itself is refused.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused(Refusal { status: 401, .. }))
    }

    /// Whether the token may not do this.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused(Refusal { status: 403, .. }))
    }

    /// Whether the thing is not there, lies in the trash or is not shared with us.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404 || refusal.is_archived())
    }

    /// Whether a select or status option was named that does not exist.
    pub(super) fn is_missing_option(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_missing_option())
    }
}

impl Refusal {
    fn is_archived(&self) -> bool {
        self.status == 400 && self.says(&["that is archived", "archived ancestor", "must unarchive"])
    }

    fn is_missing_option(&self) -> bool {
        self.status == 400 && self.says(&["option"]) && self.says(&["not found", "does not exist"])
    }

    /// A property was removed, renamed away from its id or changed its type.
    fn is_about_schema(&self) -> bool {
        // A body of the wrong shape is our defect, whatever else the message quotes.
        !self.says(&["body failed validation"])
            && self.says(&[
                "is not a property that exists",
                "could not find property",
                "is expected to be",
                "does not match filter",
            ])
    }

    fn says(&self, parts: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        parts.iter().any(|part| message.contains(part))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let Refusal { status, code, message } = &refusal;
        let cause = anyhow!("notion answers {status} {code}: {}", kept(message));
        match status {
            // The token was revoked or never was one, or the connection lacks a capability; connecting
            // again is how its owner mends either.
            401 | 403 => Self::permanent(Reason::Disconnected, cause),
            // Deleted, or no longer shared with us: the same to everybody.
            404 => Self::permanent(Reason::RowGone, cause),
            // Somebody else changed the same thing at the same time.
            409 => Self::transient(cause),
            400 if refusal.is_archived() => Self::permanent(Reason::RowGone, cause),
            // Its owner changed the columns since they were mapped; only they can say what goes where.
            400 if refusal.is_about_schema() || refusal.is_missing_option() => {
                Self::permanent(Reason::SchemaChanged, cause)
            }
            // Any other refused request is one we should not have sent. No sentence would help the
            // owner, so it is no verdict: it is logged as an error of ours, and the limit on attempts
            // ends it should every repetition be refused as well.
            _ => Self::bug(cause),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refusal.into(),
            Trouble::Limited { pause, cause, .. } => Self::wait(Some(pause), cause),
            Trouble::Failed(failure) => failure,
        }
    }
}

/// What of a message may stand in a log: neither ids nor the value that was sent, which may be a text
/// of a user's page.
fn kept(message: &str) -> String {
    let told = message.split(", instead was").next().unwrap_or_default();
    let words = told.split_whitespace().map(|word| {
        let bare = word.trim_matches(|letter: char| !letter.is_ascii_hexdigit());
        if ids::checked(bare).is_ok() { "(id)" } else { word }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|letter| !letter.is_control()).take(KEPT_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, RETRY_AFTER};
    use serde_json::json;

    use super::*;

    fn reply(status: u16, code: &str, message: &str) -> Reply {
        let error = json!({ "object": "error", "status": status, "code": code, "message": message });
        let status = StatusCode::from_u16(status).unwrap();
        Reply { status, headers: HeaderMap::new(), body: error.to_string().into_bytes() }
    }

    fn kind(reply: &Reply) -> Kind {
        Failure::from(judge(reply, SystemTime::UNIX_EPOCH)).kind
    }

    #[test]
    fn every_code_leads_to_one_decision() {
        let (disconnected, gone) = (Kind::Permanent(Reason::Disconnected), Kind::Permanent(Reason::RowGone));
        let changed = Kind::Permanent(Reason::SchemaChanged);
        let (again, down) = (Kind::Transient { retry_after: None }, Kind::Outage { retry_after: None });
        let wait = Kind::Wait { retry_after: Some(UNTOLD_PAUSE) };
        let table = [
            (401, "unauthorized", "API token is invalid.", &disconnected),
            (403, "restricted_resource", "Insufficient permissions for this endpoint.", &disconnected),
            (404, "object_not_found", "Could not find page with ID: 1.", &gone),
            (409, "conflict_error", "Conflict occurred while saving.", &again),
            (429, "rate_limited", "You have been rate limited.", &wait),
            (529, "service_overload", "Slow down.", &wait),
            (500, "internal_server_error", "Unexpected error occurred.", &down),
            (503, "service_unavailable", "Notion is unavailable.", &down),
            (504, "gateway_timeout", "Timed out.", &down),
            (
                400,
                "validation_error",
                "Can't edit block that is archived. You must unarchive the block before editing.",
                &gone,
            ),
            (400, "validation_error", "Can't edit page on block with an archived ancestor.", &gone),
            (400, "validation_error", "Cuisine is not a property that exists.", &changed),
            (400, "validation_error", "Could not find property with name or id: %3AUPp", &changed),
            (400, "validation_error", "Status is expected to be status.", &changed),
            (400, "validation_error", "database property select does not match filter status", &changed),
            (400, "validation_error", "Status option \"failed\" does not exist", &changed),
            (400, "validation_error", "select option \"pending\" not found for property \"S\"", &changed),
            (
                400,
                "validation_error",
                "body failed validation: body.children.length should be ≤ `100`.",
                &Kind::Bug,
            ),
            (
                400,
                "validation_error",
                "body failed validation: body.archived should be not present, instead was `false`.",
                &Kind::Bug,
            ),
            (400, "invalid_json", "Error parsing JSON body.", &Kind::Bug),
            (400, "missing_version", "Notion-Version header should be defined.", &Kind::Bug),
        ];
        for (status, code, message, expected) in table {
            assert_eq!(kind(&reply(status, code, message)), *expected, "{status} {code} {message}");
        }
    }

    #[test]
    fn a_page_of_somebody_in_between_gives_no_verdict() {
        for status in [301, 401, 403, 404, 407] {
            let mut answer = reply(status, "", "");
            answer.body = b"<html>Attention required!</html>".to_vec();
            assert_eq!(kind(&answer), Kind::Outage { retry_after: None }, "{status}");
        }
    }

    #[test]
    fn neither_ids_nor_what_a_user_wrote_stand_in_the_log() {
        let missing = "Could not find page with ID: 0c1d2e3f-4a5b-6c7d-8e9f-001122334455. Share it.";
        assert_eq!(kept(missing), "Could not find page with ID: (id) Share it.");
        let quoting =
            "body failed validation: body.title should be a string, instead was `{\"my\": \"diary\"}`.";
        assert_eq!(kept(quoting), "body failed validation: body.title should be a string");
    }

    #[test]
    fn only_a_limit_of_the_workspace_concerns_the_workspace() {
        for (reason, limit) in [
            (Some("workspace"), Limit::Workspace),
            (Some("workspace_rate_limit"), Limit::Workspace),
            (Some("connection"), Limit::Connection),
            (Some("something_new"), Limit::Connection),
            (None, Limit::Connection),
        ] {
            let mut answer = reply(429, "rate_limited", "");
            let error = json!({ "code": "rate_limited", "additional_data": { "rate_limit_reason": reason } });
            answer.body = error.to_string().into_bytes();
            let told = judge(&answer, SystemTime::UNIX_EPOCH).asks_to_wait();
            assert_eq!(told, Some((limit, UNTOLD_PAUSE)), "{reason:?}");
        }
    }

    #[test]
    fn the_pause_is_the_one_that_was_asked_for_in_seconds_or_as_a_date() {
        for (header, seconds) in [("120", 120), ("Thu, 01 Jan 1970 00:01:30 GMT", 90)] {
            let mut answer = reply(429, "rate_limited", "");
            answer.headers.insert(RETRY_AFTER, header.parse().unwrap());
            let pause = judge(&answer, SystemTime::UNIX_EPOCH).asks_to_wait();
            assert_eq!(pause, Some((Limit::Connection, Duration::from_secs(seconds))));
        }
    }
}
