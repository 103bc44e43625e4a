//! Pages and rows: create, read, change, put into the trash and back.
//!
//! A request is checked whole before anything is stored, so that a refusal leaves no trace.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::blocks;
use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::model::{ChangeKind, Page, Parent, Stamp, list, moment};
use super::options;
use super::schema::{self, Author, Kind, Property};
use super::uploads;
use super::values::{self, Cell};
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/pages`.
    pub(super) fn create_page(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertContent)?;
        at.only(&["parent", "properties", "icon", "cover", "children"])?;
        let parent = self.page_parent(caller, at)?;
        let mut properties = self.columns(parent);
        let mut cells = self.cells_given(caller, at, &mut properties)?;
        let writing = self.writing(caller);
        let icon = at.field("icon").map_or(Ok(Value::Null), |icon| uploads::icon(&icon, &writing))?;
        let cover = at.field("cover").map_or(Ok(Value::Null), |cover| uploads::cover(&cover, &writing))?;
        let body = at.field("children").map(|list| blocks::checked(&list, &writing)).transpose()?;
        let id = Uuid::new_v4();
        if let Parent::DataSource { source, .. } = parent {
            self.take_row(source, id, &mut cells, properties);
        }
        let stamp = Stamp::new(caller);
        let workspace = caller.workspace;
        let page =
            Page { id, workspace, parent, cells, icon, cover, in_trash: false, is_locked: false, stamp };
        self.pages.insert(id, page);
        if let Some(unshown) = self.unshown.as_mut().filter(|_| caller.author == Author::Integration) {
            unshown.insert(id);
        }
        match parent {
            Parent::Workspace => self.own(caller, id),
            _ => self.hang(parent, id),
        }
        self.store(caller, id, Parent::Page(id), None, body.unwrap_or_default());
        self.announce(ChangeKind::PageCreated, id, caller, Vec::new());
        self.page_shown(id, &[])
    }

    fn take_row(
        &mut self,
        source: Uuid,
        row: Uuid,
        cells: &mut BTreeMap<String, Cell>,
        properties: Vec<Property>,
    ) {
        let Some(source) = self.sources.get_mut(&source) else { return };
        source.rows.push(row);
        source.serial += 1;
        for property in &properties {
            if property.kind == Kind::UniqueId {
                cells.insert(property.id.clone(), Cell::Serial(source.serial));
            }
            if let (Kind::Status, Some(id)) = (property.kind, options::default_status(&property.options)) {
                cells.entry(property.id.clone()).or_insert(Cell::One(id));
            }
        }
        source.properties = properties;
    }

    fn page_parent(&self, caller: &Caller, at: &At<'_>) -> Result<Parent, ApiError> {
        let parent = at.required("parent")?;
        parent.only(&["type", "page_id", "database_id", "data_source_id", "workspace"])?;
        if let Some(id) = parent.field("data_source_id") {
            let source = self.source(caller, id.uuid()?)?;
            self.alive(source.id)?;
            return Ok(Parent::DataSource { source: source.id, database: source.database });
        }
        if let Some(id) = parent.field("database_id") {
            let database = self.database_seen(caller, id.uuid()?)?;
            self.alive(database.id)?;
            return match database.sources.as_slice() {
                [source] => Ok(Parent::DataSource { source: *source, database: database.id }),
                [] => Err(ApiError::no_sources(database.id)),
                several => Err(ApiError::several_sources(database.id, several)),
            };
        }
        if parent.field("workspace").is_some() {
            return if caller.at_the_top {
                Ok(Parent::Workspace)
            } else {
                Err(ApiError::not_at_the_top("page"))
            };
        }
        let id = parent.required("page_id")?.uuid()?;
        self.page(caller, id)?;
        self.alive(id)?;
        Ok(Parent::Page(id))
    }

    /// `PATCH /v1/pages/{id}`.
    pub(super) fn update_page(&mut self, caller: &Caller, id: Uuid, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        at.only(&["properties", "icon", "cover", "is_locked", "erase_content", "in_trash", "archived"])?;
        let page = self.page(caller, id)?;
        let (parent, was_trashed) = (page.parent, page.in_trash);
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        let trash = trash.map(|flag| flag.bool()).transpose()?;
        self.alive_above(id)?;
        if was_trashed && trash != Some(false) {
            return Err(ApiError::archived());
        }
        let mut properties = self.columns(parent);
        let cells = self.cells_written(caller, at, &mut properties)?;
        let writing = self.writing(caller);
        let icon = at.field("icon").map(|icon| uploads::icon(&icon, &writing)).transpose()?;
        let cover = at.field("cover").map(|cover| uploads::cover(&cover, &writing)).transpose()?;
        let locked = at.field("is_locked").map(|flag| flag.bool()).transpose()?;
        let erase = at.field("erase_content").map(|flag| flag.bool()).transpose()?.unwrap_or(false);
        if let Parent::DataSource { source, .. } = parent
            && let Some(source) = self.sources.get_mut(&source)
        {
            source.properties = properties;
        }
        let changed = cells.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let page = self.pages.get_mut(&id).ok_or_else(|| ApiError::not_found("page", id))?;
        for (key, cell) in cells {
            match cell {
                Some(cell) => drop(page.cells.insert(key, cell)),
                None => drop(page.cells.remove(&key)),
            }
        }
        page.icon = icon.unwrap_or_else(|| page.icon.clone());
        page.cover = cover.unwrap_or_else(|| page.cover.clone());
        page.is_locked = locked.unwrap_or(page.is_locked);
        page.in_trash = trash.unwrap_or(page.in_trash);
        page.stamp.touch(caller);
        let kind = match (was_trashed, page.in_trash) {
            (false, true) => ChangeKind::PageTrashed,
            (true, false) => ChangeKind::PageRestored,
            _ => ChangeKind::PropertiesChanged,
        };
        if erase {
            self.erase(id);
            self.announce(ChangeKind::ContentChanged, id, caller, Vec::new());
        }
        self.announce(kind, id, caller, changed);
        self.page_shown(id, &[])
    }

    /// The columns a page's values go into; a page outside a data source has a title only.
    pub(super) fn columns(&self, parent: Parent) -> Vec<Property> {
        match parent {
            Parent::DataSource { source, .. } => {
                self.sources.get(&source).map(|source| source.properties.clone()).unwrap_or_default()
            }
            _ => vec![Property {
                id: "title".into(),
                name: "title".into(),
                description: None,
                kind: Kind::Title,
                options: Vec::new(),
                settings: json!({}),
            }],
        }
    }

    fn cells_given(
        &self,
        caller: &Caller,
        at: &At<'_>,
        properties: &mut [Property],
    ) -> Result<BTreeMap<String, Cell>, ApiError> {
        let written = self.cells_written(caller, at, properties)?;
        Ok(written.into_iter().filter_map(|(id, cell)| Some((id, cell?))).collect())
    }

    fn cells_written(
        &self,
        caller: &Caller,
        at: &At<'_>,
        properties: &mut [Property],
    ) -> Result<Vec<(String, Option<Cell>)>, ApiError> {
        let Some(given) = at.field("properties") else { return Ok(Vec::new()) };
        let writing = self.writing(caller);
        let mut cells = Vec::new();
        for (key, value) in given.object()? {
            let place = At { path: format!("{}.{key}", given.path), value };
            let property = properties.iter_mut().find(|property| property.answers_to(key));
            let property = property.ok_or_else(|| schema::unknown(key))?;
            let cell = values::write(property, &place, &writing)?;
            if let (Kind::Relation, Some(Cell::Ids(ids))) = (property.kind, &cell) {
                ids.iter().try_for_each(|id| self.page(caller, *id).map(drop))?;
            }
            cells.push((property.id.clone(), cell));
        }
        Ok(cells)
    }

    /// The page, if it exists and was shared.
    pub(super) fn page(&self, caller: &Caller, id: Uuid) -> Result<&Page, ApiError> {
        let seen = self.sees(caller, id);
        if seen && self.databases.contains_key(&id) {
            return Err(ApiError::database_not_page(id));
        }
        self.pages.get(&id).filter(|_| seen).ok_or_else(|| ApiError::not_found("page", id))
    }

    /// `GET /v1/pages/{id}`; `only` are property ids, all if empty.
    pub(super) fn page_read(&self, caller: &Caller, id: Uuid, only: &[String]) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        self.page(caller, id)?;
        self.page_shown(id, only)
    }

    /// The page as the API shows it.
    pub(super) fn page_shown(&self, id: Uuid, only: &[String]) -> Result<Value, ApiError> {
        let page = self.pages.get(&id).ok_or_else(|| ApiError::not_found("page", id))?;
        let columns = self.columns(page.parent);
        let wanted =
            |property: &&Property| only.is_empty() || only.iter().any(|key| property.answers_to(key));
        let properties: Map<String, Value> = columns
            .iter()
            .filter(wanted)
            .map(|property| (property.name.clone(), property_shown(property, page)))
            .collect();
        Ok(json!({
            "object": "page", "id": id, "parent": page.parent.shown(), "properties": properties,
            "created_time": moment(page.stamp.created), "last_edited_time": moment(page.stamp.edited),
            "created_by": {"object": "user", "id": page.stamp.created_by},
            "last_edited_by": {"object": "user", "id": page.stamp.edited_by},
            "icon": page.icon, "cover": page.cover, "in_trash": page.in_trash, "archived": page.in_trash,
            "is_archived": page.in_trash, "is_locked": page.is_locked, "public_url": null,
            "url": self.url_of(id),
        }))
    }

    /// `GET /v1/pages/{id}/properties/{property}`.
    pub(super) fn page_property(&self, caller: &Caller, id: Uuid, key: &str) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        let page = self.page(caller, id)?;
        let columns = self.columns(page.parent);
        let property = columns.iter().find(|property| property.answers_to(key));
        let property = property
            .ok_or_else(|| ApiError::validation(format!("Could not find property with name or id: {key}")))?;
        let mut shown = property_shown(property, page);
        let word = property.kind.word();
        let is_list = matches!(property.kind, Kind::Title | Kind::RichText | Kind::People | Kind::Relation);
        let item =
            |value: Value| json!({"object": "property_item", "id": property.id, "type": word, word: value});
        if is_list {
            let values = shown.get(word).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut shown = list("property_item", &values.into_iter().map(item).collect::<Vec<_>>(), None);
            if let Some(fields) = shown.as_object_mut() {
                let head = json!({"id": property.id, "type": word, word: {}, "next_url": null});
                fields.insert("property_item".into(), head);
            }
            return Ok(shown);
        }
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("object".into(), "property_item".into());
        }
        Ok(shown)
    }
}

fn property_shown(property: &Property, page: &Page) -> Value {
    let word = property.kind.word();
    let value = match property.kind {
        Kind::CreatedTime => moment(page.stamp.created).into(),
        Kind::LastEditedTime => moment(page.stamp.edited).into(),
        Kind::CreatedBy => json!({"object": "user", "id": page.stamp.created_by}),
        Kind::LastEditedBy => json!({"object": "user", "id": page.stamp.edited_by}),
        _ => values::shown(property, page.cells.get(&property.id)),
    };
    json!({"id": property.id, "type": word, word: value})
}
