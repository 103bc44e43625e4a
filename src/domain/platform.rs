//! A site links are fetched from, as the operator lists it.
//!
//! Takes a host or a link; tells whether it is the site's, and what kind of post a link is likely to lead to. Which
//! sites there are stands in the settings.

use serde::{Deserialize, Serialize};
use url::Url;

use super::link::{VideoUrl, understand};

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Platform {
    /// Its name for people.
    pub name: String,
    /// Its hosts; a name also stands for everything below it.
    pub hosts: Vec<String>,
    /// The extractors for single videos, as `yt-dlp --list-extractors` names them.
    pub extractors: Vec<String>,
    /// The extractors for single posts of pictures, as `category:subcategory` of `gallery-dl --list-extractors`.
    pub galleries: Vec<String>,
}

impl Platform {
    /// Whether the site serves this host.
    pub fn serves(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| {
            host == known || host.strip_suffix(known.as_str()).is_some_and(|sub| sub.ends_with('.'))
        })
    }

    /// The site that serves a link, if it does so at the usual ports of the web.
    pub fn of<'a>(platforms: &'a [Self], url: &VideoUrl) -> Option<&'a Self> {
        let authority = url.authority();
        let usual_port = authority.ends_with(":443") || authority.ends_with(":80");
        platforms.iter().find(|platform| platform.serves(url.host())).filter(|_| usual_port)
    }
}

/// Whether a link says of itself that pictures are behind it, as `TikTok`'s `/photo/` and Reddit's `/gallery/` do. X
/// has links to one picture of a post, which may be a video's.
pub fn leads_to_pictures(url: &VideoUrl) -> bool {
    let Ok(url) = Url::parse(url.as_str()) else { return false };
    let mut parts = url.path_segments().into_iter().flatten();
    parts.clone().any(|part| matches!(part, "photo" | "gallery")) && !parts.any(|part| part == "status")
}

/// Whether a link leads to a post that may show pictures beside its one video: a program that knows videos alone says
/// nothing of those of X. One video of several is asked for by its place.
pub fn may_show_pictures_too(url: &VideoUrl) -> bool {
    url.as_str().strip_prefix("https://x.com/i/status/").is_some_and(|id| !id.contains('/'))
}

/// Whether a link leads to a post whose pictures are told like previews of videos, to everybody: Instagram's.
pub fn shows_its_pictures_as_previews(url: &VideoUrl) -> bool {
    url.as_str().starts_with("https://www.instagram.com/p/")
}

/// The address of the same post for a program that knows videos alone: `TikTok` shows each post below `/photo/` and
/// below `/video/`, Reddit below `/gallery/` and below `/comments/`, whatever it is.
pub fn as_a_video(url: &VideoUrl) -> VideoUrl {
    let elsewhere = url.as_str().replacen("/photo/", "/video/", 1).replacen("/gallery/", "/comments/", 1);
    match (understand(url.as_str()), understand(&elsewhere)) {
        (Ok(here), Ok(there)) if here.key == there.key => there.url,
        _ => url.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_site_serves_its_own_hosts_and_nobody_elses() {
        let site = |name: &str, hosts: &[&str]| Platform {
            name: name.to_owned(),
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            ..Platform::default()
        };
        let platforms =
            [site("TikTok", &["tiktok.com", "tiktokv.com"]), site("X", &["x.com", "twitter.com"])];
        for (link, expected) in [
            ("https://www.tiktok.com/@a/video/1", Some("TikTok")),
            ("https://vm.tiktok.com/Z", Some("TikTok")),
            ("http://x.com/a/status/1", Some("X")),
            ("https://www.tiktok.com:8443/@a/video/1", None),
            ("https://nottiktok.com/", None),
            ("https://tiktok.com.evil.example/", None),
            ("https://max.com/", None),
            ("http://127.0.0.1/", None),
            ("http://localhost/", None),
        ] {
            let url = understand(link).unwrap().url;
            let found = Platform::of(&platforms, &url).map(|platform| platform.name.as_str());
            assert_eq!(found, expected, "{link}");
        }
        assert!(!platforms[0].serves(""));
    }

    #[test]
    fn a_link_to_pictures_is_known_by_its_path() {
        for (link, expected) in [
            ("https://www.tiktok.com/@a/photo/1", true),
            ("https://www.reddit.com/gallery/abc", true),
            ("https://www.tiktok.com/@a/video/1", false),
            ("https://www.tiktok.com/@photo/video/1?photo=1", false),
            ("https://x.com/a/status/1/photo/1", false),
            ("https://www.instagram.com/p/Cx/", false),
        ] {
            assert_eq!(leads_to_pictures(&understand(link).unwrap().url), expected, "{link}");
        }
    }

    #[test]
    fn every_form_of_a_link_to_a_post_of_instagram_leads_to_its_pictures() {
        for (link, expected) in [
            ("https://www.instagram.com/p/CxYzAbCdEfG/?img_index=2", true),
            ("https://instagram.com/reel/CxYzAbCdEfG", true),
            ("https://www.instagram.com/stories/cook/3195528265023637446/", false),
            ("https://www.tiktok.com/@a/photo/1", false),
        ] {
            assert_eq!(shows_its_pictures_as_previews(&understand(link).unwrap().url), expected, "{link}");
        }
    }

    #[test]
    fn a_post_of_x_may_show_pictures_beside_its_video_unless_one_video_is_asked_for() {
        for (link, expected) in [
            ("https://twitter.com/a/status/1?s=20", true),
            ("https://x.com/a/status/1/video/1", true),
            ("https://x.com/a/status/1/photo/2", true),
            ("https://x.com/a/status/1/video/2", false),
            ("https://x.com/i/broadcasts/1abc", false),
            ("https://www.tiktok.com/@a/video/1", false),
        ] {
            assert_eq!(may_show_pictures_too(&understand(link).unwrap().url), expected, "{link}");
        }
    }

    #[test]
    fn the_link_to_a_picture_post_has_an_address_as_a_video_only_where_both_are_one_post() {
        for (link, expected) in [
            ("https://www.tiktok.com/@a/photo/72345", "https://www.tiktok.com/@a/video/72345"),
            ("https://www.tiktok.com/@a/video/72345", "https://www.tiktok.com/@a/video/72345"),
            ("https://www.reddit.com/gallery/abc123", "https://www.reddit.com/comments/abc123"),
            ("https://example.com/photo/1", "https://example.com/photo/1"),
        ] {
            let url = as_a_video(&understand(link).unwrap().url);
            assert_eq!(url.as_str().trim_end_matches('/'), expected);
        }
    }
}
