//! Login walls: is the site tired of readers without a login, or is this one post not for them?
//!
//! Instagram limits anonymous readers by asking them to log in, in the same words with which it hides a
//! single post. Takes each wall a link met and each video that came; gives whether to wait or to believe
//! the wall. Kept in memory: after a restart, or on another instance, a link waits a little longer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::refusal::RATE_LIMIT_PAUSE;

/// A limit on anonymous readers is over within an hour or so. What asks for a login all that time shows
/// nothing without one, and its owner should know.
const LONGEST_LIMIT: Duration = Duration::from_hours(6);

/// From this many links on, old ones are forgotten. A link costs about 200 bytes.
const MANY_LINKS: usize = 1_000;

/// What a wall means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wall {
    /// Everybody is asked to log in for now: wait.
    Limit,
    /// It stands before this link alone, or for good.
    Lasting,
}

/// The walls met so far, and when a video last came through.
#[derive(Debug, Default)]
pub(super) struct Walls(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    met_first: HashMap<String, Instant>,
    got_through: Option<Instant>,
}

impl Walls {
    /// A link met a wall.
    pub(super) fn met(&self, link: &str, now: Instant) -> Wall {
        let mut known = self.lock();
        if known.met_first.len() >= MANY_LINKS {
            // An entry waits for a day at most, so nobody asks for these any more.
            known.met_first.retain(|_, first| now - *first < LONGEST_LIMIT * 4);
        }
        let first = *known.met_first.entry(link.to_owned()).or_insert(now);
        // One that was under way when the limit began tells nothing: a pause must lie in between.
        let others_pass = known.got_through.is_some_and(|at| at > first + RATE_LIMIT_PAUSE);
        if others_pass || now - first >= LONGEST_LIMIT {
            known.met_first.remove(link);
            return Wall::Lasting;
        }
        Wall::Limit
    }

    /// A video came through.
    pub(super) fn passed(&self, link: &str, now: Instant) {
        let mut known = self.lock();
        known.met_first.remove(link);
        known.got_through = Some(now);
    }

    /// Held for a look and a note only; nothing in between can panic and leave it half changed.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &str = "https://www.instagram.com/p/hidden";
    const OTHER: &str = "https://www.instagram.com/p/open";

    #[test]
    fn a_wall_is_a_limit_until_others_get_through_after_the_pause() {
        let (walls, start) = (Walls::default(), Instant::now());
        assert_eq!(walls.met(POST, start), Wall::Limit);
        walls.passed(OTHER, start + Duration::from_secs(2));
        let again = start + RATE_LIMIT_PAUSE + Duration::from_secs(5);
        assert_eq!(walls.met(POST, again), Wall::Limit, "the other one was under way already");
        walls.passed(OTHER, again + Duration::from_secs(1));
        assert_eq!(walls.met(POST, again + RATE_LIMIT_PAUSE), Wall::Lasting);
    }

    #[test]
    fn a_wall_before_everybody_is_believed_after_some_hours() {
        let (walls, start) = (Walls::default(), Instant::now());
        for minutes in (0..360).step_by(10) {
            assert_eq!(walls.met(POST, start + Duration::from_mins(minutes)), Wall::Limit, "{minutes}");
        }
        assert_eq!(walls.met(POST, start + LONGEST_LIMIT), Wall::Lasting);
        assert_eq!(walls.met(POST, start + LONGEST_LIMIT), Wall::Limit, "set back to pending it starts anew");
    }

    #[test]
    fn a_link_that_got_through_has_met_no_wall() {
        let (walls, start) = (Walls::default(), Instant::now());
        assert_eq!(walls.met(POST, start), Wall::Limit);
        walls.passed(POST, start + RATE_LIMIT_PAUSE * 2);
        assert_eq!(walls.met(POST, start + RATE_LIMIT_PAUSE * 3), Wall::Limit);
    }

    #[test]
    fn links_nobody_asks_for_any_more_are_forgotten() {
        let (walls, start) = (Walls::default(), Instant::now());
        for number in 0..MANY_LINKS {
            walls.met(&number.to_string(), start);
        }
        walls.met(POST, start + LONGEST_LIMIT * 5);
        assert_eq!(walls.lock().met_first.len(), 1);
    }
}
