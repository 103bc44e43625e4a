//! Words that may be the names of persons, places, shops or brands, as far as writing tells them apart.
//!
//! Takes a text and the language it is probably written in; gives the words in it that may be names. Names
//! are told by their capital: English titles capitalise every word, so there a list of ordinary words
//! decides; German capitalises every noun, so there only a capital inside a word or a word such as
//! "Restaurant" before it tells. Scripts without capitals show no names. Never fails.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::words;

/// Words that are no names though they begin a sentence or stand in a title.
static ORDINARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("ordinary_en.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Written with a capital everywhere in English and no name of anybody: days, months, feasts, peoples,
/// and what everybody shortens.
const CAPITAL_ALWAYS: &str = "monday tuesday wednesday thursday friday saturday sunday january february march \
    april may june july august september october november december christmas easter halloween thanksgiving \
    ramadan hanukkah diwali valentine english german french spanish italian portuguese dutch polish russian \
    ukrainian greek turkish arabic chinese japanese korean thai vietnamese indian mexican american british \
    asian african european mediterranean swedish danish norwegian finnish austrian swiss hungarian czech \
    persian lebanese moroccan ethiopian brazilian argentinian peruvian cuban jamaican indonesian malaysian \
    filipino taiwanese cantonese sichuan western eastern northern southern oriental diy bbq asmr faq tv ok \
    ai pov tbsp tsp kcal usa uk eu qr pdf gps led";

/// Words that stand before a name in any language's prose, also where nouns have capitals.
const BEFORE_NAMES: [&str; 22] = [
    "restaurant",
    "ristorante",
    "trattoria",
    "osteria",
    "pizzeria",
    "cafe",
    "bistro",
    "hotel",
    "hostel",
    "bar",
    "backerei",
    "konditorei",
    "koch",
    "kochin",
    "chefkoch",
    "herr",
    "frau",
    "namens",
    "marke",
    "firma",
    "laden",
    "stadt",
];

static NEVER_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| CAPITAL_ALWAYS.split(' ').collect());

/// How a text uses capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capitals {
    /// For names, and for every word of a title: English.
    Titles,
    /// For names alone: most languages.
    Names,
    /// For every noun: German.
    Nouns,
}

/// The words of a text that may be names, as written. `language` is a BCP 47 tag, if one is known.
pub fn names<'a>(text: &'a str, language: Option<&str>) -> Vec<&'a str> {
    let capitals = capitals(text, language);
    let in_lines = text.lines().flat_map(|line| line.split_sentence_bounds());
    in_lines.flat_map(|sentence| names_in(sentence, capitals)).collect()
}

/// The language of a text, if its small words tell: `de` and `en` are told apart from all others alone.
pub fn language_of(text: &str) -> Option<&'static str> {
    const GERMAN: [&str; 32] = [
        "der", "die", "das", "und", "mit", "ein", "eine", "einen", "einem", "fur", "ist", "von", "im", "zu",
        "auf", "nicht", "sich", "den", "dem", "bei", "aus", "zum", "zur", "wie", "oder", "auch", "wird",
        "sind", "ich", "wir", "dann", "noch",
    ];
    const ENGLISH: [&str; 32] = [
        "the", "and", "with", "of", "is", "are", "for", "to", "you", "it", "this", "that", "from", "by",
        "how", "your", "we", "they", "at", "on", "be", "or", "then", "until", "what", "when", "his", "her",
        "their", "has", "have", "as",
    ];
    let words = words(text);
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(&word.as_str())).count();
    match (count(&GERMAN), count(&ENGLISH)) {
        (0, 0) => None,
        (german, english) => Some(if german > english { "de" } else { "en" }),
    }
}

fn capitals(text: &str, language: Option<&str>) -> Capitals {
    match language_of(text).or(language).map(str::to_lowercase) {
        Some(tag) if tag.starts_with("de") || tag.starts_with("lb") => Capitals::Nouns,
        Some(tag) if tag.starts_with("en") => Capitals::Titles,
        _ => Capitals::Names,
    }
}

/// The names in one sentence.
fn names_in(sentence: &str, capitals: Capitals) -> Vec<&str> {
    let words: Vec<(&str, bool)> = written_words(sentence);
    let is_title = is_title(&words);
    let mut found = Vec::new();
    let mut before = String::new();
    for (word, begins) in words {
        let folded = folded(word);
        let named_by_context = BEFORE_NAMES.contains(&before.as_str()) && has_capital(word);
        let may_be = match capitals {
            _ if has_inner_capital(word) => true,
            // "I", "I'm".
            _ if !has_capital(word) || !word.chars().nth(1).is_some_and(char::is_alphanumeric) => false,
            Capitals::Nouns => named_by_context,
            Capitals::Titles if begins || is_title => !is_ordinary(&folded),
            Capitals::Names if begins => false,
            Capitals::Names if is_title => !is_ordinary(&folded),
            _ => true,
        };
        if may_be && !NEVER_NAMES.contains(folded.as_str()) {
            found.push(word);
        }
        before = folded;
    }
    found
}

/// The words of a sentence as written, each with whether a capital there may only mark a beginning.
fn written_words(sentence: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut begins = true;
    for part in sentence.split_word_bounds() {
        if part.chars().any(char::is_alphanumeric) {
            found.push((part, begins));
            begins = false;
        } else if part.contains([':', '–', '—', '•', '|', '"', '“', '„', '«', '‘', '(', '.', '!', '?', ';'])
        {
            begins = true;
        }
    }
    found
}

/// Whether capitals say nothing here: every longer word has one.
fn is_title(words: &[(&str, bool)]) -> bool {
    const LONG: usize = 4;
    let mut long = words.iter().filter(|(word, _)| word.chars().count() >= LONG).peekable();
    long.peek().is_some() && long.all(|(word, _)| has_capital(word))
}

fn folded(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    words(word).concat()
}

/// Whether the word, or the one it is made of, is in the list.
fn is_ordinary(folded: &str) -> bool {
    const ENDINGS: [&str; 9] = ["s", "es", "d", "ed", "r", "er", "ing", "ly", "y"];
    let known = |word: &str| ORDINARY.contains(word);
    folded.chars().all(|letter| letter.is_ascii_digit())
        || known(folded)
        || ENDINGS
            .iter()
            .any(|ending| folded.strip_suffix(ending).is_some_and(|stem| stem.len() > 2 && known(stem)))
}

fn has_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// `iPhone`, `TikTok`: a capital behind a small letter; a shouted word has none.
fn has_inner_capital(word: &str) -> bool {
    word.chars().zip(word.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words_that_only_have_a_capital() {
        let table: [(&str, Option<&str>, &[&str]); 18] = [
            ("A simple pasta for four people.", None, &[]),
            ("Luigi Rossi cooks it with the help of his mother.", None, &["Luigi", "Rossi"]),
            ("Easy Weeknight Dinner Ideas", Some("en"), &[]),
            ("Best Pasta at Trattoria Luigi", Some("en"), &["Trattoria", "Luigi"]),
            ("The pasta comes from Rose Street in Milan.", None, &["Rose", "Street", "Milan"]),
            ("You can eat it on Friday with Italian bread.", None, &[]),
            ("Filmed on an iPhone", Some("en"), &["iPhone"]),
            ("EASY PASTA AT HOME", Some("en"), &[]),
            ("Tip: Boil the water first", None, &[]),
            ("I like it and I'm sure", None, &[]),
            ("Ein Rezept mit Nudeln und Tomaten für die Familie", None, &[]),
            ("Die Nudeln sind aus dem Restaurant Mario", None, &["Mario"]),
            ("Une recette de Paul Bocuse à Lyon", Some("fr"), &["Paul", "Bocuse", "Lyon"]),
            ("La ricetta della nonna", Some("it"), &[]),
            ("Ristorante Mario", Some("en"), &["Ristorante", "Mario"]),
            ("Рецепт от Ивана", Some("ru"), &["Ивана"]),
            ("满小满的面条", Some("zh"), &[]),
            ("Enzo's kitchen is the best", None, &["Enzo's"]),
        ];
        for (text, language, expected) in table {
            assert_eq!(names(text, language), expected, "{text}");
        }
    }
}
