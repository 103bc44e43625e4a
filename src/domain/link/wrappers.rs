//! Links around links: an address that only leads on to the one in its query.
//!
//! Nobody has to be asked where they lead. Takes an address; gives the one inside, unchecked.

use url::Url;

use super::sites::{Site, is_below, of};

/// Hosts (a name also stands for everything below it), what the path begins with, and the parameters that hold
/// the address, the better one first.
const WRAPPERS: [(&str, &str, &[&str]); 25] = [
    ("l.facebook.com", "/l.php", &["u"]),
    ("lm.facebook.com", "/l.php", &["u"]),
    ("facebook.com", "/l.php", &["u"]),
    ("facebook.com", "/flx/warn", &["u"]),
    ("facebook.com", "/sharer", &["u"]),
    ("facebook.com", "/share.php", &["u"]),
    ("facebook.com", "/plugins/video.php", &["href"]),
    ("facebook.com", "/plugins/post.php", &["href"]),
    ("facebook.com", "/login", &["next"]),
    ("l.instagram.com", "/", &["u"]),
    ("instagram.com", "/accounts/login", &["next"]),
    ("l.threads.net", "/", &["u"]),
    ("l.threads.com", "/", &["u"]),
    ("youtube.com", "/redirect", &["q"]),
    ("youtube.com", "/attribution_link", &["u"]),
    ("youtube.com", "/oembed", &["url"]),
    ("consent.youtube.com", "/", &["continue"]),
    ("tiktok.com", "/link/v2", &["target"]),
    ("tiktok.com", "/login", &["redirect_url"]),
    ("out.reddit.com", "/", &["url"]),
    ("reddit.com", "/login", &["dest"]),
    ("accounts.google.com", "/", &["continue"]),
    ("duckduckgo.com", "/l", &["uddg"]),
    ("safelinks.protection.outlook.com", "/", &["url"]),
    ("slack-redir.net", "/link", &["url"]),
];

/// The address an address holds, if it is one that only leads on.
pub(super) fn inside(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let names = names(host, url.path())?;
    let found = names.iter().find_map(|wanted| {
        url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    })?;
    // `/watch?v=…`: seen from the site itself.
    url.join(found.trim()).ok()
}

fn names(host: &str, path: &str) -> Option<&'static [&'static str]> {
    // Google has a host in every country.
    if matches!(of(host), Some(Site::Google)) && path == "/url" {
        return Some(&["q", "url"]);
    }
    let fits = |(site, begins, _): &&(&str, &str, &[&str])| is_below(host, site) && path.starts_with(begins);
    WRAPPERS.iter().find(fits).map(|(_, _, names)| *names)
}
