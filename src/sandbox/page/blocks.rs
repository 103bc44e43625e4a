//! The body of a page: blocks as Notion's window draws them.

use askama::Template;
use askama::filters::HtmlSafe;
use serde_json::Value;

use super::text::{Text, color, short_address, text, web_link};

/// Levels that are drawn; a block may be appended to a block for ever.
const DEEPEST: usize = 12;

/// One block with what is inside it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sandbox/block.html")]
pub(super) struct Block {
    shape: Shape,
    text: Text,
    color: &'static str,
    inner: Vec<Block>,
}

// The template escapes every word; escaping its output again would show the tags.
impl HtmlSafe for Block {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Paragraph,
    Heading(u8),
    OpenHeading,
    /// Neighbouring items of a list.
    Bullets,
    Numbers,
    Item,
    ToDo(bool),
    Toggle,
    Quote,
    Callout(String),
    Code,
    Divider,
    /// A bookmark, or a file: an address with a caption.
    Address {
        href: Option<String>,
        shown: String,
    },
    Table {
        headed: bool,
    },
    Row(Vec<Text>),
    /// A kind this page has no drawing for.
    Other(String),
}

/// Reads the blocks of a page, each with its own under `children`.
pub(super) fn read(blocks: &[Value]) -> Vec<Block> {
    read_level(blocks, 0)
}

fn read_level(blocks: &[Value], depth: usize) -> Vec<Block> {
    let mut drawn: Vec<Block> = Vec::new();
    for block in blocks {
        let Some(list) = list_of(text(block, "type")) else {
            drawn.push(Block::read(block, depth));
            continue;
        };
        let item = Block::read(block, depth);
        match drawn.last_mut() {
            Some(open) if open.shape == list => open.inner.push(item),
            _ => drawn.push(Block { shape: list, text: Text::default(), color: "plain", inner: vec![item] }),
        }
    }
    drawn
}

fn list_of(kind: &str) -> Option<Shape> {
    match kind {
        "bulleted_list_item" => Some(Shape::Bullets),
        "numbered_list_item" => Some(Shape::Numbers),
        _ => None,
    }
}

impl Block {
    fn read(block: &Value, depth: usize) -> Self {
        let kind = text(block, "type");
        let content = block.get(kind).unwrap_or(&Value::Null);
        let children = block.get("children").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let inner = if depth < DEEPEST { read_level(children, depth + 1) } else { Vec::new() };
        let words = content.get("rich_text").or_else(|| content.get("caption"));
        Self {
            shape: shape(kind, content),
            text: Text::read(words),
            color: color(content.get("color")),
            inner,
        }
    }
}

fn shape(kind: &str, content: &Value) -> Shape {
    let flag = |name: &str| content.get(name).and_then(Value::as_bool).unwrap_or(false);
    match kind {
        "paragraph" => Shape::Paragraph,
        "heading_1" | "heading_2" | "heading_3" | "heading_4" if flag("is_toggleable") => Shape::OpenHeading,
        // The page's title is the one h1.
        "heading_1" => Shape::Heading(2),
        "heading_2" => Shape::Heading(3),
        "heading_3" | "heading_4" => Shape::Heading(4),
        "bulleted_list_item" | "numbered_list_item" => Shape::Item,
        "to_do" => Shape::ToDo(flag("checked")),
        "toggle" => Shape::Toggle,
        "quote" => Shape::Quote,
        "callout" => {
            let emoji = content.pointer("/icon/emoji").and_then(Value::as_str);
            Shape::Callout(emoji.unwrap_or_default().to_owned())
        }
        "code" => Shape::Code,
        "divider" => Shape::Divider,
        "bookmark" | "embed" => address(text(content, "url")),
        "image" | "video" | "file" | "pdf" | "audio" => {
            let url = content.pointer("/external/url").or_else(|| content.pointer("/file/url"));
            address(url.and_then(Value::as_str).unwrap_or_default())
        }
        "table" => Shape::Table { headed: flag("has_column_header") },
        "table_row" => {
            let cells = content.get("cells").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            Shape::Row(cells.iter().map(|cell| Text::read(Some(cell))).collect())
        }
        other => Shape::Other(other.replace('_', " ")),
    }
}

fn address(written: &str) -> Shape {
    Shape::Address { href: web_link(written), shown: short_address(written) }
}
