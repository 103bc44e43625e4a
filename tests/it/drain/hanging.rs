//! The end of a service that has something hanging: it comes in time all the same.

use std::path::Path;
use std::time::{Duration, Instant};

use linkscribe::sandbox::notion::Fault as NotionFault;
use rustix::process::Signal;
use sea_orm::ConnectionTrait;
use tokio::net::TcpListener;

use super::life::{PATIENCE, left_no_process, left_nothing};
use super::world::World;
use crate::support::providers::{Fault, Service};
use crate::support::redis::Redis;
use crate::support::{executable, postgres};

/// A downloader that tells its version and nothing else, and has a child of its own.
const SLEEPS: &str = r#"case "$*" in *--version*) echo 2099.01.01 ;; *) sleep 3600; true ;; esac"#;

/// Longer than any test.
const FOR_EVER: Duration = Duration::from_hours(1);

/// A world with so many links, whose transcripts are never answered.
async fn with_a_hanging_provider(links: usize) -> World {
    let mut world = World::open().await;
    world.providers.fail_always(Service::Speech, Fault::Stall);
    world.save(links).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_provider_that_hangs_it_says_that_it_is_not_ready_ends_in_time_and_hands_all_back() {
    let world = with_a_hanging_provider(5).await;
    let mut life = world.serve();
    let address = life.address().await;
    // Remote engines have four seats.
    world.asked(Service::Speech, 4).await;
    life.signal(Signal::TERM);
    let asked = Instant::now();
    life.until(|line| line["message"] == "stopping").await;
    assert_eq!(status(&address, "/ready").await, 503);
    assert_eq!(status(&address, "/health").await, 200);
    let ended = life.end(asked).await;
    ended.was_in_order(world.path());
    world.all_handed_back().await;

    world.providers.heal(Service::Speech);
    let life = world.serve();
    world.all_completed().await;
    life.stop().await.was_in_order(world.path());
    world.close().await;
}

async fn status(address: &str, path: &str) -> u16 {
    reqwest::get(format!("http://{address}{path}")).await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_it_at_once_and_leaves_no_program_behind() {
    let mut world = World::open().await;
    world.save(1).await;
    let tools = tools(world.path(), SLEEPS);
    let mut life = world.serve_with(&[("TOOLS_DIR", tools)]);
    life.address().await;
    row_shows(&world, "downloading").await;
    life.signal(Signal::TERM);
    // One wish, passed on twice.
    life.signal(Signal::TERM);
    life.until(|line| line["message"] == "stopping").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    life.signal(Signal::INT);
    let ended = life.end(Instant::now()).await;
    assert_eq!(ended.code, Some(130));
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    left_no_process(world.path());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_notion_that_hangs_it_ends_in_time_and_hands_all_back() {
    let mut world = World::open().await;
    world.save(2).await;
    let life = world.serve();
    world.asked(Service::Gemini, 1).await;
    world.notion.fail_next(1_000, "*", "/v1/", NotionFault::Stall(FOR_EVER));
    let ended = life.stop().await;
    ended.was_in_order(world.path());
    world.all_handed_back().await;
    world.notion.clear_faults();
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_downloader_that_hangs_it_ends_in_time_and_hands_all_back() {
    let mut world = World::open().await;
    world.save(2).await;
    let tools = tools(world.path(), SLEEPS);
    let life = world.serve_with(&[("TOOLS_DIR", tools)]);
    row_shows(&world, "downloading").await;
    life.stop().await.was_in_order(world.path());
    world.all_handed_back().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_while_it_asks_the_downloader_for_its_version_it_ends_at_once() {
    let world = World::open().await;
    let begun = world.path().join("begun");
    let tools = tools(world.path(), &format!("touch {}; sleep 3600", begun.display()));
    let life = world.serve_with(&[("TOOLS_DIR", tools)]);
    let asked = async {
        while !begun.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it asks for the version");
    let ended = life.stop().await;
    ended.was_in_order(world.path());
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_journal_that_somebody_else_locks_it_ends_in_time() {
    let world = with_a_hanging_provider(2).await;
    let life = world.serve();
    world.asked(Service::Speech, 1).await;
    let lock = world.connect().await;
    lock.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let ended = life.stop().await;
    lock.execute_unprepared("ROLLBACK").await.unwrap();
    lock.close().await.unwrap();
    ended.was_in_order(world.path());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_database_that_hangs_it_ends_in_time_in_the_middle_of_work_and_while_it_starts() {
    let mut database = postgres::own_server().await;
    let mut world = World::open_on(tempfile::tempdir().unwrap(), database.url.clone()).await;
    world.providers.fail_always(Service::Speech, Fault::Stall);
    world.save(2).await;
    let life = world.serve();
    world.asked(Service::Speech, 1).await;
    database.freeze();
    life.stop().await.was_in_order(world.path());

    let life = world.serve();
    // There is no sign of a connection that waits; any moment of the start will do.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ended = life.stop().await;
    ended.was_in_order(world.path());
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    database.thaw();
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_it_ends_in_time_and_hands_all_back() {
    let world = with_a_hanging_provider(2).await;
    let mut redis = Redis::start();
    let life = world.serve_with(&[("REDIS_URL", redis.url())]);
    world.asked(Service::Speech, 1).await;
    redis.kill();
    life.stop().await.was_in_order(world.path());
    world.all_handed_back().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_collector_that_never_answers_it_ends_in_time() {
    let world = with_a_hanging_provider(2).await;
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    let life = world.serve_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", url)]);
    world.asked(Service::Speech, 1).await;
    life.stop().await.was_in_order(world.path());
    world.all_handed_back().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_an_outage_it_ends_at_once() {
    let mut world = World::open().await;
    world.providers.fail_always(Service::Gemini, Fault::Status(503));
    world.save(3).await;
    let mut life = world.serve();
    life.until(|line| line["message"] == "a job failed").await;
    let ended = life.stop().await;
    ended.was_in_order(world.path());
    assert!(world.journal().await.iter().all(|entry| entry.state == "waiting" && entry.crashes == 0));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_in_its_first_moments_it_ends_at_once() {
    let world = World::open().await;
    for millis in [30, 60, 120, 250, 500] {
        let life = world.serve();
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let ended = life.stop().await;
        // Within the first milliseconds the system has not started the program yet, and ends it itself.
        assert!(matches!(ended.code, Some(0) | None), "{ended:?}");
        assert!(ended.took < Duration::from_secs(3), "{ended:?}");
        left_nothing(world.path());
    }
    world.close().await;
}

async fn row_shows(world: &World, status: &str) {
    let shown = world.notion.until(|_| (world.shown(world.rows[0]) == status).then_some(()));
    tokio::time::timeout(PATIENCE, shown).await.expect("the row shows it");
}

/// A folder of tools whose downloader is this shell script.
fn tools(folder: &Path, script: &str) -> String {
    let tools = folder.join("tools");
    let program = tools.join("venv/bin/yt-dlp");
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    executable(&program, format!("#!/bin/sh\n{script}\n").as_bytes());
    tools.display().to_string()
}
