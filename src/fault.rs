//! Fault points: named places at which a test may kill the process as a power cut would.
//!
//! Compiled only for tests (feature `fault-points`); elsewhere a point is nothing at all. The variable
//! `LINKSCRIBE_DIE_AT` names the point, and which pass of it kills: `note_made:2` is the second.

/// Dies here if this is the point, and the time.
#[cfg(not(feature = "fault-points"))]
#[inline]
pub fn point(_name: &'static str) {}

/// The lease tests run with; a real one lasts longer than anybody waits for a test.
#[cfg(not(feature = "fault-points"))]
#[inline]
pub fn lease() -> Option<std::time::Duration> {
    None
}

/// How long an outside party has for an answer in tests; a real one has minutes.
#[cfg(not(feature = "fault-points"))]
#[inline]
pub fn answer_limit() -> Option<std::time::Duration> {
    None
}

#[cfg(feature = "fault-points")]
pub use armed::{OF_RESULTS, OFF_THE_WAY, POINTS, answer_limit, lease, point};

#[cfg(feature = "fault-points")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};

    /// Points of tests of their own, which no long link meets: a pair of tokens is renewed, a short link followed.
    pub const OFF_THE_WAY: [&str; 3] = ["tokens_bought", "tokens_kept", "alias_kept"];

    /// Points that only links meet whose results become pages of a content database, in their order.
    pub const OF_RESULTS: [&str; 4] = ["choice_kept", "page_intended", "page_made", "page_kept"];

    /// Every point, in the order in which a link meets them.
    pub const POINTS: [&str; 30] = [
        "row_queued",
        "claimed",
        "right_taken",
        "row_read",
        "work_dir_made",
        "downloaded",
        "media_opened",
        "info_kept",
        "cover_kept",
        "speech_answered",
        "transcript_kept",
        "screen_read",
        "screen_kept",
        "watch_ended",
        "note_answered",
        "note_kept",
        "body_intended",
        "body_begun",
        "body_written",
        "older_body_removed",
        "body_kept",
        "cover_uploaded",
        "values_intended",
        "row_filled",
        "completed",
        "failure_ruled",
        "verdict_kept",
        "verdict_told",
        // At any time beside the others.
        "status_shown",
        "answer_recorded",
    ];

    /// The point that kills and how often it is passed before. A process has one life, so one is enough.
    static DEADLY: OnceLock<Option<(String, AtomicU32)>> = OnceLock::new();

    /// Dies here if this is the point, and the time.
    pub fn point(name: &'static str) {
        let Some((deadly, passes)) = DEADLY.get_or_init(read) else { return };
        // Once it is time every further pass kills as well: the signal may need a moment.
        let time = || passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if deadly == name
            && time().is_err()
            && let Err(error) = kill_process(getpid(), Signal::KILL)
        {
            tracing::error!(%error, "a fault point cannot kill");
        }
    }

    /// The lease tests run with: `LINKSCRIBE_LEASE_MS` milliseconds.
    pub fn lease() -> Option<Duration> {
        millis("LINKSCRIBE_LEASE_MS")
    }

    /// How long an outside party has for an answer: `LINKSCRIBE_ANSWER_MS` milliseconds.
    pub fn answer_limit() -> Option<Duration> {
        millis("LINKSCRIBE_ANSWER_MS")
    }

    fn millis(name: &str) -> Option<Duration> {
        std::env::var(name).ok()?.parse().ok().map(Duration::from_millis)
    }

    fn read() -> Option<(String, AtomicU32)> {
        let text = std::env::var("LINKSCRIBE_DIE_AT").ok()?;
        let (name, times) = text.split_once(':').unwrap_or((&text, "1"));
        let passes: u32 = times.parse().ok()?;
        Some((name.to_owned(), AtomicU32::new(passes.saturating_sub(1))))
    }
}
