//! Reads from gallery-dl's words why there are no pictures.
//!
//! Takes how the program ended; gives the one failure that fits. Its errors have classes, but they say less than its
//! words; an unknown wording is a passing fault of this one post, and nothing said at all means that there is nothing.

use std::time::Duration;

use anyhow::anyhow;

use crate::adapters::tool::Finished;
use crate::domain::reason::Reason;
use crate::failure::Failure;

/// How long to leave a site alone that limits us.
const RATE_LIMIT_PAUSE: Duration = Duration::from_mins(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Repeating cannot help.
    Refused(Reason),
    /// The site asks to wait.
    Limited,
    /// The site or the way to it is out of order.
    Down,
}

use Verdict::{Down, Limited, Refused};

/// Wordings in lower case. The first row found decides, so that the narrow stand before the wide.
const TABLE: [(Verdict, &[&str]); 9] = [
    // Quotes the link, which may hold any other word.
    (Refused(Reason::NoMedia), &["unsupported url"]),
    (
        Limited,
        &[
            "'429 ",
            "][error] 429 ",
            "too many requests",
            "rate limit",
            "redirect to challenge page",
            "challengeerror",
            "cloudflare challenge",
            "cloudflare captcha",
            "ddos-guard challenge",
        ],
    ),
    (
        Down,
        &[
            "'500 ",
            "'502 ",
            "'503 ",
            "'504 ",
            "][error] 500 ",
            "][error] 502 ",
            "][error] 503 ",
            "][error] 504 ",
            "timed out",
            "timeouterror",
            "connectionerror",
            "proxyerror",
            "sslerror",
            "certificate",
            "connection refused",
            "connection reset",
            "connection aborted",
            "connection broken",
            "max retries exceeded",
        ],
    ),
    (Refused(Reason::Region), &["region locked", "'451 "]),
    (Refused(Reason::Private), &["private", "protected"]),
    (
        Refused(Reason::LoginNeeded),
        &["login", "log in", "'401 ", "'403 ", "authrequired", "authorizationerror"],
    ),
    (Refused(Reason::Deleted), &["'404 ", "'410 ", "not be found", "not found", "not available", "deleted"]),
    (Refused(Reason::TooLarge), &["larger than allowed", "file too large"]),
    (Refused(Reason::NoMedia), &["html response", "invalid response", "empty file"]),
];

/// The failure behind a run that gave nothing.
pub(super) fn refusal(finished: &Finished) -> Failure {
    let cause =
        || anyhow!("gallery-dl gave no picture ({}): {}", finished.status, last_words(&finished.stderr));
    match verdict(finished) {
        Some(Refused(reason)) => Failure::permanent(reason, cause()),
        Some(Limited) => Failure::wait(Some(RATE_LIMIT_PAUSE), cause()),
        Some(Down) => Failure::outage(cause()),
        None if finished.stderr.trim().is_empty() && finished.status.code().is_some() => {
            Failure::permanent(Reason::NoMedia, cause())
        }
        None => Failure::transient(cause()),
    }
}

/// Whether the site or the way to it kept the program from its work, or the program was ended in the middle of it.
pub(super) fn is_passing(finished: &Finished) -> bool {
    matches!(verdict(finished), Some(Limited | Down)) || finished.status.code().is_none()
}

/// What the words mean; the script has taken the addresses out, which are a stranger's.
fn verdict(finished: &Finished) -> Option<Verdict> {
    let said = finished.stderr.to_lowercase();
    let found = TABLE.iter().find(|(_, wordings)| wordings.iter().any(|wording| said.contains(wording)));
    found.map(|(verdict, _)| *verdict)
}

/// The line to quote in the log.
pub(super) fn last_words(stderr: &str) -> &str {
    stderr.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;
    use crate::failure::Kind;

    fn ended(status: i32, stderr: &str) -> Finished {
        let status = ExitStatus::from_raw(status);
        Finished { program: "python".into(), status, stdout: Vec::new(), stderr: stderr.into() }
    }

    fn kind(stderr: &str) -> Kind {
        refusal(&ended(1 << 8, stderr)).kind
    }

    #[test]
    fn what_keeps_the_program_from_its_work_passes_and_what_a_site_does_not_have_does_not() {
        let lost = "[download][error] Failed to download part-002";
        for (status, why, expected) in [
            (4 << 8, "[downloader.http][warning] '503 Unavailable' for 'https://…' (2/2)", true),
            (4 << 8, "[downloader.http][warning] ConnectTimeoutError: timed out (2/2)", true),
            (4 << 8, "[downloader.http][warning] '429 Too Many Requests' for 'https://…' (2/2)", true),
            (4 << 8, "[downloader.http][warning] '404 Not Found' for 'https://…'", false),
            (4 << 8, "[downloader.http][warning] Invalid file signature", false),
            (9, "", true),
        ] {
            assert_eq!(is_passing(&ended(status, &format!("{why}\n{lost}"))), expected, "{why}");
        }
        assert!(matches!(refusal(&ended(9, "")).kind, Kind::Transient { .. }), "killed is not empty");
    }

    #[test]
    fn every_wording_has_its_failure() {
        for (words, expected) in [
            ("[tiktok][error] https://: Requested post not available", Kind::Permanent(Reason::Deleted)),
            (
                "[instagram][error] HttpError: '404 Not Found' for 'https://…'",
                Kind::Permanent(Reason::Deleted),
            ),
            (
                "[instagram][error] HTTP redirect to login page (https://…)",
                Kind::Permanent(Reason::LoginNeeded),
            ),
            (
                "[instagram][error] HTTP redirect to challenge page",
                Kind::Wait { retry_after: Some(RATE_LIMIT_PAUSE) },
            ),
            ("[reddit][error] HttpError: '503 Service Unavailable'", Kind::Outage { retry_after: None }),
            ("[tiktok][error] x: Region locked - Try downloading", Kind::Permanent(Reason::Region)),
            ("[gallery-dl][error] Unsupported URL 'https://…'", Kind::Permanent(Reason::NoMedia)),
            (
                "[gallery-dl][error] Unsupported URL 'https://tiktok.com'429 challenge'",
                Kind::Permanent(Reason::NoMedia),
            ),
            ("", Kind::Permanent(Reason::NoMedia)),
        ] {
            assert_eq!(kind(words), expected, "{words}");
        }
        assert!(matches!(kind("[tiktok][error] KeyError: 'itemInfo'"), Kind::Transient { .. }));
    }
}
