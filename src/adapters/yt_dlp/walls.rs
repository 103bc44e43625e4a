//! Walls: is the site tired of us, or is this one post not for everybody?
//!
//! Instagram limits anonymous readers by asking them to log in, in the same words with which it hides a single post;
//! `YouTube` asks an address it suspects to prove that it is no robot's. Takes each wall a link met and each video that
//! came; gives whether this link waits, everybody does, or the wall is believed. Whoever saves hidden posts must not
//! shut a site for all: only several links that are new to the wall, with no video in between, say something of the
//! site. Kept in memory: after a restart, or on another instance, a link waits a little longer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Error;
use tracing::warn;

use super::refusal::RATE_LIMIT_PAUSE;
use crate::domain::reason::Reason;
use crate::domain::waiting::{Party, Waiting};
use crate::failure::Failure;

/// A limit on anonymous readers is over within an hour or so. What asks for a login all that time shows
/// nothing without one, and its owner should know.
const LONGEST_LIMIT: Duration = Duration::from_hours(6);

/// So many new links that meet a wall one after the other are no chance: hidden posts are rare.
const MANY_WALLS: usize = 5;

/// How long a wall says something of its site.
const FRESH: Duration = Duration::from_hours(1);

/// The longest a single link waits before it asks again; its pauses double up to this.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// From this many links on, old ones are forgotten. A link costs about 200 bytes.
const MANY_LINKS: usize = 1_000;

/// What a wall means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wall {
    /// It stands before this link, as far as is known: the link waits so long.
    Own(Duration),
    /// It stands before one link after the other: everybody waits.
    Everybodys,
    /// It stands before this link alone, or for good.
    Lasting,
}

/// The walls met so far at each site, and when a video last came through.
#[derive(Debug, Default)]
pub(super) struct Walls(Mutex<HashMap<String, Known>>);

#[derive(Debug, Default)]
struct Known {
    met: HashMap<String, Met>,
    got_through: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Met {
    first: Instant,
    times: u32,
}

impl Walls {
    /// The failure behind a wall a link of this site met; `lasting` is told where it is believed.
    pub(super) fn judge(&self, site: &str, link: &str, cause: Error, lasting: Reason) -> Failure {
        match self.met(site, link, Instant::now()) {
            Wall::Own(pause) => Failure::transient(cause).waits(Waiting::Limited(Party::new(site)), pause),
            Wall::Everybodys => {
                warn!(
                    site,
                    "every new link meets a wall: the site may want a login (YTDLP_COOKIES_FILE) or another \
                     address (DOWNLOAD_PROXY)"
                );
                Failure::wait(Some(RATE_LIMIT_PAUSE), cause)
            }
            Wall::Lasting => Failure::permanent(lasting, cause),
        }
    }

    /// A video of this site came through.
    pub(super) fn passed(&self, site: &str, link: &str, now: Instant) {
        let mut sites = self.lock();
        let known = sites.entry(site.to_owned()).or_default();
        known.met.remove(link);
        known.got_through = Some(now);
    }

    /// A link of this site met a wall.
    fn met(&self, site: &str, link: &str, now: Instant) -> Wall {
        let mut sites = self.lock();
        let known = sites.entry(site.to_owned()).or_default();
        if known.met.len() >= MANY_LINKS {
            // An entry waits for a day at most, so nobody asks for these any more.
            known.met.retain(|_, met| now - met.first < LONGEST_LIMIT * 4);
        }
        let met = known.met.entry(link.to_owned()).or_insert(Met { first: now, times: 0 });
        met.times += 1;
        let Met { first, times } = *met;
        // One that was under way when the limit began tells nothing: a pause must lie in between.
        let others_pass = known.got_through.is_some_and(|at| at > first + RATE_LIMIT_PAUSE);
        if others_pass || now - first >= LONGEST_LIMIT {
            known.met.remove(link);
            return Wall::Lasting;
        }
        // A link that comes again is no news, so that few hidden posts cannot shut a site again and again.
        if times == 1 && known.fresh(now) >= MANY_WALLS {
            return Wall::Everybodys;
        }
        let doubled = RATE_LIMIT_PAUSE.saturating_mul(2_u32.saturating_pow(times - 1));
        Wall::Own(doubled.min(LONGEST_PAUSE))
    }

    /// Held for a look and a note only; nothing in between can panic and leave it half changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// How many links lately met a wall for the first time, since a video came through.
    fn fresh(&self, now: Instant) -> usize {
        let is_fresh = |met: &&Met| {
            now - met.first < FRESH && self.got_through.is_none_or(|through| through < met.first)
        };
        self.met.values().filter(is_fresh).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "Instagram";
    const POST: &str = "https://www.instagram.com/p/hidden";
    const OTHER: &str = "https://www.instagram.com/p/open";
    const PAUSE: Wall = Wall::Own(RATE_LIMIT_PAUSE);

    #[test]
    fn a_wall_is_a_limit_until_others_get_through_after_the_pause() {
        let (walls, start) = (Walls::default(), Instant::now());
        assert_eq!(walls.met(SITE, POST, start), PAUSE);
        walls.passed(SITE, OTHER, start + Duration::from_secs(2));
        let again = start + RATE_LIMIT_PAUSE + Duration::from_secs(5);
        let longer = Wall::Own(RATE_LIMIT_PAUSE * 2);
        assert_eq!(walls.met(SITE, POST, again), longer, "the other one was under way already");
        walls.passed("YouTube", OTHER, again + Duration::from_secs(1));
        assert!(matches!(walls.met(SITE, POST, again), Wall::Own(_)), "another site tells nothing");
        walls.passed(SITE, OTHER, again + Duration::from_secs(1));
        assert_eq!(walls.met(SITE, POST, again + RATE_LIMIT_PAUSE), Wall::Lasting);
    }

    #[test]
    fn a_wall_before_everybody_is_believed_after_some_hours_of_ever_longer_pauses() {
        let (walls, start) = (Walls::default(), Instant::now());
        let mut asked = Vec::new();
        let mut now = start;
        while let Wall::Own(pause) = walls.met(SITE, POST, now) {
            asked.push(pause.as_secs() / 60);
            now += pause;
        }
        assert_eq!(asked, [10, 20, 40, 60, 60, 60, 60, 60]);
        assert_eq!(walls.met(SITE, POST, now), PAUSE, "set back to pending it starts anew");
    }

    #[test]
    fn a_site_is_left_alone_once_several_new_links_met_a_wall_and_no_video_came_in_between() {
        let (walls, start) = (Walls::default(), Instant::now());
        let meet = |number: usize, at: Instant| walls.met(SITE, &format!("{POST}{number}"), at);
        for number in 1..MANY_WALLS {
            assert_eq!(meet(number, start), PAUSE, "{number}");
        }
        // The same few hidden posts shut nothing, however often they come.
        for minutes in (10..60).step_by(10) {
            for number in 1..MANY_WALLS {
                let wall = meet(number, start + Duration::from_mins(minutes));
                assert!(matches!(wall, Wall::Own(_)), "{number} after {minutes} minutes: {wall:?}");
            }
        }
        let later = start + Duration::from_mins(59);
        assert_eq!(meet(MANY_WALLS, later), Wall::Everybodys);
        assert_eq!(meet(MANY_WALLS + 1, later), Wall::Everybodys);
        walls.passed(SITE, OTHER, later + Duration::from_secs(1));
        assert_eq!(meet(MANY_WALLS + 2, later + Duration::from_secs(2)), PAUSE);
    }

    #[test]
    fn walls_of_hours_ago_say_nothing_of_the_site() {
        let (walls, start) = (Walls::default(), Instant::now());
        for number in 0..10 {
            assert_eq!(walls.met(SITE, &format!("{POST}{number}"), start + FRESH / 4 * number), PAUSE);
        }
    }

    #[test]
    fn a_link_that_got_through_has_met_no_wall() {
        let (walls, start) = (Walls::default(), Instant::now());
        assert_eq!(walls.met(SITE, POST, start), PAUSE);
        walls.passed(SITE, POST, start + RATE_LIMIT_PAUSE * 2);
        assert_eq!(walls.met(SITE, POST, start + RATE_LIMIT_PAUSE * 3), PAUSE);
    }

    #[test]
    fn links_nobody_asks_for_any_more_are_forgotten() {
        let (walls, start) = (Walls::default(), Instant::now());
        for number in 0..MANY_LINKS {
            walls.met(SITE, &number.to_string(), start);
        }
        walls.met(SITE, POST, start + LONGEST_LIMIT * 5);
        assert_eq!(walls.lock().get(SITE).map(|known| known.met.len()), Some(1));
    }
}
