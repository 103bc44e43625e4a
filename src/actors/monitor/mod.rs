//! Monitor: finds links waiting in Notion, claims due entries, sends them into the chain.
//!
//! Two loops, each in a task of its own. One asks every registered database that is due for waiting rows
//! and queues them in the journal. The other takes a place in the chain, then claims: no place, no claim,
//! so at most as many entries are in the chain as there are places. An entry enters behind its last
//! checkpoint. A failing poll is logged and repeated; a failing claim is recorded like any job's failure.

mod claims;
mod drift;
mod polls;
mod sharing;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::Notify;
use tracing::{error, info, warn};

use super::bench::BackLinks;
use super::desk::Desk;
use super::keepsake::Keeper;
use super::lease::Rhythm;
use super::pipeline::Places;
use crate::domain::waiting::Party;
use crate::messages::{Download, Summarize, TellFailure, Underway, WriteToNotion};
use crate::ports::{Accounts, Registry, VideoSource, Workspace};

pub use self::polls::poll;

/// How often the Monitor looks for due polls and due entries when nothing rings its bell.
pub const TICK: Duration = Duration::from_secs(1);

/// The pause after a loop broke off, before the Supervisor starts it again.
const PAUSE_AFTER_BREAK: Duration = Duration::from_secs(1);

/// What a Monitor is made of.
#[derive(Clone)]
pub struct MonitorParts {
    /// Who is connected, and which databases are watched.
    pub registry: Arc<dyn Registry>,
    /// Who uses the service.
    pub accounts: Arc<dyn Accounts>,
    /// The rows.
    pub workspace: Arc<dyn Workspace>,
    /// Understands links.
    pub source: Arc<dyn VideoSource>,
    /// Whether a video is still to be kept.
    pub keeper: Keeper,
    /// What all stages share.
    pub desk: Arc<Desk>,
    /// The doors into the chain.
    pub doors: Doors,
    /// The chain's places.
    pub places: Places,
    /// The name claims are made in.
    pub owner: String,
    /// Where work dirs are made.
    pub work_root: PathBuf,
    /// How often each database is asked.
    pub poll_interval: Duration,
    /// How often leases are prolonged, and how long they are trusted.
    pub rhythm: Rhythm,
    /// The parties behind the engines.
    pub engines: Engines,
    /// Rung when there may be something to claim.
    pub bell: Arc<Notify>,
    /// The links back.
    pub back: BackLinks,
}

/// The parties every entry needs that is not past them.
#[derive(Debug, Clone, Default)]
pub struct Engines {
    /// Who writes down what is said; `None` for this machine.
    pub speech: Option<Party>,
    /// Who makes the note; `None` for this machine.
    pub summary: Option<Party>,
    /// Nobody listens: a record is whole without a transcript.
    pub deaf: bool,
    /// Nobody reads: a record is whole without the text on the screen.
    pub blind: bool,
}

/// Where an entry may enter the chain.
#[derive(Clone)]
pub struct Doors {
    /// At the beginning.
    pub download: Recipient<Download>,
    /// Behind everything that was watched.
    pub summarize: Recipient<Summarize>,
    /// Behind the note.
    pub write: Recipient<WriteToNotion>,
    /// Behind a verdict.
    pub tell: Recipient<TellFailure>,
}

/// Polls and claims.
pub struct Monitor {
    parts: MonitorParts,
    loops: Vec<Underway<()>>,
    resting: bool,
}

#[derive(Message)]
#[rtype(result = "()")]
struct LoopBroke(&'static str);

impl Monitor {
    /// A Monitor that begins when it is started.
    pub fn new(parts: MonitorParts) -> Self {
        Self { parts, loops: Vec::new(), resting: false }
    }

    fn watch(
        &mut self,
        ctx: &mut Context<Self>,
        name: &'static str,
        work: impl Future<Output = ()> + 'static,
    ) {
        let (task, me) = (actix::spawn(work), ctx.address().downgrade());
        let stop = self.parts.desk.stop.soft.clone();
        self.loops.push(Underway::new(actix::spawn(async move {
            let ended = Underway::new(task).await;
            if stop.is_cancelled() {
                return;
            }
            if let Err(broken) = ended {
                error!(loop_name = name, error = %broken, "a loop of the Monitor broke off");
            }
            if let Some(me) = me.upgrade() {
                me.do_send(LoopBroke(name));
            }
        })));
    }
}

impl Actor for Monitor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        info!(actor = "Monitor", generation = self.parts.back.generation, "started");
        self.loops.clear();
        self.watch(ctx, "polls", polls::poll_due(self.parts.clone()));
        self.watch(ctx, "claims", claims::claim_due(self.parts.clone()));
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        if !self.resting {
            self.parts.back.report_down("Monitor");
        }
    }
}

impl Supervised for Monitor {
    fn restarting(&mut self, ctx: &mut Self::Context) {
        self.resting = false;
        ctx.wait(actix::fut::wrap_future(tokio::time::sleep(PAUSE_AFTER_BREAK)));
    }
}

impl Handler<LoopBroke> for Monitor {
    type Result = ();

    fn handle(&mut self, broke: LoopBroke, ctx: &mut Context<Self>) {
        warn!(loop_name = broke.0, "the Monitor begins anew");
        self.resting = true;
        ctx.stop();
    }
}
