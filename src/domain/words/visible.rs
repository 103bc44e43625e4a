//! What a person sees of a text: without control characters, zero-width and bidirectional controls and
//! the invisible alphabets that smuggle instructions.

/// The visible part of a text. Line ends stay (as `\n`), tabs become spaces. A joiner stays only where a
/// script or an emoji is written with it.
pub fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = seen.chars().next_back();
        let next = letters.peek().copied();
        match letter {
            '\n' | '\u{2028}' | '\u{2029}' => seen.push('\n'),
            '\r' if next != Some('\n') => seen.push('\n'),
            '\t' => seen.push(' '),
            '\u{200c}' | '\u{200d}' if joins(last, letter, next) => seen.push(letter),
            '\u{fe0f}' if last.is_some_and(takes_emoji_style) => seen.push(letter),
            _ if letter.is_control() || is_invisible(letter) => {}
            _ => seen.push(letter),
        }
    }
    seen
}

/// The visible part of a text on one line, single-spaced.
pub fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Format characters (Unicode general category Cf), fillers, variation selectors and tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a joiner between these two belongs to the writing: Arabic and Indic scripts use both joiners,
/// emoji sequences the zero-width one.
fn joins(last: Option<char>, joiner: char, next: Option<char>) -> bool {
    let (Some(last), Some(next)) = (last, next) else { return false };
    let script =
        |letter| matches!(letter, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{900}'..='\u{dff}');
    let emoji = |letter| matches!(letter, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f300}'..='\u{1faff}');
    (script(last) && script(next))
        || (joiner == '\u{200d}' && emoji(last) && emoji(next) && next != '\u{fe0f}')
}

fn takes_emoji_style(letter: char) -> bool {
    matches!(letter, '0'..='9' | '#' | '*' | '\u{a9}' | '\u{ae}' | '\u{2000}'..='\u{3300}' | '\u{1f000}'..='\u{1faff}')
        && !is_invisible(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out_and_what_belongs_to_the_writing_stays() {
        let table = [
            ("a\u{200b}b\u{202e}c\0\u{7}", "abc"),
            ("hi\u{e0069}\u{e0067}", "hi"),
            ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree four"),
            ("👩‍🍳 cooks", "👩‍🍳 cooks"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("la\u{200d}tin", "latin"),
            ("❤️", "❤️"),
            ("x\u{fe0f}", "x"),
        ];
        for (text, expected) in table {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn seeing_a_seen_text_changes_nothing(text in any::<String>()) {
            let seen = visible(&text);
            prop_assert_eq!(visible(&seen), seen.clone());
            prop_assert!(!seen.contains(|letter: char| letter.is_control() && letter != '\n'));
        }
    }
}
