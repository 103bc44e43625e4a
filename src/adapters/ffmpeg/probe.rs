//! What is inside a file, asked before anything is decoded.
//!
//! Takes ffprobe's answer, one line per section; gives the streams worth decoding, the length and how far
//! the key frames lie apart. Fails as permanent when there is nothing to see or hear, or too much of it.

use anyhow::anyhow;

use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// The fields asked for; packets tell where the key frames are without decoding anything.
pub(super) const ENTRIES: &str = "stream=index,codec_type,codec_name,width,height:stream_disposition=attached_pic:\
     format=duration:packet=stream_index,pts_time,flags";

/// How far packets are looked at, in seconds: encoders keep their distance of key frames to the end, and a
/// list of a whole day's packets would be as long as a film.
pub(super) const PROBED_SECONDS: u32 = 600;

/// Longest side of a picture, in pixels: twice the largest that platforms serve; a few bytes can claim more.
const MAX_SIDE: u32 = 4_096;

/// A moving picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Picture {
    /// The stream's number in the file.
    pub(super) stream: u32,
    /// The longest stretch without a key frame, in seconds.
    pub(super) key_gap: f64,
}

/// What is worth decoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Content {
    /// The stream with the sound.
    pub(super) sound: Option<u32>,
    /// The stream with the picture.
    pub(super) picture: Option<Picture>,
    /// Length in seconds, where the file tells.
    pub(super) duration: Option<f64>,
}

#[derive(Debug, Default)]
struct Stream<'a> {
    index: u32,
    kind: &'a str,
    codec: &'a str,
    width: u32,
    height: u32,
    is_cover: bool,
}

/// Reads ffprobe's answer.
pub(super) fn content(answer: &str, max_seconds: u64) -> Outcome<Content> {
    let mut streams: Vec<Stream> = Vec::new();
    let mut duration = None;
    for line in answer.lines() {
        if let Some(fields) = line.strip_prefix("stream|") {
            streams.push(stream(fields));
        } else if let Some(fields) = line.strip_prefix("format|") {
            duration =
                pairs(fields).find(|(name, _)| *name == "duration").and_then(|(_, value)| seconds(value));
        }
    }
    let readable: Vec<&Stream> =
        streams.iter().filter(|stream| !matches!(stream.codec, "" | "unknown" | "none")).collect();
    let sound = readable.iter().find(|stream| stream.kind == "audio").map(|stream| stream.index);
    // A cover picture counts only when nothing moves.
    let seen = readable.iter().filter(|stream| stream.kind == "video").min_by_key(|stream| stream.is_cover);
    if let Some(seen) = seen
        && (seen.width > MAX_SIDE || seen.height > MAX_SIDE)
    {
        let cause = anyhow!("the picture has {} x {} pixels", seen.width, seen.height);
        return Err(Failure::permanent(Reason::TooLarge, cause));
    }
    let seen = seen.filter(|stream| stream.width > 0 && stream.height > 0).map(|stream| stream.index);
    if sound.is_none() && seen.is_none() {
        return Err(Failure::permanent(Reason::NoMedia, anyhow!("the file has neither sound nor picture")));
    }
    if duration.is_some_and(|length| length > seconds_as_float(max_seconds) + 1.0) {
        return Err(Failure::permanent(Reason::TooLong, anyhow!("the file plays for {duration:?} s")));
    }
    let picture = seen.map(|stream| Picture { stream, key_gap: key_gap(answer, stream, duration) });
    Ok(Content { sound, picture, duration })
}

fn stream(fields: &str) -> Stream<'_> {
    let mut stream = Stream::default();
    for (name, value) in pairs(fields) {
        match name {
            "index" => stream.index = value.parse().unwrap_or_default(),
            "codec_type" => stream.kind = value,
            "codec_name" => stream.codec = value,
            "width" => stream.width = value.parse().unwrap_or_default(),
            "height" => stream.height = value.parse().unwrap_or_default(),
            "disposition:attached_pic" => stream.is_cover = value == "1",
            _ => {}
        }
    }
    stream
}

/// The longest stretch between two key frames, or between the last one and the end.
fn key_gap(answer: &str, stream: u32, duration: Option<f64>) -> f64 {
    let mut keys: Vec<f64> = Vec::new();
    let mut end = duration.unwrap_or_default().min(f64::from(PROBED_SECONDS));
    for fields in answer.lines().filter_map(|line| line.strip_prefix("packet|")) {
        let (mut ours, mut at, mut key) = (false, None, false);
        for (name, value) in pairs(fields) {
            match name {
                "stream_index" => ours = value.parse() == Ok(stream),
                "pts_time" => at = seconds(value),
                "flags" => key = value.starts_with('K'),
                _ => {}
            }
        }
        let Some(at) = at.filter(|_| ours) else { continue };
        end = end.max(at);
        if key {
            keys.push(at);
        }
    }
    keys.sort_by(f64::total_cmp);
    let ends = keys.iter().copied().skip(1).chain([end]);
    let longest = keys.iter().zip(ends).map(|(begin, end)| end - begin).fold(0.0, f64::max);
    // Without any key frame nothing can be skipped.
    if keys.is_empty() { f64::INFINITY } else { longest }
}

fn pairs(fields: &str) -> impl Iterator<Item = (&str, &str)> {
    fields.split('|').filter_map(|field| field.split_once('='))
}

fn seconds(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

#[expect(clippy::cast_precision_loss, reason = "a limit of hours is far below 2^52 seconds")]
pub(super) fn seconds_as_float(seconds: u64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::failure::Kind;

    const VIDEO: &str =
        "stream|index=0|codec_name=h264|codec_type=video|width=720|height=1280|disposition:attached_pic=0";
    const SOUND: &str = "stream|index=1|codec_name=aac|codec_type=audio|disposition:attached_pic=0";
    const COVER: &str =
        "stream|index=2|codec_name=mjpeg|codec_type=video|width=300|height=300|disposition:attached_pic=1";

    fn key(at: &str) -> String {
        format!("packet|stream_index=0|pts_time={at}|flags=K_")
    }

    #[test]
    fn a_video_with_sound_is_understood() {
        let answer =
            [VIDEO, COVER, SOUND, &key("0.0"), &key("2.0"), &key("5.0"), "format|duration=6.0"].join("\n");
        let content = content(&answer, 600).unwrap();
        assert_eq!(content.sound, Some(1));
        assert_eq!(content.picture, Some(Picture { stream: 0, key_gap: 3.0 }));
        assert_eq!(content.duration, Some(6.0));
    }

    #[test]
    fn a_cover_picture_is_taken_only_when_nothing_moves() {
        let content = content(&[COVER, SOUND, "format|duration=N/A"].join("\n"), 600).unwrap();
        assert_eq!(content.picture.unwrap().stream, 2);
        assert_eq!(content.duration, None);
    }

    #[test]
    fn what_is_too_much_or_nothing_is_refused_with_its_reason() {
        let huge = "stream|index=0|codec_name=png|codec_type=video|width=65000|height=65000";
        let subtitle = "stream|index=0|codec_name=mov_text|codec_type=subtitle";
        for (reason, answer) in [
            (Reason::TooLarge, huge.to_owned()),
            (Reason::NoMedia, subtitle.to_owned()),
            (Reason::NoMedia, String::new()),
            (Reason::TooLong, [VIDEO, "format|duration=700.0"].join("\n")),
        ] {
            assert_eq!(content(&answer, 600).unwrap_err().kind, Kind::Permanent(reason), "{answer}");
        }
    }
}
