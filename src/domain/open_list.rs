//! Whether new options may be added to a column: said by its owner, in plain words, in its description.
//!
//! Takes a description; gives yes or no. A list is closed unless a clause says otherwise ("new options allowed",
//! "neue erlaubt", "lista abierta"): what is allowed has to be new options, not something else that is new. A
//! sentence that says no wins, and a question says nothing. Never fails.

use unicode_segmentation::UnicodeSegmentation;

use super::schema::{Column, ColumnKind};
use super::words::{contains_words, words};

/// What is new, in the languages of the mapping's names; accents taken off.
const NEW: &str = "new neu neue neuen neuer neues nouveau nouveaux nouvel nouvelle nouvelles nuevo nuevos nueva nuevas \
    nuovo nuovi nuova nuove novo novos nova novas nieuw nieuwe nowe nowy nya yeni новые новыи новых новую";

/// What is not on the list without being called new. It needs a word for options beside it.
const OTHER: &str = "other further more andere anderen weitere weiteren autres otras otros altre altri outras outros \
    inne andra baska другие";

/// What is on the list.
const OPTION: &str = "option options value values one ones tag tags label labels entry entries choice choices \
    category categories optionen wert werte werten kategorie kategorien schlagwort schlagworter eintrag eintrage \
    valeur valeurs etiquette etiquettes choix opcion opciones valor valores etiqueta etiquetas opzione opzioni valore \
    valori etichetta etichette opcao opcoes waarde waarden opties optie opcje opcja wartosci alternativ varden \
    secenek secenekler опции опция варианты вариант значения теги";

/// Says that something is allowed.
const ALLOWED: &str = "allowed allow permitted erlaubt erlauben zulassig autorise autorises autorisee autorisees permis \
    permises permitido permitidos permitida permitidas permitir ammesso ammessi ammessa ammesse consentite consentiti \
    toegestaan dozwolone tillatna разрешены";

/// Says so as well, but of much else: it counts beside a word for options alone.
const FINE: &str = "ok okay fine welcome possible moglich willkommen possibles bienvenues posibles bienvenidas possibili \
    possiveis welkom mogelijk mile можно";

/// Makes something new.
const ADD: &str = "add added adding create created creating invent hinzufugen hinzugefugt erganzen erganzt anlegen \
    angelegt erstellen erstellt ajouter ajoute ajoutez ajoutes ajoutees creer creez anadir anade anadirse agregar \
    agrega crear crea aggiungere aggiungi creare adicionar adicione criar toevoegen toegevoegd dodawac dodac \
    eklenebilir добавлять добавляи добавить создавать";

/// Ties `new` to something that is not: "new or used", "neu oder gebraucht".
const TIED: &str = "or and oder und ou et o e y ed of en lub i och eller veya или и";

/// How many words may stand between what is new and what is said of it: "neue Optionen dürfen auch angelegt werden".
const REACH_BEHIND: usize = 3;

/// How many may stand before it: "add a few new ones".
const REACH_BEFORE: usize = 2;

/// Leads from what is new to what is said of it.
const BE: &str = "is are may can sind ist durfen konnen est sont peuvent son es pueden sono possono sao podem zijn mogen \
    kunnen sa ar";

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

/// Whether values of this column may become new options: its description says so, or it is one of those its owner
/// opened elsewhere. A status column takes none from a page.
pub fn takes_new_options(column: &Column, open: &[String]) -> bool {
    let chosen = matches!(column.kind, ColumnKind::Select { .. } | ColumnKind::MultiSelect { .. });
    chosen && (says_open(&column.description) || open.contains(&column.id))
}

/// Whether a description opens the list.
pub fn says_open(description: &str) -> bool {
    let mut open = false;
    for sentence in description.unicode_sentences() {
        let clauses = unconditional(sentence);
        let says = |list: &str| clauses.iter().flatten().any(|word| is_in(list, word));
        let opens = !sentence.trim_end().ends_with(['?', '？'])
            && (clauses.iter().any(|clause| lets_new_in(clause))
                || OPEN_LISTS.iter().any(|phrase| contains_words(sentence, phrase))
                || UNSPACED.iter().any(|phrase| sentence.contains(phrase)));
        if (opens || says(NEW)) && (says(NOT) || sentence.contains(['不', '禁'])) {
            return false;
        }
        open |= opens;
    }
    open
}

/// The words of a sentence, clause by clause, without those that only say when.
fn unconditional(sentence: &str) -> Vec<Vec<String>> {
    let clauses: Vec<Vec<String>> = sentence.split([',', ';', '–', '—']).map(words).collect();
    // A clause alone is no condition of another: "se" is no "if" in Spanish.
    let alone = clauses.len() == 1;
    let is_condition =
        |clause: &Vec<String>| !alone && clause.first().is_some_and(|first| is_in(CONDITION, first));
    clauses.into_iter().filter(|clause| !is_condition(clause)).collect()
}

/// Whether a clause lets new options in: it names them and says of them that they are allowed, or adds them.
fn lets_new_in(clause: &[String]) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| clause.get(at)).map_or("", String::as_str);
    let is_named =
        |at: usize| is_in(OPTION, word(at.checked_add(1))) || is_in(OPTION, word(at.checked_sub(1)));
    (0..clause.len()).any(|at| {
        let (is_new, named) = (is_in(NEW, word(Some(at))), is_named(at));
        let tied = is_in(TIED, word(at.checked_sub(1))) || is_in(TIED, word(at.checked_add(1)));
        if !(named && (is_new || is_in(OTHER, word(Some(at)))) || is_new && !tied) {
            return false;
        }
        // Behind "new options" the second word counts from the noun.
        let behind = at + 1 + usize::from(is_in(OPTION, word(at.checked_add(1))));
        let near = |list: &str| {
            let before = clause.get(at.saturating_sub(REACH_BEFORE)..at);
            let behind = clause.get(behind..clause.len().min(behind + 1 + REACH_BEHIND));
            before.into_iter().chain(behind).flatten().any(|word| is_in(list, word))
        };
        // What is new without being called an option is one where it ends the clause or leads to what is said of it.
        let bare = word(Some(behind));
        let means_options =
            named || bare.is_empty() || [ALLOWED, ADD, FINE, BE].iter().any(|list| is_in(list, bare));
        means_options && (near(ADD) || near(ALLOWED) || (named && near(FINE)))
    })
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
            "Other values are welcome",
            "New ones are fine",
            "Neue Optionen dürfen auch hinzugefügt werden",
            "Opciones nuevas permitidas",
            "erlaubt sind neue",
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
            "Condition: can be new or used",
            "Condition: new is fine",
            "Used or new allowed",
            "Neu oder gebraucht erlaubt",
            "New openings in May",
            "New options in May",
            "Is it new? Fine.",
            "Are new options ok?",
            "It is fine to leave new options out",
            "May add a mood to new places",
            "Add tags that fit",
            "What is new and what you can do there",
            "Whether other people may come",
            "Neue Läden, die man besuchen darf",
            "Peut être nouveau ou ancien",
            "Puede ser nuevo o usado",
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
        let opened = ["id".to_owned()];
        assert!(!takes_new_options(
            &column(ColumnKind::Status { options: options.clone(), unset: None }),
            &opened
        ));
        assert!(takes_new_options(&column(ColumnKind::Select { options }), &[]));
        assert!(!takes_new_options(&column(ColumnKind::RichText), &opened));
    }
}
