//! Whisper listens to spoken and silent files.

use std::path::{Path, PathBuf};

use linkscribe::adapters::whisper::{WhisperLocal, WhisperSettings};
use linkscribe::ports::{AudioFile, SpeechToText};

use super::{clips, tools_dir};
use crate::support::executable;

/// What everybody hears in the clip.
const HEARD: [&str; 3] = ["castle", "yellow tram", "before sunset"];

/// The model of the set-up.
fn model() -> PathBuf {
    let model = tools_dir().join("models/speech.bin");
    assert!(model.exists(), "{} is missing; `make setup` fetches it", model.display());
    model
}

/// The sound of a clip of our own, as the service cuts it out.
fn speech(dir: &Path) -> PathBuf {
    let clip = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/speech_only.mp4");
    clips::make(
        dir,
        &["-i", clip, "-vn", "-ac", "1", "-ar", "16000", "-c:a", "libopus", "-b:a", "32k", "sound.ogg"],
    )
}

#[test]
#[cfg(feature = "whisper")]
fn the_model_writes_down_what_is_said() {
    let model = model();
    let dir = tempfile::tempdir().unwrap();
    speech(dir.path());
    let pcm = clips::make(dir.path(), &["-i", "sound.ogg", "-ar", "16000", "-f", "s16le", "sound.pcm"]);
    let mut printed = Vec::new();
    linkscribe::adapters::whisper::hear(&model, &pcm, 1, &mut printed).unwrap();
    let printed = String::from_utf8(printed).unwrap().to_lowercase();
    for word in HEARD {
        assert!(printed.contains(word), "{printed}");
    }
}

#[tokio::test]
async fn speech_is_written_down_and_silence_is_not() {
    let model = model();
    let dir = tempfile::tempdir().unwrap();
    let exe = env!("CARGO_BIN_EXE_linkscribe").into();
    let whisper = WhisperLocal::new(WhisperSettings { exe, model, ffmpeg: "ffmpeg".into() });
    let path = speech(dir.path());
    let heard = whisper.transcribe(&AudioFile { path, duration: None, video: None }).await.unwrap();
    assert!(HEARD.iter().all(|words| heard.text().to_lowercase().contains(words)), "{heard:?}");
    assert_eq!(heard.language.as_deref(), Some("en"));

    let silence =
        ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "3", "-c:a", "libopus", "still.ogg"];
    let path = clips::make(dir.path(), &silence);
    let heard = whisper.transcribe(&AudioFile { path, duration: None, video: None }).await.unwrap();
    assert!(heard.segments.is_empty(), "{heard:?}");
}

/// A stand-in for our own program that says what it was asked and given.
#[tokio::test]
async fn the_child_gets_the_model_and_raw_samples_and_its_document_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = clips::make(dir.path(), &["-f", "lavfi", "-i", "sine=d=2", "-c:a", "libopus", "sound.ogg"]);
    let model = dir.path().join("speech.bin");
    std::fs::write(&model, "lmgg and so on").unwrap();
    let script = "#!/bin/sh\n\
        [ \"$1 $2 $4\" = 'hear --model --threads' ] || exit 9\n\
        printf '{\"language\":null,\"segments\":[{\"start_cs\":0,\"end_cs\":200,\"text\":\" %s\"}]}' \
        \"$(wc -c <\"$6\")\"\n";
    let exe = dir.path().join("linkscribe");
    executable(&exe, script.as_bytes());
    let whisper = WhisperLocal::new(WhisperSettings { exe, model, ffmpeg: "ffmpeg".into() });
    let heard = whisper.transcribe(&AudioFile { path, duration: Some(2.0), video: None }).await.unwrap();
    let bytes: u64 = heard.text().parse().unwrap();
    assert!((63_000..66_000).contains(&bytes), "two seconds of 16 kHz with 16 bits: {bytes}");
    assert!(!dir.path().join("sound.pcm").exists(), "the samples are gone");
}
