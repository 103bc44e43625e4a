//! What taking a collection in will take: time, and units of paid work, times their prices.
//!
//! A rough number before the work, by averages stated here; what was really used is counted elsewhere.

use serde::{Deserialize, Serialize};

use crate::domain::cost::{self, MicroDollars, Prices, Usage};

/// Speech in a saved video, in milliseconds: most have 15 to 60 seconds.
pub const SPEECH_MS_PER_VIDEO: u64 = 45_000;

/// Pictures read of a video, after those that repeat each other were left out.
pub const IMAGES_PER_VIDEO: u64 = 8;

/// Tokens sent for the note of a video: columns, caption, transcript, screen text.
pub const TOKENS_IN_PER_VIDEO: u64 = 4_000;

/// Tokens of the note.
pub const TOKENS_OUT_PER_VIDEO: u64 = 500;

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

/// What a number of links will take.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Estimate {
    /// Links.
    pub links: u64,
    /// Paid work.
    pub units: Units,
    /// What it costs in dollars at the operator's prices; 0 where the work is done on this machine.
    pub cost: f64,
    /// Minutes until all rows are made, rounded up; their videos are read behind new links, which takes longer.
    pub minutes: u64,
}

/// The paid work behind so many links.
fn usage(links: u64) -> Usage {
    Usage {
        speech_ms: links.saturating_mul(SPEECH_MS_PER_VIDEO),
        images: links.saturating_mul(IMAGES_PER_VIDEO),
        tokens_in: links.saturating_mul(TOKENS_IN_PER_VIDEO),
        tokens_out: links.saturating_mul(TOKENS_OUT_PER_VIDEO),
        calls: 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate of at most some thousand links")]
impl From<&Usage> for Units {
    fn from(usage: &Usage) -> Self {
        Self {
            speech_minutes: usage.speech_ms as f64 / 60_000.0,
            images: usage.images as f64,
            tokens_in: usage.tokens_in as f64,
            tokens_out: usage.tokens_out as f64,
        }
    }
}

/// An estimate needs no exact sums.
#[expect(clippy::cast_precision_loss, reason = "a sum of some dollars")]
fn dollars(amount: MicroDollars) -> f64 {
    amount.0 as f64 / 1e6
}

/// What so many links will take at these prices.
pub fn estimate(links: u64, prices: &Prices) -> Estimate {
    let usage = usage(links);
    Estimate {
        links,
        units: Units::from(&usage),
        cost: dollars(cost::cost(&usage, prices)),
        minutes: links.div_ceil(u64::from(ROWS_PER_MINUTE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_links_cost_a_hundred_times_one_and_nothing_on_ones_own_machine() {
        let prices = Prices {
            speech_per_minute: MicroDollars(6_000),
            image_per_1000: MicroDollars(1_500_000),
            tokens_in_per_million: MicroDollars(300_000),
            tokens_out_per_million: MicroDollars(2_500_000),
        };
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
