//! The extractors for TikTok and Instagram, through a proxy that looks into TLS, on pages of our own making.

use std::path::Path;
use std::time::Duration;

use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::link::understand;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;
use serde_json::json;

use super::inspector::{Inspector, Sites};
use super::{clips, platforms, tools_dir};

fn yt_dlp(inspector: &Inspector, ca_file: Option<&Path>) -> YtDlp {
    YtDlp::new(YtDlpSettings {
        program: tools_dir().join("venv/bin/yt-dlp"),
        platforms: platforms(),
        extra_hosts: Vec::new(),
        max_bytes: 4_000_000,
        max_seconds: 600,
        timeout: Duration::from_mins(1),
        proxy: Some(inspector.url.clone().into()),
        ca_file: ca_file.map(Path::to_owned),
        cookies_file: None,
    })
}

pub(super) fn answer(kind: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A short link, the page of the video with its state in a script, and the file.
pub(super) fn tiktok(clip: &[u8]) -> Sites {
    let state = json!({"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": {
        "id": "7234567890123456789",
        "desc": "One-pot pasta in nine minutes",
        "createTime": "1777800000",
        "author": {"uniqueId": "kitchen", "nickname": "Kitchen", "id": "1"},
        "video": {"width": 480, "height": 640, "duration": 6,
            "playAddr": "https://v16-webapp-prime.tiktokcdn.com/clip.mp4"},
    }}}}});
    let page = format!(
        r#"<html><body><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{state}</script></body></html>"#
    );
    let there = "HTTP/1.1 301 Moved\r\nLocation: https://www.tiktok.com/@kitchen/video/7234567890123456789\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    [
        (("vm.tiktok.com", "/ZMabcdefg"), there.as_bytes().to_vec()),
        (("www.tiktok.com", "/@kitchen/video/7234567890123456789"), answer("text/html", "", page.as_bytes())),
        (("v16-webapp-prime.tiktokcdn.com", "/clip.mp4"), answer("video/mp4", "", clip)),
    ]
    .into()
}

/// The start page with its token, the question whether a post may be seen, its data, and the file.
pub(super) fn instagram(clip: &[u8]) -> Sites {
    let media = json!({"data": {"xig_polaris_media": {"if_not_gated_logged_out": {
        "pk": "3196584357411087302",
        "user": {"username": "kitchen", "full_name": "Kitchen", "pk": "1"},
        "caption": {"text": "Ready in nine minutes"},
        "taken_at": 1_777_800_000,
        "video_duration": 6.0,
        "has_audio": true,
        "video_versions": [{"url": "https://scontent.cdninstagram.com/clip.mp4", "width": 480, "height": 640, "type": 101}],
    }}}});
    let start = r#"<html><script id="__eqmc" type="application/json">{"l": "token"}</script></html>"#;
    let cookie = "Set-Cookie: csrftoken=abc; Domain=.instagram.com; Path=/; Secure\r\n";
    let ruling = "/api/v1/web/get_ruling_for_content/";
    [
        (("www.instagram.com", "/"), answer("text/html", "", start.as_bytes())),
        (("www.instagram.com", ruling), answer("application/json", cookie, br#"{"status": "ok"}"#)),
        (("www.instagram.com", "/api/graphql"), answer("application/json", "", media.to_string().as_bytes())),
        (("scontent.cdninstagram.com", "/clip.mp4"), answer("video/mp4", "", clip)),
    ]
    .into()
}

#[tokio::test]
async fn a_short_link_of_tiktok_ends_in_its_video_through_a_proxy_that_inspects() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let inspector = Inspector::start(dir.path(), tiktok(&clip)).await;
    let work = tempfile::tempdir().unwrap();
    let link = understand("https://vm.tiktok.com/ZMabcdefg/").unwrap().url;
    let fetched = yt_dlp(&inspector, Some(&inspector.ca_file)).fetch(&link, work.path()).await;
    let download = fetched.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()));
    assert_eq!(std::fs::read(download.files.all()[0]).unwrap(), clip);
    assert_eq!(download.info.platform, "TikTok");
    assert_eq!(download.info.caption.as_deref(), Some("One-pot pasta in nine minutes"));
    assert_eq!(download.info.author.as_deref(), Some("kitchen"));
    assert_eq!(download.info.published.unwrap().to_string(), "2026-05-03");
}

#[tokio::test]
async fn a_reel_of_instagram_ends_in_its_video_through_a_proxy_that_inspects() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let inspector = Inspector::start(dir.path(), instagram(&clip)).await;
    let work = tempfile::tempdir().unwrap();
    let link = understand("https://www.instagram.com/reel/CxYzAbCdEfG/").unwrap().url;
    let fetched = yt_dlp(&inspector, Some(&inspector.ca_file)).fetch(&link, work.path()).await;
    let download = fetched.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()));
    assert_eq!(std::fs::read(download.files.all()[0]).unwrap(), clip);
    assert_eq!(download.info.platform, "Instagram");
    assert_eq!(download.info.caption.as_deref(), Some("Ready in nine minutes"));
    assert_eq!(download.info.author.as_deref(), Some("Kitchen"));
}

#[tokio::test]
async fn without_the_authority_of_the_proxy_no_site_is_believed() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(dir.path(), tiktok(b"clip")).await;
    let work = tempfile::tempdir().unwrap();
    let link = understand("https://www.tiktok.com/@kitchen/video/7234567890123456789").unwrap().url;
    let failure = yt_dlp(&inspector, None).fetch(&link, work.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Outage { retry_after: None }, "{failure}");
    assert!(
        inspector.asked().iter().all(|asked| asked == "CONNECT www.tiktok.com:443"),
        "{:?}",
        inspector.asked()
    );
}

#[tokio::test]
async fn a_short_link_is_followed_to_its_video_through_a_proxy_that_inspects_and_no_further() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let inspector = Inspector::start(dir.path(), tiktok(&clip)).await;
    let source = yt_dlp(&inspector, Some(&inspector.ca_file));
    let short = source.understand("https://vm.tiktok.com/ZMabcdefg/?k=1").unwrap();
    assert!(short.key.is_short());
    let found = source.follow(&short.url).await;
    let found = found.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()));
    assert_eq!(found.key.0, "tiktok:7234567890123456789");
    let asked = inspector.asked();
    assert_eq!(
        asked,
        ["CONNECT vm.tiktok.com:443", "GET vm.tiktok.com /ZMabcdefg"],
        "the video is not asked for"
    );
    let work = tempfile::tempdir().unwrap();
    let download = source.fetch(&found.url, work.path()).await.unwrap();
    assert_eq!(std::fs::read(download.files.all()[0]).unwrap(), clip);
}

fn moved(there: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 302 Found\r\nLocation: {there}\r\nSet-Cookie: who=me\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    head.into_bytes()
}

/// Where links lead, and what is told where they lead to no video.
#[tokio::test]
async fn short_links_lead_to_videos_or_to_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let page = answer("text/html", "", &vec![b' '; 100_000]);
    let status = |line: &str| {
        format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
    };
    let sites: Sites = [
        (
            ("fb.watch", "/aBc"),
            moved("https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Freel%2F12%2F"),
        ),
        (("pin.it", "/4Ab"), moved("http://api.pinterest.com/url_shortener/4Ab/redirect/")),
        (
            ("api.pinterest.com", "/url_shortener/4Ab/redirect/"),
            moved("https://www.pinterest.com/pin/34/sent/?invite_code=x"),
        ),
        (("www.reddit.com", "/r/a/s/B"), moved("/r/a/comments/c1/title/?share_id=x")),
        (("v.redd.it", "/f1"), moved("https://www.reddit.com/video/f1")),
        (("www.reddit.com", "/video/f1"), moved("https://www.reddit.com/r/a/comments/c1/title/")),
        (("www.instagram.com", "/share/reel/BA"), moved("https://www.instagram.com/reel/CxYz/?igsh=x")),
        (("t.co", "/good"), moved("https://youtu.be/dQw4w9WgXcQ?s=1")),
        (("t.co", "/elsewhere"), moved("https://news.example/story")),
        (("t.co", "/inside"), moved("http://127.0.0.1/admin")),
        (("vm.tiktok.com", "/home"), moved("https://www.tiktok.com/?_r=1")),
        (("www.tiktok.com", "/"), page.clone()),
        (("vm.tiktok.com", "/gone"), status("404 Not Found")),
        (("vm.tiktok.com", "/down"), status("503 Unavailable")),
        (("vm.tiktok.com", "/busy"), status("429 Too Many Requests")),
        (("vm.tiktok.com", "/loop"), moved("https://vt.tiktok.com/loop")),
        (("vt.tiktok.com", "/loop"), moved("https://vm.tiktok.com/loop")),
        (("vm.tiktok.com", "/page"), page),
    ]
    .into();
    let inspector = Inspector::start(dir.path(), sites).await;
    let source = yt_dlp(&inspector, Some(&inspector.ca_file));
    let refused = |reason| Err(Kind::Permanent(reason));
    let table = [
        ("https://fb.watch/aBc/", Ok("facebook:12")),
        ("https://pin.it/4Ab", Ok("pinterest:34")),
        ("https://www.reddit.com/r/a/s/B", Ok("reddit:c1")),
        ("https://v.redd.it/f1/DASH_720.mp4", Ok("reddit:c1")),
        ("https://www.reddit.com/video/f1", Ok("reddit:c1")),
        ("https://www.instagram.com/share/reel/BA", Ok("instagram:CxYz")),
        ("http://t.co/good", Ok("youtube:dQw4w9WgXcQ")),
        ("https://t.co/elsewhere", refused(Reason::Unsupported)),
        ("https://t.co/inside", refused(Reason::Unsupported)),
        ("https://vm.tiktok.com/home", refused(Reason::Deleted)),
        ("https://vm.tiktok.com/gone", refused(Reason::Deleted)),
        ("https://vm.tiktok.com/down", Err(Kind::Outage { retry_after: None })),
        ("https://vm.tiktok.com/busy", Err(Kind::Wait { retry_after: Some(Duration::from_mins(10)) })),
        ("https://vm.tiktok.com/loop", refused(Reason::NoMedia)),
        ("https://vm.tiktok.com/page", refused(Reason::NoMedia)),
    ];
    for (link, expected) in table {
        let short = understand(link).unwrap();
        assert!(short.key.is_short(), "{link}");
        let found = source.follow(&short.url).await;
        let told = found.as_ref().map(|target| target.key.0.as_str()).map_err(|failure| failure.kind.clone());
        assert_eq!(told, expected, "{link}: {found:?}");
    }
    let asked = inspector.asked();
    for stranger in ["127.0.0.1", "news.example", "youtu.be", "www.facebook.com"] {
        assert!(!asked.iter().any(|asked| asked.contains(stranger)), "{stranger}: {asked:?}");
    }
    assert!(asked.iter().filter(|asked| asked.contains("/loop")).count() <= 6, "{asked:?}");
    let blind = yt_dlp(&inspector, None);
    let failure = blind.follow(&understand("https://fb.watch/aBc/").unwrap().url).await.unwrap_err();
    assert_eq!(
        failure.kind,
        Kind::Outage { retry_after: None },
        "without the authority nobody is believed: {failure}"
    );
}
