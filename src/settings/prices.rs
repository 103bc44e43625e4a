//! What the operator says the paid engines cost: texts that are exact prices, checked here, counted elsewhere.
//!
//! Fails with the key of a text that is no price.

use super::reader::{Reader, SettingsError};

/// What the paid engines cost, in dollars as people write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// A minute of speech.
    pub speech_per_minute: String,
    /// A thousand images.
    pub image_per_1000: String,
    /// A million tokens sent to a model.
    pub tokens_in_per_million: String,
    /// A million tokens answered by it.
    pub tokens_out_per_million: String,
}

/// Reads the prices.
pub(super) fn read(from: &Reader) -> Result<PriceList, SettingsError> {
    let price = |key: &str| {
        let text = from.required(key)?;
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let are_digits = |digits: &str, most| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        if are_digits(whole, 6) && are_digits(part, 6) {
            return Ok(text.trim().to_owned());
        }
        let fix = "Write dollars with at most six digits behind the point, such as 0.006.";
        Err(from.error(key, &format!("`{text}` is no price"), fix))
    };
    Ok(PriceList {
        speech_per_minute: price("PRICE_SPEECH_PER_MINUTE")?,
        image_per_1000: price("PRICE_IMAGE_PER_1000")?,
        tokens_in_per_million: price("PRICE_TOKENS_IN_PER_MILLION")?,
        tokens_out_per_million: price("PRICE_TOKENS_OUT_PER_MILLION")?,
    })
}
