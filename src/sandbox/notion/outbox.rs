//! Webhook deliveries on their way out: signed, in a queue a poster empties. Nothing here opens a connection.
//!
//! Header and signature: <https://developers.notion.com/reference/webhooks>.

use std::collections::VecDeque;
use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

/// Deliveries that wait while nobody posts them; the oldest is lost beyond that, as Notion promises no delivery.
const WAITING: usize = 10_000;
/// Tries of one event. Notion makes eight within a day; three tell a test as much.
const TRIES: u64 = 3;

/// One POST to a subscriber.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Where it goes.
    pub url: Url,
    /// The bytes of its body, to be sent as they are.
    pub body: String,
    /// The value of the `X-Notion-Signature` header; the handshake has none.
    pub signature: Option<String>,
    token: String,
}

impl Delivery {
    /// Name of the header that carries the signature.
    pub const SIGNATURE_HEADER: &'static str = "X-Notion-Signature";

    /// The handshake that tells the verification token.
    pub(super) fn handshake(url: Url, token: &str) -> Self {
        let body = json!({"verification_token": token}).to_string();
        Self { url, body, signature: None, token: token.to_owned() }
    }

    /// An event, signed.
    pub(super) fn event(url: Url, event: &Value, token: &str) -> Self {
        let body = event.to_string();
        let signature = Some(signature(token, &body));
        Self { url, body, signature, token: token.to_owned() }
    }

    /// The payload.
    pub fn payload(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The event's type, such as `page.created`; empty for the handshake.
    pub fn kind(&self) -> String {
        self.payload().get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Which try this is, from 1; 0 for the handshake.
    pub fn attempt(&self) -> u64 {
        self.payload().get("attempt_number").and_then(Value::as_u64).unwrap_or(0)
    }

    /// The same event once more: same id, next attempt.
    #[must_use]
    pub fn again(&self) -> Self {
        self.changed("attempt_number", json!(self.attempt() + 1))
    }

    /// The same event as if it had happened at another time, properly signed.
    #[must_use]
    pub fn dated(&self, at: DateTime<Utc>) -> Self {
        self.changed("timestamp", stamp(at))
    }

    /// The same event, this much older.
    #[must_use]
    pub fn older(&self, by: TimeDelta) -> Self {
        let payload = self.payload();
        let at = payload.get("timestamp").and_then(Value::as_str).and_then(|at| at.parse().ok());
        self.dated(at.unwrap_or_else(Utc::now) - by)
    }

    /// The same bytes under a signature made with another token.
    #[must_use]
    pub fn forged(&self) -> Self {
        Self { signature: Some(signature("not the token", &self.body)), ..self.clone() }
    }

    fn changed(&self, field: &str, value: Value) -> Self {
        let mut event = self.payload();
        if let Some(fields) = event.as_object_mut() {
            fields.insert(field.into(), value);
        }
        Self::event(self.url.clone(), &event, &self.token)
    }
}

/// A moment of an event; unlike the times of objects it is not rounded.
pub(super) fn stamp(at: DateTime<Utc>) -> Value {
    at.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

/// The value of the signature header.
pub(super) fn signature(token: &str, body: &str) -> String {
    let mut text = String::from("sha256=");
    // HMAC takes keys of any length: this branch is never left out.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) {
        mac.update(body.as_bytes());
        for byte in mac.finalize().into_bytes() {
            // Writing to a string cannot fail.
            write!(text, "{byte:02x}").ok();
        }
    }
    text
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Delivery>,
    /// Nothing leaves while a test holds it back.
    pub held: bool,
}

impl Outbox {
    /// Puts a delivery at the end.
    pub(super) fn push(&mut self, delivery: Delivery) {
        self.waiting.push_back(delivery);
        if self.waiting.len() > WAITING {
            self.waiting.pop_front();
        }
    }

    /// Takes the next one, unless held back.
    pub(super) fn pop(&mut self) -> Option<Delivery> {
        if self.held { None } else { self.waiting.pop_front() }
    }

    /// Puts a refused event back for another try, while it has one.
    pub(super) fn refused(&mut self, delivery: &Delivery) {
        if (1..TRIES).contains(&delivery.attempt()) {
            self.push(delivery.again());
        }
    }

    /// Lets a test reorder, repeat, replace or drop what waits.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Vec<Delivery>)) {
        let mut waiting: Vec<Delivery> = std::mem::take(&mut self.waiting).into();
        change(&mut waiting);
        self.waiting = waiting.into();
    }
}
