//! The page's parts in their order: what it is, what it says in short, where the values come from, then
//! everything said, shown and written, folded away.

use super::{Block, Labels, Section, Span};
use crate::domain::media::{At, MediaInfo, Segment, Transcript, Watched};
use crate::domain::note::{Filled, Note, Value};
use crate::domain::split::{shorten, utf16_len};
use crate::domain::words::{one_line, visible};

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
    let words = words_of(note, watched);
    let mut blocks = Vec::new();
    blocks.extend(paragraphs(&note.summary, words));
    if !note.key_points.is_empty() {
        blocks.push(Block::Heading(words.key_points.to_owned()));
        blocks.extend(note.key_points.iter().map(|point| Block::Bullet(vec![Span::plain(one_line(point))])));
    }
    // Where nobody listened, silence is not known; in pictures nobody can be silent.
    let was_heard = !watched.transcript.engine.is_empty() && !watched.info.is_slideshow();
    if watched.transcript.segments.is_empty() && was_heard {
        blocks.push(Block::Paragraph(vec![Span::muted(words.speechless)]));
    }
    blocks.extend(folded(words.sources, sources(&note.values, words)));
    blocks.extend(folded(&format!("{} ({})", words.left_out, note.left_out.len()), left_out(note, words)));
    blocks.extend(folded(words.said, speech(&watched.transcript, words)));
    blocks.extend(folded(words.shown, screen(watched, words)));
    blocks.extend(folded(
        words.caption,
        paragraphs(watched.info.caption.as_deref().unwrap_or_default(), words),
    ));
    blocks.extend(engines(note, watched, words));
    Section { headline: headline(&watched.info, video, words), marker, file: None, blocks }
}

/// The page's own words: in the language its owner wants, else in the one that is heard.
pub fn words_of(note: &Note, watched: &Watched) -> &'static Labels {
    Labels::of(note.language.as_deref().or(watched.transcript.language.as_deref()))
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
        | Value::Place { name: text, address: None, .. } => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::MultiSelect(names) | Value::Relation(names) => names.join(", "),
        Value::Date(day) => day.to_string(),
        Value::Thumbnail => "a picture of the video".to_owned(),
        Value::Checkbox(true) => "yes".to_owned(),
        Value::Checkbox(false) => "no".to_owned(),
        Value::Place { name, address: Some(address), .. } => format!("{name}, {address}"),
    }
}

fn shown(value: &Value, words: &Labels) -> String {
    let [yes, no] = words.yes_no;
    match value {
        Value::Checkbox(ticked) => if *ticked { yes } else { no }.to_owned(),
        other => self::value(other),
    }
}

/// `TikTok · cook.anna · 1:03 · Watch the video`.
pub(super) fn headline(info: &MediaInfo, video: &str, words: &Labels) -> Vec<Span> {
    let name = |text: &str| shorten(&one_line(text), MAX_NAME);
    let platform = name(&info.platform);
    let author = name(info.author.as_deref().unwrap_or_default());
    let length = info.duration.filter(|seconds| *seconds > 0.0).map(|seconds| At(seconds).to_string());
    let mut spans = vec![Span::bold(if platform.is_empty() { words.video.to_owned() } else { platform })];
    let facts = [author, length.unwrap_or_default()];
    spans.extend(facts.iter().filter(|fact| !fact.is_empty()).map(|fact| Span::plain(format!(" · {fact}"))));
    if !video.is_empty() {
        let lead = if info.pictures > 0 { words.open } else { words.watch };
        spans.extend([Span::plain(" · "), Span::link(lead, video)]);
    }
    spans
}

/// A line that opens, unless nothing is behind it.
pub(super) fn folded(title: &str, blocks: Vec<Block>) -> Option<Block> {
    (!blocks.is_empty()).then(|| Block::Toggle(title.to_owned(), blocks))
}

/// A text's paragraphs; a text with too many lines keeps them inside fewer paragraphs.
fn paragraphs(text: &str, words: &Labels) -> Vec<Block> {
    let text = visible(text);
    let kept = shorten(text.trim(), MAX_PART);
    let lines: Vec<&str> = kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let at_once = lines.len().div_ceil(MAX_BLOCKS).max(1);
    let paragraph = |lines: &[&str]| Block::Paragraph(vec![Span::plain(lines.join("\n"))]);
    lines.chunks(at_once).map(paragraph).chain(cut(kept == text.trim(), words)).collect()
}

/// What stands at the end of a part that is not there as a whole.
fn cut(is_whole: bool, words: &Labels) -> Option<Block> {
    (!is_whole).then(|| Block::Paragraph(vec![Span::muted(words.cut)]))
}

pub(super) fn sources(values: &[Filled], words: &Labels) -> Vec<Block> {
    let source = |filled: &Filled| {
        Block::Bullet(vec![
            Span::bold(one_line(&filled.name)),
            Span::plain(format!(": {} ", shorten(&in_one_line(&shown(&filled.value, words)), MAX_SHOWN))),
            Span::muted(format!("({})", words.evidence(filled.evidence))),
        ])
    };
    // Ids of pages tell nobody anything; the pages lead to one another anyway, and a picture is seen.
    let told = values.iter().filter(|filled| !matches!(filled.value, Value::Relation(_) | Value::Thumbnail));
    told.take(MAX_BLOCKS).map(source).collect()
}

/// The lines of a text one behind the other, told apart.
fn in_one_line(text: &str) -> String {
    let lines = visible(text);
    let lines: Vec<String> = lines.lines().map(one_line).filter(|line| !line.is_empty()).collect();
    lines.join(" · ")
}

fn left_out(note: &Note, words: &Labels) -> Vec<Block> {
    let left = note.left_out.iter().take(MAX_BLOCKS);
    left.map(|left| {
        Block::Bullet(vec![
            Span::bold(one_line(words.part(&left.name))),
            Span::plain(format!(": {} ", one_line(words.offered(&left.offered)))),
            Span::muted(one_line(words.why(&left.why))),
        ])
    })
    .collect()
}

/// The speech in paragraphs of a few sentences, each with the moment it begins.
fn speech(transcript: &Transcript, words: &Labels) -> Vec<Block> {
    let total: usize = transcript.segments.iter().map(|segment| utf16_len(&segment.text)).sum();
    // Paragraphs grow with the speech, so that a long one still fits; half of each is left for sentence ends.
    let length = PARAGRAPH.max(2 * total.min(MAX_PART) / MAX_BLOCKS);
    let mut groups: Vec<(At, String)> = Vec::new();
    let mut last: Option<&Segment> = None;
    for segment in &transcript.segments {
        let text = one_line(&segment.text);
        let paused = last.is_some_and(|last| segment.start.0 - last.end.0 > PAUSE);
        last = Some(segment);
        let part = segment.start.part_number();
        let goes_on =
            |(at, group): &&mut (At, String)| at.part_number() == part && !is_full(group, length, paused);
        match groups.last_mut().filter(goes_on) {
            Some((_, group)) => {
                group.push(' ');
                group.push_str(&text);
            }
            None => groups.push((segment.start, text)),
        }
    }
    timed(groups, words)
}

/// Whether the next sentence begins a new paragraph: at a sentence's end when it is long enough or a pause
/// follows, anywhere when it is far too long.
fn is_full(group: &str, length: usize, paused: bool) -> bool {
    let ends = group.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।']);
    let units = utf16_len(group);
    (ends && (units >= length / 2 || (paused && units >= length / 4))) || units >= length
}

/// What is shown, one paragraph for each moment.
fn screen(watched: &Watched, words: &Labels) -> Vec<Block> {
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
    timed(groups, words)
}

/// Texts with their moments as paragraphs; neighbours share one when there are too many.
fn timed(groups: Vec<(At, String)>, words: &Labels) -> Vec<Block> {
    let groups: Vec<(At, String)> = groups.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    let at_once = groups.len().div_ceil(MAX_BLOCKS).max(1);
    let (mut room, mut is_whole) = (MAX_PART, true);
    let mut blocks = Vec::new();
    for group in groups.chunks(at_once) {
        let texts: Vec<&str> = group.iter().map(|(_, text)| text.trim()).collect();
        let whole = texts.join("\n");
        let text = shorten(&whole, room);
        is_whole &= text == whole;
        let Some((at, _)) = group.first().filter(|_| !text.is_empty()) else { break };
        room = room.saturating_sub(utf16_len(&text));
        blocks.push(Block::Paragraph(vec![Span::muted(format!("{} ", words.place(*at))), Span::plain(text)]));
    }
    blocks.extend(cut(is_whole, words));
    blocks
}

/// Who heard, read and summarized: a local engine is no paid one, and its owner should know.
fn engines(note: &Note, watched: &Watched, words: &Labels) -> Option<Block> {
    let [heard, read, summed_up] = words.engines;
    let parts =
        [(heard, &watched.transcript.engine), (read, &watched.screen_text.engine), (summed_up, &note.engine)];
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
    use crate::domain::note::{Evidence, LeftOut};

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
                unset: None,
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
    fn the_lines_of_a_value_are_told_apart() {
        let mut note = note();
        note.values[0].value = Value::Text("800 g tomatoes\n\n2 onions ".to_owned());
        let told = outline(&sources(&note.values, Labels::of(None)));
        assert_eq!(told, ["- Grams: 800 g tomatoes · 2 onions (shown at 0:07)"]);
    }

    #[test]
    fn the_page_speaks_its_owners_language_and_else_the_one_that_is_heard() {
        let told = |note: Option<&str>, heard: Option<&str>| {
            let note = Note { language: note.map(str::to_owned), ..note_of_soup() };
            let mut watched = watched();
            watched.transcript.language = heard.map(str::to_owned);
            outline(&section(&note, &watched, "", String::new()).blocks)
        };
        for (told, heading) in [
            (told(Some("de"), Some("en")), "# Das Wichtigste"),
            (told(None, Some("fr")), "# L\u{2019}essentiel"),
            (told(None, None), "# Key points"),
        ] {
            assert_eq!(told[1], heading);
        }
        let german = told(Some("de-AT"), None);
        assert_eq!(german[3], "> Woher die Werte stammen: - Grams: 500 (gezeigt bei 0:07)");
        assert_eq!(german[4], "> Weggelassen (1): - Kcal: 900 Das ist keine Zahl.");
        let left = LeftOut {
            name: "Title".to_owned(),
            offered: "(an address or a symbol)".to_owned(),
            why: String::new(),
        };
        let note = Note { left_out: vec![left], ..Note::default() };
        let told = outline(&left_out(&note, Labels::of(Some("de"))));
        assert_eq!(told, ["- Titel: (eine Adresse oder ein Zeichen) "]);
    }

    fn note_of_soup() -> Note {
        let mut note = note();
        note.left_out[0].why = "This is not a number.".to_owned();
        note
    }

    #[test]
    fn of_a_silent_video_the_page_says_so_and_empty_parts_do_not_appear() {
        let transcript = Transcript { engine: "whisper".to_owned(), ..Transcript::default() };
        let heard = Watched { transcript, ..Watched::default() };
        let section = section(&Note::default(), &heard, "", String::new());
        assert_eq!(text(&section.headline), "Video");
        assert_eq!(outline(&section.blocks), ["Nobody speaks in this video.", "Speech: whisper"]);
    }

    #[test]
    fn a_slideshow_is_told_picture_by_picture_and_in_it_nobody_is_silent() {
        let line = |number, text: &str| ScreenLine { at: At::picture(number), text: text.to_owned() };
        let shown = Watched {
            info: MediaInfo { platform: "TikTok".to_owned(), pictures: 3, ..MediaInfo::default() },
            transcript: Transcript { engine: "no speech to hear".to_owned(), ..Transcript::default() },
            screen_text: ScreenText {
                lines: vec![line(1, "Soup"), line(1, "Serves 4"), line(3, "Enjoy")],
                ..ScreenText::default()
            },
        };
        let mut note = note_of_soup();
        note.values[0].evidence = Evidence::Screen(At::picture(3));
        let section = section(&note, &shown, "https://tiktok.example/7", String::new());
        assert_eq!(text(&section.headline), "TikTok · Open the post");
        let told = outline(&section.blocks);
        assert!(
            told.contains(&"> Where the values come from: - Grams: 500 (picture 3)".to_owned()),
            "{told:?}"
        );
        let pictures = "> What is shown: picture 1 Soup\nServes 4 | picture 3 Enjoy".to_owned();
        assert!(told.contains(&pictures), "{told:?}");
        assert!(!told.iter().any(|line| line.contains("Nobody speaks")), "{told:?}");
    }

    #[test]
    fn the_speech_of_two_videos_of_a_post_is_told_apart() {
        let heard = |number: u32, text: &str| {
            let Segment { start, end, text } = segment(0.0, text);
            Segment { start: start.of_video(number), end: end.of_video(number), text }
        };
        let transcript =
            Transcript { segments: vec![heard(2, "Boil it."), heard(4, "Eat it.")], ..Transcript::default() };
        let told = outline(&speech(&transcript, Labels::of(None)));
        assert_eq!(told, ["0:00 of video 2 Boil it.", "0:00 of video 4 Eat it."]);
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
        Block::Toggle("What is said".to_owned(), speech(&watched.transcript, Labels::of(None)))
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
                let told = outline(&inside);
                let units: usize = told.iter().map(|text| utf16_len(text)).sum();
                let count = inside.len();
                assert!(count <= MAX_BLOCKS + 1 && units <= MAX_PART + 2_000, "{title}: {count} {units}");
                let is_cut = told.last().is_some_and(|last| last == "The rest is too long for this page.");
                assert_eq!(is_cut, title == "What is said", "{title}: only what is cut says so");
            }
        }
    }
}
