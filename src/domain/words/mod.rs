//! Words of people's texts: compared without case, accents, punctuation and plural, and the things
//! that are found among them (links, addresses, amounts, dates).
//!
//! Takes any text, a stranger's included; never fails.

mod addresses;
mod amounts;
mod dates;
mod digits;
mod lengths;
mod money;
mod names;
mod numerals;
mod places;
mod plurals;
mod relative;
mod spoken;
mod units;
mod visible;

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub use addresses::{Phone, emails, links, phones, same_link_key, web_address};
pub use amounts::{Amount, amounts, amounts_in};
pub use dates::{DateFound, dates};
pub use digits::plain_digits;
pub use money::is_currency;
pub use names::{language_of, names, written_in};
pub use places::places;
pub use plurals::one_and_many;
use spoken::spoken_numbers;
pub use units::{Dimension, Measure};
pub use visible::{one_line, visible};

/// A pattern that is compiled at its first use.
pub(crate) type Pattern = LazyLock<Regex>;

/// Compiles a constant pattern.
#[expect(clippy::expect_used, reason = "the patterns are constants; each one is used in a test")]
pub(crate) fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern compiles")
}

/// A text reduced to what counts in a comparison: lower-case words without accents and plural endings,
/// one space between them. `"Crème Brûlées!"` becomes `"creme brulee"`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in words(text) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&singular(word));
    }
    folded
}

/// Whether a word stands in a list of words with blanks between them.
pub fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether the words of `needle` stand in `haystack` one behind the other, both compared folded.
pub fn contains_words(haystack: &str, needle: &str) -> bool {
    folded_contains(&fold(haystack), &fold(needle))
}

/// [`contains_words`] for texts that are folded already. No words are contained nowhere.
pub fn folded_contains(haystack: &str, needle: &str) -> bool {
    if needle.is_empty() {
        return false;
    }
    // Scripts without spaces, and those that glue particles to words, have no word boundaries to look for.
    if needle.chars().any(is_unspaced) {
        return haystack.contains(needle);
    }
    haystack.match_indices(needle).any(|(at, found)| {
        let before = haystack.get(..at).unwrap_or_default();
        let behind = haystack.get(at + found.len()..).unwrap_or_default();
        (before.is_empty() || before.ends_with(' ')) && (behind.is_empty() || behind.starts_with(' '))
    })
}

/// The words of a text in lower case and without accents; the plural stays.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut close = |word: &mut String| {
        if !word.is_empty() {
            found.push(word.nfc().collect());
            word.clear();
        }
    };
    for letter in text.nfkd().flat_map(char::to_lowercase).nfkd() {
        if is_latin_accent(letter) || is_joiner(letter) {
            continue;
        }
        let goes_on = is_combining_mark(letter) && !word.is_empty();
        if !letter.is_alphanumeric() && !goes_on {
            close(&mut word);
            continue;
        }
        if word.chars().next_back().is_some_and(|last| is_unspaced(last) != is_unspaced(letter)) {
            close(&mut word);
        }
        match plain_spelling(letter) {
            Some(plain) => word.push_str(plain),
            None => word.push(letter),
        }
    }
    close(&mut word);
    found
}

/// Folds the plural endings of English and its neighbours. Not a true singular: the same odd stem comes
/// out for both forms of a word, which is all a comparison needs.
fn singular(mut word: String) -> String {
    const SHORTEST: usize = 4;
    if word.len() < SHORTEST || !word.is_ascii() || word == "news" {
        return word;
    }
    if word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
        word.pop();
    }
    if word.ends_with("ie") {
        word.truncate(word.len() - 2);
        word.push('y');
    } else if ["she", "che", "xe", "sse", "zze", "oe"].iter().any(|ending| word.ends_with(ending)) {
        word.pop();
    }
    word
}

fn is_latin_accent(letter: char) -> bool {
    // Only these: marks of other scripts, such as the Japanese voicing marks, tell words apart.
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Soft hyphens and zero-width characters: they separate no words.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Letters that are written without an accent to take off.
fn plain_spelling(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' => "d",
        'ł' => "l",
        'ı' => "i",
        _ => return None,
    })
}

/// Letters of scripts in which a word is not set off by spaces: Thai to Khmer, Hangul, kana, Han.
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_people_would_call_the_same_fold_to_the_same() {
        let table = [
            ("Crème Brûlée", "CREME brulee!"),
            ("Cookies", "cookie"),
            ("Lunches", "lunch"),
            ("Parties", "party"),
            ("tomatoes", "Tomato"),
            ("Classes", "class"),
            ("Straße", "STRASSE"),
            ("🍝 Pasta", "pasta"),
            ("#QuickDinner", "quickdinner"),
            ("İstanbul", "istanbul"),
            ("ＰＡＳＴＡ", "pasta"),
            ("pa\u{200b}sta", "pasta"),
        ];
        for (one, other) in table {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (one, other) in
            [("かき", "がき"), ("News", "New"), ("pasta", "paste"), ("bus", "bu"), ("ไก่", "ไข่")]
        {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn words_are_found_whole_and_in_order() {
        let table = [
            ("We make PASTA today.", "pasta", true),
            ("We make pastries today.", "pasta", false),
            ("at Trattoria da Enzo, Rome", "trattoria da enzo", true),
            ("da Enzo's trattoria", "trattoria da enzo", false),
            ("今日は拉麺を作る", "拉麺", true),
            ("今日はPastaを作る", "pasta", true),
            ("파스타를 만들어요", "파스타", true),
            ("nothing", "", false),
            ("nothing", "!!", false),
        ];
        for (text, needle, expected) in table {
            assert_eq!(contains_words(text, needle), expected, "{needle:?} in {text:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_a_second_time_that_matters(text in "\\PC{0,40}") {
            // Plural endings may fold further; what never changes is that a text contains its own words.
            let folded = fold(&text);
            prop_assert!(folded.is_empty() || folded_contains(&folded, &folded));
            prop_assert_eq!(folded.trim(), folded.as_str());
        }

        #[test]
        fn a_text_contains_each_of_its_latin_words(words in proptest::collection::vec("[a-zA-Zäéñ]{1,9}", 1..8)) {
            let text = words.join(", ");
            for word in &words {
                prop_assert!(contains_words(&text, word), "{word} in {text}");
            }
        }
    }
}
