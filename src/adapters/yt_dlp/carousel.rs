//! Posts whose pictures yt-dlp is told of beside their videos, as those of Instagram, which shows them to readers without
//! a login in no other answer.
//!
//! Takes the address of a post; gives its pictures and videos in their order. To yt-dlp a picture is the preview of a
//! video that cannot be had, and is written where that would be. Fails as every download of a video, and as passing
//! where a part did not come that may come later.

use std::path::Path;

use anyhow::{Context, anyhow};
use serde::Deserialize;
use tokio::fs;

use super::{YtDlp, info, name_of, way_out};
use crate::adapters::cookies;
use crate::adapters::tool::{Finished, empty_folder};
use crate::domain::link::VideoUrl;
use crate::failure::{Failure, Outcome};
use crate::ports::{Download, Files, PostFile};

/// The folder inside the work dir that belongs to the post.
const FOLDER: &str = "post";

/// What the files of parts are called.
const PART: &str = "part-";

/// What is said of each part before it is fetched, a line each.
const TOLD: &str = "told.json";

/// Most that is read of it, in bytes: each part has the caption of the post once more.
const TOLD_BYTES: u64 = 35 * info::PRINTED_BYTES;

/// Asks for all parts; Instagram takes 20.
const WANTED: [&str; 15] = [
    "--playlist-items",
    "1:35",
    "--max-downloads",
    "35",
    "--ignore-errors",
    "--ignore-no-formats-error",
    "--write-thumbnail",
    "--output",
    "part-%(playlist_index|1)03d.%(ext)s",
    // The preview of a video is none of the parts.
    "--output",
    "thumbnail:cover-%(playlist_index|1)03d.%(ext)s",
    "--no-write-subs",
    "--print-to-file",
    "video:%(.{title,description,uploader,channel,uploader_id,upload_date,webpage_url,format_id})j",
    TOLD,
];

/// What is said of a part: a picture has no format.
#[derive(Debug, Deserialize)]
struct Told {
    format_id: Option<String>,
}

/// The parts as they were told, and as they came.
struct Post {
    pictures: usize,
    videos: usize,
    fetched_videos: usize,
    files: Vec<PostFile>,
}

impl YtDlp {
    /// Fetches all of a post into a work dir in which a download of `spent` bytes lies already.
    pub(in crate::adapters) async fn fetch_post(
        &self,
        url: &VideoUrl,
        work_dir: &Path,
        spent: u64,
    ) -> Outcome<Download> {
        let source = self.source_of(url)?;
        let folder = empty_folder(work_dir, FOLDER).await?;
        let cookies = self.cookies(source, &folder).await?;
        let way_out = match &self.egress {
            Some(egress) => egress.clone(),
            None => way_out::of(&self.settings, self.settings.max_bytes.saturating_sub(spent))?,
        };
        let proxy = way_out.open().await?;
        let command = self.command(source, url, &folder, cookies.as_deref(), &WANTED);
        let run = self.run(way_out::told(command, &proxy), &proxy).await;
        cookies::remove(cookies.as_ref()).await?;
        let (finished, traffic) = (run?, proxy.traffic());
        if finished.met_a_full_disk() {
            return Err(finished.failed().into());
        }
        way_out::gate(&folder, &traffic).await?;
        let name = name_of(source).unwrap_or("Web");
        let refused = || self.refused(name, url, &finished, cookies.is_some());
        let Some(printed) = info::first_line(&folder, TOLD).await? else {
            return Err(way_out::refused(&traffic).unwrap_or_else(refused));
        };
        let post = post_in(&folder).await?;
        if post.fetched_videos < post.videos || post.files.is_empty() {
            return Err(way_out::refused(&traffic).unwrap_or_else(refused));
        }
        let missing = (post.pictures + post.videos).saturating_sub(post.files.len());
        if missing > 0 && !are_gone(&finished) {
            return Err(Failure::transient(anyhow!("{missing} pictures of the post did not come")));
        }
        let (files, info) = (Files::Post(post.files), printed.info(name));
        Ok(Download { files, subtitles: None, thumbnail: None, info, is_partial: missing > 0 })
    }
}

async fn post_in(folder: &Path) -> Outcome<Post> {
    let told: Vec<Told> = lines(&folder.join(TOLD)).await?;
    let fetched: Vec<serde::de::IgnoredAny> = lines(&folder.join(info::PRINTED)).await?;
    let videos = told.iter().filter(|part| part.format_id.is_some()).count();
    let mut entries = fs::read_dir(folder).await.map_err(Failure::of_file)?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(Failure::of_file)? {
        let path = entry.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(number) = stem.and_then(|stem| stem.strip_prefix(PART)?.parse().ok()) {
            files.push(PostFile { number, path });
        }
    }
    files.sort_by_key(|part| part.number);
    Ok(Post { pictures: told.len() - videos, videos, fetched_videos: fetched.len(), files })
}

/// What a file says, line by line; nothing where it is not there.
async fn lines<T: serde::de::DeserializeOwned>(file: &Path) -> Outcome<Vec<T>> {
    let text = info::head(file, TOLD_BYTES).await?.unwrap_or_default();
    if text.len() as u64 > TOLD_BYTES {
        return Err(Failure::transient(anyhow!("yt-dlp told too much about one post")));
    }
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines: Result<_, _> = lines.map(serde_json::from_slice).collect();
    lines.context("yt-dlp told something else than asked for").map_err(Failure::transient)
}

/// Whether the pictures that did not come are gone for good. yt-dlp only remarks on a preview that is not found, and
/// warns of any other fault.
fn are_gone(finished: &Finished) -> bool {
    let told = String::from_utf8_lossy(&finished.stdout);
    let absent = told.lines().any(|line| line.contains(" Thumbnail ") && line.ends_with("does not exist"));
    let mut faults = finished
        .stderr
        .lines()
        .filter(|line| line.contains("Unable to download") && line.contains(" thumbnail"));
    let is_removed = |line: &str| line.contains("HTTP Error 410");
    let is_removed_alone = faults.clone().all(is_removed);
    is_removed_alone && (absent || faults.next().is_some())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// As yt-dlp writes it: six bytes for each letter that is not Latin, twelve for an emoji.
    fn told(caption: &str) -> String {
        let unit = |unit| format!("\\u{unit:04x}");
        let escaped = caption.encode_utf16().map(unit).collect::<Vec<_>>().concat();
        format!("{{\"title\": \"Post by cook\", \"description\": \"{escaped}\"}}\n")
    }

    #[tokio::test]
    async fn a_long_caption_is_read_though_each_of_twenty_parts_repeats_it() {
        let dir = tempfile::tempdir().unwrap();
        let caption = format!("{}🍲", "щ".repeat(2_190));
        std::fs::write(dir.path().join(TOLD), told(&caption).repeat(20)).unwrap();
        for number in 1..=20 {
            std::fs::write(dir.path().join(format!("{PART}{number:03}.jpg")), "a picture").unwrap();
        }
        let printed = info::first_line(dir.path(), TOLD).await.unwrap().unwrap();
        assert_eq!(printed.info("Instagram").caption.unwrap(), caption);
        let post = post_in(dir.path()).await.unwrap();
        assert_eq!((post.pictures, post.files.len()), (20, 20));
    }

    #[tokio::test]
    async fn what_is_told_without_end_is_not_read_to_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(TOLD), told(&"щ".repeat(50_000))).unwrap();
        let failure = info::first_line(dir.path(), TOLD).await.unwrap_err();
        assert!(failure.to_string().contains("too much about one video"), "{failure}");
        std::fs::write(dir.path().join(TOLD), told("soup").repeat(150_000)).unwrap();
        let failure = post_in(dir.path()).await.err().unwrap();
        assert!(failure.to_string().contains("too much about one post"), "{failure}");
    }
}
