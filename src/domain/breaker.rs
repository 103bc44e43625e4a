//! When a party is taken for out of order, and for how long it is left alone.

use std::time::Duration;

use super::backoff;

/// Failures in a row, without an answer in between, that mean a party is out of order.
pub const THRESHOLD: u32 = 3;

/// The first pause: long enough for a restart on the other side.
pub const FIRST_PAUSE: Duration = Duration::from_secs(15);

/// A party is tried at least this often, so that entries go on soon after it is back.
pub const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long others are kept back while one entry tries: a download and one call.
pub const TRIAL: Duration = Duration::from_secs(30);

/// How long trouble is remembered of a party that is not asked any more: what happened a day ago says
/// nothing of today.
pub const MEMORY: Duration = Duration::from_hours(24);

/// How long an entry waits for parties out of order, altogether, before its owner is told that it failed.
pub const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How long parties out of order are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// The first pause; each further one doubles.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// How long others are kept back while one entry tries.
    pub trial: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { first: FIRST_PAUSE, longest: LONGEST_PAUSE, trial: TRIAL }
    }
}

impl Pauses {
    /// The pause after so many failures in a row; `None` while the party still counts as in order.
    pub fn after(&self, failures: u32) -> Option<Duration> {
        let trials = failures.checked_sub(THRESHOLD)?;
        Some(backoff::doubling(self.first, trials, self.longest))
    }
}

/// When an entry comes back after a party's pause: soon after it, but not all at once.
pub fn come_back(pause: Duration, chance: f64) -> Duration {
    /// Short for the few entries of a small service; many of a large one need the longer spread.
    const LEAST_SPREAD: Duration = Duration::from_secs(2);
    pause + LEAST_SPREAD.max(pause / 2).mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_failures_are_bad_luck_and_three_are_an_outage_with_growing_pauses() {
        let pauses: Vec<_> =
            (0..10).map(|failures| Pauses::default().after(failures).map(|pause| pause.as_secs())).collect();
        let grown = [15, 30, 60, 120, 240, 300, 300].map(Some);
        assert_eq!(pauses, [&[None; 3][..], &grown[..]].concat());
    }

    #[test]
    fn nobody_comes_back_before_the_pause_is_over_and_not_all_at_once() {
        let pause = Duration::from_mins(1);
        assert_eq!(come_back(pause, 0.0), pause);
        assert_eq!(come_back(pause, 1.0), Duration::from_secs(90));
        assert_eq!(come_back(Duration::ZERO, 1.0), Duration::from_secs(2));
    }
}
