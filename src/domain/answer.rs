//! (to be written)
use super::note::{Answer, Note, Question};
pub fn check(question: &Question, answer: Answer) -> Note {
    let _ = (question, answer);
    Note::default()
}
