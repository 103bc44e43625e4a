//! Links as strangers paste them; none of these starts a program.

use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::link::understand;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;

use super::door_table::LITERALS;
use crate::media::platforms;

/// Links that are none, or lead to places videos are not fetched from.
pub(super) const LINKS: [&str; 32] = [
    "--batch-file=/etc/passwd",
    "--exec=touch${IFS}/tmp/pwned",
    "-o/tmp/pwned",
    "--config-locations=/tmp/evil.conf",
    "--load-info-json=/etc/passwd",
    "\n--exec=id",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "FILE:/etc/passwd",
    "ftp://127.0.0.1/x",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stats",
    "data:video/mp4;base64,AAAA",
    "javascript:alert(1)",
    "rtmp://127.0.0.1/live",
    "rtsp://127.0.0.1/live",
    "ytsearch:soup",
    "ytdl://127.0.0.1",
    "generic:http://127.0.0.1/",
    ":ytfav",
    "-",
    "",
    "http://",
    "http:///etc/passwd",
    "https://user:pass@www.tiktok.com/@a/video/1",
    "https://www.tiktok.com@127.0.0.1/",
    "https://www.tiktok.com.attack.example/@a/video/1",
    "https://tiktok.com.:8443/@a/video/1",
    "https://www.tiktok.com:22/@a/video/1",
    "https://xtiktok.com/@a/video/1",
    "https://www.tiktok.com%2eattack.example/",
    "http://localhost/",
];

/// Links to what a test has at hand, for a program that is given them all the same.
pub(super) const OWN: [&str; 6] = [
    "http://{CANARY}/clip.mp4",
    "https://{CANARY}/clip.mp4",
    "generic:http://{CANARY}/clip.mp4",
    "ftp://{CANARY}/clip.mp4",
    "file://{SECRET}",
    "--load-info-json={SECRET}",
];

fn yt_dlp() -> YtDlp {
    YtDlp::new(YtDlpSettings {
        program: "/nowhere/yt-dlp".into(),
        platforms: platforms(),
        extra_hosts: Vec::new(),
        max_bytes: 1_000_000,
        max_seconds: 600,
        timeout: std::time::Duration::from_secs(5),
        proxy: None,
        ca_file: None,
        cookies_file: None,
    })
}

#[tokio::test]
async fn a_link_to_anywhere_else_starts_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let literals = LITERALS.iter().flat_map(|(literal, _)| {
        [format!("http://{literal}/latest/meta-data"), format!("https://{literal}:8443/clip.mp4")]
    });
    for link in LINKS.iter().map(|link| (*link).to_owned()).chain(literals) {
        let Ok(target) = understand(&link) else { continue };
        let failure = yt_dlp().fetch(&target.url, dir.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::Unsupported), "{link}: {failure}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// yt-dlp hides orders to itself behind a number sign; the rest of a link keeps none.
#[test]
fn a_link_carries_no_orders_to_the_program() {
    let link = "https://www.tiktok.com/@a/video/1#__youtubedl_smuggle=%7B%22force_videoid%22%3A%22x%22%7D";
    let kept = understand(link).unwrap().url;
    assert_eq!(kept.as_str(), "https://www.tiktok.com/@a/video/1");
    // What stands around a link is left behind.
    for pasted in
        ["-- https://www.tiktok.com/@a/video/1", "--exec=id https://www.tiktok.com/@a/video/1 --exec=id"]
    {
        assert_eq!(understand(pasted).unwrap().url, kept, "{pasted}");
    }
}
