//! What subscribers are told: changes of the workspace as events of Notion's webhooks.
//!
//! An event goes to an integration that has a verified subscription and a bot that sees the object.
//! Shapes: the official client's `api-endpoints/webhooks`; the parent of a data source is its database, as in
//! the documented `data_source.moved`. Events are not aggregated here.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::callers::{Caller, Connection};
use super::model::{Change, ChangeKind, Parent};
use super::outbox::{Delivery, stamp};
use super::schema::{Author, Property};
use super::workspace::Workspace;

/// The version of the events.
const API_VERSION: &str = "2025-09-03";

/// One event before it is addressed.
struct Event {
    kind: &'static str,
    entity: (&'static str, Uuid),
    data: Value,
}

impl Workspace {
    /// Tells subscribers about a change of a page.
    pub(super) fn tell_subscribers(&mut self, change: &Change, caller: &Caller) {
        let kind = match change.kind {
            ChangeKind::PageCreated => "page.created",
            ChangeKind::PropertiesChanged if !change.properties.is_empty() => "page.properties_updated",
            ChangeKind::PageTrashed => "page.deleted",
            ChangeKind::PageRestored => "page.undeleted",
            _ => return,
        };
        let Some(parent) = self.pages.get(&change.id).map(|page| page.parent) else { return };
        let mut data = json!({"parent": parent_shown(parent, caller.workspace)});
        if let (ChangeKind::PropertiesChanged, Some(fields)) = (change.kind, data.as_object_mut()) {
            fields.insert("updated_properties".into(), json!(change.properties));
        }
        self.tell(&Event { kind, entity: ("page", change.id), data }, caller);
        // Rows that come and go are the content of their data source; values of a row are not.
        if let (Some(source), false) = (change.data_source, change.kind == ChangeKind::PropertiesChanged) {
            let updated = json!({"updated_blocks": [{"id": change.id, "type": "page"}]});
            self.tell_of_source("data_source.content_updated", source, &updated, caller);
        }
    }

    /// Tells subscribers which columns a schema won, changed and lost.
    pub(super) fn tell_schema(&mut self, source: Uuid, before: &[Property], caller: &Caller) {
        let after = self.sources.get(&source).map(|source| source.properties.as_slice()).unwrap_or_default();
        let updated = column_changes(before, after);
        if !updated.is_empty() {
            let updated = json!({"updated_properties": updated});
            self.tell_of_source("data_source.schema_updated", source, &updated, caller);
        }
    }

    fn tell_of_source(&mut self, kind: &'static str, source: Uuid, more: &Value, caller: &Caller) {
        let Some(database) = self.sources.get(&source).map(|source| source.database) else { return };
        let mut data = json!({"parent": {"id": database, "type": "database"}});
        if let (Some(fields), Some(more)) = (data.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        self.tell(&Event { kind, entity: ("data_source", source), data }, caller);
    }

    fn tell(&mut self, event: &Event, caller: &Caller) {
        let mut due = Vec::new();
        for integration in &self.integrations {
            let Some(to) = integration.subscription.as_ref().filter(|known| known.verified) else { continue };
            let bots = self.reached(integration.id, event.entity.1, caller);
            if !bots.is_empty() {
                let mut payload = self.payload(event, caller, &bots);
                payload.insert("subscription_id".into(), json!(to.id));
                payload.insert("integration_id".into(), json!(integration.id));
                due.push(Delivery::event(to.url.clone(), &Value::Object(payload), &to.token));
            }
        }
        for delivery in due {
            self.outbox.push(delivery);
        }
    }

    /// The bots of an integration that see the object.
    fn reached(&self, integration: Uuid, entity: Uuid, caller: &Caller) -> Vec<&Connection> {
        let theirs = self.connections.iter().filter(|known| known.integration == Some(integration));
        let live = theirs.filter(|known| known.workspace == caller.workspace && self.is_live(known));
        live.filter(|known| self.sees(&Caller::bot(known, caller.now), entity)).collect()
    }

    fn payload(&self, event: &Event, caller: &Caller, bots: &[&Connection]) -> Map<String, Value> {
        let space = self.spaces.iter().find(|space| space.id == caller.workspace);
        let author = if caller.author == Author::Person { "person" } else { "bot" };
        let people: BTreeSet<Uuid> = bots.iter().map(|bot| bot.owner).collect();
        let people = people.into_iter().map(|id| json!({"id": id, "type": "person"}));
        let bots = bots.iter().map(|bot| json!({"id": bot.bot_id, "type": "bot"}));
        let fields = [
            ("id", json!(Uuid::new_v4())),
            ("timestamp", stamp(caller.now)),
            ("workspace_id", json!(caller.workspace)),
            ("workspace_name", json!(space.map(|space| &space.name))),
            ("type", json!(event.kind)),
            ("authors", json!([{"id": caller.user, "type": author}])),
            ("accessible_by", people.chain(bots).collect()),
            ("attempt_number", json!(1)),
            ("api_version", json!(API_VERSION)),
            ("entity", json!({"id": event.entity.1, "type": event.entity.0})),
            ("data", event.data.clone()),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn parent_shown(parent: Parent, workspace: Uuid) -> Value {
    match parent {
        Parent::Workspace => json!({"id": workspace, "type": "space"}),
        Parent::Page(id) => json!({"id": id, "type": "page"}),
        Parent::Block(id) => json!({"id": id, "type": "block"}),
        Parent::DataSource { source, database } => {
            json!({"id": database, "type": "database", "data_source_id": source})
        }
    }
}

fn column_changes(before: &[Property], after: &[Property]) -> Vec<Value> {
    let known = |list: &[Property], id: &str| list.iter().find(|column| column.id == id).map(Property::shown);
    let told = |column: &Property, action| json!({"id": column.id, "name": column.name, "action": action});
    let lost = before.iter().filter(|old| known(after, &old.id).is_none()).map(|old| told(old, "deleted"));
    let kept = after.iter().filter_map(|new| match known(before, &new.id) {
        None => Some(told(new, "created")),
        Some(old) => (old != new.shown()).then(|| told(new, "updated")),
    });
    kept.chain(lost).collect()
}
