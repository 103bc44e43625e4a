//! A page as Markdown (`CommonMark`) for people without Notion.
//!
//! Whatever a stranger wrote stays text: no markup, HTML, image or link of theirs comes to life.

use super::build::{section, value, words_of};
use super::{Block, Section, Span};
use crate::domain::media::Watched;
use crate::domain::note::Note;
use crate::domain::words::{one_line, visible, web_address};

/// Headings go six levels deep.
const DEEPEST: usize = 6;

/// The level of a section's own headings; the note's title stands above them.
const SECTION_LEVEL: usize = 2;

/// A section as Markdown.
pub fn markdown(section: &Section) -> String {
    let mut written = vec![format!("{}\n\n", spans(&section.headline))];
    blocks(&mut written, &section.blocks, SECTION_LEVEL);
    written.concat()
}

/// A whole note: its title, its values with their evidence, then its section.
pub fn note_markdown(note: &Note, watched: &Watched, video: &str) -> String {
    let mut written = Vec::new();
    let title = escaped(&one_line(&note.title));
    if !title.is_empty() {
        written.push(format!("# {title}\n\n"));
    }
    let words = words_of(note, watched);
    for filled in &note.values {
        let (name, source) = (escaped(&one_line(&filled.name)), words.evidence(filled.evidence));
        let value = escaped(&one_line(&value(&filled.value)));
        written.push(format!("- **{name}**: {value} ({source})\n"));
    }
    if !note.values.is_empty() {
        written.push("\n".to_owned());
    }
    // The values stand above already; the section would tell them again.
    let mut section = section(note, watched, video, String::new());
    section.blocks.retain(|block| !matches!(block, Block::Toggle(title, _) if title == words.sources));
    written.push(markdown(&section));
    written.concat()
}

fn blocks(written: &mut Vec<String>, inside: &[Block], level: usize) {
    let mut blocks = inside.iter().peekable();
    while let Some(block) = blocks.next() {
        match block {
            Block::Heading(title) => written.push(heading(title, level)),
            Block::Paragraph(parts) => written.push(format!("{}\n\n", spans(parts))),
            Block::Bullet(parts) => {
                // The line ends inside an item stay inside it by their indent.
                let last = !matches!(blocks.peek(), Some(Block::Bullet(_)));
                let end = if last { "\n\n" } else { "\n" };
                written.push(format!("- {}{end}", spans(parts).replace('\n', "\n  ")));
            }
            Block::Toggle(title, inside) => {
                written.push(heading(title, level));
                self::blocks(written, inside, level + 1);
            }
        }
    }
}

fn heading(title: &str, level: usize) -> String {
    format!("{} {}\n\n", "#".repeat(level.min(DEEPEST)), escaped(&one_line(title)))
}

fn spans(spans: &[Span]) -> String {
    let whole: String = spans.iter().map(span).collect();
    // A line's beginning is special: spaces there make code.
    let lines: Vec<&str> = whole.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\\\n")
}

fn span(span: &Span) -> String {
    let text = escaped(&span.text);
    // Marks hold only when they touch the words they surround.
    let inner = text.trim();
    let at = text.find(inner).unwrap_or_default();
    let (before, behind) =
        (text.get(..at).unwrap_or_default(), text.get(at + inner.len()..).unwrap_or_default());
    if inner.is_empty() {
        return text;
    }
    let target = span.link.as_deref().and_then(target);
    let marked = match (target, span.bold, span.muted) {
        (Some(target), _, _) => format!("[{}]({target})", inner.replace('\n', " ")),
        (None, true, _) => format!("**{}**", inner.replace('\n', " ")),
        (None, false, true) => format!("*{}*", inner.replace('\n', " ")),
        (None, false, false) => inner.to_owned(),
    };
    format!("{before}{marked}{behind}")
}

/// A web address that cannot end its own brackets; `None` for any other kind of address.
fn target(link: &str) -> Option<String> {
    let address = web_address(&one_line(link))?;
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&byte);
    let encoded = |byte: u8| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    Some(address.bytes().map(encoded).collect())
}

/// A text in which nothing is markup: every ASCII character that means something in Markdown, or in
/// the dialects on top of it, stands behind a backslash.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut begins = true;
    for letter in visible(text).chars() {
        let always = "\\`*_{}[]<>()!|~&$^=".contains(letter);
        let at_start = begins && "#+-:".contains(letter);
        let in_number = matches!(letter, '.') && written.ends_with(|last: char| last.is_ascii_digit());
        if always || at_start || in_number {
            written.push('\\');
        }
        written.push(letter);
        begins = letter == '\n' || (begins && letter == ' ');
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;
    use crate::domain::media::{At, MediaInfo, ScreenLine, ScreenText, Segment, Transcript};
    use crate::domain::note::{Evidence, Filled, LeftOut, Value};

    const VIDEO: &str = "https://video.example/7";

    /// A note and a video in which one text stands everywhere.
    fn flooded(text: &str) -> (Note, Watched) {
        let text = || text.to_owned();
        let watched = Watched {
            info: MediaInfo {
                platform: text(),
                author: Some(text()),
                caption: Some(text()),
                ..MediaInfo::default()
            },
            transcript: Transcript {
                language: None,
                segments: vec![Segment { start: At(0.0), end: At(1.0), text: text() }; 2],
                engine: text(),
                ..Transcript::default()
            },
            screen_text: ScreenText {
                lines: vec![ScreenLine { at: At(1.0), text: text() }; 2],
                engine: text(),
            },
        };
        let filled =
            |value| Filled { column: text(), name: text(), value, evidence: Evidence::Whole, unset: None };
        let note = Note {
            title: text(),
            summary: text(),
            key_points: vec![text()],
            values: vec![filled(Value::Text(text())), filled(Value::Url(text()))],
            left_out: vec![LeftOut { name: text(), offered: text(), why: text() }],
            engine: text(),
            ..Note::default()
        };
        (note, watched)
    }

    /// What a viewer would do with the Markdown: the links it would make and the texts it would show.
    fn viewed(markdown: &str) -> (Vec<String>, String) {
        let (mut links, mut shown) = (Vec::new(), String::new());
        for event in Parser::new_ext(markdown, Options::all()) {
            match event {
                Event::Start(Tag::Image { .. } | Tag::HtmlBlock | Tag::CodeBlock(_) | Tag::Table(_))
                | Event::Html(_)
                | Event::InlineHtml(_)
                | Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::FootnoteReference(_) => panic!("{event:?} in\n{markdown}"),
                Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
                Event::Text(text) => shown.push_str(&text),
                _ => {}
            }
        }
        (links, shown)
    }

    #[test]
    fn a_note_reads_as_markdown() {
        let (mut note, mut watched) = flooded("Salt & pepper");
        note.values.truncate(1);
        watched.transcript.segments.clear();
        let written = note_markdown(&note, &watched, VIDEO);
        let beginning = "# Salt \\& pepper\n\n- **Salt \\& pepper**: Salt \\& pepper (from the whole video)\n\n\
            **Salt \\& pepper** · Salt \\& pepper · [Watch the video](https://video.example/7)\n\n\
            Salt \\& pepper\n\n## Key points\n\n- Salt \\& pepper\n\n*Nobody speaks in this video.*\n\n## Left out";
        assert!(written.starts_with(beginning), "{written}");
    }

    #[test]
    fn what_a_stranger_wrote_is_shown_as_written_and_does_nothing() {
        let table = [
            "![x](https://evil.example/p.png)",
            "<img src=x onerror=alert(1)>",
            "[click](javascript:alert(1))",
            "```\ncode\n```",
            "    code",
            "# Title\n## Title",
            "- a\n- b\n1. c",
            "a\n===\nb\n---",
            "| a | b |\n|---|---|\n| c | d |",
            "&lt;script&gt; &#60;",
            "<https://evil.example>",
            "$x$ and $$y$$",
            "[^1] [x]: https://evil.example",
            "\\![x](y) \\\\<b>",
            "**[a](b)**_<i>_",
        ];
        for text in table {
            let (note, watched) = flooded(text);
            let (links, shown) = viewed(&note_markdown(&note, &watched, VIDEO));
            assert_eq!(links, [VIDEO], "{text}");
            let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
            assert!(shown.contains(first), "{first} in {shown}");
        }
    }

    #[test]
    fn a_link_that_is_no_web_address_is_text_and_none_breaks_its_brackets() {
        let table = [
            ("javascript:alert(1)", None),
            (
                "https://a.example/x)![i](https://evil.example",
                Some("https://a.example/x%29!%5Bi%5D%28https://evil.example"),
            ),
            ("https://a.example/ü ö", Some("https://a.example/%C3%BC%20%C3%B6")),
        ];
        for (link, expected) in table {
            let section = Section {
                headline: vec![Span::link("here", link)],
                marker: String::new(),
                file: None,
                blocks: Vec::new(),
            };
            let (links, shown) = viewed(&markdown(&section));
            assert_eq!(links.first().map(String::as_str), expected);
            assert_eq!(shown, "here");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn no_text_makes_an_image_markup_or_a_link(
            text in "(\\PC{0,6}|[!<>\\[\\]()`*_#|~$&=+:^.\\\\ -]{1,5}|\n|\t|    |https://e\\.example|1|a|<b>|!\\[i\\]\\(u\\)){0,14}",
        ) {
            let (note, watched) = flooded(&text);
            let (links, _) = viewed(&note_markdown(&note, &watched, VIDEO));
            prop_assert_eq!(links, [VIDEO]);
        }
    }
}
