//! yt-dlp fetches from a site, or says why not.

use std::path::Path;
use std::time::Duration;

use linkscribe::adapters::gallery_dl::GalleryDl;
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::link::{VideoUrl, understand};
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;
use tokio::io::AsyncBufReadExt;

use super::site::Site;
use super::{clips, platforms, tools_dir};

pub(super) fn settings(site: &Site) -> YtDlpSettings {
    YtDlpSettings {
        program: tools_dir().join("venv/bin/yt-dlp"),
        platforms: platforms(),
        extra_hosts: vec![site.authority.clone()],
        max_bytes: 4_000_000,
        max_seconds: 600,
        timeout: Duration::from_mins(1),
        proxy: None,
        ca_file: None,
        cookies_file: None,
    }
}

pub(super) fn yt_dlp(site: &Site, change: impl FnOnce(&mut YtDlpSettings)) -> YtDlp {
    let mut settings = settings(site);
    change(&mut settings);
    YtDlp::new(settings)
}

pub(super) fn url(site: &Site, path: &str) -> VideoUrl {
    understand(&site.link(path)).unwrap().url
}

/// Processes that work inside the folder.
pub(super) fn workers_in(dir: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let inside = processes
        .filter(|entry| std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(dir)));
    inside.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn the_program_of_the_set_up_is_new_enough() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::start(dir.path());
    let version = yt_dlp(&site, |_| {}).check().await.unwrap();
    assert!(version.starts_with("20"), "{version}");
}

#[tokio::test]
async fn the_programs_of_the_set_up_have_every_extractor_of_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::start(dir.path());
    let misspelled = |settings: &mut YtDlpSettings| {
        settings.platforms[0].extractors.push("tiktoc".to_owned());
        settings.platforms[0].galleries.push("tiktok:posts_and_more".to_owned());
    };
    assert_eq!(yt_dlp(&site, |_| {}).unknown_extractors().await.unwrap(), [""; 0]);
    assert_eq!(yt_dlp(&site, misspelled).unknown_extractors().await.unwrap(), ["tiktoc"]);
    let mut settings = settings(&site);
    assert_eq!(GalleryDl::beside(settings.clone()).unknown_extractors().await.unwrap(), [""; 0]);
    misspelled(&mut settings);
    assert_eq!(GalleryDl::beside(settings).unknown_extractors().await.unwrap(), ["tiktok:posts_and_more"]);
}

#[tokio::test]
async fn a_video_behind_a_page_comes_with_what_the_page_says_about_it() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let download = yt_dlp(&site, |_| {}).fetch(&url(&site, "/post/PT6S"), work.path()).await.unwrap();
    assert_eq!(std::fs::read(download.files.all()[0]).unwrap(), std::fs::read(clip).unwrap());
    assert!(download.files.all()[0].starts_with(work.path()));
    let info = download.info;
    assert_eq!(info.title.as_deref(), Some("One-pot pasta"));
    assert_eq!(info.caption.as_deref(), Some("Ready in nine minutes"));
    assert_eq!(info.author.as_deref(), Some("Kitchen"));
    assert_eq!(info.published.unwrap().to_string(), "2026-05-03");
    assert_eq!(info.page_url, Some(site.link("/post/PT6S")));
}

#[tokio::test]
async fn a_second_try_in_the_same_folder_starts_afresh() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |_| {});
    let first = source.fetch(&url(&site, "/files/clip.mp4"), work.path()).await.unwrap();
    assert_eq!(source.fetch(&url(&site, "/files/clip.mp4"), work.path()).await.unwrap(), first);
    let failure = source.fetch(&url(&site, "/gone.mp4"), work.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Deleted), "an old file is never taken for the new");
}

#[tokio::test]
async fn what_the_site_says_decides_what_becomes_of_the_link() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |_| {});
    for (path, expected) in [
        ("/files/nothing.mp4", Kind::Permanent(Reason::Deleted)),
        ("/gone.mp4", Kind::Permanent(Reason::Deleted)),
        ("/post/PT20M", Kind::Permanent(Reason::TooLong)),
        ("/page", Kind::Permanent(Reason::NoMedia)),
        ("/broken.mp4", Kind::Outage { retry_after: None }),
        ("/forbidden.mp4", Kind::Transient { retry_after: None }),
        ("/busy.mp4", Kind::Wait { retry_after: Some(Duration::from_mins(10)) }),
    ] {
        let failure = source.fetch(&url(&site, path), work.path()).await.unwrap_err();
        assert_eq!(failure.kind, expected, "{path}: {failure}");
    }
}

/// The clip as a list of three parts; `lost` is the part that is not there.
fn in_parts(dir: &Path, lost: &str) {
    let coded = ["-i", "clip.mp4", "-c", "copy", "-hls_time", "2", "-hls_list_size", "0"];
    clips::make(dir, &[&coded[..], &["-hls_segment_filename", "part%d.ts", "list.m3u8"]].concat());
    std::fs::remove_file(dir.join(lost)).unwrap();
}

#[tokio::test]
async fn a_video_of_which_a_part_is_not_there_is_no_video_yet() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |_| {});
    for lost in ["part0.ts", "part1.ts"] {
        in_parts(dir.path(), lost);
        let failure = source.fetch(&url(&site, "/files/list.m3u8"), work.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Transient { retry_after: None }, "{lost}: {failure}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_with_and_without_its_length_told() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |settings| settings.max_bytes = 20_000);
    for path in ["/files/clip.mp4", "/endless.mp4"] {
        let failure = source.fetch(&url(&site, path), work.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::TooLarge), "{path}: {failure}");
    }
}

#[tokio::test]
async fn of_a_video_that_is_too_large_the_version_that_fits_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let coded = ["-i", "clip.mp4", "-c", "copy", "-hls_time", "60", "-hls_list_size", "0", "small.m3u8"];
    clips::make(dir.path(), &coded);
    // Its parts are not there.
    let list = std::fs::read_to_string(dir.path().join("small.m3u8")).unwrap();
    std::fs::write(dir.path().join("large.m3u8"), list.replace("small", "large")).unwrap();
    let versions =
        [("20000000", "1280x720", "large"), ("400000", "480x640", "small"), ("90000", "240x320", "tiny")];
    let versions = versions.map(|(bandwidth, size, name)| {
        format!("#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},RESOLUTION={size},CODECS=\"avc1.64001f,mp4a.40.2\"\n{name}.m3u8\n")
    });
    std::fs::write(dir.path().join("all.m3u8"), format!("#EXTM3U\n{}", versions.concat())).unwrap();
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let fetched = yt_dlp(&site, |_| {}).fetch(&url(&site, "/files/all.m3u8"), work.path()).await.unwrap();
    let came = std::fs::metadata(fetched.files.all()[0]).unwrap().len();
    assert_eq!(came, std::fs::metadata(dir.path().join("small0.ts")).unwrap().len());
}

#[tokio::test]
async fn with_a_proxy_every_request_goes_through_it() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::start(dir.path());
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let source = yt_dlp(&site, |settings| settings.proxy = Some(address.into()));
    let work = tempfile::tempdir().unwrap();
    let link = understand("https://vimeo.com/76979871").unwrap().url;
    let asked = async {
        let (mut stream, _) = proxy.accept().await.unwrap();
        let mut request = String::new();
        tokio::io::BufReader::new(&mut stream).read_line(&mut request).await.unwrap();
        request
    };
    tokio::select! {
        request = asked => assert!(request.starts_with("CONNECT ") && request.contains("vimeo.com:443"), "{request}"),
        fetched = source.fetch(&link, work.path()) => panic!("it went past the proxy: {fetched:?}"),
    }
}

/// With the way out blocked, a link that an extractor knows fails on the network, any other before.
#[tokio::test]
async fn the_links_people_copy_are_known_to_the_extractors_of_their_site() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::start(dir.path());
    let source = yt_dlp(&site, |settings| settings.proxy = Some("http://127.0.0.1:1".to_owned().into()));
    let known = Kind::Outage { retry_after: None };
    let unknown = Kind::Permanent(Reason::NoMedia);
    for (link, expected) in [
        ("https://tiktok.com/@cook/video/7234567890123456789", &known),
        ("https://vm.tiktok.com/ZMabcdefg/", &known),
        ("https://www.instagram.com/reel/CxYzAbCdEfG/", &known),
        ("https://www.youtube.com/shorts/abcdefghijk", &known),
        ("https://www.youtube.com/watch?v=abcdefghijk&list=PL1234567890", &known),
        ("https://youtu.be/abcdefghijk?list=PL1234567890", &known),
        ("https://x.com/cook/status/1790637656616943991", &known),
        ("https://www.facebook.com/reel/1195289147628387", &known),
        ("https://www.reddit.com/r/videos/comments/6rrwyj/that_small_heart_attack/", &known),
        ("https://vimeo.com/76979871", &known),
        ("https://www.pinterest.com/pin/664281013778109217/", &known),
        ("https://www.dailymotion.com/video/x5kesuj", &known),
        // Whole channels and lists are no video.
        ("https://www.tiktok.com/@cook", &unknown),
        ("https://www.youtube.com/@cook", &unknown),
        ("https://www.youtube.com/playlist?list=PL1234567890", &unknown),
    ] {
        let work = tempfile::tempdir().unwrap();
        let failure = source.fetch(&understand(link).unwrap().url, work.path()).await.unwrap_err();
        assert_eq!(&failure.kind, expected, "{link}: {failure}");
    }
}

#[tokio::test]
async fn nothing_runs_on_after_its_job_was_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let (source, link, folder) = (yt_dlp(&site, |_| {}), url(&site, "/stuck.mp4"), work.path().to_owned());
    let job = tokio::spawn(async move { source.fetch(&link, &folder).await });
    site.requests.recv().await.unwrap();
    assert!(!workers_in(work.path()).is_empty(), "the download is under way");
    job.abort();
    assert!(job.await.unwrap_err().is_cancelled());
    for _ in 0..200 {
        if workers_in(work.path()).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still there: {:?}", workers_in(work.path()));
}

#[tokio::test]
async fn a_download_that_takes_too_long_is_stopped_and_may_be_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |settings| settings.timeout = Duration::from_secs(3));
    let failure = source.fetch(&url(&site, "/stuck.mp4"), work.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Transient { retry_after: None }, "{failure}");
    assert!(failure.to_string().contains("stopped after 3 s"), "{failure}");
}
