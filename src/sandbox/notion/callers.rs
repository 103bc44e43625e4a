//! Who calls: connections with their capabilities, the workspace's person, and what each may see.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::ApiError;
use super::schema::Author;

/// What a connection may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "Notion's own names of its capabilities")]
pub enum Capability {
    ReadContent,
    UpdateContent,
    InsertContent,
    ReadComments,
    InsertComments,
    ReadUsers,
}

/// One authorised integration in one workspace, for one person: a bot.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Secret it was given last; a public integration may hold several pairs at once.
    pub token: String,
    /// The bot it acts as.
    pub bot_id: Uuid,
    /// Name of the integration.
    pub name: String,
    /// The public integration it belongs to; `None` for an internal one.
    pub integration: Option<Uuid>,
    /// Workspace it was authorised in.
    pub workspace: Uuid,
    /// Person who authorised it.
    pub owner: Uuid,
    /// Capabilities its owner took away.
    pub lacks: HashSet<Capability>,
    /// Objects it was given, with all below them; `None` for the whole workspace.
    pub granted: Option<HashSet<Uuid>>,
    /// Objects taken from it again, with all below them.
    pub hidden: HashSet<Uuid>,
    /// No longer valid.
    pub revoked: bool,
}

/// Someone with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their user id, the same in every workspace.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

impl Person {
    /// A new person with an address made of the name.
    pub(super) fn named(name: &str) -> Self {
        let letter =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '.' };
        let mailbox: String = name.chars().map(letter).collect();
        Self { id: Uuid::new_v4(), name: name.to_owned(), email: format!("{mailbox}@example.com") }
    }
}

/// A workspace and who is in it.
#[derive(Debug, Clone)]
pub(super) struct Space {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The person who owns it.
    pub owner: Person,
    /// Everybody else in it.
    pub guests: Vec<Person>,
}

impl Space {
    /// A new workspace of one person.
    pub(super) fn of(name: &str, owner: Person) -> Self {
        Self { id: Uuid::new_v4(), name: name.to_owned(), owner, guests: Vec::new() }
    }

    /// Everybody in it, the owner first.
    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.owner).chain(&self.guests)
    }

    /// This person, if they are in it.
    pub(super) fn member(&self, person: Uuid) -> Option<&Person> {
        self.people().find(|known| known.id == person)
    }
}

/// Who asks, and when.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Person or bot.
    pub author: Author,
    /// Their user id.
    pub user: Uuid,
    /// Their workspace.
    pub workspace: Uuid,
    /// Capabilities missing.
    pub lacks: HashSet<Capability>,
    /// Objects shared with them; `None` for all.
    pub granted: Option<HashSet<Uuid>>,
    /// Objects not shared with them.
    pub hidden: HashSet<Uuid>,
    /// Whether they may put things at the top of a workspace: people and public integrations.
    pub at_the_top: bool,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Caller {
    /// A person with all rights.
    pub(super) fn person(person: &Person, workspace: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            author: Author::Person,
            user: person.id,
            workspace,
            lacks: HashSet::new(),
            granted: None,
            hidden: HashSet::new(),
            at_the_top: true,
            now,
        }
    }

    /// The bot behind a connection.
    pub(super) fn bot(connection: &Connection, now: DateTime<Utc>) -> Self {
        Self {
            author: Author::Integration,
            user: connection.bot_id,
            workspace: connection.workspace,
            lacks: connection.lacks.clone(),
            granted: connection.granted.clone(),
            hidden: connection.hidden.clone(),
            at_the_top: connection.integration.is_some(),
            now,
        }
    }

    /// Refuses with 403 if the capability is missing.
    pub(super) fn needs(&self, capability: Capability) -> Result<(), ApiError> {
        if self.lacks.contains(&capability) { Err(ApiError::restricted()) } else { Ok(()) }
    }
}
