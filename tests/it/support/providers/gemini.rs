//! `POST /v1beta/models/{model}:generateContent` with the fields of its discovery document.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::script::{Refusal, Script, Service};
use super::{google_error, google_key, google_status, only_keys};

const MODELS: [&str; 3] = ["gemini-3.7-flash", "gemini-3.5-flash-lite", "gemini-3.1-pro-preview"];

/// Beyond these the real service gives its bare 400; it states no numbers, so these are cautious ones.
const MAX_PROPERTIES: usize = 100;
const MAX_ENUM_CHARS: usize = 4_000;
const MAX_ENUM_VALUES: usize = 30;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/gemini/v1beta/models/{call}", web::post().to(generate));
}

async fn generate(
    script: web::Data<Script>,
    request: HttpRequest,
    call: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let (models, refuse_schemas) = script.read(|state| (state.models.clone(), state.refuse_schemas));
    let check = async { check(&request, &call, &body, &models, refuse_schemas) };
    let answer = |keys: Vec<String>| {
        let parts = json!([{"text": script.next_answer(&keys), "thoughtSignature": "c2lnbg=="}]);
        json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 900, "candidatesTokenCount": 200, "thoughtsTokenCount": 50,
                "totalTokenCount": 1150},
            "modelVersion": "stand-in", "responseId": "r1"})
    };
    script.serve(Service::Gemini, check, answer, google_status).await
}

/// Gives the keys the schema asks for.
fn check(
    request: &HttpRequest,
    call: &str,
    body: &[u8],
    models: &[String],
    refuse_schemas: bool,
) -> Result<(Vec<String>, Value), Refusal> {
    google_key(request)?;
    let bad = |message: &str| google_error(400, "INVALID_ARGUMENT", message, json!([]));
    let model = call.strip_suffix(":generateContent");
    let known = model.is_some_and(|model| {
        models.iter().any(|name| name == model) || (models.is_empty() && MODELS.contains(&model))
    });
    if !known {
        let message = format!("models/{call} is not found for API version v1beta");
        return Err(google_error(404, "NOT_FOUND", &message, json!([])));
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))?;
    check_body(&body).map_err(|message| bad(&message))?;
    let schema = body.pointer("/generationConfig/responseSchema");
    let mut weight = Weight::default();
    if let Some(schema) = schema {
        check_schema(schema, &mut weight).map_err(|message| bad(&message))?;
    }
    if schema.is_some() && (refuse_schemas || weight.is_too_much()) {
        return Err(bad("Request contains an invalid argument."));
    }
    let properties = schema.and_then(|schema| schema["properties"].as_object());
    let keys = properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect();
    Ok((keys, body))
}

fn check_body(body: &Value) -> Result<(), String> {
    only_keys(body, &["systemInstruction", "contents", "generationConfig", "safetySettings"], "")?;
    only_keys(&body["systemInstruction"], &["parts", "role"], "system_instruction")?;
    check_parts(&body["systemInstruction"]["parts"])?;
    let contents = body["contents"].as_array().filter(|contents| !contents.is_empty());
    let contents = contents.ok_or("* GenerateContentRequest.contents: contents is not specified")?;
    for (index, content) in contents.iter().enumerate() {
        only_keys(content, &["role", "parts"], "contents")?;
        let expected = if index % 2 == 0 { "user" } else { "model" };
        if content["role"] != json!(expected) {
            return Err(format!("turn {index} must be the {expected}'s"));
        }
        check_parts(&content["parts"])?;
    }
    let config = &body["generationConfig"];
    let known = [
        "responseMimeType",
        "responseSchema",
        "maxOutputTokens",
        "thinkingConfig",
        "temperature",
        "topP",
        "topK",
        "seed",
    ];
    only_keys(config, &known, "generation_config")?;
    if config.get("responseSchema").is_some() && config["responseMimeType"] != json!("application/json") {
        return Err("response_schema only with response mimetype 'application/json'".to_owned());
    }
    if config
        .get("maxOutputTokens")
        .is_some_and(|tokens| tokens.as_u64().is_none_or(|tokens| tokens > 65_536))
    {
        return Err("max_output_tokens out of range".to_owned());
    }
    let Some(thinking) = config.get("thinkingConfig") else { return Ok(()) };
    only_keys(thinking, &["thinkingLevel", "includeThoughts"], "generation_config.thinking_config")?;
    match thinking["thinkingLevel"].as_str() {
        None | Some("minimal" | "low" | "medium" | "high") => Ok(()),
        Some(other) => Err(format!("Invalid value at 'thinking_level', \"{other}\"")),
    }
}

fn check_parts(parts: &Value) -> Result<(), String> {
    let parts = parts.as_array().filter(|parts| !parts.is_empty()).ok_or("parts must not be empty")?;
    for part in parts {
        only_keys(part, &["text"], "parts")?;
        if part["text"].as_str().is_none_or(str::is_empty) {
            return Err("part.text: must have one initialized field".to_owned());
        }
    }
    Ok(())
}

/// What makes a schema too large for the real service.
#[derive(Default)]
struct Weight {
    properties: usize,
    enum_chars: usize,
    longest_enum: usize,
}

impl Weight {
    fn is_too_much(&self) -> bool {
        self.properties > MAX_PROPERTIES
            || self.enum_chars > MAX_ENUM_CHARS
            || self.longest_enum > MAX_ENUM_VALUES
    }
}

fn check_schema(schema: &Value, weight: &mut Weight) -> Result<(), String> {
    let known = [
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "items",
        "properties",
        "required",
        "propertyOrdering",
    ];
    only_keys(schema, &known, "generation_config.response_schema")?;
    let kind = schema["type"].as_str().unwrap_or_default();
    if !["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"].contains(&kind) {
        return Err(format!("Invalid value at 'response_schema.type', \"{kind}\""));
    }
    if schema.get("nullable").is_some_and(|nullable| !nullable.is_boolean()) {
        return Err("nullable must be a boolean".to_owned());
    }
    if let Some(values) = schema.get("enum") {
        if kind != "STRING" {
            return Err("enum: only allowed for STRING type".to_owned());
        }
        let values = values.as_array().filter(|values| !values.is_empty()).ok_or("enum: cannot be empty")?;
        for value in values {
            let value = value.as_str().filter(|value| !value.is_empty()).ok_or("enum[n]: cannot be empty")?;
            weight.enum_chars += value.chars().count();
        }
        weight.longest_enum = weight.longest_enum.max(values.len());
    }
    match schema.get("items") {
        Some(items) if kind == "ARRAY" => check_schema(items, weight)?,
        None if kind != "ARRAY" => {}
        _ => return Err("items: missing field, or only for ARRAY".to_owned()),
    }
    if kind == "OBJECT" { check_object(schema, weight) } else { Ok(()) }
}

fn check_object(schema: &Value, weight: &mut Weight) -> Result<(), String> {
    let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
    let properties = properties.ok_or("properties: should be non-empty for OBJECT type")?;
    for list in ["required", "propertyOrdering"] {
        let mut named = schema[list].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(unknown) = named.find(|name| !properties.contains_key(*name)) {
            return Err(format!("{list}: property is not defined: {unknown}"));
        }
    }
    weight.properties += properties.len();
    properties.values().try_for_each(|property| check_schema(property, weight))
}
