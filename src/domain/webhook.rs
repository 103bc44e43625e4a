//! Webhook events of Notion: which bytes are believed, and what they hint at.
//!
//! Takes the raw body, the signature header, the token and the time; gives a handshake, a hint, or why nothing
//! is heard. Of an event nothing but ids is read: it says where to look, never what is there.
//! Source of the shapes and of the signature: <https://developers.notion.com/reference/webhooks>.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use uuid::Uuid;

/// An older event tells nothing that a poll has not seen; it may as well be a replay.
const OLDEST: TimeDelta = TimeDelta::minutes(5);

/// How far Notion's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// Longest token that is kept, in bytes. Notion's have some fifty.
const LONGEST_TOKEN: usize = 256;

/// Why a post is not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unheard {
    /// No token is known: nobody can tell who sent it.
    NotSetUp,
    /// The signature is missing or was not made with the token over these bytes.
    NotSigned,
    /// It is no event and no handshake.
    Unreadable,
    /// It is too old, or from the future.
    Untimely,
    /// Another token is known already.
    TokenKnown,
}

/// What an event hints at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The event's own id, the same at each delivery.
    pub event: Uuid,
    /// The data source to look at; `None` where the event concerns none.
    pub data_source: Option<Uuid>,
    /// Who sees the object, where the event says so: bots and people.
    pub seen_by: Option<Vec<Uuid>>,
    /// The bots that made the change, each once, where nobody else had a part in it.
    pub bots: Vec<Uuid>,
}

#[derive(Deserialize)]
struct Handshake {
    verification_token: SecretString,
}

#[derive(Deserialize)]
struct Event {
    id: Uuid,
    timestamp: DateTime<Utc>,
    #[serde(rename = "type")]
    kind: String,
    authors: Option<Vec<Party>>,
    accessible_by: Option<Vec<Party>>,
    entity: Option<Party>,
    data: Option<Data>,
}

/// An id with what it is the id of.
#[derive(Deserialize)]
struct Party {
    #[serde(default)]
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    data_source_id: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    parent: Option<Party>,
}

/// The token of the one-time handshake; `None` where the body is something else, or holds no usable token.
pub fn handshake(body: &[u8]) -> Option<SecretString> {
    let token = serde_json::from_slice::<Handshake>(body).ok()?.verification_token;
    let text = token.expose_secret();
    let usable =
        (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then_some(token)
}

/// The hint of an event, where its sender knows the token and it is of now.
pub fn hint(
    body: &[u8],
    signature: Option<&str>,
    token: &SecretString,
    now: DateTime<Utc>,
) -> Result<Hint, Unheard> {
    if !signature.is_some_and(|signature| is_signed(body, signature, token)) {
        return Err(Unheard::NotSigned);
    }
    let event: Event = serde_json::from_slice(body).map_err(|_| Unheard::Unreadable)?;
    let age = now.signed_duration_since(event.timestamp);
    if age > OLDEST || age < -AHEAD {
        return Err(Unheard::Untimely);
    }
    Ok(Hint {
        event: event.id,
        data_source: data_source(&event),
        seen_by: event.accessible_by.as_deref().map(ids),
        bots: only_bots(event.authors.as_deref().unwrap_or_default()),
    })
}

/// Compares in constant time: how far a guess fits is not to be measured.
fn is_signed(body: &[u8], signature: &str, token: &SecretString) -> bool {
    let Some(claimed) = signature.strip_prefix("sha256=").and_then(from_hex) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(&claimed).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    // Signs pass as numbers below, so digits are asked for here.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn data_source(event: &Event) -> Option<Uuid> {
    let parent = event.data.as_ref().and_then(|data| data.parent.as_ref());
    let id = match event.kind.as_str() {
        "page.created" | "page.properties_updated" | "page.content_updated" | "page.undeleted" => {
            let of_source = |parent: &&Party| parent.kind == "data_source";
            let named = parent.and_then(|parent| parent.data_source_id.as_deref());
            named.or_else(|| parent.filter(of_source).map(|parent| parent.id.as_str()))
        }
        kind if kind.starts_with("data_source.") => {
            let entity = event.entity.as_ref().filter(|entity| entity.kind == "data_source");
            entity.map(|entity| entity.id.as_str())
        }
        _ => None,
    };
    id.and_then(|id| Uuid::try_parse(id).ok())
}

fn only_bots(authors: &[Party]) -> Vec<Uuid> {
    if authors.iter().all(|author| author.kind == "bot") { ids(authors) } else { Vec::new() }
}

/// The ids, each once. Whoever has an id of another form is nobody we know.
fn ids(parties: &[Party]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> =
        parties.iter().map(|party| Uuid::try_parse(&party.id).unwrap_or(Uuid::nil())).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests;
