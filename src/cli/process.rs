//! `linkscribe process`: the whole chain for one video, with a sheet of paper in the place of Notion.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use url::Url;

use super::{progress, scratch};
use crate::adapters::local_file::LocalFile;
use crate::adapters::notion::parse_schema;
use crate::adapters::paper::{Ending, Paper};
use crate::adapters::store::Store;
use crate::app::{App, Options, Stopping, adapters};
use crate::domain::account::Kind;
use crate::domain::entry::EntryId;
use crate::domain::keepsake::Keep;
use crate::domain::link::MediaKey;
use crate::domain::media::Watched;
use crate::domain::note::Note;
use crate::domain::page;
use crate::domain::schema::Schema;
use crate::failure::{Failure, Outcome};
use crate::ports::{Accounts, Journal, NewConnection, NewDatabase, Registry, Tokens, VideoSource};
use crate::settings::Settings;
use crate::telemetry::{LogTo, init};

/// A single row needs no pause between looks.
const LOOK: Duration = Duration::from_secs(1);

/// Which video, and what to fill.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The video's link, or a video file
    #[arg(value_name = "URL or FILE")]
    video: String,
    /// Print JSON instead of Markdown
    #[arg(long)]
    json: bool,
    /// Fill the columns of this schema: a Notion data source object as JSON
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// What you want from the video, in your own words
    #[arg(long)]
    instructions: Option<String>,
    /// The language you want to read, such as `en` or `de`
    #[arg(long)]
    language: Option<String>,
}

/// Watches one video and prints its note.
pub(super) async fn run(arguments: Arguments, stopping: Stopping) -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let _telemetry = init(LogTo::Terminal)?;
    let schema = arguments.schema.as_deref().map(read_schema).transpose()?.unwrap_or_default();
    let desk = scratch::folder()?;
    let store = adapters::store_in(desk.path()).await?;
    let (link, source) = video(&arguments.video)?;
    let (paper, ending) = Paper::new(link.clone(), schema);
    let paper = Arc::new(paper);
    register(&store, &paper, &arguments).await?;

    let mut ports =
        adapters::with(&settings, Arc::clone(&store), paper, adapters::notion(&settings, None)?).await?;
    if let Some(source) = source {
        ports.source = source;
    }
    let target = ports.source.understand(&link);
    let key = target.map_err(|_| anyhow::anyhow!("`{link}` is neither a file nor a web link"))?.key;
    let public_url = Url::parse("http://localhost").context("the address of this machine")?;
    let app = App::start(ports, Options::usual(public_url, desk.path().join("work"), 1, LOOK));
    let shown = tokio::spawn(progress::show(app.watchers.subscribe()));
    let ended = tokio::select! {
        ended = ending => ended.context("the chain ended without a result")?,
        () = app.beyond_repair.cancelled() => anyhow::bail!("the chain died again and again"),
        () = stopping.wanted() => {
            app.drain().await;
            anyhow::bail!("interrupted");
        }
    };
    let entry = shown.await.context("the progress could not be shown")?.context("the entry was lost")?;
    app.drain().await;
    match ended {
        Ending::Failed(reason) => anyhow::bail!("{}", reason.sentence()),
        Ending::Completed => {}
    }
    let (note, watched) =
        result(&*store, entry, &key).await.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let document = json!({ "link": link, "note": note, "media": watched });
        serde_json::to_writer_pretty(&mut out, &document)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", page::note_markdown(&note, &watched, &link))?;
    }
    Ok(0)
}

/// What the journal holds of a completed entry.
async fn result(journal: &dyn Journal, entry: EntryId, key: &MediaKey) -> Outcome<(Note, Watched)> {
    let note = journal.note(entry).await?;
    let note = note.ok_or_else(|| Failure::bug(anyhow::anyhow!("the note is gone")))?;
    Ok((note, journal.media(key).await?.known()))
}

fn read_schema(file: &Path) -> anyhow::Result<Schema> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the schema {} cannot be read", file.display()))?;
    let object =
        serde_json::from_str(&text).with_context(|| format!("the schema {} is no JSON", file.display()))?;
    parse_schema(&object).with_context(|| format!("{} is no Notion data source object", file.display()))
}

/// What was given: a file of this machine, with the source that reads it, or a link.
fn video(given: &str) -> anyhow::Result<(String, Option<Arc<dyn VideoSource>>)> {
    let path = Path::new(given);
    if !path.try_exists().unwrap_or(false) {
        return Ok((given.to_owned(), None));
    }
    let file = LocalFile::new(path)?;
    Ok((file.link(), Some(Arc::new(file))))
}

async fn register(store: &Store, paper: &Paper, arguments: &Arguments) -> anyhow::Result<()> {
    let (user, connection) = store.keep_connection(paper_connection()).await.map_err(plain)?;
    let database = NewDatabase {
        user,
        connection,
        kind: Kind::Link,
        tag: None,
        notion_database: "paper".to_owned(),
        data_source: "paper".to_owned(),
        title: "paper".to_owned(),
        mapping: paper.mapping(),
        instructions: arguments.instructions.clone(),
        language: arguments.language.clone(),
        keep: Keep::None,
    };
    let kept = store.keep_database(database).await.map_err(plain)?;
    kept.map(drop).map_err(|refusal| anyhow::anyhow!("{}", refusal.title()))
}

/// The sheet of paper opens with any token.
fn paper_connection() -> NewConnection {
    NewConnection {
        person: "paper".to_owned(),
        bot: "paper".to_owned(),
        workspace_id: String::new(),
        workspace: "paper".to_owned(),
        tokens: Tokens::lasting("paper"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn plain(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!("{failure}")
}
