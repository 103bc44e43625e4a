//! Sections of pages that lead to one another: the row to the pages of its result, each page back to its row.

use super::build::{folded, headline, sources, words_of};
use super::{Block, Labels, Section, Span};
use crate::domain::media::Watched;
use crate::domain::note::Note;
use crate::domain::result_page::Part;
use crate::domain::words::one_line;

/// A page as others lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What it is called.
    pub title: String,
    /// Where it is opened; empty where the workspace does not tell.
    pub url: String,
}

/// The section of a page that one of several things got: what is known of it. What is said and shown in the whole
/// video stands once, in the row.
pub fn item_section(part: &Part, note: &Note, watched: &Watched, video: &str, marker: String) -> Section {
    let words = words_of(note, watched);
    let blocks = folded(words.sources, sources(&part.values, words)).into_iter().collect();
    Section { headline: headline(&watched.info, video, words), marker, file: None, blocks }
}

/// The section of a row whose result stands elsewhere as a whole.
pub fn bare_section(note: &Note, watched: &Watched, video: &str, marker: String) -> Section {
    let headline = headline(&watched.info, video, words_of(note, watched));
    Section { headline, marker, file: None, blocks: Vec::new() }
}

/// The same section with the way back to the row before all else.
#[must_use]
pub fn leading_back(mut section: Section, row: &str, words: &Labels) -> Section {
    if !row.is_empty() {
        section.blocks.insert(0, Block::Paragraph(vec![Span::link(words.row, row)]));
    }
    section
}

/// The same section with the way to the row in which its owner saved the same video before.
#[must_use]
pub fn saved_before(mut section: Section, first: &str, words: &Labels) -> Section {
    let told = if first.is_empty() {
        Span::plain(words.saved_before)
    } else {
        Span::link(words.saved_before, first)
    };
    section.blocks.insert(0, Block::Paragraph(vec![told]));
    section
}

/// The same section with the ways to the pages of a result before all else.
#[must_use]
pub fn leading_to(mut section: Section, pages: &[Sign]) -> Section {
    let lead = |page: &Sign| {
        let title = one_line(&page.title);
        Block::Bullet(vec![if page.url.is_empty() {
            Span::bold(title)
        } else {
            Span::link(title, &page.url)
        }])
    };
    let leads: Vec<Block> = pages.iter().map(lead).collect();
    section.blocks.splice(0..0, leads);
    section
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;
    use crate::domain::note::{Evidence, Filled, Value};

    fn texts(section: &Section) -> Vec<(String, Option<String>)> {
        let first = |block: &Block| match block {
            Block::Paragraph(spans) | Block::Bullet(spans) => {
                spans.first().map(|span| (span.text.clone(), span.link.clone())).unwrap_or_default()
            }
            Block::Heading(title) | Block::Toggle(title, _) => (title.clone(), None),
        };
        section.blocks.iter().map(first).collect()
    }

    #[test]
    fn a_row_leads_to_its_pages_and_each_page_back() {
        let bare = bare_section(
            &Note::default(),
            &Watched::default(),
            "https://v.example",
            "https://m.example/1".to_owned(),
        );
        let sign = |title: &str, url: &str| Sign { title: title.to_owned(), url: url.to_owned() };
        let row = leading_to(bare, &[sign("Pho", "https://n.example/1"), sign("Ramen\n", "")]);
        let link = |text: &str, url: &str| (text.to_owned(), (!url.is_empty()).then(|| url.to_owned()));
        assert_eq!(texts(&row), [link("Pho", "https://n.example/1"), link("Ramen", "")]);
        let filled = |column: &str, value| Filled {
            column: column.to_owned(),
            name: column.to_owned(),
            value,
            evidence: Evidence::Whole,
            unset: None,
        };
        let part = Part {
            item: "pho".to_owned(),
            title: "Pho".to_owned(),
            values: vec![
                filled("Soup", Value::Checkbox(true)),
                filled("Row", Value::Relation(vec!["1".to_owned()])),
            ],
        };
        let item = item_section(
            &part,
            &Note::default(),
            &Watched::default(),
            "",
            "https://m.example/1#pho".to_owned(),
        );
        let back = leading_back(item, "https://n.example/row", Labels::of(None));
        assert_eq!(
            texts(&back),
            [
                link("Open the row it was saved in", "https://n.example/row"),
                link("Where the values come from", "")
            ]
        );
        let Block::Toggle(_, inside) = &back.blocks[1] else { panic!("no toggle") };
        assert_eq!(inside.len(), 1, "ids of pages tell nobody anything");
        let again = saved_before(back, "https://n.example/first", Labels::of(Some("de")));
        assert_eq!(
            texts(&again)[0],
            link("Schon gespeichert: die erste Zeile öffnen", "https://n.example/first")
        );
    }
}
