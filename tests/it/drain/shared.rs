//! One video in several rows, and the program that watches it for all is killed.

use super::world::World;
use crate::support::providers::Service;

/// Short, so that the rows of the dead go on soon.
const LEASE_MS: &str = "2000";

/// The rest of the rows goes on behind what the dead one left, and pays for nothing twice.
async fn dies_at(point: &str) {
    let mut world = World::open().await;
    world.save(1).await;
    for _ in 0..3 {
        world.save_again();
    }
    let lease = ("LINKSCRIBE_LEASE_MS", LEASE_MS.to_owned());
    let dying = world.serve_with(&[lease.clone(), ("LINKSCRIBE_DIE_AT", point.to_owned())]);
    let ended = dying.death().await;
    assert_eq!(ended.code, None, "it was killed at {point}: {:#?}", ended.log);
    let life = world.serve_with(&[lease]);
    world.all_completed().await;
    life.stop().await.was_in_order(world.path());
    for service in [Service::Speech, Service::Gemini] {
        assert_eq!(
            world.providers.calls(service).finished,
            1,
            "{service:?} is paid for once, killed at {point}"
        );
    }
    world.close().await;
}

#[actix::test]
async fn a_program_killed_with_the_right_to_watch_leaves_it_to_the_next_one() {
    dies_at("right_taken").await;
}

#[actix::test]
async fn a_program_killed_while_it_watches_for_all_leaves_what_it_found_out() {
    dies_at("transcript_kept").await;
}

#[actix::test]
async fn a_program_killed_when_it_has_watched_for_all_wakes_them_all_the_same() {
    dies_at("watch_ended").await;
}
