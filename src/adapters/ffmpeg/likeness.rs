//! Drops pictures that show what the one before already showed.
//!
//! Takes tiny grey copies of the pictures, in order; gives for each whether it shows something new. A
//! caption that changes moves a whole row of cells by much, noise of the encoder moves all of them a little.

/// Side of a tiny copy, in cells: a line of caption in a phone video is then two cells high.
pub(super) const SIDE: usize = 72;

/// Bytes of one tiny copy: one for each cell.
pub(super) const TINY_BYTES: usize = SIDE * SIDE;

/// A cell has changed when its grey moves by more than this, of 255; encoders stay below ten.
const CHANGED_BY: u8 = 18;

/// A picture is new when more cells than this have changed: a short word in a small font is about ten.
const CHANGED_CELLS: usize = 10;

/// For each tiny copy, whether it differs from the last one that was new. The first always does.
pub(super) fn novelties(tiny: &[u8]) -> Vec<bool> {
    let mut kept: Option<&[u8]> = None;
    tiny.chunks_exact(TINY_BYTES)
        .map(|cells| {
            let new = kept.is_none_or(|kept| differ(kept, cells));
            if new {
                kept = Some(cells);
            }
            new
        })
        .collect()
}

fn differ(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).filter(|(a, b)| a.abs_diff(**b) > CHANGED_BY).count() > CHANGED_CELLS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(noise: u8, word: usize) -> Vec<u8> {
        let grey = |cell: usize| if cell.is_multiple_of(2) { 100 } else { 100 + noise };
        (0..TINY_BYTES).map(|cell| if cell < word { 250 } else { grey(cell) }).collect()
    }

    #[test]
    fn a_picture_is_new_when_a_word_appears_and_not_when_it_only_flickers() {
        let strip = [picture(0, 0), picture(9, 0), picture(0, 30), picture(9, 30), picture(0, 0)].concat();
        assert_eq!(novelties(&strip), [true, false, true, false, true]);
    }

    #[test]
    fn slow_changes_add_up_to_a_new_picture() {
        let fading: Vec<u8> = [0_u8, 8, 16, 24].iter().flat_map(|grey| vec![*grey; TINY_BYTES]).collect();
        assert_eq!(novelties(&fading), [true, false, false, true]);
    }

    #[test]
    fn half_a_picture_at_the_end_is_left_out() {
        assert_eq!(novelties(&vec![0; TINY_BYTES + 7]), [true]);
        assert!(novelties(&[]).is_empty());
    }
}
