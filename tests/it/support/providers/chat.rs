//! `POST /chat/completions` with the rules of `OpenAI`'s strict structured outputs.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::only_keys;
use super::script::{Refusal, Script, Service};
use super::speech::{bad, bearer, error_body, refusal};

const MODELS: [&str; 2] = ["gpt-5-mini", "gpt-4o-mini"];

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/openai/v1/chat/completions", web::post().to(complete));
}

async fn complete(script: web::Data<Script>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let server = script.read(|state| Server {
        models: state.models.clone(),
        refuse_schemas: state.refuse_schemas,
        refuse_formats: state.refuse_formats,
        keyless: state.keyless,
    });
    let check = async { check(&request, &body, &server) };
    let answer = |keys: Vec<String>| {
        let message = json!({"role": "assistant", "content": script.next_answer(&keys), "refusal": null});
        json!({"id": "chatcmpl-1", "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1100}})
    };
    script.serve(Service::Chat, check, answer, error_body).await
}

/// What kind of server it is just now.
struct Server {
    models: Vec<String>,
    refuse_schemas: bool,
    refuse_formats: bool,
    keyless: bool,
}

/// Gives the keys the schema asks for.
fn check(request: &HttpRequest, body: &[u8], server: &Server) -> Result<(Vec<String>, Value), Refusal> {
    let models = &server.models;
    if !server.keyless {
        bearer(request)?;
    } else if request.headers().contains_key("authorization") {
        return Err(bad("", "this server knows no keys"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| bad("", &error.to_string()))?;
    let limit = if server.refuse_formats { "max_tokens" } else { "max_completion_tokens" };
    let known: &[&str] = if server.refuse_formats {
        &["model", "messages"]
    } else {
        &["model", "messages", "response_format", "temperature"]
    };
    let known = [known, &[limit]].concat();
    only_keys(&body, &known, "body").map_err(|message| bad("", &message))?;
    let model = body["model"].as_str().unwrap_or_default();
    if !(models.iter().any(|name| name == model) || (models.is_empty() && MODELS.contains(&model))) {
        return Err(refusal(404, Some("model_not_found"), "model", "The model does not exist"));
    }
    check_messages(&body["messages"]).map_err(|message| bad("messages", &message))?;
    if server.refuse_formats {
        return Ok((Vec::new(), body));
    }
    let format = &body["response_format"];
    let keys = match format["type"].as_str() {
        Some("json_object") => {
            let said = body["messages"].to_string().to_lowercase();
            // The real service insists that the word stands in a message.
            if !said.contains("json") {
                return Err(bad("messages", "'messages' must contain the word 'json' in some form"));
            }
            Vec::new()
        }
        Some("json_schema") if server.refuse_schemas => {
            return Err(bad("response_format", "Invalid parameter: 'response_format' is not supported"));
        }
        Some("json_schema") => {
            let inner = &format["json_schema"];
            strict(&inner["schema"]).map_err(|message| bad("response_format", &message))?;
            let properties = inner["schema"]["properties"].as_object();
            properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
        }
        _ => return Err(bad("response_format", "unknown response_format")),
    };
    Ok((keys, body))
}

fn check_messages(messages: &Value) -> Result<(), String> {
    let messages = messages.as_array().filter(|messages| !messages.is_empty()).ok_or("messages is empty")?;
    for message in messages {
        only_keys(message, &["role", "content"], "messages")?;
        let known = matches!(message["role"].as_str(), Some("system" | "developer" | "user" | "assistant"));
        let told = message["content"].as_str().is_some_and(|text| !text.is_empty());
        if !(known && told) {
            return Err(format!("invalid message {message}"));
        }
    }
    Ok(())
}

/// Every object of a strict schema names all its keys as required and allows no others.
fn strict(schema: &Value) -> Result<(), String> {
    let known = ["type", "properties", "required", "additionalProperties", "items", "enum", "description"];
    only_keys(schema, &known, "schema")?;
    if let Some(properties) = schema["properties"].as_object() {
        let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        keys.sort_unstable();
        required.sort_unstable();
        if keys != required || schema["additionalProperties"] != json!(false) {
            return Err("'required' must include every key, 'additionalProperties' must be false".to_owned());
        }
        properties.values().try_for_each(strict)?;
    }
    schema.get("items").map_or(Ok(()), strict)
}
