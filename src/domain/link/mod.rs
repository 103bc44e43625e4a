//! A saved link: parsed, cleaned of what only tracks people, and reduced to the key all links to the
//! same video share.
//!
//! Takes what a person pasted; gives a [`Target`](super::entry::Target) or says that it is no link. A short link
//! says nothing of its video: its key is its own until somebody followed it. Which hosts may be downloaded from is
//! the downloader's decision, not made here.

mod paste;
mod platforms;
mod sites;
mod tracking;
mod wrappers;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::entry::Target;

pub use sites::PINTEREST;

/// What the key of a link begins with that has to be followed first.
const SHORT: &str = "short:";

/// What the key of a link begins with of which no more is known than its address.
const WEB: &str = "web:";

/// What a key ends with where the operator's login may show more than everybody sees.
const LOGGED_IN: &str = " (logged in)";

/// Longest address that is a key as it is, in bytes; of a longer one its digest stands in its place, because databases
/// look nothing up by long texts.
const LONGEST_KEY: usize = 1_000;

/// Links inside links that are unpacked: a message of a messenger about a search result has two.
const MOST_WRAPPERS: usize = 4;

/// A web address of a video: http or https, with a host, without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VideoUrl(Url);

impl VideoUrl {
    /// The address of a file of this machine; links out of rows never become one.
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        Url::from_file_path(path).ok().map(Self)
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host name or address literal, lower case; never empty.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// `host:port` with the scheme's default port filled in.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.0.port_or_known_default().unwrap_or_default())
    }

    /// Whether it is a site's first page, which is no video.
    pub fn is_start_page(&self) -> bool {
        self.0.path().trim_matches('/').is_empty()
    }

    /// The same address, asked for in TLS: every platform has it.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        // Refused for schemes alone that links never have; they stay as they are.
        match self.0.set_scheme("https") {
            Ok(()) | Err(()) => self,
        }
    }

    /// Where a redirect from here leads: an address, or one seen from here.
    pub fn join(&self, there: &str) -> Option<Self> {
        let url = self.0.join(there).ok()?;
        paste::check(url).ok().map(Self)
    }
}

/// The host alone: a link's query may hold what its owner would not want in a log.
impl fmt::Display for VideoUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.host())
    }
}

/// The key all links to the same video share, such as `youtube:dQw4w9WgXcQ`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaKey(pub String);

impl MediaKey {
    /// Whether it stands for a short link, whose video nobody knows before it is followed.
    pub fn is_short(&self) -> bool {
        self.0.starts_with(SHORT)
    }

    /// The key of the same video as only those who are logged in may see it: nothing that was found out with a login
    /// counts for anybody without it.
    #[must_use]
    pub fn behind_a_login(mut self) -> Self {
        self.0.push_str(LOGGED_IN);
        self
    }

    /// Whether it is of what only those who are logged in may see.
    pub fn is_behind_a_login(&self) -> bool {
        self.0.ends_with(LOGGED_IN)
    }

    /// Whether it is a platform's own id of a video, and not only an address.
    pub fn is_a_videos(&self) -> bool {
        !self.is_short() && !self.0.starts_with(WEB)
    }
}

impl fmt::Display for MediaKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that is no link to a video.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a web link: {0}")]
pub struct NotALink(&'static str);

/// Understands what a person pasted.
pub fn understand(pasted: &str) -> Result<Target, NotALink> {
    Ok(target(paste::parse(pasted)?))
}

/// What an address leads to, as far as the address alone tells.
fn target(mut url: Url) -> Target {
    for _ in 0..MOST_WRAPPERS {
        let Some(inside) = wrappers::inside(&url).and_then(|inside| paste::check(inside).ok()) else { break };
        url = inside;
    }
    // Behind another port is another server.
    let site = sites::of(url.host_str().unwrap_or_default()).filter(|_| url.port().is_none());
    tracking::forget(&mut url, site.is_some());
    if let Some(path) = site.and_then(|site| platforms::short(site, &url)) {
        return short(url, &path);
    }
    match site.and_then(|site| platforms::video(site, &url)) {
        Some(video) => Target { url: VideoUrl(video.address), key: MediaKey(video.key) },
        None => Target { key: MediaKey(plain_key(&url)), url: VideoUrl(url) },
    }
}

/// Host and path: whatever stands behind them says who shared the link, and is not asked for either.
fn short(mut url: Url, path: &str) -> Target {
    url.set_path(path);
    url.set_query(None);
    let key = bounded(SHORT, url.host_str().unwrap_or_default(), path);
    Target { url: VideoUrl(url), key: MediaKey(key) }
}

fn bounded(kind: &str, host: &str, rest: &str) -> String {
    if host.len() + rest.len() <= LONGEST_KEY {
        return format!("{kind}{host}{rest}");
    }
    format!("{kind}{host}#{}", URL_SAFE_NO_PAD.encode(Sha256::digest(rest)))
}

/// Host, port, path and what is left of the query: two links differ when any of these do.
fn plain_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    // Another port is another server; plain http and https have one each.
    let port = url.port().or((url.scheme() == "http").then_some(80));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    bounded(WEB, host, &format!("{port}{}{query}", url.path().trim_end_matches('/')))
}

#[cfg(test)]
mod tests;
