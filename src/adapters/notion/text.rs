//! Notion's rich text: spans to items within its limits, and items back to plain text.
//!
//! Limits: <https://developers.notion.com/reference/request-limits>. How Notion counts characters is
//! not told; counting UTF-16 units, as its own editor does, is never too long.

use serde_json::{Value, json};
use url::Url;

use crate::domain::page::Span;
use crate::domain::split;

/// Longest `text.content`, in UTF-16 units.
const MAX_CONTENT: usize = 2_000;

/// Most items in one rich text array.
pub(super) const MAX_ITEMS: usize = 100;

/// Longest address, in UTF-16 units.
pub(super) const MAX_URL: usize = 2_000;

/// Plain text as items, cut off where an array ends.
pub(super) fn plain(text: &str) -> Vec<Value> {
    let mut items = items(&[Span::plain(text)]);
    items.truncate(MAX_ITEMS);
    items
}

/// Spans as items, however many; the caller divides them.
pub(super) fn items(spans: &[Span]) -> Vec<Value> {
    spans.iter().flat_map(span_items).collect()
}

fn span_items(span: &Span) -> Vec<Value> {
    let link = span.link.as_deref().and_then(linkable);
    split::pieces(&printable(&span.text), MAX_CONTENT)
        .into_iter()
        .map(|piece| {
            let text = match &link {
                Some(link) => json!({ "content": piece, "link": { "url": link } }),
                None => json!({ "content": piece }),
            };
            if span.bold || span.muted {
                let color = if span.muted { "gray" } else { "default" };
                json!({ "type": "text", "text": text, "annotations": { "bold": span.bold, "color": color } })
            } else {
                json!({ "type": "text", "text": text })
            }
        })
        .collect()
}

/// Without control characters: Notion shows none of them, and each takes six bytes of a request.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// An address Notion accepts as a link; the text of any other stays without one.
pub(super) fn linkable(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let short = address.encode_utf16().count() <= MAX_URL;
    (short && matches!(url.scheme(), "http" | "https" | "mailto")).then(|| address.to_owned())
}

/// The plain text of a rich text array, whatever its items are.
pub(super) fn read(items: Option<&Value>) -> String {
    let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(plain_text).collect()
}

/// Requests carry no `plain_text`, and tools that keep them around may give them back so.
fn plain_text(item: &Value) -> Option<&str> {
    item.get("plain_text").or_else(|| item.pointer("/text/content")).and_then(Value::as_str)
}

/// Whether an item of the array leads to this address.
pub(super) fn leads_to(items: Option<&Value>, address: &str) -> bool {
    let wanted = Url::parse(address).ok();
    let same = |link: &str| link == address || wanted.is_some() && Url::parse(link).ok() == wanted;
    let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().any(|item| {
        let links = [item.pointer("/text/link/url"), item.get("href")];
        links.into_iter().flatten().filter_map(Value::as_str).any(same)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;

    #[test]
    fn long_text_becomes_items_of_at_most_2000_utf16_units() {
        let text = "🍜".repeat(2_500);
        let items = plain(&text);
        assert_eq!(items.len(), 3);
        for item in &items {
            let content = item["text"]["content"].as_str().unwrap_or_default();
            assert!(content.encode_utf16().count() <= 2_000);
        }
        assert_eq!(read(Some(&Value::Array(items))), text);
    }

    #[test]
    fn text_without_end_is_cut_at_100_items() {
        assert_eq!(plain(&"a".repeat(1_000_000)).len(), 100);
    }

    #[test]
    fn a_span_has_notions_shape() {
        let spans = [
            Span::plain("a"),
            Span::bold("b"),
            Span::muted("c"),
            Span::link("d", "https://example.com/"),
            Span::link("e", "javascript:alert(1)"),
            Span::plain(""),
            Span::plain("f\u{0}\u{7}\ng"),
        ];
        let expected = json!([
            { "type": "text", "text": { "content": "a" } },
            { "type": "text", "text": { "content": "b" }, "annotations": { "bold": true, "color": "default" } },
            { "type": "text", "text": { "content": "c" }, "annotations": { "bold": false, "color": "gray" } },
            { "type": "text", "text": { "content": "d", "link": { "url": "https://example.com/" } } },
            { "type": "text", "text": { "content": "e" } },
            { "type": "text", "text": { "content": "f\ng" } },
        ]);
        assert_eq!(Value::Array(items(&spans)), expected);
    }

    #[test]
    fn a_link_is_recognised_in_the_form_notion_gives_it_back() {
        let items = json!([
            { "type": "mention", "plain_text": "@Ann", "href": null },
            { "type": "text", "text": { "content": "x", "link": { "url": "https://example.com/" } }, "plain_text": "x" },
        ]);
        assert!(leads_to(Some(&items), "https://example.com"));
        assert!(!leads_to(Some(&items), "https://example.com/other"));
        assert!(!leads_to(None, "https://example.com"));
        assert_eq!(read(Some(&items)), "@Annx");
    }
}
