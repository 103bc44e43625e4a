//! Http: answers the requests of people and probes that need more than a page: readiness, registration.
//!
//! Takes typed messages from the routes and from the command line; gives answers or a failure whose
//! reason a person understands. Holds no state of its own.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use secrecy::SecretString;

use crate::domain::entry::{ConnectionId, DatabaseId, EntryView, LinkDatabase};
use crate::domain::mapping::{self, Mapping};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::messages::{AskReadiness, LookUp, Readiness};
use crate::ports::{Access, DataSourceRef, Journal, NewConnection, Registry, Workspace};

/// How long the journal and the overseer may take to answer a readiness probe.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// Answers requests.
pub struct Http {
    /// Who is connected.
    pub registry: Arc<dyn Registry>,
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// The truth about entries.
    pub journal: Arc<dyn Journal>,
    /// Knows whether the chain stands.
    pub overseer: Recipient<AskReadiness>,
}

/// Register a link database with an integration token.
#[derive(Debug, Clone, Message)]
#[rtype(result = "Outcome<Registered>")]
pub struct Register {
    /// The integration's token.
    pub token: SecretString,
    /// The database's id or its address, as people copy it.
    pub database: String,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language the owner wants prose in.
    pub language: Option<String>,
}

/// A registered database.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// Our id of it.
    pub id: DatabaseId,
    /// The workspace's name.
    pub workspace: String,
    /// The database's title.
    pub title: String,
    /// Which column plays which part, by name: (part, column).
    pub parts: Vec<(&'static str, String)>,
}

impl Actor for Http {
    type Context = Context<Self>;
}

impl Supervised for Http {}

impl Handler<AskReadiness> for Http {
    type Result = ResponseFuture<Readiness>;

    fn handle(&mut self, _: AskReadiness, _ctx: &mut Context<Self>) -> Self::Result {
        let (journal, overseer) = (Arc::clone(&self.journal), self.overseer.clone());
        Box::pin(async move { readiness(&*journal, &overseer).await })
    }
}

impl Handler<Register> for Http {
    type Result = ResponseFuture<Outcome<Registered>>;

    fn handle(&mut self, request: Register, _ctx: &mut Context<Self>) -> Self::Result {
        let (workspace, registry) = (Arc::clone(&self.workspace), Arc::clone(&self.registry));
        Box::pin(async move { register(&*workspace, &*registry, request).await })
    }
}

impl Handler<LookUp> for Http {
    type Result = ResponseFuture<Outcome<Option<EntryView>>>;

    fn handle(&mut self, wanted: LookUp, _ctx: &mut Context<Self>) -> Self::Result {
        let journal = Arc::clone(&self.journal);
        Box::pin(async move { journal.entry(wanted.entry).await })
    }
}

/// Ready means: the journal answers and the chain stands.
async fn readiness(journal: &dyn Journal, overseer: &Recipient<AskReadiness>) -> Readiness {
    match tokio::time::timeout(PROBE_LIMIT, journal.now()).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) => return Readiness::NotReady("the database does not answer".to_owned()),
        Err(_) => return Readiness::NotReady("the database is slow".to_owned()),
    }
    match tokio::time::timeout(PROBE_LIMIT, overseer.send(AskReadiness)).await {
        Ok(Ok(readiness)) => readiness,
        Ok(Err(_)) | Err(_) => Readiness::NotReady("the chain does not answer".to_owned()),
    }
}

/// Registers a link database: checks the token, finds the data source, proposes the mapping, keeps both.
pub async fn register(
    workspace: &dyn Workspace,
    registry: &dyn Registry,
    request: Register,
) -> Outcome<Registered> {
    // The connection has no id before it is kept; requests made meanwhile share one budget.
    let access = Access::new(ConnectionId::default(), request.token.clone());
    let who = workspace.whoami(&access).await?;
    let source = only_data_source(workspace.data_sources(&access, &request.database).await?)?;
    let schema = workspace.schema(&access, &source.id).await?;
    let mapping =
        mapping::propose(&schema).map_err(|problem| Failure::permanent(Reason::SchemaChanged, problem))?;
    let parts =
        named_parts(&mapping, |id| schema.column(id).map(|column| column.name.clone()).unwrap_or_default());
    let new = NewConnection { workspace: who.workspace.clone(), owner: who.bot, token: request.token };
    let connection = registry.keep_connection(new).await?;
    let title = if schema.title.is_empty() { source.name } else { schema.title };
    let database = LinkDatabase {
        id: DatabaseId::new(),
        connection,
        notion_database: source.database,
        data_source: source.id,
        title: title.clone(),
        mapping,
        instructions: request.instructions,
        language: request.language,
        registered_at: None,
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
