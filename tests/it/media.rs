//! Real programs on real files: fetching, taking apart, listening, reading.
//!
//! The programs come from the machine (ffmpeg, tesseract) and from the tools folder (yt-dlp, the speech
//! model); every file is made here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod addresses;
mod attacks;
mod broken;
mod clips;
mod corpus;
mod extractors;
mod fetch;
mod frames;
mod groups;
mod hear;
mod images;
mod inspector;
mod keeper;
mod limits_off;
mod logins;
mod open;
mod pictures;
mod read;
mod site;
mod slides;
mod sound;
mod subtitles;
mod vectors;
mod walls;
mod x;
mod youtube;

use crate::support::{platforms, tools_dir};

/// All files below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
