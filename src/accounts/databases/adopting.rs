//! Registers a database a person has, or makes one for them.
//!
//! Everything that can be refused is looked at before anything is written; columns are added only where that
//! was allowed, and a database is registered last, when it is able to work.

use std::time::Duration;

use tracing::warn;

use super::super::Office;
use super::finding::{Opened, described, draft, opened, unless_disconnected};
use super::{checked_keep, checked_texts, chosen, invalid, opened_lists, tag_taken, trimmed, view_of};
use crate::domain::account::{DatabaseView, Kind};
use crate::domain::adopt::{self, Missing, NewColumn, Words};
use crate::domain::entry::{DatabaseId, UserId};
use crate::domain::keepsake::Keep;
use crate::domain::mapping::{self, Choices, Draft, Mapping};
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::messages::{AdoptDatabase, Answer, CreateDatabase, Kept, Pick};
use crate::ports::{DatabaseChange, Described, NewDatabase};

/// Whoever presses twice within this time wants one database.
const PRESSED_TWICE: Duration = Duration::from_mins(5);

/// Registers a database.
pub async fn adopt(office: Office, asked: AdoptDatabase) -> Answer<Kept> {
    let (opened, described) = match described(&office, asked.user, &asked.pick).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let source = described.source.id.clone();
    let known = office.registry.registered(asked.user, &source).await?;
    let tag = trimmed(asked.tag.clone()).or_else(|| {
        known.as_ref().filter(|known| known.kind == asked.kind).and_then(|known| known.tag.clone())
    });
    let given = (asked.instructions.as_deref(), asked.language.as_deref());
    let checked = checked_texts(asked.kind, tag.as_deref(), given.0, given.1)
        .and_then(|()| checked_keep(asked.kind, asked.keep));
    if let Err(refusal) = checked {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = tag_taken(&office, asked.user, tag.as_deref(), Some(&source)).await? {
        return Ok(Err(refusal));
    }
    if asked.kind == Kind::Link && office.registry.watched_by_other(asked.user, &source).await? {
        return Ok(Err(Refusal::WatchedByOther));
    }
    let (described, mut mapping) = match mapped(&office, &asked, &opened, described).await? {
        Ok(mapped) => mapped,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(known) = known.as_ref().filter(|_| asked.open.is_none()) {
        // A list that plays a part by now is none any more.
        let openable = mapping::openable(&mapping, &described.schema);
        let stays = |id: &&String| openable.iter().any(|column| column.id == **id);
        mapping.open = known.mapping.open.iter().filter(stays).cloned().collect();
    } else if let Err(refusal) = opened_lists(&mut mapping, &described.schema, asked.open.as_deref()) {
        return Ok(Err(refusal));
    }
    let wishes = Wishes {
        kind: asked.kind,
        tag,
        instructions: asked.instructions,
        language: asked.language,
        keep: asked.keep,
    };
    keep(&office, asked.user, &opened, &described, mapping, wishes, known).await
}

/// The parts as found, chosen and, where that is allowed, added.
async fn mapped(
    office: &Office,
    asked: &AdoptDatabase,
    opened: &Opened,
    described: Described,
) -> Answer<(Described, Mapping)> {
    let words = Words::of(asked.language.as_deref().or(asked.languages.as_deref()));
    let mut found = draft(office, opened, &described, asked.kind).await?;
    if let Err(refusal) = chosen(&mut found.mapping, &described.schema, asked.kind, &asked.mapping) {
        return Ok(Err(refusal));
    }
    let missing = unchosen(&described, &found, asked, words);
    if asked.add_missing && missing.iter().any(|missing| missing.column.is_some()) {
        return added(office, asked, opened, described, found, &missing).await;
    }
    if missing.iter().any(|missing| missing.necessary) {
        return Ok(Err(Refusal::Missing { missing }));
    }
    Ok(Ok((described, found.mapping)))
}

/// What is missing and was not declined with `null`.
fn unchosen(described: &Described, found: &Draft, asked: &AdoptDatabase, words: &Words) -> Vec<Missing> {
    let mut missing = adopt::missing(&described.schema, found, asked.kind, words);
    missing.retain(|missing| !matches!(asked.mapping.get(&missing.part), Some(None)));
    missing
}

/// Adds the missing columns and reads the database anew.
async fn added(
    office: &Office,
    asked: &AdoptDatabase,
    opened: &Opened,
    described: Described,
    found: Draft,
    missing: &[Missing],
) -> Answer<(Described, Mapping)> {
    let source = described.source.id.clone();
    let columns: Vec<NewColumn> = missing.iter().filter_map(|missing| missing.column.clone()).collect();
    if let Err(refusal) = office.catalogue.add_columns(&opened.access, &source, &columns).await? {
        return Ok(Err(refusal));
    }
    let now = match office.catalogue.describe(&opened.access, &source, None).await? {
        Ok(now) => Described { source: described.source, sources: described.sources, schema: now.schema },
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id_of = |name: &str| {
        let column = now.schema.columns.iter().find(|column| column.name == name);
        column.map(|column| column.id.clone())
    };
    let additions: Choices = missing
        .iter()
        .filter_map(|missing| Some((missing.part, Some(id_of(&missing.column.as_ref()?.name)?))))
        .collect();
    let mut mapping = found.mapping;
    if let Err(refusal) = chosen(&mut mapping, &now.schema, asked.kind, &additions) {
        return Ok(Err(refusal));
    }
    let lacks = |missing: &&Missing| missing.necessary && mapping.column_of(missing.part).is_none();
    if missing.iter().any(|missing| lacks(&missing)) {
        let cause = anyhow::anyhow!("notion does not show the columns that were added yet");
        return Err(Failure::transient(cause));
    }
    Ok(Ok((now, mapping)))
}

/// What the owner said about a database.
struct Wishes {
    kind: Kind,
    tag: Option<String>,
    instructions: Option<String>,
    language: Option<String>,
    keep: Option<Keep>,
}

/// Keeps a database. What was said of it before stays unless it is said anew.
async fn keep(
    office: &Office,
    user: UserId,
    opened: &Opened,
    described: &Described,
    mapping: Mapping,
    wishes: Wishes,
    known: Option<DatabaseView>,
) -> Answer<Kept> {
    let is_new = known.is_none();
    let mut before = (None, None, Keep::None);
    if let Some(known) = known {
        if known.connection_id != opened.connection {
            let change = DatabaseChange { connection: Some(opened.connection), ..DatabaseChange::default() };
            office.registry.change_database(user, known.id, change).await?;
        }
        // What is no link database any more keeps nothing.
        let keep = if wishes.kind == Kind::Link { known.keep } else { Keep::None };
        before = (known.instructions, known.language, keep);
    }
    let new = NewDatabase {
        user,
        connection: opened.connection,
        kind: wishes.kind,
        tag: wishes.tag,
        notion_database: described.source.database.clone(),
        data_source: described.source.id.clone(),
        title: described.source.name.clone(),
        mapping,
        instructions: trimmed(wishes.instructions).or(before.0),
        language: trimmed(wishes.language).or(before.1),
        keep: wishes.keep.unwrap_or(before.2),
    };
    match office.registry.keep_database(new).await? {
        Ok(id) => kept(office, user, id, is_new).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

async fn kept(office: &Office, user: UserId, id: DatabaseId, is_new: bool) -> Answer<Kept> {
    Ok(view_of(office, user, id).await?.map(|shown| Kept { shown, is_new }))
}

/// Makes a link database in one click.
pub async fn create(office: Office, asked: CreateDatabase) -> Answer<Kept> {
    if let Err(refusal) = checked_texts(Kind::Link, None, None, asked.language.as_deref()) {
        return Ok(Err(refusal));
    }
    let opened = match opened(&office, asked.user, asked.connection).await? {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let [opened] = opened.as_slice() else {
        let hint = "You have several workspaces connected: say in which one the database is to be made.";
        return Ok(Err(invalid("connection_id", hint)));
    };
    let words = Words::of(asked.language.as_deref().or(asked.languages.as_deref()));
    if let Some(id) = made_lately(&office, &asked, opened, words).await? {
        return kept(&office, asked.user, id, false).await;
    }
    let making = office.catalogue.create_link_database(&opened.access, &adopt::plan(words)).await;
    let made = match unless_disconnected(making)? {
        Some(Ok(made)) => made,
        Some(Err(refusal)) => return Ok(Err(refusal)),
        None => return Ok(Err(Refusal::Disconnected { workspace: opened.workspace.clone() })),
    };
    let pick = Pick { database: made.id, connection: Some(opened.connection), data_source: None };
    let described = match described(&office, asked.user, &pick).await? {
        Ok((_, described)) => described,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let draft = draft(&office, opened, &described, Kind::Link).await?;
    let mapping = draft.complete().map_err(Failure::bug)?;
    if let Err(failure) = sample(&office, opened, &described, &mapping, words).await {
        warn!(%failure, "a new database stays without its first row");
    }
    let known = office.registry.registered(asked.user, &described.source.id).await?;
    let wishes =
        Wishes { kind: Kind::Link, tag: None, instructions: None, language: asked.language, keep: None };
    keep(&office, asked.user, opened, &described, mapping, wishes, known).await
}

/// The database that was made and registered a moment ago, while Notion still shows it.
async fn made_lately(
    office: &Office,
    asked: &CreateDatabase,
    opened: &Opened,
    words: &Words,
) -> Outcome<Option<DatabaseId>> {
    let now = u64::try_from(office.journal.now().await?).unwrap_or_default();
    let lately = |at: u64| Duration::from_millis(now.saturating_sub(at)) <= PRESSED_TWICE;
    let is_it = |known: &&DatabaseView| {
        let same = known.connection_id == opened.connection && known.title == words.title;
        let made = u64::try_from(known.created_at.timestamp_millis()).unwrap_or_default();
        same && known.kind == Kind::Link && lately(made)
    };
    let known = office.registry.databases_of(asked.user, None, 20).await?;
    let Some(known) = known.iter().find(is_it) else { return Ok(None) };
    let there = office.catalogue.describe(&opened.access, &known.data_source_id, None).await?;
    Ok(there.is_ok().then_some(known.id))
}

/// The first row of a database that has none.
async fn sample(
    office: &Office,
    opened: &Opened,
    described: &Described,
    mapping: &Mapping,
    words: &Words,
) -> Outcome<()> {
    let Some(link) = &office.sample_link else { return Ok(()) };
    let sample = (words.sample, link.as_str());
    office.catalogue.add_sample(&opened.access, &described.source.id, mapping, sample).await
}
