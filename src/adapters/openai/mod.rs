//! `OpenAI` and the many servers that speak like it: speech to text, and chat as a summarizer.
//!
//! Both take the base URL (with `/v1`), a key (empty for servers without one) and a model. What an error
//! answer means stands in `provider_errors`.

mod chat;
mod languages;
mod speech;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};

pub use chat::OpenAiChat;
pub use speech::{MAX_AUDIO_BYTES, OpenAiSpeech};

/// Adds the key, where there is one.
fn authorized(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
    match key {
        Some(key) => request.header(AUTHORIZATION, key.clone()),
        None => request,
    }
}
