//! Fetching a video and taking it apart.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::speech::AudioFile;
use super::text::Frame;
use crate::domain::entry::Target;
use crate::domain::link::{self, VideoUrl};
use crate::domain::media::MediaInfo;
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};

/// A fetched video.
#[derive(Debug, Clone, PartialEq)]
pub struct Download {
    /// The file, inside the work dir.
    pub file: PathBuf,
    /// What the platform says about it.
    pub info: MediaInfo,
}

/// Fetches videos from the platforms.
#[async_trait]
pub trait VideoSource: Send + Sync {
    /// Understands a link as it stands in a row: where to fetch it, and the key of its media record.
    /// What is no link is permanent with `NotALink`.
    fn understand(&self, link: &str) -> Outcome<Target> {
        link::understand(link).map_err(|no_link| Failure::permanent(Reason::NotALink, no_link))
    }

    /// Whom fetching this depends on, as people know them; `None` where nobody can be out of order.
    fn party(&self, _url: &VideoUrl) -> Option<Party> {
        None
    }

    /// Fetches one video into `work_dir`, which is private to this job.
    ///
    /// Permanent with the reason a person understands where the platform refuses; an outage where the platform
    /// or the way to it is out of order; transient where this one video cannot be had for now. Too long, too
    /// large and unsupported are refused before anything is fetched where possible.
    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download>;
}

/// A video taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opened {
    /// Its sound; `None` when it has no audio stream.
    pub audio: Option<AudioFile>,
    /// Pictures that differ, in the order of time; empty when there is no picture.
    pub frames: Vec<Frame>,
    /// Its length in seconds, where the file tells.
    pub duration: Option<f64>,
}

/// Takes a video file apart into sound and pictures.
#[async_trait]
pub trait MediaOpener: Send + Sync {
    /// Writes the sound and the pictures into `work_dir`. A file that cannot be decoded is permanent.
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened>;
}
