//! What was watched, cut into passages: sentences of the caption and of the speech, screens of text.

use std::collections::HashMap;

use crate::domain::media::Watched;
use crate::domain::words::{fold, one_line};

/// Words shorter than this tell little about a text in most languages.
const TELLING_LETTERS: usize = 4;

/// Ends of sentences, as writing systems have them.
const SENTENCE_ENDS: [char; 7] = ['.', '!', '?', '。', '！', '？', '…'];

/// Everything a rule may quote.
#[derive(Debug, Default)]
pub(super) struct Passages {
    /// The caption's sentences, without its hashtags.
    pub(super) caption: Vec<String>,
    /// The caption's hashtags, without the sign.
    pub(super) hashtags: Vec<String>,
    /// The sentences that are said.
    pub(super) said: Vec<String>,
    /// What is shown together.
    pub(super) shown: Vec<Screen>,
}

/// Lines that appear at the same moment.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub(super) lines: Vec<String>,
}

impl Screen {
    /// `Ingredients: 800 g tomatoes, 2 onions`.
    pub(super) fn as_point(&self) -> String {
        match self.lines.split_first() {
            Some((first, rest)) if !rest.is_empty() => {
                format!("{}: {}", first.trim_end_matches(':'), rest.join(", "))
            }
            Some((only, _)) => only.clone(),
            None => String::new(),
        }
    }
}

impl Passages {
    /// Cuts everything that was watched.
    pub(super) fn of(watched: &Watched) -> Self {
        let caption = watched.info.caption.as_deref().unwrap_or_default();
        let (tags, words): (Vec<&str>, Vec<&str>) =
            caption.split_whitespace().partition(|word| word.starts_with('#') && word.len() > 1);
        Self {
            caption: sentences(&words.join(" ")),
            hashtags: tags.into_iter().map(|tag| tag.trim_start_matches('#').to_owned()).collect(),
            said: watched.transcript.segments.iter().flat_map(|segment| sentences(&segment.text)).collect(),
            shown: screens(watched),
        }
    }

    /// All of it, line by line, the author's own words first.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let shown = self.shown.iter().flat_map(|screen| &screen.lines);
        self.caption.iter().chain(shown).chain(&self.said).map(String::as_str)
    }

    /// The sentences of the speech that share most words with the rest of it, in the order they are said.
    pub(super) fn best_said(&self, most: usize) -> Vec<String> {
        let mut counts: HashMap<String, f64> = HashMap::new();
        for word in self.all().flat_map(telling_words) {
            *counts.entry(word).or_default() += 1.0;
        }
        let mut scored: Vec<(usize, f64)> =
            self.said.iter().map(|sentence| score(sentence, &counts)).enumerate().collect();
        // The earlier one wins a tie: what matters is said first.
        scored.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let mut best: Vec<usize> = scored.into_iter().take(most).map(|(index, _)| index).collect();
        best.sort_unstable();
        best.into_iter().filter_map(|index| self.said.get(index).cloned()).collect()
    }
}

/// How much of the whole a sentence speaks of; long sentences must not win by their length alone.
fn score(sentence: &str, counts: &HashMap<String, f64>) -> f64 {
    let words = telling_words(sentence);
    let length = f64::from(u32::try_from(words.len().max(1)).unwrap_or(u32::MAX));
    words.iter().filter_map(|word| counts.get(word)).sum::<f64>() / length.sqrt()
}

fn telling_words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(' ').filter(|word| word.chars().count() >= TELLING_LETTERS).map(str::to_owned).collect()
}

/// The sentences of a text, each with a capital and an end: speech engines often leave both out.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(end) = sentence_end(rest) {
        let (sentence, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        found.extend(whole_sentence(sentence));
        rest = behind;
    }
    found.extend(whole_sentence(rest));
    found
}

/// Where the first sentence ends: behind its mark, when a space or nothing follows, so that `1.5` and
/// `soup.example` stay whole.
fn sentence_end(text: &str) -> Option<usize> {
    text.char_indices().find_map(|(at, letter)| {
        let end = at + letter.len_utf8();
        let followed = text.get(end..).and_then(|behind| behind.chars().next());
        let ends = SENTENCE_ENDS.contains(&letter)
            && (!letter.is_ascii() || followed.is_none_or(char::is_whitespace));
        (ends && end < text.len()).then_some(end)
    })
}

fn whole_sentence(text: &str) -> Option<String> {
    let text = one_line(text);
    let mut letters = text.chars();
    let first = letters.next()?;
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if fold(&sentence).is_empty() {
        return None;
    }
    if sentence.ends_with(char::is_alphanumeric) {
        sentence.push('.');
    }
    Some(sentence)
}

fn screens(watched: &Watched) -> Vec<Screen> {
    let mut screens: Vec<(u64, Screen)> = Vec::new();
    for line in &watched.screen_text.lines {
        let (at, text) = (line.at.seconds(), one_line(&line.text));
        match screens.last_mut() {
            Some((same, screen)) if *same == at => screen.lines.push(text),
            _ => screens.push((at, Screen { lines: vec![text] })),
        }
    }
    screens.into_iter().map(|(_, screen)| screen).collect()
}
