//! Whisper on this machine: free, private, slower than the paid one.
//!
//! Takes the sound of a video; gives what is said. ffmpeg turns the sound into raw samples, a child process
//! of our own program (`linkscribe hear`) listens to them. Fails as transient when the model or a program is
//! missing, the child crashes or takes too long. One transcription at a time: the model's threads spin, and
//! two of them together take many times as long as one after the other.

#[cfg(feature = "whisper")]
mod hear;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::fs;
use tokio::sync::Semaphore;

use crate::adapters::tool::Tool;
use crate::domain::media::{At, Transcript};
use crate::domain::speech::{self, said};
use crate::failure::{Failure, Outcome};
use crate::ports::{AudioFile, SpeechToText};

#[cfg(feature = "whisper")]
pub use hear::hear;

/// What the engine is called in logs and on the page.
const NAME: &str = "whisper on this machine";

/// The file's first bytes: whisper.cpp's models begin with this number, little endian.
const MODEL_MAGIC: [u8; 4] = *b"lmgg";

/// Decoding to raw samples runs a thousand times faster than the video plays.
const DECODE_TIMEOUT: Duration = Duration::from_mins(1);

/// Raw samples: 16,000 a second with two bytes each.
const BYTES_A_SECOND: u64 = 32_000;

/// Four hours of raw samples; nobody sends more through the length limit.
const PCM_BYTES: u64 = 4 * 3_600 * BYTES_A_SECOND;

/// Loading a large model from a cold disk.
const LOAD_TIME: Duration = Duration::from_mins(2);

/// The base model listens about five times faster than a person on one core; a slow machine may take
/// thirty times that.
const SECONDS_A_SECOND: u32 = 6;

/// The longest document the child prints: speech has some 15 bytes a second.
const HEARD_BYTES: usize = 4 << 20;

/// How local speech recognition is run.
#[derive(Debug, Clone)]
pub struct WhisperSettings {
    /// Our own program, which knows the command `hear`.
    pub exe: PathBuf,
    /// The model, in whisper.cpp's ggml format.
    pub model: PathBuf,
    /// The ffmpeg program.
    pub ffmpeg: PathBuf,
}

/// Writes down speech with Whisper on this machine.
#[derive(Debug)]
pub struct WhisperLocal {
    settings: WhisperSettings,
    turn: Semaphore,
}

/// What the child prints.
#[derive(Debug, Serialize, Deserialize)]
struct Heard {
    language: Option<String>,
    segments: Vec<HeardSegment>,
}

/// One stretch of speech, with its times in hundredths of a second as whisper.cpp gives them.
#[derive(Debug, Serialize, Deserialize)]
struct HeardSegment {
    start_cs: i64,
    end_cs: i64,
    text: String,
    /// How probable it is that nobody speaks.
    #[serde(default)]
    no_speech: Option<f64>,
    /// The mean log probability of the words.
    #[serde(default)]
    logprob: Option<f64>,
}

impl WhisperLocal {
    /// An engine with these settings; nothing runs yet.
    pub fn new(settings: WhisperSettings) -> Self {
        Self { settings, turn: Semaphore::new(1) }
    }

    /// Whether the model is there and looks like one. Asked at start-up and before each transcription.
    pub fn check(&self) -> Outcome<()> {
        let model = self.settings.model.display();
        let mut magic = [0; 4];
        std::fs::File::open(&self.settings.model)
            .and_then(|mut file| file.read_exact(&mut magic))
            .with_context(|| format!("no speech model at {model}: run `make setup`, or set TRANSCRIBER=none"))
            .map_err(Failure::transient)?;
        if magic == MODEL_MAGIC {
            return Ok(());
        }
        Err(Failure::transient(anyhow!("{model} is no whisper.cpp model: delete it and run `make setup`")))
    }

    /// Turns the sound into raw samples beside it.
    async fn decode(&self, audio: &Path, work_dir: &Path) -> Outcome<PathBuf> {
        let pcm = audio.with_extension("pcm");
        Tool::new(&self.settings.ffmpeg, work_dir)
            .timeout(DECODE_TIMEOUT)
            .file_bytes(PCM_BYTES)
            .args(["-nostdin", "-hide_banner", "-v", "error", "-y", "-protocol_whitelist", "file", "-i"])
            .arg(audio)
            .args(["-vn", "-ac", "1", "-ar", "16000", "-f", "s16le"])
            .arg(&pcm)
            .succeed()
            .await
            .map_err(|failure| failure.context("cannot decode the sound for transcription"))?;
        Ok(pcm)
    }

    /// Runs the child and reads its document.
    async fn listen(&self, pcm: &Path, seconds: u32, work_dir: &Path) -> Outcome<Heard> {
        // One core is left to the rest of the service.
        let threads = available_parallelism().map_or(1, |cores| (cores.get() - 1).max(1));
        let finished = Tool::new(&self.settings.exe, work_dir)
            .timeout(LOAD_TIME + Duration::from_secs(1) * seconds * SECONDS_A_SECOND)
            .stdout_bytes(HEARD_BYTES)
            .arg("hear")
            .arg("--model")
            .arg(&self.settings.model)
            .args(["--threads", &threads.to_string()])
            .arg(pcm)
            .succeed()
            .await
            .map_err(|failure| failure.context("local transcription failed"))?;
        let heard =
            serde_json::from_slice(&finished.stdout).context("local transcription printed no transcript");
        heard.map_err(Failure::transient)
    }
}

#[async_trait]
impl SpeechToText for WhisperLocal {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn transcribe(&self, audio: &AudioFile) -> Outcome<Transcript> {
        self.check()?;
        let gone = "the sound of the video is gone";
        let path = fs::canonicalize(&audio.path).await.context(gone).map_err(Failure::transient)?;
        let work_dir = path.parent().unwrap_or(Path::new("/"));
        let pcm = self.decode(&path, work_dir).await?;
        let bytes = fs::metadata(&pcm).await.context(gone).map_err(Failure::transient)?.len();
        let seconds = u32::try_from(bytes / BYTES_A_SECOND).unwrap_or(u32::MAX);
        let heard = {
            let turn = self.turn.acquire().await.context("local transcription is closed");
            let _turn = turn.map_err(Failure::bug)?;
            self.listen(&pcm, seconds, work_dir).await?
        };
        fs::remove_file(&pcm).await.context("cannot delete the raw samples").map_err(Failure::transient)?;
        Ok(transcript(heard))
    }
}

/// What people said.
fn transcript(heard: Heard) -> Transcript {
    let stretches = heard.segments.into_iter().map(|segment| speech::Heard {
        start: seconds(segment.start_cs).0,
        end: seconds(segment.end_cs).0,
        text: segment.text.trim().to_owned(),
        no_speech: segment.no_speech,
        logprob: segment.logprob,
        compression: None,
    });
    let segments = said(stretches.collect());
    // Where nobody speaks the language is made up as well.
    let language = heard.language.filter(|_| !segments.is_empty());
    Transcript { language, segments, engine: NAME.to_owned(), ..Transcript::default() }
}

/// Hundredths of a second as a moment; files shorter than a model's window can end before they begin.
fn seconds(hundredths: i64) -> At {
    let millis = u64::try_from(hundredths).unwrap_or_default().saturating_mul(10);
    At(Duration::from_millis(millis).as_secs_f64())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::domain::media::Segment;

    #[test]
    fn what_the_child_prints_becomes_a_transcript() {
        let printed = r#"{"language": "en", "segments": [
            {"start_cs": 0, "end_cs": 150, "text": " [Music]"},
            {"start_cs": 150, "end_cs": 425, "text": " Add the pasta. "}]}"#;
        let transcript = transcript(serde_json::from_str(printed).unwrap());
        let spoken = Segment { start: At(1.5), end: At(4.25), text: "Add the pasta.".to_owned() };
        assert_eq!((transcript.segments, transcript.language), (vec![spoken], Some("en".to_owned())));
    }

    #[test]
    fn a_missing_and_a_wrong_model_say_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let model = dir.path().join("speech.bin");
        let settings = WhisperSettings { exe: "x".into(), model: model.clone(), ffmpeg: "ffmpeg".into() };
        let whisper = WhisperLocal::new(settings);
        assert!(whisper.check().unwrap_err().to_string().contains("make setup"));
        std::fs::write(&model, "<html>not found</html>").unwrap();
        assert!(whisper.check().unwrap_err().to_string().contains("no whisper.cpp model"));
    }
}
