//! Makes rows in a link database, and looks for those that stand there.

use async_trait::async_trait;

use super::access::Access;
use super::workspace::Row;
use crate::domain::mapping::Mapping;
use crate::failure::Outcome;

/// The links of a database's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowLinks {
    /// The links, as they stand there.
    pub links: Vec<String>,
    /// Whether those are all; a very large database gives only its newest rows.
    pub all: bool,
}

/// A workspace in which rows are made.
#[async_trait]
pub trait RowMaker: Send + Sync {
    /// Makes a row with this link and, where one is given, this title; its status is pending.
    ///
    /// Must not be repeated while it is unknown whether it worked: look with [`RowMaker::find_row`] first.
    /// `Wait` says that nothing was made.
    async fn add_row(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        link: &str,
        title: Option<&str>,
    ) -> Outcome<Row>;

    /// The links of all rows, every page of the answer followed.
    async fn links(&self, access: &Access, data_source: &str, mapping: &Mapping) -> Outcome<RowLinks>;

    /// The first row with exactly this link that does not lie in the trash.
    async fn find_row(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        link: &str,
    ) -> Outcome<Option<Row>>;
}
