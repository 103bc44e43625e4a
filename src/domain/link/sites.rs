//! Whose host a name is: the platforms, in all countries and languages.

/// Pinterest's hosts: one for each country, a language before each, and one for short links.
pub const PINTEREST: [&str; 43] = [
    "pin.it",
    "pinterest.com",
    "pinterest.co.uk",
    "pinterest.com.au",
    "pinterest.com.mx",
    "pinterest.com.uy",
    "pinterest.com.vn",
    "pinterest.com.ec",
    "pinterest.com.py",
    "pinterest.com.bo",
    "pinterest.com.pe",
    "pinterest.co.kr",
    "pinterest.co.at",
    "pinterest.co.in",
    "pinterest.co.nz",
    "pinterest.at",
    "pinterest.be",
    "pinterest.ca",
    "pinterest.ch",
    "pinterest.cl",
    "pinterest.co",
    "pinterest.de",
    "pinterest.dk",
    "pinterest.ec",
    "pinterest.es",
    "pinterest.fr",
    "pinterest.hu",
    "pinterest.id",
    "pinterest.ie",
    "pinterest.in",
    "pinterest.info",
    "pinterest.it",
    "pinterest.jp",
    "pinterest.kr",
    "pinterest.mx",
    "pinterest.nl",
    "pinterest.nz",
    "pinterest.ph",
    "pinterest.pt",
    "pinterest.ru",
    "pinterest.th",
    "pinterest.tw",
    "pinterest.uk",
];

/// A site whose addresses are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    TikTok,
    Instagram,
    YouTube,
    YouTubeShort,
    X,
    Facebook,
    FacebookShort,
    Threads,
    Reddit,
    RedditShort,
    RedditVideo,
    Vimeo,
    Pinterest,
    Dailymotion,
    DailymotionShort,
    /// Hosts all of whose links are short.
    Shortener,
    Google,
}

/// The narrow stand before the wide.
const SITES: [(Site, &[&str]); 16] = [
    (Site::Shortener, &["vm.tiktok.com", "vt.tiktok.com", "pin.it", "t.co"]),
    (Site::TikTok, &["tiktok.com", "tiktokv.com", "tiktokv.us"]),
    (Site::Instagram, &["instagram.com", "instagr.am"]),
    (Site::YouTube, &["youtube.com", "youtube-nocookie.com", "youtube.googleapis.com", "youtubekids.com"]),
    (Site::YouTubeShort, &["youtu.be"]),
    (Site::X, &["twitter.com", "x.com"]),
    (Site::FacebookShort, &["fb.watch"]),
    (Site::Facebook, &["facebook.com", "fb.com"]),
    (Site::Threads, &["threads.net", "threads.com"]),
    (Site::RedditVideo, &["v.redd.it"]),
    (Site::RedditShort, &["redd.it"]),
    (Site::Reddit, &["reddit.com", "redditmedia.com"]),
    (Site::Vimeo, &["vimeo.com"]),
    (Site::Pinterest, &PINTEREST),
    (Site::DailymotionShort, &["dai.ly"]),
    (Site::Dailymotion, &["dailymotion.com"]),
];

/// Whose host this is.
pub(super) fn of(host: &str) -> Option<Site> {
    let known = SITES.iter().find(|(_, names)| names.iter().any(|name| is_below(host, name)));
    known.map(|(site, _)| *site).or_else(|| is_google(host).then_some(Site::Google))
}

/// Whether a host is this name, or stands below it.
pub(super) fn is_below(host: &str, name: &str) -> bool {
    host == name || host.strip_suffix(name).is_some_and(|sub| sub.ends_with('.'))
}

/// `google.com`, `www.google.de`, `google.co.uk`: the name, and at most two short endings.
fn is_google(host: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let ending = host.strip_prefix("google.");
    ending.is_some_and(|ending| {
        let parts: Vec<&str> = ending.split('.').collect();
        parts.len() <= 2 && parts.iter().all(|part| (2..=3).contains(&part.len()))
    })
}
