//! What was watched, taken apart into lines, sentences and hashtags.

use unicode_segmentation::UnicodeSegmentation;

use super::stop_words::{is_padding, is_promotion};
use crate::domain::media::{MediaInfo, Watched};
use crate::domain::schema::Column;
use crate::domain::words::{fold, links, one_line, visible};

/// A text without punctuation, as some engines hear it, gives no sentences to quote; beyond this many
/// characters its segments stand for them.
const LONGEST_SENTENCE: usize = 300;

/// A sentence or line with its words.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    /// As it stands in the video.
    pub(super) text: String,
    /// Folded for comparison.
    pub(super) folded: String,
}

impl Passage {
    /// A text on one line; none when there is no word in it.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = one_line(text);
        let folded = fold(&text);
        (!folded.is_empty()).then_some(Self { text, folded })
    }

    /// Its folded words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.folded.split(' ')
    }

    /// Whether it asks for followers rather than tell something.
    pub(super) fn is_promotion(&self) -> bool {
        self.words().filter(|word| is_promotion(word)).count() >= 2 || self.folded.contains("link in bio")
    }
}

/// Everything a rule may quote.
pub(super) struct Material {
    /// What the platform says.
    pub(super) info: MediaInfo,
    /// The language heard.
    pub(super) language: Option<String>,
    /// The caption's lines without hashtags, blank ones included: they end lists.
    pub(super) caption: Vec<String>,
    /// The caption's sentences.
    pub(super) written: Vec<Passage>,
    /// The sentences said.
    pub(super) spoken: Vec<Passage>,
    /// The lines shown.
    pub(super) shown: Vec<Passage>,
    /// The lines that are shown together.
    pub(super) screens: Vec<Vec<String>>,
    /// The hashtags, folded, without spaces.
    pub(super) hashtags: Vec<String>,
}

impl Material {
    pub(super) fn new(watched: &Watched) -> Self {
        let text = visible(watched.info.caption.as_deref().unwrap_or_default());
        let title = visible(watched.info.title.as_deref().unwrap_or_default());
        let caption: Vec<String> = text.lines().map(without_hashtags).collect();
        let written = caption.iter().flat_map(|line| sentences(line)).filter_map(|text| Passage::new(&text));
        Self {
            language: watched.transcript.language.clone(),
            written: written.collect(),
            spoken: spoken(watched),
            shown: watched.screen_text.lines.iter().filter_map(|line| Passage::new(&line.text)).collect(),
            screens: screens(watched),
            hashtags: hashtags(&text).chain(hashtags(&title)).collect(),
            info: watched.info.clone(),
            caption,
        }
    }

    /// Every passage: written, said, shown.
    pub(super) fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.written.iter().chain(&self.spoken).chain(&self.shown)
    }

    /// Every text as it was given: caption, title, sentences said, lines shown.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let written = [self.info.caption.as_deref(), self.info.title.as_deref()];
        let heard = self.spoken.iter().chain(&self.shown).map(|passage| passage.text.as_str());
        written.into_iter().flatten().chain(heard)
    }
}

/// The folded words of a column's name that may be looked for in a video, then those of its description.
pub(super) fn cues(column: &Column) -> (Vec<String>, Vec<String>) {
    let words = |text: &str| -> Vec<String> {
        fold(text).split(' ').filter(|word| word.len() > 1 && !is_padding(word)).map(str::to_owned).collect()
    };
    (words(&column.name), words(&column.description))
}

/// The sentences said. Some engines hear no full stops: their segments stand for sentences.
fn spoken(watched: &Watched) -> Vec<Passage> {
    let segments = &watched.transcript.segments;
    let whole = visible(&watched.transcript.text());
    let sentences: Vec<String> = sentences(&whole).collect();
    let unmarked = sentences.len() * 2 <= segments.len()
        || sentences.iter().any(|sentence| sentence.chars().count() > LONGEST_SENTENCE);
    let segments = || segments.iter().map(|segment| segment.text.clone()).collect();
    let texts: Vec<String> = if unmarked { segments() } else { sentences };
    texts.iter().filter_map(|text| Passage::new(text)).collect()
}

/// What is shown within one second belongs together.
fn screens(watched: &Watched) -> Vec<Vec<String>> {
    let lines = &watched.screen_text.lines;
    let together = lines.chunk_by(|one, other| one.at.seconds() == other.at.seconds());
    together.map(|lines| lines.iter().map(|line| one_line(&line.text)).collect()).collect()
}

fn sentences(text: &str) -> impl Iterator<Item = String> {
    text.unicode_sentences().map(one_line).filter(|sentence| !sentence.is_empty())
}

/// A line without its hashtags, its links and what only pointed at them.
pub(super) fn without_hashtags(line: &str) -> String {
    let mut line = line.to_owned();
    for link in links(&line.clone()) {
        line = line.replace(link, "");
    }
    let words = line.split_whitespace().filter(|word| !word.starts_with('#'));
    words.collect::<Vec<_>>().join(" ")
}

fn hashtags(text: &str) -> impl Iterator<Item = String> {
    let tags = text.split('#').skip(1).map(|rest| {
        rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>()
    });
    tags.map(|tag| fold(&tag).replace(' ', "")).filter(|tag| !tag.is_empty())
}
