//! Makes pages in content databases, and looks for those that may have been made.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::access::Access;
use super::workspace::Upload;
use crate::domain::note::Value;
use crate::domain::ours::Held;
use crate::domain::page::Section;
use crate::failure::Outcome;

/// A page in a content database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePage {
    /// Its id.
    pub page: String,
    /// Where people open it.
    pub url: String,
}

/// A page as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct PageNow {
    /// Which one.
    pub made: MadePage,
    /// What its columns hold, by whomever, by property id.
    pub columns: BTreeMap<String, Held>,
    /// Whether it has a cover, by whomever.
    pub has_cover: bool,
}

/// A workspace in which pages are made.
#[async_trait]
pub trait PageMaker: Send + Sync {
    /// Makes a page with these values by property id and this section; tells whether the section stands there as a
    /// whole or only its headline, with the marker in any case. The picture becomes its cover, and what columns show that
    /// take the thumbnail; where it is not taken, the page is made without it.
    ///
    /// Must not be repeated while it is unknown whether it worked: look with [`PageMaker::find_page`] first.
    async fn make_page(
        &self,
        access: &Access,
        data_source: &str,
        values: &BTreeMap<String, Value>,
        section: &Section,
        picture: Option<&Upload>,
    ) -> Outcome<(MadePage, bool)>;

    /// The page that was made no earlier than `since` and whose section has this marker.
    async fn find_page(
        &self,
        access: &Access,
        data_source: &str,
        marker: &str,
        since: DateTime<Utc>,
    ) -> Outcome<Option<MadePage>>;

    /// How long a page that was made may not be found yet.
    fn shows_pages_within(&self) -> Duration {
        Duration::ZERO
    }

    /// A page as it stands now; `None` where it is gone or lies in the trash.
    async fn page(&self, access: &Access, page: &str) -> Outcome<Option<PageNow>>;
}
