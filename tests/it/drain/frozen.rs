//! A service that is frozen for longer than its lease and then goes on, as on a machine that sleeps.

use std::time::Duration;

use rustix::process::Signal;
use uuid::Uuid;

use super::world::{World, slow};
use crate::support::postgres;
use crate::support::providers::Service;

/// Short enough to wait for, long enough for a busy machine.
const LEASE: Duration = Duration::from_secs(4);

fn short_lease() -> [(&'static str, String); 1] {
    [("LINKSCRIBE_LEASE_MS", LEASE.as_millis().to_string())]
}

/// What a person sees of a row, and when it was changed last.
fn seen(world: &World, row: Uuid) -> (Option<String>, usize) {
    let requests = world.notion.requests();
    let page = row.to_string();
    let own = |path: &str| path.contains(&page) || path.contains(&row.simple().to_string());
    let changes = requests.iter().filter(|one| one.method != "GET" && own(&one.path) && one.status == 200);
    (world.notion.page_markdown(row), changes.count())
}

/// Two services on one database; the one that works on so many rows is frozen once this has come, until the other one
/// is done.
async fn overtaken(rows: usize, delay: Duration, come: impl AsyncFn(&World)) {
    let database = postgres::fresh_database().await;
    let mut world = World::open_on(tempfile::tempdir().unwrap(), database.url.clone()).await;
    slow(&world.providers, delay);
    world.save(rows).await;
    let mut first = world.serve_with(&short_lease());
    first.address().await;
    come(&world).await;
    first.signal(Signal::STOP);

    let second = world.serve_with(&short_lease());
    world.all_completed().await;
    // The last word is kept a moment after it is told.
    let kept = async {
        while world.journal().await.iter().any(|entry| entry.state != "done") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(super::life::PATIENCE, kept).await.expect("the last word is kept");
    let before: Vec<_> = world.rows.iter().map(|row| seen(&world, *row)).collect();

    first.signal(Signal::CONT);
    // Its jobs find out by a beat or by a write; while it ends they have the time to do what they still would.
    first.stop().await.was_in_time();
    second.stop().await.was_in_order(world.path());
    let after: Vec<_> = world.rows.iter().map(|row| seen(&world, *row)).collect();
    assert_eq!(before, after, "nothing stale was written");
    for row in &world.rows {
        assert_eq!(world.shown(*row), "completed");
        assert_eq!(world.notion.blocks(*row).iter().filter(|block| block["type"] == "callout").count(), 1);
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_while_a_transcript_is_made_it_writes_nothing_once_another_one_has_taken_over() {
    overtaken(2, Duration::from_secs(1), async |world: &World| world.asked(Service::Speech, 1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_while_the_note_is_made_it_writes_nothing_once_another_one_has_taken_over() {
    overtaken(2, Duration::from_secs(1), async |world: &World| world.asked(Service::Gemini, 1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_while_it_writes_the_page_it_leaves_one_section_and_no_late_status() {
    // Of two rows the other one's request may be behind the fence and not yet on its way: nothing calls that back.
    overtaken(1, Duration::ZERO, async |world: &World| {
        let writing = world.notion.until(|notion| {
            let writes = |path: &str| path.ends_with("/children");
            notion.requests().iter().any(|one| one.method == "PATCH" && writes(&one.path)).then_some(())
        });
        tokio::time::timeout(super::life::PATIENCE, writing).await.expect("a page is written");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alone_and_frozen_for_longer_than_its_lease_it_goes_on_with_its_own_work() {
    let mut world = World::open().await;
    slow(&world.providers, Duration::from_secs(1));
    world.save(3).await;
    let mut life = world.serve_with(&short_lease());
    life.address().await;
    world.asked(Service::Speech, 1).await;
    life.signal(Signal::STOP);
    // Longer than the lease, and than a sweep may be late before it takes itself for frozen.
    tokio::time::sleep(LEASE + Duration::from_secs(4)).await;
    life.signal(Signal::CONT);
    world.all_completed().await;
    life.stop().await.was_in_order(world.path());
    world.all_handed_back().await;
    world.each_row_has_one_result();
    world.close().await;
}
