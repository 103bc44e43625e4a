//! What people ask about old collections: to look at one, to take it in, to stop.

use actix::Message;

use super::{Answer, Page};
use crate::domain::entry::{DatabaseId, ImportId, UserId};
use crate::domain::import::view::ImportView;

/// What is in this export, and what would it add to this database? Nothing is written to the workspace.
#[derive(Debug, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct UploadImport {
    /// Who asks.
    pub user: UserId,
    /// The link database the rows would be made in.
    pub database: DatabaseId,
    /// The file, at its beginning; nobody else can open it, and it goes with its handle.
    pub file: std::fs::File,
}

/// Where is this import?
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct ShowImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
}

/// Which imports does this database have? Newest first.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<Page<ImportView>>")]
pub struct ListImports {
    /// Who asks.
    pub user: UserId,
    /// Which database.
    pub database: DatabaseId,
    /// Only those made before this one.
    pub before: Option<ImportId>,
    /// How many at most.
    pub limit: u32,
}

/// Yes, take it in; or: go on with what was paused.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct ConfirmImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
    /// Whether links that were merely liked are taken in as well.
    pub likes: bool,
}

/// Stop it: rows that are not made stay so.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Answer<ImportView>")]
pub struct CancelImport {
    /// Who asks.
    pub user: UserId,
    /// Which one.
    pub import: ImportId,
}
