//! Records what is wrong with a database that refuses its poll, and that nothing is wrong once a poll works.
//!
//! The schema is read once for each refused poll, never more often. What cannot be told stays as it is recorded.

use std::time::Duration;

use tracing::warn;

use super::MonitorParts;
use crate::actors::access::access;
use crate::domain::account::Trouble;
use crate::domain::entry::LinkDatabase;
use crate::domain::mapping;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::DuePoll;

/// How long reading the schema may take; the other databases wait meanwhile.
const LOOK_LIMIT: Duration = Duration::from_secs(15);

/// Records what a poll tells about a database: `failure` is why it did not work.
pub(super) async fn record(parts: &MonitorParts, poll: &DuePoll, failure: Option<&Failure>) {
    let database = &poll.database;
    let trouble = match failure.map(|failure| &failure.kind) {
        // Nearly always there is nothing to take back.
        None if !poll.troubled => return,
        None => None,
        Some(Kind::Permanent(Reason::RowGone)) => Some(Trouble::NotReached),
        Some(Kind::Permanent(Reason::SchemaChanged)) => {
            match tokio::time::timeout(LOOK_LIMIT, look(parts, database)).await {
                Ok(Ok(trouble)) => Some(trouble),
                Ok(Err(failure)) => return warn!(%failure, "the columns of a refused poll cannot be read"),
                Err(_) => return warn!("reading the columns of a refused poll took too long"),
            }
        }
        // A limit, an outage, a revoked access: nothing is wrong with the columns.
        Some(_) => return,
    };
    if let Some(trouble) = &trouble {
        warn!(database_id = %database.id, ?trouble, "a database cannot be watched as it was mapped");
    }
    if let Err(failure) = parts.registry.set_trouble(database.id, trouble.as_ref()).await {
        warn!(%failure, "what is wrong with a database could not be recorded");
    }
}

/// What Notion says of the columns. It refused the poll, so that something is wrong even where all looks well:
/// then somebody is mending it just now.
async fn look(parts: &MonitorParts, database: &LinkDatabase) -> Outcome<Trouble> {
    let access = access(&*parts.accounts, database.connection).await?.for_polls();
    let schema = parts.workspace.schema(&access, &database.data_source).await?;
    let unclear = || Failure::transient(anyhow::anyhow!("the columns are as they were mapped"));
    mapping::drift(&schema, &database.mapping).ok_or_else(unclear)
}
