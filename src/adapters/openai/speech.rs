//! Speech to text by `POST /audio/transcriptions`
//! (platform.openai.com/docs/api-reference/audio/createTranscription).
//!
//! Takes an audio file of at most 25 MiB; gives its segments. Whisper models give times, the others one
//! text. Too large and undecodable files fail as permanent, an answer nobody can read as an outage; one
//! call, no retry in here.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use reqwest::header::HeaderValue;
use reqwest::multipart::{Form, Part};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{authorized, languages, party};
use crate::adapters::outbound::{Outbound, Reply};
use crate::adapters::provider::{endpoint, key_header, model_name, one_line};
use crate::adapters::provider_errors::{openai, openai_code};
use crate::domain::cost::Usage;
use crate::domain::media::{At, Segment, Transcript};
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::ports::{AudioFile, SpeechToText};

/// `OpenAI` refuses requests of more than 26,214,400 bytes; the form around the file takes a part of them.
pub const MAX_AUDIO_BYTES: u64 = 25 * 1024 * 1024 - 16 * 1024;

/// An hour of speech takes the service about a minute; slower servers of one's own get some more.
const TIMEOUT: Duration = Duration::from_mins(5);

/// An hour of speech in segments with their token lists is about 1 MB.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Below this the service answers `audio_too_short`: nobody says anything in a tenth of a second.
const SHORTEST_SECONDS: f64 = 0.1;

/// Above this a segment is silence, provided the words are guessed as well: this probability alone
/// reaches 0.76 on real speech.
const NO_SPEECH: f64 = 0.8;

/// Below this mean log probability the words are guesses (the bound `OpenAI`'s own decoder uses).
const GUESSED: f64 = -1.0;

/// File name endings the service knows; it reads the format from the name alone.
const ENDINGS: [&str; 9] = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"];

/// Transcribes with an `OpenAI` model.
#[derive(Debug)]
pub struct OpenAiSpeech {
    outbound: Outbound,
    url: Url,
    key: Option<HeaderValue>,
    model: String,
    party: Party,
}

/// What the service answers; plain `json` has the text alone.
#[derive(Debug, Deserialize)]
struct Heard {
    text: String,
    language: Option<String>,
    duration: Option<f64>,
    segments: Option<Vec<HeardSegment>>,
}

#[derive(Debug, Deserialize)]
struct HeardSegment {
    #[serde(default)]
    start: f64,
    #[serde(default)]
    end: f64,
    #[serde(default)]
    text: String,
    no_speech_prob: Option<f64>,
    avg_logprob: Option<f64>,
}

impl OpenAiSpeech {
    /// Speaks to the server at `base_url`, such as `https://api.openai.com/v1`. Fails when a setting
    /// cannot be used at all.
    pub fn new(base_url: &Url, key: &SecretString, model: impl Into<String>) -> Outcome<Self> {
        Ok(Self {
            outbound: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            url: endpoint(base_url, "/audio/transcriptions")?,
            key: key_header("Bearer ", key)?,
            model: model_name(model)?,
            party: party(base_url),
        })
    }

    /// Gives the server another time limit than five minutes for one whole request.
    pub fn with_timeout(mut self, timeout: Duration) -> Outcome<Self> {
        self.outbound = Outbound::new(timeout, MAX_ANSWER_BYTES)?;
        Ok(self)
    }

    /// Whether the model tells times: Whisper does, wherever it runs; the gpt models refuse to.
    fn tells_times(&self) -> bool {
        self.model.to_ascii_lowercase().contains("whisper")
    }

    async fn form(&self, audio: &Path) -> Outcome<Form> {
        let form = Form::new()
            .text("model", self.model.clone())
            .text("temperature", "0")
            .part("file", file_part(audio).await?);
        let form = if self.tells_times() {
            form.text("response_format", "verbose_json").text("timestamp_granularities[]", "segment")
        } else {
            form.text("response_format", "json")
        };
        // Telling speakers apart needs this for anything longer than 30 seconds.
        let diarizes = self.model.contains("diarize");
        Ok(if diarizes { form.text("chunking_strategy", "auto") } else { form })
    }

    fn transcript(&self, heard: Heard, audio: &AudioFile) -> Transcript {
        let end = audio.duration.or(heard.duration).unwrap_or_default();
        let segments = heard.segments.unwrap_or_default();
        let segments = if segments.is_empty() {
            let whole =
                HeardSegment { start: 0.0, end, text: heard.text, no_speech_prob: None, avg_logprob: None };
            whole.spoken().into_iter().collect()
        } else {
            segments.into_iter().filter_map(HeardSegment::spoken).collect()
        };
        let language = heard.language.as_deref().and_then(languages::code);
        // The whole file is billed, silence included.
        let usage = Usage::of_speech(end);
        Transcript { language, segments, engine: self.model.clone(), usage }
    }

    fn nothing_said(&self) -> Transcript {
        Transcript { engine: self.model.clone(), ..Transcript::default() }
    }
}

#[async_trait]
impl SpeechToText for OpenAiSpeech {
    fn name(&self) -> String {
        self.model.clone()
    }

    fn party(&self) -> Option<Party> {
        Some(self.party.clone())
    }

    async fn transcribe(&self, audio: &AudioFile) -> Outcome<Transcript> {
        if audio.duration.is_some_and(|seconds| seconds < SHORTEST_SECONDS) {
            return Ok(self.nothing_said());
        }
        let form = self.form(&audio.path).await?;
        let request = self.outbound.client().post(self.url.clone()).multipart(form);
        let reply = self.outbound.send(authorized(request, self.key.as_ref())).await?;
        if reply.status.is_success() {
            return Ok(self.transcript(reply.json()?, audio));
        }
        if is_too_short(&reply) {
            return Ok(self.nothing_said());
        }
        Err(openai(&reply, SystemTime::now()))
    }
}

impl HeardSegment {
    /// The segment, unless it is silence the model put words to.
    fn spoken(self) -> Option<Segment> {
        let text = one_line(&self.text);
        let silent = self.no_speech_prob.is_some_and(|probability| probability > NO_SPEECH)
            && self.avg_logprob.is_some_and(|logprob| logprob < GUESSED);
        if silent || text.is_empty() || is_stage_direction(&text) {
            return None;
        }
        let start = self.start.max(0.0);
        Some(Segment { start: At(start), end: At(self.end.max(start)), text })
    }
}

/// `[Music]`, `(applause)`: what Whisper writes where nobody speaks.
fn is_stage_direction(text: &str) -> bool {
    let inside = |open: char, close: char| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(|inner| !inner.contains([open, close]))
    };
    inside('[', ']') || inside('(', ')')
}

/// The file as it goes into the form, read while it is sent.
async fn file_part(path: &Path) -> Outcome<Part> {
    let size = tokio::fs::metadata(path)
        .await
        .context("cannot find the sound that was to be transcribed")
        .map_err(Failure::transient)?
        .len();
    if size > MAX_AUDIO_BYTES {
        let cause = anyhow!("the sound has {size} bytes, the service takes {MAX_AUDIO_BYTES}");
        return Err(Failure::permanent(Reason::TooLarge, cause));
    }
    let part = Part::file(path)
        .await
        .context("cannot open the sound that was to be transcribed")
        .map_err(Failure::transient)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    // Our own sound is Opus in Ogg, whatever its file is called.
    let ending = ending.filter(|ending| ENDINGS.contains(&ending.as_str())).unwrap_or("ogg".to_owned());
    part.file_name(format!("audio.{ending}"))
        .mime_str(media_type(&ending))
        .context("cannot name the sound's media type")
        .map_err(Failure::bug)
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "flac" => "audio/flac",
        "mp3" | "mpeg" | "mpga" => "audio/mpeg",
        "mp4" | "m4a" => "audio/mp4",
        "wav" => "audio/wav",
        "webm" => "audio/webm",
        _ => "audio/ogg",
    }
}

/// A sound too short to be refused as unreadable: there is nothing said in it.
fn is_too_short(reply: &Reply) -> bool {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    reply.status.as_u16() == 400 && openai_code(&body) == "audio_too_short"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str, no_speech_prob: f64, avg_logprob: f64) -> HeardSegment {
        HeardSegment {
            start: 1.0,
            end: 0.5,
            text: text.to_owned(),
            no_speech_prob: Some(no_speech_prob),
            avg_logprob: Some(avg_logprob),
        }
    }

    #[test]
    fn a_segment_is_silence_only_when_both_signs_agree() {
        assert!(segment("Thank you.", 0.9, -1.4).spoken().is_none());
        assert!(segment("quiet but sure", 0.9, -0.3).spoken().is_some());
        assert!(segment("loud and unsure", 0.2, -1.4).spoken().is_some());
    }

    #[test]
    fn stage_directions_and_empty_segments_are_dropped() {
        for text in ["[Music]", " (applause) ", "", " \u{200b}\n"] {
            assert!(segment(text, 0.1, -0.2).spoken().is_none(), "{text}");
        }
        assert!(segment("[laughs] come [in]", 0.1, -0.2).spoken().is_some());
    }

    #[test]
    fn a_segment_never_ends_before_it_begins() {
        let spoken = segment("hello", 0.1, -0.2).spoken();
        assert_eq!(spoken.map(|segment| (segment.start, segment.end)), Some((At(1.0), At(1.0))));
    }
}
