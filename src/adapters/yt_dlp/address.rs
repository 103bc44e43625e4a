//! A link as yt-dlp's extractors know it. Takes an address; gives the same in their form. Cannot fail.

use url::Url;

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
