//! Notion's side of OAuth: where consent is asked for, what a code or a refresh token buys.
//!
//! Takes the integration's id and secret; gives grants and token pairs. A code or a token that Notion refuses
//! fails as permanent with `Disconnected`; an id or secret it refuses is the operator's mistake and a bug here.
//! Source: <https://developers.notion.com/reference/create-a-token>, refresh-a-token, revoke-token.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::client::{VERSION, address};
use crate::adapters::outbound::{Outbound, Reply};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Consent, Grant, Tokens};

/// A person waits for it in their browser.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A token response has a kilobyte.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Speaks with Notion's token endpoint.
pub struct NotionConsent {
    http: Outbound,
    base: Url,
    /// Where people consent.
    consent: Url,
    client_id: String,
    client_secret: SecretString,
}

/// What the token endpoint answers, as far as it is used.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    refresh_token: Option<SecretString>,
    #[serde(default)]
    bot_id: String,
    #[serde(default)]
    workspace_id: String,
    #[serde(default)]
    workspace_name: Option<String>,
    #[serde(default)]
    owner: Value,
}

impl NotionConsent {
    /// The integration with this id and secret, at the API with this address.
    pub fn new(base: &Url, client_id: &str, client_secret: &SecretString) -> Outcome<Self> {
        Ok(Self {
            http: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            base: base.clone(),
            consent: address(base, &["oauth", "authorize"])?,
            client_id: client_id.to_owned(),
            client_secret: client_secret.clone(),
        })
    }

    async fn post(&self, path: &[&str], body: &Value) -> Outcome<Reply> {
        let request = self
            .http
            .client()
            .post(address(&self.base, path)?)
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .header("Notion-Version", VERSION)
            .json(body);
        self.http.send(request).await
    }

    async fn bought(&self, body: &Value) -> Outcome<Granted> {
        let reply = self.post(&["oauth", "token"], body).await?;
        if reply.status.is_success() {
            return reply.json();
        }
        Err(refused(&reply))
    }
}

#[async_trait]
impl Consent for NotionConsent {
    fn address(&self, state: &str, redirect: &str) -> String {
        let mut url = self.consent.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("response_type", "code")
            .append_pair("owner", "user")
            .append_pair("redirect_uri", redirect)
            .append_pair("state", state);
        url.into()
    }

    async fn grant(&self, code: &SecretString, redirect: &str) -> Outcome<Grant> {
        let body = json!({
            "grant_type": "authorization_code", "code": code.expose_secret(), "redirect_uri": redirect,
        });
        let granted = self.bought(&body).await?;
        if granted.bot_id.is_empty() {
            return Err(Failure::outage(anyhow!("notion's grant names no bot")));
        }
        let person = granted.owner.pointer("/user/id").and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Grant {
            person,
            bot: granted.bot_id,
            workspace_id: granted.workspace_id,
            workspace: granted.workspace_name.filter(|name| !name.is_empty()).unwrap_or("Notion".to_owned()),
            tokens: Tokens { access: granted.access_token, refresh: granted.refresh_token },
        })
    }

    async fn renew(&self, refresh: &SecretString) -> Outcome<Tokens> {
        let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh.expose_secret() });
        let granted = self.bought(&body).await?;
        // Notion gives a new refresh token each time; should it not, the old one is still the one to use.
        let refresh = granted.refresh_token.or_else(|| Some(refresh.clone()));
        Ok(Tokens { access: granted.access_token, refresh })
    }

    async fn revoke(&self, token: &SecretString) -> Outcome<()> {
        let reply = self.post(&["oauth", "revoke"], &json!({ "token": token.expose_secret() })).await?;
        match reply.status.as_u16() {
            200..=299 | 400 | 404 => Ok(()),
            _ => Err(refused(&reply)),
        }
    }
}

/// What a refusal of the token endpoint means (RFC 6749, 5.2). Only Notion's own word takes somebody's access
/// away: not the page of a proxy, and not a mistake of the operator's or ours.
fn refused(reply: &Reply) -> Failure {
    let error: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let word = |field: &str| error.get(field).and_then(Value::as_str).filter(|word| is_code(word));
    let code = word("error").filter(|word| *word != "error").or(word("code"));
    let status = reply.status.as_u16();
    let cause = anyhow!("notion's token endpoint answers {status} {}", code.unwrap_or("without a code"));
    let retry_after = reply.retry_after(SystemTime::now());
    match (status, code) {
        (429 | 529, _) => Failure::wait(retry_after, cause),
        (500.., _) => Failure::new(Kind::Outage { retry_after }, cause),
        (400 | 401, Some("invalid_grant")) => Failure::permanent(Reason::Disconnected, cause),
        (_, Some("invalid_client" | "unauthorized" | "unauthorized_client")) => {
            Failure::bug(cause.context("NOTION_CLIENT_ID or NOTION_CLIENT_SECRET is refused by Notion"))
        }
        (400..=404, Some(_)) => Failure::bug(cause),
        _ => Failure::outage(cause),
    }
}

/// A code is a plain word; anything else might be a stranger's text, or a token sent back.
fn is_code(word: &str) -> bool {
    (1..=40).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    #[test]
    fn only_notions_own_word_takes_access_away() {
        let gone = Kind::Permanent(Reason::Disconnected);
        let down = Kind::Outage { retry_after: None };
        for (status, body, expected) in [
            (400, r#"{"error":"invalid_grant"}"#, &gone),
            (400, r#"{"object":"error","status":400,"code":"invalid_grant"}"#, &gone),
            (401, r#"{"error":"invalid_client"}"#, &Kind::Bug),
            (401, r#"{"object":"error","status":401,"code":"unauthorized"}"#, &Kind::Bug),
            (400, r#"{"object":"error","status":400,"code":"validation_error"}"#, &Kind::Bug),
            (403, "<html>Attention required!</html>", &down),
            (404, "not found", &down),
            (302, "", &down),
            (500, r#"{"error":"invalid_grant"}"#, &down),
            (529, r#"{"code":"service_overload"}"#, &Kind::Wait { retry_after: None }),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let reply = Reply { status, headers: HeaderMap::new(), body: body.into() };
            assert_eq!(refused(&reply).kind, *expected, "{status} {body}");
        }
        let echo = r#"{"error":"ntn_A token sent back"}"#;
        let reply = Reply { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), body: echo.into() };
        assert!(!refused(&reply).to_string().contains("ntn_"));
    }

    #[test]
    fn consent_is_asked_for_where_the_api_is() {
        for (base, expected) in [
            ("https://api.notion.com", "https://api.notion.com/v1/oauth/authorize?"),
            ("http://proxy.example/notion/", "http://proxy.example/notion/v1/oauth/authorize?"),
        ] {
            let secret = SecretString::from("secret");
            let consent = NotionConsent::new(&Url::parse(base).unwrap(), "id", &secret).unwrap();
            let address = consent.address("a&b", "http://localhost:8080/auth/callback");
            assert!(address.starts_with(expected), "{address}");
            assert!(address.ends_with("&state=a%26b") && !address.contains("secret"), "{address}");
        }
    }
}
