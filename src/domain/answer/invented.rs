//! Prose held against the input: a sentence with a number or a name that was neither said, shown nor
//! written is taken out whole, because what is left of it would claim something else.
//!
//! Takes a text that is harmless already; gives what may stay, and what was invented. Names are found as far
//! as writing tells them apart (`words::names`); in a column of names every word counts as one.

use std::collections::BTreeSet;

use chrono::Datelike;
use unicode_segmentation::UnicodeSegmentation;

use super::input::Input;
use super::sources::{plain_digits, without_phones};
use super::steps::counts_steps;
use super::{Refused, why};
use crate::domain::schema::Column;
use crate::domain::words::{
    Amount, Dimension, amounts_in, dates, fold, is_unspaced, listed, names, words, written_in,
};

/// The last word in the name of a text column that holds names, without accents: there a single word is one, too.
const NAME_WORDS: &str = "author creator person chef artist singer speaker guest brand shop company restaurant cafe hotel \
    place venue city town country region address street neighborhood neighbourhood \
    autor autorin kunstler koch marke laden geschaft firma ort stadt land adresse strasse \
    auteur marque magasin entreprise lieu ville pays adresse rue quartier \
    lugar restaurante marca ciudad pais tienda empresa direccion calle barrio autora cocinero \
    luogo ristorante citta paese regione negozio azienda indirizzo autore cuoco \
    cidade loja regiao endereco rua cozinheiro plaats winkel merk bedrijf adres straat kok maker \
    miasto kraj miejsce restauracja sklep marka ulica kucharz restoran mekan sehir ulke yazar magaza \
    restaurang plats butik sted \
    ресторан кафе отель город страна адрес место автор шеф повар магазин бренд улица місто країна адреса \
    店 店名 店舗 店舗名 お店 レストラン レストラン名 場所 住所 都市 国 国名 作者 著者 シェフ ブランド \
    餐厅 餐廳 餐厅名 餐厅名称 店铺 店鋪 地点 地點 地址 城市 国家 國家 品牌 \
    식당 가게 장소 주소 도시 나라 저자 작가 브랜드 \
    المطعم مطعم المكان مكان المدينة مدينة البلد بلد الدولة الشيف المؤلف المتجر الفندق";

/// Stands before or behind one of these and adds nothing: "Restaurant name".
const WORDS_FOR_NAME: &str =
    "name nome nombre naam nom navn namn nazwa imie adi имя название 이름 名前 名称 اسم";

/// Words that make the name of a column a question or a heading: "Why this place", "About the author".
const PROSE_WORDS: &str = "why about how what when note tip reason idea review story best to warum uber wie was notiz \
    tipp grund idee pourquoi propos comment avis raison porque sobre como nota razon perche come motivo cosa que quoi";

/// Units of time as a video's length is told in, by their beginnings, folded; and those that are a whole word.
const SECONDS: &str =
    "second sekund secund segund saniye секунд 秒 초 วินาที ثاني ثوان sekunt detik giay שני δευτερ masodperc";
const MINUTES: &str = "minut minuut minuto dakika минут хвилин 分 분 นาที دقيق دقائق menit phut דק λεπτ";
const SHORT_SECONDS: &str = "s sec sek seg сек";
const SHORT_MINUTES: &str = "min mins m мин хв perc";

/// Units that look like one of another kind: "pound" is money, too, "an" a year in French, "el" a spoon in German.
const VAGUE_UNITS: &str = "pound an el tl stuck second tag cal sol sole 分 度 周 日 г";

/// Behind the number of a year, folded; "г" is a gram as well.
const YEAR_UNITS: &str = "年 년 г год года سنة";

/// What may stay of a text, and what was taken out of it.
pub(super) struct Grounded {
    /// The sentences that may stay, as they were written.
    pub(super) text: String,
    /// The sentences that may not, shortened by whoever shows them.
    pub(super) refused: Vec<Refused>,
}

/// Takes the sentences with something invented out of a text; its lines stay lines.
pub(super) fn without_inventions(text: &str, input: &Input) -> Grounded {
    let mut refused = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut kept = String::with_capacity(line.len());
        for sentence in sentences(line) {
            match invention(sentence, input) {
                None => kept.push_str(sentence),
                Some(why) => refused.push(Refused { offered: sentence.trim().to_owned(), why }),
            }
        }
        let emptied = fold(&kept).is_empty() && !fold(line).is_empty();
        if !emptied {
            lines.push(kept.trim_end().to_owned());
        }
    }
    let text = lines.join("\n").trim().to_owned();
    Grounded { text, refused }
}

/// The sentences of a line. The full stop of "1 Std. 30 Min." ends none.
fn sentences(line: &str) -> Vec<&str> {
    const SHORTENED: &str = "std stdn hr hrs h godz ч";
    let is_shortened = |sentence: &str| {
        let last = sentence.trim_end().strip_suffix('.').and_then(|text| text.split_whitespace().next_back());
        last.is_some_and(|word| listed(SHORTENED, &fold(word)))
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (at, sentence) in line.split_sentence_bound_indices() {
        let end = at + sentence.len();
        let goes_on = line.get(end..).is_some_and(|rest| rest.starts_with(char::is_numeric));
        if !(goes_on && is_shortened(sentence)) {
            found.extend(line.get(start..end));
            start = end;
        }
    }
    found.extend(line.get(start..).filter(|rest| !rest.is_empty()));
    found
}

/// Why a short text may not stay as a whole, if it may not.
pub(super) fn invention(text: &str, input: &Input) -> Option<&'static str> {
    if has_invented_number(text, input) {
        return Some(why::NUMBER_NOT_IN_INPUT);
    }
    let names = names(text, input.language());
    let places = if names.is_empty() { BTreeSet::new() } else { input.known_places(text) };
    names.iter().any(|name| !input.knows_name_among(name, &places)).then_some(why::NAME_NOT_IN_INPUT)
}

/// Whether a column holds names alone, so that nothing in it is a judgement.
pub(super) fn holds_names(column: &Column) -> bool {
    let name = words(&column.name);
    let is_in = |list: &str, word: &str| listed(list, word) || listed(list, &fold(word));
    let is_prose = name.iter().any(|word| is_in(PROSE_WORDS, word));
    // "Restaurant name", "Place 2".
    let says_more = |word: &&String| !listed(WORDS_FOR_NAME, word) && !word.chars().all(char::is_numeric);
    let last = name.iter().rev().find(says_more);
    !is_prose && last.is_some_and(|last| is_in(NAME_WORDS, last))
}

/// Whether a text says a number that the input does not.
fn has_invented_number(text: &str, input: &Input) -> bool {
    let text = &plain_digits(&without_phones(text, |phone| input.phone(&phone.digits()).is_some()));
    let amounts = amounts_in(text, written_in(text, input.language()));
    amounts.iter().any(|amount| is_claim(text, amount) && !is_known(text, amount, input))
}

/// Whether an amount says something about the video.
fn is_claim(text: &str, amount: &Amount) -> bool {
    let behind = text.get(amount.start..).unwrap_or_default();
    if behind.starts_with(|first: char| first.is_ascii_digit()) {
        return !counts_steps(text, amount.start);
    }
    behind.starts_with(char::is_alphabetic)
        && !behind.starts_with(is_unspaced)
        && is_claim_in_words(text, amount)
}

/// The same for a number in words. People count to three themselves, but not to one and a half hours, say "one cup" for
/// "a cup", "one of the best" and "a hundred times"; "five-spice" is a name.
fn is_claim_in_words(text: &str, amount: &Amount) -> bool {
    const ARTICLE: f64 = 1.0;
    const COUNTED: f64 = 3.0;
    const EXAGGERATED: f64 = 100.0;
    match amount.dimension() {
        Some(Dimension::Time) => amount.value() > COUNTED || amount.value().fract() != 0.0,
        Some(Dimension::Count) => amount.value() > COUNTED,
        Some(_) => amount.value() > ARTICLE,
        None => {
            let written = text.get(amount.start..amount.end).unwrap_or_default();
            let is_compound =
                !amount.unit.is_empty() && written.trim_end_matches(char::is_alphabetic).ends_with('-');
            amount.value() > COUNTED && amount.value() < EXAGGERATED && !is_compound
        }
    }
}

/// Whether the input says what an amount claims, or it is part of a known day or the video's length. Of several numbers
/// in one, such as `8.5/10`, it has to say each.
fn is_known(text: &str, amount: &Amount, input: &Input) -> bool {
    let numeral = numeral(text, amount);
    let may_be_time = matches!(amount.dimension(), None | Some(Dimension::Time));
    let says = |number: f64| input.amount(|said| same_unit(said, amount) && said.reads(number)).is_some();
    let times = || amount.whole().iter().chain(&amount.as_time).filter(|_| may_be_time);
    let said_as_time = |said: &Amount| times().any(|number| said.reads_as_time(*number));
    amount.whole().iter().any(|number| says(*number))
        || (!amount.parts.is_empty() && amount.parts.iter().all(|part| says(*part)))
        || input.amount(said_as_time).is_some()
        || input.is_moment(numeral)
        || is_length(amount, input)
        || is_of_known_day(text, amount, numeral, input)
}

/// Whether each number in a name stands in the input beside a word it stands beside here: house numbers are easily made
/// up, and a 5 is soon said of something else. `around` is the word before and the one behind the name in a list.
pub(super) fn numbers_stand(name: &str, around: [Option<&str>; 2], input: &Input) -> bool {
    let name = plain_digits(&without_phones(name, |phone| input.phone(&phone.digits()).is_some()));
    let named = words(&name);
    let is_number = |word: &str| word.chars().all(|letter| letter.is_ascii_digit());
    let [before, behind] = around.map(|word| word.map(words).unwrap_or_default());
    let all: Vec<&String> = before.iter().chain(&named).chain(&behind).collect();
    let neighbour = |at: usize| all.get(at).map(|word| word.as_str());
    let stands = |at: usize, word: &str| {
        let near = [at.checked_sub(1).and_then(neighbour), neighbour(at + 1)];
        word.parse::<f64>().is_ok_and(|number| input.says_beside(number, &near))
    };
    let is_alone = all.len() == 1;
    let mut numbers = named.iter().enumerate().filter(|(_, word)| is_number(word));
    numbers.all(
        |(at, word)| if is_alone { input.words(word).is_some() } else { stands(before.len() + at, word) },
    )
}

/// The number as it is written, without its unit.
fn numeral<'a>(text: &'a str, amount: &Amount) -> &'a str {
    let written = text.get(amount.start..amount.end).unwrap_or_default();
    let end = written.find(|letter: char| !letter.is_ascii_digit() && !".,:/-".contains(letter));
    written
        .get(..end.unwrap_or(written.len()))
        .unwrap_or_default()
        .trim_end_matches(['.', ',', ':', '/', '-'])
}

/// Whether two amounts may be of one thing: 500 g say nothing about 500 kcal.
fn same_unit(said: &Amount, claimed: &Amount) -> bool {
    let vague = |amount: &Amount| listed(VAGUE_UNITS, &amount.unit);
    match (said.dimension(), claimed.dimension()) {
        (Some(said_in), Some(claimed_in)) => said_in == claimed_in || vague(said) || vague(claimed),
        _ => true,
    }
}

/// Whether the amount is the video's length.
fn is_length(amount: &Amount, input: &Input) -> bool {
    let begins = |list: &str| list.split_whitespace().any(|stem| amount.unit.starts_with(stem));
    let seconds_each = if listed(SHORT_SECONDS, &amount.unit) || begins(SECONDS) {
        1.0
    } else if listed(SHORT_MINUTES, &amount.unit) || begins(MINUTES) {
        60.0
    } else {
        return false;
    };
    amount.readings.iter().any(|number| input.is_length_in(*number, seconds_each))
}

/// Whether the number belongs to a day that the input names or on which the video was published, or is the
/// year of that.
fn is_of_known_day(text: &str, amount: &Amount, numeral: &str, input: &Input) -> bool {
    let published = input.published();
    let may_be_year = amount.dimension().is_none() || listed(YEAR_UNITS, &amount.unit);
    if published.is_some_and(|day| numeral == day.year().to_string()) && may_be_year {
        return true;
    }
    // A number belongs to the days that are not there without it.
    let end = amount.start + numeral.len();
    let without =
        format!("{}_{}", text.get(..amount.start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let others = dates(&without, published);
    let found = dates(text, published).into_iter().filter(|found| !others.contains(found));
    found.flat_map(|found| found.days).any(|day| input.day(day).is_some())
}
