//! Importer: makes the rows of old collections, a few at a time, and queues them behind new links.
//!
//! On a timer it claims the next import that is due. The intent to make a row is stored first, and a row whose
//! making has no known outcome is looked for before it is made: no link gets two rows, none is lost. A third of
//! the requests Notion allows are used, so that entries are not held up; while Notion is out of order it rests.
//! What its owner has to mend pauses an import with the reason.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use super::bench::BackLinks;
use super::desk::Desk;
use crate::domain::backoff;
use crate::domain::entry::{FoundRow, Lane, LinkDatabase};
use crate::domain::import::estimate::ROWS_PER_MINUTE;
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{
    Access, Accounts, Batch, Fate, Fence, Imports, Item, Onward, Registry, Row, RowMaker, Trust,
};

/// Rows in one batch.
const BATCH: u32 = 10;

/// Tries in a row without a known outcome after which its owner is told.
const MOST_STUMBLES: u32 = 10;

/// Rows refused in one batch after which something is wrong with all of them.
const MOST_REFUSED: u32 = 5;

/// The longest pause after a try without a known outcome.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How fast collections are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How often to look for an import that is due.
    pub tick: Duration,
    /// How long a claim lasts behind the last intent.
    pub lease: Duration,
    /// The part of it at the end in which no request may begin: as long as Notion has for an answer, and more.
    pub margin: Duration,
    /// The pause between two batches.
    pub pause: Duration,
    /// How long after an unknown outcome the row is looked for: a query's answer may be some seconds old.
    pub settle: Duration,
    /// Rows in a batch.
    pub batch: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            tick: Duration::from_secs(1),
            lease: Duration::from_secs(90),
            margin: Duration::from_secs(35),
            pause: Duration::from_mins(1) * BATCH / ROWS_PER_MINUTE,
            settle: Duration::from_secs(15),
            batch: BATCH,
        }
    }
}

impl Pace {
    /// The pace of a test, with leases so long.
    pub fn of(lease: Duration) -> Self {
        let (tick, pause, settle) = (lease / 20, lease / 20, lease / 4);
        Self { tick, lease, margin: lease / 3, pause, settle, batch: BATCH }
    }
}

/// What an Importer is made of.
#[derive(Clone)]
pub struct ImporterParts {
    /// Keeps imports.
    pub imports: Arc<dyn Imports>,
    /// Makes rows.
    pub rows: Arc<dyn RowMaker>,
    /// Which databases are registered.
    pub registry: Arc<dyn Registry>,
    /// Who is connected.
    pub accounts: Arc<dyn Accounts>,
    /// What all stages share.
    pub desk: Arc<Desk>,
    /// The name claims are made in.
    pub owner: String,
    /// How fast.
    pub pace: Pace,
    /// Rung when entries were queued.
    pub bell: Arc<Notify>,
    /// The links back.
    pub back: BackLinks,
}

/// Takes collections in.
pub struct Importer {
    parts: ImporterParts,
}

impl Importer {
    /// An Importer that begins when it is started.
    pub fn new(parts: ImporterParts) -> Self {
        Self { parts }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Tick;

impl Actor for Importer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.notify_later(Tick, self.parts.pace.tick);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.parts.back.report_down("Importer");
    }
}

impl Supervised for Importer {}

impl Handler<Tick> for Importer {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Tick, _ctx: &mut Context<Self>) -> Self::Result {
        let parts = self.parts.clone();
        let work = async move { take_in(&parts).await };
        Box::pin(work.into_actor(self).map(|outcome, me, ctx| {
            if let Err(failure) = outcome {
                warn!(error = %failure, "no rows could be made of old collections");
            }
            // Armed after the work, and never by an actor of an older generation.
            if ctx.connected() {
                ctx.notify_later(Tick, me.parts.pace.tick);
            }
        }))
    }
}

/// Makes one batch of rows for each import that is due.
pub async fn take_in(parts: &ImporterParts) -> Outcome<()> {
    let Pace { lease, batch, .. } = parts.pace;
    while !parts.desk.stop.soft.is_cancelled() {
        let Some(claimed) = parts.imports.claim_import(&parts.owner, lease, batch).await? else {
            return Ok(());
        };
        let onward = make_rows(parts, &claimed).await;
        info!(import_id = %claimed.ticket.import, ?onward, "rows of an old collection");
        parts.imports.hand_on(claimed.ticket, &onward).await?;
    }
    Ok(())
}

/// Where the rows of a batch are made.
struct Place {
    database: LinkDatabase,
    access: Access,
}

/// Makes the rows of a batch, until something stands in the way.
async fn make_rows(parts: &ImporterParts, batch: &Batch) -> Onward {
    let place = match place(parts, batch).await {
        Ok(place) => place,
        Err(failure) => return onward(parts, batch, &failure),
    };
    let mut refused = 0;
    for item in &batch.items {
        if parts.desk.stop.soft.is_cancelled() {
            return Onward::After(Duration::ZERO);
        }
        if let Some(blocked) = parts.desk.blocked(&[Party::notion()]).await {
            return Onward::After(blocked.retry_after().unwrap_or(parts.pace.settle));
        }
        match make_row(parts, batch, &place, item).await {
            Ok(true) => refused = 0,
            Ok(false) => refused += 1,
            Err(failure) => return onward(parts, batch, &failure),
        }
        if refused >= MOST_REFUSED {
            return Onward::Paused("Notion refuses these rows. Look at the reasons below.".to_owned());
        }
    }
    parts.bell.notify_one();
    Onward::After(parts.pace.pause)
}

async fn place(parts: &ImporterParts, batch: &Batch) -> Outcome<Place> {
    let gone = |what: &'static str| Failure::permanent(Reason::Disconnected, anyhow::anyhow!(what));
    let database = parts.registry.database(batch.database).await?;
    let database = database.ok_or_else(|| gone("the database is not registered any more"))?;
    let connection = parts.accounts.connection(database.connection).await?;
    let connection = connection.ok_or_else(|| gone("the connection is gone"))?;
    if connection.revoked {
        return Err(gone("the workspace took its access away"));
    }
    Ok(Place { database, access: connection.access })
}

/// Deals with one link; `false` where Notion refuses its row.
async fn make_row(parts: &ImporterParts, batch: &Batch, place: &Place, item: &Item) -> Outcome<bool> {
    let ticket = batch.ticket;
    let asked_at = Instant::now();
    parts.imports.intend(ticket, item.position, parts.pace.lease).await?;
    // Shut before the claim runs out: no request is under way any more when somebody else looks for the row.
    let trusted = parts.pace.lease.saturating_sub(parts.pace.margin);
    let (hand, fence) = Fence::new(Trust::Until(asked_at + trusted));
    let access = place.access.clone().within(fence);
    let asked = tokio::time::timeout(trusted, find_or_make(parts, batch, place, &access, item)).await;
    drop(hand);
    let asked = asked.unwrap_or_else(|_| Err(Failure::outage(anyhow::anyhow!("making a row took too long"))));
    let fate = match asked {
        Ok((row, true)) => {
            queue(parts, place, &row, &item.link).await?;
            Fate::Made(row.page)
        }
        Ok((row, false)) => Fate::Stood(row.page),
        Err(failure) if is_refusal(&failure) => {
            warn!(import_id = %ticket.import, error = %failure, "notion refuses a row");
            Fate::Failed("Notion refuses this row.".to_owned())
        }
        Err(failure) => {
            // A limit: certainly nothing was made. What had no known outcome before has none now.
            if made_nothing(&failure) && !item.was_intended {
                parts.imports.settle(ticket, item.position, &Fate::Planned).await?;
            }
            return Err(failure);
        }
    };
    parts.imports.settle(ticket, item.position, &fate).await?;
    Ok(!matches!(fate, Fate::Failed(_)))
}

/// The row of a link, and whether it is ours.
async fn find_or_make(
    parts: &ImporterParts,
    batch: &Batch,
    place: &Place,
    access: &Access,
    item: &Item,
) -> Outcome<(Row, bool)> {
    let (source, mapping) = (&place.database.data_source, &place.database.mapping);
    if item.was_intended || batch.look_first {
        let looking = parts.rows.find_row(access, source, mapping, &item.link);
        if let Some(row) = parts.desk.ask_freely(&Party::notion(), looking).await? {
            return Ok((row, item.was_intended));
        }
    }
    let making = parts.rows.add_row(access, source, mapping, &item.link, item.title.as_deref());
    Ok((parts.desk.ask_freely(&Party::notion(), making).await?, true))
}

/// Queues a row behind new links at once, also where a poll saw it first.
async fn queue(parts: &ImporterParts, place: &Place, row: &Row, link: &str) -> Outcome<()> {
    let journal = &parts.desk.journal;
    let looked_at = journal.now().await?;
    let link = row.link.clone().unwrap_or_else(|| link.to_owned());
    let found = FoundRow { database: place.database.id, page: row.page.clone(), link, lane: Lane::Backlog };
    journal.enqueue(&found, looked_at).await?;
    journal.put_behind(found.database, &found.page).await
}

/// How an import goes on after a failure.
fn onward(parts: &ImporterParts, batch: &Batch, failure: &Failure) -> Onward {
    warn!(import_id = %batch.ticket.import, error = %failure, "an import was held up");
    match &failure.kind {
        Kind::Permanent(reason) => Onward::Paused(pause_sentence(*reason)),
        Kind::Stale => Onward::After(Duration::ZERO),
        Kind::Wait { retry_after } if made_nothing(failure) => {
            Onward::After(retry_after.unwrap_or(parts.pace.settle).max(parts.pace.pause))
        }
        _ if batch.stumbles >= MOST_STUMBLES => Onward::Paused(
            "Notion gives no clear answer. Nothing is lost, and no row is made twice: let it go on later."
                .to_owned(),
        ),
        _ => {
            let pause = backoff::doubling(parts.pace.settle, batch.stumbles, LONGEST_PAUSE);
            Onward::Stumbled(pause.max(failure.retry_after().unwrap_or_default()))
        }
    }
}

/// Why an import rests, and what its owner can do.
fn pause_sentence(reason: Reason) -> String {
    match reason {
        Reason::Disconnected => {
            "The workspace took its access away. Connect it again, then let the import go on.".to_owned()
        }
        Reason::SchemaChanged => {
            "A column of the database was removed or changed. Put it back in Notion, or \
                                  choose another one for it, then let the import go on."
                .to_owned()
        }
        Reason::RowGone => "Notion no longer shows the database to Linkscribe. Share it again, then let the \
                            import go on."
            .to_owned(),
        other => other.sentence().to_owned(),
    }
}

/// Whether a failure says that certainly nothing was made: a limit of Notion or of our own budget. A party that
/// is out of order waits as well, with a word about it.
fn made_nothing(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Wait { .. }) && failure.waiting.is_none()
}

/// Whether this one row is refused: a request Notion understands and does not take.
fn is_refusal(failure: &Failure) -> bool {
    match failure.kind {
        Kind::Bug => true,
        Kind::Permanent(reason) => {
            !matches!(reason, Reason::Disconnected | Reason::SchemaChanged | Reason::RowGone)
        }
        _ => false,
    }
}
