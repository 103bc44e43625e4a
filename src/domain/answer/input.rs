//! Everything that was watched, ready to be searched for what an answer claims.
//!
//! Takes a [`Watched`]; tells for words, numbers, days, links and addresses where they stand in it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::media::Watched;
use crate::domain::note::Evidence;
use crate::domain::words::{
    Amount, amounts, dates, emails, fold, folded_contains, links, phones, same_link_key, visible, web_address,
};

/// One text of the input.
struct Source {
    evidence: Evidence,
    text: String,
    folded: String,
    amounts: Vec<Amount>,
}

impl Source {
    fn new(evidence: Evidence, text: &str) -> Self {
        let text = visible(text);
        Self { evidence, folded: fold(&text), amounts: amounts(&text), text }
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
    published: Option<NaiveDate>,
    duration: Option<f64>,
    is_empty: bool,
}

impl Input {
    pub(super) fn new(watched: &Watched) -> Self {
        let info = &watched.info;
        let written = [&info.caption, &info.title].into_iter().flatten();
        let speech = watched.transcript.segments.iter();
        let screen = watched.screen_text.lines.iter();
        let speech: Vec<Source> =
            speech.map(|part| Source::new(Evidence::Speech(part.start), &part.text)).collect();
        let screen: Vec<Source> =
            screen.map(|line| Source::new(Evidence::Screen(line.at), &line.text)).collect();
        let pairs = speech.windows(2).chain(screen.windows(2)).filter_map(pair).collect();
        let mut sources: Vec<Source> = written.map(|text| Source::new(Evidence::Caption, text)).collect();
        sources.extend(speech);
        sources.extend(screen);
        let is_empty = sources.iter().all(|source| source.text.trim().is_empty());
        let facts = [info.author.as_deref(), Some(info.platform.as_str())].into_iter().flatten();
        sources.extend(facts.map(|text| Source::new(Evidence::Platform, text)));
        let mut input = Self {
            sources,
            pairs,
            links: BTreeMap::new(),
            mentions: Vec::new(),
            published: info.published,
            duration: info.duration.filter(|seconds| seconds.is_finite()),
            is_empty,
        };
        input.collect_links(info.page_url.as_deref());
        input.collect_mentions(info.author.as_deref());
        input
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

    /// Whether the number is the video's length in seconds or minutes, rounded either way or not.
    pub(super) fn is_length(&self, number: f64) -> bool {
        let close = |length: f64| {
            (number - length).abs() < 1.0 && (number.fract().abs() < 1e-9 || (number - length).abs() < 1e-9)
        };
        self.duration.is_some_and(|seconds| close(seconds) || close(seconds / 60.0))
    }

    /// Where this day is named, or that it is the day of publication.
    pub(super) fn day(&self, day: NaiveDate) -> Option<Evidence> {
        let named = |source: &&Source| {
            dates(&source.text, self.published).iter().any(|found| found.days.contains(&day))
        };
        if self.published == Some(day) {
            return Some(Evidence::Platform);
        }
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
