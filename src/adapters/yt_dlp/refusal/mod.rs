//! Reads from yt-dlp's words why there is no video.
//!
//! Takes both outputs; gives the one failure that fits. yt-dlp has no error codes, so the wording of its
//! extractors decides. Only trouble on the way and errors of the site's servers are an outage of the site;
//! an unknown wording is a passing fault of this one video, because it may be the only one of its kind.

use std::time::Duration;

use anyhow::anyhow;

use crate::adapters::tool::{Finished, says_no_room};
use crate::domain::reason::Reason;
use crate::domain::waiting::Waiting;
use crate::failure::{Failure, ROOM_AGAIN};

/// The filters, as yt-dlp quotes them when a video does not pass; the title before them is a stranger's.
pub(super) const NOT_LIVE: &str = "!is_live";

/// What the filter for the length begins with; videos that hide their length are measured once they are here.
pub(super) const LENGTH: &str = "duration<=?";

/// How long to leave a site alone that limits us: it rarely says; `YouTube`'s and Instagram's limits on
/// anonymous readers last from minutes to an hour.
pub(super) const RATE_LIMIT_PAUSE: Duration = Duration::from_mins(10);

/// What a wording means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Repeating cannot help.
    Refused(Reason),
    /// The site asks to wait.
    Limited,
    /// The site takes our address for a robot's.
    Walled,
    /// The site or the way to it is out of order.
    Down,
    /// This video cannot be had for now.
    Stumbled,
    /// Our disk is full.
    NoRoom,
}

use Verdict::{Down, Limited, NoRoom, Refused, Stumbled, Walled};

/// Wordings in lower case. The first row found decides, so that the narrow stand before the wide: a
/// private video is also "unavailable", a geo block also asks to log in.
const TABLE: [(Verdict, &[&str]); 13] = [
    (Limited, &["http error 429", "too many requests", "rate-limit", "rate limit", "captcha challenge"]),
    // Says nothing of the video, though it asks to log in.
    (Walled, &["not a bot"]),
    // Before the site's own words: a name that is "not found" is no deleted video. yt-dlp names the class of
    // its own network errors; the rest is what it says where it does not.
    (
        Down,
        &[
            "http error 408",
            "http error 5",
            "transporterror",
            "incompleteread",
            "sslerror",
            "certificateverifyerror",
            "proxyerror",
            "timed out",
            "name resolution",
            "could not resolve host",
            "failed to resolve",
            "name or service not known",
            "connection refused",
            "connection reset",
            "connection aborted",
            "unable to connect",
            "network is unreachable",
            "no route to host",
            "more expected",
        ],
    ),
    // A part that is not there, though its list names it, says nothing of the video as a whole.
    (Stumbled, &["not found, unable to continue"]),
    (
        Refused(Reason::Region),
        &[
            "geo restriction",
            "geo-restricted",
            "your country",
            "your location",
            "your region",
            "ip address is blocked",
            "http error 451",
        ],
    ),
    (
        Refused(Reason::Private),
        &[
            "private video",
            "video is private",
            "is private",
            "either private or",
            "private subreddit",
            "protected tweet",
            "who follow this account",
            "do not have permission to view",
            "not authorized to view",
            "protected by a password",
            "not been made available to anyone",
            "because of its privacy settings",
        ],
    ),
    (
        Refused(Reason::Live),
        &[
            "live event will begin",
            "premieres in",
            "premiere will begin",
            "not yet started",
            "not started yet",
            "not currently live",
            "not downloadable yet",
            "this video is processing",
        ],
    ),
    // A removed video; rows below this one also match "unavailable" pages that only ask to log in.
    (
        Refused(Reason::Deleted),
        &[
            "http error 404",
            "http error 410",
            "been removed",
            "been deleted",
            "been terminated",
            "removed by the uploader",
            "no longer available",
            "no longer exists",
            "does not exist",
            "doesn't exist",
            "not available, status code 10",
            "facebook said",
            "livestream has ended",
            "replay is disabled",
        ],
    ),
    (
        Refused(Reason::LoginNeeded),
        &[
            "log in",
            "login",
            "logged-in",
            "sign in",
            "registered users",
            "age-restricted",
            "confirm your age",
            "nsfw tweet",
            "authentication",
            "members-only",
            "members only",
            "available to this channel's members",
            "premium members",
            "requires payment",
            "use --cookies",
            "http error 401",
        ],
    ),
    (
        Refused(Reason::Deleted),
        &[
            "video unavailable",
            "is unavailable",
            "video is not available",
            "video isn't available",
            "not found",
        ],
    ),
    (Refused(Reason::Unsupported), &["drm protected"]),
    (
        Refused(Reason::NoMedia),
        &[
            "unsupported url",
            "no suitable extractor",
            "is not a valid url",
            "looks truncated",
            "no video could be found",
            "there is no video in this post",
            "no video formats found",
            "no media found",
            "is not a video",
            "requested format is not available",
        ],
    ),
    (Refused(Reason::TooLarge), &["file too large"]),
];

/// The failure behind a run that gave no video.
pub(super) fn refusal(finished: &Finished) -> Failure {
    let stdout = finished.text();
    let cause =
        || anyhow!("yt-dlp gave no video ({}): {}", finished.status, last_words(&finished.stderr, &stdout));
    // These are said on standard output and are no errors to yt-dlp.
    let rejected_by = |filter: &str| stdout.contains(&format!(" does not pass filter ({filter}"));
    if stdout.contains("File is larger than max-filesize") {
        return Failure::permanent(Reason::TooLarge, cause());
    }
    if rejected_by(NOT_LIVE) {
        return Failure::permanent(Reason::Live, cause());
    }
    if rejected_by(LENGTH) {
        return Failure::permanent(Reason::TooLong, cause());
    }
    match verdict(&finished.stderr) {
        Refused(reason) => Failure::permanent(reason, cause()),
        Limited | Walled => Failure::wait(Some(RATE_LIMIT_PAUSE), cause()),
        Down => Failure::outage(cause()),
        Stumbled => Failure::transient(cause()),
        NoRoom => Failure::transient(cause()).waits(Waiting::NoSpace, ROOM_AGAIN),
    }
}

/// The wall a run met that need not be for this video's sake, with what its owner is told where it lasts.
pub(super) fn wall(finished: &Finished, has_login: bool) -> Option<Reason> {
    if verdict(&finished.stderr) == Walled {
        return Some(Reason::TurnedAway);
    }
    (!has_login && is_login_wall(finished)).then_some(Reason::LoginNeeded)
}

/// Whether Instagram wants a login and does not say that it is for this post's sake; that its limit was exceeded is
/// the program's guess. Stories, which it shows to nobody else, have an extractor of their own.
fn is_login_wall(finished: &Finished) -> bool {
    let said = said(&finished.stderr);
    let wants_login = matches!(verdict(&finished.stderr), Refused(Reason::LoginNeeded))
        || said.contains("redirected to the login page");
    wants_login && said.contains("[instagram]") && !said.contains("restricted video")
}

/// The error lines; warnings are about ways that were tried and did not matter. Apostrophes come in two
/// kinds from the sites themselves.
fn said(stderr: &str) -> String {
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("ERROR:")).collect();
    errors.join("\n").to_lowercase().replace('\u{2019}', "'")
}

/// What the error lines mean.
fn verdict(stderr: &str) -> Verdict {
    // Also behind a stack trace, with which yt-dlp ends where it cannot write a file of its own.
    if says_no_room(stderr) {
        return NoRoom;
    }
    let said = said(stderr);
    let found = TABLE.iter().find(|(_, wordings)| wordings.iter().any(|wording| said.contains(wording)));
    found.map_or(Stumbled, |(verdict, _)| *verdict)
}

/// The line to quote in the log.
fn last_words<'a>(stderr: &'a str, stdout: &'a str) -> &'a str {
    let said = |text: &'a str| text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let error = stderr.lines().rev().find(|line| line.starts_with("ERROR:"));
    error.or_else(|| said(stderr)).or_else(|| said(stdout)).unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests;
