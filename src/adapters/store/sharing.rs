//! What rows with one video share, under the time limit of every operation.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::Notify;

use super::Store;
use super::claims::write_held;
use super::sweep::PRUNED_AT_ONCE;
use super::tables::aliases::{Column, Entity, Model};
use super::tables::{entries, insert};
use super::text::{checkpoint, plain, uuid};
use crate::domain::entry::{DatabaseId, EntryId, Target, Ticket, UserId};
use crate::domain::link::{MediaKey, understand};
use crate::domain::sharing::{Earlier, Right, Taken};
use crate::domain::stage::Status;
use crate::failure::Outcome;
use crate::ports::Sharing;

/// Earlier rows that are looked at: all but the first matter only where the ones before lie in the trash.
const EARLIER: u64 = 3;

#[async_trait]
impl Sharing for Store {
    async fn take(&self, ticket: Ticket, right: &Right) -> Outcome<Taken> {
        self.within("take a right", self.take_right(ticket, right)).await
    }

    async fn found(&self, ticket: Ticket, right: &Right) -> Outcome<()> {
        self.within("end a right", self.end_found(ticket, right)).await
    }

    fn woken(&self) -> &Notify {
        &self.woken
    }

    async fn alias(&self, short: &MediaKey) -> Outcome<Option<Target>> {
        let read = async { Ok(Entity::find_by_id(plain(&short.0)).one(&self.db).await?.and_then(target)) };
        self.within("read where a short link leads", read).await
    }

    async fn keep_alias(&self, ticket: Ticket, short: &MediaKey, target: &Target) -> Outcome<()> {
        let write = async {
            let db = self.begin().await?;
            write_held(&db, self.held(ticket)).await?;
            let values: [(Column, Expr); 4] = [
                (Column::Short, plain(&short.0).into()),
                (Column::MediaKey, plain(&target.key.0).into()),
                (Column::Url, plain(target.url.as_str()).into()),
                (Column::CreatedAt, self.time()),
            ];
            let newer = OnConflict::column(Column::Short)
                .update_columns([Column::MediaKey, Column::Url, Column::CreatedAt])
                .to_owned();
            db.execute(insert(Entity, values)?.on_conflict(newer)).await?;
            Ok(db.commit().await?)
        };
        self.within("keep where a short link leads", write).await
    }

    async fn earlier(&self, user: UserId, entry: EntryId, media: &MediaKey) -> Outcome<Vec<Earlier>> {
        use entries::{Column, Entity};
        let seconds_last: Expr = Expr::case(Column::Earlier.is_null(), 0_i32).finally(1_i32).into();
        let read = async {
            let rows = Entity::find()
                .filter(Column::MediaKey.eq(plain(&media.0)))
                .filter(Column::UserId.eq(user.to_string()))
                .filter(Column::Id.ne(entry.to_string()))
                .filter(Column::Status.eq(Status::Completed.name()))
                // One that leads to this row is a second one, whatever became of it since.
                .filter(
                    Condition::any()
                        .add(Column::Earlier.is_null())
                        .add(Column::Earlier.ne(entry.to_string())),
                )
                .order_by_asc(seconds_last)
                .order_by_asc(Column::Id)
                .limit(EARLIER)
                .all(&self.db)
                .await?;
            rows.into_iter().map(earlier).collect()
        };
        self.within("look for earlier rows", read).await
    }

    async fn keep_earlier(&self, ticket: Ticket, earlier: EntryId) -> Outcome<()> {
        let update = self.held(ticket).col_expr(entries::Column::Earlier, earlier.to_string().into());
        self.within("keep which row was earlier", write_held(&self.db, update)).await
    }
}

impl Store {
    /// Removes what was found out of short links long ago; one that is saved again is followed again.
    pub(super) async fn prune_aliases(&self, keep: Duration) -> Outcome<()> {
        let old = Query::select()
            .column(Column::Short)
            .from(Entity)
            .and_where(Expr::col(Column::CreatedAt).lte(self.time_before(keep)))
            .limit(PRUNED_AT_ONCE)
            .to_owned();
        let delete = Query::delete()
            .from_table(Entity)
            .and_where(Expr::col(Column::Short).in_subquery(old))
            .to_owned();
        self.db.execute(&delete).await?;
        Ok(())
    }
}

/// One that cannot be read any more is followed anew.
fn target(row: Model) -> Option<Target> {
    let url = understand(&row.url).ok()?.url;
    Some(Target { url, key: MediaKey(row.media_key) })
}

fn earlier(row: entries::Model) -> Outcome<Earlier> {
    Ok(Earlier {
        entry: EntryId(uuid(&row.id)?),
        database: DatabaseId(uuid(&row.database_id)?),
        page: row.page_id,
        url: String::new(),
        note: checkpoint(row.note, "note"),
        chosen: row.chosen.as_deref().map(uuid).transpose()?.map(DatabaseId),
    })
}
