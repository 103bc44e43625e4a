//! What is remembered of the pages that results become in content databases.

use async_trait::async_trait;

use crate::domain::cost::Usage;
use crate::domain::entry::{DatabaseId, EntryId, Ticket};
use crate::domain::result_page::ResultPage;
use crate::failure::Outcome;

/// Remembers pages, so that none is made twice, and choices, so that none is paid twice.
#[async_trait]
pub trait ResultPages: Send + Sync {
    /// The pages of an entry, in all content databases.
    async fn pages_of(&self, entry: EntryId) -> Outcome<Vec<ResultPage>>;

    /// Remembers a page as it is given; what was known of it is replaced. One that is about to be made is dated
    /// with the store's clock, and gives that.
    async fn keep_page(&self, ticket: Ticket, page: &ResultPage) -> Outcome<i64>;

    /// Checkpoint: the content database that was chosen, and what the choice cost.
    async fn keep_choice(&self, ticket: Ticket, database: DatabaseId, usage: &Usage) -> Outcome<()>;
}
