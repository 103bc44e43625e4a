//! gallery-dl kept loaded: what it loads before the first post.

use std::collections::BTreeSet;
use std::path::Path;

use crate::adapters::tool::Warm;
use crate::adapters::yt_dlp::YtDlpSettings;

/// What a keeper loads, and how it fetches one post.
const SCRIPT: &str = concat!(include_str!("threads.py"), include_str!("post.py"), include_str!("warm.py"));

/// gallery-dl kept loaded with the extractors of these platforms, where it can be.
pub(super) fn of(program: &Path, settings: &YtDlpSettings) -> Option<Warm> {
    let names = settings.platforms.iter().flat_map(|platform| &platform.galleries);
    let categories: BTreeSet<_> = names.filter_map(|name| Some(name.split_once(':')?.0.to_owned())).collect();
    let warm = Warm::beside(program, SCRIPT, categories)?;
    Some(match &settings.ca_file {
        // The roots are read once, before all connections.
        Some(file) => warm.env("REQUESTS_CA_BUNDLE", file),
        None => warm,
    })
}
