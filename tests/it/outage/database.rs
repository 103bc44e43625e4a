//! The database is away while links are being read, and comes back.

use std::time::{Duration, Instant};

use sea_orm::{Database, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use uuid::Uuid;

use super::world::{NOTHING, World};
use crate::support::postgres::own_server;
use crate::support::providers::Service as Engine;
use crate::support::service::Service;

/// As many as are in the chain at once.
const ROWS: usize = 5;

/// A lease of five seconds runs out meanwhile, twice; with `CHAOS=1` it is the real one of twenty.
fn away() -> Duration {
    Duration::from_secs(if is_long() { 60 } else { 12 })
}

fn is_long() -> bool {
    std::env::var_os("CHAOS").is_some()
}

async fn world(database_url: Option<&str>) -> World {
    let mut world = World::open(database_url).await;
    if !is_long() {
        world.set("LINKSCRIBE_LEASE_MS", "5000");
    }
    // The answers come while the database is away.
    world.providers.delay(Engine::Speech, Duration::from_secs(4));
    world
}

/// Lets the time pass that the database is away, and looks at the program meanwhile.
async fn sit_it_out(world: &World, service: &mut Service) {
    let (before, lines, began) = (service.vitals(), service.lines.len(), Instant::now());
    world.heard(service, |calls| calls.finished >= ROWS).await;
    service.during(tokio::time::sleep(away().saturating_sub(began.elapsed()))).await;
    assert_eq!(service.get("/health").await.0, 200, "the process is well");
    let (after, took) = (service.vitals(), began.elapsed());
    let (cpu, lines) = (after.cpu.saturating_sub(before.cpu), service.lines.len() - lines);
    println!("away {took:?}: {cpu:?} of the processor, {lines} lines, {before:?}, {after:?}");
    assert!(cpu < took / 5, "{cpu:?} in {took:?}: a busy loop");
    // Each entry has a heart and an answer to keep, each tried once a second; so have the loops.
    let bound = 3 * (ROWS + 3) * usize::try_from(took.as_secs() + 1).unwrap();
    assert!(lines < bound, "{lines} lines in {took:?}");
    assert!(after.resident_mb < before.resident_mb + 32, "{before:?} {after:?}");
}

/// Everything was read, nothing was held against anybody, and nothing was paid for twice.
async fn all_is_well_again(world: World, mut service: Service, rows: &[Uuid]) {
    world.all(&mut service, rows, "completed").await;
    service.until_ready().await;
    assert_eq!(world.counted().await, NOTHING);
    world.paid_once(rows.len());
    world.close(service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_whose_answers_arrive_while_postgres_is_gone_are_finished_without_paying_again() {
    let mut postgres = own_server().await;
    let mut world = world(Some(&postgres.url)).await;
    let mut service = world.serve().await;
    let rows = world.save_links(ROWS).await;
    world.heard(&mut service, |calls| calls.started >= ROWS).await;

    postgres.stop();
    sit_it_out(&world, &mut service).await;
    assert_eq!(service.get("/ready").await.0, 503);
    postgres.start_again();
    all_is_well_again(world, service, &rows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_whose_answers_arrive_while_postgres_is_frozen_are_finished_without_paying_again() {
    let mut postgres = own_server().await;
    let mut world = world(Some(&postgres.url)).await;
    let mut service = world.serve().await;
    let rows = world.save_links(ROWS).await;
    world.heard(&mut service, |calls| calls.started >= ROWS).await;

    postgres.freeze();
    sit_it_out(&world, &mut service).await;
    assert_eq!(service.get("/ready").await.0, 503);
    postgres.thaw();
    all_is_well_again(world, service, &rows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_restarts_again_and_again_costs_no_row_an_attempt() {
    let mut postgres = own_server().await;
    let mut world = world(Some(&postgres.url)).await;
    world.providers.delay(Engine::Speech, Duration::from_millis(200));
    let mut service = world.serve().await;
    let rows = world.save_links(2 * ROWS).await;
    world.heard(&mut service, |calls| calls.started > 0).await;
    for _ in 0..6 {
        postgres.stop();
        service.during(tokio::time::sleep(Duration::from_millis(300))).await;
        postgres.start_again();
        service.during(tokio::time::sleep(Duration::from_millis(900))).await;
    }
    all_is_well_again(world, service, &rows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_whose_answers_arrive_while_the_file_is_locked_are_finished_without_paying_again() {
    let mut world = world(None).await;
    let mut service = world.serve().await;
    let rows = world.save_links(ROWS).await;
    world.heard(&mut service, |calls| calls.started >= ROWS).await;

    let other = Database::connect(world.database_url()).await.unwrap();
    let lock = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Exclusive),
        ..TransactionOptions::default()
    };
    let lock = other.begin_with_options(lock).await.unwrap();
    sit_it_out(&world, &mut service).await;
    lock.rollback().await.unwrap();
    other.close().await.unwrap();
    all_is_well_again(world, service, &rows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_started_before_its_database_waits_for_it() {
    let mut postgres = own_server().await;
    let mut world = world(Some(&postgres.url)).await;
    world.register().await;
    postgres.stop();
    let starting = tokio::spawn(async move {
        let service = world.start().await;
        (world, service)
    });
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(!starting.is_finished(), "it neither gave up nor says that it is there");
    postgres.start_again();
    let (world, service) = starting.await.unwrap();
    assert_eq!(service.get("/ready").await.0, 200);
    assert!(service.lines.iter().any(|line| line["message"] == "the database is waited for"));
    world.close(service).await;
}
