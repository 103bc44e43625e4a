//! Currencies: their signs, codes and words, behind a number and before it.
//!
//! Takes what stands around a number; gives the currency as Notion's number formats are called, and how it was
//! named, because one sign is used for the money of several countries. Never fails. Tested with the units.

use super::{fold, listed};

/// How a currency is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// By a sign that several share: `$`.
    Sign,
    /// By a word that several share: `dollars`, `pesos`.
    Word,
    /// So that it is one alone: `CAD`, `R$`.
    Code,
}

/// The currency of an amount, and how it is named.
pub(super) type Money = (&'static str, Named);

/// Of countries for which Notion has no format: money, but never a column's.
const OTHER: &str = "other";

/// Codes, and Notion's format for them (developers.notion.com/reference/property-object); the last have none.
const CODES: [(&str, &str); 39] = [
    ("usd us$", "dollar"),
    ("cad c$ ca$ can$", "canadian_dollar"),
    ("aud a$ au$", "australian_dollar"),
    ("sgd s$", "singapore_dollar"),
    ("twd ntd nt$", "new_taiwan_dollar"),
    ("hkd hk$", "hong_kong_dollar"),
    ("nzd nz$", "new_zealand_dollar"),
    ("eur", "euro"),
    ("gbp", "pound"),
    ("jpy", "yen"),
    ("rub", "ruble"),
    ("inr", "rupee"),
    ("krw", "won"),
    ("cny rmb", "yuan"),
    ("brl r$", "real"),
    ("try", "lira"),
    ("idr", "rupiah"),
    ("chf", "franc"),
    ("sek", "krona"),
    ("nok", "norwegian_krone"),
    ("dkk", "danish_krone"),
    ("mxn mx$", "mexican_peso"),
    ("zar", "rand"),
    ("pln", "zloty"),
    ("thb", "baht"),
    ("huf", "forint"),
    ("czk", "koruna"),
    ("ils", "shekel"),
    ("clp", "chilean_peso"),
    ("php", "philippine_peso"),
    ("aed", "dirham"),
    ("sar", "riyal"),
    ("myr", "ringgit"),
    ("cop", "colombian_peso"),
    ("ars", "argentine_peso"),
    ("uyu", "uruguayan_peso"),
    ("pen", "peruvian_sol"),
    ("ron", "leu"),
    (
        "uah vnd egp ngn kes pkr bgn bdt lkr kzt gel isk rsd kwd bhd jod lbp tnd dzd mad qar omr bob crc gtq dop pyg",
        OTHER,
    ),
];

/// Codes that are no words in small letters.
const ALSO_SMALL: &str = "usd eur gbp jpy inr krw chf pln rub cad aud sgd hkd nzd cny rmb brl idr zar thb huf czk clp \
    mxn myr aed us$ c$ ca$ can$ a$ au$ s$ nt$ hk$ nz$ r$ mx$";

/// Signs, and words that mean money alone, folded.
const WORDS: [(&str, &str); 25] = [
    ("€ euro евро ユーロ 欧元 歐元 유로 يورو", "euro"),
    (
        "$ dollar dolar dolare dolary dolarow dollari buck доллар доллара долларов доллары ドル 美元 美金 달러 دولار",
        "dollar",
    ),
    ("£ quid sterling sterlina sterline 英镑 英鎊", "pound"),
    ("¥ ￥ yen 円 日元 日圓 иен иены иена", "yen"),
    ("₽ ruble rubel rublo rouble rubli рубль рубля рублеи рубли руб ルーブル 卢布 루블", "ruble"),
    ("₹ rupee ルピー 卢比 루피 рупии рупия", "rupee"),
    ("₩ won ウォン 韩元 韓元 원", "won"),
    ("yuan renminbi 元 人民币 人民幣 块钱 塊錢 юань юаня юанеи 위안", "yuan"),
    ("reais", "real"),
    ("₺ lira lirasi ليرة лир лиры リラ 里拉 리라", "lira"),
    ("franc franken franchi франк франка франков フラン 法郎 프랑 فرنك", "franc"),
    ("krona kronor", "krona"),
    ("kr krone kroner", "krone"),
    ("koruna korun koruny kc", "koruna"),
    ("₱", "philippine_peso"),
    ("peso ペソ 比索 페소 песо", "peso"),
    ("zl zloty zlote zlotych злотых злотыи", "zloty"),
    ("฿ baht บาท バーツ 泰铢 바트", "baht"),
    ("forint", "forint"),
    ("₪ shekel שקל שקלים шекелеи", "shekel"),
    ("rupiah rp", "rupiah"),
    ("ringgit", "ringgit"),
    ("dirham dirhem درهم دراهم دراهما дирхам дирхама дирхамов ディルハム", "dirham"),
    ("riyal rial ريال ريالات риял риала риалов", "riyal"),
    ("₫ ₴ ₦ hryvnia гривна гривен гривень грн dong dinar دينار دنانير جنيه naira taka тенге", OTHER),
];

/// Words that mean something else as well, folded: money in a column of that money alone, and what its format ends with.
const ALSO_MONEY: [(&str, &str); 20] = [
    ("pound pfund libra livre ポンド 파운드 фунт фунта фунтов", "pound"),
    ("tl try", "lira"),
    ("real", "real"),
    ("rand", "rand"),
    ("sek", "krona"),
    ("nok dkk", "krone"),
    ("nok", "norwegian_krone"),
    ("ft", "forint"),
    ("leu lei ron", "leu"),
    ("sol sole", "peruvian_sol"),
    ("fr sfr franco", "franc"),
    ("rs rupie rupia", "rupee"),
    ("rupia", "rupiah"),
    ("rm", "ringgit"),
    ("nis ils", "shekel"),
    ("元 块 塊", "new_taiwan_dollar"),
    ("元 蚊", "hong_kong_dollar"),
    ("块 塊", "yuan"),
    ("엔", "yen"),
    ("sar", "riyal"),
];

/// Words that stand before a number with their money, as written.
const BEFORE: [(&str, Money); 11] = [
    ("Euro", ("euro", Named::Word)),
    ("euro", ("euro", Named::Word)),
    ("Rs", ("rupee", Named::Word)),
    ("Rp", ("rupiah", Named::Word)),
    ("RM", ("ringgit", Named::Word)),
    ("Fr", ("franc", Named::Word)),
    ("SFr", ("franc", Named::Word)),
    ("kr", ("krone", Named::Sign)),
    ("Kr", ("krone", Named::Sign)),
    ("zł", ("zloty", Named::Word)),
    ("TL", ("lira", Named::Word)),
];

/// The lists of words above that mean money alone.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(list, _)| *list)
}

/// Whether a number format of Notion shows money.
pub fn is_currency(format: &str) -> bool {
    !matches!(format, "number" | "number_with_commas" | "percent" | "")
}

/// The money a word, a code or a sign means by itself.
pub(super) fn meant(written: &str) -> Option<Money> {
    let small = written.to_lowercase();
    let in_codes = CODES.iter().find(|(list, _)| listed(list, &small));
    // "Try", "all" and "mad" are words.
    let is_code = written.chars().all(|letter| !letter.is_lowercase()) || listed(ALSO_SMALL, &small);
    if let Some((_, format)) = in_codes.filter(|_| is_code) {
        return Some((format, Named::Code));
    }
    let is_sign = !written.starts_with(char::is_alphabetic);
    let key = if is_sign { small } else { fold(written) };
    let (_, format) = WORDS.iter().find(|(list, _)| listed(list, &key))?;
    // Three countries write "kr".
    let named = if is_sign || key == "kr" { Named::Sign } else { Named::Word };
    Some((format, named))
}

/// The money named before a number, and not behind another one.
pub(super) fn before(text: &str) -> Option<Money> {
    let text = text.strip_suffix([' ', '\u{a0}', '\u{202f}']).unwrap_or(text);
    let text = text.strip_suffix(['-', '−']).unwrap_or(text);
    let is_sign = text.ends_with(|last: char| meant(last.encode_utf8(&mut [0; 4])).is_some());
    let is_letter = |letter: char| letter.is_alphabetic();
    let bare = if is_sign {
        text.strip_suffix(|_: char| true).unwrap_or(text)
    } else {
        text.strip_suffix('.').unwrap_or(text)
    };
    let rest = bare.trim_end_matches(is_letter);
    let (word, sign) = (bare.get(rest.len()..)?, text.get(bare.len()..)?);
    if rest.trim_end().ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    if is_sign {
        return text.get(rest.len()..).and_then(meant).or_else(|| meant(sign));
    }
    let is_code = word.len() == 3 && (word.chars().all(char::is_uppercase) || listed(ALSO_SMALL, word));
    let by_code = || meant(word).filter(|_| is_code);
    BEFORE.iter().find(|(known, _)| *known == word).map(|(_, money)| *money).or_else(by_code)
}

/// Whether a word, folded, is one for the money of this format, whatever else it may mean: five pounds, 250 TL.
pub(super) fn is_of(format: &str, word: &str) -> bool {
    let of = |(list, ending): &(&str, &str)| format.ends_with(ending) && listed(list, word);
    WORDS.iter().chain(&ALSO_MONEY).any(of)
}

/// The format that this word asks for in brackets behind the name of a price: "Fiyat (TL)".
pub(super) fn asked_for(word: &str) -> Option<&'static str> {
    let of = |(list, format): &(&'static str, &'static str)| listed(list, &fold(word)).then_some(*format);
    meant(&word.to_uppercase())
        .or_else(|| meant(word))
        .map(|(format, _)| format)
        .or_else(|| ALSO_MONEY.iter().find_map(of))
}

/// Whether a column of this format takes money named like this.
pub(super) fn takes(format: &str, (found, named): Money) -> bool {
    let ends = |family: &[&str]| family.iter().any(|money| format.ends_with(money));
    match named {
        Named::Code => format == found,
        Named::Word => ends(&[found]),
        // The signs are used for these as well; the words are not.
        Named::Sign => match found {
            "dollar" => ends(&["dollar", "peso", "real"]),
            "yen" => ends(&["yen", "yuan"]),
            "krone" => ends(&["krone", "krona"]),
            _ => ends(&[found]),
        },
    }
}
