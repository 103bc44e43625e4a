//! gallery-dl is kept loaded between posts, beside yt-dlp, and each post is confined all the same.

use std::path::Path;

use linkscribe::adapters::gallery_dl::{GalleryDl, Wanted};
use linkscribe::adapters::yt_dlp::YtDlpSettings;
use linkscribe::domain::link::{VideoUrl, understand};
use linkscribe::failure::Kind;
use linkscribe::ports::{Download, Files, VideoSource};
use serde_json::json;
use tokio::net::TcpListener;

use super::fetch::workers_in;
use super::inspector::{Inspector, Sites};
use super::keeper::{Tools, assert_is_confined, kill, until_nobody_works_in};
use super::slides::{ID, fetcher, html, instagram, settings, tiktok, tiktok_page};
use super::x;

const CAROUSEL: &str = "https://www.instagram.com/p/CxYzAbCdEfG/";

fn url(link: &str) -> VideoUrl {
    understand(link).unwrap().url
}

fn slideshow() -> VideoUrl {
    url(&format!("https://www.tiktok.com/@kitchen/photo/{ID}"))
}

fn numbers(download: &Download) -> Vec<u32> {
    let Files::Post(files) = &download.files else { panic!("{download:?}") };
    files.iter().map(|file| file.number).collect()
}

#[tokio::test]
async fn posts_are_fetched_by_one_kept_program_and_see_nothing_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let film = x::told(&json!([x::film()]), &json!([]));
    let mut sites: Sites = x::x(dir.path(), &film);
    sites.extend(tiktok(dir.path()).into_iter().chain(instagram(dir.path())));
    sites.insert(
        ("www.tiktok.com", "/@kitchen/video/7234567890123456780"),
        html(&json!({"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 10204}}})),
    );
    let inspector = Inspector::start(dir.path(), sites).await;
    // Whoever started it anew would get nothing.
    let tools = Tools::only_kept();
    let posts = GalleryDl::beside(YtDlpSettings { program: tools.program(), ..settings(&inspector) });
    let (work, gone) =
        (tempfile::tempdir().unwrap(), url("https://www.tiktok.com/@kitchen/photo/7234567890123456780"));
    let lone_video = url("https://x.com/kitchen/status/1720000000000000001");
    let mut keepers = Vec::new();
    for _ in 0..2 {
        let slides = posts.fetch(&slideshow(), work.path(), 0, Wanted::Whole).await.unwrap();
        assert_eq!(numbers(&slides), [1, 2, 3, 4]);
        assert_eq!(slides.info.caption.as_deref(), Some("Three steps to soup"));
        let carousel = posts.fetch(&url(CAROUSEL), work.path(), 0, Wanted::NoLoneVideo).await.unwrap();
        assert_eq!(numbers(&carousel), [1, 2, 3]);
        assert_eq!(carousel.info.caption.as_deref(), Some("Ready in nine minutes"));
        let left = posts.fetch(&lone_video, work.path(), 0, Wanted::NoLoneVideo).await.unwrap_err();
        assert!(matches!(left.kind, Kind::Permanent(_)), "{left}");
        let whole = posts.fetch(&lone_video, work.path(), 0, Wanted::Whole).await.unwrap();
        assert_eq!(whole.files, Files::Video(work.path().join("post/part-001.mp4")));
        // What was said of it once is said again.
        let refused = posts.fetch(&gone, work.path(), 0, Wanted::Whole).await.unwrap_err();
        assert!(refused.to_string().contains("not available"), "{refused}");
        keepers.extend(tools.keepers_of("gallery_dl"));
    }
    assert_eq!(keepers.len(), 2, "{keepers:?}");
    assert_eq!(keepers[0], keepers[1]);
    assert_eq!(workers_in(work.path()), [""; 0]);
}

#[tokio::test]
async fn a_post_is_a_session_of_its_own_with_limits_and_ends_with_the_keeper() {
    let (dir, work, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Tools::only_kept());
    let inspector = Inspector::start(dir.path(), Sites::new()).await;
    // A proxy of the network that hears everybody and answers nobody.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Some(format!("http://{}", silent.local_addr().unwrap()).into());
    let posts = GalleryDl::beside(YtDlpSettings { program: tools.program(), proxy, ..settings(&inspector) });
    let folder = work.path().to_owned();
    let job = tokio::spawn(async move { posts.fetch(&slideshow(), &folder, 0, Wanted::Whole).await });
    let _heard = silent.accept().await.unwrap();
    let [pid] = workers_in(work.path()).try_into().unwrap();
    let [keeper] = tools.keepers_of("gallery_dl").try_into().unwrap();
    let limits = [("Max cpu time", "60"), ("Max file size", "4000000"), ("Max address space", "1073741824")];
    assert_is_confined(&pid, &keeper, limits);
    kill(&keeper);
    let failure = job.await.unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::Transient { retry_after: None }, "{failure}");
    until_nobody_works_in(work.path()).await;
}

#[tokio::test]
async fn an_update_of_one_program_leads_to_a_new_keeper_of_that_one_alone() {
    let (dir, work, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Tools::only_kept());
    let inspector = Inspector::start(dir.path(), instagram(dir.path())).await;
    let both = fetcher(YtDlpSettings { program: tools.program(), ..settings(&inspector) });
    let fetch = async || {
        assert_eq!(numbers(&both.fetch(&url(CAROUSEL), work.path()).await.unwrap()), [1, 2, 3]);
        ["gallery_dl", "yt_dlp"].map(|module| tools.keepers_of(module))
    };
    let before = fetch().await;
    assert_eq!(before.each_ref().map(Vec::len), [1, 1], "{before:?}");
    // An outdated one may not have ended yet.
    let is_new = |now: &[String], before: &[String]| now.iter().any(|pid| !before.contains(pid));
    tools.update("gallery-dl");
    let updated = fetch().await;
    assert!(is_new(&updated[0], &before[0]) && updated[1] == before[1], "{before:?} {updated:?}");
    tools.update("yt-dlp");
    let both_updated = fetch().await;
    assert!(is_new(&both_updated[1], &before[1]), "{before:?} {both_updated:?}");
    assert!(!is_new(&both_updated[0], &updated[0]), "{updated:?} {both_updated:?}");
}

/// A page and a post's picture are believed to nobody but the site whose name they have.
#[tokio::test]
async fn a_kept_program_believes_no_site_without_its_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let (stranger, tools) = (tempfile::tempdir().unwrap(), Tools::only_kept());
    let other = Inspector::start(stranger.path(), Sites::new()).await;
    let fetch = async |inspector: &Inspector, roots: &Path, link: &VideoUrl| {
        let (program, ca_file) = (tools.program(), Some(roots.to_owned()));
        let work = tempfile::tempdir().unwrap();
        let posts = GalleryDl::beside(YtDlpSettings { program, ca_file, ..settings(inspector) });
        posts.fetch(link, work.path(), 0, Wanted::Whole).await
    };
    // The one comes as a browser, the other does not.
    for (link, sites) in [(slideshow(), tiktok(dir.path())), (url(CAROUSEL), instagram(dir.path()))] {
        let inspector = Inspector::start(dir.path(), sites).await;
        fetch(&inspector, &inspector.ca_file, &link).await.unwrap();
        let asked = inspector.asked().len();
        let failure = fetch(&inspector, &other.ca_file, &link).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Outage { retry_after: None }, "{failure}");
        let asked = inspector.asked().split_off(asked);
        assert!(asked.iter().all(|asked| asked.starts_with("CONNECT")), "{asked:?}");
    }

    // A picture at a host the certificate does not name.
    let page = html(&tiktok_page(&["https://p19-sign.tiktokcdn.com/a.jpeg"]));
    let path = ("www.tiktok.com", "/@kitchen/video/7234567890123456789");
    let inspector = Inspector::start(dir.path(), [(path, page)].into()).await;
    fetch(&inspector, &inspector.ca_file, &slideshow()).await.unwrap_err();
    let asked = inspector.asked();
    assert!(asked.iter().any(|asked| asked == "CONNECT p19-sign.tiktokcdn.com:443"), "{asked:?}");
    assert!(!asked.iter().any(|asked| asked.starts_with("GET p19-sign")), "{asked:?}");
}
