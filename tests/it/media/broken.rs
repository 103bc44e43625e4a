//! Files of which a part is broken: what is left of them is read all the same.

use std::path::Path;
use std::process::Command;

use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{MediaOpener, Opened};

use super::{clips, open};

/// Writes over all that is coded of one stream; what the file says about it stays.
fn spoil(file: &Path, stream: &str) {
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-select_streams", stream, "-show_entries", "packet=pos,size"]);
    let listed = probe.args(["-of", "csv=p=0"]).arg(file).output().unwrap().stdout;
    let mut bytes = std::fs::read(file).unwrap();
    // What stands beside some packets gives lines of its own.
    for (size, place) in String::from_utf8(listed).unwrap().lines().filter_map(|line| line.split_once(',')) {
        let place: usize = place.trim_end_matches(',').parse().unwrap();
        bytes[place..][..size.parse().unwrap()].fill(0xa5);
    }
    std::fs::write(file, bytes).unwrap();
}

fn moments(opened: &Opened) -> Vec<f64> {
    opened.frames.iter().map(|frame| frame.at.0).collect()
}

#[tokio::test]
async fn a_broken_sound_costs_no_caption_and_a_broken_picture_no_word() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    spoil(&clip, "a");
    let seen = open::ffmpeg().open(&clip, dir.path()).await.unwrap();
    assert_eq!((moments(&seen), seen.audio.len()), (vec![0.0, 2.0, 4.0], 0));
    assert!(seen.frames.iter().all(|frame| frame.path.is_file()), "{seen:?}");

    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    spoil(&clip, "v");
    let heard = open::ffmpeg().open(&clip, dir.path()).await.unwrap();
    assert_eq!((heard.frames.len(), heard.audio.len()), (0, 1), "{heard:?}");
    assert!((heard.audio[0].duration.unwrap() - 6.0).abs() < 0.2, "{heard:?}");

    spoil(&clip, "a");
    let failure = open::ffmpeg().open(&clip, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{failure}");
}

/// Phones record xHE-AAC, which older decoders do not know: ffprobe says nothing about such a file.
#[tokio::test]
async fn a_sound_of_a_kind_nobody_here_decodes_costs_no_caption() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    let mut bytes = std::fs::read(&clip).unwrap();
    let head = [5, 0x80, 0x80, 0x80, 5];
    let place = bytes.windows(head.len()).position(|window| window == head).unwrap() + head.len();
    // Five bits that say "above 31", and six with the kind: 32 and 8 is none that any version decodes.
    bytes[place..][..2].copy_from_slice(&[0b1111_1001, 0b0000_1000]);
    std::fs::write(&clip, bytes).unwrap();
    let probe = Command::new("ffprobe").args(["-v", "quiet", "-show_streams"]).arg(&clip).output().unwrap();
    assert!(!probe.status.success() && probe.stdout.is_empty(), "{probe:?}");

    let seen = open::ffmpeg().open(&clip, dir.path()).await.unwrap();
    assert_eq!((moments(&seen), seen.audio.len(), seen.duration), (vec![0.0, 2.0, 4.0], 0, Some(6.0)));
}
