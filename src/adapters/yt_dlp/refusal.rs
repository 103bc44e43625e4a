//! Reads from yt-dlp's words why there is no video.
//!
//! Takes both outputs; gives the one failure that fits. yt-dlp has no error codes, so
//! the wording of its extractors decides; an unknown wording is taken for a passing fault, because most
//! of them are sites that changed or stumbled.

use std::time::Duration;

use anyhow::anyhow;

use crate::adapters::tool::Finished;
use crate::domain::reason::Reason;
use crate::failure::Failure;

/// The filters, as yt-dlp quotes them when a video does not pass; the title before them is a stranger's.
pub(super) const NOT_LIVE: &str = "!is_live";

/// What the filter for the length begins with; videos that hide their length are measured once they are here.
pub(super) const LENGTH: &str = "duration<=?";

/// How long to leave a site alone that limits us: it rarely says; `YouTube`'s and Instagram's limits on
/// anonymous readers last from minutes to an hour.
const RATE_LIMIT_PAUSE: Duration = Duration::from_mins(10);

/// What a wording means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Repeating cannot help.
    Refused(Reason),
    /// The site asks to wait.
    Limited,
    /// The site or the way to it stumbles.
    Stumbled,
}

use Verdict::{Limited, Refused, Stumbled};

/// Wordings in lower case. The first row found decides, so that the narrow stand before the wide: a
/// private video is also "unavailable", a geo block also asks to log in.
const TABLE: [(Verdict, &[&str]); 11] = [
    (Limited, &["http error 429", "too many requests", "rate-limit", "rate limit", "captcha challenge"]),
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
    (
        Stumbled,
        &[
            "http error 403",
            "http error 5",
            "timed out",
            "name resolution",
            "name or service not known",
            "connection refused",
            "connection reset",
            "unable to download",
        ],
    ),
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
        Limited => Failure::wait(Some(RATE_LIMIT_PAUSE), cause()),
        Stumbled => Failure::transient(cause()),
    }
}

/// What the error lines mean; warnings are about ways that were tried and did not matter.
fn verdict(stderr: &str) -> Verdict {
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("ERROR:")).collect();
    // Apostrophes come in two kinds from the sites themselves.
    let said = errors.join("\n").to_lowercase().replace('\u{2019}', "'");
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
mod tests {
    use super::*;

    /// Wordings as they stand in the extractors of yt-dlp 2026.10.26, or as the sites hand them through.
    const REAL: [(Verdict, &str); 43] = [
        (
            Limited,
            "ERROR: [TikTok] 1: Unable to download webpage: HTTP Error 429: Too Many Requests (caused by <HTTPError 429: Too Many Requests>)",
        ),
        (
            Limited,
            "ERROR: [Instagram] C: The webpage request was redirected to the login page. You have exceeded the rate-limit for accessing posts anonymously. Use --cookies-from-browser or --cookies for the authentication",
        ),
        (
            Limited,
            "ERROR: [youtube] a: Video unavailable. This content isn't available, try again later. The current session has been rate-limited by YouTube for up to an hour.",
        ),
        (
            Limited,
            "ERROR: [youtube] a: Please verify. YouTube is requiring a captcha challenge before playback",
        ),
        (
            Refused(Reason::Region),
            "ERROR: [youtube] a: The uploader has not made this video available in your country",
        ),
        (
            Refused(Reason::Region),
            "ERROR: [vimeo] 1: This video is not available from your location due to geo restriction",
        ),
        (Refused(Reason::Region), "ERROR: [TikTok] 1: Your IP address is blocked from accessing this post"),
        (
            Refused(Reason::Region),
            "ERROR: [youtube] a: Video unavailable. This video contains content from X, who has blocked it in your country on copyright grounds",
        ),
        (
            Refused(Reason::Private),
            "ERROR: [youtube] a: Private video. Sign in if you've been granted access to this video. Use --cookies-from-browser or --cookies for the authentication",
        ),
        (Refused(Reason::Private), "ERROR: [youtube] a: Video unavailable. This video is private"),
        (
            Refused(Reason::Private),
            "ERROR: [TikTok] 1: You do not have permission to view this post. Log into an account that has access. Use --cookies",
        ),
        (
            Refused(Reason::Private),
            "ERROR: [Instagram] C: This content is only available for registered users who follow this account. Use --cookies",
        ),
        (
            Refused(Reason::Private),
            "ERROR: [twitter] 1: You are not authorized to view this protected tweet. Use --cookies",
        ),
        (
            Refused(Reason::Private),
            "ERROR: [vimeo] 1: This video is protected by a password, use the --video-password option",
        ),
        (
            Refused(Reason::Private),
            "ERROR: [Reddit] a: Private subreddit; an account that has been approved is required. Use --cookies",
        ),
        (Refused(Reason::Live), "ERROR: [youtube] a: This live event will begin in 3 hours."),
        (Refused(Reason::Live), "ERROR: [youtube] a: Premieres in 14 hours"),
        (Refused(Reason::Live), "ERROR: [twitter:broadcast] a: This live broadcast has not yet started"),
        (Refused(Reason::Live), "ERROR: [tiktok:live] a: The channel is not currently live"),
        (
            Refused(Reason::Deleted),
            "ERROR: [generic] nope: Unable to download webpage: HTTP Error 404: File not found (caused by <HTTPError 404: File not found>)",
        ),
        (
            Refused(Reason::Deleted),
            "ERROR: [Pinterest] 1: Unable to download JSON metadata: HTTP Error 410: Gone (caused by <HTTPError 410: Gone>)",
        ),
        (
            Refused(Reason::Deleted),
            "ERROR: [youtube] a: Video unavailable. This video has been removed by the uploader",
        ),
        (
            Refused(Reason::Deleted),
            "ERROR: [youtube] a: Video unavailable. This video is no longer available because the YouTube account associated with this video has been terminated.",
        ),
        (Refused(Reason::Deleted), "ERROR: [youtube] a: Video unavailable"),
        (Refused(Reason::Deleted), "ERROR: [youtube] a: This video isn't available anymore"),
        (
            Refused(Reason::Deleted),
            "ERROR: [TikTok] 1: Video not available, status code 10231; please report this issue",
        ),
        (Refused(Reason::Deleted), "ERROR: [twitter] 1: Requested tweet is unavailable"),
        (
            Refused(Reason::Deleted),
            "ERROR: [facebook] 1: The video is not available, Facebook said: \"The link you followed may have expired\"",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [youtube] a: Sign in to confirm your age. This video may be inappropriate for some users. Use --cookies-from-browser",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [youtube] a: Sign in to confirm you\u{2019}re not a bot. Use --cookies-from-browser or --cookies for the authentication",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [TikTok] 1: This post may not be comfortable for some audiences. Log in for access. Use --cookies",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [Instagram] C: Instagram sent an empty media response. Check if this post is accessible in your browser without being logged-in. If it is not, then use --cookies",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [twitter] 1: NSFW tweet requires authentication. Use --cookies",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [facebook] 1: This video is only available for registered users. Use --cookies",
        ),
        (
            Refused(Reason::LoginNeeded),
            "ERROR: [youtube] a: Join this channel to get access to members-only content like this video, and other exclusive perks.",
        ),
        (Refused(Reason::NoMedia), "ERROR: [Instagram] C: There is no video in this post"),
        (Refused(Reason::NoMedia), "ERROR: [twitter] 1: No video could be found in this tweet"),
        (Refused(Reason::NoMedia), "ERROR: No suitable extractor found for URL https://www.tiktok.com"),
        (Refused(Reason::NoMedia), "ERROR: Unsupported URL: http://127.0.0.1:8765"),
        (
            Stumbled,
            "ERROR: [generic] clip: Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403: Forbidden>)",
        ),
        (
            Stumbled,
            "ERROR: [generic] a: Unable to download webpage: [Errno 111] Connection refused (caused by TransportError('[Errno 111] Connection refused'))",
        ),
        (
            Stumbled,
            "ERROR: [youtube] a: Unable to download API page: Failed to resolve 'youtube.com' ([Errno -3] Temporary failure in name resolution)",
        ),
        (
            Stumbled,
            "WARNING: [TikTok] Log in for access\nERROR: [TikTok] 1: Unable to extract webpage video data; please report this issue",
        ),
    ];

    #[test]
    fn the_words_of_yt_dlp_are_understood() {
        for (expected, said) in REAL {
            assert_eq!(verdict(said), expected, "{said}");
        }
    }

    #[test]
    fn every_wording_in_the_table_is_lower_case_so_that_it_can_be_found() {
        for wording in TABLE.iter().flat_map(|(_, wordings)| wordings.iter()) {
            assert_eq!(*wording, wording.to_lowercase());
        }
    }
}
