//! Texts of an export: put right, cut, on one line.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::words::one_line as on_one_line;

/// Longest title, in letters as people count them: what fits into one line of a table, twice.
const TITLE_LETTERS: usize = 100;

/// Longest text that is kept of an export while it is read, in bytes.
pub(super) const KEPT_BYTES: usize = 4_000;

/// Instagram writes each byte of a text's UTF-8 as an escape of its own (`\u00c3\u00a9` for é). Puts such a
/// text right; leaves every other one alone.
pub(super) fn repaired(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    let Some(bytes) = bytes else { return text.to_owned() };
    match std::str::from_utf8(&bytes) {
        Ok(right) => right.to_owned(),
        // Cut in the middle of a letter, by Instagram itself.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default()).into_owned()
        }
        Err(_) => text.to_owned(),
    }
}

/// The beginning of a text, at most so many bytes, never half a letter.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// A text on one line, as a person sees it.
pub(super) fn one_line(text: &str) -> String {
    on_one_line(cut(text, KEPT_BYTES))
}

/// The first line of a text that says something, at most so long; `None` where none does.
pub(super) fn title(text: &str) -> Option<String> {
    let text = cut(text, KEPT_BYTES);
    let line = text.lines().map(on_one_line).find(|line| line.chars().any(char::is_alphanumeric))?;
    let mut letters = line.graphemes(true);
    let mut title: String = letters.by_ref().take(TITLE_LETTERS).collect();
    if letters.next().is_some() {
        title.push('…');
    }
    Some(title)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As Instagram writes it.
    fn broken(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn a_text_written_byte_by_byte_is_put_right_and_others_are_left_alone() {
        for text in ["Crème brûlée 🍮", "привет", "満小満", "plain"] {
            assert_eq!(repaired(&broken(text)), text);
            assert_eq!(repaired(text), text);
        }
        // Cut by the platform in the middle of a letter.
        let mut cut_off = broken("soup 🍜");
        cut_off.pop();
        assert_eq!(repaired(&cut_off), "soup ");
        // Latin letters that are no UTF-8 when read as bytes.
        assert_eq!(repaired("Älplermagronen"), "Älplermagronen");
    }

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        assert_eq!(
            title("\n ✨✨\nTomato soup\u{202e} in 20 minutes\n#soup").as_deref(),
            Some("Tomato soup in 20 minutes")
        );
        assert_eq!(title(" \n#!"), None);
        let long = title(&"é".repeat(300)).unwrap_or_default();
        assert_eq!(long.chars().count(), TITLE_LETTERS + 1);
    }

    proptest! {
        #[test]
        fn whatever_a_text_holds_a_title_is_short_and_on_one_line(text in any::<String>()) {
            if let Some(title) = title(&repaired(&text)) {
                prop_assert!(!title.contains('\n') && title.graphemes(true).count() <= TITLE_LETTERS + 1);
            }
        }

        #[test]
        fn every_text_comes_back_from_instagrams_way_of_writing(text in any::<String>()) {
            prop_assert_eq!(repaired(&broken(&text)), text);
        }
    }
}
