//! Joins what was read in many stills into what was shown: each line once, at its first appearance.
//!
//! Takes the lines of each still with its moment; gives the lines in the order of time, then of reading.
//! The same caption is read slightly differently in each still, so readings that differ only in what readers of
//! pictures confuse are one line, in the spelling seen most often: letters that look alike, an accent that is
//! missing, a letter cut off at an end. Whatever else differs may be an amount or an ingredient, and a line too many
//! costs less than one that is lost: "the butter" and "the batter", 三分钟 and 五分钟 are two lines. No line is made
//! up: each was read exactly so.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::media::{At, ScreenLine};

/// Lines of one still that are looked at: a screenshot of a long page, as long as it may be, has no more.
const LINES_A_STILL: usize = 400;

/// Different lines of all stills. Nobody is shown more: the page takes 100,000 letters, the model is given 20,000. A
/// bound on the work and the memory.
const MOST_LINES: usize = 10_000;

/// Spellings of one caption that are told apart; the right one is among the first. A bound on the work.
const MOST_READINGS: usize = 8;

/// Different readings of a caption come from stills close to each other, so a line is compared with this
/// many of the latest other lines. A bound on the work, too: the texts are a stranger's.
const COMPARED_WITH: usize = 60;

/// Longest line kept, in characters.
const LINE_CHARS: usize = 200;

/// Shorter texts must agree in every letter: a look-alike is a good part of them.
const SHORTEST_ALIKE: usize = 6;

/// So many letters of a word must be left for one that is cut off: "pea" and "pear" are two things.
const SHORTEST_CUT: usize = 5;

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
    letters: Vec<Letter>,
    /// Its numbers and the signs that change what is meant, in their order.
    numbers: Vec<String>,
}

/// A letter as readers of pictures see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Letter {
    /// What it is, in lower case.
    is: char,
    /// Without its accents, one for all that look like it.
    looks: char,
    has_accent: bool,
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
        let known = self.known.get(&core).copied();
        if known.is_none() && self.known.len() >= MOST_LINES {
            return;
        }
        let number = known.or_else(|| self.alike(&text, &core));
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
    fn alike(&self, text: &str, core: &Core) -> Option<usize> {
        let latest = self.captions.iter().enumerate().rev().take(COMPARED_WITH);
        let mut found =
            latest.filter(|(_, caption)| caption.readings.iter().any(|reading| reading.alike(text, core)));
        found.next().map(|(number, _)| number)
    }
}

impl Caption {
    fn read(&mut self, text: String, core: &Core) {
        if let Some(reading) = self.readings.iter_mut().find(|reading| reading.text == text) {
            reading.times += 1;
        } else if self.readings.len() < MOST_READINGS {
            self.readings.push(Reading { text, core: core.clone(), times: 1 });
        }
    }

    /// The reading seen most often; of those seen as often the longest, for letters get lost, not added.
    fn spelling(self) -> String {
        // `max_by_key` takes the last of equals, and the first reading is the one to keep.
        let best = self.readings.into_iter().rev().max_by_key(|reading| (reading.times, reading.text.len()));
        best.map(|reading| reading.text).unwrap_or_default()
    }
}

impl Reading {
    /// Whether this and another text are readings of one line.
    fn alike(&self, text: &str, core: &Core) -> bool {
        let one = (self.text.as_str(), self.core.letters.as_slice());
        let two = (text, core.letters.as_slice());
        let ((shorter, short), (_, long)) = if one.1.len() <= two.1.len() { (one, two) } else { (two, one) };
        let may_differ = self.core.numbers == core.numbers && short.len() >= SHORTEST_ALIKE;
        may_differ && (look_alike(short, long) || is_cut_off(shorter, short, long))
    }
}

impl Core {
    fn of(text: &str) -> Self {
        let (mut letters, mut numbers) = (Vec::new(), Vec::new());
        // In one form, whatever the width of the signs and however accents are put together.
        let text: Vec<char> = text.nfkc().flat_map(char::to_lowercase).nfc().collect();
        let mut before = None;
        let mut parts = text.chunk_by(|one, next| one.is_alphanumeric() == next.is_alphanumeric()).peekable();
        while let Some(part) = parts.next() {
            let after = parts.peek().and_then(|next| next.first()).copied();
            let word: String = part.iter().collect();
            if !word.starts_with(char::is_alphanumeric) {
                numbers.extend(telling_signs(part, before, after));
            } else if word.chars().any(char::is_numeric) {
                let number: String = word.chars().map(as_digit).collect();
                letters.extend(number.chars().map(Letter::plain));
                numbers.push(number);
            } else {
                Letter::spell(&word, &mut letters);
            }
            before = part.last().copied();
        }
        Self { letters, numbers }
    }
}

/// Signs that make another thing of what they stand at: `10 %` is not `10 €`, `-18` not `18`, `C++` neither `C` nor
/// `C#`. What stands beside a hyphen or before a tag says the same without it.
fn telling_signs(signs: &[char], before: Option<char>, after: Option<char>) -> Vec<String> {
    let beside = |at: Option<usize>, outside| at.and_then(|at| signs.get(at)).copied().or(outside);
    let tells = |(at, sign): (usize, &char)| {
        let left = if at == 0 { before } else { beside(at.checked_sub(1), None) };
        let right = beside(Some(at + 1), after);
        let at_a_word = left.is_some_and(char::is_alphanumeric);
        let tells = match sign {
            '%' | '‰' | '€' | '$' | '£' | '¥' => true,
            '+' => at_a_word || left == Some('+') || right.is_some_and(char::is_numeric),
            '#' => at_a_word,
            '-' | '−' | '–' => !at_a_word && right.is_some_and(char::is_numeric),
            _ => false,
        };
        tells.then(|| if matches!(sign, '−' | '–') { "-".to_owned() } else { sign.to_string() })
    };
    signs.iter().enumerate().filter_map(tells).collect()
}

impl Letter {
    fn plain(is: char) -> Self {
        Self { is, looks: is, has_accent: false }
    }

    fn of(is: char) -> Self {
        let mut parts = std::iter::once(is).nfd();
        let bare = parts.next().unwrap_or(is);
        // Marks of other scripts, such as the Japanese voicing marks, make another sound.
        let has_accent = parts.next().is_some_and(|mark| ('\u{300}'..='\u{36f}').contains(&mark));
        Self { is, looks: look_of(if has_accent { bare } else { is }), has_accent }
    }

    /// The letters of a word; two that touch are read as one.
    fn spell(word: &str, letters: &mut Vec<Self>) {
        let begins = letters.len();
        for letter in word.chars().map(Self::of) {
            let joined = match letters.get(begins..).and_then(<[Self]>::last) {
                Some(last) if (last.is, letter.is) == ('r', 'n') => 'm',
                Some(last) if (last.is, letter.is) == ('v', 'v') => 'w',
                _ => {
                    letters.push(letter);
                    continue;
                }
            };
            letters.pop();
            letters.push(Self::plain(joined));
        }
    }

    /// Whether the one may be read for the other: an accent gets lost, but is not taken for another one.
    fn resembles(self, other: Self) -> bool {
        self.is == other.is || self.looks == other.looks && !(self.has_accent && other.has_accent)
    }
}

fn look_alike(one: &[Letter], two: &[Letter]) -> bool {
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.resembles(*two))
}

/// Whether the shorter line lacks the first or the last letter of the other: it was cut by the border, or not
/// all there yet. Scripts without capitals are not cut: there a letter is a syllable or a word.
fn is_cut_off(shorter: &str, short: &[Letter], long: &[Letter]) -> bool {
    let left = |word: Option<&str>| word.is_some_and(|word| word.chars().count() >= SHORTEST_CUT);
    let mut words = shorter.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let (first, last) = (words.clone().next(), words.next_back());
    let behind = long.split_last().filter(|(cut, rest)| cut.is.is_lowercase() && look_alike(short, rest));
    let before = long.split_first().filter(|(cut, rest)| cut.is.is_lowercase() && look_alike(short, rest));
    behind.is_some() && left(last) || before.is_some() && left(first)
}

/// One letter for all that look like it, of any script that is read together with Latin letters.
fn look_of(letter: char) -> char {
    match letter {
        'i' | 'ı' | 'і' => 'l',
        'e' | 'с' | 'е' => 'c',
        'а' => 'a',
        'к' => 'k',
        'м' => 'm',
        'о' | 'ο' => 'o',
        'р' => 'p',
        'т' => 't',
        'у' => 'y',
        'х' => 'x',
        other => other,
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
    fn what_readers_of_pictures_confuse_is_one_line_and_whatever_else_differs_is_two() {
        let one = [
            ("lngredients", "Ingredients"),
            ("Stir the bow1", "Stir the bow1."),
            ("Add 500 g of fIour", "Add 500 g of flour"),
            ("Bake for 2O minutes", "Bake for 20 minutes"),
            ("Bake for l0 minutes", "Bake for 10 minutes"),
            ("Add the com flakes", "Add the corn flakes"),
            ("A savvy cook", "A sawy cook"),
            ("Serve with cheesc", "Serve with cheese"),
            ("Creme brulee", "Crème brûlée"),
            ("Hähnchen würzen", "Hahnchen wurzen"),
            ("Full recip", "Full recipe"),
            ("omato soup", "Tomato soup"),
            ("2 ONIONS, CHOPPED", "2 onions chopped"),
            ("５００ｇの小麦粉", "500gの小麦粉"),
            ("Добавьте сoль", "Добавьте соль"),
            ("弱火で30分煮る", "弱火で30分煮る。"),
            ("• low-fat milk", "low fat milk"),
            ("10 % off today", "10% off today"),
            ("Tag #soupseason", "Tag soupseason"),
        ];
        let two = [
            ("C", "C++"),
            ("C++", "C#"),
            ("10 %", "10 €"),
            ("$5", "5€"),
            ("+5", "-5"),
            ("−18 °C in the freezer", "18 °C in the freezer"),
            ("弱火で３０分煮る", "弱火で５０分煮る"),
            ("煮三分钟即可享用", "煮五分钟即可享用"),
            ("加一点盐再煮一会", "加一点糖再煮一会"),
            ("加一点盐再煮", "加一点盐再煮熟"),
            ("さとうをかけてまぜる", "さとうをがけてまぜる"),
            ("소금을 넣고 끓인다", "소금은 넣고 끓인다"),
            ("أضف ٣ ملاعق سكر", "أضف ٥ ملاعق سكر"),
            ("चीनी ३ चम्मच डालें", "चीनी ५ चम्मच डालें"),
            ("Add ½ cup sugar", "Add ¼ cup sugar"),
            ("Add 1.5 cups", "Add 15 cups"),
            ("Mix the butter", "Mix the batter"),
            ("Cut the bread", "Cut the beard"),
            ("Cook for sixty seconds", "Cook for sixth seconds"),
            ("Hornea sesenta minutos", "Hornea setenta minutos"),
            ("Sobald es kocht", "Sobald es kochst"),
            ("50 g bơ cho bánh", "50 g bò cho bánh"),
            ("Add the pea", "Add the pear"),
            ("Добавьте муку", "Добавьте мяту"),
            ("left", "lift"),
            ("Fall", "Fail"),
        ];
        for (pairs, lines) in [(&one[..], 1), (&two[..], 2)] {
            for (first, second) in pairs {
                assert_eq!(shown(&[&[first], &[second]]).len(), lines, "{first} / {second}");
                assert_eq!(shown(&[&[second], &[first]]).len(), lines, "{second} / {first}");
            }
        }
    }

    #[test]
    fn stills_may_come_in_any_order() {
        let stills = [(At(2.0), vec!["later".to_owned()]), (At(1.0), vec!["sooner".to_owned()])];
        let texts: Vec<String> = merge(&stills).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["sooner", "later"]);
    }

    #[test]
    fn a_long_screenshot_is_read_to_its_end() {
        let page: Vec<String> = (1..=400).map(|line| format!("Line {line} of the recipe")).collect();
        let lines = merge(&[(At::picture(1), page.clone())]);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, page);
    }

    #[test]
    fn of_lines_without_end_as_many_are_kept_as_anybody_is_shown() {
        let page =
            |at: u32| (At(f64::from(at)), (0..400).map(|line| format!("{at} {line} onions")).collect());
        let read = |stills: u32| merge(&(0..stills).map(page).collect::<Vec<_>>()).len();
        assert_eq!((read(2), read(30)), (800, MOST_LINES));
    }

    #[test]
    fn captions_in_ever_more_spellings_cost_no_more_than_those_in_a_few() {
        // 50 that differ at their end alone, each in 20 spellings.
        let letters = |number: usize, [unset, set]: [char; 2]| -> String {
            (0..16).map(|bit| if (number >> bit) & 1 == 1 { set } else { unset }).collect()
        };
        let mut shown = Shown::default();
        for number in 0..50 * 20 {
            let (spelling, caption) = (letters(number / 50, ['l', 'i']), letters(number % 50, ['p', 'q']));
            shown.add(At(0.0), &format!("{spelling}{caption}"));
        }
        let kept: Vec<usize> = shown.captions.iter().map(|caption| caption.readings.len()).collect();
        assert_eq!(kept, [MOST_READINGS; 50]);
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
            let distinct: std::collections::HashSet<Core> = cores.drain(..).collect();
            prop_assert_eq!(distinct.len(), all);
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
