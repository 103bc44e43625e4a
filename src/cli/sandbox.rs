//! `linkscribe sandbox`: the real service against an emulated Notion in the same process, local engines only.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::broadcast::error::RecvError;
use url::Url;
use uuid::Uuid;

use super::tour::Tour;
use super::{newcomer, scratch};
use crate::accounts::{Office, sign_in};
use crate::app::{App, Options, Ports, Stopping, adapters};
use crate::sandbox::clips::Clips;
use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::{Engine, Sandbox, starter};
use crate::settings::{NotionApp, Settings};
use crate::telemetry::{LogTo, init};

/// The emulated Notion has no budget to spare.
const POLL: Duration = Duration::from_secs(1);

/// How long the sample row may take with `--once`: minutes on a machine that is busy with other things.
const ONCE_LIMIT: Duration = Duration::from_mins(10);

/// The sandbox needs no account, whatever keys the environment holds.
const ON_THIS_MACHINE: [(&str, &str); 3] =
    [("TRANSCRIBER", "local"), ("OCR", "local"), ("SUMMARIZER", "local")];

/// How to run the sandbox.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// End when the sample row is completed, and print its page as Markdown
    #[arg(long)]
    once: bool,
    /// Fill three databases of different columns from the same three clips, type into them as their owner
    /// would, read all of it again, and print what came of it
    #[arg(long, conflicts_with = "once")]
    tour: bool,
}

impl Arguments {
    fn ends_by_itself(&self) -> bool {
        self.once || self.tour
    }

    /// Who waits for the sample's page does not get it from a sandbox that was stopped.
    pub(super) fn code_of_a_stop(&self) -> u8 {
        u8::from(self.ends_by_itself())
    }
}

/// Runs until it is stopped, or with `--once` until the sample row has ended, or with `--tour` until that is over.
pub(super) async fn run(arguments: Arguments, stopping: Stopping) -> anyhow::Result<u8> {
    let mut settings = Settings::load_over(&ON_THIS_MACHINE)?;
    let _telemetry = init(if arguments.ends_by_itself() { LogTo::Terminal } else { LogTo::Watcher })?;
    let folder = scratch::folder()?;

    let notion = EmulatedNotion::new();
    let database = starter::open(&notion)?;
    let listener = listener(&settings, arguments.ends_by_itself())?;
    let address = listener.local_addr()?;
    let clips = Clips::in_dir(folder.path().join("clips"))?;
    let here = Url::parse(&format!("http://127.0.0.1:{}", address.port()))?;
    let service = TcpListener::bind(("127.0.0.1", 0)).context("the service finds no free port")?;
    let pages = Url::parse(&format!("http://{}", service.local_addr()?))?;
    let mut sandbox = Sandbox::new(notion.clone(), database.data_source, clips)
        .with_engines(engines())
        .with_service(&pages);
    let links = sandbox.add_clips(&here).await?;
    let sample = links.first().context("there is no sample")?;
    let tour = arguments.tour.then(|| Tour::open(&notion)).transpose()?;
    let row = if tour.is_none() { Some(sandbox.save(sample)?) } else { None };
    let running = sandbox.serve(listener)?;

    settings.notion_api_url = here.clone();
    settings.public_url = pages.clone();
    settings.notion_app = Some(integration(&notion, &pages)?);
    settings.downloads.extra_hosts.push(format!("127.0.0.1:{}", address.port()));
    settings.downloads.proxy = None;
    settings.redis_url = None;
    let watched = tour.as_ref().map_or_else(|| vec![database.database], |tour| tour.databases.clone());
    let app = start(&settings, folder.path(), &notion, &watched, sample).await?;
    let web = app.serve_http(service)?;

    let code = if arguments.ends_by_itself() {
        let story = async {
            match (&tour, row) {
                (Some(tour), _) => tour.walk(&links).await.map(|()| 0),
                (None, Some(row)) => ended(&notion, row).await,
                (None, None) => Ok(0),
            }
        };
        let code = tokio::select! {
            ended = tokio::time::timeout(ONCE_LIMIT, story) => ended.context("the clips took too long").flatten(),
            () = stopping.wanted() => Ok(arguments.code_of_a_stop()),
        };
        app.drain().await;
        let code: u8 = code?;
        if let Some(row) = row {
            write!(std::io::stdout(), "{}", notion.page_markdown(row).unwrap_or_default())?;
        }
        code
    } else {
        greet(&here, &pages)?;
        app.run_until_stopped(&stopping, &web).await
    };
    web.close().await?;
    running.stop().await?;
    Ok(code)
}

/// Who does what, for the page.
fn engines() -> Vec<Engine> {
    vec![
        Engine::new("Speech", "Whisper on this machine"),
        Engine::new("Screen text", "Tesseract on this machine"),
        Engine::new("Note", "rules on this machine"),
    ]
}

/// Registers the service with the emulated Notion, as its operator does with the real one.
fn integration(notion: &EmulatedNotion, pages: &Url) -> anyhow::Result<NotionApp> {
    let (client_id, client_secret) = ("linkscribe".to_owned(), sign_in::unguessable());
    notion.publish(&client_id, &client_secret, pages.join("/auth/callback")?.as_str())?;
    Ok(NotionApp { client_id, client_secret: client_secret.into() })
}

/// A run that ends by itself takes any port; a person gets the one they know.
fn listener(settings: &Settings, once: bool) -> anyhow::Result<TcpListener> {
    let port = if once { 0 } else { settings.listen.1 };
    TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} is taken; choose another one with PORT=8090"))
}

async fn start(
    settings: &Settings,
    folder: &Path,
    notion: &EmulatedNotion,
    databases: &[Uuid],
    sample: &Url,
) -> anyhow::Result<App> {
    let store = adapters::store_in(folder).await?;
    let workspace = adapters::notion(settings, Some(&store))?;
    let office = adapters::office(&store, &workspace);
    let importing = Some(adapters::import_ports(settings, &store, &workspace));
    let ports = adapters::with(settings, store, workspace.clone(), workspace).await?;
    let ports = Ports { importing, ..ports };
    newcomer::settle(&Office { front: ports.front.clone(), ..office }, notion, databases).await?;
    // Together they leave the budget to the links.
    let databases_polled = u32::try_from(databases.len()).unwrap_or(1);
    let mut options = Options::usual(
        settings.public_url.clone(),
        folder.join("work"),
        settings.max_in_flight,
        POLL * databases_polled,
    );
    options.sample_link = Some(sample.to_string());
    Ok(App::start(ports, options))
}

/// Waits until the row is completed or failed; gives the exit code.
async fn ended(notion: &EmulatedNotion, row: Uuid) -> anyhow::Result<u8> {
    let mut changes = notion.subscribe();
    let mut shown = String::new();
    loop {
        let status = notion.words(row, "Status").unwrap_or_default();
        if status != shown {
            writeln!(std::io::stderr(), "sample row: {status}")?;
            shown.clone_from(&status);
        }
        match status.as_str() {
            "completed" => return Ok(0),
            "failed" => return Ok(1_u8),
            _ => {}
        }
        match changes.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => anyhow::bail!("the emulated Notion is gone"),
        }
    }
}

fn greet(here: &Url, pages: &Url) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\n  Open http://localhost:{} in your browser.", here.port().unwrap_or_default())?;
    writeln!(out, "  Paste a link or drop a video there; Ctrl-C ends the sandbox and forgets it.")?;
    writeln!(out, "  Linkscribe\u{2019}s own pages, as its users meet them: {pages}\n")?;
    Ok(())
}
