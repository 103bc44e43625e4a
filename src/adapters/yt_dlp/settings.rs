//! How yt-dlp is run, as the operator says.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::platform::Platform;

/// Beside the file a download may bring pages, lists, subtitles and a preview image, in bytes.
const BESIDE: u64 = 20 << 20;

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
    /// The root certificates that are trusted, for a proxy that inspects.
    pub ca_file: Option<PathBuf>,
    /// The operator's logins for the platforms, in Netscape format: a file with all of them, or a folder with one for
    /// each. A job gets a copy of what its platform is to know.
    pub cookies_file: Option<PathBuf>,
}

/// The most that all files of a download may take of which the largest has `file` bytes: the proxy counts what comes
/// packed, so this bounds what it unpacks to.
pub fn most_on_disk(file: u64) -> u64 {
    BESIDE.saturating_add(file)
}
