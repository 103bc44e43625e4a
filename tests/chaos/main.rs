//! Kills the real program with SIGKILL at every fault point, again and again, and counts what its owner
//! would see: rows lost, sections twice on a page, answers paid for twice.
//!
//! A binary of its own, so that no other test competes for the processor while leases run. The short form
//! runs always; with `CHAOS=1` there are more seeds, both databases in full, and the lease of production.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic, and its names are its docs"
)]

mod audit;
mod instances;
mod ledger;
mod life;
mod plan;
mod points;
mod results;
mod rounds;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a toolbox shared with the other behaviour tests")]
mod support;
mod world;

use std::io::Write;

use linkscribe::fault::POINTS;
use tokio::sync::{Mutex, MutexGuard};

use crate::support::postgres::fresh_database;
use crate::support::redis::Redis;

/// One of these tests at a time: each keeps all processors busy.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

async fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().await
}

/// Whether the long form is asked for.
fn is_long() -> bool {
    std::env::var_os("CHAOS").is_some_and(|value| value == "1")
}

fn seeds() -> std::ops::RangeInclusive<u64> {
    if is_long() { 1..=3 } else { 1..=1 }
}

/// Past the test harness, which keeps the words of tests that pass to itself.
fn tell(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_point_on_sqlite_nothing_is_lost_doubled_or_paid_twice() {
    let _alone = alone().await;
    for seed in seeds() {
        let counts = rounds::run(seed, None, &POINTS).await;
        tell(&format!("chaos sqlite seed {seed}: {counts}"));
        counts.hold();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_before_a_death_is_never_paid_for_again() {
    let _alone = alone().await;
    let counts = rounds::behind_each_checkpoint(None).await;
    tell(&format!("chaos behind each checkpoint: {counts}"));
    counts.hold();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_postgres_nothing_is_lost_doubled_or_paid_twice() {
    // Where a transaction of the journal or the page stands half-way.
    const A_HANDFUL: [&str; 5] = ["claimed", "speech_answered", "note_kept", "body_written", "row_filled"];
    let _alone = alone().await;
    for seed in seeds() {
        let database = fresh_database().await;
        let points: &[&'static str] = if is_long() { &POINTS } else { &A_HANDFUL };
        let counts = rounds::run(100 + seed, Some(database.url.clone()), points).await;
        tell(&format!("chaos postgres seed {}: {counts}", 100 + seed));
        counts.hold();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_of_two_instances_dies_again_and_again_the_other_goes_on() {
    const A_HANDFUL: [&str; 4] = ["row_read", "screen_kept", "note_answered", "body_written"];
    let _alone = alone().await;
    let redis = Redis::start();
    for seed in seeds() {
        let database = fresh_database().await;
        let points: &[&'static str] = if is_long() { &POINTS } else { &A_HANDFUL };
        let counts = instances::run(200 + seed, &database.url, &redis.url(), points).await;
        tell(&format!("chaos two instances seed {}: {counts}", 200 + seed));
        counts.hold();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_a_dead_instance_goes_on_elsewhere_within_thirty_seconds() {
    if !is_long() {
        tell("chaos hand-over with the lease of production: in `make chaos` only, it takes half a minute");
        return;
    }
    let _alone = alone().await;
    let (database, redis) = (fresh_database().await, Redis::start());
    let took = instances::hand_over(&database.url, &redis.url()).await;
    tell(&format!("chaos hand-over with the lease of production: {:.1} s", took.as_secs_f64()));
    assert!(took.as_secs() < 30, "{took:?}");
}
