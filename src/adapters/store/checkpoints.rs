//! Checkpoints: the finished work of a stage, kept so that it is never paid for twice.
//!
//! What belongs to the video is kept on the media record and shared; whether the worker still holds its
//! entry is checked in the same transaction.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, UpdateMany};

use super::Store;
use super::claims::write_held;
use super::pieces::{SCREEN, SPEECH};
use super::tables::{entries, insert, media};
use super::text::{checkpoint, document, plain};
use crate::domain::cost::Usage;
use crate::domain::entry::{Body, Ticket};
use crate::domain::link::MediaKey;
use crate::domain::media::Media;
use crate::domain::note::Note;
use crate::domain::ours::Written;
use crate::domain::stage::Status;
use crate::failure::Outcome;

/// How far a body has got, as it is kept.
pub(super) fn body_kept(body: Body) -> i32 {
    match body {
        Body::Untouched => entries::UNTOUCHED,
        Body::Intended => entries::INTENDED,
        Body::Written => entries::WRITTEN,
    }
}

/// How far a body has got, as it was kept.
pub(super) fn body_read(kept: i32) -> Body {
    match kept {
        entries::WRITTEN => Body::Written,
        entries::INTENDED => Body::Intended,
        _ => Body::Untouched,
    }
}

impl Store {
    pub(super) async fn write_status(&self, ticket: Ticket, status: Status) -> Outcome<()> {
        let update = self.held(ticket).col_expr(entries::Column::Status, status.name().into());
        write_held(&self.db, update).await
    }

    /// An update of an entry that got further than ever: neither its failed attempts and crashes so far nor
    /// its waiting count any more.
    pub(super) fn further(&self, ticket: Ticket) -> UpdateMany<entries::Entity> {
        self.held(ticket)
            .col_expr(entries::Column::Attempts, 0_i32.into())
            .col_expr(entries::Column::Crashes, 0_i32.into())
            .col_expr(entries::Column::WaitingSince, Expr::value(None::<i64>))
    }

    pub(super) async fn write_note(&self, ticket: Ticket, note: &Note) -> Outcome<()> {
        let update = self.further(ticket).col_expr(entries::Column::Note, document(note)?.into());
        if note.usage.is_nothing() {
            return write_held(&self.db, update).await;
        }
        let transaction = self.begin().await?;
        write_held(&transaction, update).await?;
        self.pay(&transaction, ticket, "note", &note.usage).await?;
        Ok(transaction.commit().await?)
    }

    pub(super) async fn write_section(&self, ticket: Ticket, section: &str) -> Outcome<()> {
        let update = self
            .further(ticket)
            .col_expr(entries::Column::Section, plain(section).into())
            .col_expr(entries::Column::Body, entries::WRITTEN.into());
        write_held(&self.db, update).await
    }

    pub(super) async fn write_values(&self, ticket: Ticket, written: &Written) -> Outcome<()> {
        let update = self
            .held(ticket)
            .col_expr(entries::Column::Written, document(&written.settled)?.into())
            .col_expr(entries::Column::Writing, document(&written.intended)?.into());
        write_held(&self.db, update).await
    }

    pub(super) async fn write_intent(&self, ticket: Ticket) -> Outcome<()> {
        let update = self.held(ticket).col_expr(entries::Column::Body, entries::INTENDED.into());
        write_held(&self.db, update).await
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

    /// Keeps one document of a media record, that the entry belongs to it, and what was paid for it beyond its pieces,
    /// which go with that.
    pub(super) async fn write_media(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        column: media::Column,
        document: String,
        usage: Usage,
    ) -> Outcome<()> {
        let (media, key) = (key, plain(&key.0));
        let transaction = self.begin().await?;
        // Every run tells anew what the platform says. Only what was not known before is a step: a video
        // that kills its worker right after each download has to be given up.
        let is_known =
            media::Entity::find_by_id(key.as_str()).filter(column.is_not_null()).count(&transaction).await?
                > 0;
        let held = if is_known { self.held(ticket) } else { self.further(ticket) };
        let belongs = held.col_expr(entries::Column::MediaKey, key.as_str().into());
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
        if let Some(work) = work_of(column) {
            self.drop_pieces(&transaction, media, work).await?;
            self.pay(&transaction, ticket, work, &usage).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// The work that a document of a media record is the whole of; what the platform says is no work of an engine's.
fn work_of(column: media::Column) -> Option<&'static str> {
    match column {
        media::Column::Transcript => Some(SPEECH),
        media::Column::ScreenText => Some(SCREEN),
        _ => None,
    }
}
