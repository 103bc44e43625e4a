//! The digits of all scripts as 0 to 9.
//!
//! Takes any text; gives it with plain digits. Never fails.

/// Where the digits of Arabic, Persian, Hindi, Bengali, Thai, Lao, Tibetan, Burmese and Khmer begin, and the wide ones.
const ZEROS: [u32; 10] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0xff10];

/// The text with the digits of other scripts as 0 to 9.
pub fn plain_digits(text: &str) -> String {
    text.chars().map(plain_digit).collect()
}

/// The letter, or the digit of another script as 0 to 9.
pub(super) fn plain_digit(letter: char) -> char {
    let code = u32::from(letter);
    let digit = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(letter)
}
