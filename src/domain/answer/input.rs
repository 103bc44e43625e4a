//! Everything that was watched, ready to be searched for what an answer claims.
//!
//! Takes a [`Watched`]; tells for words, numbers, days, links and addresses where they stand in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::sources::{Source, joined, pair, plain_digits, screen, speech};
use crate::domain::media::{At, Watched};
use crate::domain::note::Evidence;
use crate::domain::words::{
    Amount, amounts_in, emails, fold, folded_contains, is_unspaced, language_of, links, listed, phones,
    places, same_link_key, visible, web_address, words,
};

/// Names shorter than this are known by all their letters alone.
const SHORTEST_STEM: usize = 4;

/// What a name may end in beside the one that is known, folded: `Annas`, `Milano`, `Ивана`. "Oliver" is not "olive".
const ENDINGS: &str = "a e i o u y s n m t es en em om um us os as is ie ia ii ei ow ej ou in im \
    а е и о у ы ю я ь ом ем ам ах ои еи ои ия ии ию ов ев ем ым ς α η ο υ ου ας ης ος ες ων";

/// A link of the input.
struct Link {
    evidence: Evidence,
    address: String,
}

/// What was watched, to be searched.
pub(super) struct Input {
    sources: Vec<Source>,
    /// Each two neighbours of speech or screen: a name may be cut in two.
    pairs: Vec<(Evidence, String)>,
    links: BTreeMap<String, Link>,
    mentions: Vec<String>,
    /// Every word, folded, in order.
    words: BTreeSet<String>,
    /// The countries and cities that are named for sure, in whatever language.
    places: BTreeSet<usize>,
    /// The moments of speech and screen as people write them.
    moments: BTreeSet<String>,
    /// The language prose is asked for, else the one heard or read.
    language: Option<String>,
    published: Option<NaiveDate>,
    duration: Option<f64>,
    is_empty: bool,
}

impl Input {
    /// `language` is the one prose was asked for.
    pub(super) fn new(watched: &Watched, language: Option<&str>) -> Self {
        let info = &watched.info;
        let speech = speech(watched);
        let screen = screen(watched);
        let pairs = speech.windows(2).chain(screen.windows(2)).filter_map(pair).collect();
        let written = [&info.caption, &info.title].into_iter().flatten();
        let caption = |text: &String| Source::new(Evidence::Caption, text, info.published, language_of(text));
        let mut sources: Vec<Source> = written.map(caption).collect();
        sources.extend(speech);
        sources.extend(screen);
        let is_empty = sources.iter().all(|source| source.text.trim().is_empty());
        let facts = [info.author.as_deref(), Some(info.platform.as_str())].into_iter().flatten();
        sources.extend(facts.map(|text| Source::new(Evidence::Platform, text, info.published, None)));
        let mut input = Self {
            sources,
            pairs,
            links: BTreeMap::new(),
            mentions: Vec::new(),
            words: BTreeSet::new(),
            places: BTreeSet::new(),
            moments: moments(watched),
            language: None,
            published: info.published,
            duration: info.duration.filter(|seconds| seconds.is_finite()),
            is_empty,
        };
        input.collect_links(info.page_url.as_deref());
        input.collect_mentions(info.author.as_deref());
        input.collect_words();
        input.collect_places();
        input.language = language
            .or(watched.transcript.language.as_deref())
            .map(ToOwned::to_owned)
            .or_else(|| input.guessed_language().map(ToOwned::to_owned));
        input
    }

    fn guessed_language(&self) -> Option<&'static str> {
        language_of(&joined(self.sources.iter().map(|source| source.text.as_str())))
    }

    fn collect_words(&mut self) {
        let folded = self.sources.iter().map(|source| &source.folded);
        self.words = folded.flat_map(|text| text.split(' ')).map(ToOwned::to_owned).collect();
    }

    /// Not from the platform's facts: a handle may be called like a city.
    fn collect_places(&mut self) {
        let told = self.sources.iter().filter(|source| source.evidence != Evidence::Platform);
        let found = told.flat_map(|source| places(&source.text));
        self.places = found.filter(|found| found.sure).map(|found| found.place).collect();
    }

    fn collect_links(&mut self, page: Option<&str>) {
        let own = page.map(|page| (Evidence::Platform, visible(page)));
        let found: Vec<(Evidence, String)> = self
            .sources
            .iter()
            .flat_map(|source| links(&source.text).into_iter().map(|link| (source.evidence, link.to_owned())))
            .chain(own)
            .collect();
        for (evidence, link) in found {
            if let (Some(key), Some(address)) = (same_link_key(&link), web_address(&link)) {
                self.links.entry(key).or_insert(Link { evidence, address });
            }
        }
    }

    fn collect_mentions(&mut self, author: Option<&str>) {
        let handles = self.sources.iter().flat_map(|source| source.text.split('@').skip(1)).map(handle);
        let author = author.map(|author| handle(author.trim_start_matches('@')));
        self.mentions = handles.chain(author).filter(|name| !name.is_empty()).collect();
    }

    /// Whether nothing was said, shown or written.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The day the video was published.
    pub(super) fn published(&self) -> Option<NaiveDate> {
        self.published
    }

    /// Where these words stand.
    pub(super) fn words(&self, words: &str) -> Option<Evidence> {
        let needle = fold(words);
        self.sources
            .iter()
            .map(|source| (source.evidence, &source.folded))
            .chain(self.pairs.iter().map(|(evidence, folded)| (*evidence, folded)))
            .find(|(_, folded)| folded_contains(folded, &needle))
            .map(|(evidence, _)| evidence)
    }

    /// Where the first amount stands that is as wanted.
    pub(super) fn amount(&self, wanted: impl Fn(&Amount) -> bool) -> Option<Evidence> {
        self.sources.iter().find(|source| source.amounts.iter().any(&wanted)).map(|source| source.evidence)
    }

    /// What the first amount is that can be read as wanted, and where it stands.
    pub(super) fn amount_as<T>(&self, read: impl Fn(&Amount) -> Option<T>) -> Option<(T, Evidence)> {
        self.sources.iter().find_map(|source| {
            let found = source.amounts.iter().find_map(&read)?;
            Some((found, source.evidence))
        })
    }

    /// The language prose is probably written in.
    pub(super) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The words of the places in a text that the input names as well, in whatever language: those of `Nueva York`
    /// where `New York` is said.
    pub(super) fn known_places(&self, text: &str) -> BTreeSet<String> {
        if self.places.is_empty() {
            return BTreeSet::new();
        }
        let found = places(text).into_iter().filter(|found| self.places.contains(&found.place));
        found.flat_map(|found| found.words).collect()
    }

    /// Whether each word of a name stands in the input, endings apart: `Milano` and `Milan`, `Annas` and `Anna`.
    pub(super) fn knows_name(&self, name: &str) -> bool {
        self.knows_name_among(name, &self.known_places(name))
    }

    /// The same for a name in a text that holds the words of these places.
    pub(super) fn knows_name_among(&self, name: &str, places: &BTreeSet<String>) -> bool {
        let name = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
        let folded = fold(name);
        // Numbers are no names: what they claim is looked at by itself.
        let is_word = |part: &&str| {
            part.chars().nth(1).is_some() && !part.chars().all(|letter| letter.is_ascii_digit())
        };
        let mut parts = folded.split(' ').filter(is_word);
        // Scripts without spaces have no words to compare one by one.
        let within_text = |part: &str| part.chars().all(is_unspaced) && self.words(part).is_some();
        parts.all(|part| {
            self.words.contains(part)
                || places.contains(part)
                || self.knows_stem(part)
                || self.within_a_word(part)
                || within_text(part)
        })
    }

    fn knows_stem(&self, word: &str) -> bool {
        let length = word.chars().count();
        let stem: String = word.chars().take(length.saturating_sub(2).max(SHORTEST_STEM)).collect();
        let mut alike = self.words.range(stem.clone()..).take_while(|known| known.starts_with(&stem));
        length >= SHORTEST_STEM && alike.any(|known| differ_in_ending(known, word))
    }

    /// Handles and hashtags glue words together: `@cookwithanna`.
    fn within_a_word(&self, word: &str) -> bool {
        word.chars().count() >= SHORTEST_STEM
            && self.sources.iter().any(|source| {
                let tags = source.text.split_whitespace().filter(|part| part.starts_with(['@', '#']));
                let author = Some(source.text.as_str()).filter(|_| source.evidence == Evidence::Platform);
                tags.chain(author).any(|tag| fold(tag).replace(' ', "").contains(word))
            })
    }

    /// Whether the input says this number, in digits or in words.
    pub(super) fn says_number(&self, number: f64) -> bool {
        self.amount(|amount| amount.reads(number)).is_some()
    }

    /// Whether the input says this number behind or before one of these words. "No." may stand between.
    pub(super) fn says_beside(&self, number: f64, near: &[Option<&str>]) -> bool {
        self.sources.iter().any(|source| source.says_beside(number, near))
    }

    /// Whether this is a moment of the video, such as `0:07`.
    pub(super) fn is_moment(&self, text: &str) -> bool {
        self.moments.contains(text)
    }

    /// Whether the number is the video's length in seconds or minutes, rounded either way or not.
    pub(super) fn is_length(&self, number: f64) -> bool {
        self.is_length_in(number, 1.0) || self.is_length_in(number, 60.0)
    }

    /// The same in units of this many seconds.
    pub(super) fn is_length_in(&self, number: f64, seconds_each: f64) -> bool {
        let close = |length: f64| {
            (number - length).abs() < 1.0 && (number.fract().abs() < 1e-9 || (number - length).abs() < 1e-9)
        };
        self.duration.is_some_and(|seconds| close(seconds / seconds_each))
    }

    /// Where this day is named, or that it is the day of publication.
    pub(super) fn day(&self, day: NaiveDate) -> Option<Evidence> {
        if self.published == Some(day) {
            return Some(Evidence::Platform);
        }
        self.named_day(day)
    }

    /// Where this day is named.
    pub(super) fn named_day(&self, day: NaiveDate) -> Option<Evidence> {
        let named = |source: &&Source| source.dates.iter().any(|found| found.days.contains(&day));
        self.sources.iter().find(named).map(|source| source.evidence)
    }

    /// The address of this link as the input writes it.
    pub(super) fn link(&self, link: &str) -> Option<(&str, Evidence)> {
        let found = self.links.get(&same_link_key(link)?)?;
        Some((found.address.as_str(), found.evidence))
    }

    /// This e-mail address as the input writes it.
    pub(super) fn email(&self, address: &str) -> Option<(String, Evidence)> {
        self.sources.iter().find_map(|source| {
            let found = emails(&source.text).into_iter().find(|found| found.eq_ignore_ascii_case(address))?;
            Some((found.to_owned(), source.evidence))
        })
    }

    /// The phone number with these digits as the input writes it.
    pub(super) fn phone(&self, digits: &str) -> Option<(String, Evidence)> {
        let bare = |digits: &str| digits.strip_prefix("00").unwrap_or(digits).to_owned();
        self.sources.iter().find_map(|source| {
            let found =
                phones(&source.text).into_iter().find(|found| bare(&found.digits()) == bare(digits))?;
            Some((found.text.to_owned(), source.evidence))
        })
    }

    /// Whether the input mentions this account, or it is the author's.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.mentions.contains(&handle(name))
    }
}

/// Whether two words are one but for their endings.
fn differ_in_ending(one: &str, other: &str) -> bool {
    let alike: usize = one
        .chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one.len_utf8())
        .sum();
    let is_ending = |word: &str| {
        let rest = word.get(alike..).unwrap_or_default();
        rest.is_empty() || listed(ENDINGS, rest)
    };
    is_ending(one) && is_ending(other)
}

impl Source {
    /// Whether it says this number behind or before one of these words.
    fn says_beside(&self, number: f64, near: &[Option<&str>]) -> bool {
        const NUMBER_SIGNS: &str = "n no nr num numero nummer number 第";
        let text = plain_digits(&self.text);
        let is_near = |found: &str| near.iter().flatten().any(|wanted| stand_for_one(found, &fold(wanted)));
        amounts_in(&text, None).iter().filter(|amount| amount.reads(number)).any(|amount| {
            let before = words(text.get(..amount.start).unwrap_or_default());
            let last = before.iter().rfind(|word| !listed(NUMBER_SIGNS, word));
            let behind = || words(text.get(amount.end..).unwrap_or_default()).into_iter().next();
            let next = Some(amount.unit.clone()).filter(|unit| !unit.is_empty()).or_else(behind);
            last.is_some_and(|word| is_near(&fold(word))) || next.is_some_and(|word| is_near(&fold(&word)))
        })
    }
}

/// Whether two words are one; in scripts without spaces one may be the end or the beginning of the other.
fn stand_for_one(found: &str, wanted: &str) -> bool {
    let is_part = || found.ends_with(wanted) || found.starts_with(wanted);
    found == wanted || (wanted.chars().all(is_unspaced) && !wanted.is_empty() && is_part())
}

/// When something is said or shown, and when all is over, as players write it.
fn moments(watched: &Watched) -> BTreeSet<String> {
    let said = watched.transcript.segments.iter().flat_map(|part| [part.start, part.end]);
    let shown = watched.screen_text.lines.iter().map(|line| line.at);
    let end = watched.info.duration.filter(|seconds| seconds.is_finite()).map(At);
    said.chain(shown).chain(end).map(|at| at.to_string()).collect()
}

/// The account name at the beginning of a text, in lower case.
fn handle(text: &str) -> String {
    let name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let name: String = text.chars().take_while(name).collect();
    name.trim_end_matches(['.', '-']).to_lowercase()
}
