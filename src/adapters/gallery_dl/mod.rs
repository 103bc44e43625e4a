//! gallery-dl, the program that knows how the platforms hide their pictures.
//!
//! Takes the address of a post; gives its pictures and videos in their order and what the platform says about it.
//! Fails as permanent with the reason the platform gave, as `NoMedia` where it shows no pictures, as waiting when it
//! limits us, as an outage when it or the way to it is out of order, as passing where that kept some parts from coming.
//! A stranger chooses the address and the platform chooses the answer, so the walls are those around yt-dlp: fixed
//! arguments, the site's own extractors for single posts alone (`post.py`; of Threads one of ours, `threads.py`), no configuration, cache or cookie of this
//! machine, a proxy of the job's own that judges every address, and limits on files, bytes, memory and time.

mod keeper;
mod refusal;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::fs;
use tokio::io::AsyncReadExt;
use tracing::warn;

use crate::adapters::cookies;
use crate::adapters::egress::{Egress, Traffic};
use crate::adapters::tool::{Finished, Tool, Warm, empty_folder, quotable};
use crate::adapters::yt_dlp::{YtDlpSettings, info, most_on_disk, way_out};
use crate::domain::link::VideoUrl;
use crate::domain::platform::Platform;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Download, Files, PostFile};

/// What runs gallery-dl where it is started anew, with an extractor of ours before it.
const POST: &str =
    concat!(include_str!("threads.py"), include_str!("post.py"), "\n\nsys.exit(fetch(sys.argv[1:]))\n");

/// The extractors that are ours.
const OURS: [&str; 1] = ["threads:post"];

/// When parts that did not come are asked for again.
const PARTS_AGAIN: Duration = Duration::from_mins(1);

/// The folder inside the work dir that belongs to the post.
const FOLDER: &str = "post";

/// What the files are called.
const PART: &str = "part-";

/// Where the script says how many parts the post has.
const COUNTED: &str = "parts.txt";

/// The most pictures and videos of a post: `TikTok` takes 35, Instagram and Reddit 20.
const MOST_PARTS: usize = 35;

/// gallery-dl maps 200 MB and uses 50.
const MEMORY_BYTES: u64 = 1 << 30;

/// Reading pages takes a second; a puzzle without end does not.
const CPU_TIME: Duration = Duration::from_mins(1);

/// Starting Python and loading all extractors.
const LIST_TIMEOUT: Duration = Duration::from_mins(1);

/// First bytes of pictures.
const PICTURES: [&[u8]; 3] = [b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF"];

/// First bytes of Matroska and `WebM`, which name themselves a little later.
const MATROSKA: &[u8] = b"\x1a\x45\xdf\xa3";

/// Tells every kind of file that is known here.
const HEAD_BYTES: u64 = 64;

/// What stays the same for every post.
const FIXED: [&str; 45] = [
    "--config-ignore",
    "--no-input",
    "--no-colors",
    "--warning",
    "--cache-file",
    ":memory:",
    "--no-postprocessors",
    "--no-part",
    "--no-mtime",
    "--http-timeout",
    "15",
    "--sleep-429",
    "1",
    "--sleep-request",
    "0",
    "--range",
    "1-35",
    "--post-range",
    "1",
    "--directory",
    ".",
    "--filename",
    "part-{part}",
    // Pages of TikTok are tried again after a pause as long as the time limit of a request.
    "-o",
    "extractor.retries=1",
    "-o",
    "extractor.tiktok.retries=0",
    "-o",
    "downloader.http.retries=1",
    // X names the minute from which on it answers again; others wait for that with the entry.
    "-o",
    "ratelimit=abort",
    // The music of a slideshow says nothing.
    "-o",
    "audio=false",
    // One file with sound and picture, without yt-dlp to put it together.
    "-o",
    "videos=merged",
    "-o",
    "cookies-update=false",
    "-o",
    "comments=0",
    "-o",
    "selftext=false",
    "-o",
    "quoted=false",
    "-o",
    "downloader.http.adjust-extensions=false",
];

/// What of a post is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All there is.
    Whole,
    /// All there is, but nothing of a post that is one video: another program knows more of it.
    NoLoneVideo,
}

/// Fetches posts with gallery-dl.
#[derive(Debug, Clone)]
pub struct GalleryDl {
    settings: YtDlpSettings,
    egress: Option<Egress>,
    warm: Option<Arc<Warm>>,
}

impl GalleryDl {
    /// gallery-dl as the set-up puts it beside yt-dlp, with the same settings; nothing runs yet.
    pub fn beside(settings: YtDlpSettings) -> Self {
        let warm = keeper::of(&program(&settings), &settings).map(Arc::new);
        Self { settings, egress: None, warm }
    }

    /// The same with another way out than the settings give.
    #[must_use]
    pub fn through(self, egress: Egress) -> Self {
        Self { egress: Some(egress), ..self }
    }

    /// The platform of a link, where it has posts of pictures.
    pub fn platform(&self, url: &VideoUrl) -> Option<&Platform> {
        let trusted = self.settings.extra_hosts.contains(&url.authority());
        Platform::of(&self.settings.platforms, url)
            .filter(|platform| !trusted && !platform.galleries.is_empty())
    }

    /// The extractors of the settings which the program does not have. Asked by people.
    pub async fn unknown_extractors(&self) -> Outcome<Vec<String>> {
        let listed = Tool::new(&program(&self.settings), &std::env::temp_dir())
            .args(["--config-ignore", "--list-extractors"])
            .timeout(LIST_TIMEOUT)
            .succeed()
            .await?
            .text();
        let known: Vec<String> = listed
            .lines()
            .filter_map(|line| line.strip_prefix("Category: ")?.split_once(" - Subcategory: "))
            .map(|(category, subcategory)| format!("{}:{}", category.trim(), subcategory.trim()))
            .collect();
        let ours = self.settings.platforms.iter().flat_map(|platform| &platform.galleries);
        let is_there = |name: &String| known.contains(name) || OURS.contains(&name.as_str());
        Ok(ours.filter(|name| !is_there(name)).cloned().collect())
    }

    fn command(
        &self,
        platform: &Platform,
        (url, wanted): (&VideoUrl, Wanted),
        folder: &Path,
        cookies: Option<&PathBuf>,
    ) -> Tool {
        let settings = &self.settings;
        let wanted = match wanted {
            Wanted::Whole => "whole",
            Wanted::NoLoneVideo => "no-lone-video",
        };
        let mut tool = Tool::new(&settings.program.with_file_name("python"), folder)
            .timeout(settings.timeout)
            .file_bytes(settings.max_bytes)
            .memory_bytes(MEMORY_BYTES)
            .cpu_time(CPU_TIME)
            .start_args(["-I", "-c", POST])
            .args([&platform.galleries.join(","), wanted])
            .args(FIXED)
            .args(["--filesize-max", &settings.max_bytes.to_string()]);
        if let Some(ca_file) = &settings.ca_file {
            tool = tool.env("REQUESTS_CA_BUNDLE", ca_file);
        }
        if let Some(file) = cookies {
            tool = tool.arg("--cookies").arg(file);
        }
        tool.arg("--").arg(quotable(url.as_str()))
    }

    /// The way out of one post, of which `spent` bytes are used up already.
    fn way_out(&self, spent: u64) -> Outcome<Egress> {
        let most = self.settings.max_bytes.saturating_sub(spent);
        self.egress.clone().map_or_else(|| way_out::of(&self.settings, most), Ok)
    }

    /// Fetches one post into `work_dir`, in which a download of `spent` bytes lies already.
    pub async fn fetch(
        &self,
        url: &VideoUrl,
        work_dir: &Path,
        spent: u64,
        wanted: Wanted,
    ) -> Outcome<Download> {
        let platform = self.platform(url).ok_or_else(|| {
            Failure::permanent(Reason::Unsupported, anyhow!("{url} has no posts of pictures"))
        })?;
        let folder = empty_folder(work_dir, FOLDER).await?;
        let proxy = self.way_out(spent)?.open().await?;
        let cookies = match &self.settings.cookies_file {
            Some(given) => cookies::copy_for(given, platform, &folder).await?,
            None => None,
        };
        let tool = way_out::told(self.command(platform, (url, wanted), &folder, cookies.as_ref()), &proxy);
        let growth = tool.growth(most_on_disk(self.settings.max_bytes.saturating_sub(spent)));
        let run = tokio::select! {
            finished = growth.bound(tool.run_kept(self.warm.as_deref())) => finished.map_err(Failure::from),
            () = proxy.used_up() => Err(way_out::used_up(&proxy.traffic())),
        };
        cookies::remove(cookies.as_ref()).await?;
        let (finished, traffic) = (run?, proxy.traffic());
        if finished.met_a_full_disk() {
            return Err(finished.failed().into());
        }
        way_out::gate(&folder, &traffic).await?;
        let parts = parts(&folder).await?;
        let Some(printed) = info::printed(&folder).await?.filter(|_| !parts.is_empty()) else {
            return Err(way_out::refused(&traffic).unwrap_or_else(|| refusal::refusal(&finished)));
        };
        nothing_is_missing_for_now(&finished, &traffic)?;
        let is_partial = is_partial(&folder, &parts, &finished).await;
        let files = match parts.as_slice() {
            [part] => alone(part).await?,
            _ => Files::Post(parts),
        };
        let info = printed.info(&platform.name);
        Ok(Download { files, subtitles: None, thumbnail: None, info, is_partial })
    }
}

/// gallery-dl lies where yt-dlp does.
fn program(settings: &YtDlpSettings) -> PathBuf {
    settings.program.with_file_name("gallery-dl")
}

/// The files in the order of the post.
async fn parts(folder: &Path) -> Outcome<Vec<PostFile>> {
    let mut entries = fs::read_dir(folder).await.map_err(Failure::of_file)?;
    let mut parts = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(Failure::of_file)? {
        let told = entry.metadata().await.map_err(Failure::of_file)?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(PART)?.parse().ok());
        if let Some(number) = number.filter(|_| told.is_file() && told.len() > 0) {
            parts.push(PostFile { number, path: entry.path() });
        }
    }
    parts.sort_by_key(|part| part.number);
    parts.truncate(MOST_PARTS);
    Ok(parts)
}

/// A post of one part: a picture, or a video, which gets the ending of its kind, because files are told apart by it.
async fn alone(part: &PostFile) -> Outcome<Files> {
    let head = head(&part.path).await.map_err(Failure::of_file)?;
    if PICTURES.iter().any(|magic| head.starts_with(magic)) {
        return Ok(Files::Post(vec![part.clone()]));
    }
    let Some(ending) = ending(&head) else { return Ok(Files::Video(part.path.clone())) };
    let named = part.path.with_extension(ending);
    fs::rename(&part.path, &named).await.map_err(Failure::of_file)?;
    Ok(Files::Video(named))
}

async fn head(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(file).await?.take(HEAD_BYTES).read_to_end(&mut head).await?;
    Ok(head)
}

/// The ending of a video that begins so; the name a stranger gave it says nothing.
fn ending(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(MATROSKA) {
        return Some(if head.windows(4).any(|word| word == b"webm") { "webm" } else { "mkv" });
    }
    let brand = head.get(4..12)?.strip_prefix(b"ftyp")?;
    Some(if brand == b"qt  " { "mov" } else { "mp4" })
}

/// A part that cannot be had just now may be had later, and what is kept of a post is kept for everybody. It lies where
/// the post says, so that it tells nothing of the site itself. Where nobody is let to, that stays so.
fn nothing_is_missing_for_now(finished: &Finished, traffic: &Traffic) -> Outcome<()> {
    if finished.status.success() || way_out::refused(traffic).is_some() || !refusal::is_passing(finished) {
        return Ok(());
    }
    let said = refusal::last_words(&finished.stderr);
    let missing = anyhow!("a part of the post did not come ({}): {said}", finished.status);
    Err(Failure::new(Kind::Transient { retry_after: Some(PARTS_AGAIN) }, missing))
}

/// Whether parts cannot be had for good: each costs its own lines alone.
async fn is_partial(folder: &Path, parts: &[PostFile], finished: &Finished) -> bool {
    let counted = fs::read_to_string(folder.join(COUNTED)).await.ok().and_then(|text| text.parse().ok());
    let missing = counted.map_or(0, |counted: usize| counted.saturating_sub(parts.len()));
    let is_partial = missing > 0 || !finished.status.success();
    if is_partial {
        warn!(missing, said = refusal::last_words(&finished.stderr), "parts of a post cannot be had");
    }
    is_partial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_is_named_by_its_first_bytes() {
        for (head, expected) in [
            (&b"\0\0\0\x20ftypisom\0\0\x02\0"[..], Some("mp4")),
            (b"\0\0\0\x14ftypqt  ", Some("mov")),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Some("webm")),
            (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", Some("mkv")),
            (b"<html>ftyp", None),
            (b"\0\0\0\x20ftyp", None),
            (b"", None),
        ] {
            assert_eq!(ending(head), expected, "{head:?}");
        }
    }
}
