//! The sound of a video for people to listen to, as a file of its own.
//!
//! Takes the number of the sound's stream; gives the path of an M4A file. Fails as every run of ffmpeg here.

use std::path::{Path, PathBuf};

use super::probe::Content;
use super::{FfmpegSettings, Input};
use crate::adapters::tool::{Tool, empty_folder};
use crate::failure::Outcome;

/// The file's name; every browser and Notion's own player play it.
const FILE: &str = "listening.m4a";

/// Bits a second: music in stereo is pleasant, and the 5 MB of a free workspace last for seven minutes.
const BITRATE: &str = "96k";

/// The same in bytes, twice over: short sounds are coded more generously.
const MOST_BYTES_A_SECOND: u64 = 24_000;

/// Tables and frames of the container, in bytes.
const AROUND: u64 = 1 << 20;

/// Most bytes it writes of so many seconds.
pub(super) fn most_bytes(seconds: u64) -> u64 {
    AROUND + seconds * MOST_BYTES_A_SECOND
}

/// The folder inside the work dir.
const FOLDER: &str = "kept";

/// The story of a sound.
pub(super) async fn copy(
    settings: &FfmpegSettings,
    input: &Input,
    (stream, content): (u32, &Content),
    work_dir: &Path,
) -> Outcome<PathBuf> {
    let folder = empty_folder(work_dir, FOLDER).await?;
    let tool = settings
        .within_limits(Tool::new(&settings.ffmpeg, &folder), content)
        .file_bytes(most_bytes(settings.max_seconds))
        .args(["-nostdin", "-hide_banner", "-v", "error", "-y", "-threads", "1"])
        .args(["-t", &(settings.max_seconds + 1).to_string()]);
    input
        .given_to(tool)
        .args(["-map", &format!("0:{stream}"), "-vn", "-sn", "-dn", "-map_metadata", "-1", "-ac", "2"])
        .args(["-c:a", "aac", "-b:a", BITRATE, "-movflags", "+faststart", "-f", "ipod", FILE])
        .succeed_or_unreadable()
        .await?;
    Ok(folder.join(FILE))
}
