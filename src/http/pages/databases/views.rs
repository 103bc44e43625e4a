//! What the pages of databases show, made of what the actor answered.

use askama::Template;

use crate::domain::account::{DatabaseView, Kind, Trouble};
use crate::domain::entry::{ConnectionId, DatabaseId};
use crate::domain::keepsake::Keep;
use crate::domain::mapping::{Choices, Mapping, Part, candidates, openable};
use crate::domain::open_list::says_open;
use crate::domain::schema::{Column, Schema};
use crate::http::pages::{Shell, moment};
use crate::messages::{Proposal, Shown};

#[derive(Template)]
#[template(path = "databases.html")]
#[expect(clippy::struct_field_names, reason = "the page lists them")]
pub(super) struct Databases {
    pub(super) shell: Shell,
    pub(super) databases: Vec<Watched>,
    pub(super) next: Option<String>,
}

pub(super) struct Watched {
    pub(super) id: DatabaseId,
    pub(super) title: String,
    pub(super) workspace: String,
    pub(super) kind: String,
    pub(super) paused: bool,
    pub(super) troubled: bool,
}

#[derive(Template)]
#[template(path = "database.html")]
pub(super) struct DatabasePage {
    pub(super) shell: Shell,
    pub(super) id: DatabaseId,
    pub(super) title: String,
    pub(super) workspace: String,
    pub(super) kind: String,
    pub(super) since: String,
    pub(super) notice: Option<&'static str>,
    pub(super) paused: bool,
    pub(super) trouble: Option<String>,
    pub(super) is_link: bool,
    pub(super) notion_url: String,
    pub(super) notion_database: String,
    pub(super) data_source: String,
    pub(super) connection: ConnectionId,
    pub(super) parts: Vec<PartShown>,
    pub(super) tag: String,
    pub(super) instructions: String,
    pub(super) language: String,
    pub(super) keeps: Vec<KeepChoice>,
    /// The lists that may be opened; `None` where Notion does not answer.
    pub(super) lists: Option<Vec<ListChoice>>,
}

/// What of a video may be kept.
pub(super) struct KeepChoice {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

/// A column whose list of options may grow.
pub(super) struct ListChoice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) chosen: bool,
    /// Its description opens it already.
    pub(super) says_open: bool,
}

pub(super) struct PartShown {
    pub(super) label: &'static str,
    pub(super) column: String,
}

#[derive(Template)]
#[template(path = "choose.html")]
pub(super) struct Choose {
    pub(super) shell: Shell,
    pub(super) connection_id: String,
    pub(super) found: Vec<Visible>,
    pub(super) next: Option<String>,
}

pub(super) struct Visible {
    pub(super) title: String,
    pub(super) database: String,
    pub(super) data_source: String,
    pub(super) connection: ConnectionId,
    pub(super) registered: Option<DatabaseId>,
}

#[derive(Template)]
#[template(path = "proposal.html")]
pub(super) struct ProposalPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    pub(super) problem: Option<String>,
    pub(super) database: String,
    pub(super) data_source: String,
    pub(super) connection: ConnectionId,
    pub(super) sources: Vec<Source>,
    pub(super) parts: Vec<PartChoice>,
    pub(super) missing: Vec<String>,
    pub(super) is_content: bool,
    pub(super) tag: String,
    pub(super) instructions: String,
    pub(super) language: String,
}

/// What somebody has filled in already, when the form is shown once more.
#[derive(Default)]
pub(super) struct Typed {
    /// What is in the way.
    pub(super) problem: String,
    pub(super) columns: Choices,
    pub(super) kind: Kind,
    pub(super) tag: String,
    pub(super) instructions: String,
    pub(super) language: String,
}

pub(super) struct Source {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

pub(super) struct PartChoice {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) columns: Vec<ColumnChoice>,
}

pub(super) struct ColumnChoice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

pub(super) fn titled(title: String) -> String {
    if title.trim().is_empty() { "Untitled".to_owned() } else { title }
}

fn kind_of(view: &DatabaseView) -> String {
    match (&view.kind, &view.tag) {
        (Kind::Link, _) => "links are saved in it".to_owned(),
        (Kind::Content, Some(tag)) => format!("results tagged \u{201c}{tag}\u{201d} go to it"),
        (Kind::Content, None) => "results go to it".to_owned(),
    }
}

fn label(part: Part) -> &'static str {
    match part {
        Part::Link => "Link",
        Part::Status => "Status",
        Part::Title => "Title",
        Part::Reason => "Reason",
        Part::Tag => "Tag",
    }
}

fn hint(part: Part) -> &'static str {
    match part {
        Part::Link => "The address of the video.",
        Part::Status => "Shows where a link is.",
        Part::Title => "The name of the row.",
        Part::Reason => "Says why a link failed; may stay empty.",
        Part::Tag => "Names the database a result goes to; may stay empty.",
    }
}

impl From<DatabaseView> for Watched {
    fn from(view: DatabaseView) -> Self {
        Self {
            kind: kind_of(&view),
            id: view.id,
            title: titled(view.title),
            workspace: view.workspace,
            paused: view.paused,
            troubled: view.trouble.is_some(),
        }
    }
}

impl DatabasePage {
    pub(super) fn of(found: Shown, notice: Option<&'static str>) -> Self {
        let Shown { view, schema } = found;
        let column = |part: Part| match view.mapping.column_of(part) {
            None => "none".to_owned(),
            Some(id) => column_name(schema.as_ref(), id),
        };
        let parts = Part::of(view.kind).iter();
        let parts = parts.map(|part| PartShown { label: label(*part), column: column(*part) }).collect();
        let lists = schema.as_ref().map(|schema| lists(&view.mapping, schema));
        let plain_id: String = view.notion_database_id.chars().filter(char::is_ascii_alphanumeric).collect();
        Self {
            shell: Shell::at("databases"),
            id: view.id,
            kind: kind_of(&view),
            workspace: view.workspace,
            since: moment(view.created_at),
            notice,
            paused: view.paused,
            trouble: view.trouble.as_ref().map(Trouble::sentence),
            is_link: view.kind == Kind::Link,
            notion_url: format!("https://www.notion.so/{plain_id}"),
            notion_database: view.notion_database_id,
            data_source: view.data_source_id,
            connection: view.connection_id,
            title: titled(view.title),
            parts,
            tag: view.tag.unwrap_or_default(),
            instructions: view.instructions.unwrap_or_default(),
            language: view.language.unwrap_or_default(),
            keeps: keeps(view.keep),
            lists,
        }
    }
}

fn keeps(chosen: Keep) -> Vec<KeepChoice> {
    let choice = |keep: Keep| KeepChoice {
        name: keep.name(),
        label: match keep {
            Keep::None => "nothing: the page leads to it",
            Keep::Audio => "its sound",
            Keep::Video => "the video",
        },
        chosen: keep == chosen,
    };
    Keep::ALL.map(choice).into()
}

fn lists(mapping: &Mapping, schema: &Schema) -> Vec<ListChoice> {
    let list = |column: &Column| ListChoice {
        id: column.id.clone(),
        name: column.name.clone(),
        chosen: mapping.open.contains(&column.id),
        says_open: says_open(&column.description),
    };
    openable(mapping, schema).into_iter().map(list).collect()
}

/// Its name as of now, or that it is gone.
fn column_name(schema: Option<&Schema>, id: &str) -> String {
    match schema {
        Some(schema) => {
            schema.column(id).map_or_else(|| "removed in Notion".to_owned(), |column| column.name.clone())
        }
        None => "Notion does not answer right now".to_owned(),
    }
}

impl ProposalPage {
    pub(super) fn of(found: Proposal, typed: Option<Typed>) -> Self {
        let chosen = |part: Part| match typed.as_ref().and_then(|typed| typed.columns.get(&part)) {
            Some(chosen) => chosen.as_deref(),
            None => found.mapping.column_of(part),
        };
        let part = |part: Part| PartChoice {
            name: if part == Part::Tag { "tag_column" } else { part.name() },
            label: label(part),
            hint: hint(part),
            columns: candidates(&found.schema, part)
                .into_iter()
                .map(|column| ColumnChoice {
                    chosen: chosen(part) == Some(column.id.as_str()),
                    id: column.id.clone(),
                    name: column.name.clone(),
                })
                .collect(),
        };
        let parts = Part::ALL.map(part).into();
        let missing = found.missing.iter().map(|missing| {
            let added = missing
                .column
                .as_ref()
                .map(|column| format!("would be added as \u{201c}{}\u{201d}", column.name));
            let added = added.unwrap_or_else(|| "has to be added in Notion".to_owned());
            let need = if missing.necessary { "" } else { " (not needed, but useful)" };
            format!("{}: {added}{need}", label(missing.part))
        });
        let missing = missing.collect();
        let sources = found.data_sources.into_iter().map(|source| Source {
            chosen: source.id == found.data_source,
            id: source.id,
            name: titled(source.name),
        });
        Self {
            shell: Shell::at("databases"),
            title: titled(found.title),
            database: found.database,
            connection: found.connection,
            sources: sources.collect(),
            data_source: found.data_source,
            parts,
            missing,
            is_content: typed.as_ref().map_or(found.kind, |typed| typed.kind) == Kind::Content,
            problem: typed.as_ref().map(|typed| typed.problem.clone()),
            tag: typed.as_ref().map(|typed| typed.tag.clone()).unwrap_or_default(),
            instructions: typed.as_ref().map(|typed| typed.instructions.clone()).unwrap_or_default(),
            language: typed.map(|typed| typed.language).unwrap_or_default(),
        }
    }
}
