//! The downloader as the settings want it: which sites, how much, through which proxy, with whose logins.

use std::time::Duration;

use secrecy::SecretString;

use super::adapters::absolute;
use crate::adapters::fetcher::Fetcher;
use crate::adapters::gallery_dl::GalleryDl;
use crate::adapters::yt_dlp::{YtDlp, YtDlpSettings, with_the_usual};
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
    let program = absolute(&settings.tools_dir).join("venv/bin/yt-dlp");
    let own_roots = downloads.ca_file.as_deref().map(absolute);
    YtDlpSettings {
        ca_file: own_roots.map(|own| with_the_usual(&own, &program, &absolute(&settings.data_dir))),
        program,
        platforms: platforms(settings),
        extra_hosts: downloads.extra_hosts.clone(),
        max_bytes: downloads.max_bytes,
        max_seconds: downloads.max_length.as_secs(),
        timeout: DOWNLOAD_LIMIT,
        proxy: downloads.proxy.as_ref().map(|url| SecretString::from(url.as_str())),
        cookies_file: downloads.cookies_file.as_deref().map(absolute),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::HashMap;
    use std::fs;

    use super::*;

    #[test]
    fn the_roots_of_an_inspecting_proxy_stand_beside_the_usual_ones() {
        let dir = tempfile::tempdir().unwrap();
        let (own, usual) =
            (dir.path().join("own.pem"), dir.path().join("venv/lib/python3/site-packages/certifi"));
        fs::create_dir_all(&usual).unwrap();
        fs::write(&own, "own").unwrap();
        let env = ["DOWNLOAD_CA_FILE", "TOOLS_DIR", "DATA_DIR"].map(str::to_owned);
        let values = [own.clone(), dir.path().to_owned(), dir.path().join("data")];
        let env: HashMap<_, _> = env.into_iter().zip(values.map(|path| path.display().to_string())).collect();
        let settings = Settings::from_layers(&env, None).unwrap();
        assert_eq!(download_settings(&settings).ca_file.as_ref(), Some(&own), "there are no usual ones");
        fs::write(usual.join("cacert.pem"), "usual").unwrap();
        for _ in 0..2 {
            let roots = download_settings(&settings).ca_file.unwrap();
            assert_eq!(fs::read_to_string(roots).unwrap(), "usual\nown");
        }
    }
}
