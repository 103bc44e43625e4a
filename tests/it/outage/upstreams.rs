//! Each outside party fails in each way, is well again, and every row ends as docs/outages.md says.

use std::time::Duration;

use linkscribe::sandbox::notion::Fault as NotionFault;
use serde_json::json;

use super::world::World;
use crate::support::providers::{Fault, Service as Engine};

/// What was said in every clip.
const SAID: &str = "Chop two onions";

/// What every clip shows.
const SHOWN: &str = "TOMATO SOUP";

/// More than any real answer has.
const HUGE: usize = 100 * 1024 * 1024;

/// Longer than the program waits for an answer.
const TOO_LATE: Duration = Duration::from_secs(10);

async fn world() -> World {
    World::open(None).await
}

/// A world in which nobody waits minutes for an answer that never comes.
async fn hurried_world() -> World {
    let mut world = world().await;
    world.set("LINKSCRIBE_ANSWER_MS", "5000");
    world
}

/// For each fault a row whose transcription and summary meet it once, and whose pictures meet nothing else.
async fn a_row_for_each(mut world: World, faults: &[Fault]) {
    let mut service = world.serve().await;
    for fault in faults {
        world.providers.fail_next(Engine::Speech, fault.clone());
        world.providers.fail_next(Engine::Gemini, fault.clone());
        world.providers.fail_always(Engine::Vision, fault.clone());
        let rows = world.save_links(1).await;
        world.all(&mut service, &rows, "completed").await;
        let page = world.notion.page_markdown(rows[0]).unwrap();
        assert!(page.contains(SAID) && !page.contains(SHOWN), "{fault:?}: {page}");
    }
    for engine in [Engine::Speech, Engine::Gemini] {
        let calls = world.providers.calls(engine);
        assert_eq!((calls.failed, calls.finished), (faults.len(), faults.len()), "{engine:?}");
    }
    world.close(service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn engines_that_refuse_for_now_hold_a_row_up_and_the_screen_is_left_out() {
    let for_a_second = |status| Fault::Wait(status, 1);
    a_row_for_each(world().await, &[for_a_second(429), for_a_second(529), Fault::Status(500)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn engines_that_break_off_or_say_nothing_hold_a_row_up_and_the_screen_is_left_out() {
    a_row_for_each(world().await, &[Fault::Reset, Fault::HalfBody]).await;
    a_row_for_each(hurried_world().await, &[Fault::Stall, Fault::Drip]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn engines_that_answer_nonsense_hold_a_row_up_and_the_screen_is_left_out() {
    a_row_for_each(world().await, &[Fault::WrongJson, Fault::NotJson, Fault::Huge(HUGE as u64)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_refuses_its_account_fails_the_row_with_a_sentence_and_the_next_try_succeeds() {
    let mut world = world().await;
    let mut service = world.serve().await;
    world.providers.fail_always(Engine::Vision, Fault::Status(401));
    for engine in [Engine::Speech, Engine::Gemini] {
        world.providers.fail_next(engine, Fault::Status(401));
        let rows = world.save_links(1).await;
        world.all(&mut service, &rows, "failed").await;
        let why = world.notion.words(rows[0], "Reason").unwrap();
        assert!(why.contains("refuses Linkscribe's account"), "{engine:?}: {why}");
        world.notion.edit_row(rows[0], &json!({ "Status": "pending" })).unwrap();
        world.all(&mut service, &rows, "completed").await;
    }
    world.close(service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_of_a_hundred_megabytes_are_not_kept_in_memory() {
    let mut world = world().await;
    let mut service = world.serve().await;
    let rows = world.save_links(1).await;
    world.all(&mut service, &rows, "completed").await;
    let before = service.vitals();
    for engine in [Engine::Speech, Engine::Gemini, Engine::Vision] {
        world.providers.fail_next(engine, Fault::Huge(HUGE as u64));
    }
    world.notion.fail_next(1, "POST", "/v1/data_sources", NotionFault::Huge(HUGE));
    world.notion.fail_next(1, "PATCH", "/v1/pages", NotionFault::Huge(HUGE));
    let rows = world.save_links(1).await;
    world.all(&mut service, &rows, "completed").await;
    let after = service.vitals();
    println!("{before:?} {after:?}");
    assert!(after.peak_mb < before.peak_mb + 48, "{before:?} {after:?}");
    world.close(service).await;
}

/// For each fault a row whose look-up, status, page and poll meet it once each.
async fn a_row_for_each_of_notions(mut world: World, faults: &[NotionFault]) {
    let mut service = world.serve().await;
    let rows = world.save_links(1).await;
    world.all(&mut service, &rows, "completed").await;
    let once = world.notion.page_markdown(rows[0]).unwrap().matches(SAID).count();
    for fault in faults {
        for (method, path) in [
            ("POST", "/v1/data_sources"),
            ("GET", "/v1/pages"),
            ("PATCH", "/v1/pages"),
            ("PATCH", "/v1/blocks"),
        ] {
            world.notion.fail_next(1, method, path, fault.clone());
        }
        let rows = world.save_links(1).await;
        world.all(&mut service, &rows, "completed").await;
        let page = world.notion.page_markdown(rows[0]).unwrap();
        assert_eq!(page.matches(SAID).count(), once, "{fault:?}: {page}");
    }
    world.paid_once(faults.len() + 1);
    world.close(service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notion_that_refuses_for_now_holds_a_row_up_and_nothing_is_paid_or_written_twice() {
    let faults = [
        NotionFault::RateLimited(1),
        NotionFault::Overloaded(1),
        NotionFault::InternalError,
        NotionFault::Unavailable,
        NotionFault::Conflict,
    ];
    a_row_for_each_of_notions(world().await, &faults).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notion_whose_answers_are_lost_or_broken_is_asked_again_and_nothing_is_written_twice() {
    let broken =
        [NotionFault::Reset, NotionFault::CutBody, NotionFault::AnswerLost(504), NotionFault::Huge(HUGE)];
    a_row_for_each_of_notions(world().await, &broken).await;
    let late = [NotionFault::Stall(TOO_LATE), NotionFault::AnswerLate(TOO_LATE)];
    a_row_for_each_of_notions(hurried_world().await, &late).await;
}
