//! Access and refresh tokens: minting, expiring, revoking, and whom a token stands for.
//!
//! Every authorization of a public integration mints a pair of its own; a refresh replaces one pair by another.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::callers::Connection;
use super::workspace::Workspace;

/// An access token, and the refresh token that replaces it where there is one.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub access: String,
    /// `None` for internal integrations, whose token does not end.
    pub refresh: Option<String>,
    /// The bot it stands for.
    pub bot: Uuid,
    pub issued: DateTime<Utc>,
    /// The access token no longer works; the refresh token does.
    pub expired: bool,
}

impl Pair {
    fn holds(&self, token: &str) -> bool {
        self.access == token || self.refresh.as_deref() == Some(token)
    }
}

impl Workspace {
    /// Makes the tokens of a bot; the prefixes are Notion's.
    pub(super) fn mint(&mut self, bot: Uuid, refreshable: bool, now: DateTime<Utc>) -> Pair {
        let secret = |prefix| format!("{prefix}_{}", Uuid::new_v4().simple());
        let refresh = refreshable.then(|| secret("nrt"));
        let pair = Pair { access: secret("ntn"), refresh, bot, issued: now, expired: false };
        self.pairs.push(pair.clone());
        if let Some(connection) = self.connections.iter_mut().find(|known| known.bot_id == bot) {
            connection.token.clone_from(&pair.access);
        }
        pair
    }

    /// The pair this access or refresh token belongs to, unless it was revoked or replaced.
    pub(super) fn pair(&self, token: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.holds(token))
    }

    /// The connection an access token opens now.
    pub(super) fn opened_by(&self, access: &str) -> Option<&Connection> {
        let pair = self.pairs.iter().find(|pair| pair.access == access && !pair.expired)?;
        self.connection(pair.bot).filter(|connection| !connection.revoked)
    }

    /// The connection of a bot.
    pub(super) fn connection(&self, bot: Uuid) -> Option<&Connection> {
        self.connections.iter().find(|known| known.bot_id == bot)
    }

    /// Whether a bot can still act, at once or after a refresh.
    pub(super) fn is_live(&self, connection: &Connection) -> bool {
        !connection.revoked && self.pairs.iter().any(|pair| pair.bot == connection.bot_id)
    }

    /// Ends the access tokens of a bot; those that refresh them stay.
    pub(super) fn expire(&mut self, bot: Uuid) {
        for pair in self.pairs.iter_mut().filter(|pair| pair.bot == bot && pair.refresh.is_some()) {
            pair.expired = true;
        }
    }

    /// Ends both tokens of a pair.
    pub(super) fn end_pair(&mut self, token: &str) {
        self.pairs.retain(|pair| !pair.holds(token));
    }

    /// A person took the connection away: all its tokens end, and what it was given is no longer its own.
    pub(super) fn disconnect(&mut self, bot: Uuid) {
        self.pairs.retain(|pair| pair.bot != bot);
        self.codes.retain(|code| code.bot != bot);
        if let Some(connection) = self.connections.iter_mut().find(|known| known.bot_id == bot) {
            connection.revoked = true;
            if let Some(granted) = &mut connection.granted {
                granted.clear();
            }
        }
    }
}
