//! Registered databases: listed, looked at, changed, removed; and registered from the command line.
//!
//! `finding` says which databases there are, `adopting` registers or makes one. What a person can mend is a
//! refusal in words; what nobody can tell right now is a failure.

mod adopting;
mod finding;

use std::time::Duration;

pub use self::adopting::{adopt, create};
pub use self::finding::{find, propose};
use super::Office;
use crate::domain::account::{DatabaseView, Kind, Trouble};
use crate::domain::entry::{ConnectionId, DatabaseId, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::mapping::{self, Choices, Mapping, Part, Usage};
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::domain::schema::Schema;
use crate::failure::{self, Failure, Outcome};
use crate::messages::{
    Answer, ChangeDatabase, ListDatabases, Page, Register, Registered, RemoveDatabase, Shown, ViewDatabase,
};
use crate::ports::{Access, Accounts, DataSourceRef, DatabaseChange, NewConnection, NewDatabase, Tokens};

/// How long a page waits for the names of columns before it shows their ids.
const NAMES_LIMIT: Duration = Duration::from_secs(5);

/// The longest tag, in characters: an option of a select column has no longer name.
const TAG_LETTERS: usize = 100;

/// The longest instructions, in characters; they are part of every question to the model.
const INSTRUCTION_LETTERS: usize = 4_000;

/// The longest language tag (BCP 47 recommends room for 35 letters).
const LANGUAGE_LETTERS: usize = 35;

/// A user's databases, newest first.
pub async fn list(office: Office, asked: ListDatabases) -> Answer<Page<DatabaseView>> {
    let after = match asked.cursor.as_deref().map(str::parse) {
        None => None,
        Some(Ok(id)) => Some(DatabaseId(id)),
        Some(Err(_)) => return Ok(Err(invalid("cursor", "Take it from `next_cursor` of the page before."))),
    };
    let mut items = office.registry.databases_of(asked.user, after, asked.limit.saturating_add(1)).await?;
    let wanted = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let is_more = items.len() > wanted;
    items.truncate(wanted);
    let next = items.last().filter(|_| is_more).map(|last| last.id.to_string());
    Ok(Ok(Page { items, next }))
}

/// A database with its columns as of now.
pub async fn view(office: Office, asked: ViewDatabase) -> Answer<Shown> {
    match office.registry.database_of(asked.user, asked.id).await? {
        Some(view) => Ok(Ok(shown(&office, view).await)),
        None => Ok(Err(Refusal::NotFound { what: "database" })),
    }
}

/// Adds what Notion says of the columns now.
async fn shown(office: &Office, mut view: DatabaseView) -> Shown {
    let asking = async {
        let access = office.access(view.user, view.connection_id).await?;
        let access =
            access.ok_or_else(|| Failure::bug(anyhow::anyhow!("a database without a connection")))?;
        office.workspace.schema(&access, &view.data_source_id).await
    };
    let schema = match tokio::time::timeout(NAMES_LIMIT, asking).await {
        // No column is to blame for that.
        Ok(Ok(schema)) if view.trouble == Some(Trouble::WatchedByOther) => Some(schema),
        Ok(Ok(schema)) => {
            view.trouble = mapping::drift(&schema, &view.mapping);
            Some(schema)
        }
        Ok(Err(Failure { kind: failure::Kind::Permanent(Reason::RowGone), .. })) => {
            view.trouble = Some(Trouble::NotReached);
            None
        }
        Ok(Err(failure)) => {
            tracing::debug!(%failure, "the columns of a database are shown by id");
            None
        }
        Err(_) => None,
    };
    Shown { view, schema }
}

/// Changes what is kept of a database.
pub async fn change(office: Office, asked: ChangeDatabase) -> Answer<Shown> {
    let Some(view) = office.registry.database_of(asked.user, asked.id).await? else {
        return Ok(Err(Refusal::NotFound { what: "database" }));
    };
    let tag = asked.tag.clone().unwrap_or_else(|| view.tag.clone());
    let instructions = asked.instructions.as_ref().and_then(Option::as_deref);
    let language = asked.language.as_ref().and_then(Option::as_deref);
    let checked = checked_texts(view.kind, tag.as_deref(), instructions, language)
        .and_then(|()| checked_keep(view.kind, asked.keep));
    if let Err(refusal) = checked {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = tag_taken(&office, asked.user, tag.as_deref(), Some(&view.data_source_id)).await? {
        return Ok(Err(refusal));
    }
    let mapping = match remapped(&office, &view, &asked).await? {
        Ok(mapping) => mapping,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let change = DatabaseChange {
        connection: None,
        tag: asked.tag.map(trimmed),
        mapping,
        instructions: asked.instructions.map(trimmed),
        language: asked.language.map(trimmed),
        keep: asked.keep,
    };
    if !office.registry.change_database(asked.user, asked.id, change).await? {
        return Ok(Err(Refusal::NotFound { what: "database" }));
    }
    view_of(&office, asked.user, asked.id).await
}

async fn view_of(office: &Office, user: UserId, id: DatabaseId) -> Answer<Shown> {
    view(office.clone(), ViewDatabase { user, id }).await
}

/// The mapping with the owner's choices in it; `None` where there are none.
async fn remapped(office: &Office, view: &DatabaseView, asked: &ChangeDatabase) -> Answer<Option<Mapping>> {
    if asked.mapping.is_empty() && asked.open.is_none() {
        return Ok(Ok(None));
    }
    let opened = match finding::opened(office, view.user, Some(view.connection_id)).await? {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(opened) = opened.first() else { return Ok(Err(Refusal::NotConnected)) };
    let described = match office.catalogue.describe(&opened.access, &view.data_source_id, None).await? {
        Ok(described) => described,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut mapping = view.mapping.clone();
    let done = chosen(&mut mapping, &described.schema, view.kind, &asked.mapping)
        .and_then(|()| opened_lists(&mut mapping, &described.schema, asked.open.as_deref()));
    Ok(done.map(|()| Some(mapping)))
}

/// Opens the lists an owner names, where they name any.
fn opened_lists(mapping: &mut Mapping, schema: &Schema, open: Option<&[String]>) -> Result<(), Refusal> {
    let Some(open) = open else { return Ok(()) };
    mapping::open(mapping, schema, open).map_err(|problem| invalid("mapping", problem.to_string()))
}

/// Puts an owner's choices into a mapping.
fn chosen(mapping: &mut Mapping, schema: &Schema, kind: Kind, choices: &Choices) -> Result<(), Refusal> {
    if let Some(odd) = choices.keys().find(|part| !Part::of(kind).contains(part)) {
        return Err(invalid("mapping", format!("A database of this kind has no part `{}`.", odd.name())));
    }
    mapping::apply(mapping, schema, choices).map_err(|problem| invalid("mapping", problem.to_string()))
}

/// Forgets a database and its entries.
pub async fn remove(office: Office, asked: RemoveDatabase) -> Answer<()> {
    let removed = office.registry.remove_database(asked.user, asked.id).await?;
    Ok(if removed { Ok(()) } else { Err(Refusal::NotFound { what: "database" }) })
}

fn invalid(field: &'static str, hint: impl Into<String>) -> Refusal {
    Refusal::Invalid { field, hint: hint.into() }
}

fn trimmed(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What people type, checked.
fn checked_texts(
    kind: Kind,
    tag: Option<&str>,
    instructions: Option<&str>,
    language: Option<&str>,
) -> Result<(), Refusal> {
    let tag = tag.map(str::trim).filter(|tag| !tag.is_empty());
    match (kind, tag) {
        (Kind::Link, Some(_)) => {
            return Err(invalid("tag", "A tag leads to a content database; a link database has none."));
        }
        (Kind::Content, None) => {
            return Err(invalid("tag", "Give the content database a tag: links with it are put there."));
        }
        (Kind::Content, Some(tag)) if tag.contains(',') || tag.chars().count() > TAG_LETTERS => {
            let hint = format!("A tag has no comma and at most {TAG_LETTERS} characters.");
            return Err(invalid("tag", hint));
        }
        _ => {}
    }
    if instructions.is_some_and(|text| text.chars().count() > INSTRUCTION_LETTERS) {
        return Err(invalid("instructions", format!("Use at most {INSTRUCTION_LETTERS} characters.")));
    }
    let is_tag = |text: &str| {
        let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        text.len() <= LANGUAGE_LETTERS && letters
    };
    if language.is_some_and(|text| !is_tag(text.trim())) {
        return Err(invalid("language", "Write it as `en`, `de` or `pt-BR`."));
    }
    Ok(())
}

/// Videos are kept on the page of their row, and so at the wish of whose links are saved there.
fn checked_keep(kind: Kind, keep: Option<Keep>) -> Result<(), Refusal> {
    let is_elsewhere = kind == Kind::Content && keep.is_some_and(|keep| keep != Keep::None);
    let hint = "A video is kept on the page of its row: say it of the link database.";
    if is_elsewhere { Err(invalid("keep", hint)) } else { Ok(()) }
}

/// Whether another content database of the user has the tag, however it is spelled.
async fn tag_taken(
    office: &Office,
    user: UserId,
    tag: Option<&str>,
    of: Option<&str>,
) -> Outcome<Option<Refusal>> {
    let Some(tag) = tag.map(str::trim) else { return Ok(None) };
    let all = office.registry.databases_of(user, None, u32::MAX).await?;
    let same = |known: &DatabaseView| {
        let known_tag = known.tag.as_deref().map(str::to_lowercase);
        known_tag.as_deref() == Some(tag.to_lowercase().as_str()) && Some(known.data_source_id.as_str()) != of
    };
    Ok(all.iter().any(same).then(|| Refusal::TagTaken { tag: tag.to_owned() }))
}

/// Registers a link database: checks the token, finds the data source, proposes the mapping, keeps both.
pub async fn register(office: Office, request: Register) -> Answer<Registered> {
    let Office { accounts, registry, workspace, .. } = &office;
    // The connection has no id before it is kept; requests made meanwhile share one budget.
    let access = Access::new(ConnectionId::default(), request.token.clone());
    let who = workspace.whoami(&access).await?;
    let source = only_data_source(workspace.data_sources(&access, &request.database).await?)?;
    let schema = workspace.schema(&access, &source.id).await?;
    let kind = if request.tag.is_some() { Kind::Content } else { Kind::Link };
    let (tag, wishes) = (request.tag, (request.instructions.as_deref(), request.language.as_deref()));
    let checked = checked_texts(kind, tag.as_deref(), wishes.0, wishes.1)
        .and_then(|()| checked_keep(kind, Some(request.keep)));
    if let Err(refusal) = checked {
        return Ok(Err(refusal));
    }
    let mapping = match kind {
        Kind::Link => mapping::propose(&schema),
        Kind::Content => Ok(of_content(mapping::draft(&schema, &Usage::default()).mapping)),
    };
    let mapping = mapping.map_err(|problem| Failure::permanent(Reason::SchemaChanged, problem))?;
    let parts =
        named_parts(&mapping, |id| schema.column(id).map(|column| column.name.clone()).unwrap_or_default());
    let new = NewConnection {
        person: format!("integration:{}", who.bot),
        bot: who.bot,
        workspace_id: who.workspace_id,
        workspace: who.workspace.clone(),
        tokens: Tokens { access: request.token, refresh: None },
    };
    let (user, connection) = accounts.keep_connection(new).await?;
    let title = if schema.title.is_empty() { source.name } else { schema.title };
    let database = NewDatabase {
        user,
        connection,
        kind,
        tag: trimmed(tag),
        notion_database: source.database,
        data_source: source.id,
        title: title.clone(),
        mapping,
        instructions: request.instructions,
        language: request.language,
        keep: request.keep,
    };
    match registry.keep_database(database).await? {
        Ok(id) => Ok(Ok(Registered { id, workspace: who.workspace, title, parts })),
        Err(refusal) => {
            forget_unused(&**accounts, user, connection).await?;
            Ok(Err(refusal))
        }
    }
}

/// No token is kept for nothing.
async fn forget_unused(accounts: &dyn Accounts, user: UserId, connection: ConnectionId) -> Outcome<()> {
    let known = accounts.connections(user).await?;
    if known.iter().any(|known| known.id == connection && known.databases == 0) {
        accounts.remove_connection(user, connection).await?;
    }
    Ok(())
}

/// What counts of a content database.
fn of_content(found: Mapping) -> Mapping {
    Mapping { title: found.title, ..Mapping::default() }
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
