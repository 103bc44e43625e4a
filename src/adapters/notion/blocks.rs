//! A section of the page as block JSON, divided into requests Notion accepts.
//!
//! One `PATCH /v1/blocks/{id}/children` takes 100 blocks in each array, two levels below them, 1,000
//! blocks and 500 KB in all; what does not fit follows under the id its parent was given.
//! Limits: <https://developers.notion.com/reference/request-limits>,
//! <https://developers.notion.com/reference/patch-block-children>.

use anyhow::anyhow;
use serde_json::{Map, Value, json};

use super::text;
use crate::domain::keepsake::Keep;
use crate::domain::page::{Block, PageFile, Section, Span};
use crate::failure::{Failure, Outcome};

/// Most blocks in one array.
const MAX_CHILDREN: usize = 100;

/// Levels below the blocks of a request.
const MAX_LEVELS: usize = 2;

/// Most blocks in a request.
const MAX_BLOCKS: usize = 1_000;

/// Most bytes of a request: 500 KB less what stands around the blocks.
const MAX_BYTES: usize = 450_000;

/// Rich text items of one paragraph: its 100,000 UTF-16 units are at most 300 KB, well below a request.
const ITEMS_PER_BLOCK: usize = 50;

/// Bytes around a block's text: its type, icon, colour and the names of the fields.
const BYTES_AROUND: usize = 200;

/// What the link to the marker says where the headline has none.
const MARKER_TEXT: &str = "Linkscribe";

/// A block and what stands in it.
#[derive(Debug)]
pub(super) struct Node {
    kind: &'static str,
    content: Map<String, Value>,
    bytes: usize,
    children: Vec<Node>,
}

/// What is left of a request's limits.
struct Room {
    blocks: usize,
    bytes: usize,
}

/// One request's worth of siblings.
pub(super) struct Batch<'a> {
    /// The blocks.
    pub(super) blocks: Vec<Value>,
    /// Children that did not fit, with the position of their parent in `blocks`.
    pub(super) open: Vec<(usize, &'a [Node])>,
}

/// The section's callout without what stands in it.
pub(super) fn headline(section: &Section) -> Outcome<Value> {
    Ok(callout(section)?.json(0))
}

/// The section as one callout. Fails as a defect when its marker is no link Notion would keep: the
/// section would never be found again.
pub(super) fn callout(section: &Section) -> Outcome<Node> {
    text::linkable(&section.marker)
        .ok_or_else(|| Failure::bug(anyhow!("the marker of a section is no web link")))?;
    let mut headline = text::items(&section.headline);
    headline.truncate(ITEMS_PER_BLOCK);
    if !text::leads_to(Some(&json!(headline)), &section.marker) {
        let gap = if headline.is_empty() { "" } else { " · " };
        headline.extend(text::items(&[Span::plain(gap), Span::link(MARKER_TEXT, &section.marker)]));
    }
    let mut inside: Vec<Node> = section.file.iter().filter_map(media).collect();
    inside.extend(section.blocks.iter().flat_map(nodes));
    Ok(boxed(headline, "🎬", inside))
}

/// A file that plays on the page.
fn media(file: &PageFile) -> Option<Node> {
    let kind = match file.keep {
        Keep::None => return None,
        Keep::Audio => "audio",
        Keep::Video => "video",
    };
    let content = json!({ "type": "file_upload", "file_upload": { "id": file.id } });
    let content = content.as_object().cloned().unwrap_or_default();
    Some(Node { kind, content, bytes: BYTES_AROUND, children: Vec::new() })
}

/// A callout that says one thing.
pub(super) fn notice(sentence: &str) -> Value {
    boxed(text::plain(sentence), "⚠️", Vec::new()).json(0)
}

fn boxed(rich_text: Vec<Value>, emoji: &str, children: Vec<Node>) -> Node {
    let icon = json!({ "type": "emoji", "emoji": emoji });
    let mut node = Node::new("callout", rich_text, children);
    node.content.extend([("icon".to_owned(), icon), ("color".to_owned(), "gray_background".into())]);
    node
}

fn nodes(block: &Block) -> Vec<Node> {
    match block {
        Block::Heading(title) => vec![Node::new("heading_3", titled(title), Vec::new())],
        Block::Paragraph(spans) => divided("paragraph", spans),
        Block::Bullet(spans) => divided("bulleted_list_item", spans),
        Block::Toggle(title, inner) => {
            vec![Node::new("toggle", titled(title), inner.iter().flat_map(nodes).collect())]
        }
    }
}

fn titled(title: &str) -> Vec<Value> {
    let mut items = text::plain(title);
    items.truncate(ITEMS_PER_BLOCK);
    items
}

/// One block, or several where the text is longer than a block takes.
fn divided(kind: &'static str, spans: &[Span]) -> Vec<Node> {
    let items = text::items(spans);
    if items.is_empty() {
        return vec![Node::new(kind, items, Vec::new())];
    }
    let blocks = items.chunks(ITEMS_PER_BLOCK);
    blocks.map(|items| Node::new(kind, items.to_vec(), Vec::new())).collect()
}

impl Node {
    fn new(kind: &'static str, rich_text: Vec<Value>, children: Vec<Self>) -> Self {
        let rich_text = Value::Array(rich_text);
        let bytes = rich_text.to_string().len() + BYTES_AROUND;
        Self { kind, content: Map::from_iter([("rich_text".to_owned(), rich_text)]), bytes, children }
    }

    /// The block with the first of its children, and those with all of theirs.
    fn json(&self, children: usize) -> Value {
        let mut content = self.content.clone();
        if children > 0 && !self.children.is_empty() {
            let inner = self.children.iter().take(children).map(|child| child.json(usize::MAX)).collect();
            content.insert("children".to_owned(), inner);
        }
        json!({ "object": "block", "type": self.kind, self.kind: content })
    }

    /// Whether the block can go into a request as it is, this many levels above the deepest allowed one.
    fn fits_below(&self, levels: usize) -> bool {
        self.children.is_empty()
            || levels > 0
                && self.children.len() <= MAX_CHILDREN
                && self.children.iter().all(|child| child.fits_below(levels - 1))
    }

    /// Blocks and bytes with everything inside.
    fn weight(&self) -> (usize, usize) {
        self.children
            .iter()
            .map(Self::weight)
            .fold((1, self.bytes), |sum, child| (sum.0 + child.0, sum.1 + child.1))
    }
}

impl Room {
    /// Takes the weight if there is room for it.
    fn take(&mut self, (blocks, bytes): (usize, usize)) -> bool {
        let fits = blocks <= self.blocks && bytes <= self.bytes;
        if fits {
            self.blocks -= blocks;
            self.bytes -= bytes;
        }
        fits
    }
}

/// As many of the siblings, from the first on, as one request takes; at least one. A block whose
/// children do not all fit goes with the first of them, and the rest stays open.
pub(super) fn batch(siblings: &[Node]) -> Batch<'_> {
    let mut room = Room { blocks: MAX_BLOCKS, bytes: MAX_BYTES };
    let mut batch = Batch { blocks: Vec::new(), open: Vec::new() };
    for node in siblings.iter().take(MAX_CHILDREN) {
        if !room.take((1, node.bytes)) && !batch.blocks.is_empty() {
            break;
        }
        let fitting = node
            .children
            .iter()
            .take(MAX_CHILDREN)
            .take_while(|child| child.fits_below(MAX_LEVELS - 1) && room.take(child.weight()))
            .count();
        let rest = node.children.get(fitting..).unwrap_or_default();
        if !rest.is_empty() {
            batch.open.push((batch.blocks.len(), rest));
        }
        batch.blocks.push(node.json(fitting));
    }
    batch
}

#[cfg(test)]
mod tests;
