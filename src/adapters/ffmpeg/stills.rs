//! The filter that picks the stills of a video.
//!
//! Takes the picture's stream and the moments at which it changes; gives the filter, and how many stills it picks at
//! most. Never fails.

use super::changes::within;
use super::novelty;
use super::probe::{Picture, Shape};

/// Stills are at most so far apart, in seconds: captions stay on for two seconds or more.
const GAP: f64 = 1.95;

/// Stills are at least so far apart: nobody reads faster. In seconds, and how many a second that is.
const NEAREST: f64 = 0.25;
const A_SECOND: u64 = 4;

/// Key frames nearer than that are no cuts, in seconds: some encoders write nothing else. Where there are moments of
/// changes between them, each key frame shows what came of the last one.
const BETWEEN_KEYS: f64 = 0.9;

/// Longest side of a still of a film, in pixels: phones show no more of a video.
const SIDE: u32 = 1_280;

/// Longest side of a still image, in pixels: a photographed page has small print. Reading it costs the same.
const IMAGE_SIDE: u32 = 2_048;

/// Longest side of a long one, in pixels, and its most pixels: it is a page of text to scroll, and noise of that size still
/// fits into a request to read it.
const LONG_SIDE: u32 = 6_400;
const LONG_PIXELS: u32 = 6_400 * 1_280;

/// A moment is that of a picture, give or take a picture, in seconds.
const ABOUT: f64 = 0.04;

/// Lays a picture on grey where nothing is drawn: decoders give black there, and writing may be dark as well as light.
pub(super) const ON_GREY: &str = "format=rgba,split[picture][copy];[copy]lutrgb=r=128:g=128:b=128:a=255[ground];\
     [ground][picture]overlay=format=rgb";

/// The filter that picks the stills and makes their tiny copies.
pub(super) fn filter(picture: Picture, moments: &[f64]) -> String {
    let (picked, made_small) = match picture.shape {
        Shape::Film => (of_film(moments), small()),
        Shape::Image => (image(IMAGE_SIDE), String::new()),
        Shape::LongImage => (image(LONG_SIDE), String::new()),
    };
    format!(
        "[0:{stream}]{picked},split=2[a][b];\
         [a]{made_small}format=yuvj420p,settb=1/1000[still];\
         [b]scale={side}:{side}:flags=area,format=gray[tiny]",
        stream = picture.stream,
        side = novelty::SIDE,
    )
}

/// First thinned out to a few pictures a second, so that comparing them costs little; of those a still is
/// taken at the beginning, after a gap, at a cut, at a key frame, where encoders see a cut of their own, and at the
/// moments, in seconds, at which the sizes of packets tell of a change.
/// The same for every length: most of them are seen, and few are kept.
fn of_film(moments: &[f64]) -> String {
    let about: Vec<(f64, f64)> = moments.iter().map(|at| (at - ABOUT, at + ABOUT)).collect();
    let changes = within("t", &about);
    let keys = if moments.is_empty() { BETWEEN_KEYS } else { NEAREST };
    format!(
        "select='isnan(prev_selected_t)+gte(t-prev_selected_t,{NEAREST})+key+{changes}',\
         select='isnan(prev_selected_t)+gte(t-prev_selected_t,{GAP})\
         +gte(t-prev_selected_t,{NEAREST})*(gt(scene,0.3)+key*gte(t-prev_selected_t,{keys})+{changes})'"
    )
}

fn small() -> String {
    format!("scale=w='min(iw,{SIDE})':h='min(ih,{SIDE})':force_original_aspect_ratio=decrease,")
}

/// The first picture of the file: cameras put small copies and maps of light behind it. It is laid on grey once it is
/// small, which takes a tenth of the memory.
fn image(side: u32) -> String {
    let share = format!("min(1,min({side}/max(iw,ih),sqrt({LONG_PIXELS}/(iw*ih))))");
    format!("select='not(n)',scale=w='max(1,round(iw*{share}))':h='max(1,round(ih*{share}))',{ON_GREY}")
}

/// How many stills it picks at least where nothing but these key frames comes out of the decoder, their moments in order.
pub(super) fn of_keys(keys: &[f64]) -> usize {
    let mut last = f64::NEG_INFINITY;
    let is_picked = |at: &&f64| {
        **at - last >= BETWEEN_KEYS && {
            last = **at;
            true
        }
    };
    keys.iter().filter(is_picked).count()
}

/// The most stills it picks out of so many seconds; a wall against files that count their time anew.
pub(super) fn most(seconds: u64) -> u64 {
    (seconds + 1) * A_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_that_lie_close_give_one_still() {
        assert_eq!(of_keys(&[]), 0);
        assert_eq!(of_keys(&[0.0, 2.0, 4.0]), 3);
        assert_eq!(of_keys(&[0.0, 0.1, 0.8, 1.0, 1.8, 1.95]), 3);
    }
}
