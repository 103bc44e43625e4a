//! What Notion posts to us: the one-time handshake, then events.
//!
//! Takes bytes from anybody; gives what was done, or why it was not heard. An event is a hint to ask a data
//! source now, never the truth about it. Asks nobody but our own database.

use std::sync::Arc;

use anyhow::anyhow;
use chrono::DateTime;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tracing::{debug, info};

use super::Office;
use crate::domain::webhook::{self, Unheard};
use crate::failure::{Failure, Outcome};
use crate::messages::HearWebhook;
use crate::ports::Webhooks;

/// What hearing takes.
#[derive(Clone)]
pub struct Hooks {
    /// Remembers tokens and events.
    pub webhooks: Arc<dyn Webhooks>,
    /// The token as the operator gave it; it goes before the one kept.
    pub secret: Option<SecretString>,
}

/// Hears one post.
pub async fn hear(office: Office, heard: HearWebhook) -> Outcome<Result<(), Unheard>> {
    let Some(hooks) = &office.hooks else { return Ok(Err(Unheard::NotSetUp)) };
    let body = heard.body.expose_secret();
    if let Some(token) = webhook::handshake(body) {
        return shake_hands(hooks, &token).await;
    }
    let token = match &hooks.secret {
        Some(secret) => Some(secret.clone()),
        None => hooks.webhooks.webhook_token().await?,
    };
    let Some(token) = token else { return Ok(Err(Unheard::NotSetUp)) };
    let now = DateTime::from_timestamp_millis(office.journal.now().await?)
        .ok_or_else(|| Failure::bug(anyhow!("the database's clock is out of range")))?;
    let hint = match webhook::hint(body, heard.signature.as_deref(), &token, now) {
        Ok(hint) => hint,
        Err(unheard) => return Ok(Err(unheard)),
    };
    let hurried = hooks.webhooks.hear(&hint).await?;
    debug!(event = %hint.event, hurried, "an event was heard");
    Ok(Ok(()))
}

/// The first token stays: whoever posts another one later is not believed.
async fn shake_hands(hooks: &Hooks, token: &SecretString) -> Outcome<Result<(), Unheard>> {
    if hooks.secret.is_some() {
        return Ok(Ok(()));
    }
    let kept = hooks.webhooks.keep_webhook_token(token).await?;
    let is_it = bool::from(kept.expose_secret().as_bytes().ct_eq(token.expose_secret().as_bytes()));
    if is_it {
        info!("a webhook token is kept; `linkscribe webhook-token` shows it");
    }
    Ok(if is_it { Ok(()) } else { Err(Unheard::TokenKnown) })
}
