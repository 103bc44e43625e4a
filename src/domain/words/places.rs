//! Countries and large cities, by their names in the languages of the pages: `Londres` and `London` are one place.
//!
//! Takes a text; gives the places named in it. A name that is a word or somebody's name as well (`turkey`, `Nice`,
//! `Florence`) counts for sure only with a capital amid a sentence; the tables beside this file mark these. Never fails.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::names::{has_capital, is_title, written_words};
use super::{fold, is_unspaced, listed};

/// What the names of places end in beside the form of the tables: Russian, Ukrainian and Polish decline them.
const ENDINGS: &str =
    "а е и о у ы ю я ь ом ем ам ах ои еи ии ия ию ою ею ов ев ым і ї ею a u i y e ie iu em owi";

/// Letters that two forms of a name have in common: shorter names have the forms of the tables alone.
const SHORTEST_STEM: usize = 4;

const KATAKANA: RangeInclusive<char> = '\u{30a0}'..='\u{30ff}';
const HANGUL: RangeInclusive<char> = '\u{ac00}'..='\u{d7af}';

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::default();
    let lines = [include_str!("places/countries.txt"), include_str!("places/cities.txt")];
    let rows = lines.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#'));
    for (place, row) in rows.enumerate() {
        for name in row.split(',').map(str::trim) {
            tables.add(place, name);
        }
    }
    tables
});

/// A place named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFound {
    /// Which place it is; the same one for all of its names.
    pub place: usize,
    /// The words that name it, folded as the text's own are.
    pub words: Vec<String>,
    /// Whether these can be nothing but its name.
    pub sure: bool,
}

/// The places named in a text.
pub fn places(text: &str) -> Vec<PlaceFound> {
    let in_lines = text.lines().flat_map(|line| line.split_sentence_bounds());
    let mut found: Vec<PlaceFound> = in_lines.flat_map(|sentence| in_sentence(&words_of(sentence))).collect();
    if text.contains(is_unspaced) {
        found.extend(
            TABLES.unspaced.iter().filter(|name| stands_in(text, &name.words.concat())).map(Name::found),
        );
    }
    found
}

#[derive(Default)]
struct Tables {
    /// Names of words, by the first of them.
    by_word: HashMap<String, Vec<Name>>,
    /// Names of one word, by how they begin.
    by_stem: HashMap<String, Vec<Name>>,
    /// Names in scripts without spaces.
    unspaced: Vec<Name>,
}

impl Tables {
    fn add(&mut self, place: usize, name: &str) {
        let sure = !name.starts_with('*');
        let words: Vec<String> = fold(name).split(' ').map(plain_alef).collect();
        let name = Name { place, words, sure };
        let Some(first) = name.words.first().filter(|first| !first.is_empty()).cloned() else { return };
        if first.contains(is_unspaced) {
            self.unspaced.push(name);
            return;
        }
        // "Brussels" and "Brussel" are compared as one; what one of them may be the other may be.
        let known = self.by_word.entry(first.clone()).or_default();
        if let Some(same) = known.iter_mut().find(|known| known.place == place && known.words == name.words) {
            same.sure &= name.sure;
            return;
        }
        known.push(name.clone());
        if name.words.len() == 1 {
            self.by_stem.entry(stem(&first)).or_default().push(name);
        }
    }

    /// The names that begin with this word, those of several words first.
    fn of(&self, words: &[Word]) -> Vec<Name> {
        let Some(first) = words.first() else { return Vec::new() };
        let stands = |name: &&Name| {
            let there = words.iter().map(|word| &word.folded);
            words.len() >= name.words.len() && name.words.iter().zip(there).all(|(one, other)| one == other)
        };
        let named: Vec<&Name> =
            self.by_word.get(&first.folded).into_iter().flatten().filter(stands).collect();
        let longest = named.iter().map(|name| name.words.len()).max().unwrap_or_default();
        named.into_iter().filter(|name| name.words.len() == longest).cloned().collect()
    }

    /// The names this word is another form of; none of them for sure.
    fn declined(&self, word: &Word) -> Vec<Name> {
        let alike = self.by_stem.get(&stem(&word.folded)).into_iter().flatten();
        alike
            .filter(|name| name.words.iter().all(|known| differ_in_ending(known, &word.folded)))
            .map(|name| Name { words: vec![word.folded.clone()], sure: false, ..name.clone() })
            .collect()
    }
}

#[derive(Clone)]
struct Name {
    place: usize,
    words: Vec<String>,
    sure: bool,
}

impl Name {
    fn found(&self) -> PlaceFound {
        PlaceFound { place: self.place, words: self.words.clone(), sure: self.sure }
    }
}

/// A word of a sentence, and whether its capital tells a name.
struct Word {
    folded: String,
    is_name: bool,
}

fn words_of(sentence: &str) -> Vec<Word> {
    let written = written_words(sentence);
    let capitals = written.iter().filter(|(word, _)| has_capital(word)).count();
    // "We go to Turkey" has no other long word, and is no title.
    let is_title = is_title(&written) && capitals > written.len() - capitals;
    let mut found = Vec::new();
    for (word, begins) in written {
        let is_name = has_capital(word) && !begins && !is_title;
        let folded = fold(word);
        found.extend(folded.split(' ').map(|part| Word { folded: plain_alef(part), is_name }));
    }
    found
}

fn in_sentence(words: &[Word]) -> Vec<PlaceFound> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let (mut names, Some(first)) = (TABLES.of(rest), rest.first()) else { break };
        if names.is_empty() {
            names = TABLES.declined(first);
        }
        if names.is_empty() {
            names = without_article(first).map(|word| TABLES.of(&[word])).unwrap_or_default();
        }
        at += names.first().map_or(1, |name| name.words.len());
        found
            .extend(names.iter().map(|name| PlaceFound { sure: name.sure || first.is_name, ..name.found() }));
    }
    found
}

/// Arabic glues "and", "in" and "to" to a word.
fn without_article(word: &Word) -> Option<Word> {
    let rest = word.folded.strip_prefix(['و', 'ب', 'ل', 'ف'])?;
    Some(Word { folded: rest.to_owned(), is_name: false })
}

/// Whether a name stands in a text without spaces: a katakana word ends where its script does, `パリ` is not in `パリパリ`,
/// and nothing of Korean stands glued before a name.
fn stands_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + found.len()..).and_then(|behind| behind.chars().next());
        let of = |script: &RangeInclusive<char>| name.chars().all(|letter| script.contains(&letter));
        let goes_on = |next: Option<char>, script: &RangeInclusive<char>| {
            next.is_some_and(|next| script.contains(&next) && next != '・')
        };
        !(of(&KATAKANA) && (goes_on(before, &KATAKANA) || goes_on(behind, &KATAKANA))
            || of(&HANGUL) && goes_on(before, &HANGUL))
    })
}

fn stem(word: &str) -> String {
    word.chars().take(SHORTEST_STEM).collect()
}

/// Whether two words have the beginning in common and differ in endings alone.
fn differ_in_ending(one: &str, other: &str) -> bool {
    let alike = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    let (letters, bytes) =
        alike.fold((0, 0), |(letters, bytes), (one, _)| (letters + 1, bytes + one.len_utf8()));
    let is_ending = |word: &str| {
        let rest = word.get(bytes..).unwrap_or_default();
        rest.is_empty() || listed(ENDINGS, rest)
    };
    letters >= SHORTEST_STEM && is_ending(one) && is_ending(other)
}

/// Arabic writes the first letter of a name with and without its sign.
fn plain_alef(word: &str) -> String {
    word.replace(['أ', 'إ', 'آ'], "ا")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places_of(text: &str, sure: bool) -> Vec<usize> {
        places(text).into_iter().filter(|found| found.sure || !sure).map(|found| found.place).collect()
    }

    #[test]
    fn a_place_is_one_in_every_language() {
        let table: [(&str, &[&str]); 9] = [
            (
                "in London",
                &[
                    "à Londres",
                    "a Londra",
                    "в Лондоне",
                    "w Londynie",
                    "ロンドンで",
                    "在伦敦",
                    "런던에서",
                    "في لندن",
                ],
            ),
            (
                "in New York",
                &[
                    "en Nueva York",
                    "em Nova Iorque",
                    "w Nowym Jorku",
                    "в Нью-Йорке",
                    "ニューヨーク",
                    "في نيويورك",
                ],
            ),
            (
                "from Japan",
                &[
                    "de Japón",
                    "du Japon",
                    "aus Japan",
                    "z Japonii",
                    "Japonya'da",
                    "из Японии",
                    "日本から",
                    "من اليابان",
                ],
            ),
            (
                "in Germany",
                &[
                    "in Deutschland",
                    "en Alemania",
                    "w Niemczech",
                    "в Германии",
                    "ドイツの",
                    "德国",
                    "بألمانيا",
                ],
            ),
            ("a Milano", &["in Mailand", "à Milan", "w Mediolanie", "ミラノ"]),
            ("in Munich", &["a Monaco di Baviera", "MÜNCHEN", "в Мюнхене", "#munich"]),
            ("the Netherlands", &["aux Pays-Bas", "los Países Bajos", "dei Paesi Bassi", "in Nederland"]),
            ("we go to Turkey", &["in der Türkei", "Türkiye", "w Turcji", "土耳其"]),
            ("in Moscow", &["в Москве", "in Moskau", "a Moscú", "モスクワ"]),
        ];
        for (one, others) in table {
            let place = places_of(one, true);
            assert_eq!(place.len(), 1, "{one}: {place:?}");
            for other in others {
                let found = places_of(other, false);
                assert!(place.iter().all(|place| found.contains(place)), "{one} and {other}: {found:?}");
            }
        }
    }

    #[test]
    fn what_is_a_word_as_well_is_a_place_for_sure_with_a_capital_amid_a_sentence_alone() {
        for text in [
            "a turkey sandwich",
            "Turkey Sandwich Recipe",
            "fine china",
            "nice and easy",
            "Nice recipe",
            "brussels sprouts",
            "peito de peru",
            "dania z kurczakiem",
            "Indie music",
            "chinos and jeans",
            "パリパリの皮",
            "タイトル",
            "インドアで",
            "罗马生菜",
            "荷兰豆",
            "초파리",
            "il y a seul",
            "haga la masa",
        ] {
            assert_eq!(places_of(text, true), Vec::<usize>::new(), "{text}");
        }
        for text in ["We flew to Turkey", "on est à Nice", "made in China"] {
            assert_eq!(places_of(text, true).len(), 1, "{text}");
        }
    }
}
