//! What Tesseract read, as lines.
//!
//! Takes its table and the number of pictures, each of which was read twice; gives the lines of each. Never fails.
//! Tesseract sees letters in leaves and faces, so a line counts only when most of its words are sure, and of two
//! readings of one place the surer one.

use std::collections::BTreeMap;

/// How often each picture was read.
pub(super) const READINGS: usize = 2;

/// Words below this are guesses; Tesseract gives 90 and more to printed captions, of 100.
const SURE: f64 = 60.0;

/// One word of the table.
struct Word<'a> {
    text: &'a str,
    confidence: f64,
}

/// A line that reads like words.
struct Line {
    place: Place,
    text: String,
    /// How many letters are sure, each with its confidence.
    weight: f64,
    /// The reading it is of.
    reading: usize,
}

/// The sure lines of each picture, in the order of the eye: down, and along each row.
pub(super) fn lines_of(table: &str, pictures: usize) -> Vec<Vec<String>> {
    let pages = pages(table, pictures * READINGS);
    let mut pages = pages.into_iter();
    let picture = |_| {
        let readings = pages.by_ref().take(READINGS).enumerate();
        let lines = readings.flat_map(|(reading, words)| {
            words.into_iter().filter_map(move |(place, words)| sure_line(place, &words, reading))
        });
        in_rows(surest(lines.collect()))
    };
    (0..pictures).map(picture).collect()
}

/// The words of each page by their lines.
///
/// Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text. Level 4 is a line, 5
/// a word. Sparse reading gives blocks in no order.
fn pages(table: &str, number: usize) -> Vec<BTreeMap<Place, Vec<Word<'_>>>> {
    let mut pages: Vec<BTreeMap<Place, Vec<Word>>> = (0..number).map(|_| BTreeMap::new()).collect();
    let mut places: BTreeMap<[&str; 4], Place> = BTreeMap::new();
    for row in table.lines() {
        let columns: Vec<&str> = row.splitn(12, '\t').collect();
        let &[level, page, block, paragraph, line, _, left, top, width, height, confidence, text] =
            columns.as_slice()
        else {
            continue;
        };
        let (Ok(left), Ok(top), Ok(width), Ok(height), Ok(confidence)) =
            (left.parse(), top.parse(), width.parse(), height.parse(), confidence.parse())
        else {
            continue;
        };
        let (at, place) = ([page, block, paragraph, line], Place { top, left, height, width });
        if level == "4" {
            places.insert(at, place);
        }
        let page = page.parse::<usize>().ok().and_then(|page| page.checked_sub(1));
        let Some(lines) = page.and_then(|page| pages.get_mut(page)).filter(|_| level == "5") else {
            continue;
        };
        let place = places.get(&at).copied().unwrap_or(place);
        lines.entry(place).or_default().push(Word { text: text.trim(), confidence });
    }
    pages
}

/// The line when it reads like words: most letters are sure, and it has more letters than scribbles.
fn sure_line(place: Place, words: &[Word], reading: usize) -> Option<Line> {
    let words: Vec<&Word> = words.iter().filter(|word| !word.text.is_empty()).collect();
    let letters = |word: &Word| word.text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let all: usize = words.iter().map(|word| letters(word)).sum();
    let are_sure = || words.iter().filter(|word| word.confidence >= SURE);
    let sure: usize = are_sure().map(|word| letters(word)).sum();
    let signs: usize = words.iter().map(|word| word.text.chars().count()).sum();
    // A single letter is more often a corner of something than a caption.
    let reads = all >= 2 && sure * 3 >= all * 2 && all * 2 > signs;
    let text = || words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    let weight = || are_sure().flat_map(|word| vec![word.confidence; letters(word)]).sum();
    reads.then(|| Line { place, text: text(), weight: weight(), reading })
}

/// Of the readings of one place the surest. A reading may tear apart what another one has whole.
fn surest(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let mut kept: Vec<Line> = Vec::new();
    for line in lines {
        let is_its = |other: &Line| other.reading != line.reading && other.place.overlaps(line.place);
        if !kept.iter().any(is_its) {
            kept.push(line);
        }
    }
    kept.sort_by_key(|line| line.place);
    kept
}

/// The lines of one picture, in rows. Those at one height are a row, read from the left: a figure that stands a few
/// pixels higher than its word is not read before it.
fn in_rows(lines: Vec<Line>) -> Vec<String> {
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let is_its =
            |row: &&mut Vec<Line>| row.first().is_some_and(|first| first.place.is_level_with(line.place));
        match rows.last_mut().filter(is_its) {
            Some(row) => row.push(line),
            None => rows.push(vec![line]),
        }
    }
    let in_order = rows.into_iter().flat_map(|mut row| {
        row.sort_by_key(|line| (line.place.left, line.place.top));
        row
    });
    in_order.map(|line| line.text).collect()
}

/// Where a line begins and how large it is, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    top: u32,
    left: u32,
    height: u32,
    width: u32,
}

impl Place {
    /// Whether half of the lower one lies beside the other.
    fn is_level_with(self, other: Self) -> bool {
        is_shared((self.top, self.height), (other.top, other.height))
    }

    /// Whether half of the smaller one lies within the other, both ways.
    fn overlaps(self, other: Self) -> bool {
        self.is_level_with(other) && is_shared((self.left, self.width), (other.left, other.width))
    }
}

/// Whether two stretches, each from somewhere and so long, share half of the shorter one.
fn is_shared((from, length): (u32, u32), (other_from, other_length): (u32, u32)) -> bool {
    let end = from.saturating_add(length).min(other_from.saturating_add(other_length));
    let shared = end.saturating_sub(from.max(other_from));
    shared > 0 && shared.saturating_mul(2) >= length.min(other_length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(place: [u32; 4], word: u32, confidence: f64, text: &str) -> String {
        let [page, block, top, left] = place;
        format!("5\t{page}\t{block}\t1\t1\t{word}\t{left}\t{top}\t40\t20\t{confidence}\t{text}")
    }

    fn line(place: [u32; 4]) -> String {
        let [page, block, top, left] = place;
        format!("4\t{page}\t{block}\t1\t1\t0\t{left}\t{top}\t400\t20\t-1\t")
    }

    #[test]
    fn the_table_becomes_lines_in_reading_order_for_each_picture() {
        let (low, high) = ([1, 1, 500, 10], [1, 2, 20, 10]);
        let table = [
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
                .to_owned(),
            line(low),
            row(low, 1, 96.0, "Serves"),
            row(low, 2, 40.0, "4"),
            line(high),
            row(high, 1, 91.0, "Tomato"),
            row([1, 2, 25, 90], 2, 93.5, "Soup"),
            row([5, 1, 5, 5], 1, 88.0, "Basil"),
            row([9, 1, 5, 5], 1, 88.0, "nowhere"),
        ];
        let expected = [vec!["Tomato Soup", "Serves 4"], vec![], vec!["Basil"]];
        assert_eq!(lines_of(&table.join("\n"), 3), expected);
    }

    #[test]
    fn what_stands_at_one_height_is_read_along_the_row() {
        let (amount, word, below) = ([1, 1, 17, 300], [1, 2, 21, 10], [1, 3, 45, 10]);
        let table = [
            line(amount),
            row(amount, 1, 95.0, "250 g"),
            line(word),
            row(word, 1, 95.0, "onions"),
            line(below),
            row(below, 1, 95.0, "chopped"),
        ];
        assert_eq!(lines_of(&table.join("\n"), 1), [["onions", "250 g", "chopped"]]);
    }

    #[test]
    fn of_two_readings_of_one_place_the_surer_one_counts_and_what_only_one_saw_stays() {
        let (torn, rest, whole, other) =
            ([1, 1, 500, 100], [1, 2, 502, 250], [2, 1, 500, 100], [2, 2, 20, 10]);
        let table = [
            row(torn, 1, 90.0, "Boil"),
            row(rest, 1, 70.0, "w ater"),
            line(whole),
            row(whole, 1, 95.0, "Boil the"),
            row(whole, 2, 95.0, "water"),
            row(other, 1, 95.0, "Soup"),
        ];
        assert_eq!(lines_of(&table.join("\n"), 1), [["Soup", "Boil the water"]]);
        let unsure = table.map(|row| row.replace("\t95\t", "\t61\t"));
        assert_eq!(lines_of(&unsure.join("\n"), 1), [["Soup", "Boil the water"]], "it has more letters");
        let wrong = [row(torn, 1, 90.0, "Tomato"), row(whole, 1, 65.0, "T0rnato")];
        assert_eq!(lines_of(&wrong.join("\n"), 1), [["Tomato"]]);
    }

    #[test]
    fn noise_is_no_line() {
        for (text, confidence) in
            [("Tomato", 31.0), ("x", 95.0), ("|~_=", 80.0), ("--- a b", 90.0), ("", 95.0)]
        {
            let table = row([1, 1, 5, 5], 1, confidence, text);
            assert_eq!(lines_of(&table, 1), [Vec::<String>::new()], "{text}");
        }
    }
}
