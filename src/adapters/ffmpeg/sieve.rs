//! A copy of a video with only what has to be decoded: key frames, and what leads up to each change between them.
//!
//! Takes the file and what is known of it; gives the copy and what is in it, for the decoder to read instead. Nothing is
//! decoded for it. Where it would be no smaller, or cannot be made, gives nothing, and all that others depend on is
//! decoded, which costs five times as much: decoders skip pictures by their kind and not by their time.

use std::path::Path;
use std::time::Duration;

use tokio::fs;
use tracing::debug;

use super::changes::{Changes, within};
use super::limits::unreadable;
use super::probe::{Content, Picture};
use super::{DENSE_KEYS, FfmpegSettings, Input, MEMORY_BYTES};
use crate::adapters::tool::{Finished, Tool};
use crate::failure::{Failure, Outcome};

/// The copy's name inside the folder of the parts.
const FILE: &str = "picked.mkv";

/// The most bytes of a copy: five minutes as platforms serve them, with a cut every three seconds, need as much.
pub(super) const MOST_BYTES: u64 = 24 << 20;

/// Copying reads the file once.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A video of which only some pictures are left.
pub(super) struct Picked {
    pub(super) input: Input,
    pub(super) content: Content,
}

/// Makes the copy.
pub(super) async fn picked(
    settings: &FfmpegSettings,
    input: &Input,
    content: &Content,
    folder: &Path,
) -> Option<Picked> {
    let picture = content.picture.filter(|_| !input.is_copy)?;
    if !can_be_picked(picture, &content.changes) {
        return None;
    }
    let file = folder.join(FILE);
    let tool = Tool::new(&settings.ffmpeg, folder)
        .timeout(TIMEOUT)
        .cpu_time(TIMEOUT)
        .memory_bytes(MEMORY_BYTES)
        .file_bytes(MOST_BYTES)
        .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
        .args(["-t", &(settings.max_seconds + 1).to_string()]);
    let mut tool = input.given_to(tool).args(["-map", &format!("0:{}", picture.stream)]);
    if let Some(stream) = content.sound {
        tool = tool.args(["-map", &format!("0:{stream}")]);
    }
    let tool = tool
        .args(["-c", "copy", "-map_metadata", "-1", "-bsf:v", &filter(&content.changes)])
        .args(["-f", "matroska", FILE]);
    let content = Content {
        picture: Some(Picture { stream: 0, ..picture }),
        sound: content.sound.map(|_| 1),
        ..content.clone()
    };
    match tool.run().await.and_then(Finished::success) {
        Ok(_) => Some(Picked { input: Input { path: file, image: None, is_copy: true }, content }),
        Err(error) => {
            debug!(error = %unreadable(error), "a video cannot be picked from, and is decoded whole");
            None
        }
    }
}

/// Whether some of the pictures are enough. The container of the copy forgets that a picture lies on its side.
fn can_be_picked(picture: Picture, changes: &Changes) -> bool {
    picture.key_gap <= DENSE_KEYS
        && !picture.is_turned
        && !picture.needs_all
        && !changes.is_empty()
        && !changes.are_many()
}

/// The filter that lets through what is wanted. It goes by places: what it takes for a time differs with its version.
fn filter(Changes { spans, .. }: &Changes) -> String {
    format!("noise=drop='not(key+{})'", within("pos", spans))
}

impl Picked {
    /// Deletes the copy, once it was decoded.
    pub(super) async fn delete(self) -> Outcome<()> {
        fs::remove_file(&self.input.path).await.map_err(Failure::of_file)
    }
}
