//! Tesseract reads the text in pictures on this machine.
//!
//! Takes the stills of one video; gives the lines of each. Fails as transient when the program or a
//! language is missing or it takes too long. Two processes share the stills: starting one and loading a
//! language costs as much as reading a picture. Tesseract sees letters in leaves and faces, so a line
//! counts only when most of its words are sure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tokio::fs;

use crate::adapters::tool::Tool;
use crate::failure::{Failure, Outcome};
use crate::ports::{Frame, FrameText, TextReader};

/// What the engine is called in logs and on the page.
const NAME: &str = "tesseract";

/// Processes at a time; each uses one core.
const PROCESSES: usize = 2;

/// Time for starting and loading a language on a busy machine.
const START_TIME: Duration = Duration::from_secs(30);

/// Time for one picture; a page full of noise takes a few seconds.
const PICTURE_TIME: Duration = Duration::from_secs(10);

/// A picture of 1,280 pixels a side needs a tenth of it.
const MEMORY_BYTES: u64 = 2 << 30;

/// The table has about 60 bytes for each word it guesses at.
const TABLE_BYTES: usize = 16 << 20;

/// Words below this are guesses; Tesseract gives 90 and more to printed captions, of 100.
const SURE: f64 = 60.0;

/// How Tesseract is run.
#[derive(Debug, Clone)]
pub struct TesseractSettings {
    /// The program.
    pub program: PathBuf,
    /// The languages to read, as Tesseract names them: `eng`, or several as `eng+deu`.
    pub languages: String,
}

/// Reads text in pictures with Tesseract.
#[derive(Debug, Clone)]
pub struct Tesseract {
    settings: TesseractSettings,
}

impl Tesseract {
    /// A reader with these settings; nothing runs yet.
    pub fn new(settings: TesseractSettings) -> Self {
        Self { settings }
    }

    /// The program's version, if it has the languages it shall read. Asked once at start-up.
    pub async fn check(&self) -> Outcome<String> {
        let ask = |question| Tool::new(&self.settings.program, &std::env::temp_dir()).arg(question).succeed();
        let (version, languages) = tokio::try_join!(ask("--version"), ask("--list-langs"))?;
        let known = languages.text();
        for wanted in self.settings.languages.split('+') {
            if !known.lines().any(|line| line.trim() == wanted) {
                let cause = anyhow!("tesseract lacks the language {wanted}: install tesseract-ocr-{wanted}");
                return Err(Failure::transient(cause));
            }
        }
        Ok(version.text().lines().next().unwrap_or_default().to_owned())
    }

    /// Reads some pictures in one process; gives the lines of each.
    async fn read_some(&self, part: usize, frames: &[Frame]) -> Outcome<Vec<Vec<String>>> {
        let Some(folder) = frames.first().and_then(|frame| frame.path.parent()) else {
            return Ok(Vec::new());
        };
        let mut list = Vec::new();
        for frame in frames {
            let path =
                fs::canonicalize(&frame.path).await.context("a still is gone").map_err(Failure::transient)?;
            list.extend_from_slice(path.as_os_str().as_encoded_bytes());
            list.push(b'\n');
        }
        let name = format!("stills-{part}.txt");
        let written = fs::write(folder.join(&name), list).await;
        written.map_err(|error| Failure::of_file(error).context("cannot list the stills"))?;
        let pictures = u32::try_from(frames.len()).unwrap_or(u32::MAX);
        let finished = Tool::new(&self.settings.program, folder)
            .timeout(START_TIME + PICTURE_TIME * pictures)
            .stdout_bytes(TABLE_BYTES)
            .memory_bytes(MEMORY_BYTES)
            // Its own threads make it slower, not faster.
            .env("OMP_THREAD_LIMIT", "1")
            // 11 looks for text anywhere, in no order: captions are no page.
            .args([&name, "stdout", "-l", &self.settings.languages, "--psm", "11", "tsv"])
            .succeed()
            .await?;
        Ok(lines_of(&finished.text(), frames.len()))
    }
}

#[async_trait]
impl TextReader for Tesseract {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>> {
        let share = frames.len().div_ceil(PROCESSES).max(1);
        let parts = frames.chunks(share).enumerate().map(|(part, frames)| self.read_some(part, frames));
        let lines = futures_util::future::try_join_all(parts).await?;
        let texts = frames.iter().zip(lines.into_iter().flatten());
        Ok(texts.map(|(frame, lines)| FrameText { at: frame.at, lines, spoilt: false }).collect())
    }
}

/// One word of the table.
struct Word<'a> {
    text: &'a str,
    confidence: f64,
}

/// The sure lines of each picture out of Tesseract's table, in reading order.
///
/// Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text. Level 5
/// is a word. Sparse reading gives blocks in no order, so lines are put in that of the eye: down, and along each row.
fn lines_of(table: &str, pictures: usize) -> Vec<Vec<String>> {
    let mut lines: Vec<BTreeMap<Place, Vec<Word>>> = (0..pictures).map(|_| BTreeMap::new()).collect();
    let mut places: BTreeMap<[&str; 4], Place> = BTreeMap::new();
    for row in table.lines() {
        let columns: Vec<&str> = row.splitn(12, '\t').collect();
        let &[level, page, block, paragraph, line, _, left, top, _, height, confidence, text] =
            columns.as_slice()
        else {
            continue;
        };
        let (Ok(left), Ok(top), Ok(height), Ok(confidence)) =
            (left.parse(), top.parse(), height.parse(), confidence.parse())
        else {
            continue;
        };
        let at = [page, block, paragraph, line];
        if level == "4" {
            places.insert(at, Place { top, left, height });
        }
        let picture = page.parse::<usize>().ok().and_then(|page| page.checked_sub(1));
        let Some(lines) = picture.and_then(|picture| lines.get_mut(picture)).filter(|_| level == "5") else {
            continue;
        };
        let place = places.get(&at).copied().unwrap_or(Place { top, left, height });
        lines.entry(place).or_default().push(Word { text: text.trim(), confidence });
    }
    lines.into_iter().map(in_rows).collect()
}

/// The sure lines of one picture. Those at one height are a row, read from the left: a figure that stands a few pixels
/// higher than its word is not read before it.
fn in_rows(lines: BTreeMap<Place, Vec<Word>>) -> Vec<String> {
    let mut rows: Vec<Vec<(Place, Vec<Word>)>> = Vec::new();
    for (place, words) in lines {
        match rows.last_mut().filter(|row| row.first().is_some_and(|(first, _)| first.is_level_with(place))) {
            Some(row) => row.push((place, words)),
            None => rows.push(vec![(place, words)]),
        }
    }
    let in_order = rows.into_iter().flat_map(|mut row| {
        row.sort_by_key(|(place, _)| (place.left, place.top));
        row
    });
    in_order.filter_map(|(_, words)| sure_line(&words)).collect()
}

/// Where a line begins and how high it is, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    top: u32,
    left: u32,
    height: u32,
}

impl Place {
    /// Whether half of the lower one lies beside the other.
    fn is_level_with(self, other: Self) -> bool {
        let bottom = |place: Self| place.top.saturating_add(place.height);
        let shared = bottom(self).min(bottom(other)).saturating_sub(self.top.max(other.top));
        shared > 0 && shared.saturating_mul(2) >= self.height.min(other.height)
    }
}

/// The line when it reads like words: most letters are sure, and it has more letters than scribbles.
fn sure_line(words: &[Word]) -> Option<String> {
    let words: Vec<&Word> = words.iter().filter(|word| !word.text.is_empty()).collect();
    let letters = |word: &Word| word.text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let all: usize = words.iter().map(|word| letters(word)).sum();
    let sure: usize = words.iter().filter(|word| word.confidence >= SURE).map(|word| letters(word)).sum();
    let signs: usize = words.iter().map(|word| word.text.chars().count()).sum();
    // A single letter is more often a corner of something than a caption.
    let reads = all >= 2 && sure * 3 >= all * 2 && all * 2 > signs;
    reads.then(|| words.iter().map(|word| word.text).collect::<Vec<_>>().join(" "))
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
            row([3, 1, 5, 5], 1, 88.0, "Basil"),
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
    fn noise_is_no_line() {
        for (text, confidence) in
            [("Tomato", 31.0), ("x", 95.0), ("|~_=", 80.0), ("--- a b", 90.0), ("", 95.0)]
        {
            let table = row([1, 1, 5, 5], 1, confidence, text);
            assert_eq!(lines_of(&table, 1), [Vec::<String>::new()], "{text}");
        }
    }
}
