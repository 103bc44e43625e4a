//! A copy of a still in which what was light is black, and all else white.
//!
//! Takes the still and where to put the copy; gives its place, or nothing where the still cannot be read, which is then
//! read as it is. Fails as every use of a file here.

use std::path::{Path, PathBuf};

use anyhow::Context;
use jpeg_encoder::{ColorType, Encoder};
use tokio::fs;
use tokio::task::spawn_blocking;
use tracing::debug;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::failure::{Failure, Outcome};

/// How much what is light is spread out: 170 of 255 and less become white, and 255 black. Captions have 230 and more.
const SPREAD: u8 = 3;

/// Of 100; letters keep their edges.
const QUALITY: u8 = 90;

/// A copy of a still of pure noise has less, in bytes: it has no colours.
pub(super) const MOST_BYTES: u64 = 1_400_000;

/// Makes the copy.
pub(super) async fn copy(still: &Path, into: PathBuf) -> Outcome<Option<PathBuf>> {
    let jpeg = fs::read(still).await.map_err(Failure::of_file)?;
    let made = spawn_blocking(move || made_of(jpeg)).await.context("a still could not be copied");
    match made.map_err(Failure::bug)? {
        Ok(copy) => {
            fs::write(&into, copy).await.map_err(Failure::of_file)?;
            Ok(Some(into))
        }
        Err(error) => {
            debug!(%error, "a still is read as it is");
            Ok(None)
        }
    }
}

/// The copy of one JPEG file as another.
fn made_of(jpeg: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    let mut grey = decoder.decode()?;
    for cell in &mut grey {
        *cell = (u8::MAX - *cell).saturating_mul(SPREAD);
    }
    let size = decoder.info().context("a still without a size")?;
    let mut copy = Vec::new();
    Encoder::new(&mut copy, QUALITY).encode(&grey, size.width, size.height, ColorType::Luma)?;
    Ok(copy)
}
