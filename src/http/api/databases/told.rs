//! The JSON that is answered about databases.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::{KeepName, KindName};
use crate::domain::account::{DatabaseView, Trouble};
use crate::domain::mapping::{self, Mapping, Part};
use crate::domain::schema::{Column, Schema};
use crate::domain::stage::Status;
use crate::messages::{Found, Page, Proposal, Shown};

/// A registered database.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Database {
    pub(super) id: Uuid,
    connection_id: Uuid,
    /// The workspace's name.
    workspace: String,
    kind: KindName,
    tag: Option<String>,
    title: String,
    notion_database_id: String,
    data_source_id: String,
    mapping: MappingFound,
    instructions: Option<String>,
    language: Option<String>,
    /// What of each video is kept as a file on the page of its row.
    keep: KeepName,
    /// What is wrong with it, until it is mended.
    trouble: Option<TroubleTold>,
    /// Whether it rests until its workspace is connected again.
    paused: bool,
    created_at: DateTime<Utc>,
}

/// What is wrong, for programs and for people.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct TroubleTold {
    /// `column_gone`, `column_retyped`, `option_gone`, `not_reached` or `watched_by_other`.
    kind: &'static str,
    /// What happened and what to do about it.
    sentence: String,
}

/// Which column plays which part, a part without a column being null; and which lists may grow.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct MappingFound {
    link: Option<ColumnFound>,
    status: Option<ColumnFound>,
    title: Option<ColumnFound>,
    reason: Option<ColumnFound>,
    tag: Option<ColumnFound>,
    /// The lists that may grow whatever the columns' descriptions say.
    open: Vec<ColumnFound>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ColumnFound {
    /// Notion's property id.
    id: String,
    /// Its name now; null where Notion was not asked or does not answer.
    name: Option<String>,
    /// Its type now, as Notion calls it.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// For a status column: the option that shows each of our statuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<BTreeMap<&'static str, String>>,
}

/// A page of registered databases.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DatabaseList {
    items: Vec<Database>,
    next_cursor: Option<String>,
}

/// A database in Notion.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct VisibleDatabase {
    connection_id: Uuid,
    notion_database_id: String,
    data_source_id: String,
    title: String,
    /// Our id of it, where it is registered.
    registered_as: Option<Uuid>,
}

/// A page of databases in Notion.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct VisibleList {
    items: Vec<VisibleDatabase>,
    next_cursor: Option<String>,
}

/// What would be watched in a database.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ProposalFound {
    connection_id: Uuid,
    notion_database_id: String,
    data_source_id: String,
    title: String,
    kind: KindName,
    /// Our id of it, where it is registered.
    registered_as: Option<Uuid>,
    mapping: MappingFound,
    /// For each part all columns that can play it; under `open` the lists that may be opened.
    candidates: BTreeMap<&'static str, Vec<ColumnFound>>,
    /// What is missing, and the columns that would be added.
    missing: Vec<MissingFound>,
    /// All data sources of the database.
    data_sources: Vec<SourceFound>,
}

/// A part no column plays yet.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct MissingFound {
    part: &'static str,
    /// Whether the database cannot be watched without it.
    necessary: bool,
    /// Why, where it is not simply absent.
    why: Option<String>,
    /// The column that would be added.
    column: Option<ColumnPlanned>,
}

/// A column that would be added.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ColumnPlanned {
    name: String,
    description: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A data source.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct SourceFound {
    id: String,
    name: String,
}

impl MappingFound {
    fn of(mapping: &Mapping, schema: Option<&Schema>) -> Self {
        let open = |id: &String| {
            let now = schema.and_then(|schema| schema.column(id));
            ColumnFound {
                id: id.clone(),
                name: now.map(|column| column.name.clone()),
                kind: now.map(|column| column.kind.name().to_owned()),
                options: None,
            }
        };
        let column = |part| {
            let id = mapping.column_of(part)?.to_owned();
            let now = schema.and_then(|schema| schema.column(&id));
            let options =
                mapping.status.options.iter().map(|(status, name)| (Status::name(*status), name.clone()));
            Some(ColumnFound {
                name: now.map(|column| column.name.clone()),
                kind: now.map(|column| column.kind.name().to_owned()),
                options: (part == Part::Status).then(|| options.collect()),
                id,
            })
        };
        Self {
            link: column(Part::Link),
            status: column(Part::Status),
            title: column(Part::Title),
            reason: column(Part::Reason),
            tag: column(Part::Tag),
            open: mapping.open.iter().map(open).collect(),
        }
    }
}

impl Database {
    pub(super) fn of(view: DatabaseView, schema: Option<&Schema>) -> Self {
        Self {
            id: view.id.0,
            connection_id: view.connection_id.0,
            workspace: view.workspace,
            kind: view.kind.into(),
            tag: view.tag,
            title: view.title,
            notion_database_id: view.notion_database_id,
            data_source_id: view.data_source_id,
            mapping: MappingFound::of(&view.mapping, schema),
            instructions: view.instructions,
            language: view.language,
            keep: view.keep.into(),
            trouble: view.trouble.as_ref().map(TroubleTold::of),
            paused: view.paused,
            created_at: view.created_at,
        }
    }
}

impl TroubleTold {
    fn of(trouble: &Trouble) -> Self {
        Self { kind: trouble.name(), sentence: trouble.sentence() }
    }
}

impl From<Shown> for Database {
    fn from(shown: Shown) -> Self {
        Self::of(shown.view, shown.schema.as_ref())
    }
}

impl From<Page<DatabaseView>> for DatabaseList {
    fn from(page: Page<DatabaseView>) -> Self {
        let items = page.items.into_iter().map(|view| Database::of(view, None)).collect();
        Self { items, next_cursor: page.next }
    }
}

impl From<Page<Found>> for VisibleList {
    fn from(page: Page<Found>) -> Self {
        let item = |found: Found| VisibleDatabase {
            connection_id: found.connection.0,
            notion_database_id: found.database,
            data_source_id: found.data_source,
            title: found.title,
            registered_as: found.registered.map(|id| id.0),
        };
        Self { items: page.items.into_iter().map(item).collect(), next_cursor: page.next }
    }
}

impl From<Proposal> for ProposalFound {
    fn from(found: Proposal) -> Self {
        let Proposal { schema, missing, .. } = found;
        let told = |columns: Vec<&Column>| {
            let column = |column: &Column| ColumnFound {
                id: column.id.clone(),
                name: Some(column.name.clone()),
                kind: Some(column.kind.name().to_owned()),
                options: None,
            };
            columns.into_iter().map(column).collect::<Vec<_>>()
        };
        let parts = Part::of(found.kind).iter();
        let mut candidates: BTreeMap<_, _> =
            parts.map(|part| (part.name(), told(mapping::candidates(&schema, *part)))).collect();
        candidates.insert("open", told(mapping::openable(&found.mapping, &schema)));
        let lacking = missing.into_iter().map(|missing| MissingFound {
            part: missing.part.name(),
            necessary: missing.necessary,
            why: missing.why,
            column: missing.column.map(|column| ColumnPlanned {
                kind: column.kind.name(),
                name: column.name,
                description: column.description,
            }),
        });
        let sources = found.data_sources.into_iter();
        Self {
            connection_id: found.connection.0,
            notion_database_id: found.database,
            data_source_id: found.data_source,
            title: found.title,
            kind: found.kind.into(),
            registered_as: found.registered.map(|id| id.0),
            mapping: MappingFound::of(&found.mapping, Some(&schema)),
            candidates,
            missing: lacking.collect(),
            data_sources: sources.map(|source| SourceFound { id: source.id, name: source.name }).collect(),
        }
    }
}
