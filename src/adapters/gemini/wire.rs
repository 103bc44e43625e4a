//! Requests to and answers of `generateContent` as JSON (ai.google.dev/api/generate-content).

use anyhow::anyhow;
use serde::Deserialize;
use serde_json::{Value, json};

use super::schema::response_schema;
use crate::adapters::prompt::{Prompt, Said};
use crate::adapters::provider::one_line;
use crate::domain::cost;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// A note takes about 1,000 tokens; the rest is for what the model thinks first.
const MAX_OUTPUT_TOKENS: u32 = 8_192;

/// The smallest budget that every thinking model of the 2.5 series takes.
const THINKING_BUDGET: u32 = 512;

/// Finish reasons with which the content itself is refused; repeating gives the same.
const REFUSALS: [&str; 6] = ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "LANGUAGE"];

/// Which of the finer settings go along; a model that refuses one is asked without it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finer {
    /// A schema for the answer.
    pub(super) schema: bool,
    /// How much to think.
    pub(super) thinking: bool,
}

/// The body of one request.
pub(super) fn request(model: &str, prompt: &Prompt, finer: Finer) -> Value {
    let mut contents = vec![turn("user", &prompt.material)];
    if let Some(repair) = &prompt.repair {
        contents.push(turn("model", &repair.answer));
        contents.push(turn("user", &repair.complaint));
    }
    let mut config = json!({"responseMimeType": "application/json", "maxOutputTokens": MAX_OUTPUT_TOKENS});
    if let Some(config) = config.as_object_mut() {
        if finer.schema {
            config.insert("responseSchema".to_owned(), response_schema(&prompt.fields));
        }
        if let Some(thinking) = thinking(model).filter(|_| finer.thinking) {
            config.insert("thinkingConfig".to_owned(), thinking);
        }
    }
    json!({
        "systemInstruction": {"parts": [{"text": prompt.instructions}]},
        "contents": contents,
        "generationConfig": config,
    })
}

fn turn(role: &str, text: &str) -> Value {
    json!({"role": role, "parts": [{"text": text}]})
}

/// Thinking is billed and slow, and copying facts needs little of it. The 3 series takes levels, the 2.5
/// series a number of tokens, older models neither (ai.google.dev/gemini-api/docs/thinking).
fn thinking(model: &str) -> Option<Value> {
    let series = model.strip_prefix("gemini-")?;
    if series.starts_with("2.5") {
        return Some(json!({"thinkingBudget": THINKING_BUDGET}));
    }
    let older = series.starts_with(['1', '2']);
    (!older).then(|| json!({"thinkingLevel": "low"}))
}

/// What the service answers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Generated {
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<Usage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Candidate {
    content: Content,
    finish_reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    text: String,
    /// A thought is no part of the answer.
    thought: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PromptFeedback {
    block_reason: String,
}

/// Tokens, which is what is billed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(rename = "promptTokenCount")]
    prompt: u64,
    #[serde(rename = "candidatesTokenCount")]
    answer: u64,
    #[serde(rename = "thoughtsTokenCount")]
    thoughts: u64,
}

impl Usage {
    /// Thoughts are billed as output (ai.google.dev/gemini-api/docs/pricing).
    fn billed(&self) -> cost::Usage {
        let tokens_out = self.answer.saturating_add(self.thoughts);
        cost::Usage { tokens_in: self.prompt, tokens_out, calls: 1, ..cost::Usage::default() }
    }
}

impl Generated {
    /// The answer's text with what it cost, or why there is none.
    pub(super) fn said(self, model: &str) -> Outcome<Said> {
        if self.is_something_else() {
            return Err(Failure::outage(anyhow!("the answer has nothing of what gemini answers")));
        }
        let usage = self.usage_metadata.unwrap_or_default();
        tracing::info!(
            engine = model,
            tokens.input = usage.prompt,
            tokens.output = usage.answer,
            tokens.thoughts = usage.thoughts,
            "the model has answered"
        );
        let feedback = self.prompt_feedback.unwrap_or_default();
        if !feedback.block_reason.is_empty() {
            let why = one_line(&feedback.block_reason);
            return Err(Failure::permanent(Reason::Blocked, anyhow!("gemini blocks the prompt ({why})")));
        }
        let Some(candidate) = self.candidates.into_iter().next() else {
            return Err(empty(anyhow!("gemini gave no candidate at all")));
        };
        Ok(Said { text: candidate.text()?, usage: usage.billed() })
    }

    /// JSON of another form: every field may be missing, but never all of them.
    fn is_something_else(&self) -> bool {
        self.candidates.is_empty() && self.prompt_feedback.is_none() && self.usage_metadata.is_none()
    }
}

impl Candidate {
    fn text(self) -> Outcome<String> {
        let finish = self.finish_reason.as_str();
        if REFUSALS.contains(&finish) {
            let cause = anyhow!("gemini refuses the content ({finish})");
            return Err(Failure::permanent(Reason::Refused, cause));
        }
        if finish == "MAX_TOKENS" {
            let cause = anyhow!("gemini's answer was cut off at {MAX_OUTPUT_TOKENS} tokens");
            return Err(Failure::transient(cause).given_up_as(Reason::AnswerCut));
        }
        let parts = self.content.parts.into_iter().filter(|part| !part.thought);
        let text: String = parts.map(|part| part.text).collect();
        if text.trim().is_empty() {
            let finish = one_line(finish);
            return Err(empty(anyhow!("gemini's answer is empty (finish reason {finish})")));
        }
        Ok(text)
    }
}

/// An answer without any words may be another one next time.
fn empty(cause: anyhow::Error) -> Failure {
    Failure::transient(cause).given_up_as(Reason::AnswerEmpty)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::failure::Kind;

    fn said(answer: Value) -> Outcome<String> {
        serde_json::from_value::<Generated>(answer).unwrap().said("gemini").map(|said| said.text)
    }

    #[test]
    fn thoughts_are_no_part_of_the_answer() {
        let parts = json!([{"text": "let me see", "thought": true}, {"text": "{\"a\""}, {"text": ":1}"}]);
        let answer = json!({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]});
        assert_eq!(said(answer).unwrap(), "{\"a\":1}");
    }

    #[test]
    fn refused_blocked_cut_and_empty_answers_each_have_their_own_words_for_the_owner() {
        let ended = |reason: &str| json!({"candidates": [{"finishReason": reason}]});
        let cut =
            json!({"candidates": [{"finishReason": "MAX_TOKENS", "content": {"parts": [{"text": "{"}]}}]});
        let blocked = |reason: &str| json!({"promptFeedback": {"blockReason": reason}});
        let again = Kind::Transient { retry_after: None };
        let for_good = |reason| (Kind::Permanent(reason), None);
        for (answer, (kind, given_up_as)) in [
            (ended("SAFETY"), for_good(Reason::Refused)),
            (ended("RECITATION"), for_good(Reason::Refused)),
            (ended("PROHIBITED_CONTENT"), for_good(Reason::Refused)),
            (blocked("SAFETY"), for_good(Reason::Blocked)),
            (blocked("OTHER"), for_good(Reason::Blocked)),
            (cut, (again.clone(), Some(Reason::AnswerCut))),
            (ended("MAX_TOKENS"), (again.clone(), Some(Reason::AnswerCut))),
            (ended("STOP"), (again.clone(), Some(Reason::AnswerEmpty))),
            (json!({"usageMetadata": {"promptTokenCount": 9}}), (again, Some(Reason::AnswerEmpty))),
            (json!({"data": [1]}), (Kind::Outage { retry_after: None }, None)),
        ] {
            let told = format!("{answer}");
            let failure = said(answer).unwrap_err();
            assert_eq!((failure.kind, failure.given_up_as), (kind, given_up_as), "{told}");
        }
    }

    #[test]
    fn each_series_is_told_to_think_little_in_its_own_words() {
        assert_eq!(thinking("gemini-3.7-flash"), Some(json!({"thinkingLevel": "low"})));
        assert_eq!(thinking("gemini-flash-latest"), Some(json!({"thinkingLevel": "low"})));
        assert_eq!(thinking("gemini-2.5-flash"), Some(json!({"thinkingBudget": THINKING_BUDGET})));
        assert_eq!(thinking("gemini-2.0-flash"), None);
        assert_eq!(thinking("gemma-3-27b-it"), None);
    }
}
