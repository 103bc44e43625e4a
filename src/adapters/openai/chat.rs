//! A summarizer behind `POST /chat/completions`, at `OpenAI` or at any server that speaks like it
//! (platform.openai.com/docs/api-reference/chat/create).
//!
//! Takes a question; gives the unchecked answer. Asks for a strict JSON schema, where that is refused for a
//! JSON object, where that is refused for text, and once more where the answer cannot be read. Refused content is permanent; an answer that
//! is cut or empty may be another one next time, one that is no chat completion is an outage.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use async_trait::async_trait;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::schema::strict_schema;
use super::{authorized, party};
use crate::adapters::outbound::{Outbound, Reply};
use crate::adapters::prompt::{Chat, Prompt, Said, converse};
use crate::adapters::provider::{endpoint, key_header, model_name};
use crate::adapters::provider_errors::openai;
use crate::domain::cost;
use crate::domain::note::{Answer, Question};
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::SummaryModel;

/// A model that reasons over 15,000 tokens answers within a minute; two mean it hangs.
const TIMEOUT: Duration = Duration::from_mins(2);

/// An answer is a few kilobytes; this is three hundred times as much.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// A note takes about 1,000 tokens; the rest is for models that reason first.
const MAX_OUTPUT_TOKENS: u32 = 8_192;

/// Summarizes with a chat model.
#[derive(Debug)]
pub struct OpenAiChat {
    outbound: Outbound,
    url: Url,
    key: Option<HeaderValue>,
    model: String,
    party: Party,
}

#[derive(Debug, Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Usage {
    fn billed(&self) -> cost::Usage {
        let Self { prompt_tokens: tokens_in, completion_tokens: tokens_out } = *self;
        cost::Usage { tokens_in, tokens_out, calls: 1, ..cost::Usage::default() }
    }
}

impl OpenAiChat {
    /// Speaks to the server at `base_url`, such as `https://api.openai.com/v1`. Fails when a setting
    /// cannot be used at all.
    pub fn new(base_url: &Url, key: &SecretString, model: impl Into<String>) -> Outcome<Self> {
        Ok(Self {
            outbound: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            url: endpoint(base_url, "/chat/completions")?,
            key: key_header("Bearer ", key)?,
            model: model_name(model)?,
            party: party(base_url),
        })
    }

    /// Gives the server another time limit than two minutes for one whole request.
    pub fn with_timeout(mut self, timeout: Duration) -> Outcome<Self> {
        self.outbound = Outbound::new(timeout, MAX_ANSWER_BYTES)?;
        Ok(self)
    }

    /// Asks for an answer of this form; without one the most common parameters alone are sent, in their
    /// older names: who knows no form is old.
    async fn send(&self, prompt: &Prompt, format: Option<Value>) -> Outcome<Reply> {
        let (model, messages) = (&self.model, messages(prompt));
        let body = match format {
            Some(format) => json!({
                "model": model,
                "messages": messages,
                "response_format": format,
                "max_completion_tokens": MAX_OUTPUT_TOKENS,
            }),
            None => json!({"model": model, "messages": messages, "max_tokens": MAX_OUTPUT_TOKENS}),
        };
        let request = self.outbound.client().post(self.url.clone()).json(&body);
        self.outbound.send(authorized(request, self.key.as_ref())).await
    }
}

#[async_trait]
impl SummaryModel for OpenAiChat {
    fn name(&self) -> String {
        self.model.clone()
    }

    fn party(&self) -> Option<Party> {
        Some(self.party.clone())
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        converse(self, question).await
    }
}

#[async_trait]
impl Chat for OpenAiChat {
    fn engine(&self) -> &str {
        &self.model
    }

    async fn say(&self, prompt: &Prompt) -> Outcome<Said> {
        let mut reply = self.send(prompt, Some(strict_schema(prompt))).await?;
        // Older models and small servers know plain JSON only, others not even that: the instructions ask
        // for JSON anyway. What else is wrong fails again below.
        for (plainer, format) in [("json object", Some(json!({"type": "json_object"}))), ("plain text", None)]
        {
            if !(reply.status.as_u16() == 400 && openai(&reply, SystemTime::now()).kind == Kind::Bug) {
                break;
            }
            tracing::warn!(engine = self.model, plainer, "the answer's form is refused, asking more plainly");
            reply = self.send(prompt, format).await?;
        }
        if !reply.status.is_success() {
            return Err(openai(&reply, SystemTime::now()));
        }
        text_of(reply.json()?)
    }
}

/// The conversation so far.
fn messages(prompt: &Prompt) -> Vec<Value> {
    let mut messages = vec![
        json!({"role": "system", "content": prompt.instructions}),
        json!({"role": "user", "content": prompt.material}),
    ];
    if let Some(repair) = &prompt.repair {
        messages.push(json!({"role": "assistant", "content": repair.answer}));
        messages.push(json!({"role": "user", "content": repair.complaint}));
    }
    messages
}

/// The answer's text with what it cost, or why there is none.
fn text_of(completion: Completion) -> Outcome<Said> {
    let usage = completion.usage.unwrap_or_default();
    tracing::info!(
        tokens.input = usage.prompt_tokens,
        tokens.output = usage.completion_tokens,
        "the model has answered"
    );
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(empty(anyhow!("the model gave no answer at all")));
    };
    let refused = choice.message.refusal.is_some_and(|words| !words.trim().is_empty());
    match choice.finish_reason.as_deref() {
        Some("content_filter") => {
            Err(Failure::permanent(Reason::Blocked, anyhow!("the content is stopped by a filter")))
        }
        _ if refused => {
            Err(Failure::permanent(Reason::Refused, anyhow!("the content is refused by the model")))
        }
        Some("length") => {
            let cause = anyhow!("the answer was cut off at {MAX_OUTPUT_TOKENS} tokens");
            Err(Failure::transient(cause).given_up_as(Reason::AnswerCut))
        }
        _ => match choice.message.content {
            Some(text) if !text.trim().is_empty() => Ok(Said { text, usage: usage.billed() }),
            _ => Err(empty(anyhow!("the model's answer is empty"))),
        },
    }
}

/// An answer without any words may be another one next time.
fn empty(cause: anyhow::Error) -> Failure {
    Failure::transient(cause).given_up_as(Reason::AnswerEmpty)
}
