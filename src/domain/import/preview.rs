//! What an export would add to a link database: each video once, without those that stand there already.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Export, List, Skipped, Source};
use crate::domain::link::MediaKey;

/// How many links of each kind are shown.
const SHOWN: usize = 50;

/// Links of one kind: how many, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Listed {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Told>,
}

/// A link, and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Told {
    /// The link.
    pub link: String,
    /// Why it is left out, where that is not the same for all.
    pub why: Option<String>,
}

impl Listed {
    fn add(&mut self, link: &str, why: Option<&str>) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(Told { link: link.to_owned(), why: why.map(ToOwned::to_owned) });
        }
    }
}

/// What was found in an export, beside the links that would be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// Where it comes from.
    pub source: Source,
    /// Links to posts in the file.
    pub found: u64,
    /// Links to a video that stands in the file before.
    pub twice_in_file: Listed,
    /// Links to a video that stands in the database already.
    pub in_database: Listed,
    /// Links to a video that another import is taking in.
    pub in_other_imports: Listed,
    /// Links that cannot be read, each with the reason.
    pub unread: Listed,
    /// What is no link to a post, each with the reason.
    pub no_posts: Listed,
    /// Links behind the most that are taken from one file.
    pub beyond: u64,
    /// Whether every row of the database was compared. Where not, each link is looked for before its row is made.
    pub all_rows_compared: bool,
}

/// A link that would be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Where it leads.
    pub link: String,
    /// The key all links to the same video share.
    pub key: MediaKey,
    /// The first line of the caption.
    pub title: Option<String>,
    /// The list it stood in.
    pub list: List,
}

/// What is known of the database already.
#[derive(Debug, Default)]
pub struct Known {
    /// The videos of its rows.
    pub rows: HashSet<MediaKey>,
    /// Whether those are all rows.
    pub all_rows: bool,
    /// The videos that running imports are taking in.
    pub imports: HashSet<MediaKey>,
}

/// Sorts out what would be taken in. What is saved goes before what is merely liked; beside that the order of
/// the file stays. `understand` gives a link's key, or why it cannot be read.
pub fn sort_out(
    export: Export,
    known: &Known,
    understand: impl Fn(&str) -> Result<MediaKey, String>,
) -> (Preview, Vec<Planned>) {
    let mut preview = Preview {
        source: export.source,
        found: export.items.len() as u64 + export.beyond,
        twice_in_file: Listed::default(),
        in_database: Listed::default(),
        in_other_imports: Listed::default(),
        unread: Listed::default(),
        no_posts: no_posts(&export.skipped, export.skipped_count),
        beyond: export.beyond,
        all_rows_compared: known.all_rows,
    };
    let (mut planned, mut seen) = (Vec::new(), HashSet::new());
    let (saved, likes): (Vec<_>, Vec<_>) =
        export.items.into_iter().partition(|item| item.list == List::Saved);
    for item in saved.into_iter().chain(likes) {
        match understand(&item.link) {
            Err(why) => preview.unread.add(&item.link, Some(&why)),
            Ok(key) if known.rows.contains(&key) => preview.in_database.add(&item.link, None),
            Ok(key) if known.imports.contains(&key) => preview.in_other_imports.add(&item.link, None),
            Ok(key) if !seen.insert(key.clone()) => preview.twice_in_file.add(&item.link, None),
            Ok(key) => planned.push(Planned { link: item.link, key, title: item.title, list: item.list }),
        }
    }
    (preview, planned)
}

fn no_posts(skipped: &[Skipped], count: u64) -> Listed {
    let first = skipped.iter().map(|one| Told { link: one.what.clone(), why: Some(one.why.clone()) });
    Listed { count, first: first.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::Saved;
    use super::*;
    use crate::domain::link;

    fn saved(link: &str, list: List) -> Saved {
        Saved { link: link.to_owned(), list, ..Saved::default() }
    }

    fn key(link: &str) -> Result<MediaKey, String> {
        link::understand(link).map(|target| target.key).map_err(|error| error.to_string())
    }

    #[test]
    fn each_video_is_taken_once_and_a_saved_one_before_a_liked_one() {
        let post = |id: u32| format!("https://www.tiktok.com/@/video/{id}");
        let items = vec![
            saved(&post(1), List::Likes),
            saved(&post(2), List::Likes),
            saved(&post(3), List::Saved),
            saved("https://www.tiktok.com/@cook/video/1", List::Saved),
            saved(&post(4), List::Saved),
            saved(&post(5), List::Saved),
            saved("no link", List::Saved),
        ];
        let export =
            Export { source: Source::TikTok, items, skipped: Vec::new(), skipped_count: 0, beyond: 2 };
        let keys = |id: u32| HashSet::from([MediaKey(format!("tiktok:{id}"))]);
        let known = Known { rows: keys(4), all_rows: true, imports: keys(5) };
        let (preview, planned) = sort_out(export, &known, key);
        let taken: Vec<_> = planned.iter().map(|one| (one.key.0.as_str(), one.list)).collect();
        let expected = [("tiktok:3", List::Saved), ("tiktok:1", List::Saved), ("tiktok:2", List::Likes)];
        assert_eq!(taken, expected);
        let counts = [
            preview.twice_in_file.count,
            preview.in_database.count,
            preview.in_other_imports.count,
            preview.unread.count,
        ];
        assert_eq!((preview.found, counts), (9, [1, 1, 1, 1]));
        assert!(preview.unread.first.iter().all(|told| told.why.is_some()));
    }
}
