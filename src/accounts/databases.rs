//! Registers databases: finds the data source, proposes which column plays which part, keeps it.

use super::Office;
use crate::domain::account::Kind;
use crate::domain::entry::ConnectionId;
use crate::domain::mapping::{self, Mapping};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::messages::{Register, Registered};
use crate::ports::{Access, DataSourceRef, NewConnection, NewDatabase, Tokens};

/// Registers a link database: checks the token, finds the data source, proposes the mapping, keeps both.
pub async fn register(office: Office, request: Register) -> Outcome<Registered> {
    let Office { accounts, registry, workspace, .. } = &office;
    // The connection has no id before it is kept; requests made meanwhile share one budget.
    let access = Access::new(ConnectionId::default(), request.token.clone());
    let who = workspace.whoami(&access).await?;
    let source = only_data_source(workspace.data_sources(&access, &request.database).await?)?;
    let schema = workspace.schema(&access, &source.id).await?;
    let mapping =
        mapping::propose(&schema).map_err(|problem| Failure::permanent(Reason::SchemaChanged, problem))?;
    let parts =
        named_parts(&mapping, |id| schema.column(id).map(|column| column.name.clone()).unwrap_or_default());
    let new = NewConnection {
        person: format!("integration:{}", who.bot),
        bot: who.bot,
        workspace_id: String::new(),
        workspace: who.workspace.clone(),
        tokens: Tokens { access: request.token, refresh: None },
    };
    let (user, connection) = accounts.keep_connection(new).await?;
    let title = if schema.title.is_empty() { source.name } else { schema.title };
    let database = NewDatabase {
        user,
        connection,
        kind: Kind::Link,
        tag: None,
        notion_database: source.database,
        data_source: source.id,
        title: title.clone(),
        mapping,
        instructions: request.instructions,
        language: request.language,
    };
    let id = registry.keep_database(database).await?;
    Ok(Registered { id, workspace: who.workspace, title, parts })
}

/// A database with several data sources needs its owner's choice.
fn only_data_source(mut sources: Vec<DataSourceRef>) -> Outcome<DataSourceRef> {
    match (sources.pop(), sources.len()) {
        (Some(source), 0) => Ok(source),
        (None, _) => {
            Err(Failure::permanent(Reason::RowGone, anyhow::anyhow!("the database has no data source")))
        }
        (Some(last), _) => {
            let names =
                sources.iter().chain([&last]).map(|source| format!("`{}` ({})", source.name, source.id));
            let names = names.collect::<Vec<_>>().join(", ");
            Err(Failure::permanent(
                Reason::SchemaChanged,
                anyhow::anyhow!(
                    "the database has several data sources: {names}; register the id of one of them"
                ),
            ))
        }
    }
}

fn named_parts(mapping: &Mapping, name_of: impl Fn(&str) -> String) -> Vec<(&'static str, String)> {
    let mut parts = vec![
        ("link", name_of(&mapping.link)),
        ("status", name_of(&mapping.status.id)),
        ("title", name_of(&mapping.title)),
    ];
    parts.extend(mapping.reason.as_deref().map(|id| ("reason", name_of(id))));
    parts
}
