//! `OpenAI` and the many servers that speak like it: speech to text, and chat as a summarizer.
//!
//! Both take the base URL (with `/v1`), a key (empty for servers without one) and a model. What an error
//! answer means stands in `provider_errors`.

mod chat;
mod languages;
mod schema;
mod speech;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use url::Url;

use crate::adapters::provider::party_at;
use crate::domain::waiting::Party;

pub use chat::OpenAiChat;
pub use speech::{MAX_AUDIO_BYTES, OpenAiSpeech, longest_seconds};

/// Whose server it is.
fn party(base_url: &Url) -> Party {
    party_at(base_url, "api.openai.com", "OpenAI")
}

/// Adds the key, where there is one.
fn authorized(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
    match key {
        Some(key) => request.header(AUTHORIZATION, key.clone()),
        None => request,
    }
}
