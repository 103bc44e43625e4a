//! The preview image that comes along with a video.
//!
//! It is written by the same run behind the same walls, before the video; so what is wrong with it can end the run:
//! a name yt-dlp takes for dangerous or confuses with the video's, or more bytes than a file may have. Then the video
//! is fetched without it.
//! Gives the file as the site made it; nobody may take it for an image before it was decoded.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::fs;
use tracing::info;

use super::FOLDER;
use crate::failure::Failure;

/// What asks for it. It is named by us; the end of the name is the site's, out of yt-dlp's list.
pub(super) const WANTED: [&str; 3] = ["--write-thumbnail", "--output", "thumbnail:thumb.%(ext)s"];

/// What its name begins with, at the end and on the way.
const NAMES: [&str; 2] = ["thumb.", "video."];

/// What names of images end with; under others it may be the video. As yt-dlp has them.
const ENDS: [&str; 16] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "image", "gif", "avif", "heic", "bmp", "svg", "tif", "tiff",
    "jxl", "ico",
];

/// From this size on, in bytes, it is no preview but what used up the room or the time of the video.
const IN_THE_WAY: u64 = 10 << 20;

/// An image of this size, in bytes, may be what met the limit of a file; a preview of a video rarely has as much.
const SUSPECT: u64 = 1 << 20;

/// How the system tells of that limit (EFBIG).
const TOO_LARGE: &str = "File too large";

/// How yt-dlp refuses the end of a name that is not on its list.
const REFUSED_NAME: &str = "unusual and will be skipped for safety";

/// What is said where the image took the place of the video.
pub(super) const NO_VIDEO: &str = "the video is not where yt-dlp put it";

/// The file in the folder of a download; of several videos of a post, that of the last one tried.
pub(super) async fn in_folder(folder: &Path) -> Option<PathBuf> {
    Some(newest(folder).await?.path)
}

/// Whether a run in this work dir may have failed only because of the preview image.
pub(super) async fn is_in_the_way(work_dir: &Path, failure: &Failure) -> bool {
    let told = failure.to_string();
    let large = if told.contains(TOO_LARGE) { SUSPECT } else { IN_THE_WAY };
    let is_large = newest(&work_dir.join(FOLDER)).await.is_some_and(|image| image.bytes >= large);
    let is = is_large || [REFUSED_NAME, NO_VIDEO].iter().any(|words| told.contains(words));
    if is {
        info!(error = %failure, "the preview image was in the way, the video is fetched without it");
    }
    is
}

struct Image {
    made: SystemTime,
    bytes: u64,
    path: PathBuf,
}

fn is_image(name: &str) -> bool {
    let end = NAMES.iter().find_map(|begin| name.strip_prefix(begin));
    end.is_some_and(|end| ENDS.contains(&end.to_lowercase().as_str()))
}

async fn newest(folder: &Path) -> Option<Image> {
    let mut entries = fs::read_dir(folder).await.ok()?;
    let mut newest: Option<Image> = None;
    while let Ok(Some(entry)) = entries.next_entry().await {
        let is_ours = entry.file_name().to_str().is_some_and(is_image);
        let Ok(told) = entry.metadata().await else { continue };
        let made = told.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if is_ours && told.is_file() && newest.as_ref().is_none_or(|known| known.made <= made) {
            newest = Some(Image { made, bytes: told.len(), path: entry.path() });
        }
    }
    newest
}
