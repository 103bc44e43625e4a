//! Summarizes with Gemini by `POST /v1beta/models/{model}:generateContent`.
//!
//! Takes a question; gives the unchecked answer. Asks with a small schema, once without what Gemini refuses
//! in silence, and once more where the answer cannot be read. Refused content is permanent, overload is
//! waiting, a cut or empty answer is transient, what is no answer of Gemini at all is an outage.

mod schema;
mod wire;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use url::Url;

use self::wire::{Finer, Generated};
use super::outbound::{Outbound, Reply};
use super::prompt::{Chat, Prompt, Said, converse};
use super::provider::{endpoint, key_header, model_name};
use super::provider_errors::{GoogleError, google};
use crate::domain::note::{Answer, Question};
use crate::domain::waiting::Party;
use crate::failure::Outcome;
use crate::ports::SummaryModel;

/// Flash models answer within seconds, larger ones within a minute; two minutes mean it hangs.
const TIMEOUT: Duration = Duration::from_mins(2);

/// An answer is a few kilobytes plus the thoughts' signatures.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// Summarizes with a Gemini model.
#[derive(Debug)]
pub struct Gemini {
    outbound: Outbound,
    url: Url,
    key: Option<HeaderValue>,
    model: String,
}

impl Gemini {
    /// Speaks to the service at `base_url`, such as `https://generativelanguage.googleapis.com`. The model's
    /// name may be given with or without `models/`. Fails when a setting cannot be used at all.
    pub fn new(base_url: &Url, key: &SecretString, model: impl Into<String>) -> Outcome<Self> {
        let model = model_name(model)?;
        let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
        Ok(Self {
            outbound: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            url: endpoint(base_url, &format!("/v1beta/models/{model}:generateContent"))?,
            key: key_header("", key)?,
            model,
        })
    }

    /// Gives the service another time limit than two minutes for one whole request.
    pub fn with_timeout(mut self, timeout: Duration) -> Outcome<Self> {
        self.outbound = Outbound::new(timeout, MAX_ANSWER_BYTES)?;
        Ok(self)
    }

    async fn send(&self, prompt: &Prompt, finer: Finer) -> Outcome<Reply> {
        let request = self.outbound.client().post(self.url.clone());
        let request = match &self.key {
            Some(key) => request.header("x-goog-api-key", key.clone()),
            None => request,
        };
        self.outbound.send(request.json(&wire::request(&self.model, prompt, finer))).await
    }
}

#[async_trait]
impl SummaryModel for Gemini {
    fn name(&self) -> String {
        self.model.clone()
    }

    fn party(&self) -> Option<Party> {
        Some(Party::new("Gemini"))
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        converse(self, question).await
    }
}

#[async_trait]
impl Chat for Gemini {
    fn engine(&self) -> &str {
        &self.model
    }

    async fn say(&self, prompt: &Prompt) -> Outcome<Said> {
        let mut reply = self.send(prompt, Finer { schema: true, thinking: true }).await?;
        let error = GoogleError::of(&reply);
        if error.is_bare_refusal(&reply) {
            // Of the two settings a model may not know, it names the one about thinking.
            let thinking = error.message.to_lowercase().contains("thinking");
            tracing::warn!(
                engine = self.model,
                thinking,
                "gemini refuses the request's form, asking more plainly"
            );
            reply = self.send(prompt, Finer { schema: thinking, thinking: !thinking }).await?;
        }
        if !reply.status.is_success() {
            return Err(google(&reply, SystemTime::now()));
        }
        reply.json::<Generated>()?.said(&self.model)
    }
}
