//! (being written)
use crate::domain::note::{Answer, Question};
/// x
pub struct Rules;
#[async_trait::async_trait]
impl crate::ports::SummaryModel for Rules {
    fn name(&self) -> String {
        "rules".into()
    }
    async fn answer(&self, question: &Question) -> crate::failure::Outcome<Answer> {
        Ok(Answer {
            title: question.watched.info.title.clone().unwrap_or_default(),
            summary: question.watched.transcript.text(),
            engine: self.name(),
            ..Answer::default()
        })
    }
}
