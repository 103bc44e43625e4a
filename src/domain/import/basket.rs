//! Collects what the readers find: links to posts in one form, the rest with the reason.

use super::links::{self, Leads};
use super::text;
use super::{Export, List, MOST_LINKS, Saved, Skipped, Source, Unreadable};
use chrono::DateTime;

/// How many of those that are left out are shown.
const SHOWN: usize = 50;

/// Letters of a link that is left out.
const SHOWN_LETTERS: usize = 200;

/// A thing found in a list, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    pub(super) link: String,
    pub(super) caption: Option<String>,
    pub(super) author: Option<String>,
    /// Seconds since 1970.
    pub(super) saved_at: Option<i64>,
    pub(super) list: List,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Basket {
    items: Vec<Saved>,
    skipped: Vec<Skipped>,
    skipped_count: u64,
    beyond: u64,
}

impl Basket {
    /// Takes one thing in.
    #[expect(clippy::needless_pass_by_value, reason = "what was found is handed over")]
    pub(super) fn take(&mut self, found: Found) {
        match links::of(&found.link) {
            Leads::Post(_) if self.items.len() >= MOST_LINKS => self.beyond += 1,
            Leads::Post(link) => self.items.push(Saved {
                link,
                title: found.caption.as_deref().and_then(text::title),
                author: found.author.as_deref().and_then(text::title),
                // A time before the platforms is none: exports write 0 where they know none.
                saved_at: found
                    .saved_at
                    .filter(|seconds| *seconds > 0)
                    .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
                list: found.list,
            }),
            Leads::Profile(_) => self.skip(&found.link, "This is somebody's profile, not a post."),
            Leads::Elsewhere => self.skip(&found.link, "This is no link to a post."),
        }
    }

    /// Leaves something out.
    pub(super) fn skip(&mut self, what: &str, why: &str) {
        self.skipped_count += 1;
        if self.skipped.len() < SHOWN {
            let what = text::cut(&text::one_line(what), SHOWN_LETTERS).to_owned();
            self.skipped.push(Skipped { what, why: why.to_owned() });
        }
    }

    /// Whether nothing was found, not even something to leave out.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.skipped_count == 0
    }

    /// What the whole file held.
    pub(super) fn export(self, source: Source) -> Result<Export, Unreadable> {
        if self.is_empty() {
            return Err(Unreadable::EmptyList(source));
        }
        let Self { items, skipped, skipped_count, beyond } = self;
        Ok(Export { source, items, skipped, skipped_count, beyond })
    }
}
