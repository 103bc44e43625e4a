//! What of a speech engine's words was said, and what it made up.
//!
//! Takes the engine's segments with its own doubts about them; gives those that were spoken. Whisper and its
//! kin were trained on subtitles: where nobody speaks they write the thanks and credits subtitles end with,
//! or one phrase over and over. Nothing is added or mended; in a sound full of doubts only what leaves them was said.

mod at_once;
mod phrases;

use std::collections::HashSet;

use super::media::{At, Segment};

pub use self::at_once::said_at_once;

/// Above this an engine takes a stretch for silence, provided its words are guesses as well: alone this
/// probability reaches 0.76 on real speech.
const SILENCE: f64 = 0.8;

/// Below this mean log probability the words are guesses (the bound Whisper's own decoder uses).
const GUESSED: f64 = -1.0;

/// Above this ratio gzip finds the text repeats itself (the bound Whisper's own decoder uses).
const REPEATS: f64 = 2.4;

/// What one doubt has to reach for a phrase that silence brings forth anyway.
const DOUBTED_SILENCE: f64 = 0.5;
const DOUBTED_WORDS: f64 = -0.7;

/// Means over the whole sound beyond which it is music, and nobody speaks in any stretch that is beyond both itself.
/// Between the bounds for one segment and those for a phrase, for songs without words stay there from end to end and
/// talk leaves it within a sentence.
const MEAN_SILENCE: f64 = 0.6;
const MEAN_GUESSED: f64 = -0.8;

/// The same words so many times in a row are a loop of the engine's.
const LOOP: usize = 3;

/// Texts are told to repeat themselves by runs of so many letters.
const RUN: usize = 4;

/// From so many runs on; shorter texts repeat little or by chance.
const FEWEST_RUNS: usize = 30;

/// Longest passage that is judged at once, in letters: any language runs out of new runs in longer ones.
const PASSAGE: usize = 500;

/// Different runs among all of a passage, in percent: sentences have more than 80, a chorus 50, a loop less than 30.
const FEWEST_DIFFERENT: usize = 35;

/// One stretch as an engine tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
    /// The words.
    pub text: String,
    /// How probable it is that nobody speaks, 0 to 1, where the engine tells.
    pub no_speech: Option<f64>,
    /// The mean log probability of the words, where the engine tells.
    pub logprob: Option<f64>,
    /// How far gzip shortens the words, where the engine tells.
    pub compression: Option<f64>,
}

/// What was said.
pub fn said(heard: Vec<Heard>) -> Vec<Segment> {
    let words: Vec<Heard> = heard.into_iter().filter(|stretch| !stretch.is_noise()).collect();
    let mut words = without_loops(&words);
    if is_doubtful(&words) {
        words.retain(|stretch| !is_music(stretch.no_speech, stretch.logprob));
    }
    if words.iter().all(|stretch| phrases::is_farewell(&stretch.text)) {
        return Vec::new();
    }
    let kept =
        words.into_iter().filter(|stretch| !(stretch.is_doubted() && phrases::is_farewell(&stretch.text)));
    kept.map(Heard::segment).collect()
}

impl Heard {
    /// Remarks, credits, loops, and silence the engine put words to. Where it does not tell silence, guesses are enough.
    fn is_noise(&self) -> bool {
        let silent = self.no_speech.is_none_or(|silence| silence > SILENCE)
            && self.logprob.is_some_and(|words| words < GUESSED);
        silent
            || is_remark(&self.text)
            || phrases::is_credit(&self.text)
            || self.compression.is_some_and(|ratio| ratio > REPEATS)
            || repeats_itself(&self.text)
    }

    fn is_doubted(&self) -> bool {
        self.no_speech.is_some_and(|silence| silence > DOUBTED_SILENCE)
            || self.logprob.is_some_and(|words| words < DOUBTED_WORDS)
    }

    fn segment(self) -> Segment {
        let start = self.start.max(0.0);
        Segment { start: At(start), end: At(self.end.max(start)), text: self.text.trim().to_owned() }
    }
}

/// `[Music]`, `(applause)`, `*sighs*`, `♪ la la ♪`, lone notes: what engines write where nobody speaks.
pub fn is_remark(text: &str) -> bool {
    let text = text.trim();
    let is_wrapped = [('[', ']'), ('(', ')'), ('*', '*'), ('♪', '♪')].iter().any(|(open, close)| {
        text.strip_prefix(*open)
            .and_then(|rest| rest.strip_suffix(*close))
            .is_some_and(|inner| !inner.contains([*open, *close]))
    });
    is_wrapped || !text.chars().any(char::is_alphanumeric)
}

/// Leaves out words that come again and again; of a loop the engine is sure of, the first turn stays.
fn without_loops(words: &[Heard]) -> Vec<Heard> {
    let mut kept: Vec<Heard> = Vec::with_capacity(words.len());
    for run in words.chunk_by(|one, next| phrases::plain(&one.text) == phrases::plain(&next.text)) {
        let turns =
            if run.len() < LOOP { run.len() } else { usize::from(run.iter().all(|turn| !turn.is_doubted())) };
        kept.extend(run.iter().take(turns).cloned());
    }
    kept
}

/// Whether the engine doubts the whole sound, each stretch counted by its length.
fn is_doubtful(words: &[Heard]) -> bool {
    let length = |stretch: &Heard| (stretch.end - stretch.start).clamp(0.1, 60.0);
    let mean = |of: fn(&Heard) -> Option<f64>| {
        let told: Option<Vec<(f64, f64)>> =
            words.iter().map(|stretch| Some((of(stretch)?, length(stretch)))).collect();
        let told = told.filter(|told| !told.is_empty())?;
        Some(
            told.iter().map(|(value, length)| value * length).sum::<f64>()
                / told.iter().map(|(_, l)| l).sum::<f64>(),
        )
    };
    is_music(mean(|stretch| stretch.no_speech), mean(|stretch| stretch.logprob))
}

fn is_music(silence: Option<f64>, words: Option<f64>) -> bool {
    silence.is_some_and(|silence| silence > MEAN_SILENCE) && words.is_some_and(|words| words < MEAN_GUESSED)
}

/// Whether most of a text is one phrase over and over; works in scripts without blanks, too.
fn repeats_itself(text: &str) -> bool {
    let letters: Vec<char> = phrases::plain(text).chars().collect();
    let looped: usize = letters.chunks(PASSAGE).filter(|passage| is_loop(passage)).map(<[char]>::len).sum();
    looped * 2 > letters.len()
}

fn is_loop(letters: &[char]) -> bool {
    let runs = letters.windows(RUN);
    let all = runs.len();
    all >= FEWEST_RUNS && runs.collect::<HashSet<_>>().len() * 100 < all * FEWEST_DIFFERENT
}

#[cfg(test)]
mod tests;
