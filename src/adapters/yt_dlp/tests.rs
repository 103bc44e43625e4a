//! What is refused before anything runs, and what the program is told.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::check::numbers;
use super::*;
use crate::domain::link::understand;
use crate::domain::waiting::{Party, Waiting};
use crate::failure::Kind;

fn site(name: &str) -> Platform {
    let extractor = name.to_lowercase();
    Platform {
        name: name.to_owned(),
        hosts: vec![format!("{extractor}.com")],
        extractors: vec![extractor.clone(), format!("{extractor}:clip")],
        ..Platform::default()
    }
}

fn source(extra: &[&str]) -> YtDlp {
    YtDlp::new(YtDlpSettings {
        program: "/nowhere/yt-dlp".into(),
        platforms: ["TikTok", "Instagram", "YouTube", "Vimeo"].map(site).into(),
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

#[tokio::test]
async fn a_site_without_an_extractor_for_videos_starts_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let mut source = source(&[]);
    source.settings.platforms.iter_mut().for_each(|site| site.extractors.clear());
    let url = understand("https://www.tiktok.com/@a/video/1").unwrap().url;
    let failure = source.fetch(&url, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unsupported), "{failure}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Makes a program of this text. Another process writes it: a neighbour's child, born while this one had the file open
/// for writing, would hold it open too, and the system starts no program that somebody may still write to.
fn executable(path: &Path, text: &str) {
    use std::process::{Command, Stdio};
    let mut install = Command::new("install");
    install.args(["-m", "755", "/dev/stdin"]).arg(path).stdin(Stdio::piped());
    let mut install = install.spawn().unwrap();
    std::io::Write::write_all(&mut install.stdin.take().unwrap(), text.as_bytes()).unwrap();
    assert!(install.wait().unwrap().success());
}

/// A source whose program only says why there is no video.
fn says(words: &str, dir: &Path) -> YtDlp {
    let program = dir.join("yt-dlp");
    executable(&program, &format!("#!/bin/sh\nprintf '%s\\n' '{words}' >&2\nexit 1\n"));
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
    let alone = Some(Waiting::Limited(Party::new("Instagram")));
    assert_eq!(failure.waiting, alone, "nobody else waits with it");

    let cookies = dir.path().join("login.txt");
    std::fs::write(&cookies, ".instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\tx\n").unwrap();
    source.settings.cookies_file = Some(cookies);
    let failure = source.fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::LoginNeeded), "{failure}");
}

/// Fetches so many links of a site that answers each with these words; gives what the last one has to wait for.
async fn last_of(count: usize, words: &str, link: &str) -> Failure {
    let dir = tempfile::tempdir().unwrap();
    let source = says(words, dir.path());
    let mut last = None;
    for number in 0..count {
        let link = understand(&format!("{link}{number}")).unwrap().url;
        last = source.fetch(&link, dir.path()).await.err();
    }
    last.unwrap()
}

#[tokio::test]
async fn a_site_that_takes_us_for_a_robot_refuses_no_video_and_is_left_alone_once_it_does_so_again_and_again()
{
    let robot = "ERROR: [youtube] a: Sign in to confirm you\u{2019}re not a bot. Use --cookies";
    let link = "https://www.youtube.com/watch?v=dQw4w9WgXc";
    for (count, alone) in [(1, Some(Waiting::Limited(Party::new("YouTube")))), (5, None)] {
        let failure = last_of(count, robot, link).await;
        assert_eq!(failure.kind, Kind::Wait { retry_after: Some(refusal::RATE_LIMIT_PAUSE) }, "{failure}");
        assert_eq!(failure.waiting, alone, "after {count}");
    }
    // Its own words for a limit are believed at once.
    let limit = "ERROR: [Instagram] C: Unable to download webpage: HTTP Error 429: Too Many Requests";
    let failure = last_of(1, limit, "https://www.instagram.com/p/CxYzAbCdEf").await;
    assert_eq!((failure.waiting.is_none(), failure.retry_after()), (true, Some(refusal::RATE_LIMIT_PAUSE)));
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
        format!("{:?}", yt_dlp.command(yt_dlp.source_of(&url).unwrap(), &url, Path::new("/tmp"), None, &[]))
    };
    let platform = said("https://www.youtube.com/watch?v=a&list=b");
    assert!(platform.contains(r#""--ies", "youtube,"#) && !platform.contains("generic"), "{platform}");
    assert!(platform.contains(r#""--", "https://www.youtube.com/watch?v=a"]"#), "{platform}");
    assert!(said("http://127.0.0.1:9090/clip.mp4").contains(r#""--ies", "generic""#));
}

#[tokio::test]
async fn a_file_that_came_past_the_proxy_is_no_video() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("yt-dlp");
    let script = "#!/bin/sh\necho smuggled >video.mp4\necho '{\"filepath\":\"video.mp4\"}' >printed.json\n";
    executable(&program, script);
    let source = YtDlp::new(YtDlpSettings { program, ..source(&[]).settings });
    let link = understand("https://vimeo.com/1").unwrap().url;
    let failure = source.fetch(&link, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Bug, "{failure}");
    assert!(failure.to_string().contains("without a connection through the proxy"), "{failure}");
    assert!(!dir.path().join(FOLDER).exists(), "what came is gone");
}

#[tokio::test]
async fn settings_without_a_way_out_are_noticed_at_start() {
    let with = |extra: &[&str], proxy: Option<&str>| {
        let mut source = source(extra);
        source.settings.proxy = proxy.map(|proxy| proxy.to_owned().into());
        source
    };
    for (source, told) in [
        (with(&["a b:80"], None), "DOWNLOAD_EXTRA_HOSTS"),
        (with(&[], Some("socks5://127.0.0.1:1")), "DOWNLOAD_PROXY"),
    ] {
        let failure = source.check().await.unwrap_err();
        assert!(failure.to_string().contains(told), "{failure}");
    }
}

#[test]
fn a_place_nobody_is_let_to_is_told_apart_from_one_that_is_out_of_order() {
    use crate::adapters::egress::Traffic;
    use crate::domain::egress::Refusal;
    let kind = |why: Refusal, unreachable: u64| {
        let traffic = Traffic { refused: 1, last_refusal: Some(why), unreachable, ..Traffic::default() };
        way_out::refused(&traffic).map(|failure| failure.kind)
    };
    assert_eq!(kind(Refusal::Literal, 0), Some(Kind::Permanent(Reason::Unsupported)));
    assert_eq!(kind(Refusal::Address("private"), 0), Some(Kind::Transient { retry_after: None }));
    assert_eq!(kind(Refusal::Literal, 1), None);
    assert_eq!(kind(Refusal::Upstream, 0), None);
    assert_eq!(way_out::refused(&Traffic::default()).map(|failure| failure.kind), None);
}

#[test]
fn what_is_found_out_with_a_login_is_never_read_without_it() {
    let open = source(&["127.0.0.1:9090"]);
    let logged_in = |hosts| {
        let cookies_file = Some(PathBuf::from("/cookies.txt"));
        YtDlp::new(YtDlpSettings { cookies_file, ..source(hosts).settings })
    };
    let key = |source: &YtDlp, link: &str| source.understand(link).unwrap().key;
    let hosts: &[&str] = &["127.0.0.1:9090"];
    for link in ["https://www.instagram.com/p/CxYz/", "https://vm.tiktok.com/ZMa/"] {
        assert_ne!(key(&open, link), key(&logged_in(hosts), link), "{link}");
        assert_eq!(key(&open, link).is_short(), key(&logged_in(hosts), link).is_short(), "{link}");
    }
    let trusted = "http://127.0.0.1:9090/clip.mp4";
    assert_eq!(key(&open, trusted), key(&logged_in(hosts), trusted), "trusted hosts never see the login");
}
