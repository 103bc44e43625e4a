//! The small pictures of videos: kept by the worker that holds an entry of the video, gone when its record is.

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::Store;
use super::claims::write_held;
use super::tables::covers::{Column, Entity};
use super::tables::insert;
use super::text::plain;
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::failure::Outcome;
use crate::ports::Covers;

#[async_trait]
impl Covers for Store {
    async fn keep_cover(&self, ticket: Ticket, media: &MediaKey, jpeg: &[u8]) -> Outcome<()> {
        let write = async {
            let transaction = self.begin().await?;
            write_held(&transaction, self.held(ticket)).await?;
            let values: [(Column, Expr); 3] = [
                (Column::MediaKey, plain(&media.0).into()),
                (Column::Jpeg, jpeg.to_vec().into()),
                (Column::CreatedAt, self.time()),
            ];
            let newer = OnConflict::column(Column::MediaKey)
                .update_columns([Column::Jpeg, Column::CreatedAt])
                .to_owned();
            transaction.execute(insert(Entity, values)?.on_conflict(newer)).await?;
            Ok(transaction.commit().await?)
        };
        self.within("keep the picture of a video", write).await
    }

    async fn cover(&self, media: &MediaKey) -> Outcome<Option<Vec<u8>>> {
        let read = async {
            let found = Entity::find_by_id(plain(&media.0)).one(&self.db).await?;
            Ok(found.map(|cover| cover.jpeg))
        };
        self.within("read the picture of a video", read).await
    }
}
