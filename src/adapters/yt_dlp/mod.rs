//! yt-dlp, the program that knows how the platforms hide their videos.
//!
//! Takes the address of a video; gives one file of at most 720 lines and what the platform says about it.
//! Fails as permanent with the reason the platform gave, as waiting when it limits us or our disk is full, as
//! an outage when the platform or the way to it is out of order, else as transient.
//! A stranger chooses the address and the platform chooses the answer, so: the host must be on the list,
//! the arguments are fixed, only the site's own extractors are loaded, no configuration, plug-in, cache or
//! cookie of this machine is read, all it fetches comes through a proxy of our own that judges every address
//! (`way_out`), and size, length and time are limited before and during the download.

mod address;
mod by_hand;
mod carousel;
mod check;
pub(super) mod info;
mod keeper;
mod login;
mod refusal;
mod roots;
mod settings;
mod subtitles;
mod thumbnail;
mod walls;
pub(super) mod way_out;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tokio::fs;

use self::walls::Walls;
use crate::adapters::cookies;
use crate::adapters::egress::{Egress, JobProxy};
use crate::adapters::short_links::ShortLinks;
use crate::adapters::tool::{Finished, Tool, Warm, empty_folder, quotable};
use crate::domain::entry::Target;
use crate::domain::link::VideoUrl;
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::ports::{Download, Files, VideoSource};

pub use self::check::OLDEST;
pub use self::info::Seems;
pub use self::roots::with_the_usual;
pub use self::settings::{YtDlpSettings, most_on_disk};
pub use crate::domain::platform::Platform;

/// The folder inside the work dir that belongs to the download.
const FOLDER: &str = "fetch";

/// yt-dlp maps less than 700 MB and uses 60; a page that unpacks to gigabytes does not stop by itself.
const MEMORY_BYTES: u64 = 1 << 30;

/// Reading pages and joining files takes a few seconds; a puzzle without end does not.
const CPU_TIME: Duration = Duration::from_mins(2);

/// Smaller frames lose captions, larger ones are scaled down for reading anyway.
const SORT: &str = "res:720,vcodec:h264,acodec:aac";

/// What stays the same for every download.
const FIXED: [&str; 38] = [
    "--ignore-config",
    "--no-plugin-dirs",
    "--no-remote-components",
    "--no-exec",
    "--no-cookies-from-browser",
    "--no-cache-dir",
    "--no-update",
    "--no-live-from-start",
    "--no-playlist",
    // A post may hold several pictures and videos: the first video counts.
    "--playlist-items",
    "1:10",
    "--max-downloads",
    "1",
    "--no-write-playlist-metafiles",
    // Other downloaders would leave the limits and the proxy behind.
    "--downloader",
    "native",
    "--socket-timeout",
    "15",
    "--retries",
    "2",
    "--fragment-retries",
    "2",
    // What is kept is everybody's record, so that a video with holes is none.
    "--abort-on-unavailable-fragments",
    "--extractor-retries",
    "1",
    "--force-overwrites",
    "--no-mtime",
    "--no-progress",
    "--color",
    "never",
    // Lists of parts tell bytes a second alone, which is enough to know what is far too large.
    "--compat-options",
    "manifest-filesize-approx",
    "--format-sort",
    SORT,
    "--merge-output-format",
    "mp4/mkv",
    "--output",
    "video.%(ext)s",
];

/// Fetches videos with yt-dlp.
#[derive(Debug, Clone)]
pub struct YtDlp {
    settings: YtDlpSettings,
    egress: Option<Egress>,
    warm: Option<Arc<Warm>>,
    with_thumbnail: bool,
    walls: Arc<Walls>,
}

/// Who serves a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    Platform(&'a Platform),
    Extra,
}

impl YtDlp {
    /// A source with these settings; nothing runs yet.
    pub fn new(settings: YtDlpSettings) -> Self {
        let warm = keeper::of(&settings).map(Arc::new);
        Self { settings, egress: None, warm, with_thumbnail: true, walls: Arc::default() }
    }

    /// The same source with another way out than the settings give.
    #[must_use]
    pub fn through(self, egress: Egress) -> Self {
        Self { egress: Some(egress), ..self }
    }

    /// The way out of all downloads.
    fn way_out(&self) -> Outcome<Egress> {
        self.egress.clone().map_or_else(|| way_out::of(&self.settings, self.settings.max_bytes), Ok)
    }

    /// Who serves this link; everybody else is refused here, before anything runs.
    fn source_of(&self, url: &VideoUrl) -> Outcome<Source<'_>> {
        let authority = url.authority();
        if self.settings.extra_hosts.contains(&authority) {
            return Ok(Source::Extra);
        }
        Platform::of(&self.settings.platforms, url).map(Source::Platform).ok_or_else(|| {
            Failure::permanent(
                Reason::Unsupported,
                anyhow!("{authority} is not a host videos are fetched from"),
            )
        })
    }

    fn command(
        &self,
        source: Source<'_>,
        url: &VideoUrl,
        folder: &Path,
        cookies: Option<&Path>,
        wanted: &[&str],
    ) -> Tool {
        let settings = &self.settings;
        let (extractors, address) = match source {
            Source::Platform(platform) => {
                (platform.extractors.join(","), address::as_extractors_know_it(url.as_str()))
            }
            Source::Extra => ("generic".to_owned(), url.as_str().to_owned()),
        };
        let mut tool = Tool::new(&settings.program, folder)
            .timeout(settings.timeout)
            // A site that hides the size is stopped by the limit on the file itself.
            .file_bytes(settings.max_bytes)
            .memory_bytes(MEMORY_BYTES)
            .cpu_time(CPU_TIME)
            .args(FIXED)
            .args(way_out::FFMPEG_STAYS)
            .args(["--ies", &extractors])
            .args(["--format", &way_out::format(settings.max_bytes)])
            .args(["--max-filesize", &settings.max_bytes.to_string()])
            .args(["--match-filters", &format!("{}{}", refusal::LENGTH, settings.max_seconds)])
            .args(["--break-match-filters", refusal::NOT_LIVE])
            .args(["--print-to-file", info::TEMPLATE, info::PRINTED])
            .args(wanted);
        if let Some(ca_file) = &settings.ca_file {
            tool = tool.env("SSL_CERT_FILE", ca_file).args(["--compat-options", "no-certifi"]);
        }
        tool = match cookies {
            Some(file) => tool.arg("--cookies").arg(file),
            None => tool.arg("--no-cookies"),
        };
        tool.arg("--").arg(quotable(&address))
    }

    /// What is wanted beside the video.
    fn wanted(&self, source: Source<'_>) -> Vec<&'static str> {
        let thumbnail: &[&str] = if self.with_thumbnail { &thumbnail::WANTED } else { &[] };
        [&subtitles::asked(name_of(source)), thumbnail].concat()
    }

    /// The login of this platform alone; the operator's logins are for platforms only.
    async fn cookies(&self, source: Source<'_>, folder: &Path) -> Outcome<Option<PathBuf>> {
        match (&self.settings.cookies_file, source) {
            (Some(given), Source::Platform(platform)) => cookies::copy_for(given, platform, folder).await,
            _ => Ok(None),
        }
    }

    /// Runs the program until its end, or until the job's bytes are used up.
    async fn run(&self, tool: Tool, proxy: &JobProxy) -> Outcome<Finished> {
        // First sound and picture come apart and are joined into a file of their size.
        let growth = tool.growth(most_on_disk(2 * self.settings.max_bytes));
        let ended = growth.bound(tool.run_kept(self.warm.as_deref()));
        tokio::select! {
            finished = ended => Ok(finished?),
            () = proxy.used_up() => Err(way_out::used_up(&proxy.traffic())),
        }
    }

    /// Why there is no video. A wall may stand before all of the site's.
    fn refused(&self, site: &str, url: &VideoUrl, finished: &Finished, has_login: bool) -> Failure {
        let failure = refusal::refusal(finished);
        match refusal::wall(finished, has_login) {
            Some(lasting) => self.walls.judge(site, url.as_str(), failure.cause, lasting),
            None => failure,
        }
    }
}

#[async_trait]
impl VideoSource for YtDlp {
    fn understand(&self, link: &str) -> Outcome<Target> {
        login::understand(&self.settings, link)
    }

    async fn follow(&self, short: &VideoUrl) -> Outcome<Target> {
        let serves = |url: &VideoUrl| matches!(self.source_of(url), Ok(Source::Platform(_)));
        let ca_file = self.settings.ca_file.as_deref();
        let links = ShortLinks { egress: self.way_out()?, ca_file, serves: &serves };
        Ok(login::apart(&self.settings, links.follow(short).await?))
    }

    fn party(&self, url: &VideoUrl) -> Option<Party> {
        Some(match self.source_of(url).ok()? {
            Source::Platform(platform) => Party::new(platform.name.as_str()),
            Source::Extra => Party::new(url.authority()),
        })
    }

    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download> {
        Ok(self.fetch_telling(url, work_dir).await?.0)
    }
}

impl YtDlp {
    /// Fetches a video, and tells what it seems to be.
    pub(super) async fn fetch_telling(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<(Download, Seems)> {
        match self.attempt(url, work_dir).await {
            Err(failure) if thumbnail::is_in_the_way(work_dir, &failure).await => {
                Self { with_thumbnail: false, ..self.clone() }.attempt(url, work_dir).await
            }
            fetched => fetched,
        }
    }

    /// One run of the program, and what came of it.
    async fn attempt(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<(Download, Seems)> {
        let source = self.source_of(url)?;
        if let Source::Platform(Platform { extractors, .. }) = source
            && extractors.is_empty()
        {
            // Without any named the program would take them all.
            return Err(Failure::permanent(
                Reason::Unsupported,
                anyhow!("{url} has no extractor for videos"),
            ));
        }
        let folder = empty_folder(work_dir, FOLDER).await?;
        let cookies = self.cookies(source, &folder).await?;
        let proxy = self.way_out()?.open().await?;
        let command = self.command(source, url, &folder, cookies.as_deref(), &self.wanted(source));
        let tool = way_out::told(command, &proxy);
        let run = self.run(tool, &proxy).await;
        cookies::remove(cookies.as_ref()).await?;
        // The exit status alone says little: 101 also means that one video, as wished, is enough.
        let (finished, traffic) = (run?, proxy.traffic());
        if finished.met_a_full_disk() {
            return Err(finished.failed().into());
        }
        way_out::gate(&folder, &traffic).await?;
        let name = name_of(source).unwrap_or("Web");
        let Some(printed) = info::printed(&folder).await? else {
            return Err(way_out::refused(&traffic)
                .unwrap_or_else(|| self.refused(name, url, &finished, cookies.is_some())));
        };
        let file = folder.join(&printed.filepath);
        let size = fs::metadata(&file).await.context(thumbnail::NO_VIDEO).map_err(Failure::transient)?;
        if size.len() > self.settings.max_bytes {
            return Err(Failure::permanent(Reason::TooLarge, anyhow!("the video has {} bytes", size.len())));
        }
        self.walls.passed(name, url.as_str(), Instant::now());
        // Of several languages one may have been lost on the way, and the rest say nothing about which is spoken.
        let is_clear = printed.language.is_some() || !subtitles::were_lost(&finished.stderr);
        let spoken = printed.language.as_deref();
        let mut subtitles = self.made_by_hand((source, url), work_dir, &folder, spoken).await;
        if subtitles.is_none() && is_clear {
            subtitles = subtitles::read(&folder, spoken, name).await?;
        }
        let thumbnail = thumbnail::in_folder(&folder).await;
        let seems = printed.seems();
        let files = Files::Video(file);
        let info = printed.info(name);
        Ok((Download { files, subtitles, thumbnail, info, is_partial: false }, seems))
    }
}

fn name_of(source: Source<'_>) -> Option<&str> {
    match source {
        Source::Platform(platform) => Some(platform.name.as_str()),
        Source::Extra => None,
    }
}

#[cfg(test)]
mod tests;
