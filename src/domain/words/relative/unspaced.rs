//! Days said relative to another day where words have no spaces between them: `明日`, `来週の金曜日`, `下周五`,
//! `다음 주 금요일`.
//!
//! Takes a text and the day it was published; gives the days it names. A week has seven days from Monday on; where it may
//! begin with Sunday, a Sunday of it is two days. Never fails.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use regex::Captures;

use super::super::{Pattern, compiled};
use super::{Named, in_months, shifted};

/// Days from the publication, and the words for it; longer ones first, because they hold others. Without a number they
/// name no day: `あしたば` is a herb.
const SAID: [(Option<i64>, &[&str]); 7] = [
    (None, &["あしたば"]),
    (Some(3), &["明々後日", "大后天", "大後天"]),
    (Some(2), &["明後日", "あさって", "后天", "後天", "모레", "มะรืนนี้"]),
    (Some(-2), &["一昨日", "おととい", "前天", "그저께"]),
    (Some(1), &["明日", "あした", "明天", "明晚", "明晩", "내일", "พรุ่งนี้"]),
    (Some(-1), &["昨日", "昨天", "昨晚", "昨夜", "어제", "เมื่อวาน"]),
    (Some(0), &["今日", "本日", "今晚", "今晩", "今夜", "今天", "오늘", "วันนี้"]),
];

const JAPANESE: &str = "月火水木金土日";
const CHINESE: &str = "一二三四五六日";
const KOREAN: &str = "월화수목금토일";

static JAPANESE_DAY: Pattern =
    LazyLock::new(|| compiled(r"(?:(?P<week>再来週|来週|先週|今週)の?)?(?P<day>[月火水木金土日])曜"));

/// `周三` is a Wednesday, `一周三次` is three times a week: what stands around it tells, see [`is_span`].
static CHINESE_DAY: Pattern = LazyLock::new(|| {
    compiled(
        r"(?P<before>.)??(?P<week>下下|下|上|这|這|本)?[个個]?(?:周|週|星期|礼拜|禮拜)(?P<day>[一二三四五六日天])(?P<behind>.)?",
    )
});

static KOREAN_DAY: Pattern = LazyLock::new(|| {
    compiled(r"(?:(?P<week>다다음|다음|지난|이번)\s?주\s?(?:의\s?)?)?(?P<day>[월화수목금토일])요일")
});

/// Weeks and months themselves, by how many they are away.
const WEEKS: [(i64, &[&str]); 2] = [
    (1, &["来週", "下周", "下週", "下个星期", "下個星期", "下星期", "下礼拜", "下禮拜", "다음 주", "다음주"]),
    (
        -1,
        &["先週", "上周", "上週", "上个星期", "上個星期", "上星期", "上礼拜", "上禮拜", "지난 주", "지난주"],
    ),
];
const MONTHS: [(i64, &[&str]); 2] = [
    (1, &["来月", "下个月", "下個月", "다음 달", "다음달"]),
    (-1, &["先月", "上个月", "上個月", "지난 달", "지난달"]),
];

/// The days named.
pub(super) fn unspaced(text: &str, published: NaiveDate) -> Vec<Named> {
    let mut found = Vec::new();
    let mut rest = text.to_owned();
    for (by, names) in SAID {
        for name in names {
            // "明後日" holds no "後日" that counts again.
            if rest.contains(name) {
                rest = rest.replace(name, " ");
                found.extend(by.and_then(|by| shifted(published, by)).map(|day| (vec![day], true)));
            }
        }
    }
    for (pattern, days) in [(&JAPANESE_DAY, JAPANESE), (&CHINESE_DAY, CHINESE), (&KOREAN_DAY, KOREAN)] {
        let named = |day: Captures<'_>| (!is_span(&day)).then(|| weekday(&day, days, published)).flatten();
        found.extend(pattern.captures_iter(&rest).filter_map(named).map(|days| (days, true)));
        rest = pattern.replace_all(&rest, " ").into_owned();
    }
    for (by, _) in WEEKS.iter().filter(|(_, names)| names.iter().any(|name| rest.contains(name))) {
        found.extend(shifted(published, 7 * by).map(|same| period(same, monday_of(same))));
    }
    for (by, _) in MONTHS.iter().filter(|(_, names)| names.iter().any(|name| rest.contains(name))) {
        found.extend(in_months(published, *by).map(|same| period(same, same.with_day(1))));
    }
    found
}

/// Whether it is no weekday but weeks that are counted: `一周三次`, `每周五天`.
fn is_span(day: &Captures<'_>) -> bool {
    let letter = |name: &str| day.name(name).map_or("", |found| found.as_str());
    let counted = ["一", "两", "兩", "二", "三", "四", "五", "六", "几", "幾", "每", "半"];
    let counts = ["次", "个", "個", "天", "年", "月", "遍", "回", "顿", "頓", "餐", "种", "種", "小", "到"];
    let is_digit = letter("before").starts_with(|before: char| before.is_ascii_digit());
    day.name("before").is_some() && (is_digit || counted.contains(&letter("before")))
        || day.name("behind").is_some() && counts.contains(&letter("behind"))
}

/// The days a weekday may be: of the week that is named, else the next one.
fn weekday(day: &Captures<'_>, days: &str, published: NaiveDate) -> Option<Vec<NaiveDate>> {
    let name = day.name("day")?.as_str().replace('天', "日");
    let at = i64::try_from(days.chars().position(|known| name.starts_with(known))?).ok()?;
    let Some(week) = day.name("week") else {
        let today = i64::from(published.weekday().num_days_from_monday());
        return shifted(published, (7 + at - today) % 7).map(|day| vec![day]);
    };
    let weeks = match week.as_str() {
        "再来週" | "下下" | "다다음" => 2,
        "来週" | "下" | "다음" => 1,
        "先週" | "上" | "지난" => -1,
        _ => 0,
    };
    let of_week = shifted(monday_of(published)?, 7 * weeks + at)?;
    let is_sunday = at == 6;
    let before = shifted(of_week, -7).filter(|_| is_sunday);
    Some(Some(of_week).into_iter().chain(before).collect())
}

fn monday_of(day: NaiveDate) -> Option<NaiveDate> {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))
}

/// The same day of a week or a month, or its first one.
fn period(same: NaiveDate, first: Option<NaiveDate>) -> Named {
    let first = first.filter(|first| *first != same);
    (Some(same).into_iter().chain(first).collect(), false)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn days_are_named_in_scripts_without_spaces_and_counted_weeks_name_none() {
        // A Tuesday.
        let published: NaiveDate = "2024-05-07".parse().unwrap();
        let table: [(&str, &[&str]); 36] = [
            ("明日から", &["2024-05-08"]),
            ("あした行きます", &["2024-05-08"]),
            ("あしたばの天ぷら", &[]),
            ("本日オープン", &["2024-05-07"]),
            ("明後日", &["2024-05-09"]),
            ("大后天", &["2024-05-10"]),
            ("明晚见", &["2024-05-08"]),
            ("พรุ่งนี้", &["2024-05-08"]),
            ("金曜日に会いましょう", &["2024-05-10"]),
            ("火曜日", &["2024-05-07"]),
            ("今週の金曜日", &["2024-05-10"]),
            ("来週の金曜日", &["2024-05-17"]),
            ("来週金曜", &["2024-05-17"]),
            ("再来週の月曜日", &["2024-05-20"]),
            ("先週の金曜日", &["2024-05-03"]),
            ("来週の日曜日", &["2024-05-19", "2024-05-12"]),
            ("来週", &["2024-05-14", "2024-05-13"]),
            ("先月", &["2024-04-07", "2024-04-01"]),
            ("周五见", &["2024-05-10"]),
            ("下周五", &["2024-05-17"]),
            ("下个星期五开始", &["2024-05-17"]),
            ("下下週五", &["2024-05-24"]),
            ("上周五", &["2024-05-03"]),
            ("这周五晚上", &["2024-05-10"]),
            ("本周天", &["2024-05-12", "2024-05-05"]),
            ("下周", &["2024-05-14", "2024-05-13"]),
            ("一周三次", &[]),
            ("每周五天", &[]),
            ("2周一次", &[]),
            ("周年庆", &[]),
            ("금요일에 만나요", &["2024-05-10"]),
            ("다음 주 금요일", &["2024-05-17"]),
            ("다음주 금요일", &["2024-05-17"]),
            ("지난 주 금요일", &["2024-05-03"]),
            ("다음 달", &["2024-06-07", "2024-06-01"]),
            ("내일", &["2024-05-08"]),
        ];
        for (text, expected) in table {
            let found = unspaced(text, published);
            let days: Vec<String> =
                found.iter().flat_map(|(days, _)| days).map(NaiveDate::to_string).collect();
            assert_eq!(days, expected, "{text}");
        }
    }
}
