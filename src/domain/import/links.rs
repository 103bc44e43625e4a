//! Where a link of an export leads: to a post, to a profile, or elsewhere.
//!
//! Exports hold addresses that only the app opens; they are given in the form everybody opens.

use url::Url;

/// Longest link that is looked at, in bytes: what Notion's url columns take.
pub(super) const MAX_LINK: usize = 2_000;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leads {
    /// To a post, at this address.
    Post(String),
    /// To the profile of this user.
    Profile(String),
    /// To neither.
    Elsewhere,
}

/// Where this link leads.
pub(super) fn of(link: &str) -> Leads {
    let link = link.trim();
    if link.len() > MAX_LINK {
        return Leads::Elsewhere;
    }
    let Some(url) = Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return Leads::Elsewhere;
    };
    let host = url.host_str().unwrap_or_default();
    let parts: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if is_below(host, "instagram.com") || is_below(host, "instagr.am") {
        instagram(&parts)
    } else if is_below(host, "tiktok.com") || is_below(host, "tiktokv.com") || is_below(host, "tiktokv.us") {
        tiktok(&url, &parts)
    } else {
        Leads::Elsewhere
    }
}

/// Whether a text is an address at all.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_below(host: &str, site: &str) -> bool {
    host == site || host.strip_suffix(site).is_some_and(|sub| sub.ends_with('.'))
}

/// `/p/CODE`, `/reel/CODE`, also below a user's name. `/reels/audio/…` is a sound.
fn instagram(parts: &[&str]) -> Leads {
    let at =
        parts.iter().position(|part| matches!(*part, "p" | "reel" | "reels" | "tv")).filter(|at| *at < 2);
    let code = at.and_then(|at| Some((*parts.get(at)?, *parts.get(at + 1)?)));
    match (code, parts) {
        (Some((kind, code)), _) if is_code(code) => {
            let kind = if kind == "reels" { "reel" } else { kind };
            Leads::Post(format!("https://www.instagram.com/{kind}/{code}/"))
        }
        (None, ["_u", name] | [name]) if is_name(name) => Leads::Profile((*name).to_owned()),
        _ => Leads::Elsewhere,
    }
}

/// `/@user/video/ID`, `/@user/photo/ID`, and `tiktokv.com/share/video/ID/`, which the site itself leads to the
/// post of whomever; short links are followed by the downloader.
fn tiktok(url: &Url, parts: &[&str]) -> Leads {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    match parts {
        ["share", "video" | "photo" | "item", id] if is_id(id) => {
            Leads::Post(format!("https://www.tiktok.com/@/video/{id}"))
        }
        [user, kind @ ("video" | "photo"), id] if user.starts_with('@') && is_id(id) => {
            Leads::Post(format!("https://www.tiktok.com/{user}/{kind}/{id}"))
        }
        ["t", code] if is_code(code) => Leads::Post(format!("https://www.tiktok.com/t/{code}/")),
        [code] if is_code(code) && matches!(url.host_str(), Some("vm.tiktok.com" | "vt.tiktok.com")) => {
            Leads::Post(format!("https://{}/{code}/", url.host_str().unwrap_or_default()))
        }
        [user] if user.starts_with('@') => Leads::Profile(user.trim_start_matches('@').to_owned()),
        _ => Leads::Elsewhere,
    }
}

/// The letters platforms make ids of; at least five, which tells them from words of an address.
fn is_code(code: &str) -> bool {
    code.len() >= 5
        && code != "audio"
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A user's name, and none of the site's own pages.
pub(super) fn is_name(name: &str) -> bool {
    (1..=30).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
        && !matches!(name, "explore" | "accounts" | "stories" | "about" | "legal" | "reels" | "p")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_given_in_the_form_everybody_opens() {
        for (link, expected) in [
            ("https://www.instagram.com/p/CxYz-_1/", "https://www.instagram.com/p/CxYz-_1/"),
            ("https://www.instagram.com/reel/CxYz-_1/?igsh=a", "https://www.instagram.com/reel/CxYz-_1/"),
            ("https://instagram.com/cook/reels/CxYz-_1", "https://www.instagram.com/reel/CxYz-_1/"),
            (
                "https://www.tiktokv.com/share/video/7046969412980706561/",
                "https://www.tiktok.com/@/video/7046969412980706561",
            ),
            ("https://www.tiktok.com/@cook.1/photo/7046", "https://www.tiktok.com/@cook.1/photo/7046"),
            ("https://vm.tiktok.com/ZMabc12/", "https://vm.tiktok.com/ZMabc12/"),
            ("http://www.tiktok.com/t/ZTabc12", "https://www.tiktok.com/t/ZTabc12/"),
        ] {
            assert_eq!(of(link), Leads::Post(expected.to_owned()), "{link}");
        }
    }

    #[test]
    fn profiles_sounds_stories_and_strangers_are_no_posts() {
        for (link, expected) in [
            ("https://www.instagram.com/cook.book", Leads::Profile("cook.book".to_owned())),
            ("https://www.instagram.com/_u/cook", Leads::Profile("cook".to_owned())),
            ("https://www.tiktok.com/@cook", Leads::Profile("cook".to_owned())),
            ("https://www.instagram.com/reels/audio/123456/", Leads::Elsewhere),
            ("https://www.instagram.com/stories/cook/123456/", Leads::Elsewhere),
            ("https://evil.example/www.instagram.com/p/CxYz12/", Leads::Elsewhere),
            ("https://www.instagram.com.evil.example/p/CxYz12/", Leads::Elsewhere),
            ("javascript:alert(1)//instagram.com/p/CxYz12", Leads::Elsewhere),
            ("https://www.tiktokv.com/share/video/../../x", Leads::Elsewhere),
            ("", Leads::Elsewhere),
        ] {
            assert_eq!(of(link), expected, "{link}");
        }
    }

    #[test]
    fn every_post_has_the_key_of_its_platform() {
        for (link, key) in [
            ("https://www.tiktokv.com/share/video/7046/", "tiktok:7046"),
            ("https://www.instagram.com/cook/reel/CxYz12/", "instagram:CxYz12"),
        ] {
            let Leads::Post(post) = of(link) else { unreachable!("{link}") };
            let target = crate::domain::link::understand(&post);
            assert_eq!(target.map(|target| target.key.0), Ok(key.to_owned()));
        }
    }
}
