//! The downloader as the settings want it: which sites, how much, through which proxy, with whose logins.

use std::time::Duration;

use secrecy::SecretString;

use super::adapters::absolute;
use crate::adapters::fetcher::Fetcher;
use crate::adapters::gallery_dl::GalleryDl;
use crate::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use crate::domain::platform::Platform;
use crate::settings::{self, Settings};

/// Wall-clock time of one download.
const DOWNLOAD_LIMIT: Duration = Duration::from_mins(5);

/// The downloader.
pub fn fetcher(settings: &Settings) -> Fetcher {
    let settings = download_settings(settings);
    Fetcher { videos: YtDlp::new(settings.clone()), posts: GalleryDl::beside(settings) }
}

/// The sites links may point at.
pub fn platforms(settings: &Settings) -> Vec<Platform> {
    let listed = settings.downloads.platforms.iter().cloned();
    let platform = |settings::Platform { name, hosts, extractors, galleries }| Platform {
        name,
        hosts,
        extractors,
        galleries,
    };
    listed.map(platform).collect()
}

fn download_settings(settings: &Settings) -> YtDlpSettings {
    let downloads = &settings.downloads;
    YtDlpSettings {
        program: absolute(&settings.tools_dir).join("venv/bin/yt-dlp"),
        platforms: platforms(settings),
        extra_hosts: downloads.extra_hosts.clone(),
        max_bytes: downloads.max_bytes,
        max_seconds: downloads.max_length.as_secs(),
        timeout: DOWNLOAD_LIMIT,
        proxy: downloads.proxy.as_ref().map(|url| SecretString::from(url.as_str())),
        ca_file: downloads.ca_file.as_deref().map(absolute),
        cookies_file: downloads.cookies_file.as_deref().map(absolute),
    }
}
