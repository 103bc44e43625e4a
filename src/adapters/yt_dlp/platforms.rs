//! The sites videos are fetched from: their hosts, and the extractors of yt-dlp that may run for them.
//!
//! A closed list in two ways. A link to any other host is refused before a program runs; and a job may
//! load only the extractors of its own site, never the generic one that follows any page to any address.
//! A short list is also what makes yt-dlp start in a third of the time.

use serde::{Deserialize, Serialize};
use url::Url;

/// A site videos are fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Its name for people.
    pub name: String,
    /// Its hosts; a name also stands for everything below it.
    pub hosts: Vec<String>,
    /// The extractors for single videos, as `yt-dlp --list-extractors` names them.
    pub extractors: Vec<String>,
}

/// Name, hosts and extractors. Hosts of short links that yt-dlp cannot follow stand here too: their
/// owners are then told to copy the long link, instead of that the site is not read.
const DEFAULTS: [(&str, &[&str], &[&str]); 9] = [
    ("TikTok", &["tiktok.com", "tiktokv.com"], &["tiktok", "vm.tiktok"]),
    ("Instagram", &["instagram.com", "instagr.am"], &["instagram", "instagram:story"]),
    (
        "YouTube",
        &["youtube.com", "youtu.be", "youtube-nocookie.com"],
        &["youtube", "youtube:clip", "youtube:truncated_id"],
    ),
    ("X", &["x.com", "twitter.com"], &["twitter", "twitter:card", "twitter:broadcast", "twitter:amplify"]),
    (
        "Facebook",
        &["facebook.com", "fb.watch", "fb.com"],
        &["facebook", "facebook:reel", "facebookpluginsvideo"],
    ),
    ("Reddit", &["reddit.com", "redd.it"], &["reddit", "youtube"]),
    ("Vimeo", &["vimeo.com"], &["vimeo", "vimeo:review", "vimeo:event"]),
    (
        "Pinterest",
        &[
            "pinterest.com",
            "pinterest.co.uk",
            "pinterest.de",
            "pinterest.fr",
            "pinterest.es",
            "pinterest.it",
            "pinterest.pt",
            "pinterest.ca",
            "pinterest.com.au",
            "pinterest.com.mx",
            "pinterest.jp",
            "pin.it",
        ],
        &["pinterest"],
    ),
    ("Dailymotion", &["dailymotion.com", "dai.ly"], &["dailymotion"]),
];

impl Platform {
    /// The sites a fresh installation reads.
    pub fn defaults() -> Vec<Self> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        DEFAULTS
            .iter()
            .map(|(name, hosts, extractors)| Self {
                name: (*name).to_owned(),
                hosts: owned(hosts),
                extractors: owned(extractors),
            })
            .collect()
    }

    /// Whether the site serves this host.
    pub fn serves(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| {
            host == known || host.strip_suffix(known.as_str()).is_some_and(|sub| sub.ends_with('.'))
        })
    }
}

/// The address in the one form the extractors know: https, `TikTok` with its `www`, and of `YouTube` the
/// video alone, never the list it stood in.
pub(super) fn as_extractors_know_it(link: &str) -> String {
    let Ok(mut url) = Url::parse(link) else { return link.to_owned() };
    let host = url.host_str().unwrap_or_default().to_owned();
    if url.scheme() == "http" && url.set_scheme("https").is_err() {
        return link.to_owned();
    }
    if matches!(host.as_str(), "tiktok.com" | "m.tiktok.com") && url.set_host(Some("www.tiktok.com")).is_err()
    {
        return link.to_owned();
    }
    if host.ends_with("youtube.com") || host == "youtu.be" {
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !matches!(name.as_ref(), "list" | "index" | "start_radio" | "pp"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_serves_its_own_hosts_and_nobody_elses() {
        let platforms = Platform::defaults();
        let name = |host: &str| platforms.iter().find(|p| p.serves(host)).map(|p| p.name.clone());
        for (host, expected) in [
            ("www.tiktok.com", Some("TikTok")),
            ("vm.tiktok.com", Some("TikTok")),
            ("youtu.be", Some("YouTube")),
            ("music.youtube.com", Some("YouTube")),
            ("x.com", Some("X")),
            ("v.redd.it", Some("Reddit")),
            ("de.pinterest.com", Some("Pinterest")),
            ("nottiktok.com", None),
            ("tiktok.com.evil.example", None),
            ("max.com", None),
            ("127.0.0.1", None),
            ("localhost", None),
            ("", None),
        ] {
            assert_eq!(name(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn an_address_is_put_into_the_form_the_extractors_know() {
        for (link, expected) in [
            ("http://tiktok.com/@a/video/1", "https://www.tiktok.com/@a/video/1"),
            ("https://vm.tiktok.com/ZM1/", "https://vm.tiktok.com/ZM1/"),
            ("https://www.youtube.com/watch?v=a&list=b&t=3", "https://www.youtube.com/watch?v=a&t=3"),
            ("https://youtu.be/a?list=b", "https://youtu.be/a"),
            ("https://x.com/a/status/1?list=b", "https://x.com/a/status/1?list=b"),
        ] {
            assert_eq!(as_extractors_know_it(link), expected);
        }
    }
}
