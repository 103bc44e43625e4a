//! `linkscribe sandbox`: the real service against an emulated Notion in the same process, local engines only.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::broadcast::error::RecvError;
use url::Url;
use uuid::Uuid;

use super::scratch;
use crate::accounts::databases;
use crate::app::{App, Options, Ports, Stopping, adapters};
use crate::messages::Register;
use crate::sandbox::clips::Clips;
use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::{Engine, Sandbox, starter};
use crate::settings::Settings;
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
}

impl Arguments {
    /// Who waits for the sample's page does not get it from a sandbox that was stopped.
    pub(super) fn code_of_a_stop(&self) -> u8 {
        u8::from(self.once)
    }
}

/// Runs until it is stopped, or with `--once` until the sample row has ended.
pub(super) async fn run(arguments: Arguments, stopping: Stopping) -> anyhow::Result<u8> {
    let mut settings = Settings::load_over(&ON_THIS_MACHINE)?;
    let _telemetry = init(if arguments.once { LogTo::Terminal } else { LogTo::Watcher })?;
    let folder = scratch::folder()?;

    let notion = EmulatedNotion::new();
    let database = starter::open(&notion)?;
    let listener = listener(&settings, arguments.once)?;
    let address = listener.local_addr()?;
    let clips = Clips::in_dir(folder.path().join("clips"))?;
    let here = Url::parse(&format!("http://127.0.0.1:{}", address.port()))?;
    let mut sandbox = Sandbox::new(notion.clone(), database.data_source, clips).with_engines(engines());
    let row = sandbox.add_sample(&here).await?;
    let running = sandbox.serve(listener)?;

    let service = TcpListener::bind(("127.0.0.1", 0)).context("the service finds no free port")?;
    settings.notion_api_url = here.clone();
    settings.public_url = Url::parse(&format!("http://{}", service.local_addr()?))?;
    settings.downloads.extra_hosts.push(format!("127.0.0.1:{}", address.port()));
    settings.downloads.proxy = None;
    settings.redis_url = None;
    let app = start(&settings, folder.path(), &notion, database.database).await?;
    let web = app.serve_http(service)?;

    let code = if arguments.once {
        let code = tokio::select! {
            ended = tokio::time::timeout(ONCE_LIMIT, ended(&notion, row)) => {
                ended.context("the sample row took too long").flatten()
            }
            () = stopping.wanted() => Ok(arguments.code_of_a_stop()),
        };
        app.drain().await;
        let code: u8 = code?;
        write!(std::io::stdout(), "{}", notion.page_markdown(row).unwrap_or_default())?;
        code
    } else {
        greet(&here)?;
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
    database: Uuid,
) -> anyhow::Result<App> {
    let store = adapters::store_in(folder).await?;
    let workspace = adapters::notion(settings, None)?;
    let request = Register {
        token: notion.token().into(),
        database: database.to_string(),
        instructions: None,
        language: None,
    };
    let office = adapters::office(&store, &workspace);
    let registered = databases::register(office, request).await;
    let registered = registered.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    registered.map_err(|refusal| anyhow::anyhow!("{}", refusal.title()))?;
    let importing = Some(adapters::import_ports(settings, &store, &workspace));
    let ports = adapters::with(settings, store, workspace.clone(), workspace).await?;
    let ports = Ports { importing, ..ports };
    let options =
        Options::usual(settings.public_url.clone(), folder.join("work"), settings.max_in_flight, POLL);
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

fn greet(here: &Url) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\n  Open http://localhost:{} in your browser.", here.port().unwrap_or_default())?;
    writeln!(out, "  Paste a link or drop a video there; Ctrl-C ends the sandbox and forgets it.\n")?;
    Ok(())
}
