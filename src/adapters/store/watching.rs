//! Registers databases, and sees to it that a data source is watched for one user alone.
//!
//! `watched` holds the data source in the one link database that is asked for it. A unique index keeps it one, also
//! where two people press at the same instant. Whose connection was revoked keeps it until somebody else wants it;
//! a link database without it rests, and its owner is told.

use anyhow::anyhow;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, SqlErr};

use super::Store;
use super::polls::{phase, revoked};
use super::registry::{LINK, kind_name, tag_taken};
use super::tables::{databases, insert};
use super::text::{document, no_text, plain, uuid};
use crate::domain::account::Kind;
use crate::domain::entry::{DatabaseId, UserId};
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::ports::{Asked, NewDatabase};

/// Whoever presses twice collides with himself: the second time the first one is there to be replaced.
const TRIES: u32 = 2;

impl Store {
    pub(super) async fn write_database(&self, new: &NewDatabase) -> Asked<DatabaseId> {
        for _ in 0..TRIES {
            if let Some(id) = self.try_to_keep(new).await? {
                return Ok(Ok(id));
            }
            if self.is_watched_by_other(new.user, &new.data_source).await? {
                return Ok(Err(Refusal::WatchedByOther));
            }
        }
        Err(Failure::transient(anyhow!("the database is registered through two connections at once")))
    }

    /// `None` where somebody has the data source watched.
    async fn try_to_keep(&self, new: &NewDatabase) -> Outcome<Option<DatabaseId>> {
        use databases::{Column, Entity};
        let is_link = new.kind == Kind::Link;
        let watched = is_link.then(|| plain(&new.data_source));
        let optional = |text: &Option<String>| text.as_deref().map_or(no_text(), |text| plain(text).into());
        let values: [(Column, Expr); 18] = [
            (Column::Id, DatabaseId::new().to_string().into()),
            (Column::UserId, new.user.to_string().into()),
            (Column::ConnectionId, new.connection.to_string().into()),
            (Column::Kind, kind_name(new.kind).into()),
            (Column::Tag, optional(&new.tag).into()),
            (Column::NotionDatabase, plain(&new.notion_database).into()),
            (Column::DataSource, plain(&new.data_source).into()),
            (Column::Title, plain(&new.title).into()),
            (Column::Mapping, document(&new.mapping)?.into()),
            (Column::Instructions, optional(&new.instructions).into()),
            (Column::Language, optional(&new.language).into()),
            (Column::Keep, new.keep.name().into()),
            // Whoever registers a database is waiting for something to happen.
            (Column::NextPollAt, 0_i64.into()),
            (Column::FailedPolls, 0_i32.into()),
            (Column::Watched, watched.map_or_else(no_text, Into::into).into()),
            (Column::Phase, phase(&new.data_source).into()),
            (Column::CreatedAt, self.time()),
            (Column::UpdatedAt, self.time()),
        ];
        let replaced = [
            Column::Kind,
            Column::Tag,
            Column::Trouble,
            Column::NotionDatabase,
            Column::Title,
            Column::Mapping,
            Column::Instructions,
            Column::Language,
            Column::Keep,
            Column::NextPollAt,
            Column::FailedPolls,
            Column::Watched,
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
        let transaction = self.begin().await?;
        if is_link {
            self.take_over(&transaction, new).await?;
        }
        let rows = match transaction.query_all(&upsert).await {
            Err(error) if is_watch_taken(&error) => return Ok(None),
            rows => rows.map_err(tag_taken)?,
        };
        let row = rows.first().ok_or_else(|| Failure::bug(anyhow!("a kept database has no id")))?;
        let id: String = row.try_get("", "id")?;
        transaction.commit().await?;
        Ok(Some(DatabaseId(uuid(&id)?)))
    }

    /// Whoever lost the connection makes room.
    async fn take_over(&self, db: &impl ConnectionTrait, new: &NewDatabase) -> Outcome<()> {
        use databases::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Watched, no_text().into())
            .filter(Column::Watched.eq(plain(&new.data_source)))
            .filter(Column::UserId.ne(new.user.to_string()))
            .filter(Column::ConnectionId.in_subquery(revoked()))
            .exec(db)
            .await?;
        Ok(())
    }

    pub(super) async fn is_watched_by_other(&self, user: UserId, data_source: &str) -> Outcome<bool> {
        use databases::{Column, Entity};
        let others = Entity::find()
            .filter(Column::Watched.eq(plain(data_source)))
            .filter(Column::UserId.ne(user.to_string()))
            .filter(Column::ConnectionId.not_in_subquery(revoked()));
        Ok(others.one(&self.db).await?.is_some())
    }

    /// Has databases watched again that rested because somebody else had them, where nobody has any more.
    pub(super) async fn watch_again(&self, which: impl IntoCondition) -> Outcome<()> {
        use databases::{Column, Entity};
        let holder = Query::select()
            .expr(Expr::val(1))
            .from_as(Entity, "holder")
            .and_where(Expr::col(("holder", Column::Watched)).equals((Entity, Column::DataSource)))
            .to_owned();
        let update = Entity::update_many()
            .col_expr(Column::Watched, Expr::col(Column::DataSource))
            .filter(which)
            .filter(Column::Kind.eq(LINK))
            .filter(Column::Watched.is_null())
            .filter(Expr::exists(holder).not());
        match update.exec(&self.db).await {
            // Somebody was quicker.
            Err(error) if is_watch_taken(&error) => Ok(()),
            updated => Ok(updated.map(drop)?),
        }
    }
}

/// SQLite names the column, PostgreSQL the index.
fn is_watch_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("watched"))
}
