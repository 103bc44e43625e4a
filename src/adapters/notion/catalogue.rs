//! Notion's databases: found by search or by address, and given columns.
//!
//! Takes what a person pasted; gives data sources with their columns, or a refusal in words.
//! Shapes: <https://developers.notion.com/reference/retrieve-a-data-source>.

use anyhow::anyhow;
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tracing::warn;

use super::client::{next_cursor, results};
use super::refusal::{Answered, Refusal as Refused, Trouble};
use super::{Notion, creating, ids, new_columns, parse_schema, rows, text, values};
use crate::domain::adopt::{NewColumn, Plan};
use crate::domain::mapping::{Mapping, Usage};
use crate::domain::refusal::{Choice, Refusal};
use crate::domain::schema::Schema;
use crate::domain::stage::Status;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Access, Asked, Catalogue, DataSourceRef, Described};

/// Answers of 100 data sources: who has more than 2,000 databases pastes an address.
const MAX_SEARCH_PAGES: usize = 20;

#[async_trait]
impl Catalogue for Notion {
    async fn visible(&self, access: &Access) -> Outcome<Vec<DataSourceRef>> {
        let found = self.search(access, "data_source", "", MAX_SEARCH_PAGES).await?;
        Ok(found.iter().filter(|source| !in_trash(source)).filter_map(source_ref).collect())
    }

    async fn describe(&self, access: &Access, database: &str, chosen: Option<&str>) -> Asked<Described> {
        let Ok(id) = ids::pasted(database) else {
            let hint =
                "Paste the address of a Notion database as the browser shows it, or its id.".to_owned();
            return Ok(Err(Refusal::Invalid { field: "database_id", hint }));
        };
        let sources = match self.sources(access, &id).await? {
            Ok(sources) => sources,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut source = match choose(&sources, chosen) {
            Ok(source) => source,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(schema) = refused(self.read_source(access, &source.id).await)? else {
            return Ok(Err(Refusal::NotShared));
        };
        if source.name.is_empty() {
            source.name.clone_from(&schema.title);
        }
        Ok(Ok(Described { source, sources, schema }))
    }

    async fn usage(&self, access: &Access, data_source: &str) -> Outcome<Usage> {
        let id = ids::checked(data_source)?;
        let body = json!({ "page_size": 100 });
        let mut answer = self.client.post(access, &["data_sources", &id, "query"], &body).await?;
        let pages = results(&mut answer)?;
        let mut usage = Usage::default();
        for page in pages.iter().filter(|item| rows::is_page(item)) {
            usage.rows += 1;
            for column in rows::filled(page) {
                *usage.filled.entry(column).or_default() += 1;
            }
        }
        Ok(usage)
    }

    async fn create_link_database(&self, access: &Access, plan: &Plan) -> Asked<DataSourceRef> {
        creating::create_once(self, access, plan).await
    }

    async fn add_columns(&self, access: &Access, data_source: &str, columns: &[NewColumn]) -> Asked<()> {
        let id = ids::checked(data_source)?;
        let body = json!({ "properties": new_columns::properties(columns) });
        match self.client.patch(access, &["data_sources", &id], &body).await {
            Err(trouble) if trouble.is_forbidden() => Ok(Err(Refusal::NotAllowed)),
            Err(trouble) if trouble.is_gone() => Ok(Err(Refusal::NotShared)),
            Err(Trouble::Failed(failure)) if is_unknown(&failure) => {
                let schema = self.read_source(access, &id).await?;
                let there = |new: &NewColumn| schema.columns.iter().any(|known| known.name == new.name);
                if columns.iter().all(there) { Ok(Ok(())) } else { Err(failure) }
            }
            added => Ok(Ok(added.map(drop)?)),
        }
    }

    async fn add_sample(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        (title, link): (&str, &str),
    ) -> Outcome<()> {
        let mut turn = creating::turn(self, access).await?;
        if turn.is_sampled(data_source) || self.usage(access, data_source).await?.rows > 0 {
            return Ok(());
        }
        let mut properties = Map::from_iter([
            (mapping.title.clone(), json!({ "title": text::plain(title) })),
            (mapping.link.clone(), json!({ "url": link })),
        ]);
        let status = values::status(&mapping.status, Status::Pending);
        properties.extend(status.map(|status| (mapping.status.id.clone(), status)));
        let parent = json!({ "type": "data_source_id", "data_source_id": ids::checked(data_source)? });
        self.client.post(access, &["pages"], &json!({ "parent": parent, "properties": properties })).await?;
        turn.sampled(data_source);
        Ok(())
    }
}

impl Notion {
    /// What was pasted may be the id of a data source itself ("Copy data source ID").
    pub(super) async fn data_source_itself(&self, access: &Access, id: &str) -> Answered<Vec<DataSourceRef>> {
        let source = self.client.get(access, &["data_sources", id], &[]).await?;
        let database = source.pointer("/parent/database_id").and_then(Value::as_str);
        let name = text::read(source.get("title"));
        let database = database.map(ids::checked).transpose()?.unwrap_or_else(|| id.to_owned());
        Ok(vec![DataSourceRef { database, id: id.to_owned(), name }])
    }

    /// The data sources behind an id, which may be that of a database or of a data source itself.
    async fn sources(&self, access: &Access, id: &str) -> Asked<Vec<DataSourceRef>> {
        let database = match self.client.get(access, &["databases", id], &[]).await {
            Err(trouble) if trouble.is_gone() => return self.source_or_page(access, id).await,
            // "Provided ID is a page, not a database", or a linked view.
            Err(Trouble::Refused(Refused { status: 400, .. })) => return Ok(Err(Refusal::IsPage)),
            found => found?,
        };
        if in_trash(&database) {
            return Ok(Err(Refusal::NotShared));
        }
        let Some(listed) = database.get("data_sources").and_then(Value::as_array) else {
            return Err(Failure::outage(anyhow!("notion's answer is not the database asked for")));
        };
        let title = text::read(database.get("title"));
        let read = |source: &Value| {
            let name = source.get("name").and_then(Value::as_str).unwrap_or_default();
            // The only one is known to people by the database's own title.
            let name = if listed.len() == 1 && !title.is_empty() { &title } else { name };
            let source = ids::checked(source.get("id")?.as_str()?).ok()?;
            Some(DataSourceRef { database: id.to_owned(), id: source, name: name.to_owned() })
        };
        Ok(Ok(listed.iter().filter_map(read).collect()))
    }

    async fn source_or_page(&self, access: &Access, id: &str) -> Asked<Vec<DataSourceRef>> {
        match self.client.get(access, &["data_sources", id], &[]).await {
            Err(trouble) if trouble.is_gone() => {}
            Err(Trouble::Refused(Refused { status: 400, .. })) => {}
            Ok(source) if in_trash(&source) => return Ok(Err(Refusal::NotShared)),
            found => return Ok(source_ref(&found?).map(|source| vec![source]).ok_or(Refusal::NotShared)),
        }
        let page = self.client.get(access, &["pages", id], &[]).await;
        Ok(Err(if page.is_ok() { Refusal::IsPage } else { Refusal::NotShared }))
    }

    pub(super) async fn read_source(&self, access: &Access, id: &str) -> Answered<Schema> {
        let source = self.client.get(access, &["data_sources", id], &[]).await?;
        if in_trash(&source) {
            return Err(Trouble::gone());
        }
        Ok(parse_schema(&source).map_err(Failure::transient)?)
    }

    /// What the connection sees of a kind, edited last first.
    pub(super) async fn search(
        &self,
        access: &Access,
        kind: &str,
        words: &str,
        max_pages: usize,
    ) -> Answered<Vec<Value>> {
        let mut body = json!({
            "query": words, "page_size": 100,
            "filter": { "property": "object", "value": kind },
            "sort": { "timestamp": "last_edited_time", "direction": "descending" },
        });
        let mut items = Vec::new();
        for _ in 0..max_pages {
            let mut answer = self.client.post(access, &["search"], &body).await?;
            items.append(&mut results(&mut answer)?);
            match (next_cursor(&answer), body.as_object_mut()) {
                (Some(cursor), Some(body)) => body.insert("start_cursor".to_owned(), cursor.into()),
                _ => return Ok(items),
            };
        }
        warn!(items = items.len(), "a workspace has more than is listed");
        Ok(items)
    }
}

/// The only data source, or the one that was chosen.
fn choose(sources: &[DataSourceRef], chosen: Option<&str>) -> Result<DataSourceRef, Refusal> {
    if let Some(chosen) = chosen {
        let id = ids::checked(chosen).ok();
        let found = sources.iter().find(|source| Some(&source.id) == id.as_ref());
        let hint =
            || "It is no data source of this database. Leave it out to see which there are.".to_owned();
        return found.cloned().ok_or_else(|| Refusal::Invalid { field: "data_source_id", hint: hint() });
    }
    match sources {
        [only] => Ok(only.clone()),
        // A database without any is a linked one.
        [] => Err(Refusal::IsPage),
        several => {
            let choice = |source: &DataSourceRef| Choice { id: source.id.clone(), name: source.name.clone() };
            Err(Refusal::SeveralSources { choices: several.iter().map(choice).collect() })
        }
    }
}

/// `None` where the thing is gone or not shared.
fn refused<T>(answer: Answered<T>) -> Outcome<Option<T>> {
    match answer {
        Err(trouble) if trouble.is_gone() => Ok(None),
        answer => Ok(Some(answer?)),
    }
}

/// Whether a write may have happened although its answer says nothing.
pub(super) fn is_unknown(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Outage { .. } | Kind::Transient { .. })
}

/// `archived` is its older name; this API version gives both.
pub(super) fn in_trash(object: &Value) -> bool {
    ["in_trash", "archived"].iter().any(|field| object.get(*field).and_then(Value::as_bool).unwrap_or(false))
}

/// A data source object.
pub(super) fn source_ref(source: &Value) -> Option<DataSourceRef> {
    let id = ids::checked(source.get("id")?.as_str()?).ok()?;
    let database = source.pointer("/parent/database_id").and_then(Value::as_str);
    let database = database.and_then(|database| ids::checked(database).ok()).unwrap_or_else(|| id.clone());
    Some(DataSourceRef { database, id, name: text::read(source.get("title")) })
}
