//! The video itself, or its sound, kept in the workspace where the owner of a database wants that.
//!
//! Takes what is wanted and what became of it; gives what the page of the row shows or says. Never fails.

use serde::{Deserialize, Serialize};

/// What of a video is kept as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Nothing: the page leads to the video where it was published.
    #[default]
    None,
    /// Its sound.
    Audio,
    /// The video as it was downloaded.
    Video,
}

impl Keep {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Audio, Self::Video];

    /// Its name in the interface and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// What has this name; nothing is kept for any other.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|keep| keep.name() == name).unwrap_or_default()
    }
}

/// What became of the wish to keep something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Keepsake {
    /// It stands in the workspace as a file that any of its pages may show.
    Kept {
        /// The workspace's own id of the file.
        file: String,
    },
    /// It is larger than the workspace takes.
    TooLarge {
        /// Bytes it has.
        bytes: u64,
        /// Bytes the workspace takes.
        most: u64,
    },
    /// The video has no sound.
    Silent,
    /// It is a post of several parts, which is no one file.
    Post,
    /// It could not be brought into the workspace.
    Failed,
    /// Nothing was downloaded: everything about the video was known from before.
    NotFetched,
}

impl Keepsake {
    /// Whether another try may end otherwise though nothing else has changed.
    pub fn is_worth_another_try(&self) -> bool {
        match self {
            Self::Failed | Self::NotFetched => true,
            Self::Kept { .. } | Self::TooLarge { .. } | Self::Silent | Self::Post => false,
        }
    }
}
