//! Notion, API version 2025-09-03, as the chain's [`Workspace`].
//!
//! - `client`: one request with its budget and limits
//! - `purses`: whose budgets a request is taken from
//! - `refusal`: what status codes mean
//! - `landing`: changes without an answer that may land all the same
//! - `me`: who a connection is in its workspace
//! - `ids`: ids before they enter a path, and in what people paste
//! - `schema`, `rows`, `values`: columns, rows and values from and to JSON
//! - `result_pages`: makes pages in content databases, and finds them by their markers
//! - `uploads`: files put into a workspace, such as the picture of a video
//! - `new_rows`: makes rows of an old collection, and finds them by their links
//! - `fingerprint`: whether a column still holds what we wrote
//! - `text`, `blocks`, `sections`: rich text and the page's section within Notion's limits
//! - `oauth`: where people consent, and what tokens that buys
//! - `telling`: why a row failed, told to its owner
//! - `catalogue`, `creating`, `new_columns`: databases found, made and given columns
//!
//! Every method can be repeated after a failure whose outcome is unknown: properties are set, not
//! added to; a section is found by its marker and a told reason by its words.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tracing::{debug, warn};
use url::Url;

use self::client::{Client, next_cursor, results};
pub use self::oauth::NotionConsent;
pub use self::purses::{Limits, WINDOW};
use self::refusal::{Answered, Refusal, Trouble};
pub use self::schema::{NotASchema, parse_schema};
use crate::domain::keepsake::Keepsake;
use crate::domain::mapping::{Mapping, StatusKind};
use crate::domain::ours::Held;
use crate::domain::page::Section;
use crate::domain::reason::Reason;
use crate::domain::schema::Schema;
use crate::domain::waiting::Waiting;
use crate::failure::{Failure, Outcome};
use crate::ports::{
    Access, DataSourceRef, Identity, Keys, LargeFile, NewFile, Picture, RateBudget, Row, RowUpdate,
    SectionNow, SectionState, Upload, Workspace,
};

mod blocks;
mod catalogue;
mod client;
mod creating;
mod fingerprint;
mod ids;
mod landing;
mod me;
mod new_columns;
mod new_rows;
mod oauth;
mod purses;
mod refusal;
mod result_pages;
mod rows;
mod schema;
mod sections;
mod telling;
mod text;
mod uploads;
mod values;

/// A query gives at most 10,000 rows (since 2026-04-20), 100 in each answer.
const MAX_QUERY_PAGES: usize = 100;

/// The Notion API.
pub struct Notion {
    client: Client,
    made: creating::MadeLately,
    known: me::Known,
    shows_pages_within: Duration,
}

impl Notion {
    /// The API at `base_url`, which has no `/v1`; requests are taken from `budget`.
    pub fn new(base_url: &Url, budget: Arc<dyn RateBudget>) -> Outcome<Self> {
        let client = Client::new(base_url, budget)?;
        Ok(Self {
            client,
            made: creating::MadeLately::default(),
            known: me::Known::default(),
            shows_pages_within: result_pages::SHOWS_WITHIN,
        })
    }

    /// Allows as many requests as said.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.client = self.client.with_limits(limits);
        self
    }

    /// Renews tokens that are refused.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn Keys>) -> Self {
        self.client = self.client.with_keys(keys);
        self
    }

    /// Gives Notion another time limit than half a minute for one whole request.
    pub fn with_timeout(mut self, timeout: Duration) -> Outcome<Self> {
        self.client = self.client.with_timeout(timeout)?;
        Ok(self)
    }

    /// Takes requests without an answer to have landed within another time than a minute, or never.
    #[must_use]
    pub fn that_settles_within(mut self, time: Duration) -> Self {
        self.client = self.client.that_settles_within(time);
        self
    }

    /// Takes queries to show a page within another time than usual.
    #[must_use]
    pub fn that_shows_pages_within(mut self, time: Duration) -> Self {
        self.shows_pages_within = time;
        self
    }

    /// One answer after another until the last one.
    async fn query(&self, access: &Access, source: &str, filter: &Value) -> Answered<Vec<Value>> {
        let mut items = Vec::new();
        let mut body =
            Map::from_iter([("filter".to_owned(), filter.clone()), ("page_size".to_owned(), 100.into())]);
        for _ in 0..MAX_QUERY_PAGES {
            let path = ["data_sources", source, "query"];
            let mut answer = self.client.post(access, &path, &json!(body)).await?;
            items.append(&mut results(&mut answer)?);
            if answer.pointer("/request_status/type").and_then(Value::as_str) == Some("incomplete") {
                // Those that were given leave the filter once they are worked on; the rest comes then.
                warn!(rows = items.len(), "more rows wait than notion gives in one query");
            }
            match next_cursor(&answer) {
                Some(cursor) => drop(body.insert("start_cursor".to_owned(), cursor.into())),
                None => return Ok(items),
            }
        }
        warn!(rows = items.len(), "a query goes on for longer than is followed");
        Ok(items)
    }
}

/// The properties of a row as a request writes them; a value Notion has no form for is left out.
fn row_properties(mapping: &Mapping, update: &RowUpdate, picture: Option<&Upload>) -> Map<String, Value> {
    let mut properties = Map::new();
    for (column, value) in &update.values {
        if let Some(property) = values::property_with(value, picture) {
            properties.insert(column.clone(), property);
        } else {
            debug!(%column, "notion has no form for this value, it is left out");
        }
    }
    let status = update.status.and_then(|status| values::status(&mapping.status, status));
    properties.extend(status.map(|status| (mapping.status.id.clone(), status)));
    let reason = mapping.reason.clone().zip(update.reason.as_deref().map(values::rich_text));
    properties.extend(reason);
    properties
}

/// What a request changes in a row and on its page; `None` where nothing is to be changed.
fn row_body(mapping: &Mapping, update: &RowUpdate, picture: Option<&Picture>) -> Option<Value> {
    let properties = row_properties(mapping, update, picture.map(|picture| &picture.upload));
    let cover = picture.filter(|picture| picture.as_cover);
    let is_something = !properties.is_empty() || cover.is_some();
    let mut body = Map::from_iter([("properties".to_owned(), Value::Object(properties))]);
    body.extend(cover.map(|cover| ("cover".to_owned(), uploads::named(&cover.upload))));
    is_something.then_some(Value::Object(body))
}

#[async_trait]
impl Workspace for Notion {
    async fn whoami(&self, access: &Access) -> Outcome<Identity> {
        self.identity(access).await
    }

    async fn data_sources(&self, access: &Access, database: &str) -> Outcome<Vec<DataSourceRef>> {
        let id = ids::pasted(database)?;
        let found = match self.client.get(access, &["databases", &id], &[]).await {
            Err(trouble) if trouble.is_gone() => return Ok(self.data_source_itself(access, &id).await?),
            // The id of a page: a person pasted the wrong address, which is no defect of ours.
            Err(Trouble::Refused(Refusal { status: 400, code, .. })) => {
                let cause = anyhow!("notion answers {code}: the address is not that of a database");
                return Err(Failure::permanent(Reason::RowGone, cause));
            }
            found => found?,
        };
        let Some(sources) = found.get("data_sources").and_then(Value::as_array) else {
            return Err(Failure::outage(anyhow!("notion's answer is not the database asked for")));
        };
        let read = |source: &Value| {
            Some(DataSourceRef {
                database: id.clone(),
                id: ids::checked(source.get("id")?.as_str()?).ok()?,
                name: source.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            })
        };
        Ok(sources.iter().filter_map(read).collect())
    }

    async fn schema(&self, access: &Access, data_source: &str) -> Outcome<Schema> {
        let id = ids::checked(data_source)?;
        let source = self.client.get(access, &["data_sources", &id], &[]).await?;
        parse_schema(&source).map_err(|error| match error {
            // One odd column says nothing of Notion.
            NotASchema::BadProperty { .. } => Failure::transient(error),
            _ => Failure::outage(error),
        })
    }

    async fn waiting_rows(&self, access: &Access, data_source: &str, mapping: &Mapping) -> Outcome<Vec<Row>> {
        let source = ids::checked(data_source)?;
        let pages = match self.query(access, &source, &rows::waiting(mapping, true)).await {
            // A select column gets its options when they are first used. Where there is no `pending`
            // yet, no row can show it.
            Err(trouble) if trouble.is_missing_option() && mapping.status.kind == StatusKind::Select => {
                self.query(access, &source, &rows::waiting(mapping, false)).await?
            }
            pages => pages?,
        };
        pages.iter().filter(|item| rows::is_page(item)).map(|page| rows::row(page, mapping)).collect()
    }

    async fn row(&self, access: &Access, page: &str, mapping: &Mapping) -> Outcome<Row> {
        let page = self.client.get(access, &["pages", &ids::checked(page)?], &[]).await?;
        rows::row(&page, mapping)
    }

    async fn update_row(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        update: &RowUpdate,
    ) -> Outcome<()> {
        let page = ids::checked(page)?;
        let picture = update.picture.as_ref();
        let Some(body) = row_body(mapping, update, picture) else { return Ok(()) };
        let changed = self.client.patch(access, &["pages", &page], &body).await;
        if picture.is_none() || !uploads::is_refused(&changed) {
            changed?;
        } else if let Some(body) = row_body(mapping, update, None) {
            self.client.patch(access, &["pages", &page], &body).await?;
        }
        Ok(())
    }

    async fn upload(&self, access: &Access, file: NewFile<'_>) -> Outcome<Option<Upload>> {
        self.put_up_file(access, file).await.map(Some)
    }

    async fn keep_file(&self, access: &Access, file: LargeFile<'_>) -> Outcome<Keepsake> {
        self.put_up_large(access, file).await
    }

    async fn largest_file(&self, access: &Access) -> Outcome<u64> {
        Ok(self.me(access).await?.file_limit)
    }

    async fn has_file(&self, access: &Access, file: &str) -> Outcome<bool> {
        self.is_kept(access, file).await
    }

    fn shown_as(&self, value: &crate::domain::note::Value) -> Option<Held> {
        let property = values::property(value)?;
        let (kind, content) = property.as_object()?.iter().next()?;
        Some(rows::held(kind, content))
    }

    async fn find_sections(&self, access: &Access, page: &str, marker: &str) -> Outcome<Vec<SectionNow>> {
        Ok(self.marked_sections(access, &ids::checked(page)?, marker).await?)
    }

    async fn section(&self, access: &Access, section: &str) -> Outcome<Option<SectionNow>> {
        Ok(self.section_now(access, &ids::checked(section)?).await?)
    }

    async fn section_state(
        &self,
        access: &Access,
        section: &str,
        known_maker: Option<&str>,
    ) -> Outcome<SectionState> {
        Ok(self.state_of(access, &ids::checked(section)?, known_maker).await?)
    }

    async fn remove_section(&self, access: &Access, section: &str) -> Outcome<()> {
        Ok(self.remove_block(access, &ids::checked(section)?).await?)
    }

    async fn append_section(
        &self,
        access: &Access,
        page: &str,
        section: &Section,
        behind: Option<&SectionNow>,
    ) -> Outcome<String> {
        self.put_up_section(access, page, section, behind).await
    }

    async fn tell_failure(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        reason: Reason,
    ) -> Outcome<()> {
        telling::tell(self, access, page, mapping, reason).await
    }

    async fn tell_waiting(
        &self,
        access: &Access,
        page: &str,
        mapping: &Mapping,
        waiting: &Waiting,
    ) -> Outcome<()> {
        telling::tell_waiting(self, access, page, mapping, waiting).await
    }

    async fn untell_failure(&self, access: &Access, page: &str) -> Outcome<()> {
        telling::untell(self, access, page).await
    }

    async fn settle(&self) {
        self.client.settle().await;
    }
}

#[cfg(test)]
mod tests;
