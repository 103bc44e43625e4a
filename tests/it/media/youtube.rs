//! Videos of YouTube: the real program on pages of our own making.

use linkscribe::domain::link::understand;
use linkscribe::ports::{Download, VideoSource};
use serde_json::{Value, json};

use super::clips;
use super::extractors::answer;
use super::inspector::{Inspector, Sites};
use super::slides::{fetcher, settings};

pub(super) const LINK: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

/// A track the site heard by itself, or one that somebody wrote.
pub(super) fn track(language: &str, is_heard: bool) -> Value {
    let (kind, sign) = if is_heard { ("asr", "a.") } else { ("", ".") };
    let place = if is_heard { "heard" } else { "written" };
    json!({
        "baseUrl": format!("https://www.youtube.com/api/{place}/{language}?lang={language}"),
        "vssId": format!("{sign}{language}"), "languageCode": language, "kind": kind,
        "name": {"simpleText": language}, "isTranslatable": true,
    })
}

/// A video with these tracks, each of which can be had in three languages.
pub(super) fn youtube(clip: &[u8], tracks: &[Value]) -> Sites {
    let languages =
        ["de", "en", "fr"].map(|code| json!({"languageCode": code, "languageName": {"simpleText": code}}));
    let player = json!({
        "playabilityStatus": {"status": "OK"},
        "streamingData": {"formats": [{
            "itag": 18, "url": "https://rr1.googlevideo.com/videoplayback", "bitrate": 500_000, "width": 480, "height": 640,
            "mimeType": "video/mp4; codecs=\"avc1.42001E, mp4a.40.2\"", "contentLength": clip.len().to_string(),
        }]},
        "videoDetails": {"videoId": "dQw4w9WgXcQ", "title": "Soup", "lengthSeconds": "6", "author": "Kitchen", "channelId": "UC1"},
        "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": tracks, "translationLanguages": languages}},
    });
    let said = |text: &str| {
        answer("text/vtt", "", format!("WEBVTT\n\n00:00.500 --> 00:02.000\n{text}\n").as_bytes())
    };
    [
        (("www.youtube.com", "/watch"), answer("text/html", "", b"<html></html>")),
        (("www.youtube.com", "/youtubei/v1/next"), answer("application/json", "", b"{}")),
        (
            ("www.youtube.com", "/youtubei/v1/player"),
            answer("application/json", "", player.to_string().as_bytes()),
        ),
        (("www.youtube.com", "/api/heard/en"), said("heard in English")),
        (("www.youtube.com", "/api/written/en"), said("written in English")),
        (("www.youtube.com", "/api/written/de"), said("written in German")),
        (("rr1.googlevideo.com", "/videoplayback"), answer("video/mp4", "", clip)),
        (("i.ytimg.com", "*/maxresdefault.webp"), answer("image/webp", "", b"RIFF")),
    ]
    .into()
}

async fn fetched(dir: &std::path::Path, sites: Sites) -> (Download, Vec<String>) {
    let inspector = Inspector::start(dir, sites).await;
    let work = tempfile::tempdir().unwrap();
    let url = understand(LINK).unwrap().url;
    let download = fetcher(settings(&inspector)).fetch(&url, work.path()).await;
    let download = download.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()));
    assert!(download.files.all()[0].is_file(), "the video comes in any case");
    let tracks = inspector.asked().into_iter().filter(|asked| asked.contains("/api/")).collect();
    (download, tracks)
}

#[tokio::test]
async fn what_somebody_wrote_in_the_language_that_is_spoken_goes_before_what_the_site_heard() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let heard = || track("en", true);
    let written = |language| track(language, false);
    for (tracks, expected, asked) in [
        (vec![heard()], Some("heard in English"), 1),
        (vec![heard(), written("en"), written("de")], Some("written in English"), 2),
        (vec![heard(), written("de")], Some("heard in English"), 1),
        (vec![written("de")], Some("written in German"), 1),
        // Nobody says which of the two is spoken.
        (vec![written("de"), written("en")], None, 0),
        // What is listed and cannot be had costs nothing of the rest.
        (vec![heard(), written("fr"), written("en-GB")], Some("heard in English"), 2),
    ] {
        let (download, tracks) = fetched(dir.path(), youtube(&clip, &tracks)).await;
        let said = download.subtitles.map(|said| said.text());
        assert_eq!(said.as_deref(), expected, "{tracks:?}");
        assert_eq!(tracks.len(), asked, "{tracks:?}");
    }
}
