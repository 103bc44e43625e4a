//! `TikTok`'s export: the lists of favourite and of liked videos, wherever they stand.
//!
//! The lists have kept their names while what is around them moved: below `Activity` until 2024, then below
//! `Your Activity`, since 2026 below `Likes and Favorites`. Links are called `Link`, `link` or `VideoLink`.

use std::fmt;

use chrono::NaiveDateTime;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::basket::{Basket, Found};
use super::{List, text};

/// What an object of the export is searched for.
pub(super) struct Search<'a> {
    pub(super) basket: &'a mut Basket,
    /// Whether one of the lists was there, if only an empty one.
    pub(super) seen: &'a mut bool,
}

/// The list of this name, however it is spelled.
pub(super) fn list_of(key: &str) -> Option<List> {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_lowercase().as_str() {
        "favoritevideolist" => Some(List::Saved),
        "itemfavoritelist" => Some(List::Likes),
        _ => None,
    }
}

/// Names at the top of `TikTok`'s export.
pub(super) fn is_section(key: &str) -> bool {
    matches!(
        key,
        "Activity"
            | "Your Activity"
            | "Likes and Favorites"
            | "App Settings"
            | "Profile"
            | "Profile And Settings"
            | "Comment"
            | "Video"
            | "Post"
            | "Direct Message"
            | "Direct Messages"
            | "Tiktok Live"
            | "TikTok Live"
            | "TikTok Shop"
            | "Tiktok Shopping"
            | "Ads and data"
    )
}

impl Search<'_> {
    /// Reads the value of a key: a list, or something a list may stand in.
    pub(super) fn below<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<(), M::Error> {
        match list_of(key) {
            Some(list) => {
                *self.seen = true;
                map.next_value_seed(Videos { basket: self.basket, list })
            }
            None => map.next_value_seed(Search { basket: self.basket, seen: self.seen }),
        }
    }
}

/// Reads all kinds of values that hold nothing for us.
macro_rules! nothing_in {
    ($($visit:ident: $kind:ty),* $(,)?) => {$(
        fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    )*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
}
pub(super) use nothing_in;

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a part of TikTok's export")
    }

    nothing_in!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    /// The lists stand in objects; an array here is somebody else's.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.below(&key, &mut map)?;
        }
        Ok(())
    }
}

/// One of the lists.
struct Videos<'a> {
    basket: &'a mut Basket,
    list: List,
}

impl<'de> DeserializeSeed<'de> for Videos<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Videos<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of videos")
    }

    nothing_in!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(video) = seq.next_element_seed(Video)? {
            match video.link {
                Some(link) => self.basket.take(Found {
                    link,
                    saved_at: video.date,
                    list: self.list,
                    ..Found::default()
                }),
                None => self.basket.skip("", "There is no link in this entry."),
            }
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// One entry of a list.
struct Video;

#[derive(Default)]
struct VideoFields {
    link: Option<String>,
    date: Option<i64>,
}

impl<'de> DeserializeSeed<'de> for Video {
    type Value = VideoFields;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<VideoFields, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Video {
    type Value = VideoFields;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a video of a list")
    }

    nothing_in!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<VideoFields, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(VideoFields::default())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<VideoFields, M::Error> {
        let mut fields = VideoFields::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.to_ascii_lowercase().as_str() {
                "link" | "videolink" | "video link" => {
                    fields.link = map.next_value_seed(Text)?.filter(|link| !link.trim().is_empty());
                }
                "date" => fields.date = map.next_value_seed(Text)?.as_deref().and_then(seconds),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(fields)
    }
}

/// A text, or nothing where something else stands.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    nothing_in!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text::cut(text, text::KEPT_BYTES).to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// `2023-01-15 10:20:30`, in UTC as the export says.
fn seconds(date: &str) -> Option<i64> {
    let date = date.trim().trim_end_matches(" UTC");
    NaiveDateTime::parse_from_str(date, "%Y-%m-%d %H:%M:%S").ok().map(|date| date.and_utc().timestamp())
}
