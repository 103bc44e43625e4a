//! Asking a model, and asking once more when its answer cannot be read.

use async_trait::async_trait;

use super::{Complaint, Field, fields, instructions, material, read};
use crate::domain::cost::Usage;
use crate::domain::note::{Answer, Question};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// How much of its unreadable answer a model is shown again.
const SHOWN_ANSWER_CHARS: usize = 8_000;

/// Everything one request to a model says.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Prompt {
    /// Who it is and what it must do.
    pub(in crate::adapters) instructions: String,
    /// What was watched.
    pub(in crate::adapters) material: String,
    /// The keys of the answer besides title, summary and key points.
    pub(in crate::adapters) fields: Vec<Field>,
    /// The first answer and what is wrong with it, in a second round.
    pub(in crate::adapters) repair: Option<Repair>,
}

/// An answer that could not be read, with the complaint about it.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Repair {
    /// What the model had answered.
    pub(in crate::adapters) answer: String,
    /// What it is told about that.
    pub(in crate::adapters) complaint: String,
}

/// A model one can talk to.
#[async_trait]
pub(in crate::adapters) trait Chat: Sync {
    /// The name that goes into the answer.
    fn engine(&self) -> &str;

    /// Sends one request; gives the text of the answer and what was billed for it.
    async fn say(&self, prompt: &Prompt) -> Outcome<Said>;
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters) struct Said {
    /// The text, still to be read.
    pub(in crate::adapters) text: String,
    /// What was billed for it.
    pub(in crate::adapters) usage: Usage,
}

/// Asks, reads the answer, and asks a second time when it cannot be read. A second unreadable answer is
/// transient: the next attempt may get a better one.
pub(in crate::adapters) async fn converse(chat: &dyn Chat, question: &Question) -> Outcome<Answer> {
    let mut prompt = Prompt {
        instructions: instructions(question),
        material: material(question),
        fields: fields(question),
        repair: None,
    };
    let first = chat.say(&prompt).await?;
    let complaint = match read(question, chat.engine(), &first.text) {
        Ok(answer) => return Ok(Answer { usage: first.usage, ..answer }),
        Err(complaint) => complaint,
    };
    tracing::warn!(engine = chat.engine(), %complaint, "the model's answer cannot be read, asking once more");
    prompt.repair = Some(Repair::new(&first.text, &complaint));
    let second = chat.say(&prompt).await?;
    let answer = read(question, chat.engine(), &second.text).map_err(|complaint| {
        let failure = Failure::transient(complaint).given_up_as(Reason::AnswerUnreadable);
        failure.context("the model's second answer cannot be read")
    })?;
    Ok(Answer { usage: first.usage + second.usage, ..answer })
}

impl Repair {
    fn new(answer: &str, complaint: &Complaint) -> Self {
        let answer: String = answer.chars().take(SHOWN_ANSWER_CHARS).collect();
        Self {
            // An empty turn is refused by the providers.
            answer: if answer.trim().is_empty() { "(empty)".to_owned() } else { answer },
            complaint: format!(
                "Your answer cannot be used: {complaint}. Answer again with the one JSON object asked for, and nothing else."
            ),
        }
    }
}
