//! The overseer alone: it rebuilds a chain that dies, and gives up on the process when it dies again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::{Actor, Context, Handler, Message, Supervised, Supervisor};
use linkscribe::actors::bench::BackLinks;
use linkscribe::actors::desk::StopSignals;
use linkscribe::actors::pipeline::{BUDGET, Chain, Member, Pipeline, PipelineParts, Places};
use linkscribe::actors::status_board::StatusBoard;
use linkscribe::messages::{AskReadiness, Drain, Readiness};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::support::fakes::{FakeWorkspace, Script};
use crate::support::kitchen::Kitchen;

/// Dies of a panic as soon as it is told to.
struct Bomb(BackLinks);

#[derive(Message)]
#[rtype(result = "()")]
struct Explode;

impl Actor for Bomb {
    type Context = Context<Self>;

    fn stopped(&mut self, _: &mut Self::Context) {
        self.0.report_down("Bomb");
    }
}

impl Supervised for Bomb {}

impl Handler<Explode> for Bomb {
    type Result = ();

    fn handle(&mut self, _: Explode, _: &mut Context<Self>) {
        panic!("injected")
    }
}

/// An overseer whose chain is one bomb; the first so many generations explode.
async fn overseer(explosions: u64) -> (actix::Addr<Pipeline>, Arc<AtomicU64>, CancellationToken, Kitchen) {
    let kitchen = Kitchen::open().await;
    let (built, beyond_repair) = (Arc::new(AtomicU64::new(0)), CancellationToken::new());
    let count = Arc::clone(&built);
    let overseer = Pipeline::new(PipelineParts {
        build: Box::new(move |back| {
            let generation = count.fetch_add(1, Ordering::SeqCst);
            let bomb = Supervisor::start(|_| Bomb(back));
            if generation < explosions {
                bomb.do_send(Explode);
            }
            Chain { members: vec![Member::new("Bomb", bomb)] }
        }),
        journal: kitchen.store.clone(),
        board: StatusBoard::new(
            FakeWorkspace::with_links(&[], Script::works()),
            kitchen.store.clone(),
            Duration::ZERO,
        ),
        watchers: broadcast::channel(1).0,
        places: Places::new(1),
        stop: StopSignals::default(),
        beyond_repair: beyond_repair.clone(),
        luck: || 0.0,
    })
    .start();
    (overseer, built, beyond_repair, kitchen)
}

#[actix::test]
async fn a_dead_actor_brings_a_new_generation_and_the_service_is_ready_again() {
    let (overseer, built, beyond_repair, _kitchen) = overseer(2).await;
    // The pauses of the rebuilds pass at once when nothing else is to be done.
    tokio::time::pause();
    while built.load(Ordering::SeqCst) < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(built.load(Ordering::SeqCst), 3, "a chain that lives is left alone");
    assert_eq!(overseer.send(AskReadiness).await.unwrap(), Readiness::Ready);
    assert!(!beyond_repair.is_cancelled());
}

#[actix::test]
async fn a_chain_that_dies_again_and_again_ends_the_process_after_its_budget() {
    let (_overseer, built, beyond_repair, _kitchen) = overseer(u64::MAX).await;
    tokio::time::pause();
    tokio::time::timeout(Duration::from_mins(5), beyond_repair.cancelled()).await.unwrap();
    assert_eq!(built.load(Ordering::SeqCst), BUDGET as u64 + 1);
}

#[actix::test]
async fn while_draining_the_service_is_not_ready_and_nothing_is_rebuilt() {
    let (overseer, built, _beyond_repair, _kitchen) = overseer(0).await;
    while overseer.send(AskReadiness).await.unwrap() != Readiness::Ready {
        tokio::task::yield_now().await;
    }
    overseer.send(Drain).await.unwrap();
    assert!(matches!(overseer.send(AskReadiness).await.unwrap(), Readiness::NotReady(_)));
    assert_eq!(built.load(Ordering::SeqCst), 1);
}
