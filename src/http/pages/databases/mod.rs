//! Databases: those that are watched, one of them, and the way to a new one.

mod views;
mod wishes;

use std::collections::BTreeMap;

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use self::views::{Choose, DatabasePage, Databases, ProposalPage, Typed, Visible, Watched, titled};
use self::wishes::Wishes;
use super::{Answered, Shell, filled, see, shown};
use crate::domain::account::Kind;
use crate::domain::entry::{ConnectionId, DatabaseId};
use crate::domain::mapping::{Choices, Part};
use crate::domain::refusal::Refusal;
use crate::http::problem::answered;
use crate::http::visitor::Visitor;
use crate::messages::{
    AdoptDatabase, ChangeDatabase, CreateDatabase, Doors, FindDatabases, ListDatabases, Pick, Proposal,
    ProposeMapping, RemoveDatabase, ViewDatabase,
};

/// Databases on a page.
const ON_A_PAGE: u32 = 50;

/// Where a list goes on, and of which connection.
#[derive(Deserialize)]
pub(super) struct Listed {
    cursor: Option<String>,
    connection_id: Option<String>,
    saved: Option<String>,
}

/// Which database is looked at.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the query")]
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
    form: web::Form<Vec<(String, String)>>,
    doors: web::Data<Doors>,
) -> Answered {
    let id = database_id(&id)?;
    let Wishes { tag, instructions, language, keep, open } = Wishes::read(form.into_inner())?;
    let asked = ChangeDatabase {
        user: visitor.0,
        id,
        tag: tag.map(|tag| filled(Some(tag))),
        instructions: Some(filled(instructions)),
        language: Some(filled(language)),
        keep,
        mapping: Choices::default(),
        open,
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
    let typed = Typed {
        problem: String::new(),
        columns: form.choices(),
        kind: form.kind,
        tag: form.tag.clone().unwrap_or_default(),
        instructions: form.instructions.clone().unwrap_or_default(),
        language: form.language.clone().unwrap_or_default(),
    };
    let asked = AdoptDatabase {
        user: visitor.0,
        pick: pick.clone(),
        kind: form.kind,
        mapping: typed.columns.clone(),
        tag: filled(form.tag),
        instructions: filled(form.instructions),
        language: filled(form.language),
        keep: None,
        open: None,
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
            Ok(shown(&ProposalPage::of(found, Some(Typed { problem, ..typed }))))
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
