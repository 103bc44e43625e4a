//! Checkpoints: the finished work of a stage, kept so that it is never paid for twice.
//!
//! What belongs to the video is kept on the media record and shared; whether the worker still holds its
//! entry is checked in the same transaction.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::Store;
use super::claims::write_held;
use super::tables::{entries, insert, media};
use super::text::{checkpoint, document, no_text, plain};
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::domain::media::Media;
use crate::domain::note::Note;
use crate::domain::stage::Status;
use crate::failure::Outcome;

impl Store {
    pub(super) async fn write_status(&self, ticket: Ticket, status: Status) -> Outcome<()> {
        let update = self.held(ticket).col_expr(entries::Column::Status, status.name().into());
        write_held(&self.db, update).await
    }

    pub(super) async fn write_note(&self, ticket: Ticket, note: &Note) -> Outcome<()> {
        let update = self.held(ticket).col_expr(entries::Column::Note, document(note)?.into());
        write_held(&self.db, update).await
    }

    pub(super) async fn write_section(&self, ticket: Ticket, section: Option<&str>) -> Outcome<()> {
        let section = section.map_or(no_text(), |id| plain(id).into());
        write_held(&self.db, self.held(ticket).col_expr(entries::Column::Section, section.into())).await
    }

    pub(super) async fn media_record(&self, key: &MediaKey) -> Outcome<Media> {
        let found = media::Entity::find_by_id(plain(&key.0)).one(&self.db).await?;
        Ok(found.map_or_else(
            || Media::unknown(key.clone()),
            |row| Media {
                key: key.clone(),
                info: checkpoint(row.info, "info"),
                transcript: checkpoint(row.transcript, "transcript"),
                screen_text: checkpoint(row.screen_text, "screen text"),
            },
        ))
    }

    /// Keeps one document of a media record, and that the entry belongs to it.
    pub(super) async fn write_media(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        column: media::Column,
        document: String,
    ) -> Outcome<()> {
        let key = plain(&key.0);
        let transaction = self.begin().await?;
        let belongs = self.held(ticket).col_expr(entries::Column::MediaKey, key.as_str().into());
        write_held(&transaction, belongs).await?;
        let values: [(media::Column, Expr); 4] = [
            (media::Column::Key, key.into()),
            (column, document.into()),
            (media::Column::CreatedAt, self.time()),
            (media::Column::UpdatedAt, self.time()),
        ];
        let keep = insert(media::Entity, values)?
            .on_conflict(
                OnConflict::column(media::Column::Key)
                    .update_columns([column, media::Column::UpdatedAt])
                    .to_owned(),
            )
            .to_owned();
        transaction.execute(&keep).await?;
        Ok(transaction.commit().await?)
    }
}
