//! What opens the workspace of a connection, for the chain.

use crate::domain::entry::ConnectionId;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Accounts};

/// Opens a connection; permanent with `Disconnected` where it is gone or was revoked.
pub(super) async fn access(accounts: &dyn Accounts, connection: ConnectionId) -> Outcome<Access> {
    let connection = accounts.connection(connection).await?;
    let connection = connection.ok_or_else(|| disconnected("the connection is gone"))?;
    if connection.revoked {
        return Err(disconnected("the workspace took its access away"));
    }
    Ok(connection.access)
}

/// There is no way into a workspace any more.
pub(super) fn disconnected(why: &'static str) -> Failure {
    Failure::permanent(Reason::Disconnected, anyhow::anyhow!(why))
}
