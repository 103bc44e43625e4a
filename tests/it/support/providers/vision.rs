//! `POST /v1/images:annotate` with the limits of the Vision quota page.

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::script::{Refusal, Script, Service, hash};
use super::{google_error, google_key, google_status, only_keys};

const MAX_BYTES: usize = 10_485_760;
const MAX_IMAGES: usize = 16;
const MAX_IMAGE_BYTES: usize = 20_000_000;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/vision/v1/images:annotate", web::post().to(annotate));
}

async fn annotate(script: web::Data<Script>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    // What the field mask asks for; everything without one.
    let masked = request.headers().contains_key("x-goog-fieldmask");
    let answer = |images: Vec<bool>| {
        let responses: Vec<Value> = images
            .into_iter()
            .map(|is_picture| if is_picture { annotation(next_image(&script), masked) } else { bad_image() })
            .collect();
        json!({"responses": responses})
    };
    script.serve(Service::Vision, async { check(&request, &body) }, answer, google_status).await
}

/// What the next image shows, in turn.
fn next_image(script: &Script) -> Option<String> {
    script.change(|state| {
        let count = state.images.len().max(1);
        let shown = state.images_shown % count;
        state.images_shown += 1;
        state.images.get(shown).cloned().unwrap_or(Some(String::new()))
    })
}

/// The answer for one image, with a box for the words where nobody asked for less.
fn annotation(text: Option<String>, masked: bool) -> Value {
    let Some(text) = text else { return bad_image() };
    if text.is_empty() {
        return json!({});
    }
    if masked {
        return json!({"fullTextAnnotation": {"text": text}});
    }
    let vertices =
        json!({"vertices": [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}, {"x": 1, "y": 9}]});
    json!({"textAnnotations": [{"locale": "en", "description": text, "boundingPoly": vertices}],
        "fullTextAnnotation": {"pages": [], "text": text}})
}

fn bad_image() -> Value {
    json!({"error": {"code": 3, "message": "Bad image data."}})
}

/// Gives for each image whether it is a picture at all.
fn check(request: &HttpRequest, body: &[u8]) -> Result<(Vec<bool>, Value), Refusal> {
    google_key(request)?;
    let bad = |message: &str| google_error(400, "INVALID_ARGUMENT", message, json!([]));
    if body.len() > MAX_BYTES {
        return Err(bad(&format!("Request payload size exceeds the limit: {MAX_BYTES} bytes.")));
    }
    if let Some(mask) = request.headers().get("x-goog-fieldmask") {
        let known = ["responses.fullTextAnnotation.text", "responses.error", "responses"];
        if !mask.to_str().unwrap_or_default().split(',').all(|path| known.contains(&path)) {
            return Err(bad("Request contains an invalid argument."));
        }
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))?;
    only_keys(&body, &["requests", "parent"], "").map_err(|message| bad(&message))?;
    let requests = body["requests"].as_array().cloned().unwrap_or_default();
    if requests.is_empty() {
        return Err(bad("No request in batch."));
    }
    if requests.len() > MAX_IMAGES {
        return Err(bad("Too many images per request."));
    }
    let images: Vec<Vec<u8>> = requests
        .iter()
        .map(|request| image(request).map_err(|message| bad(&message)))
        .collect::<Result<_, _>>()?;
    let sizes: Vec<usize> = images.iter().map(Vec::len).collect();
    let hashes: Vec<u64> = images.iter().map(|image| hash(image)).collect();
    let pictures =
        images.iter().map(|image| image.starts_with(&[0xff, 0xd8, 0xff]) || image.starts_with(b"\x89PNG"));
    Ok((pictures.collect(), json!({"images": sizes, "hashes": hashes})))
}

fn image(request: &Value) -> Result<Vec<u8>, String> {
    only_keys(request, &["image", "features", "imageContext"], "requests")?;
    only_keys(&request["image"], &["content", "source"], "requests.image")?;
    let features =
        request["features"].as_array().filter(|features| !features.is_empty()).ok_or("No features.")?;
    for feature in features {
        only_keys(feature, &["type", "maxResults", "model"], "requests.features")?;
        if !matches!(feature["type"].as_str(), Some("TEXT_DETECTION" | "DOCUMENT_TEXT_DETECTION")) {
            return Err("Invalid value at 'requests.features.type'".to_owned());
        }
    }
    let content = request["image"]["content"].as_str().ok_or("image.content is missing")?;
    let image = STANDARD.decode(content).map_err(|_| "Base64 decoding failed")?;
    if image.len() > MAX_IMAGE_BYTES { Err("image is too large".to_owned()) } else { Ok(image) }
}
