//! Search by title, and the users of a workspace.

use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, Capability, Connection, Person, Space};
use super::check::At;
use super::error::ApiError;
use super::model::{list, minute};
use super::text;
use super::values;
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/search`: pages and data sources the connection was given.
    pub(super) fn search(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        at.only(&["query", "sort", "filter", "start_cursor", "page_size"])?;
        let words = at.given("query").map_or(Ok(""), |query| query.string())?.to_lowercase();
        let wanted = at.given("filter").map(|filter| object_filter(&filter)).transpose()?;
        let ascending = at.given("sort").map_or(Ok(false), |sort| {
            sort.only(&["timestamp", "direction"])?;
            sort.required("timestamp")?.one_of(&["last_edited_time"])?;
            Ok(sort.required("direction")?.one_of(&["ascending", "descending"])? == "ascending")
        })?;
        let mut found = self.found(caller, &words, wanted);
        found.sort_by_key(|(edited, _)| *edited);
        if !ascending {
            found.reverse();
        }
        let ids = found.into_iter().map(|(_, id)| id).collect();
        let (ids, next) = self.page_of("search", ids, at)?;
        let show = |id: &Uuid| match self.sources.get(id) {
            Some(source) => Ok(self.source_shown(source)),
            None => self.page_shown(*id, &[]),
        };
        let results = ids.iter().map(show).collect::<Result<Vec<_>, _>>()?;
        Ok(list("page_or_data_source", &results, next.as_deref()))
    }

    fn found(
        &self,
        caller: &Caller,
        words: &str,
        wanted: Option<&str>,
    ) -> Vec<(chrono::DateTime<chrono::Utc>, Uuid)> {
        let seen = |id: Uuid| self.alive(id).is_ok() && self.sees(caller, id);
        let mut found = Vec::new();
        if wanted != Some("data_source") {
            let fits = self.pages.values().filter(|page| values::title(page).to_lowercase().contains(words));
            found.extend(fits.filter(|page| seen(page.id)).map(|page| (minute(page.stamp.edited), page.id)));
        }
        if wanted != Some("page") {
            let title = |title: &[Value]| text::plain(title).to_lowercase();
            let fits = self.sources.values().filter(|source| title(&source.title).contains(words));
            let fits = fits.filter(|source| seen(source.id));
            found.extend(fits.map(|source| (minute(source.stamp.edited), source.id)));
        }
        found
    }

    /// `GET /v1/users/me`.
    pub(super) fn me(&self, caller: &Caller) -> Result<Value, ApiError> {
        let bot = self.connections.iter().find(|connection| connection.bot_id == caller.user);
        let space = self.spaces.iter().find(|space| space.id == caller.workspace);
        let (Some(bot), Some(space)) = (bot, space) else { return Err(ApiError::unauthorized()) };
        Ok(bot_shown(bot, space, self.largest_upload(space.id)))
    }

    /// `GET /v1/users`: the owner and the bots.
    pub(super) fn users(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadUsers)?;
        let mut users = Vec::new();
        for space in self.spaces.iter().filter(|space| space.id == caller.workspace) {
            users.extend(space.people().map(person_shown));
            let bots = self.connections.iter().filter(|bot| bot.workspace == space.id && !bot.revoked);
            users.extend(bots.map(|bot| bot_shown(bot, space, self.largest_upload(space.id))));
        }
        let (users, next) = self.page_of("users", users, at)?;
        Ok(list("user", &users, next.as_deref()))
    }

    /// `GET /v1/users/{id}`.
    pub(super) fn user(&mut self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        let all = self.users(caller, &At::body(&json!({})))?;
        let all = all.get("results").and_then(Value::as_array).cloned().unwrap_or_default();
        let wanted = json!(id);
        let found = all.into_iter().find(|user| user.get("id") == Some(&wanted));
        found.ok_or_else(|| ApiError::not_found("user", id))
    }
}

fn object_filter(at: &At<'_>) -> Result<&'static str, ApiError> {
    at.only(&["property", "value"])?;
    at.required("property")?.one_of(&["object"])?;
    // `database` was the word before data sources; Notion refuses it in this version.
    at.required("value")?.one_of(&["page", "data_source"])
}

/// A person as the API shows them.
pub(super) fn person_shown(person: &Person) -> Value {
    json!({
        "object": "user", "id": person.id, "type": "person", "name": person.name, "avatar_url": null,
        "person": {"email": person.email},
    })
}

fn bot_shown(bot: &Connection, space: &Space, largest: usize) -> Value {
    let owner = space.member(bot.owner).unwrap_or(&space.owner);
    json!({
        "object": "user", "id": bot.bot_id, "type": "bot", "name": bot.name, "avatar_url": null,
        "bot": {
            "owner": {"type": "user", "user": person_shown(owner)},
            "workspace_id": space.id, "workspace_name": space.name,
            "workspace_limits": {"max_file_upload_size_in_bytes": largest},
        },
    })
}
