#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
use super::*;
use crate::failure::Kind;

const MARKER: &str = "https://linkscribe.example/e/1";

fn section(blocks: Vec<Block>) -> Section {
    Section { headline: vec![Span::link("TikTok", MARKER)], marker: MARKER.into(), file: None, blocks }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Span::plain(text)])
}

/// Holds a request against the limits Notion documents.
fn assert_within_limits(blocks: &[Value]) {
    fn walk(blocks: &[Value], levels_above: usize) -> usize {
        assert!(levels_above <= 2 || blocks.is_empty(), "too deep");
        assert!(blocks.len() <= 100, "too many in one array");
        let inside = |block: &Value| {
            let content = &block[block["type"].as_str().unwrap()];
            let items = content["rich_text"].as_array().unwrap();
            assert!(items.len() <= 100, "too many items");
            for item in items {
                assert!(item["text"]["content"].as_str().unwrap().encode_utf16().count() <= 2_000);
            }
            let children = content.get("children").map_or(&[][..], |children| children.as_array().unwrap());
            1 + walk(children, levels_above + 1)
        };
        blocks.iter().map(inside).sum()
    }
    assert!(walk(blocks, 0) <= 1_000, "too many blocks");
    assert!(json!({ "children": blocks }).to_string().len() <= 500_000, "too many bytes");
}

/// Sends a section as the adapter does; gives each request and the whole tree Notion would hold.
fn sent(section: &Section) -> (usize, Vec<String>) {
    let callout = [callout(section).unwrap()];
    let mut waiting = vec![callout.as_slice()];
    let (mut requests, mut texts) = (0, Vec::new());
    while let Some(siblings) = waiting.pop() {
        let batch = batch(siblings);
        assert_within_limits(&batch.blocks);
        requests += 1;
        collect(&batch.blocks, &mut texts);
        waiting.push(&siblings[batch.blocks.len()..]);
        waiting.extend(batch.open.into_iter().map(|(_, rest)| rest));
        waiting.retain(|rest| !rest.is_empty());
    }
    (requests, texts)
}

fn collect(blocks: &[Value], texts: &mut Vec<String>) {
    for block in blocks {
        let content = &block[block["type"].as_str().unwrap()];
        texts.push(text::read(content.get("rich_text")));
        if let Some(children) = content.get("children") {
            collect(children.as_array().unwrap(), texts);
        }
    }
}

#[test]
fn a_section_is_one_callout_in_notions_shape() {
    let blocks = vec![
        Block::Heading("Summary".into()),
        Block::Bullet(vec![Span::muted("0:07"), Span::plain(" hot")]),
        Block::Toggle("Transcript".into(), vec![paragraph("Hello")]),
    ];
    let callout = [callout(&section(blocks)).unwrap()];
    let text = |content: &str| json!({ "type": "text", "text": { "content": content } });
    let expected = json!([{ "object": "block", "type": "callout", "callout": {
        "rich_text": [{ "type": "text", "text": { "content": "TikTok", "link": { "url": MARKER } } }],
        "icon": { "type": "emoji", "emoji": "🎬" },
        "color": "gray_background",
        "children": [
            { "object": "block", "type": "heading_3", "heading_3": { "rich_text": [text("Summary")] } },
            { "object": "block", "type": "bulleted_list_item", "bulleted_list_item": { "rich_text": [
                { "type": "text", "text": { "content": "0:07" }, "annotations": { "bold": false, "color": "gray" } },
                text(" hot"),
            ] } },
            { "object": "block", "type": "toggle", "toggle": {
                "rich_text": [text("Transcript")],
                "children": [{ "object": "block", "type": "paragraph", "paragraph": { "rich_text": [text("Hello")] } }],
            } },
        ],
    } }]);
    let batch = batch(&callout);
    assert_eq!(Value::Array(batch.blocks), expected);
    assert!(batch.open.is_empty());
}

#[test]
fn a_headline_without_the_marker_gets_it() {
    let mut section = section(Vec::new());
    section.headline = vec![Span::plain("x".repeat(500_000))];
    let node = callout(&section).unwrap();
    assert!(text::leads_to(node.content.get("rich_text"), MARKER));
    assert_within_limits(&[node.json(0)]);
}

#[test]
fn a_marker_that_would_be_lost_is_a_defect() {
    let mut section = section(Vec::new());
    section.marker = "entry:1".into();
    assert_eq!(callout(&section).unwrap_err().kind, Kind::Bug);
}

#[test]
fn an_hour_of_speech_needs_at_most_ten_requests() {
    // 60,000 characters as one line every five seconds, the finest a transcript is shown.
    let lines: Vec<Block> = (0..720)
        .map(|line| Block::Paragraph(vec![Span::muted(format!("{line} ")), Span::plain("word ".repeat(16))]))
        .collect();
    let points = (0..20).map(|point| Block::Bullet(vec![Span::plain(format!("point {point}"))]));
    let mut blocks: Vec<Block> = points.collect();
    blocks.push(Block::Toggle("Transcript".into(), lines));
    blocks
        .push(Block::Toggle("On screen".into(), (0..50).map(|line| paragraph(&line.to_string())).collect()));
    let (requests, texts) = sent(&section(blocks));
    assert!(requests <= 10, "{requests}");
    assert_eq!(texts.len(), 1 + 20 + 1 + 720 + 1 + 50);
}

#[test]
fn every_shape_of_section_arrives_whole_and_within_limits() {
    let many = |count: usize| (0..count).map(|line| paragraph(&line.to_string())).collect::<Vec<_>>();
    let deep =
        Block::Toggle("a".into(), vec![Block::Toggle("b".into(), vec![Block::Toggle("c".into(), many(3))])]);
    let huge = Block::Toggle("huge".into(), (0..30).map(|_| paragraph(&"语".repeat(90_000))).collect());
    for (blocks, expected) in [
        (Vec::new(), 1),
        (many(1_500), 1_501),
        (vec![deep], 7),
        ((0..30).map(|_| Block::Toggle("t".into(), many(60))).collect(), 1 + 30 * 61),
        ((0..5).map(|_| Block::Toggle("t".into(), many(250))).collect(), 1 + 5 * 251),
        (vec![huge], 32),
        // 600,000 characters are 300 items, which are six paragraphs.
        (vec![paragraph(&"a".repeat(600_000))], 7),
    ] {
        assert_eq!(sent(&section(blocks)).1.len(), expected);
    }
}

#[test]
fn children_arrive_in_their_order() {
    let lines = (0..250).map(|line| paragraph(&line.to_string())).collect();
    let texts = sent(&section(vec![Block::Toggle("t".into(), lines)])).1;
    let lines: Vec<usize> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    assert!(lines.is_sorted() && lines.len() == 250);
}
