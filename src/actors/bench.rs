//! The workbench of a stage: runs its jobs in tasks of their own and keeps the stage fit.
//!
//! Takes a story (an async function over ports) and the next stage; gives its result to the next stage
//! or its failure to the overseer. A panic, a time-out or a lost lease ends one job, never the actor.
//! Delivery happens inside the job's task, so a restart of the stage loses no finished result.

use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

use actix::WeakRecipient;
use actix::prelude::*;
use tokio::sync::Semaphore;
use tokio::task::JoinError;
use tracing::{Instrument, Span, error, info, info_span, warn};

use super::desk::{Desk, cut_short};
use crate::domain::backoff;
use crate::domain::stage::Stage;
use crate::failure::{Failure, Kind, Outcome};
use crate::messages::{Failed, Job, StageDown};

/// So many passing failures in a row mean that the stage itself is unfit: a tool is missing, a network is gone.
pub const UNFIT_AFTER: u32 = 5;

/// The first rest of an unfit stage; each further one doubles.
const FIRST_REST: Duration = Duration::from_secs(1);

/// The longest rest: the stage looks again at least this often.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// What a bench is made of.
pub struct BenchParts {
    /// The stage's name in logs and notices.
    pub who: &'static str,
    /// The stage.
    pub stage: Stage,
    /// How many jobs run at once; more wait for a seat.
    pub width: usize,
    /// How long one job may take before it counts as failed.
    pub limit: Duration,
    /// What all stages share.
    pub desk: Arc<Desk>,
    /// The links back, weak so that the chain can be dropped.
    pub back: BackLinks,
}

/// The links from a stage back to the overseer.
#[derive(Clone)]
pub struct BackLinks {
    /// Who records failures.
    pub failures: WeakRecipient<Failed>,
    /// Who hears of a stage's end.
    pub down: WeakRecipient<StageDown>,
    /// The generation of the chain this stage belongs to.
    pub generation: u64,
}

/// The workbench of one stage.
pub struct Bench {
    parts: BenchParts,
    seats: Arc<Semaphore>,
    running: usize,
    failed_in_a_row: u32,
    rests: u32,
    resting: bool,
}

/// A job has ended; for the stage's own counters.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Settled {
    /// Whether it failed for a passing reason.
    pub stumbled: bool,
}

impl Bench {
    /// An empty bench.
    pub fn new(parts: BenchParts) -> Self {
        let seats = Arc::new(Semaphore::new(parts.width));
        Self { parts, seats, running: 0, failed_in_a_row: 0, rests: 0, resting: false }
    }

    /// What all stages share.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.parts.desk)
    }

    /// Runs one job to its end in a task of its own; its result goes to `next`.
    pub fn run<A, J, F, N>(
        &mut self,
        ctx: &mut Context<A>,
        job: J,
        story: impl FnOnce(J) -> F,
        next: Recipient<N>,
    ) where
        A: Actor<Context = Context<A>> + Handler<Settled>,
        J: Job,
        F: Future<Output = Outcome<N>> + 'static,
        N: Message<Result = ()> + Send + 'static,
    {
        self.run_until(ctx, job, story, |made| ready(Ok(made)), next);
    }

    /// The same where the result has to wait for something else under way, which takes nobody's seat.
    pub fn run_until<A, J, F, W, N>(
        &mut self,
        ctx: &mut Context<A>,
        job: J,
        story: impl FnOnce(J) -> F,
        wait: impl FnOnce(N) -> W + 'static,
        next: Recipient<N>,
    ) where
        A: Actor<Context = Context<A>> + Handler<Settled>,
        J: Job,
        F: Future<Output = Outcome<N>> + 'static,
        W: Future<Output = Outcome<N>> + 'static,
        N: Message<Result = ()> + Send + 'static,
    {
        self.spawn(ctx, job, story, |made| async move { deliver(&next, wait(made).await?) });
    }

    /// Runs one job that has no next stage.
    pub fn run_last<A, J, F>(&mut self, ctx: &mut Context<A>, job: J, story: impl FnOnce(J) -> F)
    where
        A: Actor<Context = Context<A>> + Handler<Settled>,
        J: Job,
        F: Future<Output = Outcome<()>> + 'static,
    {
        self.spawn(ctx, job, story, |()| ready(Ok(())));
    }

    fn spawn<A, J, F, M, D>(
        &mut self,
        ctx: &mut Context<A>,
        job: J,
        story: impl FnOnce(J) -> F,
        then: impl FnOnce(M) -> D + 'static,
    ) where
        A: Actor<Context = Context<A>> + Handler<Settled>,
        J: Job,
        F: Future<Output = Outcome<M>> + 'static,
        M: 'static,
        D: Future<Output = Outcome<()>> + 'static,
    {
        self.running += 1;
        let (docket, row) = (job.envelope().docket.clone(), Arc::clone(&job.envelope().row));
        let span = info_span!(parent: &job.envelope().span, "stage", stage = self.parts.stage.name());
        let lost = job.envelope().lease.lost.clone();
        let hard_stop = self.parts.desk.stop.hard.clone();
        let (seats, limit) = (Arc::clone(&self.seats), self.parts.limit);
        let story = story(job);
        let story = async move { then(seated(&seats, limit, story).await?).await };
        let work = actix::spawn(
            async move {
                tokio::select! {
                    biased;
                    () = lost.cancelled() => Err(Failure::stale()),
                    () = hard_stop.cancelled() => Err(cut_short()),
                    outcome = story => outcome,
                }
            }
            .instrument(span.clone()),
        );
        let unsettled = self.parts.desk.stop.unsettled.token();
        let (stage, failures, me) =
            (self.parts.stage, self.parts.back.failures.clone(), ctx.address().downgrade());
        actix::spawn(
            async move {
                let outcome = work.await.unwrap_or_else(|error| Err(broken(error)));
                let stumbled = outcome.as_ref().is_err_and(|failure| stumbled_here(failure, stage));
                if let Err(failure) = outcome {
                    report(
                        &failures,
                        Failed {
                            docket,
                            row: Some(row),
                            failure: failure.at(stage),
                            span: Span::current(),
                            unsettled,
                        },
                    );
                }
                if let Some(me) = me.upgrade() {
                    me.do_send(Settled { stumbled });
                }
            }
            .instrument(span),
        );
    }

    /// Counts a job that ended; stops the actor when the stage is unfit, so that the Supervisor rests it.
    pub fn settle<A: Actor<Context = Context<A>>>(&mut self, settled: Settled, ctx: &mut Context<A>) {
        self.running = self.running.saturating_sub(1);
        if !settled.stumbled {
            self.failed_in_a_row = 0;
            self.rests = 0;
            return;
        }
        self.failed_in_a_row += 1;
        if self.failed_in_a_row >= UNFIT_AFTER {
            self.resting = true;
            ctx.stop();
        }
    }

    /// The stage's first line in the log.
    pub fn started(&self) {
        info!(actor = self.parts.who, generation = self.parts.back.generation, "started");
    }

    /// Rests an unfit stage; its mailbox keeps what arrives meanwhile.
    pub fn restarting<A>(&mut self, ctx: &mut Context<A>)
    where
        A: Actor<Context = Context<A>>,
    {
        let rest = backoff::doubling(FIRST_REST, self.rests, LONGEST_REST);
        warn!(actor = self.parts.who, rest_ms = rest.as_millis(), "unfit, rests");
        self.rests += 1;
        self.failed_in_a_row = 0;
        self.resting = false;
        let stop = self.parts.desk.stop.soft.clone();
        ctx.wait(actix::fut::wrap_future(async move {
            // A service that stops needs what waits in the mailbox, to hand it back.
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }));
    }

    /// Tells the overseer of an end it may not have asked for. Called while a panic unwinds as well, so
    /// nothing in here may panic.
    pub fn stopped(&self) {
        if self.resting {
            return;
        }
        self.parts.back.report_down(self.parts.who);
    }
}

impl BackLinks {
    /// Tells the overseer that an actor is gone.
    pub fn report_down(&self, who: &'static str) {
        if let Some(overseer) = self.down.upgrade() {
            overseer.do_send(StageDown {
                who,
                generation: self.generation,
                panicked: std::thread::panicking(),
            });
        }
    }
}

/// Waits for a seat, then works within the time limit.
async fn seated<M>(
    seats: &Semaphore,
    limit: Duration,
    story: impl Future<Output = Outcome<M>>,
) -> Outcome<M> {
    let _seat = seats.acquire().await.map_err(Failure::bug)?;
    tokio::time::timeout(limit, story).await.unwrap_or_else(|_| {
        Err(Failure::transient(anyhow::anyhow!("took longer than {} s", limit.as_secs())))
    })
}

/// Hands a result to the next stage. Permits bound the chain, so a full mailbox is a broken invariant.
fn deliver<N>(next: &Recipient<N>, result: N) -> Outcome<()>
where
    N: Message<Result = ()> + Send + 'static,
{
    next.try_send(result).map_err(|refused| {
        if matches!(refused, SendError::Full(_)) {
            error!("the next stage's mailbox is full although permits bound the chain");
        }
        Failure::wait(None, anyhow::anyhow!("the next stage is gone"))
    })
}

/// A job's task that did not come to its end.
fn broken(error: JoinError) -> Failure {
    if error.is_panic() {
        Failure::bug(anyhow::anyhow!("panicked: {}", panic_words(error.into_panic().as_ref())))
    } else {
        Failure::wait(None, anyhow::anyhow!("the job was dropped"))
    }
}

/// What a panic said, where it said something.
pub fn panic_words(panic: &(dyn std::any::Any + Send)) -> &str {
    let words = panic.downcast_ref::<&str>().copied();
    words.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

/// Whether this very stage failed for a passing reason; what another stage left undone says nothing of it.
fn stumbled_here(failure: &Failure, stage: Stage) -> bool {
    matches!(failure.kind, Kind::Transient { .. } | Kind::Bug) && failure.stage.is_none_or(|of| of == stage)
}

/// Tells the overseer of a failed job. Without an overseer the lease runs out, and another claim follows.
pub fn report(failures: &WeakRecipient<Failed>, failed: Failed) {
    if let Some(overseer) = failures.upgrade() {
        overseer.do_send(failed);
    } else {
        warn!(error = %failed.failure, "a failure found no overseer");
    }
}

/// Gives a stage actor with a field `bench` its plumbing: first log line, death notice, rest, counters.
macro_rules! stage_actor {
    ($actor:ty) => {
        impl actix::Actor for $actor {
            type Context = actix::Context<Self>;

            fn started(&mut self, _ctx: &mut Self::Context) {
                self.bench.started();
            }

            fn stopped(&mut self, _ctx: &mut Self::Context) {
                self.bench.stopped();
            }
        }

        impl actix::Supervised for $actor {
            fn restarting(&mut self, ctx: &mut Self::Context) {
                self.bench.restarting(ctx);
            }
        }

        impl actix::Handler<$crate::actors::bench::Settled> for $actor {
            type Result = ();

            fn handle(&mut self, settled: $crate::actors::bench::Settled, ctx: &mut Self::Context) {
                self.bench.settle(settled, ctx);
            }
        }
    };
}
pub(crate) use stage_actor;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_rests_for_its_own_stumbles_and_never_for_a_party_out_of_order() {
        let broken = || anyhow::anyhow!("broken");
        let waiting = crate::domain::waiting::Waiting::NoSpace;
        let table = [
            (Failure::transient(broken()), true),
            (Failure::bug(broken()), true),
            (Failure::outage(broken()), false),
            (Failure::outage(broken()).waits(waiting, Duration::ZERO), false),
            (Failure::wait(None, broken()), false),
            (Failure::transient(broken()).at(Stage::Transcribe), false),
        ];
        for (failure, stumbled) in table {
            assert_eq!(stumbled_here(&failure, Stage::Download), stumbled, "{failure:?}");
        }
    }
}
