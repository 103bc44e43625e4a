//! The stages of the chain and the statuses their user sees.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One step of the chain, run by one actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Fetch the video and take it apart into sound and frames.
    Download,
    /// Write down what is said.
    Transcribe,
    /// Write down what is shown.
    Read,
    /// Make the note.
    Summarize,
    /// Bring the note to the row.
    Write,
}

impl Stage {
    /// All stages in the order of the chain.
    pub const ALL: [Self; 5] = [Self::Download, Self::Transcribe, Self::Read, Self::Summarize, Self::Write];

    /// The status a row shows while this stage is the earliest one not yet done.
    pub fn status(self) -> Status {
        match self {
            Self::Download => Status::Downloading,
            Self::Transcribe => Status::Transcribing,
            Self::Read | Self::Summarize => Status::Processing,
            Self::Write => Status::Saving,
        }
    }

    /// The stage's name in logs and in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Transcribe => "transcribe",
            Self::Read => "read",
            Self::Summarize => "summarize",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What a row says about its entry; written to Notion and kept in the journal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Saved, nothing done yet.
    Pending,
    /// The video is being fetched.
    Downloading,
    /// The speech is being written down.
    Transcribing,
    /// The screen text is being read, or the note made.
    Processing,
    /// The result is being written.
    Saving,
    /// The result stands in the row.
    Completed,
    /// It cannot be done; the reason stands in the row.
    Failed,
}

impl Status {
    /// All statuses, in the order an entry goes through them.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Downloading,
        Self::Transcribing,
        Self::Processing,
        Self::Saving,
        Self::Completed,
        Self::Failed,
    ];

    /// The name written to Notion, to the journal and to the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Downloading => "downloading",
            Self::Transcribing => "transcribing",
            Self::Processing => "processing",
            Self::Saving => "saving",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or_else(|| UnknownStatus(name.to_owned()))
    }
}

/// A status name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a status")]
pub struct UnknownStatus(String);
