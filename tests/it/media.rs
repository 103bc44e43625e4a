//! Real programs on real files: fetching, taking apart, listening, reading.
//!
//! The programs come from the machine (ffmpeg, tesseract) and from the tools folder (yt-dlp, the speech
//! model); every file is made here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod clips;
mod fetch;
mod hear;
mod open;
mod read;
mod site;

use crate::support::tools_dir;
