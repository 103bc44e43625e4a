//! Which column of a link database plays which part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::stage::Status;

/// The parts columns play, by property id, so that renames do no harm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// The url column with the link to watch.
    pub link: String,
    /// The select or status column that shows where the entry is.
    pub status: StatusColumn,
    /// The title column.
    pub title: String,
    /// The text column that takes a failure's reason, where there is one.
    pub reason: Option<String>,
}

impl Mapping {
    /// The columns a summary must leave alone.
    pub fn reserved(&self) -> Vec<&str> {
        let mut ids = vec![self.link.as_str(), self.status.id.as_str()];
        ids.extend(self.reason.as_deref());
        ids
    }
}

/// The column that shows where an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusColumn {
    /// Property id.
    pub id: String,
    /// `select` or `status`; decides the shape Notion wants.
    pub kind: StatusKind,
    /// The option shown for each of our statuses; a status without one is not shown.
    pub options: BTreeMap<Status, String>,
}

/// The two column types that can show a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// A select column: options are added by Notion when first used.
    #[default]
    Select,
    /// A status column: only options that exist may be used.
    Status,
}
pub fn propose(schema: &super::schema::Schema) -> Result<Mapping, std::fmt::Error> {
    let _ = schema;
    Err(std::fmt::Error)
}
