//! The readable page under a row, as blocks; Notion's shapes and Markdown are made from these.

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
    /// What stands inside.
    pub blocks: Vec<Block>,
}
/// (being written)
pub fn section(
    note: &super::note::Note,
    watched: &super::media::Watched,
    video: &str,
    marker: String,
) -> Section {
    let blocks = vec![
        Block::Paragraph(vec![Span::plain(note.summary.clone())]),
        Block::Toggle(
            "Transcript".into(),
            vec![Block::Paragraph(vec![Span::plain(watched.transcript.text())])],
        ),
        Block::Toggle(
            "On screen".into(),
            watched
                .screen_text
                .lines
                .iter()
                .map(|l| {
                    Block::Bullet(vec![Span::muted(l.at.to_string()), Span::plain(format!(" {}", l.text))])
                })
                .collect(),
        ),
    ];
    Section {
        headline: vec![
            Span::link("Linkscribe", marker.clone()),
            Span::plain(" · "),
            Span::link("the video", video),
        ],
        marker,
        blocks,
    }
}

/// (being written)
pub fn note_markdown(note: &super::note::Note, watched: &super::media::Watched, video: &str) -> String {
    format!("# {}\n\n{video}\n\n{}\n\n{}\n", note.title, note.summary, watched.transcript.text())
}
