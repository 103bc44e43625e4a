//! What is inside a file, asked before anything is decoded.
//!
//! Takes ffprobe's answer, one line per section; gives the streams worth decoding, the length, how far the key frames
//! lie apart and where the picture changes between them. Fails as permanent when there is nothing to see or hear, or too much of it.

use anyhow::anyhow;

use super::changes::Changes;
use super::packets::{self, Packet};
use super::stills;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// The fields asked for besides those of packets, which tell where the key frames are without decoding anything.
const ENTRIES: &str = "stream=index,codec_type,codec_name,width,height:stream_disposition=attached_pic:\
     stream_side_data=rotation:\
     format=duration,start_time";

/// All fields asked for.
pub(super) fn entries() -> String {
    format!("{ENTRIES}:{}", packets::ENTRIES)
}

/// How far packets are looked at, in seconds: encoders keep their distance of key frames to the end, and a
/// list of a whole day's packets would be as long as a film.
pub(super) const PROBED_SECONDS: u32 = 600;

/// The largest picture that is decoded; a few bytes can claim more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Largest {
    side: u32,
    /// Decoders refuse more, also when they change size half-way.
    pub(super) pixels: u64,
}

/// Of a video twice the longest side that platforms serve.
pub(super) const VIDEO: Largest = Largest { side: 4_096, pixels: 4_096 * 4_096 };

/// Of a still image, which is decoded once, what cameras and screenshots of whole pages have: platforms hand out the
/// originals. With four colours of two bytes it takes half a gigabyte.
pub(super) const STILL: Largest = Largest { side: 16_384, pixels: 64 << 20 };

/// How many times longer than wide a still image is that is not read as a whole page of the usual shape.
const LONG: u32 = 2;

/// What kind of picture it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It moves.
    Film,
    /// It stands still.
    Image,
    /// It stands still and is much longer the one way than the other: made as small as others it could not be read.
    LongImage,
}

/// A moving picture, or a still one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Picture {
    /// The stream's number in the file.
    pub(super) stream: u32,
    /// The longest stretch without a key frame, in seconds.
    pub(super) key_gap: f64,
    /// How many stills the key frames alone give where all of them can be decoded, in as far as packets are looked at.
    pub(super) key_stills: usize,
    /// Whether some of its key frames are not enough to begin at: cut away, or of H.264 with pictures behind them that
    /// are shown before them. Its decoder gives those a wrong time, or none.
    pub(super) needs_all: bool,
    pub(super) shape: Shape,
    /// Whether it lies on its side in the file, as phones write it, or upside down.
    pub(super) is_turned: bool,
}

/// What is worth decoding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Content {
    /// The stream with the sound.
    pub(super) sound: Option<u32>,
    /// The stream with the picture.
    pub(super) picture: Option<Picture>,
    /// Length in seconds, where the file tells.
    pub(super) duration: Option<f64>,
    /// Where the picture changes between key frames, in seconds since the first packet of the file.
    pub(super) changes: Changes,
}

#[derive(Debug, Default)]
struct Stream<'a> {
    index: u32,
    kind: &'a str,
    codec: &'a str,
    width: u32,
    height: u32,
    is_cover: bool,
    is_turned: bool,
}

impl Largest {
    fn takes(self, (width, height): (u32, u32)) -> bool {
        width.max(height) <= self.side && u64::from(width) * u64::from(height) <= self.pixels
    }
}

/// Reads ffprobe's answer about a video, or about a still image.
pub(super) fn content(answer: &str, max_seconds: u64, is_still: bool) -> Outcome<Content> {
    let mut streams: Vec<Stream> = Vec::new();
    let (mut duration, mut start) = (None, None);
    for line in answer.lines() {
        if let Some(fields) = line.strip_prefix("stream|") {
            streams.push(stream(fields));
        } else if let Some(fields) = line.strip_prefix("format|") {
            let told = |wanted| pairs(fields).find(|(name, _)| *name == wanted).map(|(_, value)| value);
            duration = told("duration").and_then(seconds);
            start = told("start_time").and_then(|value| value.parse().ok()).filter(|at: &f64| at.is_finite());
        }
    }
    let readable: Vec<&Stream> =
        streams.iter().filter(|stream| !matches!(stream.codec, "" | "unknown" | "none")).collect();
    let sound = readable.iter().find(|stream| stream.kind == "audio").map(|stream| stream.index);
    // A cover picture counts only when nothing moves.
    let seen = readable.iter().filter(|stream| stream.kind == "video").min_by_key(|stream| stream.is_cover);
    let largest = if is_still { STILL } else { VIDEO };
    if let Some(seen) = seen
        && !largest.takes((seen.width, seen.height))
    {
        let cause = anyhow!("the picture has {} x {} pixels", seen.width, seen.height);
        return Err(Failure::permanent(Reason::TooLarge, cause));
    }
    let seen = seen.filter(|stream| stream.width > 0 && stream.height > 0);
    if sound.is_none() && seen.is_none() {
        return Err(Failure::permanent(Reason::NoMedia, anyhow!("the file has neither sound nor picture")));
    }
    if duration.is_some_and(|length| length > seconds_as_float(max_seconds) + 1.0) {
        return Err(Failure::permanent(Reason::TooLong, anyhow!("the file plays for {duration:?} s")));
    }
    let all = seen.map(|stream| packets::of(answer, stream.index)).unwrap_or_default();
    let packets: Vec<Packet> = all.iter().copied().filter(|packet| packet.is_shown).collect();
    let is_cut = packets::follow_a_cut(&all);
    let keys = keys(&packets);
    let picture = seen.map(|stream| {
        let (long, short) = (stream.width.max(stream.height), stream.width.min(stream.height));
        Picture {
            stream: stream.index,
            key_gap: key_gap(&packets, &keys, duration),
            key_stills: stills::of_keys(&keys),
            needs_all: is_cut || stream.codec == "h264" && packets::lead_a_key(&all),
            shape: match (is_still, long > LONG * short) {
                (false, _) => Shape::Film,
                (true, false) => Shape::Image,
                (true, true) => Shape::LongImage,
            },
            is_turned: stream.is_turned,
        }
    });
    let changes = Changes::told_by(if is_cut { &all } else { &packets }).since(start.unwrap_or_default());
    Ok(Content { sound, picture, duration, changes })
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
            "rotation" => stream.is_turned = value != "0",
            _ => {}
        }
    }
    stream
}

/// The moments of the key frames, in their order.
fn keys(packets: &[Packet]) -> Vec<f64> {
    let mut keys: Vec<f64> = packets.iter().filter(|packet| packet.is_key).map(|packet| packet.at).collect();
    keys.sort_by(f64::total_cmp);
    keys
}

/// The longest stretch between two key frames, or before the first one, or between the last one and the end.
fn key_gap(packets: &[Packet], keys: &[f64], duration: Option<f64>) -> f64 {
    let end = duration.unwrap_or_default().min(f64::from(PROBED_SECONDS));
    let end = packets.iter().map(|packet| packet.at).fold(end, f64::max);
    let begin = packets.iter().map(|packet| packet.at).reduce(f64::min);
    let begins = begin.into_iter().chain(keys.iter().copied());
    let ends = keys.iter().copied().chain([end]);
    let longest = begins.zip(ends).map(|(begin, end)| end - begin).fold(0.0, f64::max);
    // Without any key frame nothing can be skipped.
    if keys.is_empty() { f64::INFINITY } else { longest }
}

pub(super) fn pairs(fields: &str) -> impl Iterator<Item = (&str, &str)> {
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
        format!("packet|stream_index=0|pts_time={at}|size=900|pos=48|flags=K_")
    }

    #[test]
    fn a_video_with_sound_is_understood() {
        let answer =
            [VIDEO, COVER, SOUND, &key("0.0"), &key("2.0"), &key("5.0"), "format|duration=6.0"].join("\n");
        let content = content(&answer, 600, false).unwrap();
        assert_eq!(content.sound, Some(1));
        assert_eq!(
            content.picture,
            Some(Picture {
                stream: 0,
                key_gap: 3.0,
                key_stills: 3,
                needs_all: false,
                shape: Shape::Film,
                is_turned: false
            })
        );
        assert_eq!(content.duration, Some(6.0));
    }

    #[test]
    fn a_film_whose_groups_of_pictures_are_cut_or_open_is_known() {
        let cut = |at: &str| key(at).replace("K_", "KD");
        let between = |at: &str| key(at).replace("K_", "__");
        for (packets, needs_all, key_gap) in [
            ([cut("-1.0"), between("0.0"), key("1.5"), between("3.0")], true, 1.5),
            // Cut off behind, or decoded from a key frame that is not there at all.
            ([key("0.0"), between("1.0"), cut("2.0"), cut("3.0")], false, 1.0),
            ([between("0.0"), between("1.0"), key("2.5"), between("3.0")], false, 2.5),
            // A group of pictures that is open to the one before it.
            ([key("0.0"), key("2.0"), between("1.9"), between("2.5")], true, 2.0),
        ] {
            let content = content(&[VIDEO, &packets.join("\n")].join("\n"), 600, false).unwrap();
            let picture = content.picture.unwrap();
            assert_eq!((picture.needs_all, picture.key_gap), (needs_all, key_gap), "{packets:?}");
        }
    }

    #[test]
    fn a_picture_that_lies_on_its_side_is_known() {
        for (said, is_turned) in
            [("|side_data|rotation=-90", true), ("|side_data|rotation=0", false), ("", false)]
        {
            let content = content(&format!("{VIDEO}{said}"), 600, false).unwrap();
            assert_eq!(content.picture.unwrap().is_turned, is_turned, "{said}");
        }
    }

    #[test]
    fn a_cover_picture_is_taken_only_when_nothing_moves() {
        let content = content(&[COVER, SOUND, "format|duration=N/A"].join("\n"), 600, false).unwrap();
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
            assert_eq!(content(&answer, 600, false).unwrap_err().kind, Kind::Permanent(reason), "{answer}");
        }
    }

    #[test]
    fn photographs_and_long_screenshots_are_taken_and_what_nobody_photographs_is_not() {
        let table = [
            (6_000, 4_000, Some(false)),
            (1_080, 8_000, Some(true)),
            (16_384, 4_096, Some(true)),
            (8_192, 8_192, Some(false)),
            (8_193, 8_192, None),
            (1, 50_000, None),
        ];
        for (width, height, is_long) in table {
            let answer =
                format!("stream|index=0|codec_name=png|codec_type=video|width={width}|height={height}");
            let content = content(&answer, 600, true);
            let picture = content.as_ref().ok().and_then(|content| content.picture);
            assert_eq!(
                picture.map(|picture| picture.shape == Shape::LongImage),
                is_long,
                "{width} x {height}"
            );
        }
        let film = "stream|index=0|codec_name=h264|codec_type=video|width=4097|height=16";
        assert_eq!(content(film, 600, false).unwrap_err().kind, Kind::Permanent(Reason::TooLarge));
    }
}
