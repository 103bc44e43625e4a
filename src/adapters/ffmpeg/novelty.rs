//! Chooses the stills that show text not seen before.
//!
//! Takes small grey copies of the stills, one after the other; gives for each how much of its text is new. What moves
//! behind a caption is no reason to read it again: only text counts, told by strokes that lie close together, light
//! and dark in turn. Never fails.

/// Side of a small copy, in cells: a letter of small print in a phone video is then three cells high.
pub(super) const SIDE: usize = 320;

/// Bytes of one small copy: one for each cell.
pub(super) const TINY_BYTES: usize = SIDE * SIDE;

/// Text is looked for at these sizes: small print as it is, captions and headlines in copies of half and a
/// quarter of the side.
const SIZES: usize = 3;

/// Neighbours differ by a stroke's edge when their greys differ by this much, of 255; the noise of encoders
/// stays below ten, and the palest caption people can read has twenty.
const EDGE: i16 = 14;

/// Text is looked for in tiles of so many cells: three or four letters side by side.
const TILE_WIDTH: usize = 16;
const TILE_HEIGHT: usize = 8;

/// A row of a tile crosses strokes when light and dark take turns so often: two strokes have four edges.
const TURNS: usize = 3;

/// A tile shows text when so many of its rows cross strokes.
const ROWS: usize = 3;

/// A tile is new when so many of its edges were not there before, in all and in percent: one digit that
/// changes among three, more than what moves behind the letters.
const NEW_EDGES: usize = 10;
const NEW_PERCENT: usize = 30;

/// So many new tiles make a new picture. Tiles overlap by half, so a word always is in two.
const NEW_TILES: usize = 2;

/// What was found out about one picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Judged {
    /// How many of its tiles show new text; nothing where it is not to be read.
    pub(super) new: usize,
    /// How many edges it has, of text or of anything else.
    pub(super) detail: usize,
}

/// Judges pictures in their order.
#[derive(Debug, Default)]
pub(super) struct Novelty {
    /// The picture to be read last.
    read: Option<Look>,
}

impl Novelty {
    /// Judges the next picture by its small copy.
    pub(super) fn judge(&mut self, grey: &[u8]) -> Judged {
        let look = Look::at(grey);
        let judged = Judged { new: look.new_text(self.read.as_ref()), detail: look.detail() };
        if judged.new > 0 {
            self.read = Some(look);
        }
        judged
    }
}

/// Pictures are compared in squares of so many cells a side: a letter of small print on a slide is as large.
const SQUARE: usize = 4;

/// The most by which the greys of a square of one picture differ on average when it is coded anew, of 255. Coded as
/// coarsely as anybody does they differ by four and a half, and where one letter of 24 pixels is another one by eight and
/// a half.
const SAME_GREY: usize = 6;

/// Whether two pictures, each with its small copy, are one and the same for a reader: no square of them differs.
pub(super) fn is_the_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != TINY_BYTES || other.len() != TINY_BYTES {
        return false;
    }
    let mut differ = vec![0; (SIDE / SQUARE) * (SIDE / SQUARE)];
    for (cell, (here, there)) in one.iter().zip(other).enumerate() {
        let square = cell / SIDE / SQUARE * (SIDE / SQUARE) + cell % SIDE / SQUARE;
        if let Some(sum) = differ.get_mut(square) {
            *sum += usize::from(here.abs_diff(*there));
        }
    }
    differ.iter().all(|sum| *sum <= SAME_GREY * SQUARE * SQUARE)
}

/// One picture at all sizes.
#[derive(Debug)]
struct Look {
    levels: Vec<Level>,
}

impl Look {
    fn at(grey: &[u8]) -> Self {
        let (mut grey, mut side) = (grey.to_vec(), SIDE);
        let mut levels = Vec::with_capacity(SIZES);
        for _ in 0..SIZES {
            levels.push(Level::at(&grey, side));
            (grey, side) = (halved(&grey, side), side / 2);
        }
        Self { levels }
    }

    /// In how many tiles it shows text that the picture read last does not; none where that is no word.
    fn new_text(&self, last: Option<&Self>) -> usize {
        let new = |(number, level): (usize, &Level)| {
            let last = last.and_then(|last| last.levels.get(number));
            level.tiles.iter().filter(|tile| last.is_none_or(|last| level.is_new(**tile, last))).count()
        };
        let most = self.levels.iter().enumerate().map(new).max().unwrap_or_default();
        if most >= NEW_TILES { most } else { 0 }
    }

    fn detail(&self) -> usize {
        self.levels.first().map_or(0, |level| level.edges.iter().filter(|edge| **edge != 0).count())
    }
}

/// One picture at one size: its edges, and where they look like text.
#[derive(Debug)]
struct Level {
    side: usize,
    /// How much brighter each cell is than its left neighbour; nothing where it hardly is.
    edges: Vec<i16>,
    tiles: Vec<Tile>,
}

/// The upper left corner of a tile.
#[derive(Debug, Clone, Copy)]
struct Tile {
    top: usize,
    left: usize,
}

impl Level {
    fn at(grey: &[u8], side: usize) -> Self {
        let step = |pair: &[u8]| match *pair {
            [left, right] => i16::from(right) - i16::from(left),
            _ => 0,
        };
        let mut edges = Vec::with_capacity(side * side);
        for row in grey.chunks_exact(side) {
            edges.push(0);
            edges.extend(row.windows(2).map(step).map(|step| if step.abs() >= EDGE { step } else { 0 }));
        }
        let mut level = Self { side, edges, tiles: Vec::new() };
        for top in (0..=side - TILE_HEIGHT).step_by(TILE_HEIGHT / 2) {
            for left in (0..side).step_by(TILE_WIDTH) {
                let tile = Tile { top, left };
                if level.rows(tile).filter(|(_, row)| turns(row) >= TURNS).count() >= ROWS {
                    level.tiles.push(tile);
                }
            }
        }
        level
    }

    /// The rows of a tile, each with the place of its first cell.
    fn rows(&self, tile: Tile) -> impl Iterator<Item = (usize, &[i16])> {
        (tile.top..tile.top + TILE_HEIGHT).filter_map(move |y| {
            let first = y * self.side + tile.left;
            Some((first, self.edges.get(first..first + TILE_WIDTH)?))
        })
    }

    fn is_new(&self, tile: Tile, last: &Self) -> bool {
        let (mut all, mut new) = (0, 0);
        for (first, row) in self.rows(tile) {
            for (at, edge) in row.iter().enumerate().filter(|(_, edge)| **edge != 0) {
                all += 1;
                new += usize::from(!last.has_near(first + at, *edge));
            }
        }
        new >= NEW_EDGES && new * 100 >= all * NEW_PERCENT
    }

    /// Whether there is such an edge here or beside, at least two thirds as strong: a fainter one was fading in.
    fn has_near(&self, at: usize, edge: i16) -> bool {
        let near = self.edges.get(at.saturating_sub(1)..(at + 2).min(self.edges.len())).unwrap_or_default();
        near.iter().any(|there| there.signum() == edge.signum() && there.abs() * 3 >= edge.abs() * 2)
    }
}

fn turns(row: &[i16]) -> usize {
    let mut last = 0;
    let turn = |edge: &&i16| std::mem::replace(&mut last, edge.signum()) != edge.signum();
    row.iter().filter(|edge| **edge != 0).filter(turn).count()
}

/// The same picture at half its side.
fn halved(grey: &[u8], side: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(grey.len() / 4);
    for rows in grey.chunks_exact(side * 2) {
        let (upper, lower) = rows.split_at(side);
        for (above, below) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
            let sum: u16 = above.iter().chain(below).map(|cell| u16::from(*cell)).sum();
            small.push(u8::try_from(sum / 4).unwrap_or(u8::MAX));
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with a line of strokes that begins at a cell, in a bar of its own at `top`.
    fn picture(ground: u8, words: &[(usize, usize, usize)]) -> Vec<u8> {
        let mut grey = vec![ground; TINY_BYTES];
        for &(top, left, rhythm) in words {
            for y in top..top + 10 {
                for x in left..left + 60 {
                    // Strokes of two cells whose distances differ from word to word, as in letters.
                    let is_stroke = (x - left) * rhythm % 7 < 3 && (y + x / 5 * rhythm) % 5 != 0;
                    if let Some(cell) = grey.get_mut(y * SIDE + x).filter(|_| is_stroke) {
                        *cell = 240;
                    }
                }
            }
        }
        grey
    }

    /// For each picture, whether it is to be read.
    fn worth_reading(strip: &[Vec<u8>]) -> Vec<bool> {
        let mut novelty = Novelty::default();
        strip.iter().map(|grey| novelty.judge(grey).new > 0).collect()
    }

    #[test]
    fn a_picture_is_read_when_a_word_appears_and_not_when_it_stays_goes_or_gets_another_ground() {
        let strip = [
            picture(60, &[]),
            picture(60, &[(100, 80, 3)]),
            picture(90, &[(100, 80, 3)]),
            picture(60, &[(100, 80, 3), (200, 80, 5)]),
            picture(60, &[(200, 80, 5)]),
            picture(60, &[(100, 80, 4)]),
        ];
        assert_eq!(worth_reading(&strip), [false, true, false, true, false, true]);
    }

    #[test]
    fn noise_and_large_shapes_are_no_text_and_a_shape_shows_more_than_noise() {
        let noisy: Vec<u8> = (0..TINY_BYTES).map(|cell| if cell % 3 == 0 { 100 } else { 109 }).collect();
        let shape: Vec<u8> =
            (0..TINY_BYTES).map(|cell| if cell % SIDE > 90 && cell / SIDE > 40 { 200 } else { 40 }).collect();
        let mut novelty = Novelty::default();
        let [noisy, shape, black] = [noisy, shape, vec![0; TINY_BYTES]].map(|grey| novelty.judge(&grey));
        assert_eq!([noisy.new, shape.new, black.new], [0; 3]);
        assert!(shape.detail > noisy.detail && black.detail == 0, "{shape:?}");
    }

    #[test]
    fn a_slide_is_the_same_when_it_was_only_coded_anew_and_not_when_a_word_differs() {
        let slide = picture(60, &[(100, 80, 3)]);
        let anew: Vec<u8> = slide.iter().map(|grey| grey.saturating_add(2)).collect();
        assert!(is_the_same(&slide, &anew));
        for other in [
            picture(60, &[(100, 80, 4)]),
            picture(90, &[(100, 80, 3)]),
            picture(60, &[(100, 80, 3), (200, 80, 5)]),
        ] {
            assert!(!is_the_same(&slide, &other));
        }
        assert!(!is_the_same(&[], &[]), "what could not be made small is never dropped");
    }
}
