//! What yt-dlp prints about a finished download, turned into what a person is shown.
//!
//! Takes one line of JSON, every value of which a stranger chose; gives the file's name and the
//! [`MediaInfo`]. Texts are cut to a sane length, addresses must be web addresses.

use std::path::Path;

use anyhow::{Context, anyhow};
use chrono::NaiveDate;
use serde::Deserialize;
use tokio::fs;
use tokio::io::AsyncReadExt;

use crate::domain::media::MediaInfo;
use crate::failure::{Failure, Outcome};

/// The fields asked for; `filepath` exists once the file has its final name.
pub(super) const TEMPLATE: &str = "after_move:%(.{title,description,uploader,channel,creator,uploader_id,upload_date,duration,webpage_url,thumbnail,language,vcodec,playlist_count,filepath})j";

/// What yt-dlp prints once the file is complete.
pub(super) const PRINTED: &str = "printed.json";

/// Longest line of JSON read back, in bytes; a description has 5,000 characters at most.
pub(super) const PRINTED_BYTES: u64 = 256 * 1024;

/// Longest title kept, in characters; platforms end at 100 (`YouTube`) to 300 (Reddit).
const TITLE_CHARS: usize = 300;

/// Longest caption kept, in characters; `YouTube`'s descriptions end at 5,000.
const CAPTION_CHARS: usize = 5_000;

/// Longest name kept, in characters.
const NAME_CHARS: usize = 100;

/// The line as it is printed.
#[derive(Debug, Deserialize)]
pub(in crate::adapters) struct Printed {
    /// Where the file is, relative to the folder yt-dlp ran in; empty before it is there.
    #[serde(default)]
    pub(super) filepath: String,
    title: Option<String>,
    description: Option<String>,
    uploader: Option<String>,
    channel: Option<String>,
    creator: Option<String>,
    uploader_id: Option<String>,
    upload_date: Option<String>,
    duration: Option<f64>,
    webpage_url: Option<String>,
    thumbnail: Option<String>,
    /// The language that is spoken, where the platform knows.
    pub(super) language: Option<String>,
    /// How the picture is coded; `none` where there is none.
    vcodec: Option<String>,
    /// How many parts the post has it is one of.
    playlist_count: Option<u32>,
}

/// What a fetched file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seems {
    /// A video.
    Video,
    /// A video that is one of several parts of a post; the others may be pictures.
    Part,
    /// Sound alone, as the music of a slideshow.
    Sound,
}

/// The line about the finished file, when there is one.
pub(in crate::adapters) async fn printed(folder: &Path) -> Outcome<Option<Printed>> {
    first_line(folder, PRINTED).await
}

/// What the first line of a file says, when there is one; how much stands behind it does not matter.
pub(super) async fn first_line(folder: &Path, file: &str) -> Outcome<Option<Printed>> {
    let Some(head) = head(&folder.join(file), PRINTED_BYTES).await? else { return Ok(None) };
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.len() as u64 > PRINTED_BYTES {
        return Err(Failure::transient(anyhow!("yt-dlp printed too much about one video")));
    }
    let printed = serde_json::from_slice(line).context("yt-dlp printed something else than asked for");
    printed.map(Some).map_err(Failure::transient)
}

/// The first `most` bytes of a file and one more, by which it is known to be longer; nothing where it is not there.
pub(super) async fn head(path: &Path, most: u64) -> Outcome<Option<Vec<u8>>> {
    let Ok(file) = fs::File::open(path).await else { return Ok(None) };
    let mut head = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut head).await;
    read.context("cannot read what yt-dlp printed").map_err(Failure::transient)?;
    Ok(Some(head))
}

impl Printed {
    /// What the file seems to be.
    pub(super) fn seems(&self) -> Seems {
        if self.vcodec.as_deref() == Some("none") {
            Seems::Sound
        } else if self.playlist_count.is_some_and(|parts| parts > 1) {
            Seems::Part
        } else {
            Seems::Video
        }
    }

    /// What the platform says about the video.
    pub(in crate::adapters) fn info(self, platform: &str) -> MediaInfo {
        let names = [self.uploader, self.channel, self.creator, self.uploader_id];
        MediaInfo {
            platform: platform.to_owned(),
            title: text(self.title, TITLE_CHARS),
            caption: text(self.description, CAPTION_CHARS),
            author: names.into_iter().find_map(|name| text(name, NAME_CHARS)),
            published: self.upload_date.and_then(|day| NaiveDate::parse_from_str(&day, "%Y%m%d").ok()),
            duration: self.duration.filter(|seconds| seconds.is_finite() && *seconds > 0.0),
            page_url: address(self.webpage_url),
            thumbnail_url: address(self.thumbnail),
            ..MediaInfo::default()
        }
    }
}

/// A text without control characters, if anything is left of it.
fn text(raw: Option<String>, limit: usize) -> Option<String> {
    let clean: String =
        raw?.chars().filter(|letter| !letter.is_control() || *letter == '\n').take(limit).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Only what a browser may open without harm.
fn address(raw: Option<String>) -> Option<String> {
    raw.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_printed_line_becomes_what_a_person_reads() {
        let line = r#"{"title": "Soup \u0007", "description": "one pot\nno cream", "uploader": " ",
            "channel": "Kitchen", "upload_date": "20260503", "duration": 16, "filepath": "video.mp4",
            "webpage_url": "https://www.tiktok.com/@a/video/1", "thumbnail": "javascript:alert(1)"}"#;
        let info = serde_json::from_str::<Printed>(line).unwrap().info("TikTok");
        let expected = MediaInfo {
            platform: "TikTok".to_owned(),
            title: Some("Soup".to_owned()),
            caption: Some("one pot\nno cream".to_owned()),
            author: Some("Kitchen".to_owned()),
            published: NaiveDate::from_ymd_opt(2026, 5, 3),
            duration: Some(16.0),
            page_url: Some("https://www.tiktok.com/@a/video/1".to_owned()),
            thumbnail_url: None,
            ..MediaInfo::default()
        };
        assert_eq!(info, expected);
    }

    #[test]
    fn a_line_with_nothing_but_a_file_is_enough() {
        let info = serde_json::from_str::<Printed>(r#"{"filepath": "video.mp4"}"#).unwrap().info("Web");
        assert_eq!(info, MediaInfo { platform: "Web".to_owned(), ..MediaInfo::default() });
    }
}
