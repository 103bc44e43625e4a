//! The words of yt-dlp, as they really are.

use super::*;

/// Wordings as they stand in the extractors of yt-dlp 2026.10.26, or as the sites hand them through.
const REAL: [(Verdict, &str); 53] = [
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
    (Limited, "ERROR: [youtube] a: Please verify. YouTube is requiring a captcha challenge before playback"),
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
        Walled,
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
    (Refused(Reason::LoginNeeded), "ERROR: [twitter] 1: NSFW tweet requires authentication. Use --cookies"),
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
        "ERROR: [Instagram] C: Unable to download JSON metadata: HTTP Error 400: Bad Request (caused by <HTTPError 400: Bad Request>)",
    ),
    (
        Down,
        "ERROR: [TikTok] 1: Unable to download webpage: HTTP Error 503: Service Unavailable (caused by <HTTPError 503: Service Unavailable>)",
    ),
    (
        Down,
        "ERROR: [Instagram] C: Unable to download webpage: Failed to perform, curl: (28) Operation timed out after 20002 milliseconds with 0 bytes received. (caused by TransportError('Failed to perform, curl: (28) Operation timed out after 20002 milliseconds with 0 bytes received.'))",
    ),
    (
        Down,
        "ERROR: [Instagram] C: Unable to download webpage: Failed to perform, curl: (6) Could not resolve host: www.instagram.com (Domain name not found). (caused by TransportError('Failed to perform, curl: (6) Could not resolve host: www.instagram.com (Domain name not found).'))",
    ),
    (
        Stumbled,
        "ERROR:  [download] Got error: HTTP Error 404: File not found. Giving up after 2 retries\nERROR: fragment 5 not found, unable to continue",
    ),
    (
        Down,
        "ERROR:  [download] Got error: HTTP Error 503: Service Unavailable. Giving up after 2 retries\nERROR: fragment 7 not found, unable to continue",
    ),
    (Down, "ERROR: unable to download video data: 1024 bytes read, 98304 more expected"),
    (
        Down,
        "ERROR: [vimeo] 1: Unable to download webpage: ('Unable to connect to proxy', OSError('Tunnel connection failed: 502 Bad Gateway')) (caused by ProxyError(\"('Unable to connect to proxy', OSError('Tunnel connection failed: 502 Bad Gateway'))\"))",
    ),
    (NoRoom, "ERROR: unable to write data: [Errno 28] No space left on device"),
    (NoRoom, "    self._write(text)\nOSError: [Errno 122] Disk quota exceeded"),
    (
        Down,
        "ERROR: [generic] a: Unable to download webpage: [Errno 111] Connection refused (caused by TransportError('[Errno 111] Connection refused'))",
    ),
    (
        Down,
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

#[test]
fn instagram_hides_a_limit_behind_a_login_wall_and_names_the_reasons_of_a_post() {
    for (expected, said) in [
        (
            true,
            "ERROR: [Instagram] C: The webpage request was redirected to the login page. You have exceeded the rate-limit for accessing posts anonymously. Use --cookies",
        ),
        (
            true,
            "ERROR: [Instagram] C: Instagram sent an empty media response. Check if this post is accessible in your browser without being logged-in. If it is not, then use --cookies",
        ),
        (
            true,
            "ERROR: [Instagram] C: Unable to download webpage: HTTP Error 401: Unauthorized (caused by <HTTPError 401: Unauthorized>)",
        ),
        (
            false,
            "ERROR: [Instagram] C: Restricted Video: You must be 18 years old or over to see this video. Use --cookies",
        ),
        (
            false,
            "ERROR: [Instagram] C: This content is only available for registered users who follow this account. Use --cookies",
        ),
        (false, "ERROR: [instagram:story] cook: You need to log in to access this content. Use --cookies"),
        (false, "ERROR: [Instagram] C: There is no video in this post"),
        (false, "ERROR: [TikTok] 1: This post may not be comfortable for some audiences. Log in for access."),
    ] {
        let stderr = said.to_owned();
        let status = std::process::ExitStatus::default();
        let finished = Finished { program: "yt-dlp".to_owned(), status, stdout: Vec::new(), stderr };
        assert_eq!(is_login_wall(&finished), expected, "{said}");
    }
}
