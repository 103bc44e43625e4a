//! Connections, with their tokens sealed, and registered databases.

use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use chrono::DateTime;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use super::Store;
use super::tables::{connections, databases, insert};
use super::text::{document, no_text, parsed, plain, uuid};
use crate::adapters::seal::Place;
use crate::domain::entry::{ConnectionId, DatabaseId, LinkDatabase};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Connection, NewConnection, Registry};

/// Where the token of a connection is kept: a seal opens in its own row only.
fn token_of(connection: &str) -> Place<'_> {
    Place { table: "connections", column: "token", owner: connection }
}

#[async_trait]
impl Registry for Store {
    async fn keep_connection(&self, new: NewConnection) -> Outcome<ConnectionId> {
        self.within("keep a connection", self.write_connection(&new)).await
    }

    async fn connection(&self, id: ConnectionId) -> Outcome<Option<Connection>> {
        self.within("read a connection", self.read_connection(id)).await
    }

    async fn keep_database(&self, database: LinkDatabase) -> Outcome<DatabaseId> {
        self.within("keep a database", self.write_database(&database)).await
    }

    async fn database(&self, id: DatabaseId) -> Outcome<Option<LinkDatabase>> {
        let read = async {
            let found = databases::Entity::find_by_id(id.to_string()).one(&self.db).await?;
            found.map(link_database).transpose()
        };
        self.within("read a database", read).await
    }

    async fn databases(&self) -> Outcome<Vec<LinkDatabase>> {
        let read = async {
            let all = databases::Entity::find().order_by_asc(databases::Column::Id).all(&self.db).await?;
            Ok(readable(all))
        };
        self.within("read the databases", read).await
    }

    async fn due_polls(&self, limit: u32, interval: Duration) -> Outcome<Vec<LinkDatabase>> {
        self.within("take due polls", self.take_due(limit, interval)).await
    }
}

impl Store {
    /// The row comes first and the token second, because the seal is bound to the row's id.
    async fn write_connection(&self, new: &NewConnection) -> Outcome<ConnectionId> {
        use connections::{Column, Entity};
        let (owner, workspace) = (plain(&new.owner), plain(&new.workspace));
        let transaction = self.begin().await?;
        let values: [(Column, Expr); 6] = [
            (Column::Id, ConnectionId::new().to_string().into()),
            (Column::Owner, owner.as_str().into()),
            (Column::Workspace, workspace.as_str().into()),
            (Column::Token, "".into()),
            (Column::CreatedAt, self.time()),
            (Column::UpdatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?
            .on_conflict(OnConflict::columns([Column::Owner, Column::Workspace]).do_nothing().to_owned())
            .to_owned();
        transaction.execute(&insert).await?;
        let kept = Entity::find()
            .filter(Column::Owner.eq(owner))
            .filter(Column::Workspace.eq(workspace))
            .one(&transaction)
            .await?
            .ok_or_else(|| Failure::transient(anyhow!("the connection was removed meanwhile")))?;
        let sealed = self.seal.seal(token_of(&kept.id), &new.token).map_err(Failure::bug)?;
        self.write_token(&transaction, &kept, sealed).await?;
        transaction.commit().await?;
        Ok(ConnectionId(uuid(&kept.id)?))
    }

    /// Replaces a token unless somebody else did so since the row was read.
    async fn write_token(
        &self,
        db: &impl ConnectionTrait,
        read: &connections::Model,
        sealed: String,
    ) -> Outcome<()> {
        use connections::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Token, sealed.into())
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(read.id.as_str()))
            .filter(Column::Token.eq(read.token.as_str()))
            .exec(db)
            .await?;
        Ok(())
    }

    async fn read_connection(&self, id: ConnectionId) -> Outcome<Option<Connection>> {
        let Some(row) = connections::Entity::find_by_id(id.to_string()).one(&self.db).await? else {
            return Ok(None);
        };
        // Its owner can help: connecting again replaces the token.
        let token = self
            .seal
            .open(token_of(&row.id), &row.token)
            .map_err(|error| Failure::permanent(Reason::Disconnected, error).context("open a token"))?;
        let access = Access::new(id, token);
        Ok(Some(Connection { id, workspace: row.workspace, owner: row.owner, access }))
    }

    /// Seals tokens with the newest key that are sealed with an older one. Keys that open nothing at all
    /// are a mistake of the operator, better told at the start than to every user.
    pub(super) async fn seal_again(&self) -> Outcome<()> {
        let all = connections::Entity::find().all(&self.db).await?;
        let (mut opened, mut lost, mut renewed) = (0_u32, 0_u32, 0_u32);
        for row in &all {
            let place = token_of(&row.id);
            match self.seal.open(place, &row.token) {
                Err(_) => lost += 1,
                Ok(token) => {
                    opened += 1;
                    if !self.seal.is_current(&row.token) {
                        let sealed = self.seal.seal(place, &token).map_err(Failure::bug)?;
                        self.write_token(&self.db, row, sealed).await?;
                        renewed += 1;
                    }
                }
            }
        }
        if lost > 0 && opened == 0 {
            return Err(Failure::bug(anyhow!(
                "TOKEN_ENCRYPTION_KEY opens none of the {lost} tokens kept: put the key they were sealed with behind the new one"
            )));
        }
        if lost > 0 {
            tracing::error!(
                lost,
                "some tokens cannot be opened; their workspaces have to be connected again"
            );
        }
        if renewed > 0 {
            tracing::info!(renewed, "tokens were sealed with the newest key");
        }
        Ok(())
    }

    async fn write_database(&self, database: &LinkDatabase) -> Outcome<DatabaseId> {
        use databases::{Column, Entity};
        let optional = |text: &Option<String>| text.as_deref().map_or(no_text(), |text| plain(text).into());
        let values: [(Column, Expr); 11] = [
            (Column::Id, database.id.to_string().into()),
            (Column::ConnectionId, database.connection.to_string().into()),
            (Column::NotionDatabase, plain(&database.notion_database).into()),
            (Column::DataSource, plain(&database.data_source).into()),
            (Column::Title, plain(&database.title).into()),
            (Column::Mapping, document(&database.mapping)?.into()),
            (Column::Instructions, optional(&database.instructions).into()),
            (Column::Language, optional(&database.language).into()),
            // Whoever registers a database is waiting for something to happen.
            (Column::NextPollAt, 0_i64.into()),
            (Column::CreatedAt, self.time()),
            (Column::UpdatedAt, self.time()),
        ];
        let replaced = [
            Column::NotionDatabase,
            Column::Title,
            Column::Mapping,
            Column::Instructions,
            Column::Language,
            Column::NextPollAt,
            Column::UpdatedAt,
        ];
        let upsert = insert(Entity, values)?
            .on_conflict(
                OnConflict::columns([Column::ConnectionId, Column::DataSource])
                    .update_columns(replaced)
                    .to_owned(),
            )
            .returning_col(Column::Id)
            .to_owned();
        let rows = self.db.query_all(&upsert).await?;
        let row = rows.first().ok_or_else(|| Failure::bug(anyhow!("a kept database has no id")))?;
        let id: String = row.try_get("", "id")?;
        Ok(DatabaseId(uuid(&id)?))
    }

    /// Chosen and locked first, put off second: in one statement PostgreSQL may choose more than asked.
    async fn take_due(&self, limit: u32, interval: Duration) -> Outcome<Vec<LinkDatabase>> {
        use databases::{Column, Entity};
        let transaction = self.begin().await?;
        let ids = self.lock_due(&transaction, limit).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let taken = Entity::update_many()
            .col_expr(Column::NextPollAt, self.time_after(interval))
            .filter(Column::Id.is_in(ids))
            .exec_with_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(readable(taken))
    }

    async fn lock_due(&self, transaction: &DatabaseTransaction, limit: u32) -> Outcome<Vec<String>> {
        use databases::{Column, Entity};
        let due = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Expr::col(Column::NextPollAt).lte(self.time()))
            .order_by(Column::NextPollAt, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .limit(u64::from(limit))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let rows = transaction.query_all(&due).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
    }
}

/// The databases that can be read; a damaged one must not stop the others.
fn readable(rows: Vec<databases::Model>) -> Vec<LinkDatabase> {
    let read = |row: databases::Model| {
        let id = row.id.clone();
        link_database(row)
            .inspect_err(
                |failure| tracing::error!(database = %id, %failure, "a registered database is damaged"),
            )
            .ok()
    };
    rows.into_iter().filter_map(read).collect()
}

fn link_database(row: databases::Model) -> Outcome<LinkDatabase> {
    Ok(LinkDatabase {
        id: DatabaseId(uuid(&row.id)?),
        connection: ConnectionId(uuid(&row.connection_id)?),
        notion_database: row.notion_database,
        data_source: row.data_source,
        title: row.title,
        mapping: parsed(&row.mapping, "read a mapping")?,
        instructions: row.instructions,
        language: row.language,
        registered_at: DateTime::from_timestamp_millis(row.created_at),
    })
}
