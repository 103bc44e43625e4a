//! Media: what a link points at, once per world, shared by all entries with the same key.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cost::Usage;
use super::link::MediaKey;

/// A moment of a video, in seconds from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At(pub f64);

impl At {
    /// Whole seconds, never negative; nonsense counts as the beginning.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to int casts saturate"
    )]
    pub fn seconds(self) -> u64 {
        self.0.max(0.0) as u64
    }
}

/// `0:07`, `12:30` or `1:02:03`, as video players write it.
impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.seconds();
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        if hours > 0 {
            write!(out, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(out, "{minutes}:{seconds:02}")
        }
    }
}

/// What the platform says about a video. Every text is a stranger's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaInfo {
    /// The platform's name for people, such as `TikTok`.
    pub platform: String,
    /// The video's title.
    pub title: Option<String>,
    /// The text the author wrote under it.
    pub caption: Option<String>,
    /// The author's name or handle.
    pub author: Option<String>,
    /// The day it was published.
    pub published: Option<NaiveDate>,
    /// Length in seconds.
    pub duration: Option<f64>,
    /// The address of its page, as the platform writes it.
    pub page_url: Option<String>,
    /// The address of its preview image; expires on most platforms.
    pub thumbnail_url: Option<String>,
}

/// One stretch of speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Where it begins.
    pub start: At,
    /// Where it ends.
    pub end: At,
    /// What is said.
    pub text: String,
}

/// What is said in a video. No segments means: nobody speaks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// The language heard (ISO 639-1), where the engine tells.
    pub language: Option<String>,
    /// The speech in order.
    pub segments: Vec<Segment>,
    /// Which engine wrote it down, such as `whisper-1`; empty when nobody listened.
    pub engine: String,
    /// What was billed for it.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

impl Transcript {
    /// The whole speech as one text.
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// A line of text shown on the screen, at its first appearance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScreenLine {
    /// When it is first seen.
    pub at: At,
    /// What it says.
    pub text: String,
}

/// What is shown in a video: each line once, in reading order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScreenText {
    /// The lines.
    pub lines: Vec<ScreenLine>,
    /// Which engine read them, such as `tesseract`; empty when reading was off or failed.
    pub engine: String,
    /// What was billed for it.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

/// A media record with the checkpoints reached so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// The key all links to it share.
    pub key: MediaKey,
    /// What the platform says, once downloaded.
    pub info: Option<MediaInfo>,
    /// What is said, once transcribed.
    pub transcript: Option<Transcript>,
    /// What is shown, once read.
    pub screen_text: Option<ScreenText>,
}

impl Media {
    /// A record nobody has worked on yet.
    pub fn unknown(key: MediaKey) -> Self {
        Self { key, info: None, transcript: None, screen_text: None }
    }

    /// What is known, with nothing in the place of what is missing.
    pub fn known(self) -> Watched {
        Watched {
            info: self.info.unwrap_or_default(),
            transcript: self.transcript.unwrap_or_default(),
            screen_text: self.screen_text.unwrap_or_default(),
        }
    }

    /// The finished record, when nothing is missing any more.
    pub fn watched(&self) -> Option<Watched> {
        Some(Watched {
            info: self.info.clone()?,
            transcript: self.transcript.clone()?,
            screen_text: self.screen_text.clone()?,
        })
    }
}

/// A video that was watched to its end: everything the summarizer may use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Watched {
    /// What the platform says.
    pub info: MediaInfo,
    /// What is said.
    pub transcript: Transcript,
    /// What is shown.
    pub screen_text: ScreenText,
}

impl Watched {
    /// Whether there is nothing at all to make a note of.
    pub fn is_empty(&self) -> bool {
        self.transcript.segments.is_empty()
            && self.screen_text.lines.is_empty()
            && self.info.caption.as_deref().is_none_or(|caption| caption.trim().is_empty())
    }
}
