//! A saved link: parsed, cleaned of what only tracks people, and reduced to the key all links to the
//! same video share.
//!
//! Takes what a person pasted; gives a [`Target`](super::entry::Target) or says that it is no link.
//! Which hosts may be downloaded from is the downloader's decision, not made here.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::entry::Target;

/// Longest link we take, in bytes. Notion's url columns end at 2,000 characters.
const MAX_LINK_BYTES: usize = 2_000;

/// Query parameters that say who shared a link, never what it points at.
const TRACKING: [&str; 12] = [
    "igsh",
    "igshid",
    "fbclid",
    "gclid",
    "si",
    "feature",
    "is_from_webapp",
    "sender_device",
    "_r",
    "_t",
    "ref",
    "mibextid",
];

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
    let pasted = pasted.trim();
    if pasted.len() > MAX_LINK_BYTES {
        return Err(NotALink("it is too long"));
    }
    let mut url = match Url::parse(pasted) {
        Ok(url) => url,
        // People leave the scheme out; anything else that does not parse stays refused.
        Err(url::ParseError::RelativeUrlWithoutBase) if pasted.contains('.') => {
            Url::parse(&format!("https://{pasted}")).map_err(|_| NotALink("it cannot be parsed"))?
        }
        Err(_) => return Err(NotALink("it cannot be parsed")),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotALink("only http and https links are watched"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(NotALink("it has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotALink("it carries a user name or a password"));
    }
    forget_the_sharer(&mut url);
    let key = key_of(&url);
    Ok(Target { url: VideoUrl(url), key })
}

/// Removes the fragment and the tracking parameters.
fn forget_the_sharer(url: &mut Url) {
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !TRACKING.contains(&name.as_ref()) && !name.starts_with("utm_"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}

/// The platform's own id where its form is known, else the cleaned address.
fn key_of(url: &Url) -> MediaKey {
    let host = bare_host(url);
    let parts: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let known = match host.as_str() {
        "youtube.com" | "youtube-nocookie.com" => youtube_id(url, &parts).map(|id| format!("youtube:{id}")),
        "youtu.be" => parts.first().map(|id| format!("youtube:{id}")),
        "tiktok.com" => after(&parts, &["video", "photo"]).map(|id| format!("tiktok:{id}")),
        "instagram.com" => after(&parts, &["p", "reel", "reels", "tv"]).map(|id| format!("instagram:{id}")),
        "twitter.com" | "x.com" => after(&parts, &["status", "statuses"]).map(|id| format!("x:{id}")),
        "vimeo.com" => parts.first().filter(|id| is_number(id)).map(|id| format!("vimeo:{id}")),
        _ => None,
    };
    MediaKey(known.unwrap_or_else(|| plain_key(url, &host)))
}

fn youtube_id(url: &Url, parts: &[&str]) -> Option<String> {
    if let Some(id) = after(parts, &["shorts", "embed", "live", "v"]) {
        return Some(id.to_owned());
    }
    url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned())
}

/// The path part behind one of the given words.
fn after<'a>(parts: &[&'a str], words: &[&str]) -> Option<&'a str> {
    let at = parts.iter().position(|part| words.contains(part))?;
    parts.get(at + 1).copied()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The host without `www.`, `m.` or `mobile.`; the port stays out of it.
fn bare_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    ["www.", "m.", "mobile."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host).to_owned()
}

/// Host, port, path and what is left of the query: two links differ when any of these do.
fn plain_key(url: &Url, host: &str) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("web:{host}{port}{}{query}", url.path().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn links_to_the_same_video_share_one_key() {
        let table = [
            ("youtube:abc-DEF_123", "https://www.youtube.com/watch?v=abc-DEF_123&utm_source=x&si=y#t=3"),
            ("youtube:abc-DEF_123", "https://youtu.be/abc-DEF_123?feature=shared"),
            ("youtube:abc-DEF_123", "m.youtube.com/shorts/abc-DEF_123"),
            ("tiktok:7234", "https://www.tiktok.com/@cook/video/7234?is_from_webapp=1&sender_device=pc"),
            ("instagram:CxYz", "https://www.instagram.com/reel/CxYz/?igsh=abc"),
            ("instagram:CxYz", "https://instagram.com/p/CxYz"),
            ("x:99", "https://x.com/a/status/99?s=20"),
            ("x:99", "https://mobile.twitter.com/a/status/99"),
            ("vimeo:76979871", "https://vimeo.com/76979871"),
            ("web:127.0.0.1:8080/clips/a.mp4", "http://127.0.0.1:8080/clips/a.mp4"),
            ("web:example.org/v?id=7", "https://example.org/v/?id=7&fbclid=q"),
        ];
        for (key, link) in table {
            assert_eq!(understand(link).unwrap().key.0, key, "{link}");
        }
    }

    #[test]
    fn what_is_no_web_link_is_refused() {
        let long = format!("https://example.org/{}", "a".repeat(2_000));
        for pasted in [
            "",
            "soup",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "https://me:pw@example.org/",
            &long,
            "--exec=x",
        ] {
            assert!(understand(pasted).is_err(), "{pasted}");
        }
    }

    #[test]
    fn a_log_line_shows_the_host_of_a_link_and_nothing_else() {
        let target = understand("https://example.org/v?token=secret").unwrap();
        assert_eq!(target.url.to_string(), "example.org");
    }
}
