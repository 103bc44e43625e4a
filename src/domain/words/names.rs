//! Words that may be the names of persons, places, shops or brands, as far as writing tells them apart.
//!
//! Takes a text and the language it is probably written in; gives the words in it that may be names. Names
//! are told by their capital. English titles capitalise every word and any word begins a sentence, so there a
//! list of ordinary words and the next word decide; German capitalises every noun, so there only a capital
//! inside a word, a word such as "Restaurant" before it or a row of capitals behind "von" tells. Scripts
//! without capitals show no names. Never fails.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::{listed, words};

/// Words that are no names though they begin a sentence or stand in a title.
static ORDINARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("ordinary_en.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Written with a capital everywhere in English and no name of anybody: days, months, feasts, peoples,
/// units, and what everybody shortens; feasts of other languages, and what Dutch writes as English does.
const CAPITAL_ALWAYS: &str = "monday tuesday wednesday thursday friday saturday sunday january february march \
    april may june july august september october november december christmas easter halloween thanksgiving \
    ramadan hanukkah diwali valentine english german french spanish italian portuguese dutch polish russian \
    ukrainian greek turkish arabic chinese japanese korean thai vietnamese indian mexican american british \
    asian african european mediterranean swedish danish norwegian finnish austrian swiss hungarian czech \
    persian lebanese moroccan ethiopian brazilian argentinian peruvian cuban jamaican indonesian malaysian \
    filipino taiwanese cantonese sichuan western eastern northern southern oriental diy bbq asmr faq tv ok \
    ai pov tbsp tsp kcal usa uk eu qr pdf gps led ml dl cl kj ph db hz khz mhz kwh hiit amrap emom rpe bmi uv spf \
    usb wifi atm am pm navidad noel natale natal pasqua pascua paques pascoa kerst kerstmis pasen wielkanoc \
    italiaanse franse spaanse duitse engelse griekse turkse japanse koreaanse thaise indiase mexicaanse \
    amerikaanse aziatische italiaans frans spaans duits engels grieks turks japans koreaans thais indiaas \
    mexicaans amerikaans aziatisch ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik pazartesi \
    sali carsamba persembe cuma cumartesi pazar italyan fransiz ispanyol alman ingiliz yunan turk arap japon amerikan";

/// Words that stand before a name in any language's prose, also where nouns have capitals.
const BEFORE_NAMES: [&str; 22] = [
    "restaurant",
    "ristorante",
    "trattoria",
    "osteria",
    "pizzeria",
    "cafe",
    "bistro",
    "hotel",
    "hostel",
    "bar",
    "backerei",
    "konditorei",
    "koch",
    "kochin",
    "chefkoch",
    "herr",
    "frau",
    "namens",
    "marke",
    "firma",
    "laden",
    "stadt",
];

/// What only somebody with a name does, behind the first word of an English sentence.
const DONE_BY_SOMEBODY: &str =
    "says said cooks explains recommends tells owns lives runs founded invented opened";

/// Before a German name: whose a thing is.
const BEFORE_OWNERS: &str = "von durch laut namens";

/// Behind "von" these begin no name: "von Hand Teig kneten", "von Montag Abend an".
const NO_OWNERS: &str = "hand anfang beginn ende mitte grund natur haus tag kapitel schritt teil montag dienstag \
    mittwoch donnerstag freitag samstag sonntag januar februar marz april mai juni juli august september oktober \
    november dezember gramm kilo pfund loffel essloffel teeloffel tasse tassen glas dose dosen prise stuck grad \
    el tl familie oma opa mama papa mutter vater sie ihnen ihr ihre ihrem ihren creme";

/// What Romance languages glue to a word with an apostrophe: "d'Escoffier", "dell'Etna".
const ELISIONS: &str =
    "d l n s j m t c qu lorsqu puisqu jusqu quoiqu dell all nell sull dall coll un bell quell sant";

/// Who or what a name is of that stands alone behind a colon: "Chef : Luigi", "Restaurante: Casa Paco".
const INTRODUCES: &str = "chef cuisinier cuisiniere auteur autrice autor autora autore autrice creador creadora cocinero \
    cocinera cuoco cuoca cozinheiro cozinheira kok kucharz szef auteure boutique magasin tienda loja negozio winkel \
    sklep marque marca merk marka restaurante restauracja restoran restaurang ресторан шеф повар автор кафе бренд";

/// So many small words more than those of another language leave no doubt.
const SEVERAL: usize = 3;

static NEVER_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| CAPITAL_ALWAYS.split(' ').collect());

/// How a text uses capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capitals {
    /// For names, and for every word of a title: English.
    Titles,
    /// For names alone: most languages.
    Names,
    /// For every noun: German.
    Nouns,
}

/// The words of a text that may be names, as written. `language` is a BCP 47 tag, if one is known.
pub fn names<'a>(text: &'a str, language: Option<&str>) -> Vec<&'a str> {
    let capitals = capitals(text, language);
    let in_lines = text.lines().flat_map(|line| line.split_sentence_bounds());
    in_lines.flat_map(|sentence| names_in(sentence, capitals)).collect()
}

/// The language of a text, if its small words tell: `de` and `en` are told apart from all others alone.
pub fn language_of(text: &str) -> Option<&'static str> {
    told(text).map(|(language, _)| language)
}

/// The language a text is written in, given the one it was asked for in: small words look alike in many
/// languages, so only several of them speak against what was asked for, and none for German, whose neighbours
/// share its words, unless English was asked for.
pub fn written_in<'a>(text: &str, asked: Option<&'a str>) -> Option<&'a str> {
    match (told(text), asked) {
        (Some((found, margin)), Some(asked)) if margin >= SEVERAL && (found == "en" || is(asked, "en")) => {
            Some(found)
        }
        (_, Some(asked)) => Some(asked),
        (found, None) => found.map(|(language, _)| language),
    }
}

/// Whether a BCP 47 tag is of this language.
pub(super) fn is(tag: &str, language: &str) -> bool {
    tag.split(['-', '_']).next().is_some_and(|main| main.eq_ignore_ascii_case(language))
}

/// The language the small words tell, and how many more of them it has than the other.
fn told(text: &str) -> Option<(&'static str, usize)> {
    const GERMAN: [&str; 32] = [
        "der", "die", "das", "und", "mit", "ein", "eine", "einen", "einem", "fur", "ist", "von", "im", "zu",
        "auf", "nicht", "sich", "den", "dem", "bei", "aus", "zum", "zur", "wie", "oder", "auch", "wird",
        "sind", "ich", "wir", "dann", "noch",
    ];
    // Without those that mean something else in a neighbouring language, such as "is", "on", "as" and "for".
    const ENGLISH: [&str; 28] = [
        "the", "and", "with", "you", "it", "this", "that", "from", "how", "your", "they", "then", "until",
        "what", "when", "their", "have", "which", "while", "these", "its", "about", "into", "before",
        "after", "there", "where", "who",
    ];
    let words = words(text);
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(&word.as_str())).count();
    let (german, english) = (count(&GERMAN), count(&ENGLISH));
    match (german, english) {
        (0, 0) => None,
        _ if german > english => Some(("de", german - english)),
        _ => Some(("en", english - german)),
    }
}

fn capitals(text: &str, language: Option<&str>) -> Capitals {
    match written_in(text, language) {
        Some(tag) if is(tag, "de") || is(tag, "lb") => Capitals::Nouns,
        Some(tag) if is(tag, "en") => Capitals::Titles,
        _ => Capitals::Names,
    }
}

/// The names in one sentence.
fn names_in(sentence: &str, capitals: Capitals) -> Vec<&str> {
    let words: Vec<(&str, bool)> = written_words(sentence);
    let is_title = is_title(&words);
    let is_english = capitals == Capitals::Titles;
    let mut found = Vec::new();
    let mut before = String::new();
    for (at, (written, begins)) in words.iter().copied().enumerate() {
        let word = if is_english { written } else { without_glued(written) };
        // The capital of "d'Anna" marks no beginning; that of a title's "L'Amore" may.
        let begins = begins && (word.len() == written.len() || !ends_together(written, word) || is_title);
        let folded = folded(word);
        let next = words.get(at + 1).map(|(next, begins)| (*next, *begins));
        let named_by_context = BEFORE_NAMES.contains(&before.as_str()) && has_capital(word);
        let may_be = match capitals {
            _ if has_inner_capital(word) => true,
            // "I", "I'm".
            _ if !has_capital(word) || !goes_on_as_word(word) => false,
            Capitals::Nouns => named_by_context || owns(&before, &folded, next),
            Capitals::Titles if is_title => !is_ordinary(&folded),
            Capitals::Titles if begins => !is_ordinary(&folded) && goes_on_as_name(word, next),
            Capitals::Names if begins && (named_by_context || listed(INTRODUCES, &before)) => {
                stands_alone(words.get(at + 1..).unwrap_or_default())
            }
            Capitals::Names if begins => false,
            Capitals::Names if is_title => !is_ordinary(&folded),
            _ => true,
        };
        if may_be && !NEVER_NAMES.contains(folded.as_str()) {
            found.push(word);
        }
        before = folded;
    }
    found
}

/// Whether the first word of an English sentence is more than a word nobody listed: "Luigi Rossi", "Luigi's",
/// "Luigi says", or all there is.
fn goes_on_as_name(word: &str, next: Option<(&str, bool)>) -> bool {
    let is_possessive = word.ends_with("'s") || word.ends_with("’s");
    let goes_on =
        |(next, begins): (&str, bool)| begins || has_capital(next) || listed(DONE_BY_SOMEBODY, next);
    is_possessive || next.is_none_or(goes_on)
}

/// "Oliver" and "O'Brien", not "I" and "I'm".
fn goes_on_as_word(word: &str) -> bool {
    let mut behind = word.chars().skip(1);
    behind.next().is_some_and(char::is_alphanumeric) || behind.next().is_some_and(char::is_uppercase)
}

/// A word without what is glued to it with an apostrophe: the article before it in Romance languages, the Turkish ending
/// behind it.
fn without_glued(word: &str) -> &str {
    match word.split_once(['\'', '’']) {
        Some((before, rest)) if has_capital(rest) && listed(ELISIONS, &before.to_lowercase()) => rest,
        Some((before, ending))
            if !ending.is_empty() && ending.chars().all(char::is_lowercase) && ending != "s" =>
        {
            if has_capital(before) && before.chars().nth(2).is_some() { before } else { word }
        }
        _ => word,
    }
}

/// Whether a part is the end of a word.
fn ends_together(word: &str, part: &str) -> bool {
    word.len() > part.len() && word.ends_with(part)
}

/// Whether nothing but further names stands behind a word: "Casa Paco", not "Muy bueno".
fn stands_alone(behind: &[(&str, bool)]) -> bool {
    behind.iter().take_while(|(_, begins)| !begins).all(|(next, _)| {
        has_capital(next) || listed("de da do di del della du la le el al van der y e et", next)
    })
}

/// Whether a German word with a capital behind "von" is the first of a name. The words behind it are none by
/// themselves, they may be nouns; "Wiener Art" and "Omas Küche" are no names either.
fn owns(before: &str, folded: &str, next: Option<(&str, bool)>) -> bool {
    listed(BEFORE_OWNERS, before)
        && next.is_some_and(|(next, begins)| !begins && has_capital(next))
        && !folded.ends_with("er")
        && !folded.ends_with('s')
        && !listed(NO_OWNERS, folded)
        // "Von Meal Prep", "von Social Media".
        && !is_ordinary(folded)
}

/// The words of a sentence as written, each with whether a capital there may only mark a beginning.
pub(super) fn written_words(sentence: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut begins = true;
    for part in sentence.split_word_bounds() {
        if part.chars().any(char::is_alphanumeric) {
            found.push((part, begins));
            begins = false;
        } else if part.contains([':', '–', '—', '•', '|', '"', '“', '„', '«', '‘', '(', '.', '!', '?', ';'])
        {
            begins = true;
        }
    }
    found
}

/// Whether capitals say nothing here: every longer word has one.
pub(super) fn is_title(words: &[(&str, bool)]) -> bool {
    const LONG: usize = 4;
    let mut long = words.iter().filter(|(word, _)| word.chars().count() >= LONG).peekable();
    long.peek().is_some() && long.all(|(word, _)| has_capital(word))
}

/// A word folded, without what English glues to it.
fn folded(word: &str) -> String {
    let glued = ["s", "t", "ll", "re", "ve", "d", "m"];
    let whole = word.rsplit_once(['\'', '’']).filter(|(_, ending)| glued.contains(ending));
    words(whole.map_or(word, |(word, _)| word)).concat()
}

/// Whether the word, or the one it is made of, is in the list.
fn is_ordinary(folded: &str) -> bool {
    // Not "er": "Oliver" is of no "olive", "Porter" of no "port".
    const ENDINGS: [&str; 7] = ["s", "es", "d", "ed", "ing", "ly", "y"];
    let known = |word: &str| ORDINARY.contains(word);
    // "Baking" is of "bake", "grilling" of "grill", "chopping" of "chop".
    let is_stem = |stem: &str| {
        let halved = stem.char_indices().next_back().and_then(|(at, last)| {
            stem.get(..at).filter(|shorter| shorter.len() > 2 && shorter.ends_with(last))
        });
        stem.len() > 2 && (known(stem) || known(&format!("{stem}e")) || halved.is_some_and(known))
    };
    folded.chars().all(|letter| letter.is_ascii_digit())
        || known(folded)
        || ENDINGS.iter().any(|ending| folded.strip_suffix(ending).is_some_and(is_stem))
}

pub(super) fn has_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// `iPhone`, `TikTok`: a capital behind a small letter; a shouted word has none.
fn has_inner_capital(word: &str) -> bool {
    word.chars().zip(word.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words_that_only_have_a_capital() {
        let table: [(&str, Option<&str>, &[&str]); 66] = [
            ("A simple pasta for four people.", None, &[]),
            ("Luigi Rossi cooks it with the help of his mother.", None, &["Luigi", "Rossi"]),
            ("Easy Weeknight Dinner Ideas", Some("en"), &[]),
            ("Best Pasta at Trattoria Luigi", Some("en"), &["Trattoria", "Luigi"]),
            ("The pasta comes from Rose Street in Milan.", None, &["Rose", "Street", "Milan"]),
            ("You can eat it on Friday with Italian bread.", None, &[]),
            ("Filmed on an iPhone", Some("en"), &["iPhone"]),
            ("EASY PASTA AT HOME", Some("en"), &[]),
            ("Tip: Boil the water first", None, &[]),
            ("I like it and I'm sure", None, &[]),
            ("Ein Rezept mit Nudeln und Tomaten für die Familie", None, &[]),
            ("Die Nudeln sind aus dem Restaurant Mario", None, &["Mario"]),
            ("Une recette de Paul Bocuse à Lyon", Some("fr"), &["Paul", "Bocuse", "Lyon"]),
            ("La ricetta della nonna", Some("it"), &[]),
            ("Ristorante Mario", Some("en"), &["Ristorante", "Mario"]),
            ("Рецепт от Ивана", Some("ru"), &["Ивана"]),
            ("满小满的面条", Some("zh"), &[]),
            ("Enzo's kitchen is the best", Some("en"), &["Enzo's"]),
            // The small words of one language are those of others.
            ("Dit is een snel recept.", Some("nl"), &[]),
            ("Het gerecht is klaar om op tafel te zetten.", Some("nl"), &[]),
            ("We eten het als ontbijt of lunch, en het is goed.", Some("nl"), &[]),
            ("Een Italiaanse soep", Some("nl"), &[]),
            ("Misture as cebolas e as cenouras.", Some("pt"), &[]),
            ("Receptet är för fyra personer.", Some("sv"), &[]),
            ("Opskriften er for fire.", Some("da"), &[]),
            ("Oppskriften er for alle, og den er god.", Some("nb"), &[]),
            ("Przepis na zupę, to proste.", Some("pl"), &[]),
            ("Mélangez les œufs, puis on ajoute le lait.", Some("fr"), &[]),
            ("Has visto la receta?", Some("es"), &[]),
            ("Are un gust bun.", Some("ro"), &[]),
            ("Recept je to rychlý.", Some("cs"), &[]),
            ("Reseptiä on helppo seurata.", Some("fi"), &[]),
            ("Den suppe, der er i den gryde, og dem kender Anna.", Some("da"), &["Anna"]),
            ("Het recept is van Jamie Oliver.", Some("nl"), &["Jamie", "Oliver"]),
            ("They bake it with the cheese that Luigi makes.", Some("de"), &["Luigi"]),
            ("Man kocht die Nudeln und gibt dann den Käse in die Pfanne.", Some("en"), &[]),
            ("Suppe, so easy: the Klassiker.", Some("de"), &[]),
            // The first word of an English sentence.
            ("Preheat the oven.", Some("en"), &[]),
            ("Spatchcock the chicken, then deglaze it.", Some("en"), &[]),
            ("You'll love it, and you won't stop.", Some("en"), &[]),
            ("Sautéing Onions Isn't Hard", Some("en"), &[]),
            ("Luigi says so.", Some("en"), &["Luigi"]),
            ("Chef: Luigi.", Some("en"), &["Luigi"]),
            ("Add 500 mL at pH 7.", Some("en"), &[]),
            // Glued to a name.
            ("Une sauce d'Escoffier, façon d’Oliver", Some("fr"), &["Escoffier", "Oliver"]),
            ("D'Escoffier, une sauce", Some("fr"), &["Escoffier"]),
            ("L'eau bout, l'huile d'olive aussi", Some("fr"), &[]),
            ("Aujourd'hui, c'est facile", Some("fr"), &[]),
            ("I sapori dell'Etna", Some("it"), &["Etna"]),
            ("L'Amore Perfetto", Some("it"), &["Perfetto"]),
            ("Bugün Antalya'da pişirdik", Some("tr"), &["Antalya"]),
            ("Con O'Brien e D'Angelo", Some("it"), &["O'Brien", "Angelo"]),
            // Alone behind a colon.
            ("Chef : Luigi", Some("fr"), &["Luigi"]),
            ("Restaurante: Casa Paco", Some("es"), &["Casa", "Paco"]),
            ("Restaurante: Muy bueno y barato", Some("es"), &[]),
            ("Consejo: Hervir el agua", Some("es"), &[]),
            ("Шеф: Луиджи", Some("ru"), &["Луиджи"]),
            // Turkish writes these with a capital, and they are nobody's names.
            ("Tarif 20 Mayıs Cuma günü", Some("tr"), &[]),
            ("Bir İtalyan makarnası", Some("tr"), &[]),
            ("Bu tarif Çin'den", Some("tr"), &["Çin"]),
            // German: only behind "von", and only what can be no noun.
            ("Das Rezept stammt von Jamie Oliver.", Some("de"), &["Jamie"]),
            ("Nach Omas Art von Hand Teig kneten, von Montag Abend an, von Wiener Art.", Some("de"), &[]),
            (
                "Bei Bedarf Salz zugeben, mit Tassen Kaffee, aus Mamas Küche, nach Geschmack Zucker.",
                Some("de"),
                &[],
            ),
            ("Von Meal Prep bis Street Food.", Some("de"), &[]),
            ("Eine Art von Kuchen mit Sahne.", Some("de"), &[]),
            ("Das Video ist von Ihrem Koch.", Some("de"), &[]),
        ];
        for (text, language, expected) in table {
            assert_eq!(names(text, language), expected, "{text}");
        }
    }
}
