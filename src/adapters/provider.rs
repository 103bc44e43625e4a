//! What the paid providers have in common: an address the operator gives, a key that is never printed,
//! texts that are cleaned before they go on.
//!
//! Takes settings and strangers' texts; fails as permanent when a setting cannot be used at all.

use anyhow::{Context, anyhow};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};

/// The address of one method below the base the operator gave, whether or not that ends with a slash.
pub(super) fn endpoint(base: &Url, path: &str) -> Outcome<Url> {
    if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
        return Err(misconfigured(anyhow!("a provider's base URL must be an http or https address")));
    }
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whose service stands at this base URL: the one people know by name, or any other by its place.
pub(super) fn party_at(base: &Url, known_host: &str, name: &str) -> Party {
    match (base.host_str().unwrap_or_default(), base.port()) {
        (host, None) if host == known_host => Party::new(name),
        (host, None) => Party::new(host),
        (host, Some(port)) => Party::new(format!("{host}:{port}")),
    }
}

/// A header with a key in it, marked so that no log ever shows it; none for an empty key, which
/// servers without keys are run with.
pub(super) fn key_header(before: &str, key: &SecretString) -> Outcome<Option<HeaderValue>> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return Ok(None);
    }
    let mut header = HeaderValue::from_str(&format!("{before}{key}"))
        .context("a provider's key has characters that no header can carry")
        .map_err(misconfigured)?;
    header.set_sensitive(true);
    Ok(Some(header))
}

/// A model's name as it may stand in a path or a form.
pub(super) fn model_name(model: impl Into<String>) -> Outcome<String> {
    let model: String = model.into();
    let known = |letter: char| letter.is_ascii_alphanumeric() || "-._/:@".contains(letter);
    if model.is_empty() || !model.chars().all(known) || model.contains("..") {
        return Err(misconfigured(anyhow!("`{}` cannot be the name of a model", model.escape_debug())));
    }
    Ok(model)
}

/// A setting no retry can mend.
pub(super) fn misconfigured(cause: anyhow::Error) -> Failure {
    Failure::permanent(Reason::ProviderAccount, cause)
}

/// A stranger's text as one clean line: nothing invisible, single spaces.
pub(super) fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    visible.chars().filter(|letter| !is_invisible(*letter)).collect::<String>().split_whitespace().fold(
        String::with_capacity(text.len()),
        |mut line, word| {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            line
        },
    )
}

/// Letters no reader sees: zero-width ones, those that turn the direction of a text, and tags. They
/// serve to hide orders in a text, never to write one. Joiners stay: Persian, Hindi and emoji need them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::failure::Kind;

    #[test]
    fn a_base_url_may_end_with_a_slash_or_without_one() {
        for base in ["https://api.example.com/v1", "https://api.example.com/v1/"] {
            let url = endpoint(&Url::parse(base).unwrap(), "/audio/transcriptions").unwrap();
            assert_eq!(url.as_str(), "https://api.example.com/v1/audio/transcriptions");
        }
        let url = endpoint(&Url::parse("http://127.0.0.1:9000").unwrap(), "/v1/images:annotate").unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:9000/v1/images:annotate");
    }

    #[test]
    fn a_base_url_that_is_no_web_address_is_refused() {
        for base in ["file:///etc", "mailto:me@example.com", "ftp://example.com"] {
            let failure = endpoint(&Url::parse(base).unwrap(), "/x").unwrap_err();
            assert_eq!(failure.kind, Kind::Permanent(Reason::ProviderAccount), "{base}");
        }
    }

    #[test]
    fn a_service_is_known_by_its_name_and_a_server_of_ones_own_by_its_place() {
        for (base, name) in [
            ("https://api.openai.com/v1", "OpenAI"),
            ("https://api.openai.com:443/v1", "OpenAI"),
            ("https://models.example/v1", "models.example"),
            ("http://key@127.0.0.1:9000/v1", "127.0.0.1:9000"),
        ] {
            let party = party_at(&Url::parse(base).unwrap(), "api.openai.com", "OpenAI");
            assert_eq!(party.name(), name, "{base}");
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        let header = key_header("Bearer ", &SecretString::from("sk-secret")).unwrap().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer sk-secret");
        assert!(!format!("{header:?}").contains("secret"));
        let failure = key_header("", &SecretString::from("sk\nsecret")).unwrap_err();
        assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
    }

    #[test]
    fn a_model_name_cannot_leave_its_place_in_the_path() {
        assert!(model_name("Systran/faster-whisper-base").is_ok());
        for bad in ["", "../files", "a b", "x?key=1", "gemini\r\nx: y"] {
            assert!(model_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hidden_letters_and_line_breaks_vanish_from_a_line() {
        assert_eq!(one_line(" Prix\u{200b}:\n12\u{202e} €\u{0}\t!"), "Prix: 12 € !");
        assert_eq!(one_line("👩\u{200d}🍳"), "👩\u{200d}🍳");
    }
}
