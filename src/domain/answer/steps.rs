//! Numbers that count steps and days: `7. Boil the water`, `Step 7: Bake`, `7️⃣ Bake`, `第3步：切`.
//!
//! Takes a sentence and where a number stands in it. Whoever writes steps counts them, so that number is no claim about
//! the video; one behind other words, or with another word behind it, is. Never fails.

use crate::domain::words::{fold, listed};

/// Before a number that counts, folded.
const STEP_WORDS: &str = "step schritt etape paso passo passaggio fase stap krok etap adim shag шаг этап 手順 ステップ 步骤 步驟 第 \
    단계 الخطوة خطوة day tag jour dia giorno dag dzien gun день 日目 اليوم يوم tip tipp astuce consejo consiglio truc trick punkt";

/// Behind a number that counts, in scripts that put it there.
const BEHIND: &str = "步骤 步驟 步 歩 天 日目 단계 일차 番目";

/// What a number that counts has at most: more digits are a year or an amount.
const MOST_DIGITS: usize = 2;

/// Whether the number there counts the steps or days of a text.
pub(super) fn counts_steps(text: &str, start: usize) -> bool {
    let (before, behind) = text.split_at_checked(start).unwrap_or_default();
    let rest = behind.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = behind.len() - rest.len();
    if digits == 0 || digits > MOST_DIGITS {
        return false;
    }
    let number = behind.get(..digits).unwrap_or_default();
    if is_keycap(rest) {
        return is_beginning(before) || follows_keycap(before, number);
    }
    let named = fold(before);
    let is_named = listed(STEP_WORDS, &named);
    let counter = BEHIND.split_whitespace().find_map(|word| rest.strip_prefix(word));
    match counter {
        Some(rest) => (is_beginning(before) || named == "第") && ends(rest, true),
        None => (is_named || is_beginning(before)) && ends(rest, is_named),
    }
}

/// Whether nothing but the mark of a list or of emphasis stands before it.
fn is_beginning(before: &str) -> bool {
    before.trim_matches([' ', '\t', '-', '*', '•', '#', '_', '>', '·']).is_empty()
}

/// Whether what stands behind the number closes it: a mark with a blank and no other number behind it; behind a word
/// for steps the end of the line as well.
fn ends(rest: &str, is_named: bool) -> bool {
    let rest = rest.trim_start_matches(['*', '_']);
    if is_named && rest.trim().is_empty() {
        return true;
    }
    if rest.starts_with(". ") || rest.starts_with(") ") {
        return true;
    }
    let rest = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let Some(behind) = rest.strip_prefix([':', '：', '-', '–', '—', ')', '.', '、', '）']) else {
        return false;
    };
    let is_wide = rest.starts_with(['：', '、', '）']);
    let is_apart = is_wide || behind.is_empty() || behind.starts_with([' ', '*', '_', '\n']);
    // "7 - 8 minutes" is a range, "10: 30" a time.
    is_apart && !behind.trim_start().starts_with(|next: char| next.is_ascii_digit())
}

/// Whether a digit is drawn as a key: 7️⃣.
fn is_keycap(rest: &str) -> bool {
    const KEY: char = '\u{20e3}';
    rest.trim_start_matches('\u{fe0f}').starts_with(KEY)
}

/// Whether the key before this one is drawn before it.
fn follows_keycap(before: &str, number: &str) -> bool {
    let last = number.parse::<u32>().ok().and_then(|number| number.checked_sub(1));
    last.is_some_and(|last| {
        before.contains(&format!("{last}\u{20e3}")) || before.contains(&format!("{last}\u{fe0f}\u{20e3}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_count_steps_and_days_are_no_claims() {
        let counting = [
            "7. Boil the water",
            "7) Boil the water",
            "Step 7: Bake",
            "**Step 7:** Bake",
            "- Step 7. Bake",
            "Step 7",
            "Schritt 7: Backen",
            "Étape 3 : cuire",
            "Día 5: Roma",
            "Passo 2 - mescolare",
            "Stap 4: bakken",
            "Krok 3: piec",
            "Adım 2: pişir",
            "Шаг 5. Варить",
            "手順3：焼く",
            "ステップ3: 焼く",
            "第3步：切",
            "3日目：ローマ",
            "3단계: 굽기",
            "الخطوة 3: اخبز",
            "7 - Bake",
            "7: Bake",
            "7️⃣ Bake",
        ];
        for text in counting {
            let at = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or_default();
            assert!(counts_steps(text, at), "{text}");
        }
        let claims = [
            "7 - 8 minutes",
            "7 minutes",
            "7.5 kg",
            "7:30",
            "2024. That was it",
            "200 - grams",
            "Step 7 minutes",
            "Bake 7: done",
            "It takes 7. Then",
            "3日で完成",
            "30 euros: cheap",
            "Add 7️⃣",
            "7",
        ];
        for text in claims {
            let at = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or_default();
            assert!(!counts_steps(text, at), "{text}");
        }
        let keys = "1️⃣ Boil 2️⃣ Stir 9️⃣ Eat";
        let at = |digit: &str| keys.find(digit).unwrap_or_default();
        assert!(counts_steps(keys, at("2")) && !counts_steps(keys, at("9")));
    }
}
