//! Whether new options may be added to a column: said by its owner, in plain words, in its description.
//!
//! Takes a description; gives yes or no. A list is closed unless a sentence says otherwise ("new options
//! allowed", "neue erlaubt", "lista abierta"); one that says no wins. Never fails.

use unicode_segmentation::UnicodeSegmentation;

use super::schema::{Column, ColumnKind};
use super::words::{contains_words, words};

/// What is new, in the languages of the mapping's names; accents taken off.
const NEW: &str = "new neu neue neuen neuer neues nouveau nouveaux nouvel nouvelle nouvelles nuevo nuevos nueva nuevas \
    nuovo nuovi nuova nuove novo novos nova novas nieuw nieuwe nowe nowy nya yeni новые новый новых новую";

/// What may be done about it.
const ALLOWED: &str = "allowed allow allows ok okay fine welcome permitted add adding adds create creating invent \
    may can possible erlaubt erlauben hinzufugen erganzen anlegen erstellen moglich darf durfen willkommen \
    autorise autorises autorisee autorisees ajouter ajoute ajoutez creer permis permises possible permitido \
    permitidos permitida permitidas permitir anadir anade agregar agrega crear crea ammesso ammessi ammessa ammesse \
    aggiungere aggiungi creare consentite consentiti adicionar adicione criar permitidos toegestaan toevoegen mag \
    dozwolone dodawac tillatna eklenebilir разрешены можно добавлять добавляй";

/// A whole list that is open.
const OPEN_LISTS: [&str; 14] = [
    "open list",
    "list is open",
    "open ended",
    "offene liste",
    "liste ist offen",
    "erweiterbar",
    "liste ouverte",
    "lista abierta",
    "lista aperta",
    "lista aberta",
    "open lijst",
    "lijst is open",
    "otwarta lista",
    "открытый список",
];

/// The same where words have no spaces between them.
const UNSPACED: [&str; 10] = [
    "新規可",
    "追加可",
    "追加してよい",
    "追加しても",
    "可新增",
    "可以新增",
    "可添加",
    "可以添加",
    "允许新",
    "새로 추가 가능",
];

/// What takes it back. "Only" as well: "only these, new ones after asking me".
const NOT: &str = "no not never don dont without only closed nicht nie niemals kein keine keinen nur geschlossen pas \
    jamais aucun aucune sans seulement nunca sin solo non mai nessun nessuna solo nao sem somente geen niet nooit \
    alleen nie не нельзя";

/// Begins a condition, which denies nothing: "if none fits, add a new one".
const CONDITION: &str = "if when where wenn falls sofern si se als cuando quando quand";

/// Whether values of this column may become new options. A status column takes none from a page.
pub fn takes_new_options(column: &Column) -> bool {
    let chosen = matches!(column.kind, ColumnKind::Select { .. } | ColumnKind::MultiSelect { .. });
    chosen && says_open(&column.description)
}

/// Whether a description opens the list.
pub fn says_open(description: &str) -> bool {
    let mut open = false;
    let unconditional = |sentence: &str| {
        let clauses: Vec<&str> = sentence.split([',', '–', '—']).collect();
        // A clause alone is no condition of another: "se" is no "if" in Spanish.
        let is_condition = |clause: &&str| {
            clauses.len() > 1 && words(clause).first().is_some_and(|first| is_in(CONDITION, first))
        };
        clauses.iter().copied().filter(|clause| !is_condition(clause)).collect::<Vec<_>>().join(" ")
    };
    for sentence in description.unicode_sentences().map(unconditional) {
        let said = words(&sentence);
        let says = |list: &str| said.iter().any(|word| is_in(list, word));
        let opens = (says(NEW) && says(ALLOWED))
            || OPEN_LISTS.iter().any(|phrase| contains_words(&sentence, phrase))
            || UNSPACED.iter().any(|phrase| sentence.contains(phrase));
        let about_new = opens || says(NEW);
        if about_new && (says(NOT) || sentence.contains(['不', '禁'])) {
            return false;
        }
        open |= opens;
    }
    open
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schema::ChoiceOption;

    #[test]
    fn a_list_is_open_when_its_owner_says_so_in_plain_words() {
        for description in [
            "New options allowed",
            "The cuisine. You may add new ones.",
            "add new ones if none fits",
            "If none of these fits, create a new one",
            "Open list",
            "What it is made of; open list",
            "Neue erlaubt",
            "Küche, neue Optionen sind erlaubt",
            "Wenn keine passt, neue anlegen",
            "Nouvelles options autorisées",
            "Liste ouverte",
            "Se pueden añadir nuevas opciones: crear nuevas",
            "Lista abierta",
            "Nuove opzioni ammesse",
            "Novas opções permitidas",
            "Nieuwe toegestaan",
            "なければ追加可",
            "可新增选项",
            "новые можно добавлять",
        ] {
            assert!(says_open(description), "{description}");
        }
    }

    #[test]
    fn anything_else_leaves_a_list_closed() {
        for description in [
            "",
            "What kind of kitchen",
            "The new place's mood",
            "Do not add new ones",
            "No new options allowed",
            "New options are never allowed",
            "Only these; new ones are not allowed",
            "You may add new ones. Never add new ones.",
            "Keine neuen erlaubt",
            "Nur vorhandene, neue nicht erlaubt",
            "Pas de nouvelles options, merci de ne pas ajouter",
            "No añadir nuevas",
            "Closed list: you can choose one",
            "不可新增",
        ] {
            assert!(!says_open(description), "{description}");
        }
    }

    #[test]
    fn a_status_column_takes_none_whatever_is_said() {
        let options = vec![ChoiceOption::named("Done")];
        let column = |kind| Column {
            id: "id".into(),
            name: "State".into(),
            description: "New options allowed".into(),
            kind,
        };
        assert!(!takes_new_options(&column(ColumnKind::Status { options: options.clone() })));
        assert!(takes_new_options(&column(ColumnKind::Select { options })));
        assert!(!takes_new_options(&column(ColumnKind::RichText)));
    }
}
