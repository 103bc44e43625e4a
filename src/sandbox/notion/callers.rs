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

/// One authorised integration in one workspace.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Secret it presents.
    pub token: String,
    /// The bot it acts as.
    pub bot_id: Uuid,
    /// Name of the integration.
    pub name: String,
    /// Workspace it was authorised in.
    pub workspace: Uuid,
    /// Person who authorised it.
    pub owner: Uuid,
    /// Capabilities its owner took away.
    pub lacks: HashSet<Capability>,
    /// Objects it was not given, with all below them.
    pub hidden: HashSet<Uuid>,
    /// No longer valid.
    pub revoked: bool,
}

/// A workspace of one person.
#[derive(Debug, Clone)]
pub(super) struct Space {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The person who owns it.
    pub owner: Uuid,
    /// That person's name.
    pub owner_name: String,
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
    /// Objects not shared with them.
    pub hidden: HashSet<Uuid>,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Caller {
    /// Refuses with 403 if the capability is missing.
    pub(super) fn needs(&self, capability: Capability) -> Result<(), ApiError> {
        if self.lacks.contains(&capability) { Err(ApiError::restricted()) } else { Ok(()) }
    }
}
