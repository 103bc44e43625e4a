//! The page's parts in their order: what it is, what it says in short, where the values come from, then
//! everything said, shown and written, folded away.

use super::{Block, Section, Span};
use crate::domain::media::{At, MediaInfo, Segment, Transcript, Watched};
use crate::domain::note::{Evidence, Filled, Note, Value};
use crate::domain::split::{shorten, utf16_len};
use crate::domain::words::{one_line, visible};

/// Told in place of a transcript.
pub const SPEECHLESS: &str = "Nobody speaks in this video.";

/// The line that opens on the values' evidence.
pub(super) const SOURCES: &str = "Where the values come from";

/// A list in one request takes 100 blocks (developers.notion.com/reference/request-limits); a folded part
/// is written in one.
const MAX_BLOCKS: usize = 90;

/// UTF-16 units of a paragraph of speech: what is read in half a minute.
const PARAGRAPH: usize = 400;

/// Seconds of silence after which a new paragraph begins.
const PAUSE: f64 = 4.0;

/// UTF-16 units of a whole folded part; a caption or transcript beyond it is a flood.
const MAX_PART: usize = 100_000;

/// UTF-16 units of a headline's part, such as the author's name.
const MAX_NAME: usize = 100;

/// UTF-16 units of a value as shown beside its evidence.
const MAX_SHOWN: usize = 200;

/// Builds the section. `video` is the link to the video, `marker` what the section is found by again.
pub fn section(note: &Note, watched: &Watched, video: &str, marker: String) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(paragraphs(&note.summary));
    if !note.key_points.is_empty() {
        blocks.push(Block::Heading("Key points".to_owned()));
        blocks.extend(note.key_points.iter().map(|point| Block::Bullet(vec![Span::plain(one_line(point))])));
    }
    // Where nobody listened, silence is not known.
    if watched.transcript.segments.is_empty() && !watched.transcript.engine.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::muted(SPEECHLESS)]));
    }
    blocks.extend(folded(SOURCES, sources(note)));
    blocks.extend(folded(&format!("Left out ({})", note.left_out.len()), left_out(note)));
    blocks.extend(folded("What is said", speech(&watched.transcript)));
    blocks.extend(folded("What is shown", screen(watched)));
    blocks.extend(folded("Caption", paragraphs(watched.info.caption.as_deref().unwrap_or_default())));
    blocks.extend(engines(note, watched));
    Section { headline: headline(&watched.info, video), marker, blocks }
}

/// Where a value comes from, in words.
pub fn evidence(evidence: Evidence) -> String {
    match evidence {
        Evidence::Caption => "from the caption".to_owned(),
        Evidence::Platform => "from the platform".to_owned(),
        Evidence::Speech(at) => format!("said at {at}"),
        Evidence::Screen(at) => format!("shown at {at}"),
        Evidence::Whole => "from the whole video".to_owned(),
    }
}

/// A value as a person reads it.
pub fn value(value: &Value) -> String {
    match value {
        Value::Title(text)
        | Value::Text(text)
        | Value::Select(text)
        | Value::Status(text)
        | Value::Url(text)
        | Value::Email(text)
        | Value::PhoneNumber(text)
        | Value::Place { name: text, address: None } => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::MultiSelect(names) => names.join(", "),
        Value::Date(day) => day.to_string(),
        Value::Checkbox(true) => "yes".to_owned(),
        Value::Checkbox(false) => "no".to_owned(),
        Value::Place { name, address: Some(address) } => format!("{name}, {address}"),
    }
}

/// `TikTok · cook.anna · 1:03 · Watch the video`.
fn headline(info: &MediaInfo, video: &str) -> Vec<Span> {
    let name = |text: &str| shorten(&one_line(text), MAX_NAME);
    let platform = name(&info.platform);
    let author = name(info.author.as_deref().unwrap_or_default());
    let length = info.duration.filter(|seconds| *seconds > 0.0).map(|seconds| At(seconds).to_string());
    let mut spans = vec![Span::bold(if platform.is_empty() { "Video".to_owned() } else { platform })];
    let facts = [author, length.unwrap_or_default()];
    spans.extend(facts.iter().filter(|fact| !fact.is_empty()).map(|fact| Span::plain(format!(" · {fact}"))));
    if !video.is_empty() {
        spans.extend([Span::plain(" · "), Span::link("Watch the video", video)]);
    }
    spans
}

/// A line that opens, unless nothing is behind it.
fn folded(title: &str, blocks: Vec<Block>) -> Option<Block> {
    (!blocks.is_empty()).then(|| Block::Toggle(title.to_owned(), blocks))
}

/// A text's paragraphs; a text with too many lines keeps them inside fewer paragraphs.
fn paragraphs(text: &str) -> Vec<Block> {
    let text = shorten(visible(text).trim(), MAX_PART);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let at_once = lines.len().div_ceil(MAX_BLOCKS).max(1);
    lines.chunks(at_once).map(|lines| Block::Paragraph(vec![Span::plain(lines.join("\n"))])).collect()
}

fn sources(note: &Note) -> Vec<Block> {
    let source = |filled: &Filled| {
        Block::Bullet(vec![
            Span::bold(one_line(&filled.name)),
            Span::plain(format!(": {} ", shorten(&one_line(&value(&filled.value)), MAX_SHOWN))),
            Span::muted(format!("({})", evidence(filled.evidence))),
        ])
    };
    note.values.iter().take(MAX_BLOCKS).map(source).collect()
}

fn left_out(note: &Note) -> Vec<Block> {
    let left = note.left_out.iter().take(MAX_BLOCKS);
    left.map(|left| {
        Block::Bullet(vec![
            Span::bold(one_line(&left.name)),
            Span::plain(format!(": {} ", one_line(&left.offered))),
            Span::muted(one_line(&left.why)),
        ])
    })
    .collect()
}

/// The speech in paragraphs of a few sentences, each with the moment it begins.
fn speech(transcript: &Transcript) -> Vec<Block> {
    let total: usize = transcript.segments.iter().map(|segment| utf16_len(&segment.text)).sum();
    // Paragraphs grow with the speech, so that a long one still fits; half of each is left for sentence ends.
    let length = PARAGRAPH.max(2 * total.min(MAX_PART) / MAX_BLOCKS);
    let mut groups: Vec<(At, String)> = Vec::new();
    let mut last: Option<&Segment> = None;
    for segment in &transcript.segments {
        let text = one_line(&segment.text);
        let paused = last.is_some_and(|last| segment.start.0 - last.end.0 > PAUSE);
        last = Some(segment);
        match groups.last_mut().filter(|(_, group)| !is_full(group, length, paused)) {
            Some((_, group)) => {
                group.push(' ');
                group.push_str(&text);
            }
            None => groups.push((segment.start, text)),
        }
    }
    timed(groups)
}

/// Whether the next sentence begins a new paragraph: at a sentence's end when it is long enough or a pause
/// follows, anywhere when it is far too long.
fn is_full(group: &str, length: usize, paused: bool) -> bool {
    let ends = group.ends_with(['.', '!', '?', '…', '。', '！', '？']);
    let units = utf16_len(group);
    (ends && (units >= length / 2 || (paused && units >= length / 4))) || units >= length
}

/// What is shown, one paragraph for each moment.
fn screen(watched: &Watched) -> Vec<Block> {
    let mut groups: Vec<(At, String)> = Vec::new();
    for line in &watched.screen_text.lines {
        let text = one_line(&line.text);
        match groups.last_mut().filter(|(at, _)| at.seconds() == line.at.seconds()) {
            Some((_, group)) => {
                group.push('\n');
                group.push_str(&text);
            }
            None => groups.push((line.at, text)),
        }
    }
    timed(groups)
}

/// Texts with their moments as paragraphs; neighbours share one when there are too many.
fn timed(groups: Vec<(At, String)>) -> Vec<Block> {
    let groups: Vec<(At, String)> = groups.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    let at_once = groups.len().div_ceil(MAX_BLOCKS).max(1);
    let mut room = MAX_PART;
    let mut blocks = Vec::new();
    for group in groups.chunks(at_once) {
        let texts: Vec<&str> = group.iter().map(|(_, text)| text.trim()).collect();
        let text = shorten(&texts.join("\n"), room);
        let Some((at, _)) = group.first().filter(|_| !text.is_empty()) else { break };
        room = room.saturating_sub(utf16_len(&text));
        blocks.push(Block::Paragraph(vec![Span::muted(format!("{at} ")), Span::plain(text)]));
    }
    blocks
}

/// Who heard, read and summarized: a local engine is no paid one, and its owner should know.
fn engines(note: &Note, watched: &Watched) -> Option<Block> {
    let parts = [
        ("Speech", &watched.transcript.engine),
        ("Screen", &watched.screen_text.engine),
        ("Summary", &note.engine),
    ];
    let told: Vec<String> = parts
        .into_iter()
        .map(|(part, engine)| (part, shorten(&one_line(engine), MAX_NAME)))
        .filter(|(_, engine)| !engine.is_empty())
        .map(|(part, engine)| format!("{part}: {engine}"))
        .collect();
    (!told.is_empty()).then(|| Block::Paragraph(vec![Span::muted(told.join(" · "))]))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;
    use crate::domain::media::{ScreenLine, ScreenText};
    use crate::domain::note::LeftOut;

    fn segment(start: f64, text: &str) -> Segment {
        Segment { start: At(start), end: At(start + 3.0), text: text.to_owned() }
    }

    fn watched() -> Watched {
        Watched {
            info: MediaInfo {
                platform: "TikTok".to_owned(),
                author: Some("cook.anna".to_owned()),
                caption: Some("One pot\n\n#pasta".to_owned()),
                duration: Some(63.0),
                ..MediaInfo::default()
            },
            transcript: Transcript {
                segments: vec![
                    segment(0.0, "Boil water."),
                    segment(3.0, "Add salt."),
                    segment(60.0, "Enjoy!"),
                ],
                engine: "whisper-1".to_owned(),
                language: None,
                ..Transcript::default()
            },
            screen_text: ScreenText {
                lines: vec![
                    ScreenLine { at: At(7.0), text: "500 g pasta".to_owned() },
                    ScreenLine { at: At(7.5), text: "1 l water".to_owned() },
                ],
                engine: "tesseract".to_owned(),
                ..ScreenText::default()
            },
        }
    }

    fn note() -> Note {
        Note {
            summary: "Pasta in one pot.".to_owned(),
            key_points: vec!["Salt the water".to_owned()],
            values: vec![Filled {
                column: "a".to_owned(),
                name: "Grams".to_owned(),
                value: Value::Number(500.0),
                evidence: Evidence::Screen(At(7.0)),
            }],
            left_out: vec![LeftOut {
                name: "Kcal".to_owned(),
                offered: "900".to_owned(),
                why: "Not said.".to_owned(),
            }],
            engine: "rules".to_owned(),
            ..Note::default()
        }
    }

    /// The text of spans, put together.
    fn text(spans: &[Span]) -> String {
        spans.iter().map(|span| span.text.as_str()).collect()
    }

    fn outline(blocks: &[Block]) -> Vec<String> {
        blocks
            .iter()
            .map(|block| match block {
                Block::Heading(title) => format!("# {title}"),
                Block::Paragraph(spans) => text(spans),
                Block::Bullet(spans) => format!("- {}", text(spans)),
                Block::Toggle(title, inside) => format!("> {title}: {}", outline(inside).join(" | ")),
            })
            .collect()
    }

    #[test]
    fn the_page_tells_in_short_first_and_everything_folded_below() {
        let section =
            section(&note(), &watched(), "https://tiktok.example/7", "https://mark.example/1".to_owned());
        assert_eq!(text(&section.headline), "TikTok · cook.anna · 1:03 · Watch the video");
        assert_eq!(section.headline[4].link.as_deref(), Some("https://tiktok.example/7"));
        assert_eq!(
            outline(&section.blocks),
            [
                "Pasta in one pot.",
                "# Key points",
                "- Salt the water",
                "> Where the values come from: - Grams: 500 (shown at 0:07)",
                "> Left out (1): - Kcal: 900 Not said.",
                "> What is said: 0:00 Boil water. Add salt. Enjoy!",
                "> What is shown: 0:07 500 g pasta\n1 l water",
                "> Caption: One pot | #pasta",
                "Speech: whisper-1 · Screen: tesseract · Summary: rules",
            ]
        );
    }

    #[test]
    fn of_a_silent_video_the_page_says_so_and_empty_parts_do_not_appear() {
        let transcript = Transcript { engine: "whisper".to_owned(), ..Transcript::default() };
        let heard = Watched { transcript, ..Watched::default() };
        let section = section(&Note::default(), &heard, "", String::new());
        assert_eq!(text(&section.headline), "Video");
        assert_eq!(outline(&section.blocks), [SPEECHLESS, "Speech: whisper"]);
    }

    #[test]
    fn of_a_video_nobody_listened_to_the_page_does_not_say_that_nobody_speaks() {
        let section = section(&Note::default(), &Watched::default(), "", String::new());
        assert_eq!(outline(&section.blocks), [""; 0]);
    }

    #[test]
    fn long_speech_is_told_in_paragraphs_with_their_moments() {
        let sentence = "This is a sentence of some length that somebody says.";
        let mut watched = watched();
        watched.transcript.segments = (0..20).map(|at| segment(f64::from(at) * 3.0, sentence)).collect();
        let Block::Toggle(_, paragraphs) = &speech_of(&watched) else { panic!("no toggle") };
        let moments: Vec<String> =
            outline(paragraphs).iter().map(|text| text[..5].trim().to_owned()).collect();
        assert_eq!(moments, ["0:00", "0:12", "0:24", "0:36", "0:48"]);
    }

    fn speech_of(watched: &Watched) -> Block {
        Block::Toggle("What is said".to_owned(), speech(&watched.transcript))
    }

    #[test]
    fn a_flood_still_fits_into_one_request() {
        let mut watched = watched();
        watched.transcript.segments =
            (0..20_000).map(|at| segment(f64::from(at) * 9.0, "Word word word.")).collect();
        watched.info.caption = Some("line\n".repeat(5_000));
        watched.screen_text.lines =
            (0..5_000).map(|at| ScreenLine { at: At(f64::from(at)), text: "A LINE".to_owned() }).collect();
        for block in section(&note(), &watched, "https://v.example", String::new()).blocks {
            if let Block::Toggle(title, inside) = block {
                let units: usize = outline(&inside).iter().map(|text| utf16_len(text)).sum();
                assert!(
                    inside.len() <= MAX_BLOCKS && units <= MAX_PART + 2_000,
                    "{title}: {} {units}",
                    inside.len()
                );
            }
        }
    }
}
