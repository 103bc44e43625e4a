//! What a person does in Notion's browser window, without HTTP: for the sandbox page and for tests.
//!
//! A person is held to the same sizes as the API but may type anything into a URL column and group a status.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::callers::{Caller, Space};
use super::check::At;
use super::comments::comment_shown;
use super::error::ApiError;
use super::handle::EmulatedNotion;
use super::model::Parent;
use super::schema::{Kind, Property};
use super::text;
use super::values;
use super::workspace::Workspace;

/// A database that was just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseIds {
    /// The database.
    pub database: Uuid,
    /// Its one data source.
    pub data_source: Uuid,
}

impl EmulatedNotion {
    /// Makes a database at the top of the first workspace. `properties` are declared as the API does it:
    /// `{"Name": {"title": {}}, "Status": {"select": {"options": [{"name": "pending"}]}}}`.
    pub fn create_database(&self, title: &str, properties: &Value) -> Result<DatabaseIds, ApiError> {
        self.create_database_for(&self.token(), title, properties)
    }

    /// Makes a database in the workspace this token belongs to.
    pub fn create_database_for(
        &self,
        token: &str,
        title: &str,
        properties: &Value,
    ) -> Result<DatabaseIds, ApiError> {
        self.create_database_in(self.caller(token)?.workspace, title, properties)
    }

    /// Makes a database at the top of a workspace.
    pub fn create_database_in(
        &self,
        workspace: Uuid,
        title: &str,
        properties: &Value,
    ) -> Result<DatabaseIds, ApiError> {
        self.person_creates(workspace, &json!({"type": "workspace", "workspace": true}), title, properties)
    }

    /// Makes a database under a page.
    pub fn create_database_under(
        &self,
        page: Uuid,
        title: &str,
        properties: &Value,
    ) -> Result<DatabaseIds, ApiError> {
        let workspace = self.workspace_of(page)?;
        self.person_creates(workspace, &json!({"type": "page_id", "page_id": page}), title, properties)
    }

    fn person_creates(
        &self,
        workspace: Uuid,
        parent: &Value,
        title: &str,
        properties: &Value,
    ) -> Result<DatabaseIds, ApiError> {
        let body = json!({
            "parent": parent, "title": text::from_plain(title),
            "initial_data_source": {"properties": properties},
        });
        let shown =
            self.as_person(workspace, |held, person| held.create_database(person, &At::body(&body)))?;
        let id = |pointer: &str| {
            let id = shown.pointer(pointer).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
            id.ok_or_else(ApiError::internal)
        };
        Ok(DatabaseIds { database: id("/id")?, data_source: id("/data_sources/0/id")? })
    }

    /// Makes many databases at the top of a workspace, named `title 1`, `title 2` and so on.
    pub fn create_databases(
        &self,
        workspace: Uuid,
        count: usize,
        title: &str,
        properties: &Value,
    ) -> Result<Vec<DatabaseIds>, ApiError> {
        let one = |number| self.create_database_in(workspace, &format!("{title} {number}"), properties);
        (1..=count).map(one).collect()
    }

    /// Adds another data source to a database.
    pub fn add_data_source(&self, database: Uuid, title: &str, properties: &Value) -> Result<Uuid, ApiError> {
        let body = json!({
            "parent": {"database_id": database}, "title": text::from_plain(title), "properties": properties,
        });
        let made =
            self.as_owner(database, |held, person| held.create_data_source(person, &At::body(&body)))?;
        page_id(&made)
    }

    /// Makes a linked database at the top of a workspace: a view without a data source of its own.
    pub fn link_database(&self, workspace: Uuid, title: &str) -> Result<Uuid, ApiError> {
        let body = json!({"title": text::from_plain(title)});
        self.as_person(workspace, |held, person| held.link_database(person, &At::body(&body)))
    }

    /// Changes the columns of a data source as `PATCH /v1/data_sources/{id}` would.
    pub fn change_schema(&self, data_source: Uuid, properties: &Value) -> Result<(), ApiError> {
        let body = json!({"properties": properties});
        self.as_owner(data_source, |held, person| {
            held.update_data_source(person, data_source, &At::body(&body)).map(drop)
        })
    }

    /// Adds a row. Values may be short (`{"Name": "x", "Tags": ["a"], "Done": true}`) or as the API has them.
    pub fn add_row(&self, data_source: Uuid, values: &Value) -> Result<Uuid, ApiError> {
        let shown = self.as_owner(data_source, |held, person| {
            let columns = held.source(person, data_source)?.properties.clone();
            let body = json!({
                "parent": {"type": "data_source_id", "data_source_id": data_source},
                "properties": spelled_out(&columns, values),
            });
            held.create_page(person, &At::body(&body))
        })?;
        page_id(&shown)
    }

    /// Adds a page that is no row, at the top of the first workspace.
    pub fn add_page(&self, title: &str) -> Result<Uuid, ApiError> {
        self.add_page_in(self.connection().workspace, title)
    }

    /// Adds a page that is no row, at the top of a workspace.
    pub fn add_page_in(&self, workspace: Uuid, title: &str) -> Result<Uuid, ApiError> {
        let body = json!({
            "parent": {"type": "workspace", "workspace": true},
            "properties": {"title": {"title": text::from_plain(title)}},
        });
        page_id(&self.as_person(workspace, |held, person| held.create_page(person, &At::body(&body)))?)
    }

    /// Edits cells of a row as a person would; values as in [`Self::add_row`].
    pub fn edit_row(&self, page: Uuid, values: &Value) -> Result<(), ApiError> {
        self.as_owner(page, |held, person| {
            let parent = held.page(person, page)?.parent;
            let body = json!({"properties": spelled_out(&held.columns(parent), values)});
            held.update_page(person, page, &At::body(&body)).map(drop)
        })
    }

    /// Writes blocks at the end of a page as a person would.
    pub fn write_blocks(&self, page: Uuid, children: &Value) -> Result<(), ApiError> {
        let body = json!({"children": children});
        self.as_owner(page, |held, person| held.append(person, page, &At::body(&body)).map(drop))
    }

    /// Comments on a block.
    pub fn comment_on(&self, block: Uuid, words: &str) -> Result<(), ApiError> {
        let body = json!({"parent": {"block_id": block}, "rich_text": text::from_plain(words)});
        self.as_owner(block, |held, person| held.create_comment(person, &At::body(&body)).map(drop))
    }

    /// Drags a block to the end of another one on its page.
    pub fn move_block(&self, block: Uuid, into: Uuid) {
        self.with(|held| {
            for siblings in held.children.values_mut() {
                siblings.retain(|child| *child != block);
            }
            held.children.entry(into).or_default().push(block);
            if let Some(moved) = held.blocks.get_mut(&block) {
                moved.parent = Parent::Block(into);
            }
        });
    }

    /// Puts a page into the trash, or takes it out.
    pub fn set_trashed(&self, page: Uuid, trashed: bool) -> Result<(), ApiError> {
        let body = json!({"in_trash": trashed});
        self.as_owner(page, |held, person| held.update_page(person, page, &At::body(&body)).map(drop))
    }

    /// All databases as the API shows them.
    pub fn databases(&self) -> Vec<Value> {
        let now = self.now();
        self.with(|held| {
            let ids = held.databases.keys();
            ids.filter_map(|id| owner_of(held, *id, now).and_then(|me| held.database(&me, *id).ok()))
                .collect()
        })
    }

    /// A data source with its schema, as the API shows it.
    pub fn data_source(&self, id: Uuid) -> Option<Value> {
        self.with(|held| held.sources.get(&id).map(|source| held.source_shown(source)))
    }

    /// The rows of a data source that are not in the trash, in the order they were made.
    pub fn rows(&self, data_source: Uuid) -> Vec<Value> {
        self.with(|held| {
            let rows =
                held.sources.get(&data_source).map(|source| source.rows.as_slice()).unwrap_or_default();
            let alive = rows.iter().filter(|row| held.pages.get(row).is_some_and(|page| !page.in_trash));
            alive.filter_map(|row| held.page_shown(*row, &[]).ok()).collect()
        })
    }

    /// A page as the API shows it.
    pub fn page(&self, id: Uuid) -> Option<Value> {
        self.with(|held| held.page_shown(id, &[]).ok())
    }

    /// The value of one cell, as the API shows it under the type's name.
    pub fn value(&self, page: Uuid, column: &str) -> Option<Value> {
        self.with(|held| {
            let page = held.pages.get(&page)?;
            let columns = held.columns(page.parent);
            let column = columns.iter().find(|known| known.answers_to(column))?;
            Some(values::shown(column, page.cells.get(&column.id)))
        })
    }

    /// The words of one cell; empty for an empty cell, `None` without such a page or column.
    pub fn words(&self, page: Uuid, column: &str) -> Option<String> {
        self.with(|held| {
            let page = held.pages.get(&page)?;
            let columns = held.columns(page.parent);
            let column = columns.iter().find(|known| known.answers_to(column))?;
            Some(values::words(column, page.cells.get(&column.id)))
        })
    }

    /// The blocks of a page, each with its own under `children`.
    pub fn blocks(&self, page: Uuid) -> Vec<Value> {
        self.with(|held| held.body_of(page))
    }

    /// The comments on a page and on its blocks.
    pub fn comments(&self, page: Uuid) -> Vec<Value> {
        self.with(|held| {
            held.comments.iter().filter(|comment| comment.page == page).map(comment_shown).collect()
        })
    }

    /// The page as Markdown: title, columns as a list, body.
    pub fn page_markdown(&self, page: Uuid) -> Option<String> {
        self.with(|held| held.markdown(page))
    }

    fn as_person<T>(
        &self,
        workspace: Uuid,
        act: impl FnOnce(&mut Workspace, &Caller) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let now = self.now();
        let done = self.with(|held| {
            let space = held.spaces.iter().find(|space| space.id == workspace);
            let person = space.map(|space| owner(space, now)).ok_or_else(ApiError::unauthorized)?;
            act(held, &person)
        });
        self.stir();
        done
    }

    fn as_owner<T>(
        &self,
        object: Uuid,
        act: impl FnOnce(&mut Workspace, &Caller) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.as_person(self.workspace_of(object)?, act)
    }

    fn workspace_of(&self, object: Uuid) -> Result<Uuid, ApiError> {
        let now = self.now();
        let owner = self.with(|held| owner_of(held, object, now));
        owner.map(|owner| owner.workspace).ok_or_else(|| ApiError::not_found("object", object))
    }
}

fn owner(space: &Space, now: DateTime<Utc>) -> Caller {
    Caller::person(&space.owner, space.id, now)
}

fn owner_of(held: &Workspace, object: Uuid, now: DateTime<Utc>) -> Option<Caller> {
    held.spaces.iter().map(|space| owner(space, now)).find(|person| held.sees(person, object))
}

fn page_id(shown: &Value) -> Result<Uuid, ApiError> {
    let id = shown.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    id.ok_or_else(ApiError::internal)
}

/// Turns short values into the API's: `"x"` of a select into `{"select": {"name": "x"}}`.
fn spelled_out(columns: &[Property], values: &Value) -> Value {
    let mut full = Map::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        let column = columns.iter().find(|column| column.answers_to(key));
        full.insert(key.clone(), column.map_or_else(|| value.clone(), |column| spelled(column, value)));
    }
    Value::Object(full)
}

fn spelled(column: &Property, value: &Value) -> Value {
    let word = column.kind.word();
    if value.get(word).is_some() {
        return value.clone();
    }
    let inner = match (column.kind, value) {
        (Kind::Title | Kind::RichText, Value::String(words)) => text::from_plain(words).into(),
        (Kind::Title | Kind::RichText | Kind::MultiSelect | Kind::Files, Value::Null) => json!([]),
        (Kind::Select | Kind::Status, Value::String(name)) => json!({"name": name}),
        (Kind::MultiSelect, Value::Array(names)) => names.iter().map(|name| json!({"name": name})).collect(),
        (Kind::Date, Value::String(start)) => json!({"start": start}),
        (Kind::Relation | Kind::People, Value::Array(ids)) => {
            ids.iter().map(|id| json!({"id": id})).collect()
        }
        _ => value.clone(),
    };
    json!({word: inner})
}
