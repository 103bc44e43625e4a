//! What in a link's query says who shared it or how it is looked at, never what it points at. All of it stands here.

use url::Url;

/// Query parameters that are left out on every site: the marks of advertising and of mail.
const CLICKS: [&str; 11] = [
    "fbclid", "gclid", "dclid", "msclkid", "twclid", "ttclid", "yclid", "igshid", "igsh", "mc_cid", "mc_eid",
];

/// What the names of further ones begin with.
const FAMILIES: [&str; 3] = ["utm_", "__cft__", "mkt_"];

/// Those that mean something only on a platform's own site; elsewhere they may be part of an address.
const SHARING: [&str; 35] = [
    "igsh_id",
    "img_index",
    "si",
    "pp",
    "feature",
    "ab_channel",
    "is_from_webapp",
    "is_copy_url",
    "sender_device",
    "sender_web_id",
    "share_id",
    "share_app_id",
    "share_link_id",
    "share_item_id",
    "share_iid",
    "share_author_id",
    "share_url",
    "shareId",
    "sharer_language",
    "social_share_type",
    "social_sharing",
    "rdid",
    "mibextid",
    "ref",
    "ref_src",
    "ref_url",
    "rcm",
    "xmt",
    "slof",
    "_r",
    "_t",
    "_d",
    "hl",
    "__tn__",
    "invite_code",
];

/// Removes the fragment and the tracking parameters.
pub(super) fn forget(url: &mut Url, on_a_platform: bool) {
    url.set_fragment(None);
    let tracks = |name: &str| {
        let anywhere = CLICKS.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family));
        anywhere || (on_a_platform && SHARING.contains(&name))
    };
    if !url.query_pairs().any(|(name, _)| tracks(&name)) {
        if url.query().is_some_and(str::is_empty) {
            url.set_query(None);
        }
        return;
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !tracks(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}
