//! yt-dlp kept loaded: what it loads before the first link.

use super::YtDlpSettings;
use crate::adapters::tool::Warm;

/// What a keeper loads, and how it runs one download.
const SCRIPT: &str = include_str!("warm.py");

/// yt-dlp kept loaded, where it can be.
pub(super) fn of(settings: &YtDlpSettings) -> Option<Warm> {
    let extractors = settings.platforms.iter().flat_map(|platform| &platform.extractors);
    let plain = extractors.filter(|name| name.bytes().all(|letter| letter.is_ascii_alphanumeric()));
    let loads = std::iter::once("generic".to_owned()).chain(plain.cloned());
    let warm = Warm::beside(&settings.program, SCRIPT, loads)?;
    Some(match &settings.ca_file {
        // curl looks for its roots when it is loaded.
        Some(file) => warm.env("SSL_CERT_FILE", file),
        None => warm,
    })
}
