//! A note made by rules, without any model: nothing leaves the machine, nothing is paid.
//!
//! Takes what was watched; gives sentences that stand in it and values that stand beside the words of a
//! column. Honest before helpful: what no rule finds is left out. Never fails. Its answer goes through
//! the same checks as a model's.

mod columns;
mod passages;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

use self::passages::Passages;
use crate::domain::answer::texts::fallback_title;
use crate::domain::note::{Answer, Question};
use crate::failure::Outcome;
use crate::ports::SummaryModel;

/// Sentences of speech in a summary, beside the caption's first one.
const SUMMARY_SENTENCES: usize = 3;

/// Key points of a note.
const KEY_POINTS: usize = 5;

/// Makes notes by rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules;

#[async_trait]
impl SummaryModel for Rules {
    fn name(&self) -> String {
        "rules".to_owned()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        Ok(answer(question, self.name()))
    }
}

fn answer(question: &Question, engine: String) -> Answer {
    let passages = Passages::of(&question.watched);
    let title = fallback_title(&question.watched);
    let summary = summary(&passages);
    let key_points = key_points(&passages, &summary);
    let values = question
        .columns
        .iter()
        .filter_map(|(key, column)| {
            let value = columns::value(column, &title, &summary, &passages, &question.watched)?;
            Some((key.clone(), value))
        })
        .collect();
    Answer { title, summary, key_points, values, engine }
}

/// What the author says of it, then the sentences that share most words with the rest.
fn summary(passages: &Passages) -> String {
    let said = passages.best_said(SUMMARY_SENTENCES);
    let told = passages.caption.first().into_iter().cloned();
    told.chain(said).collect::<Vec<_>>().join(" ")
}

/// What is shown together, each as one point; without screen text, what is said beside the summary.
fn key_points(passages: &Passages, summary: &str) -> Vec<String> {
    let shown = passages.shown.iter().filter(|screen| screen.lines.len() > 1).map(passages::Screen::as_point);
    let said = passages.said.iter().filter(|sentence| !summary.contains(sentence.as_str())).cloned();
    shown.chain(said).take(KEY_POINTS).collect()
}
