//! A small JPEG of a still image a stranger made.
//!
//! Takes a file; gives the bytes of a JPEG of ours. Fails as permanent when the file is no JPEG, PNG or WebP by its
//! first bytes, is too large, or has a shape nobody would look at; else as every run of ffmpeg here.
//! Nothing of the file goes on as it is: it is decoded behind the walls of all decoding, and coded anew.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::fs;

use super::probe::VIDEO;
use super::stills::ON_GREY;
use super::{FfmpegSettings, Input, MEMORY_BYTES};
use crate::adapters::tool::Tool;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// Largest file looked at, in bytes: platforms' largest previews have one or two million.
pub(in crate::adapters) const MOST_GIVEN: u64 = 10 << 20;

/// Largest picture made, in bytes: a cover is looked at in passing, and every free workspace takes it.
const MOST_MADE: usize = 200 * 1024;

/// Longest side, in pixels, and how coarse the picture is, from 2 to 31, in the order they are tried. The first
/// gives 100 KB of a usual preview; the last is enough for what looks like noise.
const TRIES: [(u32, u32); 3] = [(1_280, 4), (1_280, 10), (800, 20)];

/// The first try of the noisiest picture has half of it.
const OUTPUT_BYTES: usize = 4 << 20;

/// Shortest side of a picture worth showing, in pixels.
const SHORTEST_SIDE: u32 = 90;

/// How many times longer the one side may be than the other.
const LONGEST_SHAPE: u32 = 4;

/// One image takes a tenth of a second.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The story of a small picture.
pub(super) async fn small(settings: &FfmpegSettings, image: &Path, work_dir: &Path) -> Outcome<Vec<u8>> {
    let told = fs::metadata(image).await.context("the image is gone").map_err(Failure::transient)?;
    if told.len() > MOST_GIVEN {
        return Err(no_image(&format!("{} bytes", told.len())));
    }
    let input = Input::of(image).await?;
    if input.image.is_none() {
        return Err(no_image("the first bytes of something else"));
    }
    for (side, coarseness) in TRIES {
        let tool = Tool::new(&settings.ffmpeg, work_dir)
            .timeout(TIMEOUT)
            .stdout_bytes(OUTPUT_BYTES)
            .memory_bytes(MEMORY_BYTES)
            .args(["-nostdin", "-hide_banner", "-v", "error", "-threads", "1"])
            .args(["-max_pixels", &VIDEO.pixels.to_string()]);
        let jpeg = input
            .given_to(tool)
            .args(["-map", "0:v:0", "-frames:v", "1", "-map_metadata", "-1", "-vf", &filter(side)])
            .args(["-c:v", "mjpeg", "-q:v", &coarseness.to_string(), "-f", "mjpeg", "pipe:1"])
            .succeed_or_unreadable()
            .await?;
        if (1..=MOST_MADE).contains(&jpeg.len()) {
            return Ok(jpeg);
        }
    }
    Err(no_image("nothing that can be made small"))
}

/// The filter. A picture of a strange shape is refused by a cut that is larger than the picture: filters know its
/// size, arguments do not.
fn filter(side: u32) -> String {
    format!(
        "crop=w='if(gte(min(iw,ih),{SHORTEST_SIDE})*lte(max(iw,ih),{LONGEST_SHAPE}*min(iw,ih)),iw,2*iw)':h=ih,\
         scale=w='min(iw,{side})':h='min(ih,{side})':force_original_aspect_ratio=decrease,{ON_GREY},format=yuvj420p"
    )
}

fn no_image(has: &str) -> Failure {
    Failure::permanent(Reason::Unreadable, anyhow!("no sane image: it has {has}"))
}
