//! Text columns and options: what stands under a column's own word in the video.

use std::cmp::Reverse;

use super::material::{Material, Passage, cues};
use super::stop_words::is_padding;
use super::summary::Extract;
use crate::domain::own_columns::tells_progress;
use crate::domain::schema::{ChoiceOption, Column};
use crate::domain::words::{fold, folded_contains, one_line};

/// Sentences quoted for one column.
const MAX_QUOTES: usize = 3;

/// Lines of a list under its heading.
const MAX_LIST: usize = 40;

/// Letters of a word in an option's description that may be looked for.
const SHORTEST_HINT: usize = 4;

/// What a text column asks for by its name or description.
pub(super) fn text(column: &Column, material: &Material, extract: &Extract) -> Option<String> {
    let words = fold(&format!("{} {}", column.name, column.description));
    let asks = |names: &[&str]| names.iter().any(|name| folded_contains(&words, &fold(name)));
    let named = |names: &[&str]| names.iter().any(|name| folded_contains(&fold(&column.name), &fold(name)));
    let info = &material.info;
    let found = if named(&["transcript", "transcription", "transkript"]) {
        Some(material.spoken.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join(" "))
    } else if named(&["caption", "bildunterschrift"]) {
        info.caption.clone()
    } else if named(&["author", "creator", "channel", "account", "autor", "auteur", "autore", "kanal"]) {
        info.author.clone()
    } else if named(&["platform", "plattform", "plateforme", "plataforma"]) {
        Some(info.platform.clone())
    } else if named(&["language", "sprache", "langue", "idioma", "lingua"]) {
        material.language.clone()
    } else if named(&["key points", "takeaways", "highlights", "kernpunkte"]) {
        Some(extract.key_points.join("\n"))
    } else if asks(&[
        "summary",
        "summarize",
        "overview",
        "gist",
        "tldr",
        "recap",
        "zusammenfassung",
        "resume",
        "resumen",
        "riassunto",
        "resumo",
        "samenvatting",
        "what it is about",
        "what the video is about",
    ]) {
        Some(extract.summary.clone())
    } else {
        let (name, description) = cues(column);
        under_heading(&name, material).or_else(|| quotes(&name, &description, material))
    };
    found.filter(|text| !text.trim().is_empty())
}

/// The list or the text under a heading of the caption or screen that is the column's name:
/// `Ingredients:` with lines below it, or `Ingredients: flour, eggs`.
fn under_heading(cues: &[String], material: &Material) -> Option<String> {
    let shown: Vec<String> =
        material.screens.iter().flat_map(|lines| lines.iter().cloned().chain([String::new()])).collect();
    [&material.caption, &shown].into_iter().find_map(|lines| {
        let at = lines.iter().position(|line| is_heading(line, cues))?;
        let line = lines.get(at)?;
        let rest = line.split_once(':').map(|(_, rest)| one_line(rest)).unwrap_or_default();
        if !fold(&rest).is_empty() {
            return Some(rest);
        }
        let below = lines.iter().skip(at + 1).map(|line| line.trim());
        // A list ends at a blank line or where the next heading stands; a blank line may follow its own.
        let below = below
            .skip_while(|line| line.is_empty())
            .take_while(|line| !line.is_empty() && !line.ends_with(':'));
        let list: Vec<&str> = below.take(MAX_LIST).collect();
        (!list.is_empty()).then(|| list.join("\n"))
    })
}

/// Whether a line is a heading with one of the column's words: little else before its colon, or nothing
/// else at all.
fn is_heading(line: &str, cues: &[String]) -> bool {
    const LONGEST_HEADING_WORDS: usize = 3;
    let (heading, has_colon) = line.split_once(':').map_or((line, false), |(heading, _)| (heading, true));
    let folded = fold(heading);
    let words = folded.split(' ').count();
    let fits = if has_colon { words <= LONGEST_HEADING_WORDS } else { words == 1 };
    fits && cues.iter().any(|cue| folded_contains(&folded, cue))
}

/// The sentences and lines that hold the column's name, else two words of its description. One is enough where the
/// name says nothing of a subject and the description names a few things: "the tram or bus to take".
fn quotes(name: &[String], description: &[String], material: &Material) -> Option<String> {
    const FEW_THINGS: usize = 3;
    let enough_hints = if name.is_empty() && description.len() <= FEW_THINGS { 1 } else { 2 };
    let holds = |passage: &&Passage| {
        let said =
            |words: &[String]| words.iter().filter(|word| folded_contains(&passage.folded, word)).count();
        let named = !name.is_empty() && said(name) == name.len();
        !passage.is_promotion() && (named || said(description) >= enough_hints)
    };
    let found: Vec<&str> =
        material.passages().filter(holds).map(|passage| passage.text.as_str()).take(MAX_QUOTES).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

/// The option that is meant most clearly; none when two are meant alike by their descriptions only.
pub(super) fn option(options: &[ChoiceOption], material: &Material) -> Option<String> {
    let mut meant: Vec<(u32, &ChoiceOption)> = options
        .iter()
        .map(|option| (meaning(option, material), option))
        .filter(|(meaning, _)| *meaning > 0)
        .collect();
    meant.sort_by_key(|(meaning, _)| Reverse(*meaning));
    match meant.as_slice() {
        [(first, _), (second, _), ..] if first == second && *first < BY_NAME => None,
        [(_, option), ..] => Some(option.name.clone()),
        [] => None,
    }
}

/// All options that are meant.
pub(super) fn options(options: &[ChoiceOption], material: &Material) -> Vec<String> {
    let meant = options.iter().filter(|option| meaning(option, material) > 0);
    meant.map(|option| option.name.clone()).collect()
}

/// What an option's own name weighs against a word of its description.
const BY_NAME: u32 = 100;

/// How clearly the video means an option: by its name, by a hashtag, by words of its description.
fn meaning(option: &ChoiceOption, material: &Material) -> u32 {
    let name = fold(&option.name);
    if tells_progress(&option.name) {
        return 0;
    }
    let named = if is_abbreviation(&option.name) {
        material
            .texts()
            .any(|text| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == option.name))
    } else {
        let title = material.info.title.as_deref().map(fold).unwrap_or_default();
        material.passages().any(|passage| folded_contains(&passage.folded, &name))
            || folded_contains(&title, &name)
    };
    let tagged = material.hashtags.contains(&name.replace(' ', ""));
    let described = fold(&option.description)
        .split(' ')
        .filter(|word| word.len() >= SHORTEST_HINT && !is_padding(word))
        .filter(|word| material.passages().any(|passage| folded_contains(&passage.folded, word)))
        .count();
    let described = u32::try_from(described).unwrap_or(BY_NAME).min(BY_NAME - 1);
    described + if named || tagged { BY_NAME } else { 0 }
}

/// Names such as `US` or `C` are other words in lower case.
fn is_abbreviation(name: &str) -> bool {
    name.chars().count() <= 2 && name.is_ascii()
}
