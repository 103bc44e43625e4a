//! An export in HTML: Instagram's saved posts and collections, in any language and layout.
//!
//! Class names change with each release and labels with the language, so neither is looked at: a link to a post
//! begins a post, a heading before it or a link to a profile behind it names its author, and the caption is
//! the cell that is labelled so, or the longest text that stands with it.

use std::io::Read;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{IoReader, Span, Tokenizer};

use super::basket::{Basket, Found};
use super::links::{self, Leads};
use super::{Source, Unreadable, text};

/// What the cell of a caption is called in the languages exports are written in, in small letters.
#[rustfmt::skip]
const CAPTIONS: &[&str] = &[
    "caption", "pie de foto", "descripción", "légende", "bildunterschrift", "didascalia", "legenda", "bijschrift",
    "подпись", "описание", "キャプション", "캡션", "说明文字", "字幕", "文案", "açıklama", "altyazı", "podpis", "popisek",
    "bildtext", "billedtekst", "bildetekst", "kuvateksti", "keterangan", "chú thích", "คำบรรยาย", "الشرح", "כיתוב",
];

/// A text without a label that has more bytes than this is a caption: labels, names and dates are shorter.
const SURELY_A_CAPTION: usize = 80;

/// Texts kept of one cell.
const MOST_LINES: usize = 40;

/// Reads the links of a page.
pub(super) fn read(file: impl Read, basket: &mut Basket) -> Result<Source, Unreadable> {
    let mut page = Page::new(basket);
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
        page.meet(&event);
        None
    });
    // Scripts and styles hold no tags.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(IoReader::new(file), emitter) {
        token.map_err(|_| Unreadable::Unread)?;
    }
    page.end()
}

/// Where the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between tags that mean nothing to us.
    Open,
    /// In a heading.
    Heading,
    /// In a link, whose text repeats it.
    Link,
    /// In a script, a style or the title of the page.
    Hidden,
}

/// A page that is being read.
#[expect(clippy::struct_excessive_bools, reason = "each tells one thing about where the reading is")]
struct Page<'a> {
    basket: &'a mut Basket,
    place: Place,
    /// The start tag that is being read is a link's, and its attribute an address.
    in_link_tag: bool,
    in_address: bool,
    heading: String,
    /// The texts of the cell that is being read.
    cell: Vec<String>,
    /// The post that is being read.
    post: Option<Found>,
    /// Whether the post's caption stood in a cell labelled so.
    labelled: bool,
    /// Whether the page is Instagram's at all.
    is_instagrams: bool,
}

impl<'a> Page<'a> {
    fn new(basket: &'a mut Basket) -> Self {
        Self {
            basket,
            place: Place::Open,
            in_link_tag: false,
            in_address: false,
            heading: String::new(),
            cell: Vec::new(),
            post: None,
            labelled: false,
            is_instagrams: false,
        }
    }

    fn meet(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(name),
            CallbackEvent::AttributeName { name } => self.in_address = self.in_link_tag && *name == b"href",
            CallbackEvent::AttributeValue { value } if self.in_address => {
                self.lead(&String::from_utf8_lossy(value));
            }
            CallbackEvent::CloseStartTag { .. } => self.in_link_tag = false,
            CallbackEvent::EndTag { name } => self.close(name),
            CallbackEvent::String { value } => self.say(&String::from_utf8_lossy(value)),
            _ => {}
        }
    }

    fn open(&mut self, name: &[u8]) {
        (self.in_link_tag, self.in_address) = (false, false);
        match name {
            b"a" => {
                self.in_link_tag = true;
                self.place = Place::Link;
            }
            b"h2" | b"h3" => {
                self.place = Place::Heading;
                self.heading.clear();
            }
            b"td" | b"tr" | b"table" => self.end_cell(),
            // What the page is called is nobody's name.
            b"script" | b"style" | b"title" | b"h1" => self.place = Place::Hidden,
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"a" | b"h1" | b"h2" | b"h3" | b"script" | b"style" | b"title" => self.place = Place::Open,
            b"td" | b"tr" | b"table" => self.end_cell(),
            _ => {}
        }
    }

    /// An address: a link's, or one that stands there as text.
    fn lead(&mut self, address: &str) {
        self.is_instagrams |= address.contains("instagram.com/");
        match links::of(address) {
            Leads::Post(link) => self.begin(link),
            Leads::Profile(name) => {
                if let Some(post) = self.post.as_mut() {
                    post.author.get_or_insert(name);
                }
            }
            Leads::Elsewhere => {}
        }
    }

    /// A post begins, unless its link merely stands there twice.
    fn begin(&mut self, link: String) {
        if self.post.as_ref().is_some_and(|post| post.link == link) {
            return;
        }
        self.end_post();
        let heading = text::one_line(&std::mem::take(&mut self.heading));
        let author = Some(heading).filter(|name| links::is_name(name));
        self.post = Some(Found { link, author, ..Found::default() });
    }

    fn say(&mut self, words: &str) {
        let words = text::cut(words.trim(), text::KEPT_BYTES);
        match self.place {
            _ if words.is_empty() => {}
            Place::Heading if self.heading.len() < text::KEPT_BYTES => self.heading.push_str(words),
            Place::Open if links::is_address(words) => self.lead(words),
            Place::Open if self.cell.len() < MOST_LINES => self.cell.push(words.to_owned()),
            Place::Open | Place::Heading | Place::Link | Place::Hidden => {}
        }
    }

    /// A cell is over: it may have held the caption.
    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        let Some(post) = self.post.as_mut() else { return };
        match cell.split_first() {
            Some((label, said)) if !said.is_empty() && is_caption(label) => {
                post.caption = Some(said.join("\n"));
                self.labelled = true;
            }
            Some(_) if !self.labelled => {
                let longest = cell.into_iter().max_by_key(String::len);
                let known = post.caption.as_ref().map_or(SURELY_A_CAPTION, String::len);
                post.caption = longest.filter(|text| text.len() > known).or(post.caption.take());
            }
            _ => {}
        }
    }

    fn end_post(&mut self) {
        self.end_cell();
        self.labelled = false;
        if let Some(post) = self.post.take() {
            self.basket.take(post);
        }
    }

    fn end(mut self) -> Result<Source, Unreadable> {
        self.end_post();
        match (self.basket.is_empty(), self.is_instagrams) {
            (false, _) => Ok(Source::Instagram),
            (true, true) => Err(Unreadable::OtherFile(Source::Instagram)),
            (true, false) => Err(Unreadable::Unknown),
        }
    }
}

fn is_caption(label: &str) -> bool {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    CAPTIONS.contains(&label.as_str())
}
