//! What is refused before anything runs, and what the program is told.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::domain::link::understand;
use crate::failure::Kind;

fn source(extra: &[&str]) -> YtDlp {
    YtDlp::new(YtDlpSettings {
        program: "/nowhere/yt-dlp".into(),
        platforms: Platform::defaults(),
        extra_hosts: extra.iter().map(|&host| host.to_owned()).collect(),
        max_bytes: 1_000_000,
        max_seconds: 600,
        timeout: Duration::from_secs(5),
        proxy: None,
        ca_file: None,
        cookies_file: None,
    })
}

#[tokio::test]
async fn a_host_that_is_not_on_the_list_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    for link in [
        "http://127.0.0.1:8080/clip.mp4",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/clip.mp4",
        "https://example.org/clip.mp4",
        "https://tiktok.com.example.org/video/1",
        "https://www.tiktok.com:8443/@a/video/1",
    ] {
        let failure =
            source(&["127.0.0.1:9090"]).fetch(&understand(link).unwrap().url, dir.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::Unsupported), "{link}: {failure}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_platform_and_a_trusted_host_get_as_far_as_the_program() {
    let dir = tempfile::tempdir().unwrap();
    for link in ["https://vm.tiktok.com/ZM1", "http://127.0.0.1:9090/clip.mp4"] {
        let failure =
            source(&["127.0.0.1:9090"]).fetch(&understand(link).unwrap().url, dir.path()).await.unwrap_err();
        assert!(failure.to_string().contains("cannot start /nowhere/yt-dlp"), "{link}: {failure}");
        assert!(matches!(failure.kind, Kind::Transient { .. }));
    }
}

/// A source whose program only says why there is no video.
fn says(words: &str, dir: &Path) -> YtDlp {
    use std::os::unix::fs::PermissionsExt;
    let program = dir.join("yt-dlp");
    std::fs::write(&program, format!("#!/bin/sh\nprintf '%s\\n' '{words}' >&2\nexit 1\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = source(&[]).settings;
    YtDlp::new(YtDlpSettings { program, ..settings })
}

#[tokio::test]
async fn a_login_wall_of_instagram_is_waited_out_without_a_login_and_believed_with_one() {
    let dir = tempfile::tempdir().unwrap();
    let link = understand("https://www.instagram.com/reel/CxYzAbCdEfG/").unwrap().url;
    let wall =
        "ERROR: [Instagram] C: Instagram sent an empty media response. If it is not, then use --cookies";
    let mut source = says(wall, dir.path());
    let failure = source.fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Wait { retry_after: Some(refusal::RATE_LIMIT_PAUSE) }, "{failure}");

    let cookies = dir.path().join("login.txt");
    std::fs::write(&cookies, "# Netscape HTTP Cookie File\n").unwrap();
    source.settings.cookies_file = Some(cookies);
    let failure = source.fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::LoginNeeded), "{failure}");
}

#[tokio::test]
async fn a_post_that_says_whom_it_is_for_and_a_full_disk_are_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let link = understand("https://www.instagram.com/reel/CxYzAbCdEfG/").unwrap().url;
    let adults = "ERROR: [Instagram] C: Restricted Video: You must be 18 years old or over. Use --cookies";
    let failure = says(adults, dir.path()).fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::LoginNeeded), "{failure}");

    let full = "ERROR: unable to write data: [Errno 28] No space left on device";
    let failure = says(full, dir.path()).fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.waiting, Some(crate::domain::waiting::Waiting::NoSpace), "{failure}");
}

#[test]
fn a_party_is_the_platform_or_the_trusted_place() {
    let party = |link: &str| {
        let party = source(&["127.0.0.1:9090"]).party(&understand(link).unwrap().url);
        party.map(|party| party.name().to_owned())
    };
    assert_eq!(party("https://vm.tiktok.com/ZM1").as_deref(), Some("TikTok"));
    assert_eq!(party("http://127.0.0.1:9090/clip.mp4").as_deref(), Some("127.0.0.1:9090"));
    assert_eq!(party("https://example.org/clip.mp4"), None);
}

#[test]
fn a_version_is_compared_by_its_numbers() {
    assert_eq!(numbers("2026.10.26"), Some((2026, 10, 26)));
    assert!(numbers("2026.07.04.232945").unwrap() >= OLDEST);
    assert!(numbers("2026.07.03").unwrap() < OLDEST);
    assert!(numbers("2025.12.31").unwrap() < OLDEST);
    assert_eq!(numbers("nonsense"), None);
}

#[test]
fn the_generic_extractor_is_loaded_for_trusted_hosts_alone() {
    let said = |link: &str| {
        let (yt_dlp, url) = (source(&["127.0.0.1:9090"]), understand(link).unwrap().url);
        format!("{:?}", yt_dlp.command(yt_dlp.source_of(&url).unwrap(), &url, Path::new("/tmp"), None))
    };
    let platform = said("https://www.youtube.com/watch?v=a&list=b");
    assert!(platform.contains(r#""--ies", "youtube,"#) && !platform.contains("generic"), "{platform}");
    assert!(platform.contains(r#""--", "https://www.youtube.com/watch?v=a"]"#), "{platform}");
    assert!(said("http://127.0.0.1:9090/clip.mp4").contains(r#""--ies", "generic""#));
}
