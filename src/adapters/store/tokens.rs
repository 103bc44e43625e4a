//! The tokens of connections: sealed and opened, replaced while they are renewed, given up when Notion refuses
//! them for good.
//!
//! Whoever writes names the token it takes the place of, so that an old answer never overwrites a new pair. A
//! token that no key opens fails as permanent with `Disconnected`: its owner can help.

use std::time::Duration;

use anyhow::anyhow;
use sea_orm::sea_query::{Expr, ExprTrait, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::Store;
use super::tables::connections::{self, Column, Entity};
use super::text::no_text;
use crate::adapters::seal::Place;
use crate::domain::entry::ConnectionId;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{RenewalRight, Tokens};

/// Both tokens as the table keeps them.
struct Sealed {
    access: String,
    refresh: Value,
}

/// Where a token of a connection is kept: a seal opens in its own row and column only.
fn place<'a>(column: &'static str, connection: &'a str) -> Place<'a> {
    Place { table: "connections", column, owner: connection }
}

impl Store {
    pub(super) async fn read_tokens(&self, id: ConnectionId) -> Outcome<Option<Tokens>> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(|row| self.opened(&row)).transpose()
    }

    pub(super) async fn take_renewal(
        &self,
        id: ConnectionId,
        lasts: Duration,
    ) -> Outcome<Option<RenewalRight>> {
        let free = Column::RenewingUntil.is_null().or(Expr::col(Column::RenewingUntil).lte(self.time()));
        let taken = Entity::update_many()
            .col_expr(Column::RenewingUntil, self.time_after(lasts))
            .filter(Column::Id.eq(id.to_string()))
            .filter(free)
            .exec(&self.db)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        Ok(row.and_then(|row| row.renewing_until).map(RenewalRight))
    }

    /// One that ran out and was taken by somebody else is theirs.
    pub(super) async fn give_renewal_back(&self, id: ConnectionId, right: RenewalRight) -> Outcome<()> {
        Entity::update_many()
            .col_expr(Column::RenewingUntil, Expr::value(None::<i64>))
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::RenewingUntil.eq(right.0))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Tried again where the row changed and the token is still the same: somebody sealed it with a newer key.
    pub(super) async fn put_in_place_of(
        &self,
        id: ConnectionId,
        refused: &SecretString,
        new: &Tokens,
    ) -> Outcome<bool> {
        while let Some(row) = self.row_with_token(id, refused).await? {
            if self.write_tokens(&self.db, &row, new).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn revoke(&self, id: ConnectionId, refused: &SecretString) -> Outcome<()> {
        while let Some(row) = self.row_with_token(id, refused).await? {
            if row.revoked_at.is_some() {
                return Ok(());
            }
            let marked = Entity::update_many()
                .col_expr(Column::RevokedAt, self.time())
                .col_expr(Column::UpdatedAt, self.time())
                .filter(Column::Id.eq(row.id))
                .filter(Column::Token.eq(row.token))
                .exec(&self.db)
                .await?;
            if marked.rows_affected > 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Replaces the tokens unless somebody else did so since the row was read; the connection is open.
    pub(super) async fn write_tokens(
        &self,
        db: &impl ConnectionTrait,
        read: &connections::Model,
        new: &Tokens,
    ) -> Outcome<bool> {
        let sealed = self.sealed(&read.id, new)?;
        let written = Entity::update_many()
            .col_expr(Column::Token, sealed.access.into())
            .col_expr(Column::RefreshToken, sealed.refresh.into())
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
        let Some(row) = Entity::find_by_id(id.to_string()).one(&self.db).await? else {
            return Ok(None);
        };
        let kept = self.opened(&row)?;
        Ok((kept.access.expose_secret() == token.expose_secret()).then_some(row))
    }

    pub(super) fn opened(&self, row: &connections::Model) -> Outcome<Tokens> {
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

    fn sealed(&self, id: &str, tokens: &Tokens) -> Outcome<Sealed> {
        let seal = |column, token: &SecretString| self.seal.seal(place(column, id), token);
        let refresh = tokens.refresh.as_ref().map(|token| seal("refresh_token", token)).transpose();
        Ok(Sealed {
            access: seal("token", &tokens.access).map_err(Failure::bug)?,
            refresh: refresh.map_err(Failure::bug)?.map_or_else(no_text, Value::from),
        })
    }

    /// Seals tokens with the newest key that are sealed with an older one. Keys that open nothing at all
    /// are a mistake of the operator, better told at the start than to every user.
    pub(super) async fn seal_again(&self) -> Outcome<()> {
        // The tokens of a revoked connection are as dead under any key.
        let open = Entity::find().filter(Column::RevokedAt.is_null());
        let (mut opened, mut lost, mut renewed) = (0_u32, 0_u32, 0_u64);
        for row in open.all(&self.db).await? {
            match self.opened(&row) {
                Err(_) => lost += 1,
                Ok(tokens) => {
                    opened += 1;
                    let mut sealed = std::iter::once(&row.token).chain(&row.refresh_token);
                    if !sealed.all(|it| self.seal.is_current(it)) {
                        renewed += self.write_again(&row, &tokens).await?;
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

    /// The same tokens under another key; nothing else about the connection changes.
    async fn write_again(&self, read: &connections::Model, tokens: &Tokens) -> Outcome<u64> {
        let sealed = self.sealed(&read.id, tokens)?;
        let written = Entity::update_many()
            .col_expr(Column::Token, sealed.access.into())
            .col_expr(Column::RefreshToken, sealed.refresh.into())
            .filter(Column::Id.eq(read.id.as_str()))
            .filter(Column::Token.eq(read.token.as_str()))
            .exec(&self.db)
            .await?;
        Ok(written.rows_affected)
    }
}
