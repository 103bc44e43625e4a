//! What people call their columns and their statuses, in any language, and which name fits best.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::schema::Column;

/// The column whose name fits best: the whole name before a word of it before a part of a word, then
/// the order of the names, then the order of the columns.
pub(super) fn best_named<'a>(columns: &[&'a Column], names: &[&str]) -> Option<&'a Column> {
    let ranked = columns.iter().filter_map(|column| Some((rank(&fold(&column.name), names)?, *column)));
    // `min_by_key` keeps the first of equals.
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, column)| column)
}

/// Whether a column has exactly one of these names.
pub(super) fn is_named(column: &Column, names: &[&str]) -> bool {
    names.contains(&fold(&column.name).as_str())
}

fn rank(name: &str, names: &[&str]) -> Option<(u8, usize)> {
    let fit = |wanted: &str| {
        if name == wanted {
            Some(0)
        } else if name.split(' ').any(|word| word == wanted) {
            Some(1)
        } else {
            // Scripts such as Chinese write words without gaps; in Latin a part is another word.
            (!wanted.is_ascii() && name.contains(wanted)).then_some(2)
        }
    };
    names.iter().enumerate().filter_map(|(index, wanted)| Some((fit(wanted)?, index))).min()
}

/// Lower case without accents, with single spaces for all that is neither letter, mark nor digit.
pub(in crate::domain) fn fold(name: &str) -> String {
    // Only the accents of Latin, Greek and Cyrillic: in other scripts marks are letters of their own.
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain: String =
        name.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_accent(letter)).nfc().collect();
    let is_gap = |letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter);
    plain.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Folded names of a link column.
#[rustfmt::skip]
pub(super) const LINK_NAMES: &[&str] = &[
    "link", "url", "video", "links", "video link", "video url",
    "enlace", "vinculo", "lien", "collegamento", "verknupfung", "lank", "odkaz", "odnosnik", "baglanti", "tautan",
    "ссылка", "链接", "連結", "网址", "リンク", "링크", "رابط", "קישור", "लिंक",
];

/// Folded names of a status column. Not "state": that is as often a part of a country.
#[rustfmt::skip]
pub(super) const STATUS_NAMES: &[&str] = &[
    "status", "estado", "estatus", "statut", "etat", "stato", "zustand", "stav", "tila", "durum",
    "статус", "состояние", "状态", "狀態", "ステータス", "状態", "상태", "الحالة", "סטטוס", "स्थिति",
];

/// Folded names of a column for reasons.
#[rustfmt::skip]
pub(super) const REASON_NAMES: &[&str] = &[
    "reason", "error", "failure", "failure reason", "error message", "status reason", "reason for failure", "why it failed",
    "grund", "fehler", "fehlergrund", "fehlermeldung", "motivo", "razon", "error motivo", "motivo del error", "raison", "erreur",
    "motif", "errore", "motivo errore", "erro", "motivo do erro", "причина", "ошибка", "原因", "失败原因", "错误", "理由", "エラー", "사유", "오류", "이유", "السبب",
];

/// Folded names of a column for the tag that leads a row to a content database.
#[rustfmt::skip]
pub(super) const TAG_NAMES: &[&str] = &[
    "tag", "etikett", "schlagwort", "etiqueta", "etiquette", "balise", "etichetta",
    "тег", "метка", "标签", "標籤", "タグ", "태그", "وسم", "תגית",
];

/// Folded names of an option for rows that wait.
#[rustfmt::skip]
pub(super) const PENDING_NAMES: &[&str] = &[
    "not started", "to do", "todo", "inbox", "new", "queued", "waiting", "open", "backlog", "to watch", "saved",
    "pendiente", "sin empezar", "por hacer", "en espera", "nuevo", "a faire", "en attente", "pas commence", "non commence", "nouveau",
    "nicht begonnen", "nicht gestartet", "offen", "zu erledigen", "ausstehend", "neu", "pendente", "nao iniciado", "nao iniciada", "a fazer",
    "da fare", "non iniziato", "in attesa", "не начато", "к выполнению", "ожидает", "в ожидании",
    "未开始", "未開始", "待办", "待辦", "待处理", "未着手", "待機中", "시작 전", "할 일", "대기 중", "대기",
];

/// Folded names of an option for rows that are worked on.
#[rustfmt::skip]
pub(super) const WORKING_NAMES: &[&str] = &[
    "in progress", "doing", "working", "working on it", "started", "running", "active", "ongoing", "processing",
    "en curso", "en progreso", "en proceso", "en cours", "in bearbeitung", "in arbeit", "em andamento", "em progresso", "em curso", "in corso",
    "в работе", "в процессе", "进行中", "進行中", "处理中", "処理中", "진행 중", "진행중",
];

/// Folded names of an option for rows that are done.
#[rustfmt::skip]
pub(super) const COMPLETED_NAMES: &[&str] = &[
    "done", "complete", "finished", "ready",
    "completado", "completada", "hecho", "listo", "terminado", "termine", "terminee", "fini", "fait", "erledigt", "fertig", "abgeschlossen",
    "concluido", "concluida", "feito", "completato", "fatto", "finito", "готово", "завершено", "выполнено",
    "完成", "已完成", "完了", "완료",
];

/// Folded names of an option for rows that cannot be done.
#[rustfmt::skip]
pub(super) const FAILED_NAMES: &[&str] = &[
    "error", "failure", "cancelled", "canceled", "blocked", "rejected",
    "fallido", "fallo", "cancelado", "echoue", "echec", "erreur", "annule", "fehlgeschlagen", "fehler", "abgebrochen",
    "falhou", "falha", "erro", "fallito", "errore", "annullato", "ошибка", "не удалось", "отменено",
    "失败", "失敗", "错误", "已取消", "エラー", "キャンセル", "실패", "오류", "취소",
];
