//! Pages of results, kept by the worker that holds their entry.

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Store;
use super::checkpoints::{body_kept, body_read};
use super::claims::write_held;
use super::tables::result_pages::{Column, Entity, Model};
use super::tables::{entries, insert};
use super::text::{checkpoint, document, plain, uuid};
use crate::domain::cost::Usage;
use crate::domain::entry::{DatabaseId, EntryId, Ticket};
use crate::domain::ours::Written;
use crate::domain::result_page::{PageKey, ResultPage};
use crate::failure::Outcome;
use crate::ports::ResultPages;

#[async_trait]
impl ResultPages for Store {
    async fn pages_of(&self, entry: EntryId) -> Outcome<Vec<ResultPage>> {
        let read = async {
            let of_entry = Entity::find().filter(Column::EntryId.eq(entry.to_string()));
            let rows = of_entry.order_by_asc(Column::IntendedAt).all(&self.db).await?;
            rows.into_iter().map(page).collect()
        };
        self.within("read the pages of a result", read).await
    }

    async fn keep_page(&self, ticket: Ticket, page: &ResultPage) -> Outcome<i64> {
        self.within("keep a page of a result", self.write_page(ticket, page)).await
    }

    async fn keep_choice(&self, ticket: Ticket, database: DatabaseId, usage: &Usage) -> Outcome<()> {
        let write = async {
            let transaction = self.begin().await?;
            let update = self.held(ticket).col_expr(entries::Column::Chosen, database.to_string().into());
            write_held(&transaction, update).await?;
            self.pay(&transaction, ticket, "choice", usage).await?;
            Ok(transaction.commit().await?)
        };
        self.within("keep a choice", write).await
    }
}

impl Store {
    async fn write_page(&self, ticket: Ticket, page: &ResultPage) -> Outcome<i64> {
        let transaction = self.begin().await?;
        write_held(&transaction, self.held(ticket)).await?;
        let key = [ticket.entry.to_string(), page.key.database.to_string(), plain(&page.key.item)];
        let [entry, database, item] = key.clone();
        let values: [(Column, Expr); 10] = [
            (Column::EntryId, entry.into()),
            (Column::DatabaseId, database.into()),
            (Column::Item, item.into()),
            (Column::PageId, page.page.as_deref().map(plain).into()),
            (Column::Url, plain(&page.url).into()),
            (Column::Written, document(&page.written.settled)?.into()),
            (Column::Writing, document(&page.written.intended)?.into()),
            (Column::Body, body_kept(page.body).into()),
            (Column::Run, i32::try_from(page.run).unwrap_or(i32::MAX).into()),
            (Column::IntendedAt, self.time()),
        ];
        let mut newer =
            vec![Column::PageId, Column::Url, Column::Written, Column::Writing, Column::Body, Column::Run];
        // Who looks for a page that may have been made has to know when.
        if page.page.is_none() {
            newer.push(Column::IntendedAt);
        }
        let known = OnConflict::columns([Column::EntryId, Column::DatabaseId, Column::Item])
            .update_columns(newer)
            .to_owned();
        let keep = insert(Entity, values)?.on_conflict(known).to_owned();
        transaction.execute(&keep).await?;
        let [entry, database, item] = key;
        let kept = Entity::find_by_id((entry, database, item)).one(&transaction).await?;
        transaction.commit().await?;
        Ok(kept.map_or(0, |kept| kept.intended_at))
    }
}

fn page(row: Model) -> Outcome<ResultPage> {
    Ok(ResultPage {
        key: PageKey { database: DatabaseId(uuid(&row.database_id)?), item: row.item },
        page: row.page_id,
        url: row.url,
        written: Written {
            settled: checkpoint(row.written, "what was written").unwrap_or_default(),
            intended: checkpoint(row.writing, "what was about to be written").unwrap_or_default(),
        },
        body: body_read(row.body),
        run: u32::try_from(row.run).unwrap_or_default(),
        intended_at: row.intended_at,
    })
}
