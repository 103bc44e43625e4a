//! Rich text as a page shows it: pieces with a look, links that lead somewhere safe.
//!
//! Takes Notion's JSON, which holds what strangers wrote; gives words for the templates to escape.

use askama::Template;
use askama::filters::HtmlSafe;
use serde_json::Value;
use url::Url;

/// Colours Notion has; each is a class of the style sheet. Anything else shows as plain.
const COLORS: [&str; 9] = ["gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red"];
/// Letters of an address that are shown.
const SHOWN_ADDRESS: usize = 44;

/// A line of rich text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "sandbox/text.html")]
pub(super) struct Text {
    pieces: Vec<Piece>,
}

// The template escapes every word; escaping its output again would show the tags.
impl HtmlSafe for Text {}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Piece {
    words: String,
    href: Option<String>,
    bold: bool,
    italic: bool,
    struck: bool,
    underlined: bool,
    code: bool,
    color: &'static str,
}

impl Text {
    /// Reads an array of rich text items.
    pub(super) fn read(items: Option<&Value>) -> Self {
        let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self { pieces: items.iter().map(Piece::read).collect() }
    }

    /// The words alone.
    pub(super) fn plain(&self) -> String {
        self.pieces.iter().map(|piece| piece.words.as_str()).collect()
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.words.trim().is_empty())
    }
}

impl Piece {
    fn read(item: &Value) -> Self {
        let style = |name: &str| {
            item.pointer(&format!("/annotations/{name}")).and_then(Value::as_bool).unwrap_or(false)
        };
        Self {
            words: text(item, "plain_text").to_owned(),
            href: item.get("href").and_then(Value::as_str).and_then(web_link),
            bold: style("bold"),
            italic: style("italic"),
            struck: style("strikethrough"),
            underlined: style("underline"),
            code: style("code"),
            color: color(item.pointer("/annotations/color")),
        }
    }
}

/// The text field of an object, empty where there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The class of a colour; a background is its colour's.
pub(super) fn color(named: Option<&Value>) -> &'static str {
    let word = named.and_then(Value::as_str).unwrap_or_default();
    let word = word.strip_suffix("_background").unwrap_or(word);
    COLORS.into_iter().find(|known| *known == word).unwrap_or("plain")
}

/// The address, if following it can only open a web page.
pub(super) fn web_link(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.into())
}

/// An address as a column shows it: without scheme and query, cut where it gets long.
pub(super) fn short_address(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return cut(address) };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    cut(&format!("{}{port}{path}", host.strip_prefix("www.").unwrap_or(host)))
}

fn cut(words: &str) -> String {
    if words.chars().count() <= SHOWN_ADDRESS {
        return words.to_owned();
    }
    let kept: String = words.chars().take(SHOWN_ADDRESS).collect();
    format!("{kept}…")
}
