//! Everything that was watched, ready to be searched for what an answer claims.
//!
//! Takes a [`Watched`]; tells for words, numbers, days, links and addresses where they stand in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::domain::media::Watched;
use crate::domain::note::Evidence;
use crate::domain::words::{
    Amount, DateFound, Phone, amounts, dates, emails, fold, folded_contains, language_of, links, phones,
    same_link_key, spoken_numbers, visible, web_address, words,
};

/// Names shorter than this are known by all their letters alone.
const SHORTEST_STEM: usize = 4;

/// One text of the input.
struct Source {
    evidence: Evidence,
    text: String,
    folded: String,
    amounts: Vec<Amount>,
    /// Numbers in words of other languages than English.
    spoken: Vec<f64>,
    dates: Vec<DateFound>,
}

impl Source {
    fn new(evidence: Evidence, text: &str, published: Option<NaiveDate>) -> Self {
        let text = visible(text);
        let amounts = amounts(&plain_digits(&without_phones(&text, |phone| phone.sure)));
        let spoken = spoken_numbers(&words(&text));
        Self { evidence, folded: fold(&text), amounts, spoken, dates: dates(&text, published), text }
    }
}

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
        let source = |evidence, text: &str| Source::new(evidence, text, info.published);
        let written = [&info.caption, &info.title].into_iter().flatten();
        let speech = watched.transcript.segments.iter();
        let screen = watched.screen_text.lines.iter();
        let speech: Vec<Source> =
            speech.map(|part| source(Evidence::Speech(part.start), &part.text)).collect();
        let screen: Vec<Source> = screen.map(|line| source(Evidence::Screen(line.at), &line.text)).collect();
        let pairs = speech.windows(2).chain(screen.windows(2)).filter_map(pair).collect();
        let mut sources: Vec<Source> = written.map(|text| source(Evidence::Caption, text)).collect();
        sources.extend(speech);
        sources.extend(screen);
        let is_empty = sources.iter().all(|source| source.text.trim().is_empty());
        let facts = [info.author.as_deref(), Some(info.platform.as_str())].into_iter().flatten();
        sources.extend(facts.map(|text| source(Evidence::Platform, text)));
        let mut input = Self {
            sources,
            pairs,
            links: BTreeMap::new(),
            mentions: Vec::new(),
            words: BTreeSet::new(),
            moments: moments(watched),
            language: None,
            published: info.published,
            duration: info.duration.filter(|seconds| seconds.is_finite()),
            is_empty,
        };
        input.collect_links(info.page_url.as_deref());
        input.collect_mentions(info.author.as_deref());
        input.collect_words();
        input.language = language
            .or(watched.transcript.language.as_deref())
            .map(ToOwned::to_owned)
            .or_else(|| input.guessed_language().map(ToOwned::to_owned));
        input
    }

    fn guessed_language(&self) -> Option<&'static str> {
        let texts: Vec<&str> = self.sources.iter().map(|source| source.text.as_str()).collect();
        language_of(&texts.join(" "))
    }

    fn collect_words(&mut self) {
        let folded = self.sources.iter().map(|source| &source.folded);
        self.words = folded.flat_map(|text| text.split(' ')).map(ToOwned::to_owned).collect();
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

    /// Whether each word of a name stands in the input, endings apart: `Milano` and `Milan`, `Annas` and `Anna`.
    pub(super) fn knows_name(&self, name: &str) -> bool {
        let name = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
        let folded = fold(name);
        let mut parts = folded.split(' ').filter(|part| part.chars().nth(1).is_some());
        parts.all(|part| self.words.contains(part) || self.knows_stem(part) || self.within_a_word(part))
    }

    fn knows_stem(&self, word: &str) -> bool {
        let length = word.chars().count();
        let stem: String = word.chars().take(length.saturating_sub(2).max(SHORTEST_STEM)).collect();
        length >= SHORTEST_STEM
            && self.words.range(stem.clone()..).next().is_some_and(|known| {
                // Not longer by more than an ending: "Roma" is not "romantic".
                known.starts_with(&stem) && known.chars().count() <= length + 2
            })
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
        self.amount(|amount| amount.reads(number)).is_some() || self.spoken(number).is_some()
    }

    /// Where this number is said in words of a language other than English.
    pub(super) fn spoken(&self, number: f64) -> Option<Evidence> {
        let says = |source: &&Source| source.spoken.iter().any(|said| (said - number).abs() < 1e-9);
        self.sources.iter().find(says).map(|source| source.evidence)
    }

    /// Whether this is a moment of the video, such as `0:07`.
    pub(super) fn is_moment(&self, text: &str) -> bool {
        self.moments.contains(text)
    }

    /// Year, month and day of those days that the input names, or on which it was published.
    pub(super) fn numbers_of_known_days(&self, found: &[DateFound]) -> Vec<f64> {
        let days = found.iter().flat_map(|found| &found.days).filter(|day| self.day(**day).is_some());
        let days = days.copied().chain(self.published);
        days.flat_map(|day| [f64::from(day.year()), f64::from(day.month()), f64::from(day.day())]).collect()
    }

    /// Whether the number is the video's length in seconds or minutes, rounded either way or not.
    pub(super) fn is_length(&self, number: f64) -> bool {
        let close = |length: f64| {
            (number - length).abs() < 1.0 && (number.fract().abs() < 1e-9 || (number - length).abs() < 1e-9)
        };
        self.duration.is_some_and(|seconds| close(seconds) || close(seconds / 60.0))
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

/// When something is said or shown, as players write it.
fn moments(watched: &Watched) -> BTreeSet<String> {
    let said = watched.transcript.segments.iter().flat_map(|part| [part.start, part.end]);
    let shown = watched.screen_text.lines.iter().map(|line| line.at);
    said.chain(shown).map(|at| at.to_string()).collect()
}

/// A text without these of its phone numbers, blanks in their place: their digits are no amounts.
pub(super) fn without_phones(text: &str, which: impl Fn(&Phone<'_>) -> bool) -> String {
    let found = phones(text).into_iter().filter(|phone| which(phone));
    found.fold(text.to_owned(), |rest, phone| rest.replace(phone.text, " "))
}

/// The text with the digits of other scripts as 0 to 9.
pub(super) fn plain_digits(text: &str) -> String {
    /// Where the digits of Arabic, Persian, Hindi, Bengali, Thai, Lao, Tibetan, Burmese and Khmer begin, and the
    /// wide ones.
    const ZEROS: [u32; 10] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0xff10];
    let plain = |letter: char| {
        let code = u32::from(letter);
        let digit = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|digit| *digit < 10));
        digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(letter)
    };
    text.chars().map(plain).collect()
}

/// Two neighbours as one text, at the time of the first.
fn pair(neighbours: &[Source]) -> Option<(Evidence, String)> {
    match neighbours {
        [one, two] => Some((one.evidence, format!("{} {}", one.folded, two.folded))),
        _ => None,
    }
}

/// The account name at the beginning of a text, in lower case.
fn handle(text: &str) -> String {
    let name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let name: String = text.chars().take_while(name).collect();
    name.trim_end_matches(['.', '-']).to_lowercase()
}
