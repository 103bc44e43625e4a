//! What was watched, as text for a model: strangers' words between fences they cannot write themselves.

use crate::adapters::provider::one_line;
use crate::domain::media::{At, MediaInfo, Transcript, Watched};
use crate::domain::note::Question;

/// About an hour of speech, 15,000 tokens: more costs money and time and drowns the point.
pub(super) const SPEECH_CHARS: usize = 60_000;

/// Screen texts repeat themselves; a third of the speech is plenty.
const SCREEN_CHARS: usize = 20_000;

/// The longest caption a platform allows has 5,000 characters (`YouTube`).
const CAPTION_CHARS: usize = 5_000;

/// Titles, names and addresses; platforms allow far less.
const FACT_CHARS: usize = 500;

/// The fences' brackets; [`unfenced`] takes them out of every text that is not ours.
const OPEN: char = '⟦';
const CLOSE: char = '⟧';

/// At most twenty things of one video, whose keys have a hundred characters.
const KNOWN_CHARS: usize = 20 * (FACT_CHARS / 4);

/// The material of one question: facts, caption, speech and screen text, each between fences, and what an earlier look
/// named.
pub fn material(question: &Question) -> String {
    let Watched { info, transcript, screen_text } = &question.watched;
    let caption = info.caption.as_deref().map(multi_line).unwrap_or_default();
    let screen = screen_text.lines.iter().map(|line| (line.at, line.text.as_str()));
    let mut parts = vec![
        fenced("video", &facts(info, transcript), FACT_CHARS * 8),
        fenced("caption", &caption, CAPTION_CHARS),
        fenced(
            "speech",
            &timed(transcript.segments.iter().map(|s| (s.start, s.text.as_str()))),
            SPEECH_CHARS,
        ),
        fenced("screen", &timed(screen), SCREEN_CHARS),
    ];
    parts.extend(known_items(question));
    parts.join("\n")
}

/// The things an earlier look found in the video, one a line: their names were made of its words.
fn known_items(question: &Question) -> Option<String> {
    let lines: Vec<String> =
        question.known_items.iter().map(|key| one_line(&key.replace('-', " "))).collect();
    (question.several && !lines.is_empty()).then(|| fenced("known", &lines.join("\n"), KNOWN_CHARS))
}

/// What the platform says, one fact a line.
fn facts(info: &MediaInfo, transcript: &Transcript) -> String {
    let known = [
        ("platform", Some(info.platform.clone()).filter(|platform| !platform.is_empty())),
        ("title", info.title.clone()),
        ("author", info.author.clone()),
        ("published", info.published.map(|day| day.to_string())),
        ("length", info.duration.map(|seconds| At(seconds).to_string())),
        ("address", info.page_url.clone()),
        ("language heard", transcript.language.clone()),
    ];
    let lines = known.into_iter().filter_map(|(name, value)| {
        let value = one_line(&value?);
        (!value.is_empty()).then(|| format!("{name}: {}\n", cut_middle(&value, FACT_CHARS)))
    });
    lines.collect()
}

/// Lines with their moments, as `[0:07] text`.
fn timed<'a>(lines: impl Iterator<Item = (At, &'a str)>) -> String {
    let lines = lines.map(|(at, line)| (at, one_line(line))).filter(|(_, line)| !line.is_empty());
    lines.map(|(at, line)| format!("[{at}] {line}\n")).collect::<Vec<_>>().concat()
}

/// A text that keeps its line breaks, as captions need them.
fn multi_line(text: &str) -> String {
    text.lines().map(one_line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// One section between its fences, cut to `limit` characters.
fn fenced(name: &str, text: &str, limit: usize) -> String {
    let text = cut_middle(unfenced(text).trim_end(), limit);
    let text = if text.is_empty() { "(nothing)" } else { &text };
    format!("{OPEN}{name}{CLOSE}\n{text}\n{OPEN}/{name}{CLOSE}\n")
}

/// The text without the fences' brackets.
pub(super) fn unfenced(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            OPEN => '[',
            CLOSE => ']',
            other => other,
        })
        .collect()
}

/// The beginning and the end of a long text: people say at the start what it is about, and at the end
/// what it costs and where to find it. The beginning gets two thirds.
fn cut_middle(text: &str, limit: usize) -> String {
    let total = text.chars().count();
    if total <= limit {
        return text.to_owned();
    }
    let (head, tail) = (limit * 2 / 3, limit / 3);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(total - tail).collect();
    format!("{start}\n[… {} characters left out …]\n{end}", total - head - tail)
}
