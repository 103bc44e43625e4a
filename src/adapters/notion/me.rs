//! Who a connection is in its workspace, and what that takes, as `GET /v1/users/me` tells: asked once an hour.
//!
//! Shape: <https://developers.notion.com/reference/get-self>.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use serde_json::Value;

use super::Notion;
use super::client::results;
use super::refusal::Answered;
use crate::domain::entry::ConnectionId;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Identity};

/// What free workspaces take, in bytes; used where Notion does not tell.
const USUAL_LIMIT: u64 = 5 << 20;

/// A workspace's limit changes with its plan, which nobody changes by the minute.
const LASTS: Duration = Duration::from_hours(1);

/// From this many connections on, what was told of them is forgotten and asked again. Each costs some 100 bytes.
const MANY_CONNECTIONS: usize = 10_000;

/// A connection as Notion knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Me {
    /// The bot's id, by which blocks name who made and changed them.
    pub(super) id: String,
    /// The largest file its workspace takes, in bytes.
    pub(super) file_limit: u64,
    /// Whether it may read comments, until Notion refuses that: nothing tells it beforehand.
    pub(super) reads_comments: bool,
}

/// What was told of each connection, and when.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<ConnectionId, (Me, Instant)>>);

impl Known {
    fn of(&self, connection: ConnectionId) -> Option<Me> {
        let told = self.lock().get(&connection).cloned();
        told.filter(|(_, at)| at.elapsed() < LASTS).map(|(me, _)| me)
    }

    fn learn(&self, connection: ConnectionId, me: Me) {
        let mut known = self.lock();
        if known.len() >= MANY_CONNECTIONS {
            known.clear();
        }
        known.insert(connection, (me, Instant::now()));
    }

    /// Held for a look and a note only; nothing in between can panic and leave it half changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, (Me, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notion {
    /// Who the connection is.
    pub(super) async fn me(&self, access: &Access) -> Answered<Me> {
        if let Some(me) = self.known.of(access.connection) {
            return Ok(me);
        }
        let bot = self.client.get(access, &["users", "me"], &[]).await?;
        let Some(id) = bot.get("id").and_then(Value::as_str) else {
            return Err(Failure::outage(anyhow!("notion does not say who the token belongs to")).into());
        };
        let limit =
            bot.pointer("/bot/workspace_limits/max_file_upload_size_in_bytes").and_then(Value::as_u64);
        let me = Me { id: id.to_owned(), file_limit: limit.unwrap_or(USUAL_LIMIT), reads_comments: true };
        self.known.learn(access.connection, me.clone());
        Ok(me)
    }

    /// Whether somebody commented on one of these blocks, as far as the connection may read that.
    pub(super) async fn is_commented(&self, access: &Access, blocks: &[String]) -> Answered<bool> {
        let me = self.me(access).await?;
        if !me.reads_comments {
            return Ok(false);
        }
        for block in blocks {
            match self.client.get(access, &["comments"], &[("block_id", block)]).await {
                Err(trouble) if trouble.is_forbidden() => {
                    self.known.learn(access.connection, Me { reads_comments: false, ..me });
                    return Ok(false);
                }
                Err(trouble) if trouble.is_gone() => {}
                found => {
                    if !results(&mut found?)?.is_empty() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Who a token speaks for, asked in any case.
    pub(super) async fn identity(&self, access: &Access) -> Outcome<Identity> {
        let bot = self.client.get(access, &["users", "me"], &[]).await?;
        let names = [bot.pointer("/bot/workspace_name"), bot.get("name")];
        let name = names.into_iter().flatten().filter_map(Value::as_str).find(|name| !name.is_empty());
        let Some(bot_id) = bot.get("id").and_then(Value::as_str) else {
            return Err(Failure::outage(anyhow!("notion does not say who the token belongs to")));
        };
        let workspace_id = bot.pointer("/bot/workspace_id").and_then(Value::as_str).unwrap_or_default();
        Ok(Identity {
            bot: bot_id.to_owned(),
            workspace_id: workspace_id.to_owned(),
            workspace: name.unwrap_or("Notion").to_owned(),
        })
    }
}
