//! How videos are fetched, as the operator says. Fails with the key of what cannot be used.

use std::time::Duration;

use url::Url;

use super::reader::{Reader, SettingsError};
use super::{Downloads, platforms};

/// Reads how videos are fetched.
pub(super) fn read(from: &Reader) -> Result<Downloads, SettingsError> {
    let extra_hosts = from.list("DOWNLOAD_EXTRA_HOSTS");
    if let Some(odd) = extra_hosts.iter().find(|host| !is_host_and_port(host)) {
        return Err(from.error(
            "DOWNLOAD_EXTRA_HOSTS",
            &format!("`{odd}` names no port"),
            "Write host:port, such as media.example:443.",
        ));
    }
    Ok(Downloads {
        extra_hosts,
        proxy: proxy(from)?,
        ca_file: from.path("DOWNLOAD_CA_FILE"),
        cookies_file: from.path("YTDLP_COOKIES_FILE"),
        platforms: platforms::read(from)?,
        max_bytes: from.number("DOWNLOAD_MAX_MB", 1..=10_000)? * 1_000_000,
        work_bytes: from.number("WORK_MAX_MB", 1..=1_000_000)? * 1_000_000,
        max_length: Duration::from_secs(from.number("DOWNLOAD_MAX_MINUTES", 1..=1_440)? * 60),
    })
}

/// Proxies that are spoken to in TLS are rare, and not spoken to here.
fn proxy(from: &Reader) -> Result<Option<Url>, SettingsError> {
    let proxy = from.url("DOWNLOAD_PROXY")?;
    if proxy.as_ref().is_some_and(|url| url.scheme() != "http") {
        return Err(from.error("DOWNLOAD_PROXY", "is no HTTP proxy", "Write http://host:port."));
    }
    Ok(proxy)
}

fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}
