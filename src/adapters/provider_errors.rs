//! What the error answers of `OpenAI` and of Google's services mean for us, each decided in one place.
//!
//! Takes an answer whose status is no success; gives the failure. The body is read for its codes; its
//! words go into the log only where they cannot repeat a key.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use serde_json::Value;

use super::outbound::Reply;
use super::provider::one_line;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind};

/// A quota counted by the day does not come back in the seconds Google advises.
const DAILY_QUOTA_WAIT: Duration = Duration::from_hours(1);

/// No advice to wait is followed for longer: quotas are renewed at least daily.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How much of the other side's words a log line shows.
const SHOWN_CHARS: usize = 200;

/// Codes with which `OpenAI` says that the operator has to pay or to ask (guides/error-codes).
const OPENAI_ACCOUNT_CODES: [&str; 4] =
    ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated"];

/// Codes with which `OpenAI` and its namesakes refuse a content.
const OPENAI_REFUSAL_CODES: [&str; 3] =
    ["content_filter", "content_policy_violation", "responsibleaipolicyviolation"];

/// The failure behind an error answer of `OpenAI` or a server that speaks like it.
pub(super) fn openai(reply: &Reply, now: SystemTime) -> Failure {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let code = openai_code(&body);
    let said = openai_message(&body);
    let wait = reply.retry_after(now).map(|wait| wait.min(LONGEST_WAIT));
    let quiet = || anyhow!("openai answers {} ({code})", reply.status);
    let full = || anyhow!("openai answers {} ({code}): {}", reply.status, shown(said));
    match reply.status.as_u16() {
        // 404: a model the account does not have, or a wrong base URL; both are the operator's to mend.
        401..=404 => Failure::permanent(Reason::ProviderAccount, quiet()),
        429 if OPENAI_ACCOUNT_CODES.contains(&code.as_str()) => {
            Failure::permanent(Reason::ProviderAccount, quiet())
        }
        429 | 503 | 529 => Failure::wait(wait, full()),
        413 => Failure::permanent(Reason::TooLarge, full()),
        400 | 422 if OPENAI_REFUSAL_CODES.contains(&code.to_lowercase().as_str()) => {
            Failure::permanent(Reason::Refused, full())
        }
        400 | 415 | 422 if is_about_the_file(&body, said) => Failure::permanent(Reason::Unreadable, full()),
        // 3xx: no provider sends us elsewhere; somebody in between answers in its place.
        300..=399 | 408 | 500..=599 => Failure::new(Kind::Outage { retry_after: wait }, full()),
        // Any other refusal means that we asked in a wrong way.
        _ => Failure::bug(full()),
    }
}

/// The error's code, else its type; `no code` where there is neither.
pub(super) fn openai_code(body: &Value) -> String {
    ["/error/code", "/error/type"]
        .into_iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .map_or_else(|| "no code".to_owned(), one_line)
}

/// `OpenAI`'s words; namesakes put them into `error` or `detail`.
fn openai_message(body: &Value) -> &str {
    ["/error/message", "/error", "/detail", "/message"]
        .into_iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .unwrap_or("")
}

/// `OpenAI` has no code of its own for a broken file: it names the parameter, or says so in words.
fn is_about_the_file(body: &Value, said: &str) -> bool {
    let said = said.to_lowercase();
    body.pointer("/error/param").and_then(Value::as_str) == Some("file")
        || ["file format", "audio file", "decode", "corrupt"].iter().any(|word| said.contains(word))
}

/// What a Google error answer says (google.rpc.Status as JSON).
#[derive(Debug, Clone, Default)]
pub(super) struct GoogleError {
    /// The canonical code's name, such as `RESOURCE_EXHAUSTED`.
    pub(super) status: String,
    /// The words.
    pub(super) message: String,
    /// `ErrorInfo.reason`, such as `API_KEY_INVALID`; empty when none is given.
    pub(super) reason: String,
    /// `RetryInfo.retryDelay`.
    retry_delay: Option<Duration>,
    /// Whether a quota of the day is used up.
    daily: bool,
}

impl GoogleError {
    /// Reads the body; what is missing stays empty.
    pub(super) fn of(reply: &Reply) -> Self {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        // Some methods wrap the answer into a list of one.
        let error = body.pointer("/error").or_else(|| body.pointer("/0/error")).unwrap_or(&Value::Null);
        let text = |name: &str| error.get(name).and_then(Value::as_str).map(one_line).unwrap_or_default();
        let mut found = Self { status: text("status"), message: text("message"), ..Self::default() };
        for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
            found.take(detail);
        }
        found
    }

    /// Takes one of the details, known by its type's name.
    fn take(&mut self, detail: &Value) {
        let kind = detail.get("@type").and_then(Value::as_str).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
        if kind.ends_with("google.rpc.ErrorInfo") {
            self.reason = one_line(text("reason"));
        } else if kind.ends_with("google.rpc.RetryInfo") {
            self.retry_delay = protobuf_duration(text("retryDelay"));
        } else if kind.ends_with("google.rpc.QuotaFailure") {
            let violations = detail.get("violations").and_then(Value::as_array).into_iter().flatten();
            let mut ids = violations.filter_map(|violation| violation.get("quotaId")?.as_str());
            self.daily |= ids.any(|id| id.contains("PerDay"));
        }
    }

    /// Whether Google refuses the request's form without saying more: for Gemini the mark of a schema
    /// it finds too large.
    pub(super) fn is_bare_refusal(&self, reply: &Reply) -> bool {
        reply.status.as_u16() == 400 && self.reason.is_empty() && self.status != "FAILED_PRECONDITION"
    }
}

/// The failure behind an error answer of a Google service.
pub(super) fn google(reply: &Reply, now: SystemTime) -> Failure {
    let error = GoogleError::of(reply);
    let wait = google_wait(&error, reply.retry_after(now));
    let quiet = || anyhow!("google answers {} ({} {})", reply.status, error.status, error.reason);
    let full = || anyhow!("google answers {} ({}): {}", reply.status, error.status, shown(&error.message));
    match reply.status.as_u16() {
        // Google calls an unknown key and a missing bill a bad request.
        400 if error.reason.starts_with("API_KEY_") || error.status == "FAILED_PRECONDITION" => {
            Failure::permanent(Reason::ProviderAccount, quiet())
        }
        // The older of its services answer 403 where others answer 429.
        403 if error.reason == "RATE_LIMIT_EXCEEDED" => Failure::wait(wait, full()),
        // 402: prepaid credit is used up. 404: a model that is not, or no longer, offered.
        401..=404 => Failure::permanent(Reason::ProviderAccount, quiet()),
        413 => Failure::permanent(Reason::TooLarge, full()),
        429 | 503 | 529 => Failure::wait(wait, full()),
        // 3xx: no provider sends us elsewhere; somebody in between answers in its place.
        300..=399 | 408 | 500..=599 => Failure::new(Kind::Outage { retry_after: wait }, full()),
        _ => Failure::bug(full()),
    }
}

/// The longest of the advices.
fn google_wait(error: &GoogleError, header: Option<Duration>) -> Option<Duration> {
    let daily = error.daily.then_some(DAILY_QUOTA_WAIT);
    [header, error.retry_delay, daily].into_iter().flatten().max().map(|wait| wait.min(LONGEST_WAIT))
}

/// Decimal seconds with an `s`, such as `38s` or `45.837906927s`.
fn protobuf_duration(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

/// The beginning of somebody else's words.
fn shown(text: &str) -> String {
    one_line(text).chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: &Value) -> Reply {
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_string().into_bytes(),
        }
    }

    fn openai_kind(status: u16, code: &str, message: &str) -> Kind {
        let body = json!({"error": {"message": message, "type": "invalid_request_error", "code": code}});
        openai(&reply(status, &body), SystemTime::UNIX_EPOCH).kind
    }

    fn google_kind(status: u16, error: &Value) -> Kind {
        google(&reply(status, &json!({"error": error})), SystemTime::UNIX_EPOCH).kind
    }

    #[test]
    fn openai_answers_become_the_failure_that_helps() {
        let account = Kind::Permanent(Reason::ProviderAccount);
        assert_eq!(openai_kind(401, "invalid_api_key", "Incorrect API key provided"), account);
        assert_eq!(openai_kind(404, "model_not_found", "no such model"), account);
        assert_eq!(openai_kind(429, "insufficient_quota", "You exceeded your current quota"), account);
        assert_eq!(openai_kind(429, "rate_limit_exceeded", "slow down"), Kind::Wait { retry_after: None });
        assert_eq!(openai_kind(503, "server_error", "overloaded"), Kind::Wait { retry_after: None });
        for status in [302, 408, 500, 502, 504, 520] {
            assert_eq!(
                openai_kind(status, "server_error", ""),
                Kind::Outage { retry_after: None },
                "{status}"
            );
        }
        assert_eq!(openai_kind(413, "", "too large"), Kind::Permanent(Reason::TooLarge));
        assert_eq!(openai_kind(400, "", "Invalid file format."), Kind::Permanent(Reason::Unreadable));
        assert_eq!(openai_kind(400, "content_filter", ""), Kind::Permanent(Reason::Refused));
        assert_eq!(openai_kind(400, "unknown_parameter", "Unknown parameter: 'x'"), Kind::Bug);
    }

    #[test]
    fn the_retry_after_header_is_kept_as_a_floor() {
        let mut limited = reply(429, &json!({}));
        limited.headers.insert(RETRY_AFTER, HeaderValue::from_static("21"));
        let advised = Some(Duration::from_secs(21));
        assert_eq!(openai(&limited, SystemTime::UNIX_EPOCH).kind, Kind::Wait { retry_after: advised });
        assert_eq!(google(&limited, SystemTime::UNIX_EPOCH).kind, Kind::Wait { retry_after: advised });
    }

    #[test]
    fn google_answers_become_the_failure_that_helps() {
        let account = Kind::Permanent(Reason::ProviderAccount);
        let key = json!({"status": "INVALID_ARGUMENT", "message": "API key not valid.", "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]});
        assert_eq!(google_kind(400, &key), account);
        assert_eq!(google_kind(400, &json!({"status": "FAILED_PRECONDITION"})), account);
        assert_eq!(google_kind(402, &json!({"status": "RESOURCE_EXHAUSTED"})), account);
        assert_eq!(google_kind(403, &json!({"status": "PERMISSION_DENIED"})), account);
        assert_eq!(google_kind(404, &json!({"status": "NOT_FOUND"})), account);
        assert_eq!(google_kind(503, &json!({"status": "UNAVAILABLE"})), Kind::Wait { retry_after: None });
        let slow = google_kind(504, &json!({"status": "DEADLINE_EXCEEDED"}));
        assert_eq!(slow, Kind::Outage { retry_after: None });
        assert_eq!(google_kind(400, &json!({"status": "INVALID_ARGUMENT"})), Kind::Bug);
    }

    #[test]
    fn google_says_in_the_body_how_long_to_wait() {
        let delay = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "45.5s"});
        let minute = json!({"status": "RESOURCE_EXHAUSTED", "details": [delay]});
        let wait = Kind::Wait { retry_after: Some(Duration::from_millis(45_500)) };
        assert_eq!(google_kind(429, &minute), wait);

        let quota = json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]});
        let day = json!({"status": "RESOURCE_EXHAUSTED", "details": [delay, quota]});
        assert_eq!(google_kind(429, &day), Kind::Wait { retry_after: Some(DAILY_QUOTA_WAIT) });
    }

    #[test]
    fn an_answer_that_is_no_json_is_read_by_its_status() {
        let page = Reply {
            status: StatusCode::BAD_GATEWAY,
            headers: HeaderMap::new(),
            body: b"<html>bad gateway".to_vec(),
        };
        assert_eq!(google(&page, SystemTime::UNIX_EPOCH).kind, Kind::Outage { retry_after: None });
        assert_eq!(openai(&page, SystemTime::UNIX_EPOCH).kind, Kind::Outage { retry_after: None });
    }

    #[test]
    fn a_refused_key_is_not_repeated_in_the_log() {
        let body =
            json!({"error": {"message": "Incorrect API key provided: sk-1234", "code": "invalid_api_key"}});
        let failure = openai(&reply(401, &body), SystemTime::UNIX_EPOCH);
        assert!(!failure.to_string().contains("sk-1234"), "{failure}");
    }
}
