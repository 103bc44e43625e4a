//! Data sources: create, read, change the schema, query the rows.

use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::{ChangeKind, DataSource, Page, list, moment};
use super::query::{Filter, Sort};
use super::schema::{self, Property};
use super::text;
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/data_sources`: one more data source of a database.
    pub(super) fn create_data_source(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertContent)?;
        at.only(&["parent", "properties", "title"])?;
        let parent = at.required("parent")?;
        parent.only(&["type", "database_id"])?;
        let database = self.database_seen(caller, parent.required("database_id")?.uuid()?)?.id;
        self.alive(database)?;
        let properties = schema::declared(&at.required("properties")?, caller.author)?;
        schema::related(&properties).try_for_each(|id| self.source(caller, id).map(drop))?;
        let title = at.given("title").map_or(Ok(Vec::new()), |words| text::checked(&words))?;
        let id = Uuid::new_v4();
        let source = DataSource::new(id, database, title, properties, caller);
        let shown = self.source_shown(&source);
        self.sources.insert(id, source);
        if let Some(database) = self.databases.get_mut(&database) {
            database.sources.push(id);
        }
        self.announce(ChangeKind::SchemaChanged, id, caller, Vec::new());
        Ok(shown)
    }

    /// The data source, if it exists and was shared.
    pub(super) fn source(&self, caller: &Caller, id: Uuid) -> Result<&DataSource, ApiError> {
        let found = self.sources.get(&id).filter(|_| self.sees(caller, id));
        found.ok_or_else(|| ApiError::not_found("data_source", id))
    }

    /// `GET /v1/data_sources/{id}`.
    pub(super) fn data_source(&self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        Ok(self.source_shown(self.source(caller, id)?))
    }

    /// The data source as the API shows it.
    pub(super) fn source_shown(&self, source: &DataSource) -> Value {
        let database = self.databases.get(&source.database);
        json!({
            "object": "data_source", "id": source.id, "title": source.title,
            "description": database.map_or(json!([]), |database| database.description.clone().into()),
            "parent": {"type": "database_id", "database_id": source.database},
            "database_parent": database.map(|database| database.parent.shown()),
            "is_inline": false, "in_trash": source.in_trash, "archived": source.in_trash,
            "created_time": moment(source.stamp.created), "last_edited_time": moment(source.stamp.edited),
            "created_by": {"object": "user", "id": source.stamp.created_by},
            "last_edited_by": {"object": "user", "id": source.stamp.edited_by},
            "properties": schema::shown(&source.properties),
            "icon": database.map(|database| database.icon.clone()),
            "cover": database.map(|database| database.cover.clone()), "public_url": null,
            "url": self.url_of(source.database),
        })
    }

    /// `PATCH /v1/data_sources/{id}`: title and columns.
    pub(super) fn update_data_source(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        at.only(&["title", "properties", "in_trash", "archived"])?;
        let source = self.source(caller, id)?;
        let mut properties = source.properties.clone();
        if let Some(given) = at.field("properties") {
            schema::patch(&mut properties, &given, caller.author)?;
            let known = |id: &Uuid| schema::related(&source.properties).any(|old| old == *id);
            let mut new = schema::related(&properties).filter(|id| !known(id));
            new.try_for_each(|id| self.source(caller, id).map(drop))?;
        }
        let title = at.given("title").map(|words| text::checked(&words)).transpose()?;
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        let trash = trash.map(|flag| flag.bool()).transpose()?;
        if trash != Some(false) {
            self.alive(id)?;
        }
        let source = self.sources.get_mut(&id).ok_or_else(|| ApiError::not_found("data_source", id))?;
        let changed = retyped(&source.properties, &properties);
        let before = std::mem::replace(&mut source.properties, properties);
        source.title = title.unwrap_or_else(|| source.title.clone());
        source.in_trash = trash.unwrap_or(source.in_trash);
        source.stamp.touch(caller);
        for row in source.rows.clone() {
            if let Some(page) = self.pages.get_mut(&row) {
                page.cells.retain(|id, _| !changed.contains(id));
            }
        }
        self.announce(ChangeKind::SchemaChanged, id, caller, changed);
        self.tell_schema(id, &before, caller);
        self.data_source(caller, id)
    }

    /// `POST /v1/data_sources/{id}/query`.
    pub(super) fn query(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
        only: &[String],
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        at.only(&["filter", "sorts", "start_cursor", "page_size", "in_trash", "archived", "result_type"])?;
        let source = self.source(caller, id)?;
        let filter = at.given("filter").map(|filter| Filter::parse(&filter, &source.properties, caller.now));
        let filter = filter.transpose()?;
        let sorts =
            at.given("sorts").map_or(Ok(Vec::new()), |sorts| Sort::parse(&sorts, &source.properties))?;
        let trashed = at.field("in_trash").or_else(|| at.field("archived"));
        let trashed = trashed.map_or(Ok(false), |flag| flag.bool())?;
        let mut rows: Vec<&Page> = source.rows.iter().filter_map(|row| self.pages.get(row)).collect();
        let is_shown = |page: &Page| !self.unshown.as_ref().is_some_and(|unshown| unshown.contains(&page.id));
        rows.retain(|page| page.in_trash == trashed && !caller.hidden.contains(&page.id) && is_shown(page));
        rows.retain(|page| filter.as_ref().is_none_or(|filter| filter.holds(page)));
        // Notion promises no order without sorts; newest first keeps callers from trusting the order of making.
        rows.reverse();
        rows.sort_by(|one, other| {
            let orders = sorts.iter().map(|sort| sort.order(one, other));
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let mut ids: Vec<Uuid> = rows.iter().map(|page| page.id).collect();
        let cut = ids.len() > self.query_rows;
        ids.truncate(self.query_rows);
        let (ids, next) = self.page_of(&format!("query {id}"), ids, at)?;
        let results = ids.iter().map(|id| self.page_shown(*id, only)).collect::<Result<Vec<_>, _>>()?;
        let status = match (cut, &next) {
            (true, None) => json!({"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}),
            _ => json!({"type": "complete"}),
        };
        let mut shown = list("page_or_data_source", &results, next.as_deref());
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("request_status".into(), status);
        }
        Ok(shown)
    }

    /// Cuts a list as `start_cursor` and `page_size` of a body ask.
    pub(super) fn page_of<T>(
        &mut self,
        scope: &str,
        items: Vec<T>,
        at: &At<'_>,
    ) -> Result<(Vec<T>, Option<String>), ApiError> {
        let size = match at.given("page_size") {
            None => limits::PAGE_SIZE,
            Some(size) => {
                let number = size.value.as_u64().and_then(|number| usize::try_from(number).ok());
                let text = format!("should be a number from 1 to 100, instead was `{}`.", size.value);
                let fits = number.filter(|number| (1..=limits::PAGE_SIZE).contains(number));
                fits.ok_or_else(|| size.refuse(&text))?
            }
        };
        let cursor = at.given("start_cursor").map(|cursor| cursor.string()).transpose()?;
        self.paged(scope, items, cursor, size)
    }
}

/// Ids of columns that are gone or hold another type now: their values are lost.
fn retyped(before: &[Property], after: &[Property]) -> Vec<String> {
    let lost = |old: &&Property| !after.iter().any(|new| new.id == old.id && new.kind == old.kind);
    before.iter().filter(lost).map(|old| old.id.clone()).collect()
}
