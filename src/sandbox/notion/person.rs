//! What a person does in Notion's browser window, without HTTP: for the sandbox page and for tests.
//!
//! A person is held to the same sizes as the API but may type anything into a URL column and group a status.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::callers::{Caller, Space};
use super::check::At;
use super::comments::comment_shown;
use super::error::ApiError;
use super::handle::EmulatedNotion;
use super::schema::{Author, Kind, Property};
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
        let workspace = self.caller(token)?.workspace;
        let body = json!({
            "parent": {"type": "workspace", "workspace": true},
            "title": text::from_plain(title),
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
        let body = json!({
            "parent": {"type": "workspace", "workspace": true},
            "properties": {"title": {"title": text::from_plain(title)}},
        });
        let workspace = self.connection().workspace;
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

    /// Puts a page into the trash, or takes it out.
    pub fn set_trashed(&self, page: Uuid, trashed: bool) -> Result<(), ApiError> {
        let body = json!({"in_trash": trashed});
        self.as_owner(page, |held, person| held.update_page(person, page, &At::body(&body)).map(drop))
    }

    /// All databases as the API shows them.
    pub fn databases(&self) -> Vec<Value> {
        self.with(|held| {
            let ids: Vec<(Uuid, Uuid)> = held.databases.values().map(|one| (one.id, one.workspace)).collect();
            ids.into_iter()
                .filter_map(|(id, _)| person_of(held, id).and_then(|me| held.database(&me, id).ok()))
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
            let mut person = space.map(person).ok_or_else(ApiError::unauthorized)?;
            person.now = now;
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
        let owner = self.with(|held| person_of(held, object).map(|person| person.workspace));
        self.as_person(owner.ok_or_else(|| ApiError::not_found("object", object))?, act)
    }
}

fn person(space: &Space) -> Caller {
    Caller {
        author: Author::Person,
        user: space.owner,
        workspace: space.id,
        lacks: std::collections::HashSet::new(),
        hidden: std::collections::HashSet::new(),
        now: chrono::Utc::now(),
    }
}

fn person_of(held: &Workspace, object: Uuid) -> Option<Caller> {
    held.spaces.iter().map(person).find(|person| held.sees(person, object))
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
