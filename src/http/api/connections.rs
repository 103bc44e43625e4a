//! Connected workspaces over HTTP: listed, given up.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::paging::{PageQuery, Series, limit};
use super::{Route, USUAL_LIMIT, id_of, json};
use crate::domain::account::ConnectionView;
use crate::domain::entry::ConnectionId;
use crate::http::Visitor;
use crate::http::problem::{Problem, answered};
use crate::messages::{Disconnect, Doors, ListConnections};

/// The routes of this file.
pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::GET, path: "/api/connections", handler: || web::to(list) },
    Route { method: Method::DELETE, path: "/api/connections/{id}", handler: || web::to(disconnect) },
];

/// A connected workspace.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Connection {
    /// Its id.
    id: uuid::Uuid,
    /// The workspace's name.
    workspace: String,
    /// Since when it has been connected.
    connected_at: chrono::DateTime<chrono::Utc>,
    /// Since when Notion refuses it; its databases are paused until it is connected again.
    revoked_at: Option<chrono::DateTime<chrono::Utc>>,
    /// How many databases are registered through it.
    databases: u64,
}

/// A page of your connected workspaces.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ConnectionList {
    /// Oldest first.
    items: Vec<Connection>,
    /// Leads to the next page; null on the last one.
    next_cursor: Option<String>,
}

impl From<ConnectionView> for Connection {
    fn from(view: ConnectionView) -> Self {
        Self {
            id: view.id.0,
            workspace: view.workspace,
            connected_at: view.connected_at,
            revoked_at: view.revoked_at,
            databases: view.databases,
        }
    }
}

/// Your connected workspaces, oldest first.
#[utoipa::path(get, path = "/api/connections", tag = "connections", params(PageQuery), responses(
    (status = 200, description = "A page of them.", body = ConnectionList),
    (status = 422, description = "The cursor or the limit cannot be used."),
))]
pub(super) async fn list(
    visitor: Visitor,
    query: web::Query<PageQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let series = Series::of(visitor.0, "/api/connections", &[]);
    let after = series.id(query.cursor.as_deref(), ConnectionId)?;
    let limit = limit(query.limit.as_deref(), USUAL_LIMIT)?;
    // Nobody has so many that reading all of them costs anything.
    let all = answered(doors.connections.send(ListConnections { user: visitor.0 }).await)?;
    let mut left = all.into_iter().skip_while(|view| after.is_some_and(|after| view.id <= after));
    let items: Vec<_> = (0..limit).zip(left.by_ref()).map(|(_, view)| Connection::from(view)).collect();
    let last = items.last().filter(|_| left.next().is_some());
    let next_cursor = last.map(|last| series.cursor(&last.id.to_string()));
    Ok(json(StatusCode::OK, &ConnectionList { items, next_cursor }))
}

/// Gives a workspace up: its databases and entries are removed here, nothing is changed in Notion.
#[utoipa::path(delete, path = "/api/connections/{id}", tag = "connections",
    params(("id" = uuid::Uuid, Path, description = "The connection's id.")),
    responses(
        (status = 204, description = "It is gone."),
    )
)]
pub(super) async fn disconnect(
    visitor: Visitor,
    id: web::Path<String>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let connection = id_of(&id, "connection", ConnectionId)?;
    answered(doors.disconnect.send(Disconnect { user: visitor.0, connection }).await)?;
    Ok(HttpResponse::NoContent().finish())
}
