//! When a failed entry is tried again, and when it is given up.
//!
//! Exponential back-off with full jitter: the pause is drawn evenly between zero and a bound that grows
//! fourfold with each attempt, so that entries which failed together do not come back together.

use std::time::Duration;

/// How often the work may fail before the entry is given up.
pub const MAX_ATTEMPTS: u32 = 3;

/// How often a worker may die on an entry before it is given up: a poison video must not loop.
pub const MAX_CRASHES: u32 = 3;

/// The bound of the first pause.
pub const FIRST_BOUND: Duration = Duration::from_secs(1);

/// No pause of our own making is longer, however many attempts there were.
pub const LONGEST_BOUND: Duration = Duration::from_mins(5);

/// No other party may make us wait longer than this by its Retry-After.
pub const LONGEST_FLOOR: Duration = Duration::from_hours(1);

/// The pause before attempt number `failed + 1`, given how many attempts failed (1 or more).
///
/// `chance` is a random number between 0 and 1; `floor` is the other side's Retry-After.
pub fn pause(failed: u32, chance: f64, floor: Option<Duration>) -> Duration {
    let bound = bound(failed);
    let jittered = bound.mul_f64(chance.clamp(0.0, 1.0));
    jittered.max(floor.unwrap_or_default().min(LONGEST_FLOOR))
}

/// The longest pause after this many failures.
pub fn bound(failed: u32) -> Duration {
    let growth = 4_u32.checked_pow(failed.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_BOUND.checked_mul(growth).unwrap_or(LONGEST_BOUND).min(LONGEST_BOUND)
}

/// However often a database could not be asked, it is asked again after this: its owner may have mended it in
/// Notion, where nobody tells us.
pub const LONGEST_REST: Duration = Duration::from_hours(1);

/// The pause before a database is asked again, given how many polls of it failed in a row (1 or more): one bad poll
/// changes nothing, from the second one on the pace halves each time.
pub fn rest(interval: Duration, failed: u32) -> Duration {
    doubling(interval, failed.saturating_sub(1), LONGEST_REST.max(interval))
}

/// The pause before a dead stage or chain is brought back: doubling from `first` up to `longest`.
pub fn doubling(first: Duration, restarts: u32, longest: Duration) -> Duration {
    let growth = 2_u32.checked_pow(restarts).unwrap_or(u32::MAX);
    first.checked_mul(growth).unwrap_or(longest).min(longest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bounds_are_one_four_and_sixteen_seconds() {
        assert_eq!([1, 2, 3].map(|failed| bound(failed).as_secs()), [1, 4, 16]);
    }

    #[test]
    fn a_database_that_cannot_be_asked_is_asked_rarer_each_time_down_to_once_an_hour() {
        let minutes = |failed| rest(Duration::from_mins(1), failed).as_secs() / 60;
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8, u32::MAX].map(minutes), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let day = Duration::from_hours(24);
        assert_eq!([rest(day, 1), rest(day, 9)], [day, day], "never more often than those that work");
    }

    proptest! {
        #[test]
        fn a_pause_lies_between_the_floor_and_the_larger_of_floor_and_bound(
            failed in 0_u32..200,
            chance in 0.0_f64..=1.0,
            floor in proptest::option::of(0_u64..10_000),
        ) {
            let floor = floor.map(Duration::from_secs);
            let effective = floor.unwrap_or_default().min(LONGEST_FLOOR);
            let pause = pause(failed, chance, floor);
            prop_assert!(pause >= effective);
            prop_assert!(pause <= bound(failed).max(effective));
        }

        #[test]
        fn bounds_never_shrink_and_never_pass_the_longest(failed in 0_u32..1_000) {
            prop_assert!(bound(failed) <= bound(failed + 1));
            prop_assert!(bound(failed) <= LONGEST_BOUND);
        }

        #[test]
        fn full_jitter_uses_the_whole_range(failed in 1_u32..6) {
            prop_assert_eq!(pause(failed, 0.0, None), Duration::ZERO);
            prop_assert_eq!(pause(failed, 1.0, None), bound(failed));
        }

        #[test]
        fn restarts_double_up_to_the_longest(restarts in 0_u32..100) {
            let longest = Duration::from_mins(10);
            let now = doubling(Duration::from_secs(1), restarts, longest);
            let next = doubling(Duration::from_secs(1), restarts + 1, longest);
            prop_assert!(now <= next && next <= longest);
        }
    }
}
