//! Writing down what is said.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::domain::media::Transcript;
use crate::domain::waiting::Party;
use crate::failure::Outcome;

/// The sound of a video, or one part of a long one: mono, 16 kHz, Opus in Ogg.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioFile {
    /// The file, inside the work dir.
    pub path: PathBuf,
    /// Its length in seconds.
    pub duration: Option<f64>,
    /// The number of the video in its post; `None` where it stands alone.
    pub video: Option<u32>,
}

/// Writes down speech.
#[async_trait]
pub trait SpeechToText: Send + Sync {
    /// The engine's name for logs, the page and `linkscribe check`.
    fn name(&self) -> String;

    /// Whose service it is, as people know them; `None` for an engine on this machine.
    fn party(&self) -> Option<Party> {
        None
    }

    /// Transcribes the whole file. A file without speech gives a transcript without segments.
    async fn transcribe(&self, audio: &AudioFile) -> Outcome<Transcript>;
}
