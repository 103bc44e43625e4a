//! `POST /audio/transcriptions` with the rules of `OpenAI`'s reference.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::key_in;
use super::script::{Refusal, Script, Service, hash};

/// The whole request may have this many bytes.
const MAX_BYTES: usize = 26_214_400;

const MODELS: [&str; 4] =
    ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"];
const ENDINGS: [&str; 9] = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"];
const FIELDS: [&str; 9] = [
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "timestamp_granularities[]",
    "chunking_strategy",
    "include[]",
    "stream",
];

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/openai/v1/audio/transcriptions", web::post().to(transcribe));
}

/// One segment as `verbose_json` has it.
pub(crate) fn segment(start: f64, end: f64, text: &str, no_speech_prob: f64, avg_logprob: f64) -> Value {
    json!({"id": 0, "seek": 0, "start": start, "end": end, "text": format!(" {text}"), "tokens": [50364, 1, 2],
        "temperature": 0.0, "avg_logprob": avg_logprob, "compression_ratio": 1.2, "no_speech_prob": no_speech_prob})
}

async fn transcribe(script: web::Data<Script>, request: HttpRequest, body: web::Payload) -> HttpResponse {
    let known = script.read(|state| state.models.clone());
    let (language, segments) = script.read(|state| state.speech.clone());
    let answer = |wanted: Wanted| {
        let said: Vec<&str> = segments.iter().filter_map(|part| part["text"].as_str()).collect();
        let text = said.concat().trim().to_owned();
        let duration = segments.last().and_then(|part| part["end"].as_f64()).unwrap_or(1.0);
        match wanted {
            Wanted::Text => return json!({"text": text, "usage": {"type": "duration", "seconds": 3}}),
            Wanted::Tokens => {
                let tokens: Vec<Value> = segments.iter().flat_map(tokens).collect();
                return json!({"text": text, "logprobs": tokens, "usage": {"type": "tokens", "input_tokens": 14}});
            }
            Wanted::Speakers => {
                let turn = |part: &Value| {
                    json!({"type": "transcript.text.segment", "id": "seg_001", "speaker": "A", "text": part["text"],
                        "start": part["start"], "end": part["end"]})
                };
                let turns: Vec<Value> = segments.iter().map(turn).collect();
                return json!({"task": "transcribe", "duration": duration, "text": text, "segments": turns,
                    "usage": {"type": "duration", "seconds": duration.ceil()}});
            }
            Wanted::Stretches => {}
        }
        json!({"task": "transcribe", "language": language, "duration": duration, "text": text,
            "segments": segments, "usage": {"type": "duration", "seconds": duration.ceil()}})
    };
    script.serve(Service::Speech, check(request, body, known), answer, error_body).await
}

/// What is asked for beside the words.
enum Wanted {
    Stretches,
    Speakers,
    Tokens,
    Text,
}

/// The tokens of one segment, each as sure as the whole of it.
fn tokens(segment: &Value) -> Vec<Value> {
    let words = segment["text"].as_str().unwrap_or_default().split_inclusive(' ');
    words
        .map(|word| json!({"token": word, "logprob": segment["avg_logprob"], "bytes": word.as_bytes()}))
        .collect()
}

/// Reads and checks the form; gives what is asked for.
async fn check(
    request: HttpRequest,
    body: web::Payload,
    known: Vec<String>,
) -> Result<(Wanted, Value), Refusal> {
    bearer(&request)?;
    let mut form = Multipart::new(request.headers(), body);
    let (mut fields, mut file, mut total) = (BTreeMap::new(), None, 0);
    while let Some(mut field) = form.try_next().await.map_err(|error| bad("file", &error.to_string()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|c| c.get_filename().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(|error| bad("file", &error.to_string()))? {
            total += chunk.len();
            bytes.extend_from_slice(&chunk);
        }
        if name == "file" {
            file = Some((file_name.unwrap_or_default(), bytes));
        } else if fields.insert(name.clone(), String::from_utf8_lossy(&bytes).into_owned()).is_some() {
            return Err(bad(&name, "given twice"));
        }
    }
    if total > MAX_BYTES {
        let message = format!("Maximum content size limit ({MAX_BYTES}) exceeded ({total} bytes read)");
        return Err(refusal(413, None, "", &message));
    }
    let content = file.as_ref().map(|(_, bytes)| hash(&without_serials(bytes)));
    let size = check_file(file)?;
    let wanted = check_fields(&fields, &known)?;
    Ok((wanted, json!({"fields": fields, "file": size, "hash": content})))
}

/// An Ogg file without what is drawn by lot each time it is made: the serial number and the checksum in the
/// head of each page (RFC 3533, section 6).
fn without_serials(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    let pages: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, four)| four == b"OggS").map(|(at, _)| at).collect();
    for at in pages {
        for drawn in [at + 14..at + 18, at + 22..at + 26] {
            plain.get_mut(drawn).into_iter().for_each(|bytes| bytes.fill(0));
        }
    }
    plain
}

fn check_file(file: Option<(String, Vec<u8>)>) -> Result<usize, Refusal> {
    let (name, bytes) = file.ok_or_else(|| bad("file", "you must provide a file"))?;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    if !ENDINGS.contains(&ending.as_str()) {
        return Err(refusal(400, None, "", &format!("Invalid file format. Supported formats: {ENDINGS:?}")));
    }
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    let fits = match ending.as_str() {
        "ogg" => begins(b"OggS"),
        "wav" => begins(b"RIFF"),
        "flac" => begins(b"fLaC"),
        "webm" => begins(&[0x1a, 0x45, 0xdf, 0xa3]),
        "mp4" | "m4a" => bytes.get(4..8) == Some(b"ftyp"),
        _ => begins(b"ID3") || begins(&[0xff]),
    };
    if !fits {
        return Err(bad("file", "The audio file could not be decoded or its format is not supported."));
    }
    Ok(bytes.len())
}

fn check_fields(fields: &BTreeMap<String, String>, known: &[String]) -> Result<Wanted, Refusal> {
    if let Some(field) = fields.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return Err(bad(field, &format!("Unknown parameter: '{field}'.")));
    }
    let value = |name: &str| fields.get(name).map(String::as_str);
    let model = value("model").ok_or_else(|| bad("model", "you must provide a model parameter"))?;
    let is_known = known.iter().any(|name| name == model) || (known.is_empty() && MODELS.contains(&model));
    if !is_known {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        return Err(refusal(404, Some("model_not_found"), "model", &message));
    }
    let format = value("response_format").unwrap_or("json");
    let formats: &[&str] = match model {
        _ if model.contains("diarize") => &["json", "text", "diarized_json"],
        _ if model.starts_with("gpt-") => &["json"],
        _ => &["json", "text", "srt", "verbose_json", "vtt"],
    };
    if !formats.contains(&format) {
        let message = format!("response_format '{format}' is not compatible with model '{model}'.");
        return Err(refusal(400, Some("unsupported_value"), "response_format", &message));
    }
    let verbose = format == "verbose_json";
    match value("timestamp_granularities[]") {
        Some("segment" | "word") if verbose => {}
        Some(other) => return Err(bad("timestamp_granularities[]", other)),
        None => {}
    }
    let temperature = value("temperature").unwrap_or("0").parse::<f64>();
    if !temperature.is_ok_and(|temperature| (0.0..=1.0).contains(&temperature)) {
        return Err(bad("temperature", "must be between 0 and 1"));
    }
    if value("language").is_some_and(|language| language.len() != 2) {
        return Err(bad("language", "must be ISO 639-1"));
    }
    let tells_tokens = model.starts_with("gpt-4o") && !model.contains("diarize") && format == "json";
    match value("include[]") {
        None => {}
        Some("logprobs") if tells_tokens => return Ok(Wanted::Tokens),
        Some(other) => return Err(bad("include[]", other)),
    }
    Ok(match format {
        "verbose_json" => Wanted::Stretches,
        "diarized_json" => Wanted::Speakers,
        _ => Wanted::Text,
    })
}

/// The key as both of `OpenAI`'s methods want it.
pub(super) fn bearer(request: &HttpRequest) -> Result<(), Refusal> {
    match key_in(request, "authorization", "Bearer ") {
        Some(true) => Ok(()),
        Some(false) => {
            Err(refusal(401, Some("invalid_api_key"), "", "Incorrect API key provided: stan****6789."))
        }
        None => Err(refusal(401, None, "", "You didn't provide an API key.")),
    }
}

pub(super) fn bad(param: &str, message: &str) -> Refusal {
    refusal(400, None, param, message)
}

pub(super) fn refusal(status: u16, code: Option<&str>, param: &str, message: &str) -> Refusal {
    let param = (!param.is_empty()).then_some(param);
    let error = json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
    Refusal(status, json!({"error": error}))
}

/// How `OpenAI` words a status.
pub(super) fn error_body(status: u16, _wait_secs: Option<u64>) -> Value {
    let (kind, code) = match status {
        401 => ("invalid_request_error", Some("invalid_api_key")),
        429 => ("requests", Some("rate_limit_exceeded")),
        500..=599 => ("server_error", None),
        _ => ("invalid_request_error", None),
    };
    json!({"error": {"message": "scripted fault", "type": kind, "param": null, "code": code}})
}
