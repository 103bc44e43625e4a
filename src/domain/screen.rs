//! (being written)
use super::media::{At, ScreenLine};
pub fn merge(frames: Vec<(At, Vec<String>)>) -> Vec<ScreenLine> {
    let _ = frames;
    Vec::new()
}
