//! The subtitles a platform has for a video: what is said, for nothing.
//!
//! Takes the folder of a finished download and the language the platform names; gives a transcript where one of
//! the files surely is in the video's own language. Made by hand goes before automatic, and translations are
//! never taken: where several languages are there and nobody says which is spoken, somebody has to listen.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::fs;

use super::by_hand;
use crate::domain::media::Transcript;
use crate::domain::subtitles::{MOST_BYTES, speech};
use crate::failure::{Failure, Outcome};

/// The files are called `video.LANGUAGE.vtt` by the pattern for the output.
const BEGIN: &str = "video.";

/// How `YouTube` marks the automatic captions in the language that is spoken, among a hundred translations.
const ORIGINAL: &str = "-orig";

/// Asked for where automatic captions come with their translations: the original ones alone. Which there are by hand is
/// told (`by_hand`).
const OF_YOUTUBE: [&str; 4] = ["--write-subs", "--write-auto-subs", "--sub-langs", ".*-orig"];

/// Asked for elsewhere: all there are, but for the comments of live viewers.
const OF_OTHERS: [&str; 4] =
    ["--write-subs", "--write-auto-subs", "--sub-langs", "all,-live_chat,-danmaku,-rechat,-comments"];

/// Asked for where a post may be a video of `YouTube`'s, which could not be told from one of the site's own.
const OF_LINKS: [&str; 3] = ["--write-subs", "--sub-langs", "all,-live_chat"];

/// Platforms whose subtitles yt-dlp calls English without looking.
const WITHOUT_LABELS: [&str; 2] = ["Facebook", "Reddit"];

/// What stands in place of a language nobody knows.
const UNKNOWN: &str = "und";

/// A subtitle that cannot be had is no reason to go without the video; formats are those we read.
const GENTLY: [&str; 3] = ["--ignore-errors", "--sub-format", "vtt/srt/best"];

/// What yt-dlp says of a subtitle it could not get, as a whole or a part of it.
const LOST: [&str; 2] = ["Unable to download video subtitles", "not found, unable to continue"];

/// The endings of files with subtitles. Others than the first two are not read, but tell which languages there are.
const ENDINGS: [&str; 17] = [
    "vtt", "srt", "json", "json3", "ttml", "dfxp", "ass", "ssa", "srv1", "srv2", "srv3", "lrc", "sbv", "tt",
    "smi", "scc", "xml",
];

/// The arguments that ask for subtitles on the way.
pub(super) fn asked(platform: Option<&str>) -> Vec<&'static str> {
    match platform {
        Some("YouTube") => [&OF_YOUTUBE[..], &GENTLY, &by_hand::TOLD].concat(),
        Some("Reddit") => [&OF_LINKS[..], &GENTLY].concat(),
        _ => [&OF_OTHERS[..], &GENTLY].concat(),
    }
}

/// Whether subtitles were lost on the way, as the run says that brought the video.
pub(super) fn were_lost(stderr: &str) -> bool {
    LOST.iter().any(|words| stderr.contains(words))
}

/// The arguments that ask for one track made by hand, and for no video.
pub(super) fn alone(language: &str) -> Vec<&str> {
    [&["--skip-download", "--write-subs", "--sub-langs", language][..], &GENTLY].concat()
}

/// The track that is in the language that is spoken, of those made by hand; the only one, where nobody says which that
/// is. The one with the plain name goes first.
pub(super) fn spoken_by_hand(tracks: &[&str], spoken: Option<&str>) -> Option<String> {
    let mut tracks: Vec<&str> = tracks.iter().copied().filter(|track| *track != "live_chat").collect();
    tracks.sort_unstable_by_key(|track| (track.len(), *track));
    let track = *tracks.get(own(&tracks, spoken)?)?;
    // It becomes a pattern, in which a sign at the beginning would mean another thing.
    let is_plain =
        track.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'));
    (is_plain && code(track).is_some()).then(|| track.to_owned())
}

/// The language that is spoken, where the platform marked its own captions with it.
pub(super) async fn original(folder: &Path) -> Option<String> {
    let tracks = files(folder, "").await.ok()?;
    tracks.into_iter().map(|(language, _)| language).find(|language| language.ends_with(ORIGINAL))
}

/// What the subtitles in the folder say, where they are the video's own.
pub(super) async fn read(folder: &Path, spoken: Option<&str>, platform: &str) -> Outcome<Option<Transcript>> {
    let files = files(folder, platform).await?;
    let names: Vec<&str> = files.iter().map(|(language, _)| language.as_str()).collect();
    let Some((language, path)) = own(&names, spoken).and_then(|number| files.get(number)) else {
        return Ok(None);
    };
    if !ENDINGS[..2].iter().any(|ending| path.extension().is_some_and(|its| its == *ending)) {
        return Ok(None);
    }
    let unread = "cannot read the subtitles";
    let size = fs::metadata(path).await.context(unread).map_err(Failure::transient)?.len();
    if size > MOST_BYTES as u64 {
        return Ok(None);
    }
    let bytes = fs::read(path).await.context(unread).map_err(Failure::transient)?;
    let segments = speech(&String::from_utf8_lossy(&bytes));
    // Subtitles that describe noises alone say nothing about what is said.
    if segments.is_empty() {
        return Ok(None);
    }
    let engine = format!("subtitles of {platform}");
    Ok(Some(Transcript { language: code(language), segments, engine, ..Transcript::default() }))
}

/// The subtitle files with their languages, in the order of the languages' names.
async fn files(folder: &Path, platform: &str) -> Outcome<Vec<(String, PathBuf)>> {
    let unlisted = "cannot list the subtitles";
    let mut files = Vec::new();
    let mut entries = fs::read_dir(folder).await.context(unlisted).map_err(Failure::transient)?;
    while let Some(entry) = entries.next_entry().await.context(unlisted).map_err(Failure::transient)? {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(BEGIN));
        if let Some((language, _)) = rest.and_then(|rest| rest.rsplit_once('.')).filter(is_a_track) {
            let language = if WITHOUT_LABELS.contains(&platform) { UNKNOWN } else { language };
            files.push((language.to_owned(), entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

fn is_a_track((_, ending): &(&str, &str)) -> bool {
    ENDINGS.contains(ending)
}

/// Which of these languages is the video's own: one made by hand in the language that is spoken, the only one
/// there is where nobody says which that is, or the automatic original.
fn own(languages: &[&str], spoken: Option<&str>) -> Option<usize> {
    let original = languages.iter().position(|language| language.ends_with(ORIGINAL));
    let spoken = spoken.or_else(|| original.and_then(|number| languages.get(number).copied())).and_then(code);
    let by_hand = |language: &&str| !language.ends_with(ORIGINAL);
    let made = match &spoken {
        Some(spoken) => {
            languages.iter().position(|language| by_hand(language) && code(language).as_ref() == Some(spoken))
        }
        None => (languages.len() == 1).then_some(0),
    };
    made.or(original)
}

/// `en` of `en`, `en-US`, `en-orig` and `eng-US`; nothing of what is no language.
fn code(language: &str) -> Option<String> {
    /// What platforms write in three letters most often.
    const THREE: [(&str, &str); 14] = [
        ("ara", "ar"),
        ("deu", "de"),
        ("eng", "en"),
        ("fra", "fr"),
        ("hin", "hi"),
        ("ind", "id"),
        ("ita", "it"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("por", "pt"),
        ("rus", "ru"),
        ("spa", "es"),
        ("tur", "tr"),
        ("zho", "zh"),
    ];
    let first = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    if let Some((_, two)) = THREE.iter().find(|(three, _)| *three == first) {
        return Some((*two).to_owned());
    }
    (first.len() == 2 && first.chars().all(|letter| letter.is_ascii_lowercase())).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_made_by_hand_the_one_that_is_spoken_is_asked_for() {
        for (tracks, spoken, expected) in [
            (&["de", "en"][..], Some("en"), Some("en")),
            (&["en-j3PyPqV-e1s", "de", "en"], Some("en-US"), Some("en")),
            (&["de", "en-GB"], Some("en-orig"), Some("en-GB")),
            (&["de"], Some("en"), None),
            (&["de", "en"], None, None),
            (&["live_chat", "de"], None, Some("de")),
            (&["en.*"], None, None),
            (&[], Some("en"), None),
        ] {
            assert_eq!(spoken_by_hand(tracks, spoken).as_deref(), expected, "{tracks:?} spoken {spoken:?}");
        }
    }

    #[test]
    fn the_translations_of_a_video_that_a_post_of_another_site_leads_to_are_not_asked_for() {
        assert!(!asked(Some("Reddit")).contains(&"--write-auto-subs"));
        assert!(asked(Some("Reddit")).contains(&"--write-subs"));
    }

    #[tokio::test]
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    async fn every_language_counts_whether_it_can_be_read_or_not_and_a_made_up_label_for_none() {
        let said = "WEBVTT\n\n00:00.500 --> 00:02.000\nBoil the water.\n";
        for (names, platform, expected) in [
            (&["video.deu-DE.vtt"][..], "TikTok", Some(Some("de"))),
            (&["video.eng-US.json", "video.deu-DE.vtt"], "TikTok", None),
            (&["video.mp4", "video.en.vtt"], "TikTok", Some(Some("en"))),
            (&["video.en.vtt"], "Reddit", Some(None)),
            (&["video.en.vtt", "video.de_DE.vtt"], "Facebook", None),
        ] {
            let dir = tempfile::tempdir().unwrap();
            for name in names {
                std::fs::write(dir.path().join(name), said).unwrap();
            }
            let read = read(dir.path(), None, platform).await.unwrap();
            let language = read.as_ref().map(|transcript| transcript.language.as_deref());
            assert_eq!(language, expected, "{names:?} of {platform}");
        }
    }

    #[test]
    fn only_subtitles_in_the_videos_own_language_are_taken() {
        for (languages, spoken, expected) in [
            (&[][..], None, None),
            (&["en"][..], None, Some(0)),
            (&["de", "en"][..], None, None),
            (&["de", "en"][..], Some("en"), Some(1)),
            (&["de", "eng-US"][..], Some("en-GB"), Some(1)),
            (&["de"][..], Some("en"), None),
            (&["de-orig"][..], None, Some(0)),
            (&["de", "de-orig", "en"][..], None, Some(0)),
            (&["de-orig", "en"][..], None, Some(0)),
            (&["../../etc"][..], Some("en"), None),
        ] {
            assert_eq!(own(languages, spoken), expected, "{languages:?} spoken {spoken:?}");
        }
        assert_eq!(code("live_chat"), None);
    }
}
