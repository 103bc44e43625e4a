//! Writing down what is shown.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameText {
    /// The picture's moment.
    pub at: At,
    /// Its lines in reading order.
    pub lines: Vec<String>,
    /// Whether it could not be read, and so has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spoilt: bool,
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

    /// Reads the first of these pictures, as many as go into one request; the answer has one item for each that it is
    /// done with, in the same order. Of all pictures a caller asks on with what is left.
    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>>;
}
