//! The readable page under a row, as blocks; Notion's shapes and Markdown are made from these.
//!
//! [`section`] builds it from a note and what was watched; where the result stands on pages of its own, [`leading_to`]
//! and [`leading_back`] join row and pages. [`markdown`] writes it down for people without
//! Notion. Every text may be a stranger's; nothing here fails.

use super::keepsake::Keep;

mod build;
mod files;
mod labels;
mod markdown;
mod results;
mod whys;

pub use build::{section, value, words_of};
pub use files::{file, lacking, missing};
pub use labels::Labels;
pub use markdown::{markdown, note_markdown};
pub use results::{Sign, bare_section, item_section, leading_back, leading_to, saved_before};

/// A piece of text with one look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Where it leads, when it is a link.
    pub link: Option<String>,
    /// Whether it is bold.
    pub bold: bool,
    /// Whether it is grey, for asides such as time stamps.
    pub muted: bool,
}

impl Span {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Bold text.
    pub fn bold(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: true, ..Self::default() }
    }

    /// Grey text.
    pub fn muted(text: impl Into<String>) -> Self {
        Self { text: text.into(), muted: true, ..Self::default() }
    }

    /// A link.
    pub fn link(text: impl Into<String>, to: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(to.into()), ..Self::default() }
    }
}

/// A block of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading inside our section.
    Heading(String),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list item.
    Bullet(Vec<Span>),
    /// A line that opens.
    Toggle(String, Vec<Block>),
}

/// Our one section of a user's page: a framed box with a heading line and blocks inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The first line, such as the video's platform and author.
    pub headline: Vec<Span>,
    /// The link that marks the section as ours and as this entry's; found again after a crash.
    pub marker: String,
    /// The video or its sound, before all else inside.
    pub file: Option<PageFile>,
    /// What stands inside.
    pub blocks: Vec<Block>,
}

/// A file that plays on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// What it is.
    pub keep: Keep,
    /// The workspace's own id of it.
    pub id: String,
    /// What the page says where the workspace does not show it.
    pub instead: String,
}

impl Section {
    /// The same section telling that its file is not there.
    #[must_use]
    pub fn without_file(mut self) -> Self {
        let told = self.file.take().map(|file| Block::Paragraph(vec![Span::muted(file.instead)]));
        self.blocks.splice(0..0, told);
        self
    }
}
