//! The only place that wires adapters to actors: builds the service, runs it until it is stopped.

pub mod adapters;
mod decoder;
mod downloader;
mod stopping;
mod wiring;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Supervisor};
use actix_web::dev::ServerHandle;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use url::Url;

use self::stopping::end_at_last_moment;
pub use self::stopping::{CUT_SHORT, Stopping};
use self::wiring::Wiring;
use crate::accounts::imports::Importing;
use crate::accounts::{Front, Hooks, Live, Office, imports};
use crate::actors::desk::{PROGRESS_BACKLOG, StopSignals};
use crate::actors::http::Http;
use crate::actors::importer::Pace;
use crate::actors::lease::Rhythm;
use crate::actors::pipeline::{Pipeline, PipelineParts, Places};
use crate::actors::room::Room;
use crate::actors::status_board::StatusBoard;
use crate::actors::{cleanup, status_board};
use crate::domain::cost::Prices;
use crate::domain::progress::Progress;
use crate::fault;
use crate::http::{self, Behind, Site};
use crate::messages::{Doors, Drain};
use crate::ports::{
    Accounts, Breakers, Catalogue, Covers, Geocoder, Imports, Journal, Keepsakes, MediaOpener, PageMaker,
    Registry, ResultPages, RowMaker, SpeechToText, SummaryModel, TextReader, VideoSource, Workspace,
};

/// The exit code of a process whose chain could not be kept alive (`EX_SOFTWARE` of sysexits.h).
pub const BEYOND_REPAIR: u8 = 70;

/// The whole drain, after which the process ends whatever is left: Cloud Run kills after ten seconds.
const DRAIN_LIMIT: Duration = Duration::from_millis(7_500);

/// How often to look whether the overseer lives.
const LOOK_AT_OVERSEER: Duration = Duration::from_secs(5);

/// One adapter for each capability.
#[derive(Clone)]
pub struct Ports {
    /// The truth about entries.
    pub journal: Arc<dyn Journal>,
    /// Who uses the service.
    pub accounts: Arc<dyn Accounts>,
    /// Which databases are registered.
    pub registry: Arc<dyn Registry>,
    /// Who is out of order.
    pub breakers: Arc<dyn Breakers>,
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// Where people sign in; `None` where nobody can.
    pub front: Option<Front>,
    /// How webhooks are heard; `None` where they are not.
    pub hooks: Option<Hooks>,
    /// The databases.
    pub catalogue: Arc<dyn Catalogue>,
    /// Where results become pages of their own.
    pub results: ResultPorts,
    /// Fetches videos.
    pub source: Arc<dyn VideoSource>,
    /// Takes them apart.
    pub opener: Arc<dyn MediaOpener>,
    /// Writes down what is said; `None` when switched off.
    pub speech: Option<Arc<dyn SpeechToText>>,
    /// Transcriptions at once.
    pub speech_seats: usize,
    /// Writes down what is shown; `None` when switched off.
    pub reader: Option<Arc<dyn TextReader>>,
    /// Videos read at once.
    pub reader_seats: usize,
    /// Makes the note.
    pub summary: Arc<dyn SummaryModel>,
    /// Knows where places are; `None` where nobody does.
    pub map: Option<Arc<dyn Geocoder>>,
    /// Takes old collections in; `None` where there is one row only.
    pub importing: Option<ImportPorts>,
}

/// What results become pages of their own with.
#[derive(Clone)]
pub struct ResultPorts {
    /// Makes the pages.
    pub maker: Arc<dyn PageMaker>,
    /// Remembers them.
    pub pages: Arc<dyn ResultPages>,
    /// Keeps the pictures for covers, also of rows.
    pub covers: Arc<dyn Covers>,
    /// Remembers what became of the videos that were to be kept.
    pub keepsakes: Arc<dyn Keepsakes>,
}

/// What old collections are taken in with.
#[derive(Clone)]
pub struct ImportPorts {
    /// Keeps imports.
    pub imports: Arc<dyn Imports>,
    /// Makes rows.
    pub rows: Arc<dyn RowMaker>,
    /// What paid work costs, for estimates.
    pub prices: Prices,
}

impl Ports {
    /// What people's requests are answered with.
    pub fn office(&self) -> Office {
        Office {
            accounts: Arc::clone(&self.accounts),
            registry: Arc::clone(&self.registry),
            workspace: Arc::clone(&self.workspace),
            catalogue: Arc::clone(&self.catalogue),
            journal: Arc::clone(&self.journal),
            front: self.front.clone(),
            hooks: self.hooks.clone(),
            sample_link: None,
            live: Live::default(),
            importing: self.importing.as_ref().map(|ports| Importing {
                imports: Arc::clone(&ports.imports),
                rows: Arc::clone(&ports.rows),
                source: Arc::clone(&self.source),
                prices: ports.prices,
                seats: Arc::new(Semaphore::new(imports::FILES_AT_ONCE)),
            }),
        }
    }
}

/// How the chain is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Entries in the chain at once.
    pub max_in_flight: u32,
    /// How often each link database is asked.
    pub poll_interval: Duration,
    /// Where people reach the service.
    pub public_url: Url,
    /// Where work dirs are made.
    pub work_root: PathBuf,
    /// What they may hold together.
    pub room: Arc<Room>,
    /// The name claims are made in.
    pub owner: String,
    /// How often leases are prolonged, and how long they are trusted.
    pub rhythm: Rhythm,
    /// How often to sweep.
    pub sweep_every: Duration,
    /// How long a status waits for a newer one.
    pub patience: Duration,
    /// The first row of a database made in one click; `None` for an empty one.
    pub sample_link: Option<String>,
    /// How fast old collections are taken in.
    pub importing: Pace,
    /// Draws the jitter of pauses: a number between 0 and 1.
    pub luck: fn() -> f64,
}

impl Options {
    /// The usual pace, for a service reached at `public_url` that works under `work_root`.
    pub fn usual(public_url: Url, work_root: PathBuf, max_in_flight: u32, poll_interval: Duration) -> Self {
        Self {
            max_in_flight,
            poll_interval,
            public_url,
            work_root,
            room: Arc::new(Room::unlimited()),
            owner: format!("{}-{}", std::process::id(), uuid::Uuid::now_v7()),
            rhythm: fault::lease().map_or_else(Rhythm::default, Rhythm::of),
            sweep_every: fault::lease().map_or(cleanup::SWEEP_EVERY, |lease| lease / 4),
            patience: status_board::PATIENCE,
            sample_link: None,
            importing: fault::lease().map_or_else(Pace::default, Pace::of),
            luck: rand::random::<f64>,
        }
    }
}

/// The running service.
pub struct App {
    /// The overseer of the chain.
    pub overseer: Addr<Pipeline>,
    /// Answers requests.
    pub http: Addr<Http>,
    /// Whom progress is told.
    pub watchers: broadcast::Sender<Progress>,
    /// Fires when the overseer gives up on the process.
    pub beyond_repair: CancellationToken,
    /// The chain's places.
    pub places: Places,
    /// Where people reach the service.
    site: Site,
    /// What must not be cut short in it is waited for at the end.
    workspace: Arc<dyn Workspace>,
}

impl App {
    /// Starts the service. Must be called inside an actix `System`.
    pub fn start(ports: Ports, options: Options) -> Self {
        let (watchers, _) = broadcast::channel(PROGRESS_BACKLOG);
        let (stop, beyond_repair) = (StopSignals::default(), CancellationToken::new());
        let (places, luck) = (Places::new(options.max_in_flight), options.luck);
        let (workspace, journal) = (Arc::clone(&ports.workspace), Arc::clone(&ports.journal));
        let sample_link = options.sample_link.clone();
        let site = Site { public_url: options.public_url.clone(), can_sign_in: ports.front.is_some() };
        let board = StatusBoard::new(workspace, journal, options.patience);
        let live = Live::new(watchers.clone(), stop.soft.clone());
        let (office, settled) =
            (Office { live, sample_link, ..ports.office() }, Arc::clone(&ports.workspace));
        let wiring = Wiring {
            ports,
            board: board.clone(),
            options,
            places: places.clone(),
            watchers: watchers.clone(),
            stop: stop.clone(),
            bell: Arc::new(Notify::new()),
        };
        let overseer = Pipeline::new(PipelineParts {
            build: Box::new(move |back| wiring.chain(&back)),
            journal: Arc::clone(&office.journal),
            board,
            watchers: watchers.clone(),
            places: places.clone(),
            stop,
            beyond_repair: beyond_repair.clone(),
            luck,
        })
        .start();
        let readiness = overseer.clone().recipient();
        let all = places.clone();
        let http = Supervisor::start(|_| Http { office, overseer: readiness, places: all });
        let workspace = settled;
        Self { overseer, http, watchers, beyond_repair, places, site, workspace }
    }

    /// Runs until it is told to stop, or the overseer or the web server ends it; drains; gives the exit code.
    pub async fn run_until_stopped(&self, stopping: &Stopping, web: &WebServer) -> u8 {
        let code = self.until_its_end(stopping.wanted(), web).await;
        if code != 0 {
            end_at_last_moment(code);
        }
        self.drain().await;
        code
    }

    /// Waits until it is wanted to stop, or cannot go on; gives the exit code.
    pub async fn until_its_end(&self, wanted: impl Future<Output = ()>, web: &WebServer) -> u8 {
        let code = tokio::select! {
            () = wanted => 0,
            () = self.beyond_repair.cancelled() => BEYOND_REPAIR,
            () = gone(&self.overseer) => BEYOND_REPAIR,
            () = web.gone() => BEYOND_REPAIR,
        };
        info!(code, "stopping");
        code
    }

    /// Answers HTTP on a listener until the server is closed.
    pub fn serve_http(&self, listener: TcpListener) -> std::io::Result<WebServer> {
        let behind = Behind { doors: Doors::of(&self.http), site: self.site.clone() };
        let server = http::server(listener, behind)?;
        let (handle, gone) = (server.handle(), CancellationToken::new());
        let tells = gone.clone().drop_guard();
        let task = actix::spawn(async move {
            // However the server ends, by a panic as well.
            let _tells = tells;
            server.await
        });
        Ok(WebServer { handle, task, gone })
    }

    /// Takes no new work, lets running work end, hands the rest back.
    pub async fn drain(&self) {
        let drained = async {
            let sent = self.overseer.send(Drain).await;
            self.workspace.settle().await;
            sent
        };
        match tokio::time::timeout(DRAIN_LIMIT, drained).await {
            Ok(Ok(())) => {}
            Ok(Err(gone)) => error!(error = %gone, "the overseer is gone, leases will run out"),
            Err(_) => warn!("draining took too long, leases will run out"),
        }
    }
}

/// A web server that runs.
pub struct WebServer {
    /// Stops it.
    pub handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    gone: CancellationToken,
}

impl WebServer {
    /// Waits until the server is gone: from then on nobody is answered any more.
    async fn gone(&self) {
        self.gone.cancelled().await;
        error!("the web server is gone");
    }

    /// Closes the port and waits until the server is gone.
    pub async fn close(self) -> anyhow::Result<()> {
        self.handle.stop(false).await;
        Ok(self.task.await??)
    }
}

/// Runs a command inside an actix `System`, which actors need around them.
pub fn in_system<T>(command: impl Future<Output = T>) -> T {
    let system = actix::System::new();
    let (handle, result) = system.block_on(async { (Handle::current(), command.await) });
    // What is still under way is dropped with the system; database connections want a runtime around them then.
    let _inside = handle.enter();
    drop(system);
    result
}

/// Waits until the overseer is gone: nobody would notice a dead chain any more.
async fn gone(overseer: &Addr<Pipeline>) {
    while overseer.connected() {
        tokio::time::sleep(LOOK_AT_OVERSEER).await;
    }
    error!("the overseer is gone");
}
