//! What became of videos that were to be kept in workspaces: told by the worker that holds an entry of the video, gone
//! with its record or its connection.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::Store;
use super::claims::write_held;
use super::tables::keepsakes::{Column, Entity};
use super::tables::{insert, media};
use super::text::{checkpoint, document, plain};
use crate::domain::entry::{ConnectionId, Ticket};
use crate::domain::keepsake::{Keep, Keepsake};
use crate::domain::link::MediaKey;
use crate::failure::Outcome;
use crate::ports::Keepsakes;

#[async_trait]
impl Keepsakes for Store {
    async fn remember_keepsake(
        &self,
        ticket: Ticket,
        connection: ConnectionId,
        media: &MediaKey,
        keep: Keep,
        keepsake: &Keepsake,
    ) -> Outcome<()> {
        let write = async {
            let transaction = self.begin().await?;
            write_held(&transaction, self.held(ticket)).await?;
            let values: [(Column, Expr); 5] = [
                (Column::ConnectionId, connection.to_string().into()),
                (Column::MediaKey, plain(&media.0).into()),
                (Column::Keep, keep.name().into()),
                (Column::Keepsake, document(keepsake)?.into()),
                (Column::CreatedAt, self.time()),
            ];
            let newer = OnConflict::columns([Column::ConnectionId, Column::MediaKey, Column::Keep])
                .update_columns([Column::Keepsake, Column::CreatedAt])
                .to_owned();
            transaction.execute(insert(Entity, values)?.on_conflict(newer)).await?;
            Ok(transaction.commit().await?)
        };
        self.within("remember what became of a video to be kept", write).await
    }

    async fn keepsake(
        &self,
        connection: ConnectionId,
        media: &MediaKey,
        keep: Keep,
    ) -> Outcome<Option<Keepsake>> {
        let read = async {
            let key = (connection.to_string(), plain(&media.0), keep.name().to_owned());
            let found = Entity::find_by_id(key).one(&self.db).await?;
            Ok(checkpoint(found.map(|found| found.keepsake), "keepsake"))
        };
        self.within("read what became of a video to be kept", read).await
    }

    async fn forget_keepsake(&self, connection: ConnectionId, media: &MediaKey, keep: Keep) -> Outcome<()> {
        let write = async {
            Entity::delete_many()
                .filter(Column::ConnectionId.eq(connection.to_string()))
                .filter(Column::MediaKey.eq(plain(&media.0)))
                .filter(Column::Keep.eq(keep.name()))
                .exec(&self.db)
                .await?;
            Ok(())
        };
        self.within("forget what became of a video to be kept", write).await
    }
}

impl Store {
    /// Removes what is old and whose video's record is gone. The files stay where their owners have them.
    pub(super) async fn prune_keepsakes(&self, keep: Duration) -> Outcome<()> {
        let of_video = Query::select()
            .expr(Expr::value(1))
            .from(media::Entity)
            .and_where(Expr::col((media::Entity, media::Column::Key)).equals((Entity, Column::MediaKey)))
            .to_owned();
        let delete = Query::delete()
            .from_table(Entity)
            .and_where(Expr::col(Column::CreatedAt).lte(self.time_before(keep)))
            .and_where(Expr::exists(of_video).not())
            .to_owned();
        self.db.execute(&delete).await?;
        Ok(())
    }
}
