//! Where a result goes: into the row itself, or to a content database as new pages.
//!
//! Takes the row's tag, what was chosen before, and the content databases of the row's owner; gives the way. Cannot
//! fail: a tag that leads nowhere leaves the result in the row, where nothing is lost.

use super::entry::{ContentDatabase, DatabaseId};
use super::mapping::fold as plain;
use super::words::{fold, is_unspaced};

/// The way of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Route<'a> {
    /// The row's own columns are filled.
    InPlace,
    /// New pages of this database.
    To(&'a ContentDatabase),
    /// One of these, or none: what the video is about decides.
    Choose(Vec<&'a ContentDatabase>),
}

/// What is known of a row when its result is to be sent on its way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs<'a> {
    /// Whether its database has a column for tags at all.
    pub can_be_tagged: bool,
    /// The tags it has.
    pub tags: &'a [String],
    /// The content database that was chosen for it in an earlier run.
    pub chosen: Option<DatabaseId>,
}

/// The way of a row's result. The tags its owner gave decide before all else. Without any a choice made before
/// stays; else there is a choice where there are several databases, and also where there is one that no tag can lead to.
pub fn route<'a>(signs: Signs<'_>, contents: &'a [ContentDatabase]) -> Route<'a> {
    let tags: Vec<String> = signs.tags.iter().map(|tag| fold(tag)).filter(|tag| !tag.is_empty()).collect();
    if !tags.is_empty() {
        let led = |tag: &String| contents.iter().find(|content| fold(&content.tag) == *tag);
        return tags.iter().find_map(led).map_or(Route::InPlace, Route::To);
    }
    let chosen = signs.chosen.and_then(|chosen| contents.iter().find(|content| content.id == chosen));
    if let Some(chosen) = chosen.filter(|content| !content.paused) {
        return Route::To(chosen);
    }
    let open: Vec<&ContentDatabase> = contents.iter().filter(|content| !content.paused).collect();
    match open.len() {
        0 => Route::InPlace,
        1 if signs.can_be_tagged => Route::InPlace,
        _ => Route::Choose(open),
    }
}

/// Words for one after the other of many, folded: without accents, which in Cyrillic takes the hook of a letter as well.
/// Not "for all": one page for all is one page.
#[rustfmt::skip]
const EACH: &[&str] = &[
    "each", "every", "per", "jede", "jedes", "jeder", "jeden", "jedem", "pro",
    "chaque", "par", "cada", "por", "ogni", "elke", "iedere", "elk", "ieder", "kazdy", "kazda", "kazdego", "kazdej",
    "каждыи", "каждое", "каждого", "каждои", "каждую", "каждому", "لكل", "كل", "לכל", "כל",
    "毎", "ごと", "それぞれ", "每", "各", "각", "마다",
];

/// Behind "per", "por" and "par" these make it a "for": "una pagina per le ricette", "por favor".
#[rustfmt::skip]
const FOR: &[&str] = &[
    "favor", "favore", "exemple", "esempio", "ejemplo", "exemplo", "me", "te", "il", "lo", "la", "le", "i", "gli", "l",
    "el", "los", "las", "que", "defaut",
];

/// Words for more than one of what follows or stands before, folded.
#[rustfmt::skip]
const SEVERAL: &[&str] = &[
    "several", "multiple", "separate", "individual", "mehrere", "getrennte", "einzelne", "eigene", "plusieurs",
    "separees", "varias", "varios", "separadas", "separados", "piu", "separate", "meerdere", "aparte", "osobne", "kilka",
    "отдельные", "несколько",
];

/// Words for what results become, folded.
#[rustfmt::skip]
const PAGE: &[&str] = &[
    "page", "row", "entry", "record", "item", "card", "seite", "zeile", "eintrag", "karte",
    "ligne", "fiche", "entree", "pagina", "fila", "entrada", "riga", "scheda", "rij", "strona", "stron", "strone",
    "страница", "странице", "страницу", "строка", "строку", "запись", "записи",
    "ページ", "行", "页", "頁", "条", "페이지", "صفحة", "עמוד",
];

/// The same for several of them.
#[rustfmt::skip]
const PAGES: &[&str] = &[
    "pages", "rows", "entries", "records", "items", "cards", "seiten", "zeilen", "eintrage", "karten",
    "lignes", "fiches", "entrees", "paginas", "pagine", "filas", "entradas", "righe", "schede", "rijen", "strony",
    "страницы", "строки", "записи",
];

/// What is saved anyway, folded: a page for each of these is what everybody gets.
#[rustfmt::skip]
const SAVED: &[&str] = &[
    "video", "videos", "link", "links", "url", "clip", "clips", "reel", "reels", "post", "posts", "tiktok", "short",
    "lien", "enlace", "lank", "filmpje", "film", "filmik", "видео", "ссылка", "ссылку", "ссылки", "ролик", "ролика",
    "فيديو", "رابط", "סרטון", "קישור",
];

/// The same, and "each page", where words have no gaps between them.
#[rustfmt::skip]
const SAVED_UNSPACED: &[&str] = &[
    "動画ごと", "ビデオごと", "リンクごと", "毎動画", "各動画", "各ビデオ", "各リンク", "ページごと", "行ごと", "毎ページ", "各ページ",
    "每个视频", "每個影片", "每个链接", "每條影片", "各视频", "每页", "每一页", "每頁", "每行", "每一行", "各页",
    "영상마다", "동영상마다", "비디오마다", "링크마다", "페이지마다", "각 영상", "각 동영상", "각 비디오", "각 페이지",
];

/// What takes a wish back.
#[rustfmt::skip]
const NOT: &[&str] = &[
    "not", "never", "no", "dont", "don", "nicht", "nie", "niemals", "kein", "keine", "keinen", "pas", "jamais", "aucune",
    "nunca", "ninguna", "non", "mai", "nessuna", "nao", "nenhuma", "niet", "nooit", "geen", "не", "нельзя", "никогда",
];

/// The same where words have no gaps.
const NOT_UNSPACED: [char; 2] = ['不', '别'];

/// Points at the page there is: "every ingredient on the page" wants no other.
#[rustfmt::skip]
const THE: &[&str] = &[
    "the", "this", "that", "der", "die", "das", "dem", "dieser", "diese", "la", "cette", "esta", "questa", "nella",
    "sulla", "de", "deze", "na", "этои",
];

/// How far apart the two may stand, in words: "a page of its own for each of the restaurants".
const NEAR: usize = 6;

/// Whether instructions ask for a page for each of several things: a word for each one near a word for a page, or
/// plainly for several pages, in one sentence that does not deny it and is not about each video.
pub fn asks_for_several(instructions: &str) -> bool {
    instructions.split(['.', '!', '?', ';', '\n', '。', '！']).any(|sentence| {
        let said = Said::new(sentence);
        let mut each = said.places(|word| is(word, EACH));
        each.retain(|at| !is(said.word(at.checked_add(1)), FOR));
        if each.iter().any(|at| said.is_of_what_is_saved(*at)) {
            return false;
        }
        let of_each = each.into_iter().filter(|at| !said.is_of_pages(*at)).any(|at| {
            let pages = said.places(|word| is(word, PAGE) || is(word, PAGES)).into_iter();
            // Scripts without gaps: both stand in what counts as one word.
            pages
                .filter(|page| *page == at || !is(said.word(page.checked_sub(1)), THE))
                .any(|page| page.abs_diff(at) <= NEAR && !said.is_denied(page.min(at), page.max(at)))
        });
        of_each || said.places(|word| is(word, PAGES)).into_iter().any(|page| said.are_several(page))
    })
}

/// A sentence of instructions, word by word.
struct Said {
    words: Vec<String>,
    /// The clause each word stands in.
    clause: Vec<usize>,
}

impl Said {
    fn new(sentence: &str) -> Self {
        let sentence =
            SAVED_UNSPACED.iter().fold(sentence.to_owned(), |rest, saved| rest.replace(saved, " "));
        let (mut words, mut clause) = (Vec::new(), Vec::new());
        for (number, part) in sentence.split([',', ':', '–', '—', '、', '，']).enumerate() {
            for word in plain(part).split_whitespace() {
                words.push(word.to_owned());
                clause.push(number);
            }
        }
        Self { words, clause }
    }

    fn places(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        self.words.iter().enumerate().filter(|(_, word)| wanted(word)).map(|(at, _)| at).collect()
    }

    fn word(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.words.get(at)).map_or("", String::as_str)
    }

    /// Whether the next two words behind a word for each hold one of these.
    fn leads_to(&self, at: usize, wanted: impl Fn(&str) -> bool) -> bool {
        let behind = self.words.get(at + 1..).unwrap_or_default();
        behind.iter().take(2).any(|word| wanted(word))
    }

    /// "One page per video", "each new link".
    fn is_of_what_is_saved(&self, at: usize) -> bool {
        self.leads_to(at, |word| is(word, SAVED))
    }

    /// "Keep every page short", "each of the entries".
    fn is_of_pages(&self, at: usize) -> bool {
        let next = self.word(at.checked_add(1));
        let of = matches!(next, "single" | "of" | "new" | "neue" | "nouvelle" | "nueva");
        is(next, PAGE)
            || is(next, PAGES)
            || (of && self.leads_to(at, |word| is(word, PAGE) || is(word, PAGES)))
    }

    /// "Several pages", "fiches séparées", "mehrere neue Seiten".
    fn are_several(&self, page: usize) -> bool {
        let around = page.saturating_sub(2)..self.words.len().min(page + 2);
        let several = |at: &usize| is(self.word(Some(*at)), SEVERAL);
        around.into_iter().find(several).is_some_and(|at| !self.is_denied(page.min(at), page.max(at)))
    }

    /// Whether the words between these two places, or those before them in their clauses, say no. What stands behind
    /// them denies something else, but for a last word: "brauche ich nicht".
    fn is_denied(&self, first: usize, last: usize) -> bool {
        let clause = |at: usize| self.clause.get(at).copied().unwrap_or_default();
        let begin = (0..=first).find(|at| clause(*at) == clause(first)).unwrap_or(first);
        let end = (last..self.words.len()).take_while(|at| clause(*at) == clause(last)).last();
        let says_no = |at: usize| {
            let word = self.word(Some(at));
            is(word, NOT) || word.contains(NOT_UNSPACED)
        };
        (begin..=last).any(says_no) || end.is_some_and(says_no)
    }
}

/// Whether a folded word is one of these; in scripts without gaps it is somewhere inside.
fn is(word: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|one| word == *one || (one.contains(is_unspaced) && word.contains(*one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entry::ConnectionId;
    use crate::domain::mapping::Mapping;

    fn content(tag: &str) -> ContentDatabase {
        ContentDatabase {
            id: DatabaseId::new(),
            connection: ConnectionId::new(),
            data_source: tag.to_owned(),
            title: tag.to_owned(),
            tag: tag.to_owned(),
            mapping: Mapping::default(),
            instructions: None,
            language: None,
            paused: false,
        }
    }

    #[test]
    fn the_tag_decides_then_an_earlier_choice_then_there_is_a_choice_or_none() {
        let all = [content("Recipes"), content("Cafés")];
        let signs = Signs { can_be_tagged: true, ..Signs::default() };
        let names = |tags: &[&str]| -> Vec<String> { tags.iter().map(|tag| (*tag).to_owned()).collect() };
        for (tags, way) in [
            (names(&["cafes"]), Route::To(&all[1])),
            (names(&["Films", "Cafés", "Recipes"]), Route::To(&all[1])),
            (names(&["Films"]), Route::InPlace),
            (names(&[" "]), Route::To(&all[0])),
        ] {
            assert_eq!(route(Signs { tags: &tags, chosen: Some(all[0].id), ..signs }, &all), way, "{tags:?}");
        }
        assert_eq!(route(signs, &all), Route::Choose(all.iter().collect()));
        assert_eq!(route(signs, &all[..1]), Route::InPlace);
        assert_eq!(route(Signs::default(), &all[..1]), Route::Choose(vec![&all[0]]), "no tag can lead there");
        assert_eq!(route(signs, &[]), Route::InPlace);
        assert_eq!(route(Signs { chosen: Some(DatabaseId::new()), ..signs }, &all[..1]), Route::InPlace);
    }

    #[test]
    fn a_database_that_cannot_be_reached_is_not_chosen_but_a_tag_still_leads_to_it() {
        let mut all = [content("a"), content("b")];
        all[0].paused = true;
        let signs = Signs::default();
        assert_eq!(route(signs, &all), Route::Choose(vec![&all[1]]));
        assert_eq!(route(Signs { chosen: Some(all[0].id), ..signs }, &all), Route::Choose(vec![&all[1]]));
        assert_eq!(route(Signs { tags: &["a".to_owned()], ..signs }, &all), Route::To(&all[0]));
    }

    #[test]
    fn instructions_ask_for_several_pages_in_many_words() {
        for asking in [
            "One page per restaurant.",
            "Please make a separate page for every recipe",
            "Each place gets its own entry",
            "Lege für jedes Restaurant eine eigene Seite an.",
            "Pro Rezept ein Eintrag",
            "Une fiche par restaurant",
            "Una página por cada receta",
            "Una riga per ogni ristorante",
            "Voor elke plek een pagina",
            "Каждый рецепт на отдельной странице, одна запись",
            "レシピごとに1ページ",
            "每个餐厅一页",
            "動画の料理ごとに1ページ",
            "식당마다 한 페이지",
            "For each restaurant, one page.",
            "No intro, one page per recipe",
            "Make several pages: one for the soup, one for the cake",
            "Mehrere Seiten, wenn mehrere Rezepte vorkommen",
            "Des fiches séparées pour les restaurants",
            "One page per restaurant that is not closed",
            "Osobne strony, jedna na przepis",
            "עמוד לכל מתכון",
        ] {
            assert!(asks_for_several(asking), "{asking}");
        }
        for other in [
            "",
            "Keep it short.",
            "Write the page in German.",
            "List every ingredient. The page should be short.",
            "Jede Zutat mit Menge",
            "Grams, not ounces; prices per person",
            "One page per video.",
            "One page per row",
            "Eine Seite pro Video",
            "Une fiche par vidéo",
            "Una página por vídeo",
            "Una pagina per ogni link",
            "Eén pagina per filmpje",
            "Одна страница на каждое видео, на каждую ссылку",
            "Each video gets its own page",
            "動画ごとに1ページ",
            "每个视频一页",
            "영상마다 한 페이지",
            "Keep every page short.",
            "Each entry needs a price",
            "Jede Seite auf Deutsch",
            "Chaque fiche doit être courte",
            "Every single entry in English",
            "ページごとに短く",
            "每一页都要短",
            "Never make several pages of one video",
            "Don't make a page for each recipe",
            "Lege nicht für jedes Rezept eine Seite an",
            "Pro Rezept eine Seite brauche ich nicht",
            "Ne fais pas une fiche par recette",
            "Non fare una pagina per ogni ricetta",
            "Не делай отдельную страницу для каждого рецепта",
            "不要每个餐厅一页",
            "List every ingredient on the page",
            "One page for all the restaurants",
            "Write the recipe on a separate page",
            "Write several paragraphs on the page",
            "Je veux une page courte",
            "Por favor, una página corta",
            "Una pagina per le ricette",
        ] {
            assert!(!asks_for_several(other), "{other}");
        }
    }
}
