//! Instagram's export in JSON: saved posts and collections of all ages.
//!
//! Three forms are known. `string_map_data`: an object of slots, whose names are in the owner's language, one
//! of them with the link. `string_list_data`: the same as a list. `label_values` (since 2025): a list of
//! labelled fields, with lists of fields in it (`dict`) for the owner and for what a collection holds. So labels
//! tell nothing; what tells is where a link leads. An object whose fields hold a link to a post is a post:
//! its other fields are the caption, a link to a profile below it names the author.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::basket::{Basket, Found};
use super::links::{self, Leads};
use super::text;
use super::tiktok::nothing_in;

/// The lists of saved things, as an object names them.
pub(super) fn is_list(key: &str) -> bool {
    matches!(
        key,
        "saved_saved_media" | "saved_media" | "saved_posts" | "saved_saved_collections" | "saved_collections"
    )
}

/// Names at the top of other files of the export.
pub(super) fn is_other_file(key: &str) -> bool {
    [
        "likes_",
        "relationships_",
        "comments_",
        "story_activities_",
        "ig_",
        "profile_",
        "searches_",
        "saved_saved_music",
    ]
    .iter()
    .any(|prefix| key.starts_with(prefix))
}

/// Reads the outermost array; gives how many entries it has.
pub(super) fn read_list<'de, A: SeqAccess<'de>>(mut seq: A, basket: &mut Basket) -> Result<usize, A::Error> {
    let (mut entries, mut list) = (0, Frame::default());
    while let Some(entry) = seq.next_element_seed(Walk { basket, slots: false })? {
        entries += 1;
        list.absorb(entry.into_frame(), basket);
    }
    list.close(basket);
    Ok(entries)
}

/// A list of saved things in an object.
pub(super) struct Lists<'a> {
    pub(super) basket: &'a mut Basket,
}

impl<'de> DeserializeSeed<'de> for Lists<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        let list = Walk { basket: self.basket, slots: false }.deserialize(value)?;
        list.into_frame().close(self.basket);
        Ok(())
    }
}

/// One value of the export.
#[derive(Default)]
enum Node {
    Text(String),
    Number(i64),
    Object(Frame),
    List(Frame),
    #[default]
    Nothing,
}

impl Node {
    fn into_frame(self) -> Frame {
        match self {
            Self::Object(frame) | Self::List(frame) => frame,
            Self::Text(_) | Self::Number(_) | Self::Nothing => Frame::default(),
        }
    }
}

/// What is known of an object, or of a list, while it is read.
#[derive(Debug, Default)]
struct Frame {
    /// A link to a post.
    link: Option<String>,
    /// Whether the object itself is that link, and so only a field of what it stands in.
    is_field: bool,
    author: Option<String>,
    /// What the object itself says.
    value: Option<String>,
    /// What it is called, which may be a user's name.
    title: Option<String>,
    /// The longest of its fields.
    caption: Option<String>,
    stamp: Option<i64>,
}

impl Frame {
    /// A field with its own text.
    fn set_text(&mut self, key: &str, value: String, basket: &mut Basket) {
        match key {
            "href" | "url" if self.lead(&value) => {}
            "href" | "url" if value.contains("instagram.com/") => {
                basket.skip(&value, "This is no link to a post.");
            }
            // Fields say their address twice.
            "value" if links::is_address(&value) => drop(self.lead(&value)),
            "value" => self.value = Some(value),
            "title" => self.title = Some(value),
            _ => {}
        }
    }

    /// Follows an address of this object; tells whether it leads to somebody or something.
    fn lead(&mut self, address: &str) -> bool {
        match links::of(address) {
            Leads::Post(link) => {
                self.link = Some(link);
                self.is_field = true;
                true
            }
            Leads::Profile(name) => {
                self.author = Some(name);
                true
            }
            // Pictures and products that a post links to.
            Leads::Elsewhere => false,
        }
    }

    /// Takes in an object that stands in this list, or in a slot of this object.
    fn absorb(&mut self, child: Self, basket: &mut Basket) {
        if child.link.is_some() {
            if self.link.is_some() && self.link != child.link {
                self.give(basket);
            }
            self.link = child.link;
            let named = child.value.or(child.title).filter(|name| links::is_name(name));
            self.author = named.or(child.author).or(self.author.take());
            self.stamp = child.stamp.or(self.stamp);
            return;
        }
        self.author = self.author.take().or(child.author);
        self.stamp = self.stamp.or(child.stamp);
        self.say(child.value);
    }

    /// Takes in a list or slots, which are nothing of their own.
    fn merge(&mut self, list: Self) {
        self.is_field &= list.link.is_none();
        self.link = list.link.or(self.link.take());
        self.author = self.author.take().or(list.author);
        self.stamp = self.stamp.or(list.stamp);
        self.say(list.caption);
    }

    /// The longest field is the caption.
    fn say(&mut self, said: Option<String>) {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        if length(&said) > length(&self.caption) {
            self.caption = said;
        }
    }

    /// Ends an object: a post is given; of anything else its owner and its time may belong to a post around it.
    fn close(mut self, basket: &mut Basket) -> Self {
        if self.link.is_some() && !self.is_field {
            self.give(basket);
            return Self::default();
        }
        self.caption = None;
        self
    }

    /// Gives the post, and forgets everything about it.
    fn give(&mut self, basket: &mut Basket) {
        let post = std::mem::take(self);
        let Some(link) = post.link else { return };
        let author = post.author.or(post.title.filter(|title| links::is_name(title)));
        let (caption, saved_at) = (post.caption, post.stamp);
        basket.take(Found { link, caption, author, saved_at, ..Found::default() });
    }
}

/// Walks through one value.
struct Walk<'a> {
    basket: &'a mut Basket,
    /// Whether it is an object of slots.
    slots: bool,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Node, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a part of Instagram's export")
    }

    nothing_in!(visit_bool: bool, visit_f64: f64);

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(i64::try_from(number).map_or(Node::Nothing, Node::Number))
    }

    fn visit_str<E>(self, words: &str) -> Result<Node, E> {
        // Each letter may stand as up to four of two bytes each.
        let right = text::repaired(text::cut(words, 8 * text::KEPT_BYTES));
        Ok(Node::Text(text::cut(&right, text::KEPT_BYTES).to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Frame::default();
        while let Some(node) = seq.next_element_seed(Walk { basket: self.basket, slots: false })? {
            match node {
                Node::Object(object) => list.absorb(object, self.basket),
                Node::List(inner) => list.merge(inner),
                Node::Text(_) | Node::Number(_) | Node::Nothing => {}
            }
        }
        Ok(Node::List(list))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Node, M::Error> {
        let mut object = Frame::default();
        while let Some(key) = map.next_key::<String>()? {
            let slots = key == "string_map_data";
            let node = map.next_value_seed(Walk { basket: self.basket, slots })?;
            match node {
                Node::Text(text) => object.set_text(&key, text, self.basket),
                // 0 where no time is known.
                Node::Number(number) if number > 0 && key.starts_with("timestamp") => {
                    object.stamp = Some(number);
                }
                Node::Object(slots) if key == "string_map_data" => object.merge(slots),
                Node::Object(inner) => object.absorb(inner, self.basket),
                Node::List(list) => object.merge(list),
                Node::Number(_) | Node::Nothing => {}
            }
        }
        if self.slots {
            return Ok(Node::Object(object));
        }
        Ok(Node::Object(object.close(self.basket)))
    }
}
