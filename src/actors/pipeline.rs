//! The overseer: builds the chain from its sink to its source, watches it, rebuilds a dead generation.
//!
//! An address whose actor panicked never comes back, so the whole generation goes: its addresses are
//! dropped, running jobs end in their own tasks, and a new chain is built after a pause. Too many
//! rebuilds in a short time mean that a fresh process is needed: the overseer asks for the end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, warn};

use super::bench::BackLinks;
use super::desk::StopSignals;
use super::recorder;
use super::status_board::StatusBoard;
use crate::domain::backoff;
use crate::domain::progress::Progress;
use crate::messages::{AskReadiness, Drain, Failed, Readiness, StageDown};
use crate::ports::Journal;

/// The pause before the first rebuild; each further one within the window doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause before a rebuild.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// Rebuilds in one window before the process gives up on itself.
pub const BUDGET: usize = 5;

/// The window of the budget.
const WINDOW: Duration = Duration::from_mins(10);

/// How often the overseer looks whether every actor still has its mailbox, beside their death notices.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long running jobs may go on after the order to drain: Cloud Run kills after ten seconds.
pub const GRACE: Duration = Duration::from_secs(5);

/// How long jobs that were told to end at once may take to clean up.
const LAST_CALL: Duration = Duration::from_secs(2);

/// One generation of the chain. Dropping it lets its actors end.
pub struct Chain {
    /// Its actors.
    pub members: Vec<Member>,
}

/// An actor of the chain, held by its address.
pub struct Member {
    who: &'static str,
    alive: Box<dyn Fn() -> bool>,
}

impl Member {
    /// Holds an actor.
    pub fn new<A: Actor<Context = Context<A>>>(who: &'static str, address: Addr<A>) -> Self {
        Self { who, alive: Box::new(move || address.connected()) }
    }
}

/// The places in the chain: taken before a claim, given back when the job's envelope goes.
#[derive(Debug, Clone)]
pub struct Places {
    /// The free ones.
    pub free: Arc<Semaphore>,
    /// How many there are.
    pub all: u32,
}

impl Places {
    /// So many places, all free.
    pub fn new(all: u32) -> Self {
        Self { free: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// How many are taken.
    pub fn busy(&self) -> u32 {
        self.all.saturating_sub(u32::try_from(self.free.available_permits()).unwrap_or(u32::MAX))
    }

    /// Waits until no job is in the chain.
    async fn all_free(&self) {
        // The semaphore is never closed; were it, nobody would be in the chain either.
        drop(self.free.acquire_many(self.all).await);
    }
}

/// What an overseer is made of.
pub struct PipelineParts {
    /// Builds a generation.
    pub build: Box<dyn Fn(BackLinks) -> Chain>,
    /// Where failures are recorded.
    pub journal: Arc<dyn Journal>,
    /// Where owners are told what their entries wait for.
    pub board: StatusBoard,
    /// Who watches.
    pub watchers: broadcast::Sender<Progress>,
    /// The chain's places.
    pub places: Places,
    /// The stop words, spoken here.
    pub stop: StopSignals,
    /// Fired when the overseer gives up on the process.
    pub beyond_repair: CancellationToken,
    /// Draws the jitter of pauses: a number between 0 and 1.
    pub luck: fn() -> f64,
}

/// Builds, watches and rebuilds the chain.
pub struct Pipeline {
    parts: PipelineParts,
    chain: Option<Chain>,
    generation: u64,
    rebuilds: VecDeque<Instant>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Build;

#[derive(Message)]
#[rtype(result = "()")]
struct Look;

impl Pipeline {
    /// An overseer without a chain; it builds the first one when it starts.
    pub fn new(parts: PipelineParts) -> Self {
        Self { parts, chain: None, generation: 0, rebuilds: VecDeque::new() }
    }

    /// Lets the generation go and builds the next one after a pause, or gives up on the process.
    fn replace(&mut self, ctx: &mut Context<Self>) {
        self.chain = None;
        let now = Instant::now();
        self.rebuilds.retain(|at| now.duration_since(*at) < WINDOW);
        if self.rebuilds.len() >= BUDGET {
            error!(rebuilds = self.rebuilds.len(), "the chain dies again and again, the process gives up");
            self.parts.beyond_repair.cancel();
            return;
        }
        let recent = u32::try_from(self.rebuilds.len()).unwrap_or(u32::MAX);
        self.rebuilds.push_back(now);
        ctx.notify_later(Build, backoff::doubling(FIRST_PAUSE, recent, LONGEST_PAUSE));
    }
}

impl Actor for Pipeline {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.notify(Build);
        ctx.notify_later(Look, LOOK_EVERY);
    }
}

impl Handler<Build> for Pipeline {
    type Result = ();

    fn handle(&mut self, _: Build, ctx: &mut Context<Self>) {
        if self.parts.stop.soft.is_cancelled() {
            return;
        }
        self.generation += 1;
        let me = ctx.address();
        let back = BackLinks {
            failures: me.clone().recipient().downgrade(),
            down: me.recipient().downgrade(),
            generation: self.generation,
        };
        self.chain = Some((self.parts.build)(back));
        info!(generation = self.generation, "the chain stands");
    }
}

impl Handler<StageDown> for Pipeline {
    type Result = ();

    fn handle(&mut self, notice: StageDown, ctx: &mut Context<Self>) {
        // Older generations end as they should, and while draining all of them do.
        let expected = notice.generation != self.generation || self.chain.is_none();
        if expected || self.parts.stop.soft.is_cancelled() {
            return;
        }
        error!(
            actor = notice.who,
            generation = notice.generation,
            panicked = notice.panicked,
            "an actor died"
        );
        self.replace(ctx);
    }
}

impl Handler<Look> for Pipeline {
    type Result = ();

    fn handle(&mut self, _: Look, ctx: &mut Context<Self>) {
        if ctx.connected() {
            ctx.notify_later(Look, LOOK_EVERY);
        }
        let members = self.chain.iter().flat_map(|chain| &chain.members);
        let dead: Vec<_> = members.filter(|member| !(member.alive)()).map(|member| member.who).collect();
        if !dead.is_empty() && !self.parts.stop.soft.is_cancelled() {
            error!(?dead, "actors died without a notice");
            self.replace(ctx);
        }
    }
}

impl Handler<Failed> for Pipeline {
    type Result = ();

    fn handle(&mut self, failed: Failed, _ctx: &mut Context<Self>) {
        let (journal, board) = (Arc::clone(&self.parts.journal), self.parts.board.clone());
        let watchers = self.parts.watchers.clone();
        let chance = (self.parts.luck)();
        let (span, stop) = (failed.span.clone(), self.parts.stop.soft.clone());
        let work = async move { recorder::record(&*journal, &board, &watchers, failed, chance, &stop).await };
        actix::spawn(work.instrument(span));
    }
}

impl Handler<AskReadiness> for Pipeline {
    type Result = Readiness;

    fn handle(&mut self, _: AskReadiness, _ctx: &mut Context<Self>) -> Readiness {
        let whole =
            self.chain.as_ref().is_some_and(|chain| chain.members.iter().all(|member| (member.alive)()));
        if self.parts.stop.soft.is_cancelled() {
            Readiness::NotReady("the service is stopping".to_owned())
        } else if whole {
            Readiness::Ready
        } else {
            Readiness::NotReady("the chain is being built".to_owned())
        }
    }
}

impl Handler<Drain> for Pipeline {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Drain, _ctx: &mut Context<Self>) -> ResponseFuture<()> {
        let (stop, places) = (self.parts.stop.clone(), self.parts.places.clone());
        Box::pin(async move {
            stop.soft.cancel();
            let settled = async {
                places.all_free().await;
                stop.unsettled.close();
                stop.unsettled.wait().await;
            };
            if tokio::time::timeout(GRACE, places.all_free()).await.is_err() {
                stop.hard.cancel();
            }
            if let Ok(()) = tokio::time::timeout(LAST_CALL, settled).await {
                info!(cut_short = stop.hard.is_cancelled(), "drained");
            } else {
                warn!("some jobs did not end in time, their leases will run out");
            }
        })
    }
}
