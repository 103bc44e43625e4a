//! Writing down what is shown.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::domain::cost::Usage;
use crate::domain::media::At;
use crate::domain::waiting::Party;
use crate::failure::Outcome;

/// A picture out of a video: a JPEG file and its moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The file, inside the work dir.
    pub path: PathBuf,
    /// Its moment.
    pub at: At,
}

/// What one picture says.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameText {
    /// The picture's moment.
    pub at: At,
    /// Its lines in reading order.
    pub lines: Vec<String>,
}

/// Reads text in pictures.
#[async_trait]
pub trait TextReader: Send + Sync {
    /// The engine's name for logs, the page and `linkscribe check`.
    fn name(&self) -> String;

    /// Whose service it is, as people know them; `None` for an engine on this machine.
    fn party(&self) -> Option<Party> {
        None
    }

    /// What reading so many pictures is billed as; nothing for an engine on this machine.
    fn billed(&self, _pictures: usize) -> Usage {
        Usage::default()
    }

    /// Reads all pictures of one video; the answer has one item for each picture, in the same order.
    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>>;
}
