//! Cuts long texts into pieces that fit where they go, at the kindest place.
//!
//! Lengths are UTF-16 units: Notion does not document how it counts, and no way of counting gives more.
//! Never fails; nothing of a text is lost, and putting the pieces together gives it back.

use unicode_segmentation::UnicodeSegmentation;

/// A character takes at most two UTF-16 units; a smaller limit could hold nothing.
const SMALLEST_LIMIT: usize = 2;

/// How much text behind the limit is looked at, so that the limit itself is not taken for a boundary.
const LOOK_AHEAD_CHARS: usize = 32;

/// The length of a text in UTF-16 units.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts a text into pieces of at most `max_utf16` units (at least 2), each as long as it may be: behind
/// a paragraph, else a sentence, else a word, else between two characters a person sees as separate.
/// An empty text has no pieces.
pub fn pieces(text: &str, max_utf16: usize) -> Vec<String> {
    let limit = max_utf16.max(SMALLEST_LIMIT);
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(cut(rest, limit));
        found.push(piece.to_owned());
        rest = behind;
    }
    found
}

/// The text itself when it fits, else its beginning up to the end of a word and an ellipsis; at most
/// `max_utf16` units.
pub fn shorten(text: &str, max_utf16: usize) -> String {
    const ELLIPSIS: &str = "…";
    if fitting(text, max_utf16) == text.len() {
        return text.to_owned();
    }
    let Some(room) = max_utf16.checked_sub(utf16_len(ELLIPSIS)) else {
        return String::new();
    };
    let end = fitting(text, room);
    let window = text.get(..end).unwrap_or_default();
    let seen = text.get(..ahead(text, end)).unwrap_or_default();
    let words = seen.split_word_bound_indices().filter(|(_, word)| word.chars().any(char::is_alphanumeric));
    let end = words
        .map(|(at, word)| at + word.len())
        .take_while(|&at| at <= end)
        .last()
        .filter(|&at| at * 2 > end)
        .or_else(|| seen.grapheme_indices(true).map(|(at, _)| at).take_while(|at| *at <= end).last())
        .unwrap_or(end);
    format!("{}{ELLIPSIS}", window.get(..end).unwrap_or(window).trim_end())
}

/// Where the first piece of a text ends, in bytes; never at its beginning.
fn cut(text: &str, limit: usize) -> usize {
    let end = fitting(text, limit);
    if end == text.len() {
        return end;
    }
    let seen = text.get(..ahead(text, end)).unwrap_or(text);
    let whole: Vec<usize> = seen.grapheme_indices(true).map(|(at, _)| at).chain([seen.len()]).collect();
    let last = |ends: &mut dyn Iterator<Item = usize>, earliest: usize| {
        ends.take_while(|at| *at <= end).filter(|at| *at > earliest && whole.binary_search(at).is_ok()).last()
    };
    // A paragraph or sentence that ends early would leave a piece almost empty: Notion takes few pieces.
    last(&mut paragraph_ends(seen), end / 2)
        .or_else(|| last(&mut sentence_ends(seen), end / 2))
        .or_else(|| last(&mut word_ends(seen), 0))
        .or_else(|| last(&mut whole.iter().copied(), 0))
        .unwrap_or(end)
}

/// The most bytes of a text that take at most `limit` units.
fn fitting(text: &str, limit: usize) -> usize {
    let mut units = 0;
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > limit {
            return at;
        }
    }
    text.len()
}

/// A little further than `end`, on a character boundary.
fn ahead(text: &str, end: usize) -> usize {
    let behind = text.get(end..).unwrap_or_default();
    behind.char_indices().nth(LOOK_AHEAD_CHARS).map_or(text.len(), |(at, _)| end + at)
}

/// Behind each blank line, then, where there is none, behind each line.
fn paragraph_ends(text: &str) -> impl Iterator<Item = usize> {
    let separator = if text.contains("\n\n") { "\n\n" } else { "\n" };
    text.match_indices(separator).map(|(at, found)| at + found.len())
}

fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.split_sentence_bound_indices().map(|(at, sentence)| at + sentence.len())
}

/// Behind the white space that follows a word.
fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, letter)) = letters.next() {
            let ends = letters.peek().is_none_or(|(_, next)| !next.is_whitespace());
            if letter.is_whitespace() && ends {
                return Some(at + letter.len_utf8());
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_at_the_kindest_place() {
        let table: [(&str, usize, &[&str]); 9] = [
            ("", 10, &[]),
            ("short", 10, &["short"]),
            ("one two three", 8, &["one two ", "three"]),
            ("First one. Second one here.", 16, &["First one. ", "Second one here."]),
            ("A line of text.\nAnother. And more", 25, &["A line of text.\n", "Another. And more"]),
            ("Part one.\n\nPart two.\nStill two.", 25, &["Part one.\n\nPart two.\n", "Still two."]),
            ("abcdefghij", 4, &["abcd", "efgh", "ij"]),
            ("👩‍🍳👩‍🍳", 6, &["👩‍🍳", "👩‍🍳"]),
            ("e\u{301}e\u{301}", 3, &["e\u{301}", "e\u{301}"]),
        ];
        for (text, max, expected) in table {
            assert_eq!(pieces(text, max), expected, "{text:?}");
        }
    }

    #[test]
    fn a_shortened_text_ends_behind_a_word_with_an_ellipsis() {
        let table = [
            ("fits", 4, "fits"),
            ("one two three", 9, "one two…"),
            ("one, two three", 6, "one…"),
            ("abcdefghij", 5, "abcd…"),
            ("👩‍🍳👩‍🍳", 7, "👩‍🍳…"),
            ("anything", 1, "…"),
            ("anything", 0, ""),
        ];
        for (text, max, expected) in table {
            assert_eq!(shorten(text, max), expected, "{text:?}");
        }
    }

    /// Texts of words, sentences, emoji sequences, combining marks and line ends.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "[a-z]{1,12}",
            "\\PC{0,8}",
            Just(". ".to_owned()),
            Just(" ".to_owned()),
            Just("\n\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("👨‍👩‍👧‍👦".to_owned()),
            Just("🇩🇪🇫🇷".to_owned()),
            Just("n\u{303}".to_owned()),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn pieces_put_together_give_the_text_back_and_each_fits(text in text(), max in 2_usize..80) {
            let pieces = pieces(&text, max);
            prop_assert_eq!(pieces.concat(), text);
            for piece in pieces {
                prop_assert!(!piece.is_empty());
                prop_assert!(piece.encode_utf16().count() <= max);
            }
        }

        #[test]
        fn a_visible_character_that_fits_is_never_cut(text in text(), max in 12_usize..80) {
            // The whole text's own boundaries; a sequence longer than the limit has to be cut.
            let whole: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
            prop_assume!(whole.iter().all(|(_, visible)| visible.encode_utf16().count() <= max));
            let mut at = 0;
            for piece in pieces(&text, max) {
                prop_assert!(whole.iter().any(|(start, _)| *start == at), "{at} in {text:?}");
                at += piece.len();
            }
        }

        #[test]
        fn a_shortened_text_fits(text in text(), max in 0_usize..80) {
            prop_assert!(shorten(&text, max).encode_utf16().count() <= max);
        }

        #[test]
        fn pieces_of_words_are_at_least_a_third_full(words in proptest::collection::vec("[a-z]{1,9}[.]?", 20..80)) {
            let pieces = pieces(&words.join(" "), 30);
            for piece in pieces.iter().rev().skip(1) {
                prop_assert!(piece.len() >= 10, "{piece:?}");
            }
        }
    }
}
