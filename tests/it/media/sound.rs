//! What is worth listening to, and how long sounds reach the speech engine.

use std::path::{Path, PathBuf};

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings, PartLimit};
use linkscribe::adapters::openai::OpenAiSpeech;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{MediaOpener, SpeechToText};

use super::{clips, open};
use crate::support::providers::{ProviderStandIns, Service, key};

const SPEECH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/speech_only.mp4");

fn minutes_of_talk(dir: &Path, seconds: &str) -> PathBuf {
    let talk = ["-stream_loop", "-1", "-i", SPEECH, "-t", seconds, "-vn", "-c:a", "copy", "talk.m4a"];
    clips::make(dir, &talk)
}

#[tokio::test]
async fn silence_hum_and_noise_are_not_listened_to_and_speech_always_is() {
    let mixed = |noise: &str, loud: &str| {
        format!(
            "[0:a]volume={loud}[speech];anoisesrc=d=10:c={noise}:a=0.2[noise];[speech][noise]amix=normalize=0:duration=first"
        )
    };
    let table: [(&str, Vec<String>, bool); 15] = [
        ("silence", source("anullsrc=r=44100,atrim=0:5"), false),
        ("a tone", source("sine=d=5"), false),
        (
            "mains hum",
            source("aevalsrc='0.1*sin(100*PI*t)+0.05*sin(200*PI*t)+0.02*sin(600*PI*t)':d=5"),
            false,
        ),
        ("hum that is switched on", source("sine=f=300:d=9,volume=0:enable='lt(t,4)'"), false),
        ("white noise", source("anoisesrc=d=5:a=0.2"), false),
        ("a fan", source("anoisesrc=d=5:c=brown:a=0.4"), false),
        ("a quiet room", source("anoisesrc=d=5:c=pink:a=0.003"), false),
        ("a waterfall", source("anoisesrc=d=5:c=velvet:a=0.3"), false),
        ("speech", speech("anull"), true),
        ("quiet speech", speech("volume=-35dB"), true),
        ("speech in one ear", speech("pan=stereo|c0=c0"), true),
        ("speech from a miswired microphone", speech(MISWIRED), true),
        ("speech in rain", mixed_with(&mixed("pink", "1")), true),
        ("speech as loud as the fan", mixed_with(&mixed("brown", "0.5")), true),
        ("one word", speech("atrim=3:3.4,asetpts=PTS-STARTPTS,adelay=3000:all=1,apad=pad_dur=3"), true),
    ];
    for (what, made, is_heard) in table {
        let dir = tempfile::tempdir().unwrap();
        let args: Vec<&str> = made.iter().map(String::as_str).chain(["sound.m4a"]).collect();
        let file = clips::make(dir.path(), &args);
        let opened = open::ffmpeg().open(&file, dir.path()).await.unwrap();
        assert_eq!(!opened.audio.is_empty(), is_heard, "{what}");
    }
}

/// Both channels are the same, upside down on one.
const MISWIRED: &str = "pan=stereo|c0=c0|c1=-1*c0";

#[tokio::test]
async fn channels_that_oppose_each_other_are_as_loud_as_others_and_those_are_mixed_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let mut volumes = Vec::new();
    for filter in ["pan=stereo|c0=c0|c1=c0", MISWIRED, "pan=stereo|c0=c0|c1=-0.6*c0", "pan=stereo|c1=c0"] {
        let made = speech(filter);
        let args: Vec<&str> = made.iter().map(String::as_str).chain(["sound.m4a"]).collect();
        let opened = open::ffmpeg().open(&clips::make(dir.path(), &args), dir.path()).await.unwrap();
        let [part] = opened.audio.as_slice() else { panic!("{filter}: {opened:?}") };
        volumes.push(volume(&part.path));
    }
    let [middle, miswired, weaker, right] = volumes[..] else { panic!("{volumes:?}") };
    assert!((miswired - middle).abs() < 0.5, "the same words: {volumes:?}");
    assert!((middle - weaker - 1.9).abs() < 0.5, "1.6 in place of 2: {volumes:?}");
    assert!((middle - right - 6.0).abs() < 0.5, "half of it, as ever: {volumes:?}");
}

/// How loud a sound is all in all, in dB.
fn volume(file: &Path) -> f64 {
    let mut ear = std::process::Command::new("ffmpeg");
    ear.arg("-i").arg(file).args(["-af", "volumedetect", "-f", "null", "-"]);
    let told = String::from_utf8(ear.output().unwrap().stderr).unwrap();
    let rest = told.split("mean_volume: ").nth(1).unwrap_or_else(|| panic!("{told}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

fn source(source: &str) -> Vec<String> {
    ["-f", "lavfi", "-i", source].map(str::to_owned).into()
}

fn speech(filter: &str) -> Vec<String> {
    ["-i", SPEECH, "-vn", "-af", filter].map(str::to_owned).into()
}

fn mixed_with(graph: &str) -> Vec<String> {
    ["-i", SPEECH, "-vn", "-filter_complex", graph].map(str::to_owned).into()
}

#[tokio::test]
async fn a_long_sound_reaches_the_engine_in_parts_within_its_limit() {
    const MOST: u64 = 400_000;
    let dir = tempfile::tempdir().unwrap();
    let talk = minutes_of_talk(dir.path(), "420");
    let part = PartLimit { seconds: 300.0, bytes: MOST };
    let ffmpeg = Ffmpeg::new(FfmpegSettings { max_seconds: 600, part, ..open::settings() });
    let opened = ffmpeg.open(&talk, dir.path()).await.unwrap();

    let providers = ProviderStandIns::start().await;
    providers.say(&[(0.0, 2.5, "Boil the pasta.")]);
    let engine = OpenAiSpeech::new(&providers.openai_url, &key(), "whisper-1").unwrap();
    let mut billed = 0;
    for part in &opened.audio {
        assert!(std::fs::metadata(&part.path).unwrap().len() <= MOST, "{part:?}");
        let claimed = part.duration.unwrap();
        assert!((length(&part.path) - claimed).abs() < 0.1, "{part:?} lasts {}", length(&part.path));
        billed += engine.transcribe(part).await.unwrap().usage.speech_ms;
    }
    assert!(opened.audio.len() >= 3, "{:?}", opened.audio);
    assert!((419_000..=421_000).contains(&billed), "{billed} ms");
    assert_eq!(providers.calls(Service::Speech).finished, opened.audio.len());
    providers.stop().await;
}

#[tokio::test]
async fn a_sound_that_begins_late_or_has_a_gap_keeps_the_moments_of_the_video() {
    let late = ["-itsoffset", "4", "-f", "lavfi", "-i", clips::TALK];
    let gap = ["-f", "lavfi", "-i", "sine=frequency=440,tremolo=f=4:d=0.9,aselect='lt(t,3)+gte(t,5)'"];
    for (what, sound, silent) in [("late", &late[..], (0.0, 4.0)), ("with a gap", &gap[..], (3.0, 5.0))] {
        let dir = tempfile::tempdir().unwrap();
        let picture = ["-f", "lavfi", "-i", "color=s=64x64:r=5:d=10"];
        let made = ["-t", "10", "-c:a", "pcm_s16le", "clip.mkv"];
        let clip = clips::make(dir.path(), &[&picture[..], sound, &made[..]].concat());
        let opened = open::ffmpeg().open(&clip, dir.path()).await.unwrap();
        let [part] = opened.audio.as_slice() else { panic!("{what}: {opened:?}") };
        assert!((part.duration.unwrap() - 10.0).abs() < 0.3, "{what}: {part:?}");
        let (from, to) = silence(&part.path);
        assert!((from - silent.0).abs() < 0.2 && (to - silent.1).abs() < 0.2, "{what}: {from} to {to}");
    }
}

/// The first long silence in a sound, as ffmpeg hears it.
fn silence(file: &Path) -> (f64, f64) {
    let mut ear = std::process::Command::new("ffmpeg");
    ear.arg("-i").arg(file).args(["-af", "silencedetect=n=-50dB:d=1", "-f", "null", "-"]);
    let told = String::from_utf8(ear.output().unwrap().stderr).unwrap();
    let number = |behind: &str| {
        let rest = told.split(behind).nth(1).unwrap_or_else(|| panic!("{told}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    (number("silence_start: "), number("silence_end: "))
}

/// As ffprobe measures it, in seconds.
fn length(file: &Path) -> f64 {
    let mut probe = std::process::Command::new("ffprobe");
    probe.args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]).arg(file);
    String::from_utf8(probe.output().unwrap().stdout).unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn a_sound_that_plays_on_after_its_claimed_end_is_too_long() {
    let dir = tempfile::tempdir().unwrap();
    // Raw AAC has no head that could tell the length; it is guessed from the first frames.
    let loud =
        "sine=d=3,tremolo=f=4:d=0.9,volume=20dB[a];anullsrc=r=44100,atrim=0:40[b];[a][b]concat=v=0:a=1";
    let made = ["-filter_complex", loud, "-c:a", "aac", "-f", "adts", "sound.aac"];
    let file = clips::make(dir.path(), &made);
    assert!(length(&file) < 20.0, "it claims to be short: {}", length(&file));
    let failure = open::ffmpeg().open(&file, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLong), "{failure}");
}

#[tokio::test]
async fn the_sound_to_be_kept_is_the_whole_of_it_music_and_all_and_a_silent_film_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let made = ["-f", "lavfi", "-i", "sine=d=5", "-f", "lavfi", "-i", "color=d=5:s=320x240", "clip.mp4"];
    let file = clips::make(dir.path(), &made);
    assert!(open::ffmpeg().open(&file, dir.path()).await.unwrap().audio.is_empty(), "nobody speaks");
    let sound = open::ffmpeg().sound(&file, dir.path()).await.unwrap().expect("it can be heard");
    let mut probe = std::process::Command::new("ffprobe");
    let told =
        ["-v", "error", "-show_entries", "stream=codec_name,channels:format=duration", "-of", "csv=p=0"];
    let told = probe.args(told).arg(&sound).output().unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    assert!(told.starts_with("aac,2") && told.contains("\n5."), "{told}");
    let silent = clips::make(dir.path(), &["-f", "lavfi", "-i", "color=d=3:s=320x240", "silent.mp4"]);
    assert_eq!(open::ffmpeg().sound(&silent, dir.path()).await.unwrap(), None);
    std::fs::write(dir.path().join("text.mp4"), "no video").unwrap();
    let failure = open::ffmpeg().sound(&dir.path().join("text.mp4"), dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable));
}
