//! Imports as their owners see them.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::tables::{imports, items};
use crate::adapters::store::Store;
use crate::adapters::store::text::{parsed, uuid};
use crate::adapters::store::views::moment;
use crate::domain::cost::Prices;
use crate::domain::entry::{DatabaseId, ImportId, UserId};
use crate::domain::import::estimate::estimate;
use crate::domain::import::preview::{Listed, Told};
use crate::domain::import::view::{Counts, ImportView, State};
use crate::failure::{Failure, Outcome};
use crate::ports::ImportListing;

/// Links with trouble that are shown.
const SHOWN: u64 = 50;

impl Store {
    pub(super) async fn read_import(
        &self,
        user: UserId,
        id: ImportId,
        prices: &Prices,
    ) -> Outcome<Option<ImportView>> {
        use imports::{Column, Entity};
        let found = Entity::find_by_id(id.to_string())
            .filter(Column::UserId.eq(user.to_string()))
            .filter(self.is_no_stale_preview())
            .one(&self.db)
            .await?;
        match found {
            Some(row) => self.import_view(row, prices).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn read_imports(
        &self,
        user: UserId,
        wanted: &ImportListing,
        prices: &Prices,
    ) -> Outcome<Vec<ImportView>> {
        use imports::{Column, Entity};
        let mut listed = Entity::find()
            .filter(Column::DatabaseId.eq(wanted.database.to_string()))
            .filter(Column::UserId.eq(user.to_string()))
            .filter(self.is_no_stale_preview());
        if let Some(before) = wanted.before {
            listed = listed.filter(Column::Id.lt(before.to_string()));
        }
        let rows = listed.order_by_desc(Column::Id).limit(u64::from(wanted.limit)).all(&self.db).await?;
        let mut views = Vec::new();
        for row in rows {
            views.push(self.import_view(row, prices).await?);
        }
        Ok(views)
    }

    /// A preview nobody said yes to in time is gone for people, even where no worker has removed it yet.
    fn is_no_stale_preview(&self) -> Expr {
        let lasts = Expr::col(imports::Column::ExpiresAt).gt(self.time());
        Expr::col(imports::Column::State).ne(State::Previewed.name()).or(lasts)
    }

    async fn import_view(&self, row: imports::Model, prices: &Prices) -> Outcome<ImportView> {
        let state = State::ALL.into_iter().find(|state| state.name() == row.state);
        let state = state.ok_or_else(|| Failure::bug(anyhow::anyhow!("an import is in no known state")))?;
        let counts = self.count_links(&row.id).await?;
        Ok(ImportView {
            id: ImportId(uuid(&row.id)?),
            database_id: DatabaseId(uuid(&row.database_id)?),
            state,
            why: row.why,
            preview: parsed(&row.preview, "read a preview")?,
            saved: estimate((counts.planned + counts.making).saturating_sub(counts.planned_likes), prices),
            likes: estimate(counts.planned_likes, prices),
            trouble: self.links_with_trouble(&row.id, &counts).await?,
            counts,
            created_at: moment(row.created_at)?,
            expires_at: (state == State::Previewed).then(|| moment(row.expires_at)).transpose()?,
            updated_at: moment(row.updated_at)?,
        })
    }

    async fn count_links(&self, import: &str) -> Outcome<Counts> {
        use items::Column;
        let counted: Vec<(String, bool, i64)> = items::Entity::find()
            .select_only()
            .column(Column::State)
            .column(Column::Liked)
            .column_as(Expr::col(Column::Position).count(), "links")
            .filter(Column::ImportId.eq(import))
            .group_by(Column::State)
            .group_by(Column::Liked)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut counts = Counts::default();
        for (state, liked, count) in counted {
            let count = u64::try_from(count).unwrap_or_default();
            match state.as_str() {
                items::PLANNED => {
                    counts.planned += count;
                    counts.planned_likes += if liked { count } else { 0 };
                }
                items::MAKING => counts.making += count,
                items::MADE => counts.made += count,
                items::FAILED => counts.failed += count,
                _ => counts.skipped += count,
            }
        }
        Ok(counts)
    }

    async fn links_with_trouble(&self, import: &str, counts: &Counts) -> Outcome<Listed> {
        use items::Column;
        if counts.skipped + counts.failed == 0 {
            return Ok(Listed::default());
        }
        let rows = items::Entity::find()
            .filter(Column::ImportId.eq(import))
            .filter(Column::State.is_in([items::FAILED, items::SKIPPED]))
            .order_by_asc(Column::State)
            .order_by_asc(Column::Position)
            .limit(SHOWN)
            .all(&self.db)
            .await?;
        let first = rows.into_iter().map(|row| Told { link: row.link, why: row.why }).collect();
        Ok(Listed { count: counts.skipped + counts.failed, first })
    }
}
