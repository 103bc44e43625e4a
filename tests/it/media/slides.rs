//! Posts of pictures: the real programs, through a proxy that looks into TLS, on pages of our own making.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::fetcher::Fetcher;
use linkscribe::adapters::gallery_dl::GalleryDl;
use linkscribe::adapters::rules::Rules;
use linkscribe::adapters::tesseract::{Tesseract, TesseractSettings};
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::app::App;
use linkscribe::domain::answer::LACKS_PARTS;
use linkscribe::domain::link::understand;
use linkscribe::domain::media::{At, Watched};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::failure::Kind;
use linkscribe::ports::{Download, Files, Journal, MediaOpener, PostFile, VideoSource};
use serde_json::{Value, json};

use super::extractors::answer;
use super::inspector::{Inspector, Sites};
use super::open::{ffmpeg, size};
use super::{clips, platforms, tools_dir};
use crate::support::fakes::{FakeSpeech, FakeWorkspace, Script, Told};
use crate::support::kitchen::Kitchen;

/// The id all pages of `TikTok` here are about.
pub(super) const ID: &str = "7234567890123456789";

pub(super) fn settings(inspector: &Inspector) -> YtDlpSettings {
    YtDlpSettings {
        program: tools_dir().join("venv/bin/yt-dlp"),
        platforms: platforms(),
        extra_hosts: Vec::new(),
        max_bytes: 4_000_000,
        max_seconds: 600,
        timeout: Duration::from_mins(1),
        proxy: Some(inspector.url.clone().into()),
        ca_file: Some(inspector.ca_file.clone()),
        cookies_file: None,
    }
}

pub(super) fn fetcher(settings: YtDlpSettings) -> Fetcher {
    Fetcher { videos: YtDlp::new(settings.clone()), posts: GalleryDl::beside(settings) }
}

/// A picture with one line of text.
pub(super) fn slide(dir: &Path, name: &str, text: &str) -> Vec<u8> {
    let draw = format!("drawtext=text='{text}':fontsize=56:fontcolor=white:x=60:y=600");
    let source = ["-f", "lavfi", "-i", "color=c=0x1d3557:s=720x1280", "-frames:v", "1", "-update", "1"];
    std::fs::read(clips::make(dir, &[&source[..], &["-vf", &draw, name]].concat())).unwrap()
}

/// The page of a `TikTok` post of these pictures, with its state in a script.
pub(super) fn tiktok_page(pictures: &[&str]) -> Value {
    let images: Vec<Value> = pictures
        .iter()
        .map(|url| json!({"imageURL": {"urlList": [url]}, "imageWidth": 720, "imageHeight": 1280}))
        .collect();
    json!({"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": {
        "id": ID,
        "desc": "Three steps to soup",
        "createTime": "1777800000",
        "author": {"uniqueId": "kitchen", "nickname": "Kitchen", "id": "1"},
        "imagePost": {"images": images},
        "video": {"duration": 0, "ratio": "", "playAddr": ""},
        "music": {"title": "A song", "authorName": "Singer", "duration": 6,
            "playUrl": "https://sf16-ies-music.tiktokcdn.com/song.mp3"},
    }}}}})
}

pub(super) fn html(state: &Value) -> Vec<u8> {
    let page = format!(
        r#"<html><body><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{state}</script></body></html>"#
    );
    answer("text/html", "", page.as_bytes())
}

/// A slideshow of four pictures, the third of which is the second once more, and its music.
pub(super) fn tiktok(dir: &Path) -> Sites {
    let song = clips::make(dir, &["-f", "lavfi", "-i", clips::TALK, "-t", "6", "song.mp3"]);
    let picture = |name, text| answer("image/jpeg", "", &slide(dir, name, text));
    let host = "https://p16-sign.tiktokcdn.com";
    let pictures = ["/a.jpeg", "/b.jpeg", "/c.jpeg", "/d.jpeg"].map(|path| format!("{host}{path}"));
    let page = html(&tiktok_page(&pictures.each_ref().map(String::as_str)));
    let there = "HTTP/1.1 301 Moved\r\nLocation: https://www.tiktok.com/@kitchen/photo/7234567890123456789?_r=1\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    [
        (("vm.tiktok.com", "/ZMabcdefg"), there.as_bytes().to_vec()),
        (("www.tiktok.com", "/@kitchen/video/7234567890123456789"), page.clone()),
        (("www.tiktok.com", "/@kitchen/photo/7234567890123456789"), page),
        (("p16-sign.tiktokcdn.com", "/a.jpeg"), picture("a.jpg", "Boil the water")),
        (("p16-sign.tiktokcdn.com", "/b.jpeg"), picture("b.jpg", "Add 500 g pasta")),
        (("p16-sign.tiktokcdn.com", "/c.jpeg"), picture("c.jpg", "Add 500 g pasta")),
        (("p16-sign.tiktokcdn.com", "/d.jpeg"), picture("d.jpg", "Serve at once")),
        (
            ("sf16-ies-music.tiktokcdn.com", "/song.mp3"),
            answer("audio/mpeg", "", &std::fs::read(song).unwrap()),
        ),
    ]
    .into()
}

/// A carousel of a picture, a video and a picture, as both programs ask for it.
pub(super) fn instagram(dir: &Path) -> Sites {
    let clip = std::fs::read(clips::captions(dir, "clip.mp4", "25")).unwrap();
    let image = |url: &str| json!({"candidates": [{"url": url, "width": 720, "height": 1280}]});
    let host = "https://scontent.cdninstagram.com";
    let part = |pk: u32, name: &str| json!({"pk": pk.to_string(), "image_versions2": image(&format!("{host}/{name}.jpg"))});
    let mut film = part(2, "cover");
    film["video_versions"] =
        json!([{"url": format!("{host}/clip.mp4"), "width": 480, "height": 640, "type": 101}]);
    let post = json!({
        "pk": "3196584357411087302",
        "code": "CxYzAbCdEfG",
        "user": {"username": "kitchen", "full_name": "Kitchen", "pk": "1"},
        "caption": {"text": "Ready in nine minutes"},
        "taken_at": 1_777_800_000,
        "image_versions2": image(&format!("{host}/one.jpg")),
        "carousel_media": [part(1, "one"), film, part(3, "three")],
    });
    let seen = json!({"data": {"xig_polaris_media": {"if_not_gated_logged_out": post}}});
    let told = json!({"items": [post], "more_available": false});
    let start = r#"<html><script id="__eqmc" type="application/json">{"l": "token"}</script></html>"#;
    let cookie = "Set-Cookie: csrftoken=abc; Domain=.instagram.com; Path=/; Secure\r\n";
    let as_json = |value: &Value| answer("application/json", "", value.to_string().as_bytes());
    let picture = |name, text| answer("image/jpeg", "", &slide(dir, name, text));
    let ruling = "/api/v1/web/get_ruling_for_content/";
    [
        (("www.instagram.com", "/"), answer("text/html", "", start.as_bytes())),
        (("www.instagram.com", ruling), answer("application/json", cookie, br#"{"status": "ok"}"#)),
        (("www.instagram.com", "/api/graphql"), as_json(&seen)),
        (("www.instagram.com", MEDIA), as_json(&told)),
        (("scontent.cdninstagram.com", "/one.jpg"), picture("one.jpg", "The list")),
        (("scontent.cdninstagram.com", "/three.jpg"), picture("three.jpg", "Serves 4")),
        (("scontent.cdninstagram.com", "/clip.mp4"), answer("video/mp4", "", &clip)),
    ]
    .into()
}

/// The same as Instagram shows it to everybody: the one answer wants a login, the other does not.
pub(super) fn instagram_without_login(dir: &Path) -> Sites {
    let login =
        b"HTTP/1.1 302 Found\r\nLocation: https://www.instagram.com/accounts/login/\r\nContent-Length: 0\r\n\
                  Connection: close\r\n\r\n";
    let mut sites = instagram(dir);
    sites.insert(("www.instagram.com", MEDIA), login.to_vec());
    sites.insert(("www.instagram.com", "/accounts/login/"), answer("text/html", "", b"<html>Log in</html>"));
    let cover = answer("image/jpeg", "", &slide(dir, "cover.jpg", "Not shown"));
    sites.insert(("scontent.cdninstagram.com", "/cover.jpg"), cover);
    sites
}

/// Where gallery-dl asks for the post `CxYzAbCdEfG`.
const MEDIA: &str = "/api/v1/media/3195528265023637446/info/";

pub(super) async fn fetch(inspector: &Inspector, link: &str, work: &Path) -> Download {
    let url = understand(link).unwrap().url;
    let fetched = fetcher(settings(inspector)).fetch(&url, work).await;
    fetched.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()))
}

fn numbered(files: &[PathBuf]) -> Vec<PostFile> {
    (1..).zip(files).map(|(number, path)| PostFile { number, path: path.clone() }).collect()
}

fn asked(inspector: &Inspector, host: &str) -> usize {
    inspector.asked().iter().filter(|asked| asked.starts_with("GET") && asked.contains(host)).count()
}

#[tokio::test]
async fn a_slideshow_gives_its_pictures_in_order_whichever_link_leads_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let long = |kind| format!("https://www.tiktok.com/@kitchen/{kind}/{ID}");
    let short = "https://vm.tiktok.com/ZMabcdefg/".to_owned();
    for (link, songs) in [(long("photo"), 0), (long("video"), 1), (short, 0)] {
        let inspector = Inspector::start(dir.path(), tiktok(dir.path())).await;
        let work = tempfile::tempdir().unwrap();
        let download = fetch(&inspector, &link, work.path()).await;
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        let names: Vec<_> = files.iter().map(|file| file.path.strip_prefix(work.path()).unwrap()).collect();
        assert_eq!(
            names,
            ["post/part-001", "post/part-002", "post/part-003", "post/part-004"].map(Path::new)
        );
        assert_eq!(std::fs::read(&files[3].path).unwrap(), std::fs::read(dir.path().join("d.jpg")).unwrap());
        assert_eq!(download.info.platform, "TikTok");
        assert_eq!(download.info.caption.as_deref(), Some("Three steps to soup"));
        assert_eq!(download.info.author.as_deref(), Some("kitchen"));
        assert_eq!(download.info.published.unwrap().to_string(), "2026-05-03");
        // A link that says what it is costs no look for a video.
        assert_eq!(asked(&inspector, "song.mp3"), songs, "{:?}", inspector.asked());
    }
}

#[tokio::test]
async fn a_carousel_gives_pictures_and_videos_in_its_order() {
    let dir = tempfile::tempdir().unwrap();
    for kind in ["p", "reel"] {
        let inspector = Inspector::start(dir.path(), instagram(dir.path())).await;
        let work = tempfile::tempdir().unwrap();
        let link = format!("https://www.instagram.com/{kind}/CxYzAbCdEfG/");
        let download = fetch(&inspector, &link, work.path()).await;
        assert_eq!(download.info.caption.as_deref(), Some("Ready in nine minutes"));
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        assert_eq!(files.len(), 3);

        let post = ffmpeg().open_post(files, work.path()).await.unwrap();
        assert_eq!((post.pictures, post.videos, post.opened.duration), (2, 1, None));
        let places: Vec<At> = post.opened.frames.iter().map(|frame| frame.at).collect();
        assert_eq!(places.first(), Some(&At::picture(1)));
        assert_eq!(places.last(), Some(&At::picture(3)));
        assert!(
            places.is_sorted() && places.len() >= 5,
            "three captions of the video lie between: {places:?}"
        );
        assert_eq!(places[1], At(0.0).of_video(2));
        assert_eq!(post.opened.audio.iter().map(|sound| sound.video).collect::<Vec<_>>(), [Some(2)]);
        let mut left: Vec<_> =
            (1..4).flat_map(|part| super::files(&work.path().join(format!("part-{part}")))).collect();
        let stills = post.opened.frames.iter().map(|frame| frame.path.clone());
        let mut used: Vec<_> =
            stills.chain(post.opened.audio.iter().map(|sound| sound.path.clone())).collect();
        left.sort();
        used.sort();
        assert_eq!(left, used, "nothing else of the parts takes room");
    }
}

#[tokio::test]
async fn parts_that_are_too_long_together_or_no_pictures_are_left_out_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let film = clips::make(dir.path(), &["-f", "lavfi", "-i", "testsrc2=s=320x240:r=2:d=12", "film.mp4"]);
    let other = dir.path().join("page.jpg");
    std::fs::write(&other, "no picture").unwrap();
    let song = clips::make(dir.path(), &["-f", "lavfi", "-i", clips::TALK, "-t", "2", "song.mp3"]);
    let parts = [&film, &other, &film, &song];
    let files: Vec<PostFile> =
        (1..).zip(parts).map(|(number, path)| PostFile { number, path: path.clone() }).collect();
    // Twenty seconds in all are allowed here.
    let post = ffmpeg().open_post(&files, dir.path()).await.unwrap();
    assert_eq!((post.videos, post.pictures, post.left_out), (1, 0, 2), "music is no part of it");
}

#[tokio::test]
async fn of_a_carousel_only_a_login_shows_the_first_video_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut sites = instagram(dir.path());
    sites.remove(&("www.instagram.com", MEDIA));
    let inspector = Inspector::start(dir.path(), sites).await;
    let work = tempfile::tempdir().unwrap();
    let download = fetch(&inspector, "https://www.instagram.com/p/CxYzAbCdEfG/", work.path()).await;
    assert!(matches!(download.files, Files::Video(_)), "{download:?}");
    assert!(download.is_partial, "nobody takes it for the whole");
    assert_eq!(asked(&inspector, MEDIA), 1, "{:?}", inspector.asked());
}

#[tokio::test]
async fn a_carousel_is_read_whole_without_a_login() {
    let dir = tempfile::tempdir().unwrap();
    let link = "https://www.instagram.com/p/CxYzAbCdEfG/";
    let mut sites = instagram_without_login(dir.path());
    let inspector = Inspector::start(dir.path(), sites.clone()).await;
    let work = tempfile::tempdir().unwrap();
    let download = fetch(&inspector, link, work.path()).await;
    let Files::Post(files) = &download.files else { panic!("{download:?}") };
    assert_eq!(files.iter().map(|file| file.number).collect::<Vec<_>>(), [1, 2, 3]);
    for (file, name) in files.iter().zip(["one.jpg", "clip.mp4", "three.jpg"]) {
        assert!(
            std::fs::read(&file.path).unwrap() == std::fs::read(dir.path().join(name)).unwrap(),
            "{name}"
        );
    }
    assert!(!download.is_partial);
    assert_eq!(download.info.caption.as_deref(), Some("Ready in nine minutes"));
    assert_eq!(download.info.author.as_deref(), Some("Kitchen"));

    // What does not come for now keeps the whole back.
    let picture = ("scontent.cdninstagram.com", "/three.jpg");
    sites.insert(picture, for_now("503 Service Unavailable"));
    let inspector = Inspector::start(dir.path(), sites.clone()).await;
    let failure =
        fetcher(settings(&inspector)).fetch(&understand(link).unwrap().url, work.path()).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Transient { .. }), "{failure}");

    // What is gone for good does not.
    sites.remove(&picture);
    let inspector = Inspector::start(dir.path(), sites).await;
    let download = fetch(&inspector, link, work.path()).await;
    let Files::Post(files) = &download.files else { panic!("{download:?}") };
    assert_eq!(files.iter().map(|file| file.number).collect::<Vec<_>>(), [1, 2]);
    assert!(download.is_partial, "nobody takes it for the whole");
}

/// How a request is refused for now.
fn for_now(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_passing_fault_makes_no_record_of_half_a_post_and_the_whole_comes_later() {
    let dir = tempfile::tempdir().unwrap();
    let carousel = "https://www.instagram.com/p/CxYzAbCdEfG/";
    let slides = &format!("https://www.tiktok.com/@kitchen/photo/{ID}");
    let (media, picture) = (("www.instagram.com", MEDIA), ("p16-sign.tiktokcdn.com", "/b.jpeg"));
    let limited = Kind::Wait { retry_after: Some(Duration::from_mins(10)) };
    let down = Kind::Outage { retry_after: None };
    // A part lies where the post says: that says nothing of the site.
    let missing = Kind::Transient { retry_after: Some(Duration::from_mins(1)) };
    for (link, sites, place, fault, expected, parts) in [
        (carousel, instagram(dir.path()), media, "429 Too Many Requests", &limited, 3),
        (carousel, instagram(dir.path()), media, "503 Service Unavailable", &down, 3),
        (slides, tiktok(dir.path()), picture, "503 Service Unavailable", &missing, 4),
    ] {
        let work = tempfile::tempdir().unwrap();
        let url = understand(link).unwrap().url;
        let mut broken = sites.clone();
        broken.insert(place, for_now(fault));
        let inspector = Inspector::start(dir.path(), broken).await;
        let failure = fetcher(settings(&inspector)).fetch(&url, work.path()).await.unwrap_err();
        assert_eq!(failure.kind, *expected, "{link}, {fault}: {failure}");
        let inspector = Inspector::start(dir.path(), sites).await;
        let download = fetch(&inspector, link, work.path()).await;
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        assert_eq!((files.len(), download.is_partial), (parts, false));
    }
}

#[tokio::test]
async fn a_plain_video_asks_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let inspector = Inspector::start(dir.path(), super::extractors::instagram(&clip)).await;
    let work = tempfile::tempdir().unwrap();
    let download = fetch(&inspector, "https://www.instagram.com/reel/CxYzAbCdEfG/", work.path()).await;
    assert!(matches!(download.files, Files::Video(_)), "{download:?}");
    assert_eq!(asked(&inspector, "/info/"), 0, "{:?}", inspector.asked());
    assert!(!work.path().join("post").exists());
}

#[tokio::test]
async fn a_link_that_says_photo_of_a_video_gives_the_video() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let mut sites = super::extractors::tiktok(&clip);
    let page = sites[&("www.tiktok.com", "/@kitchen/video/7234567890123456789")].clone();
    sites.insert(("www.tiktok.com", "/@kitchen/photo/7234567890123456789"), page);
    let inspector = Inspector::start(dir.path(), sites).await;
    let work = tempfile::tempdir().unwrap();
    let link = format!("https://www.tiktok.com/@kitchen/photo/{ID}");
    let download = fetch(&inspector, &link, work.path()).await;
    let Files::Video(file) = &download.files else { panic!("{download:?}") };
    assert_eq!(std::fs::read(file).unwrap(), clip);
    assert_eq!(file.strip_prefix(work.path()).unwrap(), Path::new("fetch/video.mp4"));
    assert_eq!(asked(&inspector, "/clip.mp4"), 1, "{:?}", inspector.asked());
    assert_eq!(download.info.caption.as_deref(), Some("One-pot pasta in nine minutes"));
}

/// A gallery of Reddit and a picture of Pinterest, as the programs ask for them.
fn others(dir: &Path) -> Sites {
    let picture = |name: &str| json!({"status": "valid", "s": {"u": format!("https://preview.redd.it/{name}.jpg?width=9")}});
    let submission = json!({
        "id": "abc123", "title": "Three soups", "author": "kitchen", "selftext": "Hot.", "selftext_html": null,
        "created_utc": 1_777_800_000, "url": "https://www.reddit.com/gallery/abc123", "is_video": false, "is_self": false,
        "gallery_data": {"items": [{"media_id": "b"}, {"media_id": "a"}]},
        "media_metadata": {"a": picture("a"), "b": picture("b")},
    });
    let listing = |children: Value| json!({"kind": "Listing", "data": {"children": children}});
    let comments = json!([listing(json!([{"kind": "t3", "data": submission}])), listing(json!([]))]);
    let pin = json!({"resource_response": {"status": "success", "data": {
        "id": "77", "title": "Soup of the day", "description": "Tomatoes and basil",
        "pinner": {"username": "kitchen", "full_name": "Kitchen"},
        "images": {"orig": {"url": "https://i.pinimg.com/originals/a.jpg", "width": 720, "height": 1280}},
    }}});
    let as_json = |value: &Value| answer("application/json", "", value.to_string().as_bytes());
    let slide = |name, text| answer("image/jpeg", "", &slide(dir, name, text));
    [
        (("www.reddit.com", "/comments/abc123/.json"), as_json(&comments)),
        (("i.redd.it", "/a.jpg"), slide("a.jpg", "Tomato")),
        (("i.redd.it", "/b.jpg"), slide("b.jpg", "Onion")),
        (("www.pinterest.com", "/resource/PinResource/get/"), as_json(&pin)),
        (("i.pinimg.com", "/originals/a.jpg"), slide("pin.jpg", "Basil")),
    ]
    .into()
}

#[tokio::test]
async fn a_gallery_of_reddit_and_a_picture_of_pinterest_come_with_what_is_said_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(dir.path(), others(dir.path())).await;
    for (link, platform, title, caption, pictures) in [
        ("https://www.reddit.com/gallery/abc123", "Reddit", "Three soups", "Hot.", &["b.jpg", "a.jpg"][..]),
        (
            "https://www.pinterest.com/pin/77/",
            "Pinterest",
            "Soup of the day",
            "Tomatoes and basil",
            &["pin.jpg"],
        ),
    ] {
        let work = tempfile::tempdir().unwrap();
        let download = fetch(&inspector, link, work.path()).await;
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        let got: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(&file.path).unwrap()).collect();
        let came: Vec<Vec<u8>> =
            pictures.iter().map(|name| std::fs::read(dir.path().join(name)).unwrap()).collect();
        assert_eq!(got, came, "{link}");
        let info = &download.info;
        assert_eq!((info.platform.as_str(), info.title.as_deref()), (platform, Some(title)));
        assert_eq!(info.caption.as_deref(), Some(caption));
        assert_eq!(info.author.as_deref().map(str::to_lowercase).as_deref(), Some("kitchen"));
    }
}

/// The page of a post of Threads, with another one before it and an answer below.
fn threads(dir: &Path) -> Sites {
    let image = |name: &str| json!({"candidates": [{"url": format!("https://scontent.cdninstagram.com/{name}.jpg")}]});
    let post = |code: &str, more: Value| {
        let mut post = json!({
            "code": code,
            "user": {"username": "kitchen", "full_name": null},
            "caption": {"text": "Ready in nine minutes"},
            "taken_at": 1_777_800_000,
        });
        post.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"thread_items": [{"post": post}]})
    };
    let film = json!([{"url": "https://scontent.cdninstagram.com/clip.mp4", "type": 101}]);
    let film = json!({"image_versions2": image("cover"), "video_versions": film});
    let carousel = json!({"carousel_media": [
        {"image_versions2": image("one"), "video_versions": null},
        film.clone(),
        {"image_versions2": image("three")},
    ]});
    let edges = json!([
        {"node": post("DBefore", json!({"image_versions2": image("other")}))},
        {"node": post("DU04gATDD4e", carousel)},
        {"node": post("DFilm", film)},
        {"node": post("DAnswer", json!({"image_versions2": image("other")}))},
    ]);
    let state = json!({"require": [["ScheduledServerJS", "handle", null, [{"__bbox": {"require": [[
        "RelayPrefetchedStreamCache", "next", [], ["adp", {"__bbox": {"result": {"data": {"data": {"edges": edges}}}}}],
    ]]}}]]]});
    let page = format!(
        r#"<html><script type="application/json" data-sjs>{{"require":[]}}</script>
        <script type="application/json" data-content-len="9" data-sjs>{state}</script></html>"#
    );
    let clip = std::fs::read(clips::captions(dir, "clip.mp4", "25")).unwrap();
    let picture = |name, text| answer("image/jpeg", "", &slide(dir, name, text));
    let there = "HTTP/1.1 301 Moved\r\nLocation: https://www.threads.com/@kitchen/post/DU04gATDD4e\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    let login = there.replace("@kitchen/post/DU04gATDD4e", "login/");
    [
        (("www.threads.com", "/t/DU04gATDD4e"), there.as_bytes().to_vec()),
        (("www.threads.com", "/@kitchen/post/DU04gATDD4e"), answer("text/html", "", page.as_bytes())),
        (("www.threads.com", "/t/DFilm"), answer("text/html", "", page.as_bytes())),
        (("www.threads.com", "/t/DGone"), answer("text/html", "", b"<html>Threads</html>")),
        (("www.threads.com", "/t/DHidden"), login.into_bytes()),
        (("www.threads.com", "/login/"), answer("text/html", "", b"<html>Log in</html>")),
        (("scontent.cdninstagram.com", "/one.jpg"), picture("one.jpg", "The list")),
        (("scontent.cdninstagram.com", "/three.jpg"), picture("three.jpg", "Serves 4")),
        (("scontent.cdninstagram.com", "/clip.mp4"), answer("video/mp4", "", &clip)),
    ]
    .into()
}

#[tokio::test]
async fn a_post_of_threads_gives_its_own_pictures_and_videos() {
    let dir = tempfile::tempdir().unwrap();
    for site in ["net", "com"] {
        let inspector = Inspector::start(dir.path(), threads(dir.path())).await;
        let work = tempfile::tempdir().unwrap();
        let link = format!("https://www.threads.{site}/@kitchen/post/DU04gATDD4e?xmt=x");
        let download = fetch(&inspector, &link, work.path()).await;
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        let came =
            ["one.jpg", "clip.mp4", "three.jpg"].map(|name| std::fs::read(dir.path().join(name)).unwrap());
        let got: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(&file.path).unwrap()).collect();
        assert_eq!(got, came);
        assert_eq!(download.info.platform, "Threads");
        assert_eq!(download.info.caption.as_deref(), Some("Ready in nine minutes"));
        assert_eq!(download.info.author.as_deref(), Some("kitchen"));
        assert_eq!(download.info.published.unwrap().to_string(), "2026-05-03");
        let page = "https://www.threads.com/@kitchen/post/DU04gATDD4e";
        assert_eq!(download.info.page_url.as_deref(), Some(page));
    }
}

#[tokio::test]
async fn a_post_of_one_video_is_a_video_with_the_ending_of_its_kind() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(dir.path(), threads(dir.path())).await;
    let work = tempfile::tempdir().unwrap();
    let download = fetch(&inspector, "https://www.threads.com/@kitchen/post/DFilm", work.path()).await;
    assert_eq!(download.files, Files::Video(work.path().join("post/part-001.mp4")));
    let clip = std::fs::read(dir.path().join("clip.mp4")).unwrap();
    assert_eq!(std::fs::read(work.path().join("post/part-001.mp4")).unwrap(), clip);
}

#[tokio::test]
async fn a_post_of_threads_that_is_not_shown_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(dir.path(), threads(dir.path())).await;
    let work = tempfile::tempdir().unwrap();
    let fetcher = fetcher(settings(&inspector));
    for (path, expected) in [
        ("@kitchen/post/DHidden", Some(Reason::LoginNeeded)),
        // Gone, hidden or a page of another shape: nobody can tell which.
        ("@kitchen/post/DGone", None),
        // No post at all.
        ("@kitchen", Some(Reason::NoMedia)),
    ] {
        let link = format!("https://www.threads.com/{path}");
        let failure = fetcher.fetch(&understand(&link).unwrap().url, work.path()).await.unwrap_err();
        match expected {
            Some(reason) => assert_eq!(failure.kind, Kind::Permanent(reason), "{failure}"),
            None => assert!(matches!(failure.kind, Kind::Transient { .. }), "{failure}"),
        }
    }
}

#[tokio::test]
async fn one_picture_that_cannot_be_had_or_read_costs_its_own_lines_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut sites = tiktok(dir.path());
    sites.remove(&("p16-sign.tiktokcdn.com", "/a.jpeg"));
    let wide =
        clips::make(dir.path(), &["-f", "lavfi", "-i", "testsrc2=s=50000x2", "-frames:v", "1", "wide.png"]);
    let wide = answer("image/jpeg", "", &std::fs::read(wide).unwrap());
    sites.insert(("p16-sign.tiktokcdn.com", "/b.jpeg"), wide);
    let inspector = Inspector::start(dir.path(), sites).await;
    let work = tempfile::tempdir().unwrap();
    let link = format!("https://www.tiktok.com/@kitchen/photo/{ID}");
    let download = fetch(&inspector, &link, work.path()).await;
    let Files::Post(files) = &download.files else { panic!("{download:?}") };
    assert!(download.is_partial);
    let post = ffmpeg().open_post(files, work.path()).await.unwrap();
    // The first was not fetched and the second is a bomb; the others keep their numbers.
    let places: Vec<String> = post.opened.frames.iter().map(|frame| frame.at.to_string()).collect();
    assert_eq!(places, ["picture 3", "picture 4"]);
    assert_eq!(post.pictures, 2);
}

#[tokio::test]
async fn a_post_none_of_whose_parts_can_be_read_fails_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["a", "b"].map(|name| dir.path().join(name));
    std::fs::write(&files[0], "<html></html>").unwrap();
    std::fs::write(&files[1], "").unwrap();
    let failure = ffmpeg().open_post(&numbered(&files), dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{failure}");
    // Music alone is no post.
    let song = clips::make(dir.path(), &["-f", "lavfi", "-i", clips::TALK, "-t", "2", "song.mp3"]);
    let failure = ffmpeg().open_post(&numbered(&[song]), dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::NoMedia), "{failure}");
}

#[tokio::test]
async fn near_copies_of_a_slide_are_read_once_and_every_other_slide_is() {
    let dir = tempfile::tempdir().unwrap();
    let texts = ["Serves 4", "Serves 4", "Serves 6", "", "A", "B"];
    let mut files = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let name = format!("{number}.jpg");
        slide(dir.path(), &name, text);
        files.push(dir.path().join(name));
    }
    let coded_anew = ["-i", "5.jpg", "-q:v", "9", "-update", "1", "6.jpg"];
    files.push(clips::make(dir.path(), &coded_anew));
    let post = ffmpeg().open_post(&numbered(&files), dir.path()).await.unwrap();
    let kept: Vec<String> = post.opened.frames.iter().map(|frame| frame.at.to_string()).collect();
    assert_eq!(kept, ["picture 1", "picture 3", "picture 4", "picture 5", "picture 6"]);
    assert_eq!(post.pictures, 7);
    assert_eq!(size(&post.opened.frames[0].path), "720,1280");
    // One at least stays.
    let same = ffmpeg().open_post(&numbered(&files[..2]), dir.path()).await.unwrap();
    assert_eq!(same.opened.frames.len(), 1);
}

#[actix::test]
async fn a_row_with_a_slideshow_is_completed_with_the_words_of_each_slide_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(dir.path(), tiktok(dir.path())).await;
    let kitchen = Kitchen::open().await;
    let link = format!("https://www.tiktok.com/@kitchen/video/{ID}");
    let workspace = FakeWorkspace::with_links(&[&link], Script::works());
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    let speech = Script::works();
    ports.source = Arc::new(fetcher(settings(&inspector)));
    ports.opener = Arc::new(ffmpeg());
    ports.speech = Some(Arc::new(FakeSpeech::new(speech.clone())));
    let tesseract = TesseractSettings { program: "tesseract".into(), languages: "eng".to_owned() };
    ports.reader = Some(Arc::new(Tesseract::new(tesseract)));
    ports.summary = Arc::new(Rules);
    let app = App::start(ports, kitchen.options(2));
    workspace.until(|told| told.iter().any(|one| matches!(one, Told::Status(_, Status::Completed)))).await;
    app.drain().await;

    let watched = watched(&kitchen).await;
    let lines: Vec<String> =
        watched.screen_text.lines.iter().map(|line| format!("{}: {}", line.at, line.text)).collect();
    assert_eq!(
        lines,
        ["picture 1: Boil the water", "picture 2: Add 500 g pasta", "picture 4: Serve at once"]
    );
    assert_eq!(watched.info.caption.as_deref(), Some("Three steps to soup"));
    assert_eq!((watched.info.pictures, watched.info.videos, watched.info.duration), (4, 0, None));
    assert_eq!(speech.asked(), 0, "nobody listens to the music of a slideshow");
    assert!(watched.transcript.segments.is_empty());
}

#[actix::test]
async fn the_page_of_a_post_of_which_a_login_shows_more_says_that_parts_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut sites = instagram(dir.path());
    sites.remove(&("www.instagram.com", MEDIA));
    let inspector = Inspector::start(dir.path(), sites).await;
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&["https://www.instagram.com/p/CxYzAbCdEfG/"], Script::works());
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.source = Arc::new(fetcher(settings(&inspector)));
    ports.opener = Arc::new(ffmpeg());
    let app = App::start(ports, kitchen.options(2));
    workspace.until(|told| told.iter().any(|one| matches!(one, Told::Status(_, Status::Completed)))).await;
    app.drain().await;

    assert!(watched(&kitchen).await.info.lacks_parts);
    let sections = format!("{:?}", workspace.sections.lock().unwrap());
    assert!(sections.contains(LACKS_PARTS), "{sections}");
}

async fn watched(kitchen: &Kitchen) -> Watched {
    let entries = kitchen.store.entries(kitchen.database.id, 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.status).collect::<Vec<_>>(), [Status::Completed]);
    let key = understand(&entries[0].link).unwrap().key;
    kitchen.store.media(&key).await.unwrap().watched().unwrap()
}
