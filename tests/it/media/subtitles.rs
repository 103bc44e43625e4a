//! Subtitles a site has for a video save the listening.

use linkscribe::ports::VideoSource;

use super::clips;
use super::fetch::{url, yt_dlp};
use super::site::Site;

const ENGLISH: &str =
    "WEBVTT\n\n00:00.500 --> 00:02.000\nBoil the water.\n\n00:02.000 --> 00:04.000\nAdd the pasta.\n";
const GERMAN: &str = "WEBVTT\n\n00:00.500 --> 00:02.000\nKoche das Wasser.\n";

#[tokio::test]
async fn subtitles_are_taken_when_it_is_sure_that_they_say_what_is_said() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let written = [
        ("en.vtt", ENGLISH),
        ("de.vtt", GERMAN),
        ("page.vtt", "<html><body>Log in</body></html>"),
        ("noise.vtt", "WEBVTT\n\n00:00.500 --> 00:02.000\n[Music]\n"),
    ];
    for (name, text) in written {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let source = yt_dlp(&site, |_| {});
    for (tracks, expected) in [
        ("en=en.vtt", Some(("en", "Boil the water. Add the pasta."))),
        // Nobody says which of the two is spoken.
        ("en=en.vtt,de=de.vtt", None),
        ("en=en.vtt,de=missing.vtt", None),
        ("en=page.vtt", None),
        ("en=noise.vtt", None),
        ("en=missing.vtt", None),
    ] {
        let fetched = source.fetch(&url(&site, &format!("/subtitled/{tracks}")), work.path()).await.unwrap();
        assert!(fetched.files.all()[0].is_file(), "{tracks}: the video comes in any case");
        let said = fetched.subtitles.as_ref().map(|said| (said.language.as_deref().unwrap(), said.text()));
        assert_eq!(said, expected.map(|(language, text)| (language, text.to_owned())), "{tracks}");
        if let Some(said) = fetched.subtitles {
            assert_eq!((said.segments[0].start.0, said.engine.as_str()), (0.5, "subtitles of Web"));
            assert!(said.usage.is_nothing(), "they cost nothing");
        }
    }
}
