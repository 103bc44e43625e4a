//! Speech to text by `POST /audio/transcriptions`
//! (platform.openai.com/docs/api-reference/audio/createTranscription).
//!
//! Takes an audio file of at most 25 MiB; gives what was said in it. Whisper models tell times and silence; those that
//! tell speakers apart tell times; the other gpt models give one text, and how sure they are of each token. Too large and undecodable files fail as permanent, an answer nobody can read as an outage; one
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
use crate::domain::media::Transcript;
use crate::domain::reason::Reason;
use crate::domain::speech::{Heard, said, said_at_once};
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::ports::{AudioFile, SpeechToText};

/// `OpenAI` refuses requests of more than 26,214,400 bytes; the form around the file takes a part of them.
pub const MAX_AUDIO_BYTES: u64 = 25 * 1024 * 1024 - 16 * 1024;

/// An hour of speech takes the service about a minute; slower servers of one's own get some more.
const TIMEOUT: Duration = Duration::from_mins(5);

/// An hour of speech in segments with their token lists is about 1 MB.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Whisper takes any length; an hour comes back in time and in an answer of bearable size.
const WHISPER_SECONDS: f64 = 3_600.0;

/// The gpt models refuse more than 1,500 seconds at once.
const GPT_SECONDS: f64 = 1_200.0;

/// Below this the service answers `audio_too_short`: nobody says anything in a tenth of a second.
const SHORTEST_SECONDS: f64 = 0.1;

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
struct Answer {
    text: String,
    language: Option<String>,
    duration: Option<f64>,
    segments: Option<Vec<Stretch>>,
    logprobs: Option<Vec<Token>>,
}

#[derive(Debug, Deserialize)]
struct Token {
    token: String,
    logprob: f64,
}

#[derive(Debug, Deserialize)]
struct Stretch {
    #[serde(default)]
    start: f64,
    #[serde(default)]
    end: f64,
    #[serde(default)]
    text: String,
    no_speech_prob: Option<f64>,
    avg_logprob: Option<f64>,
    compression_ratio: Option<f64>,
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

    async fn form(&self, audio: &Path) -> Outcome<Form> {
        let form = Form::new()
            .text("model", self.model.clone())
            .text("temperature", "0")
            .part("file", file_part(audio).await?);
        Ok(match Gives::of(&self.model) {
            Gives::Stretches => {
                form.text("response_format", "verbose_json").text("timestamp_granularities[]", "segment")
            }
            // The strategy is needed for anything longer than 30 seconds.
            Gives::Speakers => {
                form.text("response_format", "diarized_json").text("chunking_strategy", "auto")
            }
            Gives::Tokens => form.text("response_format", "json").text("include[]", "logprobs"),
            Gives::Text => form.text("response_format", "json"),
        })
    }

    fn transcript(&self, answer: Answer, audio: &AudioFile) -> Transcript {
        let end = audio.duration.or(answer.duration).unwrap_or_default();
        let stretches = answer.segments.unwrap_or_default();
        let segments = if stretches.is_empty() {
            let tokens: Vec<(String, f64)> = answer
                .logprobs
                .unwrap_or_default()
                .into_iter()
                .map(|told| (told.token, told.logprob))
                .collect();
            said_at_once(&answer.text, &tokens, end)
        } else {
            said(stretches.into_iter().map(Heard::from).collect())
        };
        // Where nobody speaks the language is made up as well.
        let language = answer.language.as_deref().filter(|_| !segments.is_empty()).and_then(languages::code);
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

impl From<Stretch> for Heard {
    fn from(stretch: Stretch) -> Self {
        Self {
            start: stretch.start,
            end: stretch.end,
            text: one_line(&stretch.text),
            no_speech: stretch.no_speech_prob,
            logprob: stretch.avg_logprob,
            compression: stretch.compression_ratio,
        }
    }
}

/// What a model tells beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// Times, and its doubts about each stretch: Whisper, wherever it runs.
    Stretches,
    /// Times, and who speaks.
    Speakers,
    /// How sure it is of each token.
    Tokens,
    /// Nothing.
    Text,
}

impl Gives {
    fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        match () {
            () if model.contains("whisper") => Self::Stretches,
            () if model.contains("diarize") => Self::Speakers,
            () if model.starts_with("gpt-4o") => Self::Tokens,
            () => Self::Text,
        }
    }
}

/// The longest sound this model is given at once, in seconds.
pub fn longest_seconds(model: &str) -> f64 {
    if Gives::of(model) == Gives::Stretches { WHISPER_SECONDS } else { GPT_SECONDS }
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
