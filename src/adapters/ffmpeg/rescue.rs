//! What can be read of a file with a stream that stops ffprobe.
//!
//! Takes a file; gives it, or a copy without that stream, and what is in it. ffprobe opens a decoder for every stream, and
//! ends where one of them is of a kind this version does not know, such as the sound of some phones; ffmpeg opens what it
//! is asked for, so it can leave that stream out. Fails as ffprobe did where no such copy can be read either.

use std::path::Path;
use std::time::Duration;

use tracing::warn;

use super::limits::{is_refused, unreadable};
use super::probe::Content;
use super::{Ffmpeg, Input, MEMORY_BYTES, sieve};
use crate::adapters::tool::{Finished, Tool, empty_folder};
use crate::failure::Outcome;

/// The folder inside the work dir.
const FOLDER: &str = "rescued";

/// The copy's name. This container keeps how a picture lies.
const FILE: &str = "rescued.mp4";

/// The most bytes of a copy, in the room of the one that is picked from other files. A longer film is cut off before, so
/// that the tables behind it have room too.
const MOST_BYTES: u64 = sieve::MOST_BYTES;
const CUT_BYTES: u64 = MOST_BYTES / 8 * 7;

/// Copying reads the file once.
const TIMEOUT: Duration = Duration::from_secs(30);

/// So many seconds beyond the longest video, so that a copy of a longer one is known to be too long.
const BEYOND: u64 = 5;

/// What is copied, one after the other: both without whatever else there is, then the one or the other.
const WAYS: [&[&str]; 3] = [&["0:v:0", "0:a:0"], &["0:v:0"], &["0:a:0"]];

/// Looks into the file.
pub(super) async fn probed(ffmpeg: &Ffmpeg, input: Input, work_dir: &Path) -> Outcome<(Input, Content)> {
    let failure = match ffmpeg.probe(&input, work_dir).await {
        Err(failure) if input.image.is_none() && is_refused(&failure) => failure,
        settled => return settled.map(|content| (input, content)),
    };
    for streams in WAYS {
        let Some(copy) = copied(ffmpeg, &input, streams, work_dir).await? else { continue };
        match ffmpeg.probe(&copy, work_dir).await {
            Err(refused) if is_refused(&refused) => {}
            settled => {
                warn!(read = ?streams, error = %failure, "a stream of a file stops the rest, and is left out");
                return settled.map(|content| (copy, content));
            }
        }
    }
    Err(failure)
}

/// A copy with these streams alone, where there is one.
async fn copied(ffmpeg: &Ffmpeg, input: &Input, streams: &[&str], work_dir: &Path) -> Outcome<Option<Input>> {
    let folder = empty_folder(work_dir, FOLDER).await?;
    let tool = Tool::new(&ffmpeg.settings.ffmpeg, &folder)
        .timeout(TIMEOUT)
        .cpu_time(TIMEOUT)
        .memory_bytes(MEMORY_BYTES)
        .file_bytes(MOST_BYTES)
        .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
        .args(["-t", &(ffmpeg.settings.max_seconds + BEYOND).to_string()]);
    let tool = input.given_to(tool).args(streams.iter().flat_map(|stream| ["-map", *stream]));
    let tool =
        tool.args(["-c", "copy", "-map_metadata", "-1", "-fs", &CUT_BYTES.to_string(), "-f", "mp4", FILE]);
    match tool.run().await.and_then(Finished::success).map_err(unreadable) {
        Ok(_) => Ok(Some(Input { path: folder.join(FILE), image: None, is_copy: true })),
        Err(failure) if is_refused(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}
