//! Connected workspaces, and the page a person meets who has just connected one.

use actix_web::web;
use askama::Template;

use super::{Answered, Shell, moment, see, shown};
use crate::domain::entry::ConnectionId;
use crate::domain::refusal::Refusal;
use crate::http::problem::answered;
use crate::http::visitor::Visitor;
use crate::messages::{Disconnect, Doors, ListConnections, ListDatabases};

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    shell: Shell,
    workspaces: Vec<Workspace>,
}

struct Workspace {
    id: ConnectionId,
    name: String,
}

#[derive(Template)]
#[template(path = "connections.html")]
struct Connections {
    shell: Shell,
    connections: Vec<Connection>,
}

struct Connection {
    id: ConnectionId,
    name: String,
    since: String,
    revoked: bool,
    databases: String,
}

/// What a browser asks that was just sent here by the sign-in.
#[derive(serde::Deserialize)]
pub(super) struct Arrival {
    signed_in: Option<String>,
}

/// `GET /start`: make a database or choose one. Who has one already and has just signed in goes to their links.
pub(super) async fn start(visitor: Visitor, asked: web::Query<Arrival>, doors: web::Data<Doors>) -> Answered {
    let user = visitor.0;
    if asked.signed_in.is_some() {
        let first = ListDatabases { user, cursor: None, limit: 1 };
        if !answered(doors.list_databases.send(first).await)?.items.is_empty() {
            return Ok(see("/entries"));
        }
    }
    let all = answered(doors.connections.send(ListConnections { user }).await)?;
    let open = all.into_iter().filter(|connection| connection.revoked_at.is_none());
    let workspaces = open.map(|open| Workspace { id: open.id, name: open.workspace }).collect();
    Ok(shown(&Start { shell: Shell::at("databases"), workspaces }))
}

/// `GET /connections`.
pub(super) async fn list(visitor: Visitor, doors: web::Data<Doors>) -> Answered {
    let all = answered(doors.connections.send(ListConnections { user: visitor.0 }).await)?;
    let connections = all.into_iter().map(|view| Connection {
        id: view.id,
        name: view.workspace,
        since: moment(view.connected_at),
        revoked: view.revoked_at.is_some(),
        databases: match view.databases {
            0 => "no database".to_owned(),
            1 => "one database".to_owned(),
            many => format!("{many} databases"),
        },
    });
    Ok(shown(&Connections { shell: Shell::at("connections"), connections: connections.collect() }))
}

/// `POST /connections/{id}/disconnect`.
pub(super) async fn disconnect(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let unknown = |_| Refusal::NotFound { what: "connection" };
    let connection = ConnectionId(id.parse().map_err(unknown)?);
    answered(doors.disconnect.send(Disconnect { user: visitor.0, connection }).await)?;
    Ok(see("/connections"))
}
