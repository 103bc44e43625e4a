//! What content databases look like to a model that has to choose one: what their owners wrote about them, and their
//! columns.
//!
//! Takes a database and a way to read its schema; gives its outline, read once in a while for all links. Fails as
//! Notion does; a database that cannot be opened is chosen by what is known of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::entry::DatabaseId;
use crate::domain::schema::Schema;
use crate::failure::{Kind, Outcome};

/// How long an outline is good: each link asks for those of all databases, and they hardly change.
const LASTS: Duration = Duration::from_mins(10);

/// What a database is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outline {
    /// Its description in Notion.
    pub(super) description: String,
    /// The names of its columns.
    pub(super) columns: Vec<String>,
}

/// The outlines that were read lately.
#[derive(Debug, Clone, Default)]
pub struct Outlines(Arc<Mutex<HashMap<DatabaseId, (Instant, Outline)>>>);

impl Outlines {
    /// The outline of a database; an empty one where it cannot be opened.
    pub(super) async fn of(
        &self,
        database: DatabaseId,
        reading: impl Future<Output = Outcome<Schema>>,
    ) -> Outcome<Outline> {
        if let Some(outline) = self.fresh(database) {
            return Ok(outline);
        }
        let outline = match reading.await {
            Ok(schema) => Outline {
                description: schema.description,
                columns: schema.columns.into_iter().map(|column| column.name).collect(),
            },
            Err(failure) if matches!(failure.kind, Kind::Permanent(_)) => return Ok(Outline::default()),
            Err(failure) => return Err(failure),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (at, _)| at.elapsed() < LASTS);
        known.insert(database, (Instant::now(), outline.clone()));
        Ok(outline)
    }

    fn fresh(&self, database: DatabaseId) -> Option<Outline> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&database).filter(|(at, _)| at.elapsed() < LASTS).map(|(_, outline)| outline.clone())
    }
}
