//! An export in JSON: which platform's it is, and its lists, read as a stream.
//!
//! Nothing is kept but what the lists hold. `serde_json` ends at a depth of 128.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::basket::Basket;
use super::tiktok::{self, Search};
use super::{Source, Unreadable, instagram};

/// Whose export a file may be.
#[derive(Debug, Default)]
struct Signs {
    /// A list we read was there.
    list_of: Option<Source>,
    /// A name only this platform uses.
    file_of: Option<Source>,
}

/// Reads the lists of an export; gives whose it is.
pub(super) fn read(file: impl Read, basket: &mut Basket) -> Result<Source, Unreadable> {
    let mut signs = Signs::default();
    let mut json = serde_json::Deserializer::from_reader(file);
    let walked = Root { basket, signs: &mut signs }.deserialize(&mut json).and_then(|()| json.end());
    walked.map_err(|error| match error.classify() {
        Category::Eof => Unreadable::BrokenOff,
        Category::Io => Unreadable::Unread,
        Category::Syntax | Category::Data => Unreadable::Damaged,
    })?;
    match (signs.list_of, signs.file_of) {
        (Some(source), _) => Ok(source),
        (None, Some(source)) => Err(Unreadable::OtherFile(source)),
        (None, None) => Err(Unreadable::Unknown),
    }
}

/// The outermost value.
struct Root<'a> {
    basket: &'a mut Basket,
    signs: &'a mut Signs,
}

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an export")
    }

    /// Instagram's newer form: the list itself.
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let entries = instagram::read_list(seq, self.basket)?;
        if entries == 0 || !self.basket.is_empty() {
            self.signs.list_of = Some(Source::Instagram);
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if instagram::is_list(&key) {
                self.signs.list_of = Some(Source::Instagram);
                map.next_value_seed(instagram::Lists { basket: self.basket })?;
                continue;
            }
            let mut seen = false;
            Search { basket: self.basket, seen: &mut seen }.below(&key, &mut map)?;
            if seen {
                self.signs.list_of = Some(Source::TikTok);
            } else if tiktok::is_section(&key) {
                self.signs.file_of = Some(Source::TikTok);
            } else if instagram::is_other_file(&key) {
                self.signs.file_of = Some(Source::Instagram);
            }
        }
        Ok(())
    }
}
