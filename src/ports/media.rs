//! Fetching a video and taking it apart.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::speech::AudioFile;
use super::text::Frame;
use crate::domain::entry::Target;
use crate::domain::link::{self, VideoUrl};
use crate::domain::media::{MediaInfo, Transcript};
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// One video, with the ending of its kind where that is known.
    Video(PathBuf),
    /// A post of pictures, or of pictures and videos, in its order.
    Post(Vec<PostFile>),
}

/// A file of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostFile {
    /// Its place in the post, counted from one; what could not be fetched is missing.
    pub number: u32,
    /// The file.
    pub path: PathBuf,
}

impl Files {
    /// All files in their order.
    pub fn all(&self) -> Vec<&Path> {
        match self {
            Self::Video(file) => vec![file],
            Self::Post(files) => files.iter().map(|file| file.path.as_path()).collect(),
        }
    }
}

/// A fetched video or post.
#[derive(Debug, Clone, PartialEq)]
pub struct Download {
    /// The files, inside the work dir. Strangers made them.
    pub files: Files,
    /// What is said in it, where the platform has subtitles in the language that is spoken.
    pub subtitles: Option<Transcript>,
    /// What the platform says about it.
    pub info: MediaInfo,
    /// The file of its preview image inside the work dir, where one came along. A stranger made it.
    pub thumbnail: Option<PathBuf>,
    /// Whether it is a part of a post the rest of which cannot be had.
    pub is_partial: bool,
}

/// Fetches videos from the platforms.
#[async_trait]
pub trait VideoSource: Send + Sync {
    /// Understands a link as it stands in a row: where to fetch it, and the key of its media record.
    /// What is no link is permanent with `NotALink`.
    fn understand(&self, link: &str) -> Outcome<Target> {
        link::understand(link).map_err(|no_link| Failure::permanent(Reason::NotALink, no_link))
    }

    /// Where a short link leads: the video's own address and key. Asked once for all who saved the link.
    ///
    /// Permanent where it leads to no video, with the reason a person understands; an outage where the site does not
    /// answer.
    async fn follow(&self, short: &VideoUrl) -> Outcome<Target> {
        Err(Failure::permanent(Reason::Unsupported, anyhow::anyhow!("nobody follows links of {short}")))
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
    /// Its sound in parts a speech engine takes, one after the other; none where there is no sound, or none in
    /// which anybody can be speaking.
    pub audio: Vec<AudioFile>,
    /// Pictures that differ, in the order of time; empty when there is no picture.
    pub frames: Vec<Frame>,
    /// Its length in seconds, where the file tells.
    pub duration: Option<f64>,
}

/// A post taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpenedPost {
    /// The sounds of its videos, and its pictures, in the order of the post; no length.
    pub opened: Opened,
    /// How many pictures it has.
    pub pictures: u32,
    /// How many videos.
    pub videos: u32,
    /// How many further parts cannot be decoded, or are videos too long together with those before them.
    pub left_out: u32,
}

/// Takes a video file apart into sound and pictures.
#[async_trait]
pub trait MediaOpener: Send + Sync {
    /// Writes the sound and the pictures into `work_dir`. Where one of them cannot be decoded the other one is read; where
    /// neither can, it is permanent.
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened>;

    /// Does so with each part of a post. A part that cannot be decoded costs its own lines alone; where none can, it
    /// is permanent. Sound without a picture is music, and left out.
    async fn open_post(&self, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost>;
    /// Writes the sound as it is heard, music and all, into a file inside `work_dir`; `None` where there is none.
    /// What is no video is permanent with `Unreadable`.
    async fn sound(&self, _file: &Path, _work_dir: &Path) -> Outcome<Option<PathBuf>> {
        Ok(None)
    }

    /// Makes a small JPEG of a still image, with at most 1,280 pixels on its longer side and 200 KB. What is no
    /// sane image is permanent with `Unreadable`.
    async fn small_picture(&self, image: &Path, work_dir: &Path) -> Outcome<Vec<u8>>;
}
