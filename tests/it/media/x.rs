//! Posts of X as everybody sees them: the real programs, each asking in its own way.

use linkscribe::domain::link::understand;
use linkscribe::failure::Kind;
use linkscribe::ports::{Files, VideoSource};
use serde_json::{Value, json};

use super::clips;
use super::extractors::answer;
use super::inspector::{Inspector, Sites};
use super::slides::{fetch, fetcher, settings, slide};

/// What X tells of a post: its text, its media, and the addresses its text names.
pub(super) fn told(media: &Value, names: &Value) -> Value {
    let about = json!({"description": "Soups", "entities": {"description": {}}, "name": "Kitchen", "screen_name": "kitchen"});
    let author = json!({
        "rest_id": "1",
        "core": {"name": "Kitchen", "screen_name": "kitchen", "created_at": "Sun May 03 10:00:00 +0000 2020"},
        "legacy": about, "location": {}, "verification": {"verified": false}, "privacy": {"protected": false}, "avatar": {},
    });
    let post = json!({
        "id_str": "1720000000000000001", "created_at": "Thu Nov 02 09:00:00 +0000 2023", "lang": "en",
        "full_text": "Ready in nine minutes", "user_id_str": "1",
        "entities": {"urls": names}, "extended_entities": {"media": media},
    });
    json!({"data": {"tweetResult": {"result": {
        "__typename": "Tweet", "rest_id": "1720000000000000001",
        "core": {"user_results": {"result": author}}, "legacy": post,
    }}}})
}

fn photo(name: &str) -> Value {
    let url = format!("https://pbs.twimg.com/media/{name}.jpg");
    json!({"type": "photo", "media_url_https": url, "original_info": {"width": 720, "height": 1280}})
}

pub(super) fn film() -> Value {
    let variants =
        json!([{"url": "https://video.twimg.com/clip.mp4", "content_type": "video/mp4", "bitrate": 256_000}]);
    let mut film = photo("cover");
    film["type"] = "video".into();
    film["id_str"] = "7".into();
    film["video_info"] = json!({"duration_millis": 6000, "variants": variants});
    film
}

pub(super) fn x(dir: &std::path::Path, post: &Value) -> Sites {
    let clip = std::fs::read(clips::captions(dir, "clip.mp4", "25")).unwrap();
    let as_json = |value: &Value| answer("application/json", "", value.to_string().as_bytes());
    let picture = |name, text| answer("image/jpeg", "", &slide(dir, name, text));
    [
        (("api.x.com", "/1.1/guest/activate.json"), as_json(&json!({"guest_token": "1"}))),
        (("x.com", "*/TweetResultByRestId"), as_json(post)),
        (("pbs.twimg.com", "/media/cover.jpg"), picture("cover.jpg", "Soup")),
        (("pbs.twimg.com", "/media/one"), picture("one.jpg", "The list")),
        (("pbs.twimg.com", "/media/two"), picture("two.jpg", "Serves 4")),
        (("video.twimg.com", "/clip.mp4"), answer("video/mp4", "", &clip)),
    ]
    .into()
}

#[tokio::test]
async fn a_post_of_photos_gives_them_in_order_with_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = json!([{"url": "https://t.co/a", "expanded_url": "https://example.com/soup"}]);
    for names in [json!([]), elsewhere] {
        let post = told(&json!([photo("one"), photo("two")]), &names);
        let inspector = Inspector::start(dir.path(), x(dir.path(), &post)).await;
        let work = tempfile::tempdir().unwrap();
        let link = "https://twitter.com/kitchen/status/1720000000000000001/photo/2";
        let download = fetch(&inspector, link, work.path()).await;
        let Files::Post(files) = &download.files else { panic!("{download:?}") };
        let got: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(&file.path).unwrap()).collect();
        let came = ["one.jpg", "two.jpg"].map(|name| std::fs::read(dir.path().join(name)).unwrap());
        assert_eq!(got, came);
        let info = &download.info;
        assert_eq!((info.platform.as_str(), info.author.as_deref()), ("X", Some("Kitchen")));
        assert_eq!(info.caption.as_deref(), Some("Ready in nine minutes"));
        assert_eq!(info.published.unwrap().to_string(), "2023-11-02");
        assert!(
            !inspector.asked().iter().any(|asked| asked.contains("example.com")),
            "{:?}",
            inspector.asked()
        );
    }
}

#[tokio::test]
async fn a_post_of_one_video_is_that_video_with_its_preview_and_one_with_photos_beside_it_is_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let link = "https://x.com/kitchen/status/1720000000000000001";
    for (media, came) in [
        (json!([film()]), &["clip.mp4"][..]),
        (json!([film(), photo("one")]), &["clip.mp4", "one.jpg"]),
        (json!([photo("two"), film(), photo("one")]), &["two.jpg", "clip.mp4", "one.jpg"]),
    ] {
        let inspector = Inspector::start(dir.path(), x(dir.path(), &told(&media, &json!([])))).await;
        let work = tempfile::tempdir().unwrap();
        let download = fetch(&inspector, link, work.path()).await;
        let read = |name: &&str| std::fs::read(dir.path().join(name)).unwrap();
        let got: Vec<Vec<u8>> =
            download.files.all().into_iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert_eq!(got, came.iter().map(read).collect::<Vec<_>>(), "{came:?}");
        let is_video = matches!(download.files, Files::Video(_));
        assert_eq!((is_video, download.thumbnail.is_some()), (came.len() == 1, came.len() == 1), "{came:?}");
        let clips = inspector.asked().iter().filter(|asked| asked.ends_with("/clip.mp4")).count();
        assert!(!is_video || clips == 1, "a plain video comes once: {:?}", inspector.asked());
    }
}

#[tokio::test]
async fn only_a_fault_that_passes_keeps_a_plain_video_back() {
    let dir = tempfile::tempdir().unwrap();
    let link = "https://x.com/kitchen/status/1720000000000000001";
    // What gallery-dl is told, which asks in its own way.
    let place = ("x.com", "*qxWQxcMLiTPcavz9Qy5hwQ/TweetResultByRestId");
    let of_yt_dlp = ("x.com", "*2ICDjqPd81tulZcYrtpTuQ/TweetResultByRestId");
    for (told, comes) in [
        (answer("text/html", "", b"<html>A page of another shape</html>"), true),
        (b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(), false),
    ] {
        let mut sites = x(dir.path(), &self::told(&json!([film()]), &json!([])));
        let seen = sites.remove(&("x.com", "*/TweetResultByRestId")).unwrap();
        sites.extend([(of_yt_dlp, seen), (place, told)]);
        let inspector = Inspector::start(dir.path(), sites).await;
        let work = tempfile::tempdir().unwrap();
        let url = understand(link).unwrap().url;
        let fetched = fetcher(settings(&inspector)).fetch(&url, work.path()).await;
        match fetched {
            Ok(download) => assert!(comes && !download.is_partial, "{download:?}"),
            Err(failure) => {
                assert_eq!((comes, &failure.kind), (false, &Kind::Outage { retry_after: None }), "{failure}");
            }
        }
    }
}
