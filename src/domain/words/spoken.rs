//! Numbers said in words of languages other than English: `fünf`, `deux`, `五个`.
//!
//! Takes a text and the language it is in; gives where in it numbers are said. One language's number is another
//! one's small word (`once`, `sei`, `ten`), so a text of a known language is read in that language alone, and in
//! one of an unknown language the words that mean one thing only are read. Never fails. Tested with the amounts
//! it is part of.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::{listed, names, words};

/// What the words of each language below mean, in their order.
const VALUES: [f64; 22] = [
    2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0,
    90.0, 100.0, 0.5,
];

/// The words of each language, accents taken off, `/` between several of one meaning. Those that are also
/// articles, and longer compounds, are left out: the first say too much, speech is written down with digits for
/// the others.
const SPOKEN: [(&str, &str); 10] = [
    (
        "de",
        "zwei drei vier funf sechs sieben acht neun zehn elf zwolf funfzehn zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert halb/halbe/halbes",
    ),
    (
        "fr",
        "deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt/vingts trente quarante cinquante soixante septante huitante nonante cent/cents demi",
    ),
    (
        "es",
        "dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien medio/media",
    ),
    (
        "it",
        "due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento mezzo/mezza",
    ),
    (
        "pt",
        "dois/duas tres quatro cinco seis sete oito nove dez onze doze/dose quinze vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem meio/meia",
    ),
    (
        "nl",
        "twee drie vier vijf zes zeven acht negen tien elf twaalf vijftien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd half/halve",
    ),
    (
        "pl",
        "dwa/dwie trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie pietnascie dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat sto pol",
    ),
    (
        "sv",
        "tva tre fyra fem sex sju atta nio tio elva tolv femton tjugo trettio fyrtio femtio sextio sjuttio attio nittio hundra halv/halva",
    ),
    (
        "da",
        "to tre fire fem seks syv otte ni ti elleve tolv femten tyve tredive fyrre halvtreds tres halvfjerds firs halvfems hundrede halv/halve",
    ),
    (
        "ru",
        "два/две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать пятнадцать двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто половина",
    ),
];

/// Numbers with a half in them, which are no other words in any language, accents taken off.
const WITH_HALF: [(f64, &str); 3] = [
    (
        1.5,
        "anderthalb anderthalbe anderthalben eineinhalb anderhalf anderhalve poltora poltorej poltorei полтора полторы полутора",
    ),
    (2.5, "zweieinhalb zweieinhalbe tweeenhalf tweeenhalve"),
    (3.5, "dreieinhalb dreieinhalbe drieenhalf drieenhalve"),
];

/// These mean something else in another language: "once the water boils", "social media", "ten przepis".
const AMBIGUOUS: &str = "once six sei media medio meio meia mezzo mezza cent due dos dose sept elf demi quince venti \
    otto sex to tre ti ni fire fem pol sto half halv halve dix cem";

/// These mean something else in their own language as well, such as "you are", "new" and "to sieve".
const HOMONYMS: &str = "sei neuf zeven media medio meio meia mezzo mezza pol piec";

/// Letters behind a number in Chinese and Japanese that show that it is one: 一 is also the beginning of
/// "together", 四 of "Sichuan".
const COUNTERS: &str = "个個只隻勺杯克斤升毫公分小天人份片块塊条條根颗顆粒次种種碗つ本枚時日週周月年円元度位名件步歩秒口瓶包盒袋匙台匹歳岁番回倍階层束株把大茶";

/// The meaning of a word in each language that has it.
static MEANINGS: LazyLock<HashMap<&'static str, Vec<(&'static str, f64)>>> = LazyLock::new(|| {
    let mut meanings: HashMap<_, Vec<_>> = HashMap::new();
    for (language, list) in SPOKEN {
        for (said, value) in list.split(' ').zip(VALUES) {
            for word in said.split('/') {
                meanings.entry(word).or_default().push((language, value));
            }
        }
    }
    meanings
});

/// A number said in a text.
pub(super) struct Said {
    /// Where it stands, in bytes.
    pub(super) at: Range<usize>,
    /// What it is.
    pub(super) value: f64,
    /// Whether it is a number only with a unit behind it.
    pub(super) needs_unit: bool,
}

/// The numbers said in a text of this language; of an unknown one, those that are numbers in any.
pub(super) fn said(text: &str, language: Option<&str>) -> Vec<Said> {
    let meant = |word: &str| {
        if let Some((value, _)) = WITH_HALF.iter().find(|(_, list)| listed(list, word)) {
            return Some(*value);
        }
        let meanings = MEANINGS.get(word)?;
        let own = |language: &str| meanings.iter().find(|(known, _)| names::is(language, known));
        let found = match language {
            Some(language) => own(language),
            None => meanings.first().filter(|(_, value)| {
                !listed(AMBIGUOUS, word)
                    && meanings.iter().all(|(_, other)| (other - value).abs() < f64::EPSILON)
            }),
        };
        found.map(|(_, value)| *value)
    };
    let in_words = text.unicode_word_indices().filter_map(|(start, written)| {
        let word = words(written).concat();
        let value = meant(&word)?;
        Some(Said { at: start..start + written.len(), value, needs_unit: listed(HOMONYMS, &word) })
    });
    let mut found: Vec<Said> = Vec::new();
    for next in in_words {
        match found.last_mut().and_then(|last| Some((together(text, last, &next)?, last))) {
            Some((value, last)) => {
                last.value = value;
                last.at.end = next.at.end;
            }
            None => found.push(next),
        }
    }
    found.extend(in_han(text));
    found
}

/// The number that two neighbours make: "vingt-cinq", "treinta y cinco", "deux cents", "quatre-vingt".
fn together(text: &str, one: &Said, next: &Said) -> Option<f64> {
    let between = text.get(one.at.end..next.at.start)?.trim().trim_matches('-').to_lowercase();
    let is_joined = matches!(between.as_str(), "" | "y" | "e" | "et" | "i");
    let is_round = one.value >= 10.0 && one.value % 10.0 == 0.0;
    // "Soixante-dix", "cent vingt".
    let takes_teens = one.value >= 60.0 && next.value < one.value;
    match (one.value, next.value) {
        _ if !is_joined => None,
        (2.0..=9.0, 100.0) | (4.0, 20.0) if between.is_empty() => Some(one.value * next.value),
        (tens, ones) if is_round && (1.0..10.0).contains(&ones) || takes_teens && ones > 1.0 => {
            Some(tens + ones)
        }
        _ => None,
    }
}

/// The numbers said in a text's folded words, whatever language they are of.
pub(super) fn spoken_numbers(words: &[String]) -> Vec<f64> {
    let meant = |word: &String| {
        let value =
            MEANINGS.get(word.as_str()).and_then(|meanings| meanings.first()).map(|(_, value)| *value);
        value.or_else(|| han_value(word))
    };
    words.iter().filter_map(meant).collect()
}

/// Numbers in Chinese letters with a counter behind them.
fn in_han(text: &str) -> Vec<Said> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_han_numeral) {
        let start = text.len() - rest.len() + at;
        let run = text.get(start..).unwrap_or_default();
        let length = run.find(|letter| !is_han_numeral(letter)).unwrap_or(run.len());
        let (number, behind) = run.split_at(length);
        // "A quarter", "very" and "half of it" are no numbers.
        let is_very = |behind: &str| !behind.starts_with(['钟', '鐘', '間', '间']);
        let is_phrase = behind.starts_with("分之")
            || (matches!(number, "十" | "半") && behind.strip_prefix('分').is_some_and(is_very));
        let is_counted = behind.starts_with(|letter| COUNTERS.contains(letter)) && !is_phrase;
        if let Some(value) = han_value(number).filter(|_| is_counted) {
            found.push(Said { at: start..start + length, value, needs_unit: false });
        }
        rest = behind;
    }
    found
}

fn is_han_numeral(letter: char) -> bool {
    "一二两兩三四五六七八九十百半".contains(letter)
}

/// The value of a number in Chinese letters up to 999; none of a mere row of digits.
fn han_value(number: &str) -> Option<f64> {
    const DIGITS: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    if number == "半" {
        return Some(0.5);
    }
    let (mut whole, mut digit) = (0_u32, None);
    for letter in number.chars() {
        let letter = if matches!(letter, '两' | '兩') { '二' } else { letter };
        let place = match letter {
            '百' => 100,
            '十' => 10,
            _ => {
                let at = DIGITS.iter().position(|known| *known == letter)?;
                if digit.replace(u32::try_from(at + 1).ok()?).is_some() {
                    return None;
                }
                continue;
            }
        };
        whole += digit.take().unwrap_or(1) * place;
    }
    let value = whole + digit.unwrap_or(0);
    (value > 0).then(|| f64::from(value))
}
