//! Killed while a result becomes pages of a content database: every page is made once, every answer paid once.

use std::time::{Duration, Instant};

use linkscribe::fault::OF_RESULTS;
use serde_json::{Value, json};

use crate::plan::Kill;
use crate::support::providers::Service;
use crate::world::{LEASE_MS, World};

/// Longer than any life should take on a busy machine.
const LIFE: Duration = Duration::from_mins(3);

/// What stands in the video, so that nothing of it is left out.
const THINGS: [&str; 2] = ["Tomato soup", "Two onions"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_result_becomes_pages_each_is_made_once_and_every_answer_paid_once() {
    let _alone = crate::alone().await;
    let mut world = World::open(2, None).await;
    let source = world.open_content("Dishes", "One page per dish.").await;
    let items: Vec<Value> = THINGS.iter().map(|title| json!({ "title": title })).collect();
    world
        .providers
        .answer(json!({"title": "Soup", "summary": "A hot soup.", "choice": "c1", "items": items}));
    for (rows, (point, pass)) in (1..).zip(deaths()) {
        world.save_link().await;
        let kill = Kill { point, pass, places: 1 };
        let mut life = world.begin("a", Some(kill), 1, &[("LINKSCRIBE_LEASE_MS", LEASE_MS)]);
        life.death(LIFE).await;
        let life = world.begin("a", None, 1, &[("LINKSCRIBE_LEASE_MS", LEASE_MS)]);
        let begun = Instant::now();
        while world.unfinished(&world.look().await).next().is_some() {
            assert!(begun.elapsed() < LIFE, "{kill:?} is not survived:\n{}", life.tail());
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        life.end().await;
        let pages = world.notion.rows(source);
        assert_eq!(pages.len(), rows * THINGS.len(), "pages after {kill:?}");
        let bodies = pages.iter().map(|page| {
            let page = page["id"].as_str().unwrap().parse().unwrap();
            world.notion.blocks(page).iter().filter(|block| block["type"] == "callout").count()
        });
        assert!(bodies.into_iter().all(|sections| sections == 1), "sections after {kill:?}");
        // The choice, and the note for the chosen database.
        assert_eq!(world.providers.calls(Service::Gemini).finished, 2 * rows, "answers paid after {kill:?}");
    }
    crate::tell(&format!("chaos pages of results: {} deaths, none twice, none lost", deaths().count()));
    world.close().await;
}

/// Every point of the way, and those that each page passes at the second page as well.
fn deaths() -> impl Iterator<Item = (&'static str, u32)> {
    let second = OF_RESULTS.into_iter().skip(1).map(|point| (point, 2));
    OF_RESULTS
        .into_iter()
        .map(|point| (point, 1))
        .chain(second)
        .chain([("body_written", 1), ("row_filled", 1)])
}
