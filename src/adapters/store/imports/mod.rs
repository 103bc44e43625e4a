//! Imports: kept, shown, said yes to, stopped. What their workers do stands in `making`.

mod making;
mod tables;
mod views;

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use self::tables::{imports, items};
use super::Store;
use super::tables::{databases, insert};
use super::text::{document, no_text, plain};
use crate::domain::cost::Prices;
use crate::domain::entry::{DatabaseId, ImportId, UserId};
use crate::domain::import::List;
use crate::domain::import::preview::Planned;
use crate::domain::import::view::{ImportView, State};
use crate::domain::link::MediaKey;
use crate::failure::{Failure, Outcome};
use crate::ports::{
    Batch, Confirmed, Fate, ImportListing, ImportTicket, Imports, NewImport, Onward, PREVIEW_LASTS,
};

/// Links written in one statement: ten values each, far below the 32,766 SQLite takes.
const LINKS_AT_ONCE: usize = 500;

/// Previews of one user that wait for a yes; the oldest ones make room.
const PREVIEWS_OF_A_USER: u64 = 5;

/// Why a liked link is left out.
const ONLY_LIKED: &str = "It was only liked, not saved.";

/// Why a link is left out that came in otherwise since the preview.
const TAKEN_MEANWHILE: &str = "Another import has taken this video in.";

#[async_trait]
impl Imports for Store {
    async fn keep_preview(&self, new: NewImport) -> Outcome<ImportId> {
        self.within("keep a preview", self.write_preview(&new)).await
    }

    async fn being_imported(&self, database: DatabaseId) -> Outcome<HashSet<MediaKey>> {
        self.within("read what is being imported", self.keys_under_way(database)).await
    }

    async fn import_of(&self, user: UserId, id: ImportId, prices: &Prices) -> Outcome<Option<ImportView>> {
        self.within("read an import", self.read_import(user, id, prices)).await
    }

    async fn imports_of(
        &self,
        user: UserId,
        wanted: &ImportListing,
        prices: &Prices,
    ) -> Outcome<Vec<ImportView>> {
        self.within("read the imports", self.read_imports(user, wanted, prices)).await
    }

    async fn confirm(&self, user: UserId, id: ImportId, likes: bool) -> Outcome<Confirmed> {
        self.within("begin an import", self.begin_import(user, id, likes)).await
    }

    async fn cancel(&self, user: UserId, id: ImportId) -> Outcome<bool> {
        self.within("stop an import", self.stop_import(user, id)).await
    }

    async fn claim_import(&self, owner: &str, lease: Duration, batch: u32) -> Outcome<Option<Batch>> {
        self.within("claim an import", self.claim_next_import(owner, lease, batch)).await
    }

    async fn intend(&self, ticket: ImportTicket, position: i32, lease: Duration) -> Outcome<()> {
        self.within("intend a row", self.write_row_intent(ticket, position, lease)).await
    }

    async fn settle(&self, ticket: ImportTicket, position: i32, fate: &Fate) -> Outcome<()> {
        self.within("settle a link", self.write_fate(ticket, position, fate)).await
    }

    async fn hand_on(&self, ticket: ImportTicket, onward: &Onward) -> Outcome<()> {
        self.within("hand an import on", self.write_onward(ticket, onward)).await
    }
}

impl Store {
    async fn write_preview(&self, new: &NewImport) -> Outcome<ImportId> {
        let id = ImportId::new();
        let transaction = self.begin().await?;
        self.make_room(&transaction, new.user).await?;
        let values: [(imports::Column, Expr); 13] = [
            (imports::Column::Id, id.to_string().into()),
            (imports::Column::UserId, new.user.to_string().into()),
            (imports::Column::DatabaseId, new.database.to_string().into()),
            (imports::Column::ConnectionId, new.connection.to_string().into()),
            (imports::Column::State, State::Previewed.name().into()),
            (imports::Column::Preview, plain(&document(&new.preview)?).into()),
            (imports::Column::AllRowsCompared, new.preview.all_rows_compared.into()),
            (imports::Column::RunLease, 0_i64.into()),
            (imports::Column::NotBefore, 0_i64.into()),
            (imports::Column::Stumbles, 0_i32.into()),
            (imports::Column::ExpiresAt, self.time_after(PREVIEW_LASTS)),
            (imports::Column::CreatedAt, self.time()),
            (imports::Column::UpdatedAt, self.time()),
        ];
        transaction.execute(&insert(imports::Entity, values)?).await?;
        for (at, links) in new.planned.chunks(LINKS_AT_ONCE).enumerate() {
            self.write_links(&transaction, id, at * LINKS_AT_ONCE, links).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    async fn make_room(&self, transaction: &DatabaseTransaction, user: UserId) -> Outcome<()> {
        use imports::{Column, Entity};
        let previews = || {
            Entity::find()
                .filter(Column::UserId.eq(user.to_string()))
                .filter(Column::State.eq(State::Previewed.name()))
        };
        let newest =
            previews().order_by_desc(Column::Id).offset(PREVIEWS_OF_A_USER - 1).one(transaction).await?;
        if let Some(last_kept) = newest {
            Entity::delete_many()
                .filter(Column::UserId.eq(user.to_string()))
                .filter(Column::State.eq(State::Previewed.name()))
                .filter(Column::Id.lte(last_kept.id))
                .exec(transaction)
                .await?;
        }
        Ok(())
    }

    async fn write_links(
        &self,
        transaction: &DatabaseTransaction,
        id: ImportId,
        first: usize,
        links: &[Planned],
    ) -> Outcome<()> {
        use items::Column;
        let mut insert = Query::insert();
        insert.into_table(items::Entity).columns([
            Column::ImportId,
            Column::Position,
            Column::MediaKey,
            Column::Link,
            Column::Title,
            Column::Liked,
            Column::State,
            Column::UpdatedAt,
        ]);
        for (at, one) in links.iter().enumerate() {
            let title = one.title.as_deref().map_or(no_text(), |title| plain(title).into());
            let values: [Expr; 8] = [
                id.to_string().into(),
                i32::try_from(first + at).map_err(Failure::bug)?.into(),
                plain(&one.key.0).into(),
                plain(&one.link).into(),
                title.into(),
                (one.list == List::Likes).into(),
                items::PLANNED.into(),
                self.time(),
            ];
            insert.values(values).map_err(Failure::bug)?;
        }
        transaction.execute(&insert).await?;
        Ok(())
    }

    async fn keys_under_way(&self, database: DatabaseId) -> Outcome<HashSet<MediaKey>> {
        let keys: Vec<String> = items::Entity::find()
            .select_only()
            .column(items::Column::MediaKey)
            .filter(items::Column::State.is_in([items::PLANNED, items::MAKING]))
            .filter(
                items::Column::ImportId.in_subquery(
                    Query::select()
                        .column(imports::Column::Id)
                        .from(imports::Entity)
                        .and_where(imports::Column::DatabaseId.eq(database.to_string()))
                        .and_where(imports::Column::State.is_in(under_way()))
                        .to_owned(),
                ),
            )
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(keys.into_iter().map(MediaKey).collect())
    }

    async fn begin_import(&self, user: UserId, id: ImportId, likes: bool) -> Outcome<Confirmed> {
        use imports::{Column, Entity};
        let transaction = self.begin().await?;
        let found = Entity::find_by_id(id.to_string())
            .filter(Column::UserId.eq(user.to_string()))
            .filter(
                Expr::col(Column::State)
                    .ne(State::Previewed.name())
                    .or(Expr::col(Column::ExpiresAt).gt(self.time())),
            )
            .one(&transaction)
            .await?;
        let Some(import) = found else { return Ok(Confirmed::Unknown) };
        let waits = State::ALL.into_iter().find(|state| state.name() == import.state);
        match waits {
            Some(State::Running) => return Ok(Confirmed::Runs),
            Some(State::Previewed) => self.leave_out(&transaction, &import, likes).await?,
            Some(State::Paused) => {}
            _ => return Ok(Confirmed::Over),
        }
        let left = items::Entity::find()
            .filter(items::Column::ImportId.eq(import.id.as_str()))
            .filter(items::Column::State.is_in([items::PLANNED, items::MAKING]))
            .count(&transaction)
            .await?;
        if left == 0 {
            // Rolled back with the transaction: its owner may say yes to the likes as well.
            return Ok(Confirmed::Nothing);
        }
        Entity::update_many()
            .col_expr(Column::State, State::Running.name().into())
            .col_expr(Column::Why, no_text().into())
            .col_expr(Column::Stumbles, 0_i32.into())
            .col_expr(Column::NotBefore, 0_i64.into())
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(import.id))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(Confirmed::Runs)
    }

    /// Leaves out what its owner does not want and what another import has taken in since the preview. Two
    /// imports of one database begin one after the other: both change its row first.
    async fn leave_out(
        &self,
        transaction: &DatabaseTransaction,
        import: &imports::Model,
        likes: bool,
    ) -> Outcome<()> {
        databases::Entity::update_many()
            .col_expr(databases::Column::UpdatedAt, Expr::col(databases::Column::UpdatedAt))
            .filter(databases::Column::Id.eq(import.database_id.as_str()))
            .exec(transaction)
            .await?;
        let skip = |why: &str| {
            items::Entity::update_many()
                .col_expr(items::Column::State, items::SKIPPED.into())
                .col_expr(items::Column::Why, why.into())
                .col_expr(items::Column::UpdatedAt, self.time())
                .filter(items::Column::ImportId.eq(import.id.as_str()))
                .filter(items::Column::State.eq(items::PLANNED))
        };
        if !likes {
            skip(ONLY_LIKED).filter(items::Column::Liked.eq(true)).exec(transaction).await?;
        }
        let others = Query::select()
            .column(imports::Column::Id)
            .from(imports::Entity)
            .and_where(imports::Column::DatabaseId.eq(import.database_id.as_str()))
            .and_where(imports::Column::Id.ne(import.id.as_str()))
            .and_where(imports::Column::State.ne(State::Previewed.name()))
            .to_owned();
        let theirs = Query::select()
            .column(items::Column::MediaKey)
            .from(items::Entity)
            .and_where(items::Column::ImportId.in_subquery(others))
            .and_where(items::Column::State.is_in([items::PLANNED, items::MAKING, items::MADE]))
            .and_where(
                items::Column::UpdatedAt.gte(import.created_at).or(items::Column::State.ne(items::MADE)),
            )
            .to_owned();
        skip(TAKEN_MEANWHILE).filter(items::Column::MediaKey.in_subquery(theirs)).exec(transaction).await?;
        Ok(())
    }

    async fn stop_import(&self, user: UserId, id: ImportId) -> Outcome<bool> {
        use imports::{Column, Entity};
        let stopped = Entity::update_many()
            .col_expr(Column::State, State::Cancelled.name().into())
            .col_expr(Column::Why, no_text().into())
            .col_expr(Column::UpdatedAt, self.time())
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::UserId.eq(user.to_string()))
            .filter(Column::State.is_in([State::Previewed, State::Running, State::Paused].map(State::name)))
            .exec(&self.db)
            .await?;
        if stopped.rows_affected > 0 {
            return Ok(true);
        }
        // One that is over stays as it is.
        let known = Entity::find_by_id(id.to_string()).filter(Column::UserId.eq(user.to_string()));
        Ok(known.count(&self.db).await? > 0)
    }
}

/// The states in which rows are made, or will be.
fn under_way() -> [&'static str; 2] {
    [State::Running, State::Paused].map(State::name)
}
