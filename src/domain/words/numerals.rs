//! What a numeral or an English number word means; `1.500` means two things. Tested with the amounts it is part of.

/// What a written numeral may mean.
#[derive(Debug, Default)]
pub(super) struct Numeral {
    /// As one number, the likeliest first.
    pub(super) whole: Vec<f64>,
    /// As several numbers, all of which it says: `8.5/10`, `12:30`, `2 200 g`.
    pub(super) parts: Vec<f64>,
}

impl Numeral {
    /// A number that means one thing.
    pub(super) fn of(value: f64) -> Self {
        Self { whole: vec![value], parts: Vec::new() }
    }
}

/// What a written numeral may mean; nothing where it is too long to be a number.
pub(super) fn numeral(written: &str) -> Numeral {
    let (digits, fraction) = match written.char_indices().next_back() {
        Some((at, last)) if fraction(last).is_some() => (written.get(..at).unwrap_or(""), fraction(last)),
        _ => (written, None),
    };
    if let Some(fraction) = fraction {
        return with_fraction(digits, fraction);
    }
    let parts: Vec<&str> = digits.split(|letter: char| !letter.is_ascii_digit()).collect();
    let marks: Vec<char> = digits.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let mut found = Numeral { whole: whole_readings(&parts, &marks), parts: Vec::new() };
    // Lists, times, days and "2 200 g" mean each of their parts.
    if found.whole.is_empty() || marks.contains(&' ') || marks.contains(&'/') {
        found.parts = digits.split('/').flat_map(|part| parts_between_slashes(part, &marks)).collect();
    }
    found.whole.retain(|reading| reading.is_finite());
    found.parts.retain(|reading| reading.is_finite());
    found
}

/// `1½`, and `1 ½`, which may be two numbers.
fn with_fraction(digits: &str, fraction: f64) -> Numeral {
    let number = digits.trim_end_matches([' ', '\u{a0}', '\u{2009}', '\u{202f}']);
    if number.is_empty() {
        return Numeral::of(fraction);
    }
    let Some(whole) = number.parse::<f64>().ok().filter(|whole| whole.is_finite()) else {
        return Numeral::default();
    };
    let parts = if number == digits { Vec::new() } else { vec![whole, fraction] };
    Numeral { whole: vec![whole + fraction], parts }
}

/// The numbers between two strokes: one such as the 8.5 in `8.5/10`, else each row of digits.
fn parts_between_slashes(part: &str, all_marks: &[char]) -> Vec<f64> {
    let rows: Vec<&str> = part.split(|letter: char| !letter.is_ascii_digit()).collect();
    let marks: Vec<char> = part.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let whole = if all_marks.contains(&'/') { whole_readings(&rows, &marks) } else { Vec::new() };
    match whole.first() {
        Some(whole) => vec![*whole],
        None => rows.iter().filter_map(|row| row.parse::<f64>().ok()).collect(),
    }
}

/// The readings of a numeral as one number.
fn whole_readings(parts: &[&str], marks: &[char]) -> Vec<f64> {
    let number = |text: String| text.parse::<f64>().ok();
    let grouped = |parts: &[&str]| {
        parts.first().is_some_and(|part| part.len() <= 3) && parts.iter().skip(1).all(|part| part.len() == 3)
    };
    let decimal = |mark: char| matches!(mark, '.' | ',');
    match (parts, marks) {
        ([whole], []) => number((*whole).to_owned()).into_iter().collect(),
        ([whole, over, under], [' ', '/']) => part_of(over, under)
            .zip(number((*whole).to_owned()))
            .map(|(part, whole)| whole + part)
            .into_iter()
            .collect(),
        ([over, under], ['/']) => part_of(over, under).into_iter().collect(),
        (_, [first, ..])
            if grouped(parts) && marks.iter().all(|mark| mark == first) && !matches!(first, '/' | ':') =>
        {
            let mut found: Vec<f64> = number(parts.concat()).into_iter().collect();
            if let ([whole, rest], true) = (parts, decimal(*first)) {
                found.extend(number(format!("{whole}.{rest}")));
            }
            found
        }
        ([groups @ .., rest], [thousands @ .., last])
            if decimal(*last)
                && grouped_or_single(groups, grouped(groups))
                && thousands.iter().all(|mark| mark != last && !matches!(mark, '/' | ':')) =>
        {
            number(format!("{}.{rest}", groups.concat())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn grouped_or_single(groups: &[&str], grouped: bool) -> bool {
    groups.len() == 1 || grouped
}

/// A fraction; `20/05` is a day.
fn part_of(over: &str, under: &str) -> Option<f64> {
    if over.starts_with('0') || under.starts_with('0') {
        return None;
    }
    let (over, under) = (over.parse::<f64>().ok()?, under.parse::<f64>().ok()?);
    (under > 0.0).then(|| over / under)
}

fn fraction(letter: char) -> Option<f64> {
    Some(match letter {
        '½' => 0.5,
        '¼' => 0.25,
        '¾' => 0.75,
        '⅓' => 1.0 / 3.0,
        '⅔' => 2.0 / 3.0,
        '⅛' => 0.125,
        _ => return None,
    })
}

/// What a number written as an English word is.
pub(super) fn number_word(words: &str) -> Option<f64> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let at = |list: &[&str], word: &str| {
        list.iter().position(|known| *known == word).and_then(|at| u8::try_from(at).ok())
    };
    match words {
        "half" => return Some(0.5),
        "half a dozen" => return Some(6.0),
        "a dozen" => return Some(12.0),
        "a hundred" => return Some(100.0),
        "a thousand" => return Some(1000.0),
        _ => {}
    }
    let (first, second) = words.split_once([' ', '-']).unwrap_or((words, ""));
    if let Some(tens) = at(&TENS, first) {
        return Some(f64::from((tens + 2) * 10 + at(&UNITS, second).unwrap_or(0)));
    }
    at(&UNITS, first).map(f64::from)
}
