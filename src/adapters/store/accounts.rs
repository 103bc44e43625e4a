//! Users, sessions and connections; their tokens are sealed in `tokens`.

use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Store;
use super::tables::{connections, databases, entries, insert, sessions, users};
use super::text::{no_text, plain, reason_name, uuid};
use super::views::moment;
use crate::domain::account::ConnectionView;
use crate::domain::entry::{ConnectionId, UserId};
use crate::domain::reason::Reason;
use crate::domain::stage::Status;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Accounts, Connection, NewConnection, RenewalRight, Tokens};

/// What a session cookie holds: as many random bytes as nobody guesses (OWASP asks for 8, at least).
const COOKIE_BYTES: usize = 32;

#[async_trait]
impl Accounts for Store {
    async fn keep_connection(&self, new: NewConnection) -> Outcome<(UserId, ConnectionId)> {
        self.within("keep a connection", self.write_connection(&new)).await
    }

    async fn connection(&self, id: ConnectionId) -> Outcome<Option<Connection>> {
        self.within("read a connection", self.read_connection(id)).await
    }

    async fn connections(&self, user: UserId) -> Outcome<Vec<ConnectionView>> {
        self.within("read the connections", self.connections_of(user)).await
    }

    async fn remove_connection(&self, user: UserId, id: ConnectionId) -> Outcome<bool> {
        use connections::{Column, Entity};
        let remove = async {
            let removed = Entity::delete_many()
                .filter(Column::Id.eq(id.to_string()))
                .filter(Column::UserId.eq(user.to_string()))
                .exec(&self.db)
                .await?;
            Ok(removed.rows_affected > 0)
        };
        self.within("remove a connection", remove).await
    }

    async fn tokens(&self, id: ConnectionId) -> Outcome<Option<Tokens>> {
        self.within("read the tokens", self.read_tokens(id)).await
    }

    async fn begin_renewal(&self, id: ConnectionId, lasts: Duration) -> Outcome<Option<RenewalRight>> {
        self.within("begin to renew the tokens", self.take_renewal(id, lasts)).await
    }

    async fn end_renewal(&self, id: ConnectionId, right: RenewalRight) -> Outcome<()> {
        self.within("end a renewal of tokens", self.give_renewal_back(id, right)).await
    }

    async fn replace_tokens(&self, id: ConnectionId, refused: &SecretString, new: &Tokens) -> Outcome<bool> {
        self.within("replace the tokens", self.put_in_place_of(id, refused, new)).await
    }

    async fn mark_revoked(&self, id: ConnectionId, refused: &SecretString) -> Outcome<()> {
        self.within("mark a connection as revoked", self.revoke(id, refused)).await
    }

    async fn open_session(&self, user: UserId, lasts: Duration) -> Outcome<SecretString> {
        use sessions::{Column, Entity};
        let cookie = URL_SAFE_NO_PAD.encode(rand::random::<[u8; COOKIE_BYTES]>());
        let values: [(Column, Expr); 4] = [
            (Column::Hash, hash(&cookie).into()),
            (Column::UserId, user.to_string().into()),
            (Column::ExpiresAt, self.time_after(lasts)),
            (Column::CreatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?;
        let open = async { Ok(self.db.execute(&insert).await.map(drop)?) };
        self.within("open a session", open).await?;
        Ok(SecretString::from(cookie))
    }

    async fn session(&self, cookie: &SecretString) -> Outcome<Option<UserId>> {
        use sessions::{Column, Entity};
        let read = async {
            let found = Entity::find_by_id(hash(cookie.expose_secret()))
                .filter(Expr::col(Column::ExpiresAt).gt(self.time()))
                .one(&self.db)
                .await?;
            found.map(|row| Ok(UserId(uuid(&row.user_id)?))).transpose()
        };
        self.within("read a session", read).await
    }

    async fn close_session(&self, cookie: &SecretString) -> Outcome<()> {
        let close = async {
            sessions::Entity::delete_by_id(hash(cookie.expose_secret())).exec(&self.db).await?;
            Ok(())
        };
        self.within("close a session", close).await
    }
}

/// Whoever reads the table opens no session with what stands there.
fn hash(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(cookie.as_bytes()))
}

impl Store {
    /// The row comes first and the tokens second, because the seal is bound to the row's id.
    async fn write_connection(&self, new: &NewConnection) -> Outcome<(UserId, ConnectionId)> {
        use connections::{Column, Entity};
        let transaction = self.begin().await?;
        let user = self.user_of(&transaction, &new.person).await?;
        let values: [(Column, Expr); 8] = [
            (Column::Id, ConnectionId::new().to_string().into()),
            (Column::UserId, user.to_string().into()),
            (Column::BotId, plain(&new.bot).into()),
            (Column::WorkspaceId, plain(&new.workspace_id).into()),
            (Column::Workspace, plain(&new.workspace).into()),
            (Column::Token, "".into()),
            (Column::CreatedAt, self.time()),
            (Column::UpdatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?
            .on_conflict(
                OnConflict::columns([Column::UserId, Column::BotId])
                    .update_columns([Column::WorkspaceId, Column::Workspace])
                    .to_owned(),
            )
            .to_owned();
        transaction.execute(&insert).await?;
        let kept = Entity::find()
            .filter(Column::UserId.eq(user.to_string()))
            .filter(Column::BotId.eq(plain(&new.bot)))
            .one(&transaction)
            .await?
            .ok_or_else(|| Failure::transient(anyhow!("the connection was removed meanwhile")))?;
        self.write_tokens(&transaction, &kept, &new.tokens).await?;
        self.reopen_entries(&transaction, &kept.id).await?;
        // Whoever connects a workspace again is waiting for something to happen.
        databases::Entity::update_many()
            .col_expr(databases::Column::NextPollAt, Expr::value(0_i64))
            .col_expr(databases::Column::FailedPolls, 0_i32.into())
            .filter(databases::Column::ConnectionId.eq(kept.id.as_str()))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        // Behind everything else, which must not fail because somebody else is quicker here.
        self.watch_again(databases::Column::ConnectionId.eq(kept.id.as_str())).await?;
        Ok((user, ConnectionId(uuid(&kept.id)?)))
    }

    /// What ended only because access was lost, and could not be told, goes on behind its last checkpoint.
    async fn reopen_entries(&self, db: &impl ConnectionTrait, connection: &str) -> Outcome<()> {
        use entries::{Column, DONE, Entity, WAITING};
        let watched = Query::select()
            .column(databases::Column::Id)
            .from(databases::Entity)
            .and_where(databases::Column::ConnectionId.eq(connection))
            .to_owned();
        // An untold end lies in the future; see `endings`.
        let untold = Column::State.eq(DONE).and(Expr::col(Column::FinishedAt).gt(self.time()));
        Entity::update_many()
            .col_expr(Column::State, WAITING.into())
            .col_expr(Column::Status, Status::Pending.name().into())
            .col_expr(Column::Verdict, no_text().into())
            .col_expr(Column::Attempts, 0_i32.into())
            .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
            .col_expr(Column::NotBefore, self.time())
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Expr::col(Column::DatabaseId).in_subquery(watched))
            .filter(Column::Verdict.eq(reason_name(Reason::Disconnected)?))
            .filter(Condition::any().add(untold).add(Column::State.eq(WAITING)))
            .exec(db)
            .await?;
        Ok(())
    }

    /// The user behind a person, made where they are new.
    async fn user_of(&self, db: &impl ConnectionTrait, person: &str) -> Outcome<UserId> {
        use users::{Column, Entity};
        let values: [(Column, Expr); 3] = [
            (Column::Id, UserId::new().to_string().into()),
            (Column::Person, plain(person).into()),
            (Column::CreatedAt, self.time()),
        ];
        let insert = insert(Entity, values)?
            .on_conflict(OnConflict::column(Column::Person).do_nothing().to_owned())
            .to_owned();
        db.execute(&insert).await?;
        let user = Entity::find().filter(Column::Person.eq(plain(person))).one(db).await?;
        let user = user.ok_or_else(|| Failure::transient(anyhow!("the user was removed meanwhile")))?;
        Ok(UserId(uuid(&user.id)?))
    }

    async fn read_connection(&self, id: ConnectionId) -> Outcome<Option<Connection>> {
        let Some(row) = connections::Entity::find_by_id(id.to_string()).one(&self.db).await? else {
            return Ok(None);
        };
        let tokens = self.opened(&row)?;
        Ok(Some(Connection {
            id,
            user: UserId(uuid(&row.user_id)?),
            bot: row.bot_id,
            access: Access::new(id, tokens.access).in_workspace(row.workspace_id.as_str()),
            workspace_id: row.workspace_id,
            workspace: row.workspace,
            revoked: row.revoked_at.is_some(),
        }))
    }

    async fn connections_of(&self, user: UserId) -> Outcome<Vec<ConnectionView>> {
        use connections::{Column, Entity};
        let of_user = Entity::find().filter(Column::UserId.eq(user.to_string()));
        let rows = of_user.order_by_asc(Column::Id).all(&self.db).await?;
        let mut views = Vec::new();
        for row in rows {
            let databases = Query::select()
                .expr_as(Expr::col(databases::Column::Id).count(), "databases")
                .from(databases::Entity)
                .and_where(databases::Column::ConnectionId.eq(row.id.as_str()))
                .to_owned();
            let counted = self.db.query_one(&databases).await?;
            let counted: i64 = counted.map(|row| row.try_get("", "databases")).transpose()?.unwrap_or(0);
            views.push(ConnectionView {
                id: ConnectionId(uuid(&row.id)?),
                workspace: row.workspace,
                connected_at: moment(row.created_at)?,
                revoked_at: row.revoked_at.map(moment).transpose()?,
                databases: u64::try_from(counted).unwrap_or_default(),
            });
        }
        Ok(views)
    }
}
