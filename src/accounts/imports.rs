//! Old collections that are taken in: looked at first, begun after a yes.
//!
//! Takes a platform's export as a file; gives what is in it and what it would add to a link database. Rows are
//! made by the Importer, later. Fails like every question to the workspace; what a person can mend is a refusal.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Office;
use crate::domain::account::{DatabaseView, Kind as Purpose};
use crate::domain::cost::Prices;
use crate::domain::entry::{ImportId, UserId};
use crate::domain::import::preview::{self, Known};
use crate::domain::import::view::ImportView;
use crate::domain::import::{self, Export};
use crate::domain::link::MediaKey;
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Kind, Outcome};
use crate::messages::{Answer, CancelImport, ConfirmImport, ListImports, Page, ShowImport, UploadImport};
use crate::ports::{Access, Confirmed, ImportListing, Imports, NewImport, RowLinks, RowMaker, VideoSource};

/// Files read at once: each keeps a core busy for a second or two.
pub const FILES_AT_ONCE: usize = 2;

/// How long a person waits until their rows were read for comparison. What is not compared until then is looked
/// for link by link while rows are made.
const COMPARING: Duration = Duration::from_secs(20);

/// What collections are taken in with.
#[derive(Clone)]
pub struct Importing {
    /// Keeps imports.
    pub imports: Arc<dyn Imports>,
    /// Reads and makes rows.
    pub rows: Arc<dyn RowMaker>,
    /// Understands links.
    pub source: Arc<dyn VideoSource>,
    /// What paid work costs.
    pub prices: Prices,
    /// Seats for files that are read.
    pub seats: Arc<Semaphore>,
}

/// Looks at an export and keeps the preview.
pub async fn upload(office: Office, asked: UploadImport) -> Answer<ImportView> {
    let importing = importing(&office)?;
    let Some(database) = office.registry.database_of(asked.user, asked.database).await? else {
        return Ok(Err(no_database()));
    };
    if database.kind != Purpose::Link {
        let hint = "Links are saved in link databases. Choose one of those.".to_owned();
        return Ok(Err(Refusal::Invalid { field: "database", hint }));
    }
    let export = match read(&importing, asked.file).await? {
        Ok(export) => export,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let access = match office.access(asked.user, database.connection_id).await {
        Ok(access) => {
            access.ok_or_else(|| Failure::bug(anyhow::anyhow!("a database without a connection")))?
        }
        Err(failure) => return refused(failure, &database),
    };
    let known = match known(&importing, &access, &database).await {
        Ok(known) => known,
        Err(failure) => return refused(failure, &database),
    };
    let source = Arc::clone(&importing.source);
    let (preview, planned) = preview::sort_out(export, &known, |link| key_of(&*source, link));
    let (user, connection) = (asked.user, database.connection_id);
    let new = NewImport { user, database: database.id, connection, preview, planned };
    let id = importing.imports.keep_preview(new).await?;
    shown(&importing, user, id).await
}

/// Shows an import.
pub async fn show(office: Office, asked: ShowImport) -> Answer<ImportView> {
    shown(&importing(&office)?, asked.user, asked.import).await
}

/// Shows the imports of a database, newest first.
pub async fn list(office: Office, asked: ListImports) -> Answer<Page<ImportView>> {
    let importing = importing(&office)?;
    if office.registry.database_of(asked.user, asked.database).await?.is_none() {
        return Ok(Err(no_database()));
    }
    let ListImports { user, database, before, limit } = asked;
    // One more than asked for tells whether there is another page.
    let listing = ImportListing { database, before, limit: limit.saturating_add(1) };
    let mut items = importing.imports.imports_of(user, &listing, &importing.prices).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = items.len() > shown;
    items.truncate(shown);
    let next = items.last().filter(|_| is_more).map(|last| last.id.to_string());
    Ok(Ok(Page { items, next }))
}

/// Begins an import, or lets a paused one go on.
pub async fn confirm(office: Office, asked: ConfirmImport) -> Answer<ImportView> {
    let importing = importing(&office)?;
    let nothing = |hint: &str| Ok(Err(Refusal::Invalid { field: "import", hint: hint.to_owned() }));
    match importing.imports.confirm(asked.user, asked.import, asked.likes).await? {
        Confirmed::Runs => shown(&importing, asked.user, asked.import).await,
        Confirmed::Unknown => Ok(Err(no_import())),
        Confirmed::Over => nothing("It has ended. Upload the file once more to see what is left of it."),
        Confirmed::Nothing if asked.likes => nothing("There is nothing new in it."),
        Confirmed::Nothing => nothing(
            "There is nothing new in it but links that were only liked. Say `likes` to take those in.",
        ),
    }
}

/// Stops an import.
pub async fn cancel(office: Office, asked: CancelImport) -> Answer<ImportView> {
    let importing = importing(&office)?;
    if importing.imports.cancel(asked.user, asked.import).await? {
        shown(&importing, asked.user, asked.import).await
    } else {
        Ok(Err(no_import()))
    }
}

fn importing(office: &Office) -> Outcome<Importing> {
    let importing = office.importing.clone();
    importing.ok_or_else(|| Failure::bug(anyhow::anyhow!("nothing is taken in on the command line")))
}

async fn shown(importing: &Importing, user: UserId, id: ImportId) -> Answer<ImportView> {
    let found = importing.imports.import_of(user, id, &importing.prices).await?;
    Ok(found.ok_or_else(no_import))
}

/// Reads a file in a thread of its own; it is big, and nobody else may wait for it.
async fn read(importing: &Importing, file: File) -> Answer<Export> {
    let _seat = importing.seats.acquire().await.map_err(Failure::bug)?;
    let read = tokio::task::spawn_blocking(move || import::read(BufReader::new(file))).await;
    let read = read.map_err(|error| Failure::bug(error).context("read an export"))?;
    Ok(read.map_err(|why| Refusal::Invalid { field: "file", hint: why.hint() }))
}

/// What stands in the database already, and what other imports are about to put there.
async fn known(importing: &Importing, access: &Access, database: &DatabaseView) -> Outcome<Known> {
    let reading = importing.rows.links(access, &database.data_source_id, &database.mapping);
    let rows = match tokio::time::timeout(COMPARING, reading).await {
        Ok(rows) => rows?,
        // A large database, or a spent budget: looked for one by one, later.
        Err(_) => RowLinks::default(),
    };
    let keys: HashSet<MediaKey> =
        rows.links.iter().filter_map(|link| key_of(&*importing.source, link).ok()).collect();
    let imports = importing.imports.being_imported(database.id).await?;
    Ok(Known { rows: keys, all_rows: rows.all, imports })
}

/// A link's key, or why it cannot be read.
fn key_of(source: &dyn VideoSource, link: &str) -> Result<MediaKey, String> {
    match source.understand(link) {
        Ok(target) => Ok(target.key),
        Err(Failure { kind: Kind::Permanent(reason), .. }) => Err(reason.sentence().to_owned()),
        Err(_) => Err(Reason::NotALink.sentence().to_owned()),
    }
}

/// What the owner of a database can mend is a refusal; anything else stays a failure.
fn refused<T>(failure: Failure, database: &DatabaseView) -> Answer<T> {
    match failure.kind {
        Kind::Permanent(Reason::Disconnected) => {
            Ok(Err(Refusal::Disconnected { workspace: database.workspace.clone() }))
        }
        Kind::Permanent(reason) => {
            Ok(Err(Refusal::Invalid { field: "database", hint: reason.sentence().to_owned() }))
        }
        _ => Err(failure),
    }
}

fn no_database() -> Refusal {
    Refusal::NotFound { what: "database" }
}

fn no_import() -> Refusal {
    Refusal::NotFound { what: "import" }
}
