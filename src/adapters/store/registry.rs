//! Registered databases.

use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr};

use super::Store;
use super::tables::{connections, databases};
use super::text::{checkpoint, document, no_text, parsed, plain, uuid};
use super::views::{link_database, moment, readable};
use crate::domain::account::{DatabaseView, Kind, Trouble};
use crate::domain::entry::{ConnectionId, ContentDatabase, DatabaseId, LinkDatabase, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Asked, DatabaseChange, DuePoll, NewDatabase, PollEnd, Registry};

/// How the two kinds are kept.
pub(super) const LINK: &str = "link";
const CONTENT: &str = "content";

#[async_trait]
impl Registry for Store {
    async fn keep_database(&self, new: NewDatabase) -> Asked<DatabaseId> {
        self.within("keep a database", self.write_database(&new)).await
    }

    async fn database(&self, id: DatabaseId) -> Outcome<Option<LinkDatabase>> {
        let read = async {
            let found = databases::Entity::find_by_id(id.to_string())
                .filter(databases::Column::Kind.eq(LINK))
                .one(&self.db)
                .await?;
            found.map(link_database).transpose()
        };
        self.within("read a database", read).await
    }

    async fn databases(&self) -> Outcome<Vec<LinkDatabase>> {
        let read = async {
            let links = databases::Entity::find().filter(databases::Column::Kind.eq(LINK));
            Ok(readable(links.order_by_asc(databases::Column::Id).all(&self.db).await?))
        };
        self.within("read the databases", read).await
    }

    async fn databases_of(
        &self,
        user: UserId,
        after: Option<DatabaseId>,
        limit: u32,
    ) -> Outcome<Vec<DatabaseView>> {
        use databases::{Column, Entity};
        let read = async {
            let mut of_user = Entity::find().filter(Column::UserId.eq(user.to_string()));
            if let Some(after) = after {
                of_user = of_user.filter(Column::Id.lt(after.to_string()));
            }
            let rows = of_user.order_by_desc(Column::Id).limit(u64::from(limit)).all(&self.db).await?;
            let mut views = Vec::new();
            for row in rows {
                views.push(self.database_view(row).await?);
            }
            Ok(views)
        };
        self.within("read a user's databases", read).await
    }

    async fn database_of(&self, user: UserId, id: DatabaseId) -> Outcome<Option<DatabaseView>> {
        let read = async {
            let found = databases::Entity::find_by_id(id.to_string())
                .filter(databases::Column::UserId.eq(user.to_string()))
                .one(&self.db)
                .await?;
            match found {
                Some(row) => self.database_view(row).await.map(Some),
                None => Ok(None),
            }
        };
        self.within("read a user's database", read).await
    }

    async fn content_databases(&self, user: UserId) -> Outcome<Vec<ContentDatabase>> {
        self.within("read a user's content databases", self.contents_of(user)).await
    }

    async fn registered(&self, user: UserId, data_source: &str) -> Outcome<Option<DatabaseView>> {
        use databases::{Column, Entity};
        let read = async {
            let of_user = Entity::find().filter(Column::UserId.eq(user.to_string()));
            let found = of_user
                .filter(Column::DataSource.eq(data_source))
                .order_by_asc(Column::Id)
                .one(&self.db)
                .await?;
            match found {
                Some(row) => self.database_view(row).await.map(Some),
                None => Ok(None),
            }
        };
        self.within("read a registered data source", read).await
    }

    async fn watched_by_other(&self, user: UserId, data_source: &str) -> Outcome<bool> {
        let read = self.is_watched_by_other(user, data_source);
        self.within("look who watches a data source", read).await
    }

    async fn change_database(&self, user: UserId, id: DatabaseId, change: DatabaseChange) -> Outcome<bool> {
        self.within("change a database", self.write_change(user, id, change)).await
    }

    async fn remove_database(&self, user: UserId, id: DatabaseId) -> Outcome<bool> {
        use databases::{Column, Entity};
        let remove = async {
            let removed = Entity::delete_many()
                .filter(Column::Id.eq(id.to_string()))
                .filter(Column::UserId.eq(user.to_string()))
                .exec(&self.db)
                .await?;
            Ok(removed.rows_affected > 0)
        };
        self.within("remove a database", remove).await
    }

    async fn set_trouble(&self, id: DatabaseId, trouble: Option<&Trouble>) -> Outcome<()> {
        use databases::{Column, Entity};
        let text = trouble.map(document).transpose()?;
        let write = async {
            let mut update = Entity::update_many().filter(Column::Id.eq(id.to_string()));
            if text.is_none() {
                // Told after every poll that works: nearly always there is nothing to change.
                update = update.filter(Column::Trouble.is_not_null());
            }
            update
                .col_expr(Column::Trouble, text.map_or_else(no_text, Into::into).into())
                .exec(&self.db)
                .await?;
            Ok(())
        };
        self.within("record what is wrong with a database", write).await
    }

    async fn due_polls(&self, limit: u32, interval: Duration) -> Outcome<Vec<DuePoll>> {
        self.within("take due polls", self.take_due(limit, interval)).await
    }

    async fn settle_poll(&self, poll: &DuePoll, end: PollEnd) -> Outcome<()> {
        self.within("settle a poll", self.write_end(poll, end)).await
    }
}

impl Store {
    async fn contents_of(&self, user: UserId) -> Outcome<Vec<ContentDatabase>> {
        use databases::{Column, Entity};
        let of_user = Entity::find().filter(Column::UserId.eq(user.to_string()));
        let rows = of_user.filter(Column::Kind.eq(CONTENT)).order_by_asc(Column::Id).all(&self.db).await?;
        let mut contents = Vec::new();
        for row in rows {
            let view = self.database_view(row).await?;
            contents.push(ContentDatabase {
                id: view.id,
                connection: view.connection_id,
                data_source: view.data_source_id,
                title: view.title,
                tag: view.tag.unwrap_or_default(),
                mapping: view.mapping,
                instructions: view.instructions,
                language: view.language,
                paused: view.paused,
            });
        }
        Ok(contents)
    }

    async fn write_change(&self, user: UserId, id: DatabaseId, change: DatabaseChange) -> Outcome<bool> {
        use databases::{Column, Entity};
        let mut update = Entity::update_many()
            .col_expr(Column::UpdatedAt, self.time())
            // Whoever saves it may have mended it.
            .col_expr(Column::FailedPolls, 0_i32.into())
            .col_expr(Column::NextPollAt, 0_i64.into())
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::UserId.eq(user.to_string()));
        if let Some(connection) = change.connection {
            update = update.col_expr(Column::ConnectionId, connection.to_string().into());
        }
        let texts = [
            (Column::Tag, change.tag),
            (Column::Instructions, change.instructions),
            (Column::Language, change.language),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                let text = text.as_deref().map_or(no_text(), |text| plain(text).into());
                update = update.col_expr(column, text.into());
            }
        }
        if let Some(keep) = change.keep {
            update = update.col_expr(Column::Keep, keep.name().into());
        }
        if let Some(mapping) = change.mapping {
            update = update
                .col_expr(Column::Mapping, document(&mapping)?.into())
                .col_expr(Column::Trouble, no_text().into());
        }
        let changed = update.exec(&self.db).await.map_err(tag_taken)?;
        if changed.rows_affected > 0 {
            self.watch_again(Column::Id.eq(id.to_string())).await?;
        }
        Ok(changed.rows_affected > 0)
    }

    async fn database_view(&self, row: databases::Model) -> Outcome<DatabaseView> {
        let connection = connections::Entity::find_by_id(row.connection_id.as_str()).one(&self.db).await?;
        let is_elsewhere = row.kind == LINK && row.watched.is_none();
        Ok(DatabaseView {
            id: DatabaseId(uuid(&row.id)?),
            user: UserId(uuid(&row.user_id)?),
            connection_id: ConnectionId(uuid(&row.connection_id)?),
            paused: connection.as_ref().is_none_or(|connection| connection.revoked_at.is_some()),
            workspace: connection.map(|connection| connection.workspace).unwrap_or_default(),
            kind: if row.kind == CONTENT { Kind::Content } else { Kind::Link },
            tag: row.tag,
            title: row.title,
            notion_database_id: row.notion_database,
            data_source_id: row.data_source,
            mapping: parsed(&row.mapping, "read a mapping")?,
            instructions: row.instructions,
            language: row.language,
            keep: Keep::named(&row.keep),
            trouble: if is_elsewhere {
                Some(Trouble::WatchedByOther)
            } else {
                checkpoint(row.trouble, "trouble")
            },
            created_at: moment(row.created_at)?,
        })
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Link => LINK,
        Kind::Content => CONTENT,
    }
}

/// A tag is unique per user; whoever asked can choose another one.
pub(super) fn tag_taken(error: sea_orm::DbErr) -> Failure {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Failure::permanent(Reason::SchemaChanged, anyhow!("the tag leads to another database already"))
        }
        _ => error.into(),
    }
}
