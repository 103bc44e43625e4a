//! Subtitle files of the platforms, `WebVTT` and `SubRip`, read as speech.
//!
//! Takes the text of a file, every letter of which a stranger chose; gives what is said and when. Cannot fail:
//! what is no cue is passed over. Automatic captions roll, each line comes again above the next one; such a
//! line counts once.

use super::media::Segment;
use super::speech::{Heard, said};

/// Longest file looked at, in bytes: three hours of automatic captions with the time of every word.
pub const MOST_BYTES: usize = 4_000_000;

/// Most lines kept; an hour of talk has about 1,500.
const MOST_LINES: usize = 20_000;

/// Longest line kept, in characters; the screen ends long before.
const LINE_CHARS: usize = 500;

/// A line that comes again while it rolls up was shown among the last so many.
const ROLLS: usize = 3;

/// And not longer ago than this, in seconds.
const ROLLS_WITHIN: f64 = 8.0;

/// Latest moment taken, in seconds: a day.
const LATEST: f64 = 86_400.0;

/// What the subtitles say.
pub fn speech(file: &str) -> Vec<Segment> {
    let mut lines: Vec<Heard> = Vec::new();
    let mut cue: Option<(f64, f64)> = None;
    for whole in file.lines() {
        let line = whole.trim();
        // A line of blanks is one that is still to roll up.
        if whole.is_empty() {
            cue = None;
        } else if let Some(times) = times(line) {
            cue = Some(times);
        } else if let Some((start, end)) = cue {
            add(&mut lines, start, end, &plain(line));
        }
        if lines.len() >= MOST_LINES {
            break;
        }
    }
    lines.sort_by(|one, other| one.start.total_cmp(&other.start));
    said(lines)
}

/// Adds a line, or prolongs the one it repeats.
fn add(lines: &mut Vec<Heard>, start: f64, end: f64, text: &str) {
    if text.is_empty() {
        return;
    }
    let mut recent = lines.iter_mut().rev().take(ROLLS);
    let same = recent.find(|line| line.text == text && start - line.end <= ROLLS_WITHIN);
    match same {
        Some(line) => line.end = line.end.max(end),
        None => lines.push(Heard { start, end, text: text.to_owned(), ..Heard::default() }),
    }
}

/// `00:01:02.500 --> 00:01:04.000 align:start`; `SubRip` has a comma, `WebVTT` may leave out the hours.
fn times(line: &str) -> Option<(f64, f64)> {
    let (from, to) = line.split_once("-->")?;
    let start = moment(from.trim())?;
    let end = moment(to.split_whitespace().next()?)?;
    (end >= start).then_some((start, end))
}

fn moment(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    for (number, part) in text.split(':').enumerate() {
        let digits = part.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','));
        if number > 2 || part.is_empty() || part.len() > 8 || !digits {
            return None;
        }
        seconds = seconds * 60.0 + part.replace(',', ".").parse::<f64>().ok()?;
    }
    (seconds <= LATEST).then_some(seconds)
}

/// A line without marks of style, time and place, and without what nobody sees.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len().min(LINE_CHARS * 4));
    let mut closing = None;
    for letter in line.chars() {
        match (closing, letter) {
            (None, '<') => closing = Some('>'),
            (None, '{') => closing = Some('}'),
            (Some(close), letter) if letter == close => closing = None,
            (None, letter) if letter.is_control() => text.push(' '),
            (None, letter) => text.push(letter),
            (Some(_), _) => {}
        }
    }
    // The ampersand last, so that nothing is unfolded twice.
    for (entity, letter) in [
        ("&nbsp;", " "),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    // Two arrows begin what another person says.
    let words: Vec<&str> = text.trim_start_matches(['>', ' ']).split_whitespace().collect();
    words.join(" ").chars().take(LINE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(file: &str) -> Vec<String> {
        let line = |segment: Segment| format!("{}-{} {}", segment.start.0, segment.end.0, segment.text);
        speech(file).into_iter().map(line).collect()
    }

    #[test]
    fn subtitles_of_both_kinds_are_speech_with_its_times() {
        let web = "WEBVTT\nKind: captions\nLanguage: en\n\nNOTE made by hand\n\nintro\n00:01.000 --> 00:02.500 align:start position:0%\n\
            <v Anna>Boil the <b>water</b> &amp; wait.\n\n01:00:02.000 --> 01:00:04.000\nSalt &lt; pepper\n{\\an8}and oil\n";
        assert_eq!(
            told(web),
            ["1-2.5 Boil the water & wait.", "3602-3604 Salt < pepper", "3602-3604 and oil"]
        );
        let rip = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Boil the water.</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n[Music]\r\n";
        assert_eq!(told(rip), ["1-2.5 Boil the water."]);
    }

    #[test]
    fn lines_that_roll_up_are_said_once_and_a_refrain_twice() {
        let rolling = "WEBVTT\n\n00:00:00.080 --> 00:00:02.000 align:start position:0%\n \nso<00:00:00.400><c> today</c><00:00:00.800><c> soup</c>\n\n\
            00:00:02.000 --> 00:00:02.010 align:start position:0%\nso today soup\n \n\n\
            00:00:02.010 --> 00:00:04.000 align:start position:0%\nso today soup\nwith<00:00:02.500><c> onions</c>\n\n\
            00:00:04.000 --> 00:00:04.010 align:start position:0%\nwith onions\n \n\n\
            00:00:04.010 --> 00:00:06.000 align:start position:0%\nwith onions\nand salt\n";
        assert_eq!(told(rolling), ["0.08-4 so today soup", "2.01-6 with onions", "4.01-6 and salt"]);
        let refrain = "00:00:01.000 --> 00:00:02.000\nhey now\n\n00:00:30.000 --> 00:00:31.000\nhey now\n";
        assert_eq!(told(refrain), ["1-2 hey now", "30-31 hey now"]);
    }

    #[test]
    fn what_is_no_subtitle_says_nothing() {
        for file in [
            "",
            "<html><body>Not found</body></html>",
            "{\"events\": []}",
            "00:00:05.000 --> 00:00:01.000\nbackwards\n",
            "99999999:00:00.000 --> 99999999:00:01.000\nlate\n",
            "-1:00 --> 00:02\nbefore\n",
            "NaN --> inf\nnever\n",
            "1e9 --> 2e9\nnever\n",
            "00:00:01.000 -->\nhalf\n",
            "00:00:01.000 --> 00:00:02.000\n<<<<<<<<<never closed\n",
            "00:00:01.000 --> 00:00:02.000\n\u{0}\u{1b}[2J\n\u{200e}\n",
            "00:00:01.000 --> 00:00:02.000\nSubtitles by the Amara.org community\n",
        ] {
            let said = told(file);
            assert!(said.iter().all(|line| line.ends_with("[2J")), "{file:?}: {said:?}");
        }
        let numbers = |most: usize| (0..most).map(|number| number.to_string());
        let lines: Vec<String> = numbers(30_000).map(|number| format!("line {number}")).collect();
        assert_eq!(
            speech(&format!("00:00:01.000 --> 00:00:02.000\n{}\n", lines.join("\n"))).len(),
            MOST_LINES
        );
        let long = format!("00:00:01.000 --> 00:00:02.000\n{}\n", numbers(9_999).collect::<String>());
        assert!(speech(&long).iter().all(|segment| segment.text.chars().count() <= LINE_CHARS));
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_reader(lines in prop::collection::vec("[0-9:., <>{}a-z&;-]{0,40}|[0-9]{1,2}:[0-9]{2}\\.[0-9]{3} --> [0-9]{1,2}:[0-9]{2}\\.[0-9]{3}|\\PC{0,20}", 0..30)) {
            let segments = speech(&lines.join("\n"));
            for segment in &segments {
                prop_assert!(segment.start.0 >= 0.0 && segment.end >= segment.start && segment.end.0 <= LATEST);
                prop_assert!(!segment.text.trim().is_empty());
            }
            prop_assert!(segments.is_sorted_by(|one, two| one.start <= two.start));
        }
    }
}
