//! The state of the emulated Notion: who sees what, what is in the trash, paging, the feed of changes.
//!
//! Pure: no HTTP and no clock of its own (every call brings its `now`). The operations are in `pages`,
//! `data_sources`, `content`, `comments`, `uploads` and `search`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use tokio::sync::broadcast;
use uuid::Uuid;

use super::callers::{Caller, Connection, Space};
use super::error::ApiError;
use super::integrations::Integration;
use super::limits;
use super::model::{Block, Change, ChangeKind, Comment, DataSource, Database, Page, Parent};
use super::oauth::{Code, TokenCalls};
use super::outbox::Outbox;
use super::schema::Author;
use super::tokens::Pair;
use super::uploads::Upload;
use super::values::Writing;

/// Cursors that are remembered; older ones answer as invalid, as a persisted one does at Notion.
const CURSORS: usize = 10_000;
/// Changes a slow listener may fall behind before it misses some.
const FEED: usize = 1024;

/// Everything the emulated Notion knows.
#[derive(Debug)]
pub(super) struct Workspace {
    pub spaces: Vec<Space>,
    pub connections: Vec<Connection>,
    pub pairs: Vec<Pair>,
    pub integrations: Vec<Integration>,
    pub codes: Vec<Code>,
    pub token_calls: TokenCalls,
    /// Who sits in front of the browser.
    pub signed_in: Option<Uuid>,
    pub databases: BTreeMap<Uuid, Database>,
    pub sources: BTreeMap<Uuid, DataSource>,
    pub pages: BTreeMap<Uuid, Page>,
    pub blocks: BTreeMap<Uuid, Block>,
    /// Blocks of a page or block, in order.
    pub children: HashMap<Uuid, Vec<Uuid>>,
    pub comments: Vec<Comment>,
    pub uploads: BTreeMap<Uuid, Upload>,
    /// Workspaces on a paid plan.
    pub paying: BTreeSet<Uuid>,
    /// Rows one query gives in all.
    pub query_rows: usize,
    /// Pages that bots made and queries do not show yet; `None` while queries lag behind nothing.
    pub unshown: Option<HashSet<Uuid>>,
    /// What the address of a page starts with.
    pub page_base: String,
    pub feed: broadcast::Sender<Change>,
    pub outbox: Outbox,
    cursors: VecDeque<(String, String, usize)>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            spaces: Vec::new(),
            connections: Vec::new(),
            pairs: Vec::new(),
            integrations: Vec::new(),
            codes: Vec::new(),
            token_calls: TokenCalls::default(),
            signed_in: None,
            databases: BTreeMap::new(),
            sources: BTreeMap::new(),
            pages: BTreeMap::new(),
            blocks: BTreeMap::new(),
            children: HashMap::new(),
            comments: Vec::new(),
            uploads: BTreeMap::new(),
            paying: BTreeSet::new(),
            query_rows: limits::QUERY_ROWS,
            unshown: None,
            page_base: "https://app.notion.com/p/".into(),
            feed: broadcast::Sender::new(FEED),
            outbox: Outbox::default(),
            cursors: VecDeque::new(),
        }
    }
}

impl Workspace {
    /// What a write of this caller needs to know.
    pub(super) fn writing(&self, caller: &Caller) -> Writing<'_> {
        Writing { author: caller.author, uploads: &self.uploads, now: caller.now }
    }

    /// Where a person opens an object.
    pub(crate) fn url_of(&self, id: Uuid) -> String {
        format!("{}{}", self.page_base, id.simple())
    }

    /// The object above another, whatever it is.
    pub(super) fn parent_of(&self, id: Uuid) -> Option<Uuid> {
        if let Some(page) = self.pages.get(&id) {
            return page.parent.id();
        }
        if let Some(block) = self.blocks.get(&id) {
            return block.parent.id();
        }
        if let Some(source) = self.sources.get(&id) {
            return Some(source.database);
        }
        self.databases.get(&id).and_then(|database| database.parent.id())
    }

    fn chain(&self, id: Uuid) -> Vec<Uuid> {
        std::iter::successors(Some(id), |id| self.parent_of(*id)).collect()
    }

    fn space_of(&self, id: Uuid) -> Option<Uuid> {
        let root = *self.chain(id).last()?;
        let page = self.pages.get(&root).map(|page| page.workspace);
        page.or_else(|| self.databases.get(&root).map(|database| database.workspace))
    }

    /// Whether the caller was given the object or something above it.
    pub(super) fn sees(&self, caller: &Caller, id: Uuid) -> bool {
        self.space_of(id) == Some(caller.workspace) && {
            let chain = self.chain(id);
            let given = |granted: &HashSet<Uuid>| chain.iter().any(|above| granted.contains(above));
            caller.granted.as_ref().is_none_or(given)
                && !chain.iter().any(|above| caller.hidden.contains(above))
        }
    }

    /// What a bot puts at the top of a workspace is its own.
    pub(super) fn own(&mut self, caller: &Caller, id: Uuid) {
        let known = self.connections.iter_mut().find(|known| known.bot_id == caller.user);
        if let Some(granted) = known.and_then(|known| known.granted.as_mut()) {
            granted.insert(id);
        }
    }

    fn trashed(&self, id: Uuid) -> bool {
        self.pages.get(&id).is_some_and(|page| page.in_trash)
            || self.blocks.get(&id).is_some_and(|block| block.in_trash)
            || self.sources.get(&id).is_some_and(|source| source.in_trash)
            || self.databases.get(&id).is_some_and(|database| database.in_trash)
    }

    /// Refuses if the object or one above it is in the trash.
    pub(super) fn alive(&self, id: Uuid) -> Result<(), ApiError> {
        if self.trashed(id) {
            return Err(ApiError::archived());
        }
        self.alive_above(id)
    }

    /// Refuses if an object above this one is in the trash.
    pub(super) fn alive_above(&self, id: Uuid) -> Result<(), ApiError> {
        if self.chain(id).iter().skip(1).any(|above| self.trashed(*above)) {
            return Err(ApiError::archived_ancestor());
        }
        Ok(())
    }

    /// Tells everybody who listens.
    pub(super) fn announce(&mut self, kind: ChangeKind, id: Uuid, caller: &Caller, properties: Vec<String>) {
        let data_source = self.pages.get(&id).and_then(|page| match page.parent {
            Parent::DataSource { source, .. } => Some(source),
            _ => None,
        });
        let by_bot = caller.author == Author::Integration;
        let change = Change { kind, id, data_source, properties, by_bot, at: caller.now };
        self.tell_subscribers(&change, caller);
        // Fails only when nobody listens.
        drop(self.feed.send(change));
    }

    /// Cuts one page out of a list and remembers where the next one starts.
    pub(super) fn paged<T>(
        &mut self,
        scope: &str,
        items: Vec<T>,
        cursor: Option<&str>,
        size: usize,
    ) -> Result<(Vec<T>, Option<String>), ApiError> {
        let start = match cursor {
            None => 0,
            Some(cursor) => {
                let known = self.cursors.iter().find(|(id, of, _)| id == cursor && of == scope);
                let text = format!("The start_cursor provided is invalid: {cursor}");
                known.ok_or_else(|| ApiError::validation(text))?.2
            }
        };
        let more = items.len() > start + size;
        let page = items.into_iter().skip(start).take(size).collect();
        if !more {
            return Ok((page, None));
        }
        let next = Uuid::new_v4().to_string();
        self.cursors.push_back((next.clone(), scope.to_owned(), start + size));
        if self.cursors.len() > CURSORS {
            self.cursors.pop_front();
        }
        Ok((page, Some(next)))
    }
}
