//! Users, sessions and connections, with their tokens sealed.

use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Store;
use super::tables::{connections, databases, insert, sessions, users};
use super::text::{no_text, plain, uuid};
use super::views::moment;
use crate::adapters::seal::Place;
use crate::domain::account::ConnectionView;
use crate::domain::entry::{ConnectionId, UserId};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Accounts, Connection, NewConnection, Tokens};

/// What a session cookie holds: as many random bytes as nobody guesses (OWASP asks for 8, at least).
const COOKIE_BYTES: usize = 32;

/// Where a token of a connection is kept: a seal opens in its own row and column only.
fn place<'a>(column: &'static str, connection: &'a str) -> Place<'a> {
    Place { table: "connections", column, owner: connection }
}

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
        let read = async {
            let row = connections::Entity::find_by_id(id.to_string()).one(&self.db).await?;
            row.map(|row| self.opened(&row)).transpose()
        };
        self.within("read the tokens", read).await
    }

    async fn begin_renewal(&self, id: ConnectionId, lasts: Duration) -> Outcome<bool> {
        use connections::{Column, Entity};
        let begin = async {
            let free = Column::RenewingUntil.is_null().or(Expr::col(Column::RenewingUntil).lte(self.time()));
            let begun = Entity::update_many()
                .col_expr(Column::RenewingUntil, self.time_after(lasts))
                .filter(Column::Id.eq(id.to_string()))
                .filter(free)
                .exec(&self.db)
                .await?;
            Ok(begun.rows_affected > 0)
        };
        self.within("begin to renew the tokens", begin).await
    }

    async fn end_renewal(&self, id: ConnectionId) -> Outcome<()> {
        use connections::{Column, Entity};
        let end = async {
            Entity::update_many()
                .col_expr(Column::RenewingUntil, Expr::value(None::<i64>))
                .filter(Column::Id.eq(id.to_string()))
                .exec(&self.db)
                .await?;
            Ok(())
        };
        self.within("end a renewal of tokens", end).await
    }

    async fn replace_tokens(&self, id: ConnectionId, refused: &SecretString, new: &Tokens) -> Outcome<bool> {
        let replace = async {
            let Some(row) = self.row_with_token(id, refused).await? else { return Ok(false) };
            self.write_tokens(&self.db, &row, new).await
        };
        self.within("replace the tokens", replace).await
    }

    async fn mark_revoked(&self, id: ConnectionId, refused: &SecretString) -> Outcome<()> {
        use connections::{Column, Entity};
        let mark = async {
            let Some(row) = self.row_with_token(id, refused).await? else { return Ok(()) };
            Entity::update_many()
                .col_expr(Column::RevokedAt, self.time())
                .col_expr(Column::UpdatedAt, self.time())
                .filter(Column::Id.eq(row.id))
                .filter(Column::Token.eq(row.token))
                .filter(Column::RevokedAt.is_null())
                .exec(&self.db)
                .await?;
            Ok(())
        };
        self.within("mark a connection as revoked", mark).await
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
        // Whoever connects a workspace again is waiting for something to happen.
        databases::Entity::update_many()
            .col_expr(databases::Column::NextPollAt, Expr::value(0_i64))
            .filter(databases::Column::ConnectionId.eq(kept.id.as_str()))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok((user, ConnectionId(uuid(&kept.id)?)))
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

    /// Replaces the tokens unless somebody else did so since the row was read; the connection is open.
    async fn write_tokens(
        &self,
        db: &impl ConnectionTrait,
        read: &connections::Model,
        new: &Tokens,
    ) -> Outcome<bool> {
        use connections::{Column, Entity};
        let seal = |column, token: &SecretString| self.seal.seal(place(column, &read.id), token);
        let access = seal("token", &new.access).map_err(Failure::bug)?;
        let refresh = new.refresh.as_ref().map(|token| seal("refresh_token", token)).transpose();
        let refresh = refresh.map_err(Failure::bug)?.map_or_else(no_text, Value::from);
        let written = Entity::update_many()
            .col_expr(Column::Token, access.into())
            .col_expr(Column::RefreshToken, refresh.into())
            .col_expr(Column::RevokedAt, Expr::value(None::<i64>))
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(read.id.as_str()))
            .filter(Column::Token.eq(read.token.as_str()))
            .exec(db)
            .await?;
        Ok(written.rows_affected > 0)
    }

    /// A connection's row, while its access token is still this one.
    async fn row_with_token(
        &self,
        id: ConnectionId,
        token: &SecretString,
    ) -> Outcome<Option<connections::Model>> {
        let Some(row) = connections::Entity::find_by_id(id.to_string()).one(&self.db).await? else {
            return Ok(None);
        };
        let kept = self.opened(&row)?;
        Ok((kept.access.expose_secret() == token.expose_secret()).then_some(row))
    }

    fn opened(&self, row: &connections::Model) -> Outcome<Tokens> {
        // Its owner can help: connecting again replaces the tokens.
        let open = |column, sealed: &str| {
            self.seal
                .open(place(column, &row.id), sealed)
                .map_err(|error| Failure::permanent(Reason::Disconnected, error).context("open a token"))
        };
        Ok(Tokens {
            access: open("token", &row.token)?,
            refresh: row.refresh_token.as_deref().map(|sealed| open("refresh_token", sealed)).transpose()?,
        })
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
            workspace_id: row.workspace_id,
            workspace: row.workspace,
            access: Access::new(id, tokens.access),
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

    /// Seals tokens with the newest key that are sealed with an older one. Keys that open nothing at all
    /// are a mistake of the operator, better told at the start than to every user.
    pub(super) async fn seal_again(&self) -> Outcome<()> {
        let all = connections::Entity::find().all(&self.db).await?;
        let (mut opened, mut lost, mut renewed) = (0_u32, 0_u32, 0_u32);
        for row in &all {
            match self.opened(row) {
                Err(_) => lost += 1,
                Ok(tokens) => {
                    opened += 1;
                    let sealed = std::iter::once(&row.token).chain(&row.refresh_token);
                    // A revoked connection stays so: its tokens are as dead under a new key.
                    if row.revoked_at.is_none() && !sealed.into_iter().all(|it| self.seal.is_current(it)) {
                        self.write_tokens(&self.db, row, &tokens).await?;
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
}
