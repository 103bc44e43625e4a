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
