//! Cuts a text into pieces of a limited length.

/// The text in pieces of at most `max_utf16` UTF-16 units; an empty text has none.
///
/// No character is torn apart: one wider than the limit stands alone.
pub fn pieces(text: &str, max_utf16: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let (mut piece, mut units) = (String::new(), 0);
    for letter in text.chars() {
        if units + letter.len_utf16() > max_utf16 && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            units = 0;
        }
        piece.push(letter);
        units += letter.len_utf16();
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}
