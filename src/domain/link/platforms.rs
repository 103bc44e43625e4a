//! The platforms' own ids in their addresses.
//!
//! Takes an address of a platform, cleaned of what only tracks people; gives the key of the one video it shows, and
//! the address it is fetched from. A profile, a channel, a search or a sound is no video. What is not certain has no
//! id: two keys for one video cost a download, one key for two videos is wrong.
//!
//! The address is made of what the key is made of, never of the link: programs read a link in their own way, and would
//! find another video in one that was made to show two. It is also the form they know, so that nobody's odd link speaks
//! for everybody's.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::sites::Site;

/// A video as a platform knows it.
pub(super) struct Video {
    /// Platform and id.
    pub(super) key: String,
    /// Where to fetch it.
    pub(super) address: Url,
}

/// The video an address of this site shows.
pub(super) fn video(site: Site, url: &Url) -> Option<Video> {
    // As it was meant: share sheets write the `@` of a name as `%40`.
    let parts: Vec<Cow<str>> = segments(url)
        .map(|part| percent_decode_str(part).decode_utf8().unwrap_or(Cow::Borrowed(part)))
        .collect();
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let parts = parts.as_slice();
    match site {
        Site::YouTube => youtube(url, parts),
        Site::YouTubeShort => youtube_video(parts.first()?),
        Site::TikTok => tiktok(parts),
        Site::Instagram => instagram(parts),
        Site::X => x(url, parts),
        Site::Facebook => facebook(url, parts),
        Site::Threads => threads(parts),
        Site::Reddit => reddit(parts),
        Site::RedditShort => {
            let [id] = parts else { return None };
            reddit_post("comments", id)
        }
        Site::Vimeo => vimeo(url, parts),
        Site::Pinterest => pinterest(parts),
        Site::Dailymotion => dailymotion(url, parts),
        Site::DailymotionShort => dailymotion_video(parts.first()?),
        Site::FacebookShort | Site::Shortener | Site::RedditVideo | Site::Google => None,
    }
}

fn segments(url: &Url) -> impl Iterator<Item = &str> {
    url.path_segments().into_iter().flatten().filter(|part| !part.is_empty())
}

/// A video under its key, fetched from this address.
fn at(key: String, address: &str) -> Option<Video> {
    Some(Video { key, address: Url::parse(address).ok()? })
}

/// The path to follow, where an address of this site says nothing of its video and leads to it.
pub(super) fn short(site: Site, url: &Url) -> Option<String> {
    let parts: Vec<&str> = segments(url).collect();
    let parts = parts.as_slice();
    // A file's own name, which leads to its post; behind it stand the sizes it has.
    if let (Site::RedditVideo, [file, ..]) = (site, parts) {
        return Some(format!("/{file}"));
    }
    let is_short = matches!(
        (site, parts),
        (Site::Shortener | Site::FacebookShort, [_, ..])
            | (Site::TikTok, ["t", _])
            | (Site::Instagram | Site::Facebook, ["share", _, ..])
            | (Site::Reddit, ["r" | "u" | "user", _, "s", _] | ["video", _])
            // Where short links of Pinterest lead first.
            | (Site::Pinterest, ["url_shortener", _, ..])
    );
    is_short.then(|| url.path().trim_end_matches('/').to_owned())
}

fn youtube(url: &Url, parts: &[&str]) -> Option<Video> {
    match parts {
        ["shorts" | "embed" | "live" | "v" | "e" | "vi" | "watch", id, ..] => youtube_video(id),
        ["clip", id, ..] => {
            let id = code(id)?;
            at(format!("youtube-clip:{id}"), &format!("https://www.youtube.com/clip/{id}"))
        }
        [] | ["watch" | "watch_popup" | "ytscreeningroom" | "embed" | "get_video_info"] => {
            let of = |wanted: &str| query(url, wanted);
            youtube_video(&of("v").or_else(|| of("vi")).or_else(|| of("video_id"))?)
        }
        _ => None,
    }
}

/// Eleven letters. Two words of the site's own are as long. Hands put a parameter behind the id with the wrong sign.
fn youtube_video(id: &str) -> Option<Video> {
    let id = id.split(['&', '?']).next().unwrap_or_default();
    let id = code(id).filter(|id| id.len() == 11 && !matches!(*id, "videoseries" | "live_stream"))?;
    at(format!("youtube:{id}"), &format!("https://www.youtube.com/watch?v={id}"))
}

fn tiktok(parts: &[&str]) -> Option<Video> {
    // A language may stand before all else.
    let rest = match parts {
        [language, rest @ ..] if is_language(language) => rest,
        all => all,
    };
    match rest {
        [user, kind @ ("video" | "photo"), id, ..] if user.starts_with('@') => tiktok_post(user, kind, id),
        ["share" | "embed" | "i18n", "video" | "photo" | "item" | "v2" | "v3", id, ..]
        | ["player", "v1", id, ..]
        | ["video" | "embed" | "v", id, ..] => tiktok_post("@", "video", id),
        _ => None,
    }
}

/// A post is found below any name. The kind only says which program is asked first.
fn tiktok_post(user: &str, kind: &str, id: &str) -> Option<Video> {
    let id = number(id.trim_end_matches(".html"))?;
    let user = user.strip_prefix('@').and_then(name).unwrap_or_default();
    at(format!("tiktok:{id}"), &format!("https://www.tiktok.com/@{user}/{kind}/{id}"))
}

fn instagram(parts: &[&str]) -> Option<Video> {
    match parts {
        ["stories", "highlights", ..] => None,
        // Of the stories of a person, who is asked for by name.
        ["stories", user, id, ..] => {
            let (user, id) = (name(user)?.to_ascii_lowercase(), number(id)?);
            let address = format!("https://www.instagram.com/stories/{user}/{id}/");
            at(format!("instagram-story:{user}/{id}"), &address)
        }
        ["p" | "reel" | "reels" | "tv", id, ..] | [_, "p" | "reel" | "reels" | "tv", id, ..] => {
            let id = code(id).filter(|id| *id != "audio")?;
            at(format!("instagram:{id}"), &format!("https://www.instagram.com/p/{id}/"))
        }
        _ => None,
    }
}

/// A post may hold several videos: the link to the first one, to a picture and to the post all mean the whole of it.
fn x(url: &Url, parts: &[&str]) -> Option<Video> {
    let (id, behind) = match parts {
        ["i", "web", "status" | "statuses", id, rest @ ..]
        | ["i", "videos", "tweet", id, rest @ ..]
        | ["i", "cards", "tfw", "v1", id, rest @ ..]
        | ["i", "videos", id, rest @ ..]
        | ["statuses", id, rest @ ..]
        | [_, "status" | "statuses", id, rest @ ..] => ((*id).to_owned(), rest),
        ["i", "broadcasts", id, ..] => {
            let id = alphanumeric(id)?;
            return at(format!("x-broadcast:{id}"), &format!("https://x.com/i/broadcasts/{id}"));
        }
        ["embed", "Tweet.html"] => (query(url, "id")?, &[] as &[&str]),
        _ => return None,
    };
    let id = number(&id)?;
    let place = match behind {
        ["video", place, ..] => place.parse::<u8>().ok().filter(|place| *place > 1),
        _ => None,
    };
    match place {
        Some(place) => at(format!("x:{id}:{place}"), &format!("https://x.com/i/status/{id}/video/{place}")),
        None => at(format!("x:{id}"), &format!("https://x.com/i/status/{id}")),
    }
}

fn facebook(url: &Url, parts: &[&str]) -> Option<Video> {
    let of = |wanted: &str| query(url, wanted);
    let id = match parts {
        ["reel" | "reels", id, ..] => (*id).to_owned(),
        ["watch", ..] | ["video.php" | "photo.php"] | ["video", "video.php" | "embed"] => {
            of("v").or_else(|| of("video_id"))?
        }
        // The owner may be followed by a list and by the video's name, the id stands last.
        [_, "videos", rest @ ..] => (*rest.iter().rev().find(|part| number(part).is_some())?).to_owned(),
        ["groups", group, "permalink" | "posts", id, ..] => {
            let (group, id) = (name(group)?.to_ascii_lowercase(), facebook_id(id)?);
            let address = format!("https://www.facebook.com/groups/{group}/posts/{id}");
            return at(format!("facebook-group-post:{group}/{id}"), &address);
        }
        [owner, "posts", rest @ ..] => return facebook_post(owner, rest.last()?),
        ["story.php" | "permalink.php"] => return facebook_post(&of("id")?, &of("story_fbid")?),
        _ => return None,
    };
    let id = number(&id)?;
    at(format!("facebook:{id}"), &format!("https://www.facebook.com/watch/?v={id}"))
}

/// A post's number means something below its owner alone.
fn facebook_post(owner: &str, id: &str) -> Option<Video> {
    let (owner, id) = (name(owner)?.to_ascii_lowercase(), facebook_id(id)?);
    at(format!("facebook-post:{owner}/{id}"), &format!("https://www.facebook.com/{owner}/posts/{id}"))
}

fn facebook_id(id: &str) -> Option<&str> {
    number(id).or_else(|| id.strip_prefix("pfbid").and_then(alphanumeric).map(|_| id))
}

fn threads(parts: &[&str]) -> Option<Video> {
    let id = match parts {
        [user, "post", id, ..] if user.starts_with('@') => code(id)?,
        ["t", id, ..] => code(id)?,
        _ => return None,
    };
    at(format!("threads:{id}"), &format!("https://www.threads.com/t/{id}"))
}

/// A comment below a post is another thing than the post, but shows its video.
fn reddit(parts: &[&str]) -> Option<Video> {
    match parts {
        [kind @ ("comments" | "gallery"), id, ..] | ["r" | "user" | "u", _, kind @ "comments", id, ..] => {
            reddit_post(kind, id)
        }
        _ => None,
    }
}

/// The kind only says which program is asked first.
fn reddit_post(kind: &str, id: &str) -> Option<Video> {
    let id = alphanumeric(id)?.to_ascii_lowercase();
    at(format!("reddit:{id}"), &format!("https://www.reddit.com/{kind}/{id}/"))
}

/// The word behind the number opens an unlisted video: who has it not is shown nothing, so it is part of the key.
fn vimeo(url: &Url, parts: &[&str]) -> Option<Video> {
    let (id, rest) = match parts {
        ["channels", _, id, rest @ ..]
        | ["groups", _, "videos", id, rest @ ..]
        | ["album" | "showcase", _, "video", id, rest @ ..]
        | ["video" | "videos", id, rest @ ..]
        | [id, rest @ ..] => (number(id)?, rest),
        [] => return None,
    };
    let asked = query(url, "h");
    // Behind the number stand the names of its pages, too: `/76979871/comments`.
    let behind = || rest.first().copied().filter(|word| is_like_a_vimeo_word(word));
    match asked.as_deref().and_then(code).or_else(behind) {
        Some(word) if is_vimeo_word(word) => {
            at(format!("vimeo:{id}:{word}"), &format!("https://vimeo.com/{id}/{word}"))
        }
        // Other words are read by the player alone.
        Some(word) => {
            at(format!("vimeo:{id}:{word}"), &format!("https://player.vimeo.com/video/{id}?h={word}"))
        }
        None => at(format!("vimeo:{id}"), &format!("https://vimeo.com/{id}")),
    }
}

/// All that are known have ten digits of base sixteen; a little more or less is taken, too: without its word a video is
/// not shown at all.
fn is_like_a_vimeo_word(word: &str) -> bool {
    (8..=12).contains(&word.len()) && word.bytes().all(|letter| letter.is_ascii_hexdigit())
}

/// As the downloader knows it in a path.
fn is_vimeo_word(word: &str) -> bool {
    word.len() == 10 && word.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'a'..=b'f'))
}

/// `/pin/ID`, and `/pin/some-title--ID`.
fn pinterest(parts: &[&str]) -> Option<Video> {
    let ["pin", id, ..] = parts else { return None };
    let id = number(id.rsplit_once("--").map_or(*id, |(_, id)| id))?;
    at(format!("pinterest:{id}"), &format!("https://www.pinterest.com/pin/{id}/"))
}

fn dailymotion(url: &Url, parts: &[&str]) -> Option<Video> {
    match parts {
        ["video", id, ..] | ["embed" | "crawler" | "swf", "video", id, ..] => dailymotion_video(id),
        [language, "video", id, ..] if is_language(language) => dailymotion_video(id),
        ["player.html"] => dailymotion_video(&query(url, "video")?),
        ["player", page] if std::path::Path::new(page).extension().is_some_and(|end| end == "html") => {
            dailymotion_video(&query(url, "video")?)
        }
        _ => None,
    }
}

/// The title may stand behind the id.
fn dailymotion_video(id: &str) -> Option<Video> {
    let id = code(id.split('_').next().unwrap_or_default())?;
    at(format!("dailymotion:{id}"), &format!("https://www.dailymotion.com/video/{id}"))
}

fn query(url: &Url, wanted: &str) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// `de`, `pt-BR`, `intl-de`.
fn is_language(part: &str) -> bool {
    let part = part.strip_prefix("intl-").unwrap_or(part);
    let (main, country) = part.split_once('-').map_or((part, None), |(main, country)| (main, Some(country)));
    let is_two = |text: &str| text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
    part == "intl" || (is_two(main) && country.is_none_or(is_two))
}

fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit())).then_some(text)
}

/// The letters platforms make ids of.
fn code(text: &str) -> Option<&str> {
    is_made_of(text, |letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'))
}

fn alphanumeric(text: &str) -> Option<&str> {
    is_made_of(text, |letter| letter.is_ascii_alphanumeric())
}

/// The letters names are made of. Dots alone would be a way through folders.
fn name(text: &str) -> Option<&str> {
    is_made_of(text, |letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.'))
        .filter(|text| text.bytes().any(|letter| letter != b'.'))
}

fn is_made_of(text: &str, is_right: impl Fn(u8) -> bool) -> Option<&str> {
    (!text.is_empty() && text.len() <= 128 && text.bytes().all(is_right)).then_some(text)
}
