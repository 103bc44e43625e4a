//! How the real program ends: told to stop at any moment, with anything hanging, and frozen for a while.
//!
//! `CHAOS=1` makes the run long: fifty stops instead of five. `SEED=n` draws other moments; a long run draws new ones each
//! time and prints their seed.

mod frozen;
mod hanging;
mod life;
mod shared;
mod world;

use std::net::TcpListener;
use std::time::Duration;

use linkscribe::app::{App, BEYOND_REPAIR};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use self::world::{World, slow};
use crate::support::fakes::{FakeWorkspace, Script};
use crate::support::kitchen::Kitchen;
use crate::support::providers::Service;

/// Whether the long runs are wanted.
pub(crate) fn long_run() -> bool {
    std::env::var_os("CHAOS").is_some_and(|value| value == "1")
}

fn seed() -> u64 {
    let told = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    told.unwrap_or_else(|| if long_run() { rand::random() } else { 1 })
}

/// When a service is told to stop.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after its start.
    After(Duration),
    /// So long after a provider was asked.
    Asked(Service, Duration),
    /// So long after a row was changed.
    RowChanged(Duration),
}

impl Moment {
    fn draw(random: &mut StdRng) -> Self {
        let soon = Duration::from_millis(random.random_range(0..1_000));
        match random.random_range(0..5) {
            0 => Self::After(soon * 2),
            1 => Self::Asked(Service::Speech, soon),
            2 => Self::Asked(Service::Gemini, soon),
            3 => Self::RowChanged(soon),
            _ => Self::After(soon * 8),
        }
    }

    async fn come(self, world: &World, before: (usize, usize)) {
        let pause = match self {
            Self::After(pause) => pause,
            Self::Asked(service, pause) => {
                let asked = if service == Service::Speech { before.0 } else { before.1 };
                // Where nothing is left to ask, the next moment is as good.
                let next = world.asked(service, asked + 1);
                drop(tokio::time::timeout(Duration::from_secs(8), next).await);
                pause
            }
            Self::RowChanged(pause) => {
                let written = world.notion.counters().total;
                let changed = world.notion.until(|notion| {
                    let last = notion.requests().pop()?;
                    (notion.counters().total > written && last.method == "PATCH").then_some(())
                });
                drop(tokio::time::timeout(Duration::from_secs(8), changed).await);
                pause
            }
        };
        tokio::time::sleep(pause).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_at_any_moment_it_ends_in_time_and_nothing_is_lost_or_paid_for_twice() {
    const IN_FLIGHT: usize = 5;
    let (stops, seed) = (if long_run() { 50 } else { 5 }, seed());
    println!("SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::open().await;
    let (mut longest, mut cut) = (Duration::ZERO, 0);
    for _ in 0..stops {
        world.save(IN_FLIGHT.saturating_sub(world.rows.len() - world.completed())).await;
        // Far less than the grace: whoever was asked is listened to.
        slow(&world.providers, Duration::from_millis(random.random_range(0..1_500)));
        let before =
            (world.providers.calls(Service::Speech).started, world.providers.calls(Service::Gemini).started);
        let moment = Moment::draw(&mut random);
        let life = world.serve();
        moment.come(&world, before).await;
        let ended = life.stop().await;
        println!("{moment:?}: {:?}", ended.took);
        if ended.code.is_none() && ended.log.is_empty() {
            // On a busy machine the signal came before the program's own first line, which listens to it.
            life::left_nothing(world.path());
            continue;
        }
        ended.was_in_order(world.path());
        world.all_handed_back().await;
        longest = longest.max(ended.took);
        cut += usize::from(ended.log.iter().any(|line| line["cut_short"] == true));
    }
    slow(&world.providers, Duration::ZERO);
    let life = world.serve();
    world.all_completed().await;
    life.stop().await.was_in_order(world.path());
    world.all_handed_back().await;
    world.each_row_has_one_result();
    println!("{stops} stops, {cut} cut short, {} rows, the longest took {longest:?}", world.rows.len());
    world.close().await;
}

#[actix::test]
async fn a_service_whose_web_server_is_gone_ends_so_that_a_fresh_one_can_take_its_place() {
    let kitchen = Kitchen::open().await;
    let ports = kitchen.ports(FakeWorkspace::with_links(&[], Script::works()));
    let app = App::start(ports, kitchen.options(1));
    let web = app.serve_http(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    let ended = app.until_its_end(std::future::pending(), &web);
    let (code, ()) = tokio::join!(ended, web.handle.stop(false));
    assert_eq!(code, BEYOND_REPAIR);
    web.close().await.unwrap();
    app.drain().await;
}
