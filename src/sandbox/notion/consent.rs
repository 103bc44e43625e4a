//! The person in front of the consent page: what they can share, and what their answer does.
//!
//! Fails with words for the person.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use url::Url;
use uuid::Uuid;

use super::callers::{Connection, Person, Space};
use super::model::Parent;
use super::oauth::Asked;
use super::text;
use super::values;
use super::workspace::Workspace;

/// Why an authorization went no further, in words for the person in front of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConsentError(pub String);

/// What a person answers on the consent page.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// The workspace; the person's first if `None`.
    pub workspace: Option<Uuid>,
    /// Pages and databases at the top of it to share; all there are now if `None`.
    pub share: Option<Vec<Uuid>>,
}

/// A workspace on the consent page.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub id: Uuid,
    pub name: String,
    /// What is at its top.
    pub items: Vec<Item>,
}

/// A page or database a person may share.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub id: Uuid,
    pub title: String,
    pub is_database: bool,
}

impl Workspace {
    /// A person by their id.
    pub(super) fn someone(&self, person: Uuid) -> Option<&Person> {
        self.spaces.iter().find_map(|space| space.member(person))
    }

    /// The workspaces a person is in, with what they can share of each.
    pub(super) fn choices(&self, person: Uuid) -> Vec<Choice> {
        let theirs = self.spaces.iter().filter(|space| space.member(person).is_some());
        let choice =
            |space: &Space| Choice { id: space.id, name: space.name.clone(), items: self.top_of(space.id) };
        theirs.map(choice).collect()
    }

    fn top_of(&self, workspace: Uuid) -> Vec<Item> {
        let at_top = |parent: Parent, of: Uuid| parent == Parent::Workspace && of == workspace;
        let pages = self.pages.values().filter(|page| at_top(page.parent, page.workspace) && !page.in_trash);
        let pages = pages.map(|page| Item { id: page.id, title: values::title(page), is_database: false });
        let databases = self.databases.values();
        let databases = databases.filter(|one| at_top(one.parent, one.workspace) && !one.in_trash);
        let databases =
            databases.map(|one| Item { id: one.id, title: text::plain(&one.title), is_database: true });
        let mut items: Vec<Item> = pages.chain(databases).collect();
        items.sort_by(|one, other| (&one.title, one.id).cmp(&(&other.title, other.id)));
        items
    }

    /// "Allow access": connects the bot, shares, and gives where the browser goes with the code.
    pub(super) fn allow(
        &mut self,
        asked: &Asked,
        person: Uuid,
        consent: &Consent,
        now: DateTime<Utc>,
    ) -> Result<Url, ConsentError> {
        let choices = self.choices(person);
        let wanted = |choice: &&Choice| consent.workspace.is_none_or(|id| id == choice.id);
        let choice = choices.iter().find(wanted);
        let choice = choice.ok_or_else(|| ConsentError("This workspace is not one of yours.".into()))?;
        let top: HashSet<Uuid> = choice.items.iter().map(|item| item.id).collect();
        let share = match &consent.share {
            None => top,
            Some(chosen) if chosen.iter().all(|id| top.contains(id)) => chosen.iter().copied().collect(),
            Some(_) => {
                return Err(ConsentError("Something you chose is not at the top of that workspace.".into()));
            }
        };
        let bot = self.connected(asked, person, choice.id, share);
        let code = self.give_code(asked, bot, now);
        Ok(asked.answered("code", &code))
    }

    /// The one bot of this integration, workspace and person; what is shared is added to what it has.
    fn connected(&mut self, asked: &Asked, person: Uuid, workspace: Uuid, share: HashSet<Uuid>) -> Uuid {
        let same = |known: &&mut Connection| {
            (known.integration, known.workspace, known.owner) == (Some(asked.integration), workspace, person)
        };
        if let Some(known) = self.connections.iter_mut().find(same) {
            known.revoked = false;
            known.hidden.retain(|id| !share.contains(id));
            known.granted.get_or_insert_default().extend(share);
            return known.bot_id;
        }
        let bot_id = Uuid::new_v4();
        self.connections.push(Connection {
            token: String::new(),
            bot_id,
            name: asked.name.clone(),
            integration: Some(asked.integration),
            workspace,
            owner: person,
            lacks: HashSet::new(),
            granted: Some(share),
            hidden: HashSet::new(),
            revoked: false,
        });
        bot_id
    }
}
