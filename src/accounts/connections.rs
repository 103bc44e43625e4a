//! The workspaces a user has connected.

use tracing::warn;

use super::Office;
use crate::domain::account::ConnectionView;
use crate::domain::refusal::Refusal;
use crate::messages::{Answer, Disconnect, ListConnections};

/// All of them, oldest first.
pub async fn list(office: Office, asked: ListConnections) -> Answer<Vec<ConnectionView>> {
    Ok(Ok(office.accounts.connections(asked.user).await?))
}

/// Gives one up: its tokens go back to Notion, and what is known of its databases is removed.
pub async fn disconnect(office: Office, asked: Disconnect) -> Answer<()> {
    let found = office.accounts.connection(asked.connection).await;
    // One whose tokens cannot be opened any more can be given up all the same.
    let access = found.ok().flatten().filter(|found| found.user == asked.user).map(|found| found.access);
    if !office.accounts.remove_connection(asked.user, asked.connection).await? {
        return Ok(Err(Refusal::NotFound { what: "connection" }));
    }
    if let (Some(front), Some(access)) = (&office.front, access)
        && let Err(failure) = front.consent.revoke(&access.token).await
    {
        warn!(error = %failure, "a token could not be given back; its owner can remove the connection in Notion");
    }
    Ok(Ok(()))
}
