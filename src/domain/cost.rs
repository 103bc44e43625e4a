//! What a paid engine did, and what that costs: whole numbers only, in millionths of a dollar.
//!
//! Takes what adapters report and the operator's prices; gives amounts. Engines on this machine report
//! nothing and cost nothing. Cannot fail: sums that would overflow stay at the largest number.

use std::fmt;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroDollars(pub u64);

/// Millionths in one dollar.
const MICROS: u64 = 1_000_000;

/// What a provider bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Speech listened to, in milliseconds.
    pub speech_ms: u64,
    /// Images read.
    pub images: u64,
    /// Tokens a model was sent.
    pub tokens_in: u64,
    /// Tokens a model answered, its thoughts included.
    pub tokens_out: u64,
    /// Requests that were answered.
    pub calls: u64,
}

/// What providers ask for, in millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prices {
    /// For a minute of speech.
    pub speech_per_minute: MicroDollars,
    /// For a thousand images.
    pub image_per_1000: MicroDollars,
    /// For a million tokens sent.
    pub tokens_in_per_million: MicroDollars,
    /// For a million tokens answered.
    pub tokens_out_per_million: MicroDollars,
}

/// What was used, and what it cost when it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Spent {
    /// What was used.
    pub usage: Usage,
    /// What it cost.
    pub amount: MicroDollars,
}

impl Usage {
    /// Whether nothing is billed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Speech of this many seconds, heard in one request. Nonsense counts as none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to int casts saturate, and the number is not negative"
    )]
    pub fn of_speech(seconds: f64) -> Self {
        Self { speech_ms: (seconds.max(0.0) * 1_000.0).round() as u64, calls: 1, ..Self::default() }
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            speech_ms: self.speech_ms.saturating_add(other.speech_ms),
            images: self.images.saturating_add(other.images),
            tokens_in: self.tokens_in.saturating_add(other.tokens_in),
            tokens_out: self.tokens_out.saturating_add(other.tokens_out),
            calls: self.calls.saturating_add(other.calls),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What a use costs. Each part is rounded once, half up.
pub fn cost(usage: &Usage, prices: &Prices) -> MicroDollars {
    let parts = [
        share(usage.speech_ms, prices.speech_per_minute, 60_000),
        share(usage.images, prices.image_per_1000, 1_000),
        share(usage.tokens_in, prices.tokens_in_per_million, 1_000_000),
        share(usage.tokens_out, prices.tokens_out_per_million, 1_000_000),
    ];
    MicroDollars(parts.into_iter().fold(0, u64::saturating_add))
}

/// The price of `amount` units where `per` units have this price.
fn share(amount: u64, price: MicroDollars, per: u64) -> u64 {
    let exact = u128::from(amount) * u128::from(price.0) + u128::from(per / 2);
    u64::try_from(exact / u128::from(per)).unwrap_or(u64::MAX)
}

impl MicroDollars {
    /// Reads dollars as people write them, such as `0.006`; `None` for anything but digits with at most six
    /// of them behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 6 {
            return None;
        }
        let part: u64 = format!("{part:0<6}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(MICROS)?.checked_add(part).map(Self)
    }
}

/// `$0.0123`: four digits behind the point, enough to tell one link from another.
impl fmt::Display for MicroDollars {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths_of_cents = self.0.saturating_add(50) / 100;
        write!(out, "${}.{:04}", hundredths_of_cents / 10_000, hundredths_of_cents % 10_000)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;

    fn prices() -> Prices {
        Prices {
            speech_per_minute: MicroDollars::parse("0.006").unwrap(),
            image_per_1000: MicroDollars::parse("1.50").unwrap(),
            tokens_in_per_million: MicroDollars::parse("0.30").unwrap(),
            tokens_out_per_million: MicroDollars::parse("2.50").unwrap(),
        }
    }

    #[test]
    fn a_minute_of_video_costs_what_the_price_lists_say() {
        let table = [
            (Usage::of_speech(60.0), 6_000, "$0.0060"),
            (Usage { images: 20, ..Usage::default() }, 30_000, "$0.0300"),
            (Usage { tokens_in: 4_000, tokens_out: 800, calls: 1, ..Usage::default() }, 3_200, "$0.0032"),
            (Usage { calls: 3, ..Usage::default() }, 0, "$0.0000"),
            (Usage { speech_ms: 5, ..Usage::default() }, 1, "$0.0000"),
        ];
        for (usage, micros, shown) in table {
            assert_eq!(cost(&usage, &prices()), MicroDollars(micros), "{usage:?}");
            assert_eq!(cost(&usage, &prices()).to_string(), shown);
        }
    }

    #[test]
    fn prices_are_read_exactly_and_nonsense_is_refused() {
        assert_eq!(MicroDollars::parse(" 0.0045 "), Some(MicroDollars(4_500)));
        assert_eq!(MicroDollars::parse("3"), Some(MicroDollars(3_000_000)));
        for nonsense in ["", ".", "1.", ".5", "-1", "1e3", "0.0000001", "1,5", "99999999999999999999"] {
            assert_eq!(MicroDollars::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_strange_length_is_no_speech() {
        for seconds in [f64::NAN, -3.0, f64::NEG_INFINITY] {
            assert_eq!(Usage::of_speech(seconds).speech_ms, 0);
        }
    }

    proptest! {
        #[test]
        fn more_use_never_costs_less_and_nothing_overflows(
            one in any::<[u64; 4]>(), other in any::<[u64; 4]>(), price in any::<[u64; 4]>()
        ) {
            let used = |of: [u64; 4]| Usage {
                speech_ms: of[0], images: of[1], tokens_in: of[2], tokens_out: of[3], calls: 1,
            };
            let prices = Prices {
                speech_per_minute: MicroDollars(price[0]), image_per_1000: MicroDollars(price[1]),
                tokens_in_per_million: MicroDollars(price[2]), tokens_out_per_million: MicroDollars(price[3]),
            };
            prop_assert!(cost(&(used(one) + used(other)), &prices) >= cost(&used(one), &prices));
        }
    }
}
