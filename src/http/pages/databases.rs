//! Databases: those that are watched, one of them, and the way to a new one.

use std::collections::BTreeMap;

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use super::{Answered, Shell, filled, moment, see, shown};
use crate::domain::account::{DatabaseView, Kind, Trouble};
use crate::domain::entry::{ConnectionId, DatabaseId};
use crate::domain::mapping::{Choices, Part, candidates};
use crate::domain::refusal::Refusal;
use crate::domain::schema::Schema;
use crate::http::problem::answered;
use crate::http::visitor::Visitor;
use crate::messages::{
    AdoptDatabase, ChangeDatabase, CreateDatabase, Doors, FindDatabases, ListDatabases, Pick, Proposal,
    ProposeMapping, RemoveDatabase, Shown, ViewDatabase,
};

/// Databases on a page.
const ON_A_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "databases.html")]
struct Databases {
    shell: Shell,
    databases: Vec<Watched>,
    next: Option<String>,
}

struct Watched {
    id: DatabaseId,
    title: String,
    workspace: String,
    kind: String,
    paused: bool,
    troubled: bool,
}

#[derive(Template)]
#[template(path = "database.html")]
struct DatabasePage {
    shell: Shell,
    id: DatabaseId,
    title: String,
    workspace: String,
    kind: String,
    since: String,
    notice: Option<&'static str>,
    paused: bool,
    trouble: Option<String>,
    is_link: bool,
    notion_url: String,
    notion_database: String,
    data_source: String,
    connection: ConnectionId,
    parts: Vec<PartShown>,
    tag: String,
    instructions: String,
    language: String,
}

struct PartShown {
    label: &'static str,
    column: String,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose {
    shell: Shell,
    connection_id: String,
    found: Vec<Visible>,
    next: Option<String>,
}

struct Visible {
    title: String,
    database: String,
    data_source: String,
    connection: ConnectionId,
    registered: Option<DatabaseId>,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct ProposalPage {
    shell: Shell,
    title: String,
    problem: Option<String>,
    database: String,
    data_source: String,
    connection: ConnectionId,
    sources: Vec<Source>,
    parts: Vec<PartChoice>,
    missing: Vec<String>,
    is_content: bool,
}

struct Source {
    id: String,
    name: String,
    chosen: bool,
}

struct PartChoice {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    columns: Vec<ColumnChoice>,
}

struct ColumnChoice {
    id: String,
    name: String,
    chosen: bool,
}

/// Where a list goes on, and of which connection.
#[derive(Deserialize)]
pub(super) struct Listed {
    cursor: Option<String>,
    connection_id: Option<String>,
    saved: Option<String>,
}

/// Which database is looked at.
#[derive(Deserialize)]
pub(super) struct Picked {
    database_id: Option<String>,
    data_source_id: Option<String>,
    connection_id: Option<String>,
}

/// What the form of a proposal sends.
#[derive(Deserialize)]
pub(super) struct Adoption {
    database_id: String,
    data_source_id: Option<String>,
    connection_id: Option<String>,
    kind: Kind,
    link: Option<String>,
    status: Option<String>,
    title: Option<String>,
    reason: Option<String>,
    tag_column: Option<String>,
    tag: Option<String>,
    instructions: Option<String>,
    language: Option<String>,
    add_missing: Option<String>,
}

/// What the form of one database sends.
#[derive(Deserialize)]
pub(super) struct Wishes {
    tag: Option<String>,
    instructions: Option<String>,
    language: Option<String>,
}

/// `GET /databases`.
pub(super) async fn list(visitor: Visitor, query: web::Query<Listed>, doors: web::Data<Doors>) -> Answered {
    let cursor = filled(query.into_inner().cursor);
    let asked = ListDatabases { user: visitor.0, cursor, limit: ON_A_PAGE };
    let found = answered(doors.list_databases.send(asked).await)?;
    let databases = found.items.into_iter().map(Watched::from).collect();
    Ok(shown(&Databases { shell: Shell::at("databases"), databases, next: found.next }))
}

/// `GET /databases/{id}`.
pub(super) async fn view(
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<Listed>,
    doors: web::Data<Doors>,
) -> Answered {
    let asked = ViewDatabase { user: visitor.0, id: database_id(&id)? };
    let found = answered(doors.view_database.send(asked).await)?;
    let notice = query.saved.as_deref().map(|what| match what {
        "new" => "Linkscribe watches this database now. Save a video link as a row, and look at Links.",
        _ => "Saved.",
    });
    Ok(shown(&DatabasePage::of(found, notice)))
}

/// `POST /databases/{id}`.
pub(super) async fn change(
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Wishes>,
    doors: web::Data<Doors>,
) -> Answered {
    let id = database_id(&id)?;
    let Wishes { tag, instructions, language } = form.into_inner();
    let asked = ChangeDatabase {
        user: visitor.0,
        id,
        tag: tag.map(|tag| filled(Some(tag))),
        instructions: Some(filled(instructions)),
        language: Some(filled(language)),
        mapping: Choices::default(),
    };
    answered(doors.change_database.send(asked).await)?;
    Ok(see(&format!("/databases/{id}?saved=yes")))
}

/// `POST /databases/{id}/remove`.
pub(super) async fn remove(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let asked = RemoveDatabase { user: visitor.0, id: database_id(&id)? };
    answered(doors.remove_database.send(asked).await)?;
    Ok(see("/databases"))
}

/// `GET /databases/new`: all that Notion shows.
pub(super) async fn choose(visitor: Visitor, query: web::Query<Listed>, doors: web::Data<Doors>) -> Answered {
    let Listed { cursor, connection_id, .. } = query.into_inner();
    let connection = connection(connection_id.as_deref())?;
    let asked = FindDatabases { user: visitor.0, connection, cursor: filled(cursor), limit: ON_A_PAGE };
    let found = answered(doors.find_databases.send(asked).await)?;
    let visible = found.items.into_iter().map(|one| Visible {
        title: titled(one.title),
        database: one.database,
        data_source: one.data_source,
        connection: one.connection,
        registered: one.registered,
    });
    Ok(shown(&Choose {
        shell: Shell::at("databases"),
        connection_id: connection_id.unwrap_or_default(),
        found: visible.collect(),
        next: found.next,
    }))
}

/// `GET /databases/propose`: what would be watched in a database.
pub(super) async fn propose(
    visitor: Visitor,
    request: HttpRequest,
    query: web::Query<Picked>,
    doors: web::Data<Doors>,
) -> Answered {
    let Picked { database_id, data_source_id, connection_id } = query.into_inner();
    let database = filled(database_id).ok_or(Refusal::Invalid {
        field: "database_id",
        hint: "Paste the address of a database.".to_owned(),
    })?;
    let pick = Pick {
        database,
        data_source: filled(data_source_id),
        connection: connection(connection_id.as_deref())?,
    };
    let found = proposal(&doors, visitor, pick, &request).await?;
    Ok(shown(&ProposalPage::of(found, None)))
}

/// `POST /databases`: watches it, or says on the same page what is in the way.
pub(super) async fn adopt(
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Adoption>,
    doors: web::Data<Doors>,
) -> Answered {
    let form = form.into_inner();
    let pick = Pick {
        database: form.database_id.clone(),
        data_source: filled(form.data_source_id.clone()),
        connection: connection(form.connection_id.as_deref())?,
    };
    let asked = AdoptDatabase {
        user: visitor.0,
        pick: pick.clone(),
        kind: form.kind,
        mapping: form.choices(),
        tag: filled(form.tag),
        instructions: filled(form.instructions),
        language: filled(form.language),
        languages: languages(&request),
        add_missing: form.add_missing.is_some(),
    };
    match doors.adopt_database.send(asked).await {
        Ok(Ok(Err(
            refusal @ (Refusal::Missing { .. } | Refusal::TagTaken { .. } | Refusal::Invalid { .. }),
        ))) => {
            let found = proposal(&doors, visitor, pick, &request).await?;
            let problem = match &refusal {
                Refusal::Missing { .. } => {
                    "Choose a column for each part, or say yes to adding what is missing.".to_owned()
                }
                refusal => format!("{} {}", refusal.title(), refusal.hint()),
            };
            Ok(shown(&ProposalPage::of(found, Some(problem))))
        }
        sent => {
            let kept = answered(sent)?;
            Ok(see(&format!("/databases/{}?saved=new", kept.shown.view.id)))
        }
    }
}

/// `POST /databases/create`: the one button.
pub(super) async fn create(
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Picked>,
    doors: web::Data<Doors>,
) -> Answered {
    let asked = CreateDatabase {
        user: visitor.0,
        connection: connection(form.connection_id.as_deref())?,
        language: None,
        languages: languages(&request),
    };
    let kept = answered(doors.create_database.send(asked).await)?;
    Ok(see(&format!("/databases/{}?saved=new", kept.shown.view.id)))
}

async fn proposal(
    doors: &Doors,
    visitor: Visitor,
    pick: Pick,
    request: &HttpRequest,
) -> Result<Proposal, crate::http::problem::Problem> {
    let asked = ProposeMapping { user: visitor.0, pick, kind: Kind::Link, languages: languages(request) };
    answered(doors.propose_mapping.send(asked).await)
}

fn languages(request: &HttpRequest) -> Option<String> {
    Some(request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?.to_owned())
}

fn database_id(text: &str) -> Result<DatabaseId, Refusal> {
    text.parse().map(DatabaseId).map_err(|_| Refusal::NotFound { what: "database" })
}

fn connection(text: Option<&str>) -> Result<Option<ConnectionId>, Refusal> {
    let id = text.filter(|text| !text.is_empty()).map(str::parse).transpose();
    Ok(id.map_err(|_| Refusal::NotFound { what: "connection" })?.map(ConnectionId))
}

fn titled(title: String) -> String {
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

impl Adoption {
    /// Parts that were left empty are found, or stay without a column where that is allowed.
    fn choices(&self) -> Choices {
        let all = [
            (Part::Link, &self.link),
            (Part::Status, &self.status),
            (Part::Title, &self.title),
            (Part::Reason, &self.reason),
            (Part::Tag, &self.tag_column),
        ];
        let chosen = all.into_iter().filter_map(|(part, id)| {
            let id = id.clone().filter(|id| !id.is_empty());
            // An empty choice of a necessary part is left to what is found or added.
            (id.is_some() || (!part.is_necessary() && self.add_missing.is_none())).then_some((part, id))
        });
        let offered = Part::of(self.kind);
        chosen.filter(|(part, _)| offered.contains(part)).collect::<BTreeMap<_, _>>()
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
    fn of(found: Shown, notice: Option<&'static str>) -> Self {
        let Shown { view, schema } = found;
        let column = |part: Part| match view.mapping.column_of(part) {
            None => "none".to_owned(),
            Some(id) => column_name(schema.as_ref(), id),
        };
        let parts = Part::of(view.kind).iter();
        let parts = parts.map(|part| PartShown { label: label(*part), column: column(*part) }).collect();
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
        }
    }
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
    fn of(found: Proposal, problem: Option<String>) -> Self {
        let part = |part: Part| PartChoice {
            name: if part == Part::Tag { "tag_column" } else { part.name() },
            label: label(part),
            hint: hint(part),
            columns: candidates(&found.schema, part)
                .into_iter()
                .map(|column| ColumnChoice {
                    chosen: found.mapping.column_of(part) == Some(column.id.as_str()),
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
            problem,
            database: found.database,
            connection: found.connection,
            sources: sources.collect(),
            data_source: found.data_source,
            parts,
            missing,
            is_content: found.kind == Kind::Content,
        }
    }
}
