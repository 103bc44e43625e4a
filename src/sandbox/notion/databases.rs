//! Databases, the frames around data sources: create, read, change.

use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::model::{ChangeKind, DataSource, Database, Parent, Stamp, moment};
use super::schema::{self, Property};
use super::text;
use super::uploads;
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/databases`: a database with its first data source.
    pub(super) fn create_database(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertContent)?;
        at.only(&["parent", "title", "description", "is_inline", "initial_data_source", "icon", "cover"])?;
        let parent = self.database_parent(caller, &at.required("parent")?)?;
        let properties = initial_columns(caller, at)?;
        schema::related(&properties).try_for_each(|id| self.source(caller, id).map(drop))?;
        let (id, source) = (Uuid::new_v4(), Uuid::new_v4());
        let database = self.described(caller, id, parent, vec![source], at)?;
        self.sources.insert(source, DataSource::new(source, id, database.title.clone(), properties, caller));
        let shown = self.database_shown(&database);
        self.databases.insert(id, database);
        match parent {
            Parent::Workspace => self.own(caller, id),
            _ => self.hang(parent, id),
        }
        self.announce(ChangeKind::DatabaseCreated, id, caller, Vec::new());
        Ok(shown)
    }

    fn database_parent(&self, caller: &Caller, at: &At<'_>) -> Result<Parent, ApiError> {
        at.only(&["type", "page_id", "workspace"])?;
        if let Some(id) = at.field("page_id") {
            let id = id.uuid()?;
            self.page(caller, id)?;
            self.alive(id)?;
            return Ok(Parent::Page(id));
        }
        if !at.required("workspace")?.bool()? {
            return Err(at.refuse("should name a page or the workspace."));
        }
        if caller.at_the_top { Ok(Parent::Workspace) } else { Err(ApiError::not_at_the_top("database")) }
    }

    fn described(
        &self,
        caller: &Caller,
        id: Uuid,
        parent: Parent,
        sources: Vec<Uuid>,
        at: &At<'_>,
    ) -> Result<Database, ApiError> {
        let words = |name| at.given(name).map_or(Ok(Vec::new()), |words| text::checked(&words));
        let writing = self.writing(caller);
        Ok(Database {
            id,
            workspace: caller.workspace,
            parent,
            title: words("title")?,
            description: words("description")?,
            sources,
            icon: at.field("icon").map_or(Ok(Value::Null), |icon| uploads::icon(&icon, &writing))?,
            cover: at.field("cover").map_or(Ok(Value::Null), |cover| uploads::cover(&cover, &writing))?,
            is_inline: at.given("is_inline").map_or(Ok(false), |flag| flag.bool())?,
            in_trash: false,
            stamp: Stamp::new(caller),
        })
    }

    /// The database, if it exists and was shared.
    pub(super) fn database_seen(&self, caller: &Caller, id: Uuid) -> Result<&Database, ApiError> {
        let seen = self.sees(caller, id);
        if seen && self.pages.contains_key(&id) {
            return Err(ApiError::page_not_database(id));
        }
        self.databases.get(&id).filter(|_| seen).ok_or_else(|| ApiError::not_found("database", id))
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
            "description": database.description, "parent": database.parent.shown(),
            "is_inline": database.is_inline, "in_trash": database.in_trash, "archived": database.in_trash,
            "is_locked": false, "created_time": moment(database.stamp.created),
            "last_edited_time": moment(database.stamp.edited),
            "data_sources": database.sources.iter().map(reference).collect::<Vec<_>>(),
            "icon": database.icon, "cover": database.cover, "public_url": null,
            "url": self.url_of(database.id),
        })
    }

    /// `PATCH /v1/databases/{id}`: title, description, looks, trash.
    pub(super) fn update_database(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        at.only(&["title", "description", "is_inline", "icon", "cover", "in_trash", "archived"])?;
        self.database_seen(caller, id)?;
        let words = |name| at.given(name).map(|words| text::checked(&words)).transpose();
        let (title, description) = (words("title")?, words("description")?);
        let writing = self.writing(caller);
        let icon = at.field("icon").map(|icon| uploads::icon(&icon, &writing)).transpose()?;
        let cover = at.field("cover").map(|cover| uploads::cover(&cover, &writing)).transpose()?;
        let inline = at.given("is_inline").map(|flag| flag.bool()).transpose()?;
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        let trash = trash.map(|flag| flag.bool()).transpose()?;
        if trash != Some(false) {
            self.alive(id)?;
        }
        let database = self.databases.get_mut(&id).ok_or_else(|| ApiError::not_found("database", id))?;
        database.title = title.unwrap_or_else(|| database.title.clone());
        database.description = description.unwrap_or_else(|| database.description.clone());
        database.icon = icon.unwrap_or_else(|| database.icon.clone());
        database.cover = cover.unwrap_or_else(|| database.cover.clone());
        database.is_inline = inline.unwrap_or(database.is_inline);
        database.in_trash = trash.unwrap_or(database.in_trash);
        database.stamp.touch(caller);
        self.announce(ChangeKind::SchemaChanged, id, caller, Vec::new());
        self.database(caller, id)
    }

    /// A view of somebody else's data source: a database without one of its own.
    pub(super) fn link_database(&mut self, caller: &Caller, at: &At<'_>) -> Result<Uuid, ApiError> {
        let id = Uuid::new_v4();
        let database = self.described(caller, id, Parent::Workspace, Vec::new(), at)?;
        self.databases.insert(id, database);
        Ok(id)
    }
}

fn initial_columns(caller: &Caller, at: &At<'_>) -> Result<Vec<Property>, ApiError> {
    let only_title = json!({"Name": {"title": {}}});
    let declared = match at.given("initial_data_source") {
        Some(source) => {
            source.only(&["properties"])?;
            source.field("properties")
        }
        None => None,
    };
    schema::declared(&declared.unwrap_or(At::body(&only_title)), caller.author)
}
