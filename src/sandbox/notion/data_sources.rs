//! Databases and data sources: create, read, change the schema, query the rows.

use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::{ChangeKind, DataSource, Database, Page, Parent, Stamp, list, moment};
use super::query::{Filter, Sort};
use super::schema::{self, Property};
use super::text;
use super::uploads;
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/databases`: a database with its first data source.
    pub(super) fn create_database(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertContent)?;
        at.only(&["parent", "title", "description", "is_inline", "initial_data_source", "icon", "cover"])?;
        let parent = at.required("parent")?;
        let parent = match parent.field("page_id") {
            Some(id) => {
                let id = id.uuid()?;
                self.page(caller, id)?;
                self.alive(id)?;
                Parent::Page(id)
            }
            None if parent.required("workspace")?.bool()? => Parent::Workspace,
            None => return Err(parent.refuse("should name a page or the workspace.")),
        };
        let words = |name| at.given(name).map_or(Ok(Vec::new()), |words| text::checked(&words));
        let (title, description) = (words("title")?, words("description")?);
        let declared = at.field("initial_data_source").and_then(|source| source.field("properties"));
        let only_title = json!({"Name": {"title": {}}});
        let properties = match declared {
            Some(declared) => schema::declared(&declared, caller.author)?,
            None => schema::declared(&At::body(&only_title), caller.author)?,
        };
        let writing = self.writing(caller);
        let icon = at.field("icon").map_or(Ok(Value::Null), |icon| uploads::icon(&icon, &writing))?;
        let cover = at.field("cover").map_or(Ok(Value::Null), |cover| uploads::cover(&cover, &writing))?;
        let (id, source) = (Uuid::new_v4(), Uuid::new_v4());
        let stamp = Stamp::new(caller);
        self.sources.insert(
            source,
            DataSource {
                id: source,
                database: id,
                title: title.clone(),
                properties,
                rows: Vec::new(),
                serial: 0,
                in_trash: false,
                stamp: stamp.clone(),
            },
        );
        let workspace = caller.workspace;
        let sources = vec![source];
        let database = Database {
            id,
            workspace,
            parent,
            title,
            description,
            sources,
            icon,
            cover,
            in_trash: false,
            stamp,
        };
        let shown = self.database_shown(&database);
        self.databases.insert(id, database);
        self.announce(ChangeKind::DatabaseCreated, id, caller, Vec::new());
        Ok(shown)
    }

    /// The database, if it exists and was shared.
    pub(super) fn database_seen(&self, caller: &Caller, id: Uuid) -> Result<&Database, ApiError> {
        let found = self.databases.get(&id).filter(|_| self.sees(caller, id));
        found.ok_or_else(|| ApiError::not_found("database", id))
    }

    /// `GET /v1/databases/{id}`.
    pub(super) fn database(&self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        Ok(self.database_shown(self.database_seen(caller, id)?))
    }

    fn database_shown(&self, database: &Database) -> Value {
        let reference = |id: &Uuid| {
            let name = self.sources.get(id).map(|source| text::plain(&source.title));
            json!({"id": id, "name": name.unwrap_or_default()})
        };
        json!({
            "object": "database", "id": database.id, "title": database.title,
            "description": database.description, "parent": database.parent.shown(), "is_inline": false,
            "in_trash": database.in_trash, "archived": database.in_trash, "is_locked": false,
            "created_time": moment(database.stamp.created), "last_edited_time": moment(database.stamp.edited),
            "data_sources": database.sources.iter().map(reference).collect::<Vec<_>>(),
            "icon": database.icon, "cover": database.cover, "public_url": null,
            "url": self.url_of(database.id),
        })
    }

    /// `PATCH /v1/databases/{id}`: title, description, trash.
    pub(super) fn update_database(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        at.only(&["title", "description", "in_trash", "archived"])?;
        self.database_seen(caller, id)?;
        let words = |name| at.given(name).map(|words| text::checked(&words)).transpose();
        let (title, description) = (words("title")?, words("description")?);
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        let trash = trash.map(|flag| flag.bool()).transpose()?;
        if trash != Some(false) {
            self.alive(id)?;
        }
        let database = self.databases.get_mut(&id).ok_or_else(|| ApiError::not_found("database", id))?;
        database.title = title.unwrap_or_else(|| database.title.clone());
        database.description = description.unwrap_or_else(|| database.description.clone());
        database.in_trash = trash.unwrap_or(database.in_trash);
        database.stamp.touch(caller);
        self.announce(ChangeKind::SchemaChanged, id, caller, Vec::new());
        self.database(caller, id)
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
        }
        let title = at.given("title").map(|words| text::checked(&words)).transpose()?;
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        let trash = trash.map(|flag| flag.bool()).transpose()?;
        if trash != Some(false) {
            self.alive(id)?;
        }
        let source = self.sources.get_mut(&id).ok_or_else(|| ApiError::not_found("data_source", id))?;
        let changed = retyped(&source.properties, &properties);
        source.properties = properties;
        source.title = title.unwrap_or_else(|| source.title.clone());
        source.in_trash = trash.unwrap_or(source.in_trash);
        source.stamp.touch(caller);
        for row in source.rows.clone() {
            if let Some(page) = self.pages.get_mut(&row) {
                page.cells.retain(|id, _| !changed.contains(id));
            }
        }
        self.announce(ChangeKind::SchemaChanged, id, caller, changed);
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
        rows.retain(|page| page.in_trash == trashed && !caller.hidden.contains(&page.id));
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
