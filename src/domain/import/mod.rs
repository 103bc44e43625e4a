//! An old collection that is taken in: what the export of a platform holds.
//!
//! Takes the bytes of one file, whatever it is called; gives the links in it, or says what the file is instead
//! and where the right one lies. A file is a stranger's: it is read as a stream, each text is cut, and nothing
//! of it is trusted before it was looked at. Knows Instagram's saved posts and collections (JSON of several
//! ages, HTML in any language) and `TikTok`'s favourites and likes (JSON of several ages).

mod basket;
pub mod estimate;
mod html;
mod instagram;
mod json;
mod links;
pub mod preview;
mod text;
mod tiktok;
pub mod view;

use std::io::{BufRead, Read};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::basket::Basket;

/// Links taken from one file; a row is made for each, and ten thousand are what Notion gives in one query.
pub const MOST_LINKS: usize = 20_000;

/// The platform an export comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Instagram.
    Instagram,
    /// `TikTok`.
    #[serde(rename = "tiktok")]
    TikTok,
}

impl Source {
    /// Its name, as it writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instagram => "Instagram",
            Self::TikTok => "TikTok",
        }
    }
}

/// The list a link stood in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Kept on purpose: saved posts, favourite videos.
    #[default]
    Saved,
    /// Merely liked: taken in only when its owner says so.
    Likes,
}

/// A link somebody saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// Where it leads, in the form that opens without the app.
    pub link: String,
    /// The first line of the caption, where the export has one.
    pub title: Option<String>,
    /// Whose post it is.
    pub author: Option<String>,
    /// When it was saved.
    pub saved_at: Option<DateTime<Utc>>,
    /// The list it stood in.
    pub list: List,
}

/// What stood in a list and is no link to a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// What stood there, cut.
    pub what: String,
    /// Why it is left out.
    pub why: String,
}

/// What an export holds, in the order of the file: platforms write the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Where it comes from.
    pub source: Source,
    /// The links, at most [`MOST_LINKS`].
    pub items: Vec<Saved>,
    /// The first of those that are no links to posts.
    pub skipped: Vec<Skipped>,
    /// How many are no links to posts.
    pub skipped_count: u64,
    /// How many more links there are than are taken from one file.
    pub beyond: u64,
}

/// Why a file gives nothing: each says what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing in it.
    Empty,
    /// The archive the export comes in.
    Packed,
    /// Neither JSON nor HTML.
    Foreign,
    /// `TikTok`'s export as plain text.
    TikTokText,
    /// JSON that breaks off: the download was not complete.
    BrokenOff,
    /// JSON with an error in it, or deeper than any export.
    Damaged,
    /// JSON or a page of something else.
    Unknown,
    /// Another file of the platform's export.
    OtherFile(Source),
    /// The right list, with nothing in it.
    EmptyList(Source),
    /// The file could not be read from the disk.
    Unread,
}

impl Unreadable {
    /// What the file is, and where the right one lies.
    pub fn hint(self) -> String {
        const INSTAGRAM: &str =
            "your_instagram_activity/saved/saved_posts.json (or .html) of Instagram's export";
        const TIKTOK: &str = "user_data_tiktok.json of TikTok's export";
        let either = format!("Choose {INSTAGRAM}, or {TIKTOK}.");
        match self {
            Self::Empty => format!("The file is empty. {either}"),
            Self::Packed => format!("This is the archive the export comes in. Unpack it first. {either}"),
            Self::Foreign => format!("This is neither a JSON nor an HTML file. {either}"),
            Self::TikTokText => "This is TikTok's export as plain text. Ask TikTok for your data once more and \
                                 choose JSON as the file format (Settings > Account > Download your data)."
                .to_owned(),
            Self::BrokenOff => {
                "The file ends too early. Download the export once more, unpack it, and choose the file again."
                    .to_owned()
            }
            Self::Damaged => "The file is damaged: its JSON has an error. Unpack the export once more, and choose \
                              the file without opening it in an editor first."
                .to_owned(),
            Self::Unknown => format!("No saved links were found in this file. {either}"),
            Self::OtherFile(Source::Instagram) => {
                format!("This is another file of Instagram's export. Choose {INSTAGRAM}.")
            }
            Self::OtherFile(Source::TikTok) => format!(
                "There is neither a list of favourites nor one of likes in it. Choose {TIKTOK}, asked for with \
                 all data."
            ),
            Self::EmptyList(source) => {
                format!("The list in this file is empty: {} knows of nothing you saved.", source.name())
            }
            Self::Unread => "The upload was cut off. Try again.".to_owned(),
        }
    }
}

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Html,
}

/// Bytes that are looked at to tell what a file is.
const LOOKED_AT: usize = 1_024;

/// Reads an export, whatever it is called.
pub fn read(mut file: impl BufRead) -> Result<Export, Unreadable> {
    let mut head = Vec::with_capacity(LOOKED_AT);
    let looked = file.by_ref().take(LOOKED_AT as u64).read_to_end(&mut head);
    looked.map_err(|_| Unreadable::Unread)?;
    let (kind, skip) = sniff(&head)?;
    let whole = head.get(skip..).unwrap_or_default().chain(file);
    let mut basket = Basket::default();
    let source = match kind {
        Kind::Json => json::read(whole, &mut basket)?,
        Kind::Html => html::read(whole, &mut basket)?,
    };
    basket.export(source)
}

/// What a file is by its first bytes, and how many of them belong to no content.
fn sniff(head: &[u8]) -> Result<(Kind, usize), Unreadable> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let packed: [&[u8]; 4] = [b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"];
    if packed.iter().any(|magic| head.starts_with(magic)) {
        return Err(Unreadable::Packed);
    }
    let skip = if head.starts_with(MARK) { MARK.len() } else { 0 };
    let text = head.get(skip..).unwrap_or_default().trim_ascii_start();
    match text.first() {
        None => Err(Unreadable::Empty),
        Some(b'{' | b'[') => Ok((Kind::Json, skip)),
        Some(b'<') => Ok((Kind::Html, skip)),
        Some(_) if text.starts_with(b"Date:") => Err(Unreadable::TikTokText),
        Some(_) => Err(Unreadable::Foreign),
    }
}
