//! What a numeral or an English number word means; `1.500` means two things. Tested with the amounts it is part of.

/// What a written numeral may mean, the likeliest first.
pub(super) fn readings(numeral: &str) -> Vec<f64> {
    let (digits, fraction) = match numeral.char_indices().next_back() {
        Some((at, last)) if fraction(last).is_some() => (numeral.get(..at).unwrap_or(""), fraction(last)),
        _ => (numeral, None),
    };
    if let Some(fraction) = fraction {
        return if digits.is_empty() {
            vec![fraction]
        } else {
            digits.parse::<f64>().map(|whole| vec![whole + fraction]).unwrap_or_default()
        };
    }
    let parts: Vec<&str> = digits.split(|letter: char| !letter.is_ascii_digit()).collect();
    let marks: Vec<char> = digits.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let mut found = whole_readings(&parts, &marks);
    // Lists, times, days and "2 200 g" mean each of their parts.
    if found.is_empty() || marks.contains(&' ') || marks.contains(&'/') {
        found.extend(parts.iter().filter_map(|part| part.parse::<f64>().ok()));
    }
    found.retain(|reading| reading.is_finite());
    found
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

fn part_of(over: &str, under: &str) -> Option<f64> {
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
