//! Joins what was read in many stills into what was shown: each line once, at its first appearance.
//!
//! Takes the lines of each still with its moment; gives the lines in the order of time, then of reading.
//! The same caption is read slightly differently in each still, so readings that hardly differ are one line,
//! in the spelling seen most often. Two lines with different numbers never are: "Serves 4" and "Serves 6"
//! differ by one letter and by everything else. No line is made up: each was read exactly so.

use std::collections::HashMap;

use super::media::{At, ScreenLine};

/// Lines of one still that are looked at; a full page of small print has fewer.
const LINES_A_STILL: usize = 60;

/// Different readings of a caption come from stills close to each other, so a line is compared with this
/// many of the latest other lines. A bound on the work, too: the texts are a stranger's.
const COMPARED_WITH: usize = 60;

/// Longest line kept, in characters.
const LINE_CHARS: usize = 200;

/// Shorter texts must agree in every letter: "left" and "lift" are two words.
const SHORTEST_ALIKE: usize = 6;

/// Joins the readings of all stills.
pub fn merge(stills: &[(At, Vec<String>)]) -> Vec<ScreenLine> {
    let mut by_time: Vec<&(At, Vec<String>)> = stills.iter().collect();
    by_time.sort_by(|(one, _), (other, _)| one.0.total_cmp(&other.0));
    let mut shown = Shown::default();
    for (at, lines) in by_time {
        for line in lines.iter().take(LINES_A_STILL) {
            shown.add(*at, line);
        }
    }
    let lines = shown.captions.into_iter();
    lines.map(|caption| ScreenLine { at: caption.at, text: caption.spelling() }).collect()
}

/// One line as it appeared on the screen, with all its readings.
#[derive(Debug)]
struct Caption {
    at: At,
    readings: Vec<Reading>,
}

#[derive(Debug)]
struct Reading {
    text: String,
    core: Core,
    times: usize,
}

/// What two readings are compared by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Core {
    letters: String,
    numbers: Vec<String>,
}

#[derive(Debug, Default)]
struct Shown {
    captions: Vec<Caption>,
    known: HashMap<Core, usize>,
}

impl Shown {
    fn add(&mut self, at: At, line: &str) {
        let text = tidy(line);
        let core = Core::of(&text);
        if core.letters.is_empty() {
            return;
        }
        let number = self.known.get(&core).copied().or_else(|| self.alike(&core));
        if let Some(caption) = number.and_then(|number| self.captions.get_mut(number)) {
            caption.read(text, &core);
        } else {
            let reading = Reading { text, core: core.clone(), times: 1 };
            self.captions.push(Caption { at, readings: vec![reading] });
        }
        let last = self.captions.len().saturating_sub(1);
        self.known.entry(core).or_insert(number.unwrap_or(last));
    }

    /// A caption this may be another reading of, the latest first.
    fn alike(&self, core: &Core) -> Option<usize> {
        let latest = self.captions.iter().enumerate().rev().take(COMPARED_WITH);
        let mut found =
            latest.filter(|(_, caption)| caption.readings.iter().any(|reading| reading.core.alike(core)));
        found.next().map(|(number, _)| number)
    }
}

impl Caption {
    fn read(&mut self, text: String, core: &Core) {
        match self.readings.iter_mut().find(|reading| reading.text == text) {
            Some(reading) => reading.times += 1,
            None => self.readings.push(Reading { text, core: core.clone(), times: 1 }),
        }
    }

    /// The reading seen most often; of those seen as often the longest, for letters get lost, not added.
    fn spelling(self) -> String {
        // `max_by_key` takes the last of equals, and the first reading is the one to keep.
        let best = self.readings.into_iter().rev().max_by_key(|reading| (reading.times, reading.text.len()));
        best.map(|reading| reading.text).unwrap_or_default()
    }
}

impl Core {
    fn of(text: &str) -> Self {
        let (mut letters, mut numbers) = (String::new(), Vec::new());
        for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            if word.chars().any(|letter| letter.is_ascii_digit()) {
                let number: String = word.chars().map(as_digit).collect();
                letters.push_str(&number);
                numbers.push(number);
            } else {
                letters.push_str(&word);
            }
        }
        Self { letters, numbers }
    }

    /// Whether both may be readings of one line.
    fn alike(&self, other: &Self) -> bool {
        let (one, two) = (self.letters.chars().count(), other.letters.chars().count());
        let allowed = match one.min(two) {
            short if short < SHORTEST_ALIKE => 0,
            long => long / 8 + usize::from(long >= 12) + usize::from(long < 8),
        };
        self.numbers == other.numbers
            && one.abs_diff(two) <= allowed
            && strsim::levenshtein(&self.letters, &other.letters) <= allowed
    }
}

/// Letters that are read for digits and the other way round, inside a word with digits.
fn as_digit(letter: char) -> char {
    match letter {
        'o' => '0',
        'l' | 'i' => '1',
        's' => '5',
        other => other,
    }
}

/// One line with single blanks, cut to its greatest length.
fn tidy(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ").chars().take(LINE_CHARS).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the row is about, the lines of each still, one second apart, and what was shown.
    type Row = (&'static str, &'static [&'static [&'static str]], &'static [&'static str]);

    fn shown(stills: &[&[&str]]) -> Vec<String> {
        let stills: Vec<(At, Vec<String>)> = stills
            .iter()
            .zip(0_u8..)
            .map(|(lines, at)| (At(f64::from(at)), lines.iter().map(|&line| line.to_owned()).collect()))
            .collect();
        merge(&stills).into_iter().map(|line| format!("{} {}", line.at.seconds(), line.text)).collect()
    }

    #[test]
    fn readings_become_what_was_shown() {
        let table: [Row; 8] = [
            ("nothing", &[&[], &["", "  ", "|"]], &[]),
            ("once, at its first appearance", &[&["Tomato Soup"], &["Tomato Soup"]], &["0 Tomato Soup"]),
            (
                "time before reading order",
                &[&["Ingredients", "2 onions"], &["Ingredients", "1 pot"]],
                &["0 Ingredients", "0 2 onions", "1 1 pot"],
            ),
            (
                "the spelling seen most often",
                &[&["lngredients"], &["Ingredients"], &["Ingredients"]],
                &["0 Ingredients"],
            ),
            ("else the longest", &[&["Full recip"], &["Full recipe:"]], &["0 Full recipe:"]),
            ("numbers make another line", &[&["Serves 4"], &["Serves 6"]], &["0 Serves 4", "1 Serves 6"]),
            (
                "a zero read as a letter does not",
                &[&["20 minutes"], &["2O minutes"], &["20 minutes"]],
                &["0 20 minutes"],
            ),
            ("short words are not alike", &[&["left", "lift"]], &["0 left", "0 lift"]),
        ];
        for (what, stills, expected) in table {
            assert_eq!(shown(stills), expected, "{what}");
        }
    }

    #[test]
    fn stills_may_come_in_any_order() {
        let stills = [(At(2.0), vec!["later".to_owned()]), (At(1.0), vec!["sooner".to_owned()])];
        let texts: Vec<String> = merge(&stills).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["sooner", "later"]);
    }

    proptest! {
        #[test]
        fn lines_are_never_made_up_never_repeated_and_in_order(
            stills in prop::collection::vec((0.0..60.0_f64, prop::collection::vec("[a-dA-D0-2 .]{0,14}", 0..6)), 0..12)
        ) {
            let stills: Vec<(At, Vec<String>)> = stills.into_iter().map(|(at, lines)| (At(at), lines)).collect();
            let merged = merge(&stills);
            for line in &merged {
                let read_then = stills.iter().any(|(at, _)| *at == line.at);
                let read_so = stills.iter().flat_map(|(_, lines)| lines).any(|read| tidy(read) == line.text);
                prop_assert!(read_then && read_so, "{line:?}");
            }
            let mut cores: Vec<Core> = merged.iter().map(|line| Core::of(&line.text)).collect();
            let all = cores.len();
            cores.sort_by(|one, two| one.letters.cmp(&two.letters).then(one.numbers.cmp(&two.numbers)));
            cores.dedup();
            prop_assert_eq!(cores.len(), all);
            prop_assert!(merged.is_sorted_by(|one, two| one.at <= two.at));
            for line in stills.iter().flat_map(|(_, lines)| lines) {
                prop_assert!(Core::of(line).letters.is_empty() || !merged.is_empty());
            }
        }

        #[test]
        fn joining_what_is_joined_changes_nothing(lines in prop::collection::vec("[a-z0-9 ]{1,20}", 0..8)) {
            let once = merge(&[(At(0.0), lines)]);
            let again: Vec<(At, Vec<String>)> = once.iter().map(|line| (line.at, vec![line.text.clone()])).collect();
            prop_assert!(merge(&again).len() <= once.len());
        }
    }
}
