//! Pieces: parts of videos that were heard or read, kept with what was paid for them until the whole is kept.

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

use super::Store;
use super::claims::write_held;
use super::tables::pieces::{Column, Entity};
use super::text::{checkpoint, document, plain};
use crate::domain::cost::Usage;
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::domain::media::Transcript;
use crate::domain::piece::Place;
use crate::failure::{Failure, Outcome};
use crate::ports::{FrameText, Pieces};

/// The work the parts of a transcript belong to; its payments are called so as well.
pub(super) const SPEECH: &str = "speech";

/// The same for the text on the screen.
pub(super) const SCREEN: &str = "screen";

#[async_trait]
impl Pieces for Store {
    async fn heard(&self, key: &MediaKey, engine: &str) -> Outcome<BTreeMap<Place, Transcript>> {
        self.within("read which parts were heard", self.pieces(key, SPEECH, engine)).await
    }

    async fn save_heard(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        engine: &str,
        place: &Place,
        part: &Transcript,
    ) -> Outcome<()> {
        let settled = Transcript { usage: Usage::default(), ..part.clone() };
        let pieces = vec![(place.clone(), document(&settled)?)];
        let write = self.write_pieces(ticket, key, (SPEECH, engine), pieces, &part.usage);
        self.within("keep a part that was heard", write).await
    }

    async fn seen(&self, key: &MediaKey, engine: &str) -> Outcome<BTreeMap<Place, FrameText>> {
        self.within("read which pictures were read", self.pieces(key, SCREEN, engine)).await
    }

    async fn save_seen(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        engine: &str,
        pictures: &[FrameText],
        billed: &Usage,
    ) -> Outcome<()> {
        let piece = |picture: &FrameText| Ok((Place::of_picture(picture.at), document(picture)?));
        let pieces = pictures.iter().map(piece).collect::<Outcome<_>>()?;
        let write = self.write_pieces(ticket, key, (SCREEN, engine), pieces, billed);
        self.within("keep pictures that were read", write).await
    }
}

impl Store {
    /// One that cannot be read any more is made again.
    async fn pieces<T: DeserializeOwned>(
        &self,
        key: &MediaKey,
        work: &str,
        engine: &str,
    ) -> Outcome<BTreeMap<Place, T>> {
        let pieces = Entity::find()
            .filter(Column::MediaKey.eq(plain(&key.0)))
            .filter(Column::Work.eq(work))
            .filter(Column::Engine.eq(plain(engine)))
            .all(&self.db)
            .await?;
        let read = pieces
            .into_iter()
            .filter_map(|piece| Some((Place::kept(piece.place), checkpoint(Some(piece.document), "piece")?)));
        Ok(read.collect())
    }

    /// Keeps what one paid call brought. The place of its first piece tells its payment from those of other calls.
    async fn write_pieces(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        (work, engine): (&str, &str),
        pieces: Vec<(Place, String)>,
        billed: &Usage,
    ) -> Outcome<()> {
        let Some((first, _)) = pieces.first() else { return Ok(()) };
        let paid_for = format!("{work} {first}");
        let columns = [
            Column::MediaKey,
            Column::Work,
            Column::Engine,
            Column::Place,
            Column::Document,
            Column::CreatedAt,
        ];
        let mut keep = Query::insert();
        keep.into_table(Entity).columns(columns);
        for (place, document) in pieces {
            let values: [Expr; 6] = [
                plain(&key.0).into(),
                work.into(),
                plain(engine).into(),
                place.to_string().into(),
                document.into(),
                self.time(),
            ];
            keep.values(values).map_err(Failure::bug)?;
        }
        let newer = OnConflict::columns([Column::MediaKey, Column::Work, Column::Engine, Column::Place])
            .update_columns([Column::Document, Column::CreatedAt])
            .to_owned();
        let transaction = self.begin().await?;
        write_held(&transaction, self.further(ticket)).await?;
        transaction.execute(keep.on_conflict(newer)).await?;
        self.pay(&transaction, ticket, &paid_for, billed).await?;
        Ok(transaction.commit().await?)
    }

    /// Removes the pieces of a work whose whole is kept.
    pub(super) async fn drop_pieces(
        &self,
        db: &impl ConnectionTrait,
        key: &MediaKey,
        work: &str,
    ) -> Outcome<()> {
        let of_work = Column::MediaKey.eq(plain(&key.0)).and(Column::Work.eq(work));
        Entity::delete_many().filter(of_work).exec(db).await?;
        Ok(())
    }
}
