//! Is yt-dlp there, new enough, and does it know the extractors of the settings?
//!
//! Takes the settings; gives the version and what is missing. Fails as transient where the program cannot be started
//! or is too old: an operator mends both.

use std::time::Duration;

use anyhow::anyhow;

use super::YtDlp;
use crate::adapters::tool::Tool;
use crate::failure::{Failure, Outcome};

/// The first version without a known hole in the parts used here (GHSA-6v4j-43gg-vj32 and older).
pub const OLDEST: (u32, u32, u32) = (2026, 7, 4);

/// Asking for the version only starts Python.
const VERSION_TIMEOUT: Duration = Duration::from_secs(30);

impl YtDlp {
    /// The version of the program, such as `2026.10.26`.
    pub async fn version(&self) -> Outcome<String> {
        let finished = Tool::new(&self.settings.program, &std::env::temp_dir())
            .args(["--ignore-config", "--no-plugin-dirs", "--version"])
            .timeout(VERSION_TIMEOUT)
            .succeed()
            .await?;
        Ok(finished.text().trim().to_owned())
    }

    /// The version, if it is new enough to be let at strangers' links and there is a way out. Asked once at
    /// start-up.
    pub async fn check(&self) -> Outcome<String> {
        self.way_out()?;
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

    /// The extractors of the settings which the program does not have. Asked by people.
    pub async fn unknown_extractors(&self) -> Outcome<Vec<String>> {
        let listed = Tool::new(&self.settings.program, &std::env::temp_dir())
            .args(["--ignore-config", "--no-plugin-dirs", "--list-extractors"])
            .timeout(VERSION_TIMEOUT)
            .succeed()
            .await?
            .text();
        // What does not work is marked behind its name.
        let known: Vec<String> =
            listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_lowercase).collect();
        let ours = self.settings.platforms.iter().flat_map(|platform| &platform.extractors);
        Ok(ours.filter(|name| !known.contains(name)).cloned().collect())
    }
}

/// `2026.10.26` or `2026.10.26.232945` as numbers.
pub(super) fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}
