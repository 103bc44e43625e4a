//! yt-dlp, the program that knows how the platforms hide their videos.
//!
//! Takes the address of a video; gives one file of at most 720 lines and what the platform says about it.
//! Fails as permanent with the reason the platform gave, as waiting when it limits us or our disk is full, as
//! an outage when the platform or the way to it is out of order, else as transient.
//! A stranger chooses the address and the platform chooses the answer, so: the host must be on the list,
//! the arguments are fixed, only the site's own extractors are loaded, no configuration, plug-in, cache or
//! cookie of this machine is read, and size, length and time are limited before and during the download.

mod info;
mod platforms;
mod refusal;
mod walls;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::fs;

use self::walls::{Wall, Walls};
use crate::adapters::tool::{Finished, Tool, empty_folder};
use crate::domain::link::VideoUrl;
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Outcome};
use crate::ports::{Download, VideoSource};

pub use platforms::Platform;

/// The first version without a known hole in the parts used here (GHSA-6v4j-43gg-vj32 and older).
pub const OLDEST: (u32, u32, u32) = (2026, 7, 4);

/// The folder inside the work dir that belongs to the download.
const FOLDER: &str = "fetch";

/// What yt-dlp prints once the file is complete.
const PRINTED: &str = "printed.json";

/// Longest line of JSON read back, in bytes; a description has 5,000 characters at most.
const PRINTED_BYTES: u64 = 256 * 1024;

/// yt-dlp's own processes stay far below; a parser gone wild does not.
const MEMORY_BYTES: u64 = 2 << 30;

/// Asking for the version only starts Python.
const VERSION_TIMEOUT: Duration = Duration::from_secs(30);

/// Smaller frames lose captions, larger ones are scaled down for reading anyway.
const SORT: &str = "res:720,vcodec:h264,acodec:aac";

/// The platform whose limit is a login wall.
const WALLED: &str = "Instagram";

/// What stays the same for every download.
const FIXED: [&str; 37] = [
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
    "--extractor-retries",
    "1",
    "--force-overwrites",
    "--no-mtime",
    "--no-progress",
    "--color",
    "never",
    "--format",
    "bv*+ba/b",
    "--format-sort",
    SORT,
    "--merge-output-format",
    "mp4/mkv",
    "--output",
    "video.%(ext)s",
];

/// How yt-dlp is run.
#[derive(Debug, Clone)]
pub struct YtDlpSettings {
    /// The program.
    pub program: PathBuf,
    /// The sites links may point at.
    pub platforms: Vec<Platform>,
    /// Further places the operator trusts, each as `host:port`; any page or file there is taken.
    pub extra_hosts: Vec<String>,
    /// Largest file taken, in bytes.
    pub max_bytes: u64,
    /// Longest video taken, in seconds.
    pub max_seconds: u64,
    /// Wall-clock time for one download.
    pub timeout: Duration,
    /// The HTTP proxy all requests go through; may hold credentials.
    pub proxy: Option<SecretString>,
    /// Further root certificates, for a proxy that inspects.
    pub ca_file: Option<PathBuf>,
    /// The operator's login for the platforms, in Netscape format; a copy is used, the file stays as it is.
    pub cookies_file: Option<PathBuf>,
}

/// Fetches videos with yt-dlp.
#[derive(Debug, Clone)]
pub struct YtDlp {
    settings: YtDlpSettings,
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
        Self { settings, walls: Arc::default() }
    }

    /// The version of the program, such as `2026.10.26`.
    pub async fn version(&self) -> Outcome<String> {
        let finished = Tool::new(&self.settings.program, &std::env::temp_dir())
            .args(["--ignore-config", "--no-plugin-dirs", "--version"])
            .timeout(VERSION_TIMEOUT)
            .succeed()
            .await?;
        Ok(finished.text().trim().to_owned())
    }

    /// The version, if it is new enough to be let at strangers' links. Asked once at start-up.
    pub async fn check(&self) -> Outcome<String> {
        let version = self.version().await?;
        match numbers(&version) {
            Some(found) if found >= OLDEST => Ok(version),
            Some(_) => Err(Failure::transient(anyhow!(
                "yt-dlp {version} has known security holes: run `make setup` to get {}.{:02}.{:02} or newer",
                OLDEST.0,
                OLDEST.1,
                OLDEST.2
            ))),
            None => Err(Failure::transient(anyhow!("cannot tell the version of yt-dlp from {version:?}"))),
        }
    }

    /// Who serves this link; everybody else is refused here, before anything runs.
    fn source_of(&self, url: &VideoUrl) -> Outcome<Source<'_>> {
        let authority = url.authority();
        if self.settings.extra_hosts.contains(&authority) {
            return Ok(Source::Extra);
        }
        let usual_port = authority.ends_with(":443") || authority.ends_with(":80");
        let platform = self.settings.platforms.iter().find(|platform| platform.serves(url.host()));
        platform.filter(|_| usual_port).map(Source::Platform).ok_or_else(|| {
            Failure::permanent(
                Reason::Unsupported,
                anyhow!("{authority} is not a host videos are fetched from"),
            )
        })
    }

    fn command(&self, source: Source<'_>, url: &VideoUrl, folder: &Path, cookies: Option<&Path>) -> Tool {
        let settings = &self.settings;
        let (extractors, address) = match source {
            Source::Platform(platform) => {
                (platform.extractors.join(","), platforms::as_extractors_know_it(url.as_str()))
            }
            Source::Extra => ("generic".to_owned(), url.as_str().to_owned()),
        };
        let mut tool = Tool::new(&settings.program, folder)
            .timeout(settings.timeout)
            // A site that hides the size is stopped by the limit on the file itself.
            .file_bytes(settings.max_bytes)
            .memory_bytes(MEMORY_BYTES)
            .args(FIXED)
            .args(["--ies", &extractors])
            .args(["--max-filesize", &settings.max_bytes.to_string()])
            .args(["--match-filters", &format!("{}{}", refusal::LENGTH, settings.max_seconds)])
            .args(["--break-match-filters", refusal::NOT_LIVE])
            .args(["--print-to-file", info::TEMPLATE, PRINTED]);
        if let Some(proxy) = &settings.proxy {
            // Not as an argument: the list of processes shows those to everybody on the machine.
            tool = tool.env("http_proxy", proxy.expose_secret()).env("https_proxy", proxy.expose_secret());
        }
        if let Some(ca_file) = &settings.ca_file {
            tool = tool.env("SSL_CERT_FILE", ca_file).args(["--compat-options", "no-certifi"]);
        }
        tool = match cookies {
            Some(file) => tool.arg("--cookies").arg(file),
            None => tool.arg("--no-cookies"),
        };
        tool.arg("--").arg(OsString::from(address))
    }

    /// yt-dlp writes the cookies back, so each job has a copy; the operator's logins are for platforms only.
    async fn cookies(&self, source: Source<'_>, folder: &Path) -> Outcome<Option<PathBuf>> {
        let (Some(file), Source::Platform(_)) = (&self.settings.cookies_file, source) else {
            return Ok(None);
        };
        let copy = folder.join("cookies.txt");
        let copied = fs::copy(file, &copy).await;
        copied.map_err(|error| Failure::of_file(error).context("cannot copy the cookies file"))?;
        Ok(Some(copy))
    }

    /// Why there is no video. Without a login a wall may be a limit on all who have none.
    fn refused(&self, url: &VideoUrl, finished: &Finished) -> Failure {
        let failure = refusal::refusal(finished);
        if self.settings.cookies_file.is_some() || !refusal::is_login_wall(finished) {
            return failure;
        }
        match self.walls.met(url.as_str(), Instant::now()) {
            Wall::Limit => Failure::wait(Some(refusal::RATE_LIMIT_PAUSE), failure.cause),
            Wall::Lasting => Failure::permanent(Reason::LoginNeeded, failure.cause),
        }
    }
}

#[async_trait]
impl VideoSource for YtDlp {
    fn party(&self, url: &VideoUrl) -> Option<Party> {
        Some(match self.source_of(url).ok()? {
            Source::Platform(platform) => Party::new(platform.name.as_str()),
            Source::Extra => Party::new(url.authority()),
        })
    }

    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download> {
        let source = self.source_of(url)?;
        let folder = empty_folder(work_dir, FOLDER).await?;
        let cookies = self.cookies(source, &folder).await?;
        let run = self.command(source, url, &folder, cookies.as_deref()).run().await;
        if let Some(copy) = &cookies {
            fs::remove_file(copy)
                .await
                .context("cannot remove the copy of the cookies")
                .map_err(Failure::transient)?;
        }
        // The exit status alone says little: 101 also means that one video, as wished, is enough.
        let finished = run?;
        if finished.met_a_full_disk() {
            return Err(finished.failed().into());
        }
        let Some(printed) = printed(&folder).await? else { return Err(self.refused(url, &finished)) };
        let file = folder.join(&printed.filepath);
        let size = fs::metadata(&file)
            .await
            .context("the video is not where yt-dlp put it")
            .map_err(Failure::transient)?;
        if size.len() > self.settings.max_bytes {
            return Err(Failure::permanent(Reason::TooLarge, anyhow!("the video has {} bytes", size.len())));
        }
        let name = if let Source::Platform(platform) = source { platform.name.as_str() } else { "Web" };
        if name == WALLED {
            self.walls.passed(url.as_str(), Instant::now());
        }
        Ok(Download { file, info: printed.info(name) })
    }
}

/// The line about the finished file, when there is one.
async fn printed(folder: &Path) -> Outcome<Option<info::Printed>> {
    let path = folder.join(PRINTED);
    let size = match fs::metadata(&path).await {
        Ok(metadata) => metadata.len(),
        Err(_) => return Ok(None),
    };
    if size > PRINTED_BYTES {
        return Err(Failure::transient(anyhow!("yt-dlp printed {size} bytes about one video")));
    }
    let text = fs::read_to_string(&path)
        .await
        .context("cannot read what yt-dlp printed")
        .map_err(Failure::transient)?;
    let line = text.lines().next().unwrap_or_default();
    let printed = serde_json::from_str(line).context("yt-dlp printed something else than asked for");
    printed.map(Some).map_err(Failure::transient)
}

/// `2026.10.26` or `2026.10.26.232945` as numbers.
fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests;
