//! ffmpeg takes files apart, good and bad ones.

use std::path::Path;
use std::time::Duration;

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings, PartLimit};
use linkscribe::domain::reason::Reason;
use linkscribe::failure::{Kind, Outcome};
use linkscribe::ports::{MediaOpener, Opened};

use super::clips;

pub(super) fn settings() -> FfmpegSettings {
    FfmpegSettings {
        ffmpeg: "ffmpeg".into(),
        ffprobe: "ffprobe".into(),
        max_seconds: 20,
        timeout: Duration::from_mins(1),
        part: PartLimit { seconds: 3_600.0, bytes: 25_000_000 },
    }
}

pub(super) fn ffmpeg() -> Ffmpeg {
    Ffmpeg::new(settings())
}

async fn open(file: &Path, dir: &Path) -> Outcome<Opened> {
    ffmpeg().open(file, dir).await
}

fn moments(opened: &Opened) -> Vec<f64> {
    opened.frames.iter().map(|frame| frame.at.0).collect()
}

/// Width and height of a JPEG file, as ffprobe sees them.
pub(super) fn size(file: &Path) -> String {
    let mut probe = std::process::Command::new("ffprobe");
    probe.args(["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0"]).arg(file);
    String::from_utf8(probe.output().unwrap().stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn each_caption_gives_one_still_at_its_moment_and_the_sound_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    let opened = open(&clip, dir.path()).await.unwrap();
    assert_eq!(moments(&opened), [0.0, 2.0, 4.0]);
    assert_eq!(opened.duration, Some(6.0));
    let [audio] = opened.audio.as_slice() else { panic!("{opened:?}") };
    assert!((audio.duration.unwrap() - 6.0).abs() < 0.2, "measured in tenths: {audio:?}");
    assert!(std::fs::metadata(&audio.path).unwrap().len() > 5_000);
    assert_eq!(size(&opened.frames[0].path), "480,640");
    let kept = std::fs::read_dir(opened.frames[0].path.parent().unwrap()).unwrap().count();
    assert_eq!(kept, 5, "three stills, the sound and its levels, nothing else");
}

#[tokio::test]
async fn captions_between_distant_key_frames_are_found_too() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "250");
    let found = moments(&open(&clip, dir.path()).await.unwrap());
    assert_eq!(found.len(), 3, "{found:?}");
    for (at, caption) in found.iter().zip([0.0, 2.0, 4.0]) {
        assert!((caption..caption + 1.0).contains(at), "{found:?}");
    }
}

/// Platforms put key frames at fixed distances, and a card of a second fits between two.
#[tokio::test]
async fn a_card_between_two_key_frames_is_found_also_where_the_film_lies_on_its_side() {
    let dir = tempfile::tempdir().unwrap();
    let card = "drawtext=text='Rest it overnight':fontsize=40:fontcolor=white:box=1:boxcolor=black:boxborderw=700:\
        x=40:y=300:enable='between(t,2.5,3.5)'";
    let picture = ["-f", "lavfi", "-i", "gradients=s=480x640:r=25:d=6:seed=3:speed=0.05", "-vf", card];
    let coded = ["-pix_fmt", "yuv420p", "-g", "50", "-sc_threshold", "0", "upright.mp4"];
    let upright = clips::make(dir.path(), &[&picture[..], &coded[..]].concat());
    let turn = [
        "-i",
        "upright.mp4",
        "-c",
        "copy",
        "-metadata:s:v",
        "rotate=90",
        "-movflags",
        "+faststart",
        "turned.mp4",
    ];
    let turned = clips::make(dir.path(), &turn);
    for (film, shape) in [(upright, "480,640"), (turned, "640,480")] {
        let opened = open(&film, dir.path()).await.unwrap();
        let found = opened.frames.iter().find(|frame| (2.5..3.5).contains(&frame.at.0));
        let found = found.unwrap_or_else(|| panic!("{}: {:?}", film.display(), moments(&opened)));
        assert_eq!(size(&found.path), shape, "{}", film.display());
    }
}

#[tokio::test]
async fn a_video_without_sound_and_a_sound_without_picture_are_both_welcome() {
    let dir = tempfile::tempdir().unwrap();
    let silent =
        clips::make(dir.path(), &["-f", "lavfi", "-i", "testsrc2=s=2000x1000:r=2:d=1", "silent.mkv"]);
    let opened = open(&silent, dir.path()).await.unwrap();
    assert!(opened.audio.is_empty());
    assert_eq!(size(&opened.frames[0].path), "1280,640");

    let sound = clips::make(dir.path(), &["-f", "lavfi", "-i", clips::TALK, "-t", "2", "sound.mp3"]);
    let opened = open(&sound, dir.path()).await.unwrap();
    assert!(opened.frames.is_empty() && opened.audio.len() == 1);
}

#[tokio::test]
async fn a_still_image_gives_one_picture_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["photo.jpg", "photo.png", "photo%03d.jpg"] {
        let source =
            ["-f", "lavfi", "-i", "testsrc2=s=300x200", "-frames:v", "1", "-update", "1", "made.jpg"];
        let made = clips::make(dir.path(), &source);
        let image = dir.path().join(name);
        std::fs::rename(made, &image).unwrap();
        let opened = open(&image, dir.path()).await.unwrap();
        assert_eq!(moments(&opened), [0.0], "{name}");
        assert!(opened.audio.is_empty());
    }
}

/// Platforms that show pictures hand out what a camera made, and pages of text to scroll.
#[tokio::test]
async fn a_photograph_is_made_small_and_a_long_page_keeps_what_makes_it_readable() {
    let dir = tempfile::tempdir().unwrap();
    for (given, name, made) in [
        ("6000x4000", "photo.jpg", "2048,1365"),
        ("8192x8192", "largest.png", "2048,2048"),
        ("1000x5000", "page.png", "1000,5000"),
        ("2000x5000", "chart.png", "1810,4525"),
        ("1080x8000", "screenshot.png", "864,6400"),
        ("9000x1500", "panorama.jpg", "6400,1067"),
    ] {
        let source = format!("testsrc2=s={given}");
        let image = clips::make(dir.path(), &["-f", "lavfi", "-i", &source, "-frames:v", "1", name]);
        let opened = open(&image, dir.path()).await.unwrap();
        assert_eq!(size(&opened.frames[0].path), made, "{given}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_video_is_refused_for_good() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "secret.mp4", "25");
    let table: [(&str, &[u8]); 5] = [
        ("junk.mp4", &[7; 5_000]),
        ("empty.mp4", b""),
        ("page.mp4", b"<html><body>Log in</body></html>"),
        // A playlist reads other files of the machine, or addresses of its network.
        ("playlist.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nsecret.mp4\n#EXT-X-ENDLIST\n"),
        ("list.mp4", b"ffconcat version 1.0\nfile secret.mp4\n"),
    ];
    for (name, bytes) in table {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let failure = open(&file, dir.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{name}: {failure}");
    }
}

#[tokio::test]
async fn a_longer_video_may_take_longer() {
    let dir = tempfile::tempdir().unwrap();
    // Some three seconds of work, spread over a minute.
    let picture = ["-f", "lavfi", "-i", "testsrc2=s=960x540:r=30:d=60", "-g", "300", "-preset", "ultrafast"];
    let film = clips::make(dir.path(), &[&picture[..], &["-pix_fmt", "yuv420p", "film.mp4"]].concat());
    let timeout = Duration::from_secs(1);
    let within = Ffmpeg::new(FfmpegSettings { max_seconds: 100, timeout, ..settings() });
    let opened = within.open(&film, dir.path()).await.unwrap();
    assert!(opened.frames.last().is_some_and(|last| last.at.0 > 50.0), "{:?}", moments(&opened));
}

#[tokio::test]
async fn a_video_that_is_too_long_is_refused_before_it_is_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let long = clips::make(dir.path(), &["-f", "lavfi", "-i", "color=s=64x64:r=1:d=30", "long.mp4"]);
    let failure = open(&long, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLong));
    assert!(!dir.path().join("opened").read_dir().is_ok_and(|mut entries| entries.next().is_some()));
}
