//! Which databases a user's workspaces show, and what would be watched in one of them. Writes nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::Office;
use super::invalid;
use crate::domain::account::Kind;
use crate::domain::adopt::{self, Words};
use crate::domain::entry::{ConnectionId, UserId};
use crate::domain::mapping::{self, Draft, Part, Usage};
use crate::domain::reason::Reason;
use crate::domain::refusal::{Choice, Refusal};
use crate::failure::{self, Failure, Outcome};
use crate::messages::{Answer, FindDatabases, Found, Page, Pick, Proposal, ProposeMapping};
use crate::ports::{Access, Described};

/// A user's connection that Notion lets in.
pub(super) struct Opened {
    /// Our id of it.
    pub(super) connection: ConnectionId,
    /// The workspace's name.
    pub(super) workspace: String,
    /// What opens it.
    pub(super) access: Access,
}

/// A user's open connections, or the one that is wanted.
pub(super) async fn opened(
    office: &Office,
    user: UserId,
    wanted: Option<ConnectionId>,
) -> Answer<Vec<Opened>> {
    let mut all = office.accounts.connections(user).await?;
    if let Some(wanted) = wanted {
        all.retain(|connection| connection.id == wanted);
        if all.is_empty() {
            return Ok(Err(Refusal::NotFound { what: "connection" }));
        }
    }
    let Some(first) = all.first().map(|connection| connection.workspace.clone()) else {
        return Ok(Err(Refusal::NotConnected));
    };
    let mut opened = Vec::new();
    for known in all.into_iter().filter(|connection| connection.revoked_at.is_none()) {
        let (connection, workspace) = (known.id, known.workspace);
        if let Some(Some(access)) = unless_disconnected(office.access(user, connection).await)? {
            opened.push(Opened { connection, workspace, access });
        }
    }
    Ok(if opened.is_empty() { Err(Refusal::Disconnected { workspace: first }) } else { Ok(opened) })
}

/// `None` where Notion does not let the connection in any more.
pub(super) fn unless_disconnected<T>(answer: Outcome<T>) -> Outcome<Option<T>> {
    match answer {
        Err(Failure { kind: failure::Kind::Permanent(Reason::Disconnected), .. }) => Ok(None),
        answer => answer.map(Some),
    }
}

/// The database somebody points at, in the first of their connections that shows it.
pub(super) async fn described(office: &Office, user: UserId, pick: &Pick) -> Answer<(Opened, Described)> {
    let opened = match opened(office, user, pick.connection).await? {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut refusal = None;
    for one in opened {
        let asking = office.catalogue.describe(&one.access, &pick.database, pick.data_source.as_deref());
        match unless_disconnected(asking.await)? {
            Some(Ok(described)) => return Ok(Ok((one, described))),
            Some(Err(Refusal::NotShared)) => refusal = Some(Refusal::NotShared),
            Some(Err(other)) => return Ok(Err(other)),
            None => {
                refusal.get_or_insert(Refusal::Disconnected { workspace: one.workspace });
            }
        }
    }
    Ok(Err(refusal.unwrap_or(Refusal::NotShared)))
}

/// The databases of a user's workspaces by title.
pub async fn find(office: Office, asked: FindDatabases) -> Answer<Page<Found>> {
    let Ok(after) = asked.cursor.as_deref().map(decoded).transpose() else {
        return Ok(Err(invalid("cursor", "Take it from `next_cursor` of the page before.")));
    };
    let opened = match opened(&office, asked.user, asked.connection).await? {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let registered = office.registry.databases_of(asked.user, None, u32::MAX).await?;
    let id_of = |source: &str| registered.iter().find(|one| one.data_source_id == source).map(|one| one.id);
    let (mut items, mut closed) = (Vec::new(), None);
    for one in opened {
        let Some(sources) = unless_disconnected(office.catalogue.visible(&one.access).await)? else {
            closed = Some(Refusal::Disconnected { workspace: one.workspace });
            continue;
        };
        items.extend(sources.into_iter().map(|source| Found {
            connection: one.connection,
            registered: id_of(&source.id),
            database: source.database,
            data_source: source.id,
            title: source.name,
        }));
    }
    if let (true, Some(refusal)) = (items.is_empty(), closed) {
        return Ok(Err(refusal));
    }
    Ok(Ok(page(items, after.as_deref(), asked.limit)))
}

/// One page of all that was found. What two connections show is listed once.
fn page(mut items: Vec<Found>, after: Option<&str>, limit: u32) -> Page<Found> {
    items.sort_by_cached_key(key);
    items.dedup_by(|one, other| one.data_source == other.data_source);
    items.retain(|item| after.is_none_or(|after| key(item).as_str() > after));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Page { items, next }
}

/// What the list is sorted by, which a cursor remembers.
fn key(found: &Found) -> String {
    format!("{}\u{0}{}", found.title.to_lowercase(), found.data_source)
}

fn decoded(cursor: &str) -> Result<String, ()> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(drop)?;
    String::from_utf8(bytes).map_err(drop)
}

/// What would be watched.
pub async fn propose(office: Office, asked: ProposeMapping) -> Answer<Proposal> {
    let (opened, described) = match described(&office, asked.user, &asked.pick).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let draft = draft(&office, &opened, &described, asked.kind).await?;
    let words = Words::of(asked.languages.as_deref());
    let missing = adopt::missing(&described.schema, &draft, asked.kind, words);
    let registered = office.registry.registered(asked.user, &described.source.id).await?;
    Ok(Ok(Proposal {
        connection: opened.connection,
        database: described.source.database,
        data_source: described.source.id,
        data_sources: choices(&described.sources),
        title: described.source.name,
        kind: asked.kind,
        registered: registered.map(|view| view.id),
        mapping: draft.mapping,
        schema: described.schema,
        missing,
    }))
}

fn choices(sources: &[crate::ports::DataSourceRef]) -> Vec<Choice> {
    sources.iter().map(|source| Choice { id: source.id.clone(), name: source.name.clone() }).collect()
}

/// The parts found in a database. Its rows are looked at where several columns could hold the links.
pub(super) async fn draft(
    office: &Office,
    opened: &Opened,
    described: &Described,
    kind: Kind,
) -> Outcome<Draft> {
    let schema = &described.schema;
    let several = mapping::candidates(schema, Part::Link).len() > 1;
    let usage = match kind {
        Kind::Link if several => office.catalogue.usage(&opened.access, &described.source.id).await?,
        _ => Usage::default(),
    };
    let found = mapping::draft(schema, &usage);
    Ok(match kind {
        Kind::Link => found,
        Kind::Content => Draft { mapping: super::of_content(found.mapping), no_status: None },
    })
}
