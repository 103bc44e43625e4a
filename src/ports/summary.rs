//! Making a note of what was watched.

use async_trait::async_trait;

use crate::domain::note::{Answer, Question};
use crate::domain::waiting::Party;
use crate::failure::Outcome;

/// Answers the questions a schema asks about a video.
#[async_trait]
pub trait SummaryModel: Send + Sync {
    /// The engine's name for logs, the page and `linkscribe check`.
    fn name(&self) -> String;

    /// Whose service it is, as people know them; `None` for an engine on this machine.
    fn party(&self) -> Option<Party> {
        None
    }

    /// Answers unchecked; the caller holds every value against the schema and the evidence.
    async fn answer(&self, question: &Question) -> Outcome<Answer>;
}
