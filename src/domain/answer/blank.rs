//! Whether an answer says nothing: models fill what they do not know with words and marks of many kinds.
//!
//! Takes an offered value or text; never fails. A text of emoji or other symbols says something: a rating in stars,
//! a flag.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::domain::words::{Pattern, compiled, fold};

/// Characters of the longest phrase that says nothing.
const LONGEST: usize = 40;

/// What is written where nothing is known, `|` between them: English, German, French, Spanish, Italian, Portuguese,
/// Dutch, Polish, Czech, Swedish, Danish and Norwegian, Finnish, Hungarian, Romanian, Turkish, Indonesian,
/// Vietnamese, Russian, Ukrainian, Greek, Japanese, Chinese, Korean, Arabic, Hebrew, Thai, Hindi.
const PHRASES: [&str; 28] = [
    "null|none|n/a|na|nil|unknown|undefined|unspecified|not mentioned|not specified|not provided|not available|not stated|not given|not known|not applicable|not found|not in the video|no information|no data|no info",
    "nicht angegeben|keine angabe|keine angaben|k. a.|unbekannt|nicht bekannt|nicht erwähnt|nicht genannt|nicht verfügbar|nicht vorhanden|keine information|keine informationen|keine daten|entfällt",
    "inconnu|inconnue|non précisé|non précisée|non spécifié|non spécifiée|non mentionné|non mentionnée|non indiqué|non renseigné|non communiqué|non disponible|aucune information|sans objet|néant",
    "desconocido|desconocida|no especificado|no especificada|no mencionado|no indicado|no disponible|no se menciona|no se especifica|no se indica|sin información|sin datos|no aplica|ninguno|ninguna",
    "sconosciuto|sconosciuta|non specificato|non specificata|non indicato|non menzionato|non disponibile|non noto|nessuna informazione|non applicabile|nessuno|nessuna",
    "desconhecido|desconhecida|não especificado|não especificada|não informado|não mencionado|não indicado|não disponível|sem informação|não se aplica|nenhum|nenhuma",
    "onbekend|niet vermeld|niet opgegeven|niet gespecificeerd|niet genoemd|niet beschikbaar|niet van toepassing|n.v.t.|geen informatie|geen gegevens",
    "nieznany|nieznana|nieznane|nie podano|nie określono|nie wspomniano|niedostępne|brak|brak danych|brak informacji|nie dotyczy",
    "neznámý|neznámé|neuvedeno|není uvedeno|nezmíněno|není k dispozici|bez údajů",
    "okänd|okänt|ej angivet|inte angivet|ej tillgänglig|ingen information|ej tillämpligt",
    "ukendt|ukjent|ikke angivet|ikke oppgitt|ikke nævnt|ikke nevnt|ikke specificeret|ikke tilgængelig|ingen oplysninger|ingen informasjon",
    "tuntematon|ei tiedossa|ei mainittu|ei saatavilla|ei tietoa",
    "ismeretlen|nincs megadva|nincs adat|nem ismert",
    "necunoscut|nespecificat|nemenționat|nu se specifică|indisponibil",
    "bilinmiyor|belirtilmemiş|belirtilmedi|bilgi yok|mevcut değil|yok",
    "tidak diketahui|tidak disebutkan|tidak tersedia|tidak ada informasi",
    "không rõ|không xác định|không có thông tin|chưa rõ",
    "неизвестно|неизвестен|не указано|не указан|не указана|не упоминается|нет данных|нет информации|недоступно|отсутствует",
    "невідомо|не вказано|не зазначено|немає даних|немає інформації",
    "άγνωστο|άγνωστος|δεν αναφέρεται|δεν διευκρινίζεται|μη διαθέσιμο",
    "不明|未定|未記載|記載なし|言及なし|情報なし|該当なし|指定なし|なし|特になし",
    "未知|未提及|未提到|未说明|未說明|未指定|未提供|不详|不詳|无|無|暂无|暫無|不适用|不適用|无信息",
    "알 수 없음|알수없음|미상|미정|언급 없음|정보 없음|해당 없음|없음",
    "غير معروف|غير محدد|غير مذكور|غير متوفر|غير متاح|لا يوجد|لا توجد معلومات",
    "לא ידוע|לא צוין|לא זמין|אין מידע",
    "ไม่ทราบ|ไม่ระบุ|ไม่มีข้อมูล",
    "अज्ञात|उल्लेख नहीं|उपलब्ध नहीं|जानकारी नहीं",
    "tbd|tba|to be determined|to be announced",
];

static NOTHING: LazyLock<HashSet<String>> =
    LazyLock::new(|| PHRASES.iter().flat_map(|list| list.split('|')).map(fold).collect());

/// Blanks and punctuation alone: a dash, dots, brackets.
static MARKS: Pattern = LazyLock::new(|| compiled(r"\A[\s\p{P}\p{C}\p{Z}─-╿]*\z"));

/// Emoji and their like: "unknown 👍" says something.
static SYMBOL: Pattern = LazyLock::new(|| compiled(r"[\p{S}&&[^\x00-\x7f]]"));

/// Whether nothing was offered.
pub(super) fn is_blank(offered: &Json) -> bool {
    match offered {
        Json::Null => true,
        Json::String(text) => says_nothing(text),
        Json::Array(items) => items.iter().all(is_blank),
        Json::Object(fields) => fields.values().all(is_blank),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Whether a text says nothing.
pub(super) fn says_nothing(text: &str) -> bool {
    if MARKS.is_match(text) {
        return true;
    }
    let text = text.trim();
    let is_short = text.chars().nth(LONGEST).is_none();
    is_short && !SYMBOL.is_match(text) && NOTHING.contains(&fold(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_told_from_what_says_little_in_many_languages() {
        for text in [
            "",
            " ",
            "—",
            "…",
            "-",
            "?",
            "/",
            "(...)",
            "null",
            "None",
            "N/A",
            "n.a.",
            "Nicht angegeben",
            "keine Angabe",
            "k. A.",
            "No especificado.",
            "Inconnu",
            "Non précisé",
            "Sconosciuto",
            "Não informado",
            "Onbekend",
            "Brak danych",
            "нет данных",
            "Не указано",
            "不明",
            "未提及",
            "없음",
            "غير معروف",
            "ไม่ระบุ",
            "Unknown",
            "\u{200b}",
        ] {
            assert!(says_nothing(text), "{text:?}");
        }
        for text in [
            "0",
            "⭐⭐⭐",
            "★☆",
            "🇮🇹",
            "€€",
            "$$",
            "no",
            "Unbekannte Inseln",
            "The unknown",
            "unknown 👍",
            "無印良品",
            "無糖",
            "❤️",
        ] {
            assert!(!says_nothing(text), "{text:?}");
        }
    }
}
