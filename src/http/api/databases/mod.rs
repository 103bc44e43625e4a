//! Databases over HTTP: found, proposed, made, registered, changed, removed.
//!
//! Each handler parses, sends one message and renders the answer.

mod asked;
mod told;

use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use self::asked::{DatabaseChange, FindQuery, NewDatabase, WantedDatabase, WantedProposal};
use self::told::{Database, DatabaseList, ProposalFound, VisibleList};
use super::object::Object;
use super::paging::{PageQuery, Series, limit};
use super::{Route, USUAL_LIMIT, id_given, id_of, json, languages};
use crate::domain::entry::{ConnectionId, DatabaseId};
use crate::http::Visitor;
use crate::http::problem::{Problem, answered};
use crate::messages::{
    AdoptDatabase, ChangeDatabase, CreateDatabase, Doors, FindDatabases, Kept, ListDatabases, Page, Pick,
    ProposeMapping, RemoveDatabase, ViewDatabase,
};

/// The routes of this file.
pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::GET, path: "/api/databases", handler: || web::to(list) },
    Route { method: Method::POST, path: "/api/databases", handler: || web::to(adopt) },
    Route { method: Method::POST, path: "/api/databases/create", handler: || web::to(create) },
    Route { method: Method::POST, path: "/api/databases/propose", handler: || web::to(propose) },
    Route { method: Method::GET, path: "/api/databases/{id}", handler: || web::to(view) },
    Route { method: Method::PATCH, path: "/api/databases/{id}", handler: || web::to(change) },
    Route { method: Method::DELETE, path: "/api/databases/{id}", handler: || web::to(remove) },
    Route { method: Method::GET, path: "/api/notion/databases", handler: || web::to(find) },
];

/// What a handler answers.
type Answered = Result<HttpResponse, Problem>;

/// Your registered databases, newest first. Columns are given by id; ask for one database to see their names.
#[utoipa::path(get, path = "/api/databases", tag = "databases", params(PageQuery), responses(
    (status = 200, description = "A page of them.", body = DatabaseList),
    (status = 422, description = "The cursor or the limit cannot be used."),
))]
pub(super) async fn list(
    visitor: Visitor,
    query: web::Query<PageQuery>,
    doors: web::Data<Doors>,
) -> Answered {
    let series = Series::of(visitor.0, "/api/databases", &[]);
    let cursor = series.place(query.cursor.as_deref())?;
    let limit = limit(query.limit.as_deref(), USUAL_LIMIT)?;
    let page = answered(doors.list_databases.send(ListDatabases { user: visitor.0, cursor, limit }).await)?;
    let next = page.next.as_deref().map(|place| series.cursor(place));
    Ok(json(StatusCode::OK, &DatabaseList::from(Page { next, ..page })))
}

/// Registers a database you have. What is found in it is not written down until nothing necessary is missing.
#[utoipa::path(post, path = "/api/databases", tag = "databases", request_body = NewDatabase, responses(
    (status = 201, description = "It is registered; `Location` leads to it.", body = Database),
    (status = 200, description = "It was registered already; its columns were mapped anew.", body = Database),
    (status = 404, description = "Notion shows no such database to you, or you have no such connection."),
    (status = 409, description = "Something has to be decided or mended first: see `missing` and `choices`."),
    (status = 422, description = "A field cannot be used."),
))]
pub(super) async fn adopt(
    visitor: Visitor,
    request: HttpRequest,
    body: web::Json<Object<NewDatabase>>,
    doors: web::Data<Doors>,
) -> Answered {
    let Object(body) = body.into_inner();
    let pick = pick(body.database_id, body.data_source_id, body.connection_id.as_deref())?;
    let (mapping, open) = body.mapping.0.read();
    let asked = AdoptDatabase {
        user: visitor.0,
        pick,
        kind: body.kind.into(),
        tag: body.tag,
        instructions: body.instructions,
        language: body.language,
        keep: body.keep.map(Into::into),
        languages: languages(&request),
        mapping,
        open,
        add_missing: body.add_missing,
    };
    Ok(kept(answered(doors.adopt_database.send(asked).await)?))
}

/// What would be watched in a database, and what it lacks. Writes nothing.
#[utoipa::path(post, path = "/api/databases/propose", tag = "databases", request_body = WantedProposal, responses(
    (status = 200, description = "What was found.", body = ProposalFound),
    (status = 404, description = "Notion shows no such database to you, or you have no such connection."),
    (status = 409, description = "It has several data sources (see `choices`), or no workspace is connected."),
    (status = 422, description = "A field cannot be used."),
))]
pub(super) async fn propose(
    visitor: Visitor,
    request: HttpRequest,
    body: web::Json<Object<WantedProposal>>,
    doors: web::Data<Doors>,
) -> Answered {
    let Object(body) = body.into_inner();
    let asked = ProposeMapping {
        user: visitor.0,
        pick: pick(body.database_id, body.data_source_id, body.connection_id.as_deref())?,
        kind: body.kind.into(),
        languages: body.language.or_else(|| languages(&request)),
    };
    let found = answered(doors.propose_mapping.send(asked).await)?;
    Ok(json(StatusCode::OK, &ProposalFound::from(found)))
}

/// Makes a database for saved links, with a first row, and registers it.
#[utoipa::path(post, path = "/api/databases/create", tag = "databases", request_body = WantedDatabase, responses(
    (status = 201, description = "It is made and registered; `Location` leads to it.", body = Database),
    (status = 200, description = "It was made a moment ago.", body = Database),
    (status = 404, description = "You have no such connection."),
    (status = 409, description = "No workspace is connected, or Linkscribe has no place in it."),
    (status = 422, description = "A field cannot be used."),
))]
pub(super) async fn create(
    visitor: Visitor,
    request: HttpRequest,
    body: web::Json<Object<WantedDatabase>>,
    doors: web::Data<Doors>,
) -> Answered {
    let Object(body) = body.into_inner();
    let asked = CreateDatabase {
        user: visitor.0,
        connection: id_given(body.connection_id.as_deref(), "connection_id", ConnectionId)?,
        language: body.language,
        languages: languages(&request),
    };
    Ok(kept(answered(doors.create_database.send(asked).await)?))
}

/// A registered database, with the names its columns have now where Notion answers.
#[utoipa::path(get, path = "/api/databases/{id}", tag = "databases", params(("id" = Uuid, Path, description = "The database's id.")), responses(
    (status = 200, description = "The database.", body = Database),
    (status = 404, description = "You have no such database."),
))]
pub(super) async fn view(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let asked = ViewDatabase { user: visitor.0, id: id_of(&id, "database", DatabaseId)? };
    let shown = answered(doors.view_database.send(asked).await)?;
    Ok(json(StatusCode::OK, &Database::from(shown)))
}

/// Changes what is kept of a database; nothing changes in Notion.
#[utoipa::path(patch, path = "/api/databases/{id}", tag = "databases", params(("id" = Uuid, Path, description = "The database's id.")),
    request_body = DatabaseChange, responses(
    (status = 200, description = "The database as it is now.", body = Database),
    (status = 404, description = "You have no such database, or Notion does not show it any more."),
    (status = 409, description = "The tag leads to another database, or the workspace is disconnected."),
    (status = 422, description = "A field cannot be used."),
))]
pub(super) async fn change(
    visitor: Visitor,
    id: web::Path<String>,
    body: web::Json<Object<DatabaseChange>>,
    doors: web::Data<Doors>,
) -> Answered {
    let Object(body) = body.into_inner();
    let (mapping, open) = body.mapping.0.read();
    let asked = ChangeDatabase {
        user: visitor.0,
        id: id_of(&id, "database", DatabaseId)?,
        tag: body.tag,
        instructions: body.instructions,
        language: body.language,
        keep: body.keep.map(Into::into),
        mapping,
        open,
    };
    let shown = answered(doors.change_database.send(asked).await)?;
    Ok(json(StatusCode::OK, &Database::from(shown)))
}

/// Stops watching a database and forgets its entries; nothing changes in Notion.
#[utoipa::path(delete, path = "/api/databases/{id}", tag = "databases", params(("id" = Uuid, Path, description = "The database's id.")), responses(
    (status = 204, description = "It is forgotten."),
    (status = 404, description = "You have no such database."),
))]
pub(super) async fn remove(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let asked = RemoveDatabase { user: visitor.0, id: id_of(&id, "database", DatabaseId)? };
    answered(doors.remove_database.send(asked).await)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The databases your workspaces show to Linkscribe, by title.
#[utoipa::path(get, path = "/api/notion/databases", tag = "databases", params(FindQuery), responses(
    (status = 200, description = "A page of them.", body = VisibleList),
    (status = 404, description = "You have no such connection."),
    (status = 409, description = "No workspace is connected, or it took its access away."),
    (status = 422, description = "The cursor, the limit or the connection cannot be used."),
))]
pub(super) async fn find(
    visitor: Visitor,
    query: web::Query<FindQuery>,
    doors: web::Data<Doors>,
) -> Answered {
    let given = query.connection_id.as_deref();
    let series = Series::of(visitor.0, "/api/notion/databases", &[given]);
    let asked = FindDatabases {
        user: visitor.0,
        connection: id_given(given, "connection_id", ConnectionId)?,
        cursor: series.place(query.cursor.as_deref())?,
        limit: limit(query.limit.as_deref(), USUAL_LIMIT)?,
    };
    let page = answered(doors.find_databases.send(asked).await)?;
    let next = page.next.as_deref().map(|place| series.cursor(place));
    Ok(json(StatusCode::OK, &VisibleList::from(Page { next, ..page })))
}

fn pick(
    database: String,
    data_source: Option<String>,
    connection: Option<&str>,
) -> Result<Pick, crate::domain::refusal::Refusal> {
    Ok(Pick { database, data_source, connection: id_given(connection, "connection_id", ConnectionId)? })
}

fn kept(kept: Kept) -> HttpResponse {
    let status = if kept.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let database = Database::from(kept.shown);
    let mut response = json(status, &database);
    if let Ok(place) = format!("/api/databases/{}", database.id).parse() {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}
