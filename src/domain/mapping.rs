//! Which column of a link database plays which part.
//!
//! A database is anyone's: the parts are proposed from the columns' types first and their names, in
//! any of the languages below, second. What is missing is said in words its owner can act on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::schema::{ChoiceOption, Column, ColumnKind, Schema};
use super::stage::Status;

/// The parts columns play, by property id, so that renames do no harm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// The url column with the link to watch.
    pub link: String,
    /// The select or status column that shows where the entry is.
    pub status: StatusColumn,
    /// The title column.
    pub title: String,
    /// The text column that takes a failure's reason, where there is one.
    pub reason: Option<String>,
}

impl Mapping {
    /// The columns a summary must leave alone.
    pub fn reserved(&self) -> Vec<&str> {
        let mut ids = vec![self.link.as_str(), self.status.id.as_str()];
        ids.extend(self.reason.as_deref());
        ids
    }
}

/// The column that shows where an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusColumn {
    /// Property id.
    pub id: String,
    /// `select` or `status`; decides the shape Notion wants.
    pub kind: StatusKind,
    /// The option shown for each of our statuses; a status without one is not shown.
    pub options: BTreeMap<Status, String>,
}

/// The two column types that can show a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// A select column: options are added by Notion when first used.
    #[default]
    Select,
    /// A status column: only options that exist may be used.
    Status,
}

/// Why no mapping can be proposed, told to the database's owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// Nothing to read links from.
    #[error("There is no column for links. Add a URL column to the database, then register it again.")]
    NoLink,
    /// Nothing to show the status in.
    #[error(
        "There is no column for the status. Add a select column named Status to the database, then register it again."
    )]
    NoStatus,
    /// A Notion status column without an option for rows that wait.
    #[error(
        "The column {column} has no option for links that wait. Add an option named pending to it, then register the database again."
    )]
    NoPendingOption {
        /// The column's name.
        column: String,
    },
    /// A Notion status column without an option for rows that are done.
    #[error(
        "The column {column} has no option for links that are done. Add an option named completed to it, then register the database again."
    )]
    NoCompletedOption {
        /// The column's name.
        column: String,
    },
    /// Not a database: every one has a title column.
    #[error("There is no title column. Check that this is a Notion database, then register it again.")]
    NoTitle,
}

/// Proposes which column plays which part.
pub fn propose(schema: &Schema) -> Result<Mapping, MappingProblem> {
    let links = of_kind(schema, |kind| matches!(kind, ColumnKind::Url));
    let link = best_named(&links, LINK_NAMES).or(links.first().copied()).ok_or(MappingProblem::NoLink)?;
    let title = of_kind(schema, |kind| matches!(kind, ColumnKind::Title));
    let texts = of_kind(schema, |kind| matches!(kind, ColumnKind::RichText));
    Ok(Mapping {
        link: link.id.clone(),
        status: status_column(schema)?,
        title: title.first().ok_or(MappingProblem::NoTitle)?.id.clone(),
        // Only the exact name: a column such as "Reason to visit" is the owner's, not ours.
        reason: texts
            .iter()
            .find(|column| REASON_NAMES.contains(&fold(&column.name).as_str()))
            .map(|column| column.id.clone()),
    })
}

fn of_kind(schema: &Schema, is: impl Fn(&ColumnKind) -> bool) -> Vec<&Column> {
    schema.columns.iter().filter(|column| is(&column.kind)).collect()
}

/// The status or select column named so; else the only status column; else the only select column
/// that has our options. Any other select column, such as a category, belongs to its owner.
fn status_column(schema: &Schema) -> Result<StatusColumn, MappingProblem> {
    let statuses = of_kind(schema, |kind| matches!(kind, ColumnKind::Status { .. }));
    let selects = of_kind(schema, |kind| matches!(kind, ColumnKind::Select { .. }));
    let both = [statuses.clone(), selects.clone()].concat();
    let ours: Vec<&Column> =
        selects.into_iter().filter(|column| has_our_options(column.kind.options())).collect();
    let column = best_named(&both, STATUS_NAMES)
        .or_else(|| only(&statuses))
        .or_else(|| only(&ours))
        .ok_or(MappingProblem::NoStatus)?;
    match &column.kind {
        ColumnKind::Status { options } => existing_options(column, options),
        kind => Ok(StatusColumn {
            id: column.id.clone(),
            kind: StatusKind::Select,
            options: Status::ALL.map(|status| (status, own_option(kind.options(), status))).into(),
        }),
    }
}

fn only<'a>(columns: &[&'a Column]) -> Option<&'a Column> {
    if let [column] = columns { Some(column) } else { None }
}

fn has_our_options(options: &[ChoiceOption]) -> bool {
    [Status::Pending, Status::Completed]
        .iter()
        .all(|status| options.iter().any(|option| fold(&option.name) == status.name()))
}

/// Our own name for a status in the spelling the column has it in, if it has it.
fn own_option(options: &[ChoiceOption], status: Status) -> String {
    options
        .iter()
        .find(|option| fold(&option.name) == status.name())
        .map_or_else(|| status.name().to_owned(), |option| option.name.clone())
}

/// A Notion status column takes no new options through a row, so that only existing ones can be shown.
fn existing_options(column: &Column, options: &[ChoiceOption]) -> Result<StatusColumn, MappingProblem> {
    let found = |status: Status| {
        let named = |word: &str| options.iter().find(|option| fold(&option.name) == word);
        let option = named(status.name()).or_else(|| synonyms(status).iter().find_map(|word| named(word)))?;
        Some((status, option.name.clone()))
    };
    let mut options: BTreeMap<Status, String> = Status::ALL.into_iter().filter_map(found).collect();
    // A failed row must stop looking as if it waited, or it would be read again for ever; its reason says the rest.
    let not_waiting =
        [Status::Downloading, Status::Completed].iter().find_map(|status| options.get(status).cloned());
    if let Some(not_waiting) = not_waiting {
        options.entry(Status::Failed).or_insert(not_waiting);
    }
    let name = || column.name.clone();
    if !options.contains_key(&Status::Pending) {
        return Err(MappingProblem::NoPendingOption { column: name() });
    }
    if !options.contains_key(&Status::Completed) {
        return Err(MappingProblem::NoCompletedOption { column: name() });
    }
    Ok(StatusColumn { id: column.id.clone(), kind: StatusKind::Status, options })
}

/// What people call our statuses in Notion, folded. No word may stand in two lists: a row shown as
/// failed by the option for waiting would be read again for ever.
fn synonyms(status: Status) -> &'static [&'static str] {
    match status {
        Status::Pending => PENDING_NAMES,
        Status::Downloading | Status::Transcribing | Status::Processing | Status::Saving => WORKING_NAMES,
        Status::Completed => COMPLETED_NAMES,
        Status::Failed => FAILED_NAMES,
    }
}

/// The column whose name fits best: the whole name before a word of it before a part of a word, then
/// the order of the names, then the order of the columns.
fn best_named<'a>(columns: &[&'a Column], names: &[&str]) -> Option<&'a Column> {
    let ranked = columns.iter().filter_map(|column| Some((rank(&fold(&column.name), names)?, *column)));
    // `min_by_key` keeps the first of equals.
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, column)| column)
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
fn fold(name: &str) -> String {
    // Only the accents of Latin, Greek and Cyrillic: in other scripts marks are letters of their own.
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain: String =
        name.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_accent(letter)).nfc().collect();
    let is_gap = |letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter);
    plain.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Folded names of a link column.
#[rustfmt::skip]
const LINK_NAMES: &[&str] = &[
    "link", "url", "video", "links", "video link", "video url",
    "enlace", "vinculo", "lien", "collegamento", "verknupfung", "lank", "odkaz", "odnosnik", "baglanti", "tautan",
    "ссылка", "链接", "連結", "网址", "リンク", "링크", "رابط", "קישור", "लिंक",
];

/// Folded names of a status column. Not "state": that is as often a part of a country.
#[rustfmt::skip]
const STATUS_NAMES: &[&str] = &[
    "status", "estado", "estatus", "statut", "etat", "stato", "zustand", "stav", "tila", "durum",
    "статус", "состояние", "状态", "狀態", "ステータス", "状態", "상태", "الحالة", "סטטוס", "स्थिति",
];

/// Folded names of a column for reasons.
#[rustfmt::skip]
const REASON_NAMES: &[&str] = &[
    "reason", "error", "failure", "failure reason", "error message", "status reason", "reason for failure", "why it failed",
    "grund", "fehler", "fehlergrund", "fehlermeldung", "motivo", "razon", "error motivo", "motivo del error", "raison", "erreur",
    "motif", "errore", "motivo errore", "erro", "motivo do erro", "причина", "ошибка", "原因", "失败原因", "错误", "理由", "エラー", "사유", "오류", "이유", "السبب",
];

/// Folded names of an option for rows that wait.
#[rustfmt::skip]
const PENDING_NAMES: &[&str] = &[
    "not started", "to do", "todo", "inbox", "new", "queued", "waiting", "open", "backlog", "to watch", "saved",
    "pendiente", "sin empezar", "por hacer", "en espera", "nuevo", "a faire", "en attente", "pas commence", "non commence", "nouveau",
    "nicht begonnen", "nicht gestartet", "offen", "zu erledigen", "ausstehend", "neu", "pendente", "nao iniciado", "nao iniciada", "a fazer",
    "da fare", "non iniziato", "in attesa", "не начато", "к выполнению", "ожидает", "в ожидании",
    "未开始", "未開始", "待办", "待辦", "待处理", "未着手", "待機中", "시작 전", "할 일", "대기 중", "대기",
];

/// Folded names of an option for rows that are worked on.
#[rustfmt::skip]
const WORKING_NAMES: &[&str] = &[
    "in progress", "doing", "working", "working on it", "started", "running", "active", "ongoing", "processing",
    "en curso", "en progreso", "en proceso", "en cours", "in bearbeitung", "in arbeit", "em andamento", "em progresso", "em curso", "in corso",
    "в работе", "в процессе", "进行中", "進行中", "处理中", "処理中", "진행 중", "진행중",
];

/// Folded names of an option for rows that are done.
#[rustfmt::skip]
const COMPLETED_NAMES: &[&str] = &[
    "done", "complete", "finished", "ready",
    "completado", "completada", "hecho", "listo", "terminado", "termine", "terminee", "fini", "fait", "erledigt", "fertig", "abgeschlossen",
    "concluido", "concluida", "feito", "completato", "fatto", "finito", "готово", "завершено", "выполнено",
    "完成", "已完成", "完了", "완료",
];

/// Folded names of an option for rows that cannot be done.
#[rustfmt::skip]
const FAILED_NAMES: &[&str] = &[
    "error", "failure", "cancelled", "canceled", "blocked", "rejected",
    "fallido", "fallo", "cancelado", "echoue", "echec", "erreur", "annule", "fehlgeschlagen", "fehler", "abgebrochen",
    "falhou", "falha", "erro", "fallito", "errore", "annullato", "ошибка", "не удалось", "отменено",
    "失败", "失敗", "错误", "已取消", "エラー", "キャンセル", "실패", "오류", "취소",
];

#[cfg(test)]
mod tests;
