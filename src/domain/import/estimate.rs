//! What taking a collection in will take: time, and units of paid work, times their prices.
//!
//! A rough number before the work, by averages stated here; what was really used is counted elsewhere.

use crate::domain::cost::{self, MicroDollars};
use serde::{Deserialize, Serialize};

/// Speech in a saved video, in minutes: most have 15 to 60 seconds.
pub const SPEECH_MINUTES_PER_VIDEO: f64 = 0.75;

/// Pictures read of a video, after those that repeat each other were left out.
pub const IMAGES_PER_VIDEO: f64 = 8.0;

/// Tokens sent for the note of a video: columns, caption, transcript, screen text.
pub const TOKENS_IN_PER_VIDEO: f64 = 4_000.0;

/// Tokens of the note.
pub const TOKENS_OUT_PER_VIDEO: f64 = 500.0;

/// Rows made in a minute: a third of the requests Notion allows one connection, so that links saved meanwhile
/// are not held up.
pub const ROWS_PER_MINUTE: u32 = 60;

/// Units of paid work.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Units {
    /// Minutes of speech written down.
    pub speech_minutes: f64,
    /// Pictures read.
    pub images: f64,
    /// Tokens sent to the model.
    pub tokens_in: f64,
    /// Tokens the model writes.
    pub tokens_out: f64,
}

/// What one unit costs, in one currency; nothing where the work is done on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Prices {
    /// A minute of speech.
    pub speech_minute: f64,
    /// A picture.
    pub image: f64,
    /// A million tokens sent.
    pub million_tokens_in: f64,
    /// A million tokens written.
    pub million_tokens_out: f64,
}

impl From<cost::Prices> for Prices {
    fn from(list: cost::Prices) -> Self {
        Self {
            speech_minute: dollars(list.speech_per_minute),
            image: dollars(list.image_per_1000) / 1000.0,
            million_tokens_in: dollars(list.tokens_in_per_million),
            million_tokens_out: dollars(list.tokens_out_per_million),
        }
    }
}

/// An estimate needs no exact sums.
#[expect(clippy::cast_precision_loss, reason = "prices are small")]
fn dollars(amount: MicroDollars) -> f64 {
    amount.0 as f64 / 1e6
}

/// What a number of links will take.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Estimate {
    /// Links.
    pub links: u64,
    /// Paid work.
    pub units: Units,
    /// What it costs at the operator's prices; 0 where the work is done on this machine.
    pub cost: f64,
    /// Minutes until all rows are made, rounded up; their videos are read behind new links, which takes longer.
    pub minutes: u64,
}

/// The work behind so many links.
#[expect(clippy::cast_precision_loss, reason = "an estimate of at most some thousand links")]
pub fn units(links: u64) -> Units {
    let links = links as f64;
    Units {
        speech_minutes: links * SPEECH_MINUTES_PER_VIDEO,
        images: links * IMAGES_PER_VIDEO,
        tokens_in: links * TOKENS_IN_PER_VIDEO,
        tokens_out: links * TOKENS_OUT_PER_VIDEO,
    }
}

/// What the work costs.
pub fn cost(units: &Units, prices: &Prices) -> f64 {
    units.speech_minutes * prices.speech_minute
        + units.images * prices.image
        + units.tokens_in / 1e6 * prices.million_tokens_in
        + units.tokens_out / 1e6 * prices.million_tokens_out
}

/// What so many links will take at these prices.
pub fn estimate(links: u64, prices: &Prices) -> Estimate {
    let units = units(links);
    Estimate { links, units, cost: cost(&units, prices), minutes: links.div_ceil(u64::from(ROWS_PER_MINUTE)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_links_cost_a_hundred_times_one_and_nothing_on_ones_own_machine() {
        let prices =
            Prices { speech_minute: 0.006, image: 0.0015, million_tokens_in: 0.3, million_tokens_out: 2.5 };
        let hundred = estimate(100, &prices);
        // 75 minutes, 800 pictures, 0.4 and 0.05 million tokens.
        assert!((hundred.cost - (0.45 + 1.2 + 0.12 + 0.125)).abs() < 1e-9, "{hundred:?}");
        assert_eq!(
            (hundred.minutes, estimate(121, &prices).minutes, estimate(0, &prices).minutes),
            (2, 3, 0)
        );
        assert!(estimate(100, &Prices::default()).cost.abs() < f64::EPSILON);
    }
}
