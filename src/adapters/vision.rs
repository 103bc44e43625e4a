//! Reads screen text with Google Cloud Vision by `POST /v1/images:annotate`
//! (cloud.google.com/vision/docs/reference/rest/v1/images/annotate).
//!
//! Takes frames as JPEG files; gives the lines of the first ones in reading order, as many as one request may carry.
//! A frame that cannot be read gives no lines. A service that reads none of them for reasons of its own is a failure,
//! and so is a refused request.

use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::outbound::Outbound;
use super::provider::{endpoint, key_header, one_line};
use super::provider_errors::google;
use crate::domain::cost::Usage;
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::ports::{Frame, FrameText, TextReader};

/// What one request may carry (cloud.google.com/vision/quotas).
const IMAGES_PER_REQUEST: usize = 16;

/// Google takes 10 MB of JSON; half a megabyte is left for whatever counts differently there.
const MAX_REQUEST_BYTES: usize = 9_500_000;

/// What the JSON around one image takes, generously.
const WRAPPING_BYTES: usize = 200;

/// Sixteen images take a few seconds.
const TIMEOUT: Duration = Duration::from_mins(1);

/// With its boxes for every letter an answer for 16 full pages reaches some megabytes. Several are
/// read at once, so a generous bound would be paid in memory several times.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// How google.rpc.Code says that an image is none.
const INVALID_ARGUMENT: i64 = 3;

/// Asks for the text alone, without a box for every letter; a header all Google services know
/// (cloud.google.com/apis/docs/system-parameters).
const FIELD_MASK: (&str, &str) = ("x-goog-fieldmask", "responses.fullTextAnnotation.text,responses.error");

/// Reads text with Google Cloud Vision.
#[derive(Debug)]
pub struct GoogleVision {
    outbound: Outbound,
    url: Url,
    key: Option<HeaderValue>,
}

#[derive(Debug, Deserialize)]
struct Annotated {
    #[serde(default)]
    responses: Vec<Annotation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Annotation {
    #[serde(rename = "fullTextAnnotation")]
    full: Option<FullText>,
    #[serde(rename = "textAnnotations")]
    pieces: Vec<EntityText>,
    error: Option<Status>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FullText {
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EntityText {
    description: String,
}

/// google.rpc.Status of one image.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Status {
    code: i64,
    message: String,
}

/// What became of one frame: its lines, or why there are none.
type Read = Result<Vec<String>, Status>;

impl GoogleVision {
    /// Speaks to the service at `base_url`, such as `https://vision.googleapis.com`. Fails when a setting
    /// cannot be used at all.
    pub fn new(base_url: &Url, key: &SecretString) -> Outcome<Self> {
        Ok(Self {
            outbound: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            url: endpoint(base_url, "/v1/images:annotate")?,
            key: key_header("", key)?,
        })
    }

    /// Gives the service another time limit than a minute for one whole request.
    pub fn with_timeout(mut self, timeout: Duration) -> Outcome<Self> {
        self.outbound = Outbound::new(timeout, MAX_ANSWER_BYTES)?;
        Ok(self)
    }

    /// Sends the images gathered so far and gives one result for each.
    async fn annotate(&self, images: Vec<String>) -> Outcome<Vec<Read>> {
        let sent = images.len();
        if sent == 0 {
            return Ok(Vec::new());
        }
        let requests: Vec<Value> = images
            .into_iter()
            .map(|image| json!({"image": {"content": image}, "features": [{"type": "TEXT_DETECTION"}]}))
            .collect();
        let body = json!({"requests": requests});
        let request = self.outbound.client().post(self.url.clone()).header(FIELD_MASK.0, FIELD_MASK.1);
        let request = match &self.key {
            Some(key) => request.header("x-goog-api-key", key.clone()),
            None => request,
        };
        let reply = self.outbound.send(request.json(&body)).await?;
        if !reply.status.is_success() {
            return Err(google(&reply, SystemTime::now()));
        }
        let answer: Annotated = reply.json()?;
        if answer.responses.len() != sent {
            let cause = anyhow!("vision answers for {} of {sent} images", answer.responses.len());
            return Err(Failure::outage(cause));
        }
        Ok(answer.responses.into_iter().map(Annotation::lines).collect())
    }
}

#[async_trait]
impl TextReader for GoogleVision {
    fn name(&self) -> String {
        "google-vision".to_owned()
    }

    fn party(&self) -> Option<Party> {
        Some(Party::new("Google Vision"))
    }

    fn billed(&self, pictures: usize) -> Usage {
        let images = pictures as u64;
        Usage { images, calls: images.div_ceil(IMAGES_PER_REQUEST as u64), ..Usage::default() }
    }

    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>> {
        let (mut images, mut request_bytes) = (Vec::new(), WRAPPING_BYTES);
        // What no request can carry is sent with none, and keeps its place.
        let mut refused: Vec<Option<Status>> = Vec::new();
        for frame in frames {
            if images.len() == IMAGES_PER_REQUEST {
                break;
            }
            let image = encoded(frame).await?;
            let bytes = image.len() + WRAPPING_BYTES;
            if WRAPPING_BYTES + bytes > MAX_REQUEST_BYTES {
                refused.push(Some(Status::too_large(bytes)));
                continue;
            }
            if request_bytes + bytes > MAX_REQUEST_BYTES {
                break;
            }
            request_bytes += bytes;
            images.push(image);
            refused.push(None);
        }
        let mut read = self.annotate(images).await?.into_iter();
        let results = refused
            .into_iter()
            .filter_map(|refused| refused.map_or_else(|| read.next(), |status| Some(Err(status))));
        told(frames, results.collect())
    }
}

/// One frame as the request carries it.
async fn encoded(frame: &Frame) -> Outcome<String> {
    let bytes = tokio::fs::read(&frame.path)
        .await
        .context("cannot read a frame that was to be shown to vision")
        .map_err(Failure::transient)?;
    Ok(STANDARD.encode(bytes))
}

/// Joins results with their frames, up to the first that the service itself failed on: what passes is asked for again,
/// and no picture is taken for empty because of it. Fails where that is the very first.
fn told(frames: &[Frame], results: Vec<Read>) -> Outcome<Vec<FrameText>> {
    let of_the_service = |result: &Read| matches!(result, Err(status) if status.code != INVALID_ARGUMENT);
    let failed: Vec<&Status> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    if let Some(first) = failed.first() {
        tracing::warn!(
            frames.failed = failed.len(),
            frames.total = results.len(),
            code = first.code,
            message = one_line(&first.message),
            "vision could not read some frames"
        );
    }
    if let Some(Err(status)) = results.first().filter(|first| of_the_service(first)) {
        return Err(status.failure());
    }
    let text = |(frame, result): (&Frame, Read)| FrameText {
        at: frame.at,
        spoilt: result.is_err(),
        lines: result.unwrap_or_default(),
    };
    let read = results.into_iter().take_while(|result| !of_the_service(result));
    Ok(frames.iter().zip(read).map(text).collect())
}

impl Annotation {
    /// The text of one image, line by line. `fullTextAnnotation` keeps the reading order; the first of the
    /// `textAnnotations` is the same text in one piece.
    fn lines(self) -> Read {
        if let Some(error) = self.error {
            return Err(error);
        }
        let first = || self.pieces.into_iter().next().map(|piece| piece.description);
        let text = self.full.map(|full| full.text).or_else(first).unwrap_or_default();
        Ok(text.lines().map(one_line).filter(|line| !line.is_empty()).collect())
    }
}

impl Status {
    /// An invalid argument, as the service itself would say.
    fn too_large(bytes: usize) -> Self {
        Self {
            code: INVALID_ARGUMENT,
            message: format!("the frame takes {bytes} bytes, a request {MAX_REQUEST_BYTES}"),
        }
    }

    /// The failure behind google.rpc.Code, for when no image could be read.
    fn failure(&self) -> Failure {
        let cause = anyhow!("vision could read no frame (code {}): {}", self.code, one_line(&self.message));
        match self.code {
            7 | 16 => Failure::permanent(Reason::ProviderAccount, cause),
            8 | 14 => Failure::wait(None, cause),
            // Unknown, deadline exceeded, internal: faults of the service, whatever the pictures.
            2 | 4 | 13 => Failure::outage(cause),
            _ => Failure::transient(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::media::At;

    fn lines(annotation: Value) -> Vec<String> {
        serde_json::from_value::<Annotation>(annotation).unwrap().lines().unwrap()
    }

    #[test]
    fn lines_come_in_reading_order_from_either_annotation() {
        let full = json!({"fullTextAnnotation": {"text": "200 g pasta\n\n 1 onion \n"},
            "textAnnotations": [{"description": "1 onion\n200 g pasta"}]});
        assert_eq!(lines(full), ["200 g pasta", "1 onion"]);
        assert_eq!(
            lines(json!({"textAnnotations": [{"description": "a\nb"}, {"description": "a"}]})),
            ["a", "b"]
        );
        assert!(lines(json!({})).is_empty());
    }

    #[test]
    fn a_passing_fault_of_one_picture_ends_what_was_read_there_and_a_picture_that_is_no_picture_does_not() {
        let frames: Vec<Frame> =
            (0..4).map(|at| Frame { at: At(f64::from(at)), path: "still.jpg".into() }).collect();
        let words = || Ok(vec!["soup".to_owned()]);
        let fails = |code| Err(Status { code, message: "no".to_owned() });
        let read = |results| {
            told(&frames, results).map(|read| read.iter().map(|one| one.spoilt).collect::<Vec<_>>())
        };
        assert_eq!(read(vec![words(), fails(3), words(), words()]).unwrap(), [false, true, false, false]);
        for passing in [4, 8, 13, 14] {
            assert_eq!(read(vec![words(), fails(3), fails(passing), words()]).unwrap(), [false, true]);
            read(vec![fails(passing), words(), words(), words()]).unwrap_err();
        }
    }
}
