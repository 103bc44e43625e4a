//! The databases of a workspace: which there are, what their columns are, and how columns and databases are made.

use async_trait::async_trait;

use super::access::Access;
use super::workspace::DataSourceRef;
use crate::domain::adopt::{NewColumn, Plan};
use crate::domain::mapping::{Mapping, Usage};
use crate::domain::refusal::Refusal;
use crate::domain::schema::Schema;
use crate::failure::Outcome;

/// What was asked for, or why its asker cannot have it; a failure is neither.
pub type Asked<T> = Outcome<Result<T, Refusal>>;

/// A database as found.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The data source that was chosen, or the only one; its name is the database's title where it has none.
    pub source: DataSourceRef,
    /// All data sources of the database.
    pub sources: Vec<DataSourceRef>,
    /// The columns.
    pub schema: Schema,
}

/// The databases of a workspace such as Notion.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// All data sources the connection sees, those in the trash left out. Each is named by its title.
    async fn visible(&self, access: &Access) -> Outcome<Vec<DataSourceRef>>;

    /// Finds a database by its id, its address as people copy it, or the id of a data source; of several data
    /// sources the one that is `chosen`.
    async fn describe(&self, access: &Access, database: &str, chosen: Option<&str>) -> Asked<Described>;

    /// How the first hundred rows of a data source are used.
    async fn usage(&self, access: &Access, data_source: &str) -> Outcome<Usage>;

    /// Makes the database that is planned: at the workspace's top where that is allowed, else in the page
    /// edited last. One made by the same plan within the last minutes is given instead of a second one.
    async fn create_link_database(&self, access: &Access, plan: &Plan) -> Asked<DataSourceRef>;

    /// Adds columns to a data source. Whoever calls sees to it that no column has their names.
    async fn add_columns(&self, access: &Access, data_source: &str, columns: &[NewColumn]) -> Asked<()>;

    /// Adds a row with a link that waits to a data source without rows; asked twice at once, it adds one.
    async fn add_sample(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        sample: (&str, &str),
    ) -> Outcome<()>;
}
