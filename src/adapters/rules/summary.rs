//! The video in its own words: a title, its most telling sentences, its points.

use std::collections::HashMap;

use super::material::{Material, Passage, without_hashtags};
use super::stop_words::is_small;
use crate::domain::split::shorten;
use crate::domain::words::{fold, folded_contains, one_line};

/// UTF-16 units of a title: what fits a line of a table.
const MAX_TITLE: usize = 100;

/// Sentences of a summary.
const MAX_SENTENCES: usize = 3;

/// UTF-16 units of a summary's sentence.
const MAX_SENTENCE: usize = 300;

/// Fewer words than this are an exclamation and no sentence.
const SHORTEST_SENTENCE: usize = 4;

/// Fewer words than this are a label and no point.
const SHORTEST_POINT: usize = 2;

/// Points of a note.
const MAX_POINTS: usize = 5;

/// A video's extract.
pub(super) struct Extract {
    /// The title.
    pub(super) title: String,
    /// Two or three sentences in the video's order.
    pub(super) summary: String,
    /// What is shown and what else is said that matters.
    pub(super) key_points: Vec<String>,
}

impl Extract {
    pub(super) fn new(material: &Material) -> Self {
        let weights = weights(material);
        // What is said tells more than what it is advertised with; a silent video has its caption.
        let enough = material.spoken.iter().filter(|passage| is_sentence(passage)).count() >= 2;
        let title = title(material);
        let told: Vec<&Passage> = if enough {
            material.spoken.iter().collect()
        } else {
            material.written.iter().chain(&material.spoken).collect()
        };
        let mut chosen = best(&told, &weights, MAX_SENTENCES);
        // What the author says of it comes first, unless the title says that already.
        let own = material.written.first().filter(|own| enough && is_sentence(own) && !own.is_promotion());
        chosen.splice(0..0, own.filter(|own| own.text != title));
        let summary = if chosen.is_empty() { shown(material) } else { joined(&chosen) };
        Self { key_points: key_points(material, &told, &chosen, &weights), title, summary }
    }
}

/// How often each telling word occurs in the whole video.
fn weights(material: &Material) -> HashMap<String, u32> {
    let mut weights = HashMap::new();
    for word in material.passages().flat_map(Passage::words).filter(|word| word.len() > 2 && !is_small(word))
    {
        *weights.entry(word.to_owned()).or_default() += 1;
    }
    for tag in &material.hashtags {
        *weights.entry(tag.clone()).or_default() += 1;
    }
    weights
}

fn is_sentence(passage: &Passage) -> bool {
    passage.words().count() >= SHORTEST_SENTENCE
        || passage.folded.chars().any(crate::domain::words::is_unspaced)
}

/// The weight of a passage's words, damped so that length alone does not win.
fn score(passage: &Passage, weights: &HashMap<String, u32>) -> f64 {
    let mut words: Vec<&str> = passage.words().collect();
    let length = u32::try_from(words.len().max(SHORTEST_SENTENCE)).unwrap_or(u32::MAX);
    words.sort_unstable();
    words.dedup();
    let weight: u32 = words.iter().filter_map(|word| weights.get(*word)).sum();
    let promoted = if passage.is_promotion() { 0.1 } else { 1.0 };
    f64::from(weight) / f64::from(length).sqrt() * promoted
}

/// The passages with the highest scores, in their order, none twice.
fn best<'a>(passages: &[&'a Passage], weights: &HashMap<String, u32>, count: usize) -> Vec<&'a Passage> {
    let mut ranked: Vec<(usize, &Passage, f64)> = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        let known = ranked.iter().any(|(_, other, _)| other.folded == passage.folded);
        if is_sentence(passage) && !known && !passage.is_promotion() {
            ranked.push((at, passage, score(passage, weights)));
        }
    }
    ranked.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    ranked.truncate(count);
    ranked.sort_by_key(|(at, _, _)| *at);
    ranked.into_iter().map(|(_, passage, _)| passage).collect()
}

/// Passages as sentences: speech engines often leave out the capital and the full stop.
fn joined(passages: &[&Passage]) -> String {
    let sentence = |passage: &&Passage| {
        let text = shorten(&passage.text, MAX_SENTENCE);
        let mut letters = text.chars();
        let capital = letters.next().into_iter().flat_map(char::to_uppercase);
        let end = if text.ends_with(char::is_alphanumeric) { "." } else { "" };
        format!("{}{}{end}", capital.collect::<String>(), letters.as_str())
    };
    passages.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// A video that only shows text is told by what it shows first.
fn shown(material: &Material) -> String {
    let lines: Vec<&str> = material.shown.iter().take(MAX_SENTENCES).map(|line| line.text.as_str()).collect();
    lines.join(" · ")
}

/// The video's own title, else the first line of its caption, else of its screen.
fn title(material: &Material) -> String {
    let own = material.info.title.as_deref().map(without_hashtags);
    let own = own.filter(|title| !is_made_up(title));
    let lines = own.into_iter().chain(material.caption.iter().cloned());
    let first = lines.map(|line| one_line(&line)).find(|line| !fold(line).is_empty());
    let first = first.or_else(|| material.shown.first().map(|line| line.text.clone())).unwrap_or_default();
    shorten(&first, MAX_TITLE)
}

/// Titles a downloader makes where the platform has none: `Video by anna`, `TikTok video #7234`.
fn is_made_up(title: &str) -> bool {
    let folded = fold(title);
    folded.is_empty() || folded.starts_with("video by ") || folded.starts_with("tiktok video ")
}

/// What is shown, then sentences that are not in the summary; nothing that is told already.
fn key_points(
    material: &Material,
    told: &[&Passage],
    summary: &[&Passage],
    weights: &HashMap<String, u32>,
) -> Vec<String> {
    let mut seen: Vec<String> = summary.iter().map(|passage| passage.folded.clone()).collect();
    let mut points: Vec<String> = Vec::new();
    let shown = material.screens.iter().filter_map(|lines| Passage::new(&as_point(lines)));
    let said = best(told, weights, MAX_SENTENCES + MAX_POINTS).into_iter().cloned();
    for passage in shown.chain(said) {
        let known = |other: &String| {
            folded_contains(other, &passage.folded) || folded_contains(&passage.folded, other)
        };
        let is_point = passage.words().count() >= SHORTEST_POINT && !passage.is_promotion();
        if is_point && points.len() < MAX_POINTS && !seen.iter().any(known) {
            points.push(shorten(&passage.text, MAX_SENTENCE));
            seen.push(passage.folded);
        }
    }
    points
}

/// Lines shown together as one: `Ingredients: 800 g tomatoes, 2 onions`.
fn as_point(lines: &[String]) -> String {
    match lines {
        [heading, list @ ..] if !list.is_empty() => {
            format!("{}: {}", heading.trim_end_matches(':'), list.join(", "))
        }
        _ => lines.concat(),
    }
}
