//! Where a result may go beside its row: the content databases of the row's owner, and what opens them.
//!
//! Takes an envelope; gives the databases, the way, the access. Fails as the store does, and as permanent with
//! `Disconnected` where a database's connection is gone.

use std::sync::Arc;

use super::access::access;
use super::outlines::Outlines;
use crate::domain::entry::{ContentDatabase, DatabaseId};
use crate::domain::note::Note;
use crate::domain::route::{Route, Signs, route};
use crate::failure::Outcome;
use crate::messages::Envelope;
use crate::ports::{Access, Accounts, Covers, Keepsakes, PageMaker, Registry, ResultPages};

/// What results need beside their row.
#[derive(Clone)]
pub struct Destinations {
    /// Which databases are registered.
    pub registry: Arc<dyn Registry>,
    /// What opens them.
    pub accounts: Arc<dyn Accounts>,
    /// Makes pages in them.
    pub maker: Arc<dyn PageMaker>,
    /// Remembers the pages.
    pub pages: Arc<dyn ResultPages>,
    /// The pictures for their covers.
    pub covers: Arc<dyn Covers>,
    /// What became of the videos that were to be kept.
    pub keepsakes: Arc<dyn Keepsakes>,
    /// What the content databases look like.
    pub outlines: Outlines,
}

impl Destinations {
    /// The content databases of an entry's owner.
    pub async fn of(&self, envelope: &Envelope) -> Outcome<Vec<ContentDatabase>> {
        self.registry.content_databases(envelope.row.database.user).await
    }

    /// The content database of a note; `None` where it is not registered any more.
    pub async fn find(&self, envelope: &Envelope, id: DatabaseId) -> Outcome<Option<ContentDatabase>> {
        Ok(self.of(envelope).await?.into_iter().find(|content| content.id == id))
    }

    /// Opens a content database for the worker of an entry.
    pub async fn open(&self, envelope: &Envelope, content: &ContentDatabase) -> Outcome<Access> {
        let access = access(&*self.accounts, content.connection).await?;
        Ok(access.within(envelope.lease.fence.clone()))
    }
}

/// The way of an entry's result.
pub(super) fn way<'a>(envelope: &Envelope, contents: &'a [ContentDatabase]) -> Route<'a> {
    let signs = Signs {
        can_be_tagged: envelope.row.database.mapping.tag.is_some(),
        tags: &envelope.tags,
        chosen: envelope.chosen,
    };
    route(signs, contents)
}

/// Whether a note made earlier still goes where the row's owner wants it. What they chose or removed since counts.
pub(super) fn still_fits(note: &Note, route: &Route<'_>) -> bool {
    match (route, note.database) {
        (Route::InPlace | Route::Choose(_), None) => true,
        (Route::To(content), Some(database)) => content.id == database,
        (Route::InPlace | Route::Choose(_), Some(_)) | (Route::To(_), None) => false,
    }
}
