//! Owners watch their links move, on this instance and on others.

use std::sync::Arc;

use linkscribe::accounts::{Live, Office, live};
use linkscribe::domain::entry::UserId;
use linkscribe::domain::stage::Status;
use linkscribe::messages::{News, WatchEntries};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::world::{World, states};
use super::{SOUP, completed};
use crate::support::fakes::{FakeSpeech, FakeWorkspace, Script};

#[actix::test]
async fn an_owner_sees_each_step_as_it_happens_two_at_once_where_two_are_at_work() {
    let workspace = FakeWorkspace::with_links(&[], Script::works());
    let gate = Arc::new(Semaphore::new(0));
    let speech = FakeSpeech { script: Script::works(), gate: Some(Arc::clone(&gate)) };
    let world = World::open(&workspace, |ports| ports.speech = Some(Arc::new(speech))).await;
    let (owner, stranger) = (world.owner().await, world.stranger().await);
    let (mut mine, mut theirs) = (owner.watches(None).await, stranger.watches(None).await);
    assert_eq!(mine.next().await.unwrap(), "retry: 3000");
    assert_eq!(theirs.next().await.unwrap(), "retry: 3000");

    workspace.save("row-0", SOUP);
    let heard = |entry: &Value| states(entry)[1..3] == ["running", "done"];
    let working = mine.until(heard).await;
    assert_eq!(
        (working["status"].as_str(), working["finished"].as_bool()),
        (Some("transcribing"), Some(false))
    );
    gate.add_permits(1);
    let done = mine.until(|entry| entry["finished"] == true).await;
    assert_eq!((done["status"].as_str(), states(&done)), (Some("completed"), vec!["done"; 5]));
    assert_eq!(done["sentence"], "The result stands in its row in Notion.");
    assert_eq!(done["database_id"], world.kitchen.database.id.to_string());

    // The end of the service ends the streams at once; nobody else was told anything.
    world.app.drain().await;
    assert_eq!(theirs.next().await, None);
    while mine.next().await.is_some() {}
    world.close().await;
}

#[actix::test]
async fn who_comes_back_is_told_what_is_unfinished_and_what_was_finished_meanwhile() {
    let workspace = FakeWorkspace::with_links(&[SOUP], Script::works());
    let gate = Arc::new(Semaphore::new(0));
    let speech = FakeSpeech { script: Script::works(), gate: Some(Arc::clone(&gate)) };
    let world = World::open(&workspace, |ports| ports.speech = Some(Arc::new(speech))).await;
    let owner = world.owner().await;
    let mut first = owner.watches(None).await;
    let running = first.until(|entry| entry["status"] == "transcribing").await;
    let moment = chrono::DateTime::parse_from_rfc3339(running["updated_at"].as_str().unwrap()).unwrap();
    drop(first);
    let mut second = owner.watches(None).await;
    assert_eq!(second.until(|_| true).await["id"], running["id"]);
    drop(second);

    gate.add_permits(1);
    completed(&workspace, "row-0", 1).await;
    let last = moment.timestamp_millis().to_string();
    let mut third = owner.watches(Some(&last)).await;
    let finished = third.until(|entry| entry["finished"] == true).await;
    assert_eq!(finished["id"], running["id"]);
    world.close().await;
}

#[actix::test]
async fn a_fourth_page_takes_the_place_of_the_first() {
    let workspace = FakeWorkspace::with_links(&[], Script::works());
    let world = World::open(&workspace, |_| {}).await;
    let owner = world.owner().await;
    let mut pages = Vec::new();
    for _ in 0..4 {
        let mut page = owner.watches(None).await;
        assert_eq!(page.next().await.unwrap(), "retry: 3000");
        pages.push(page);
    }
    assert_eq!(pages[0].next().await, None);
    workspace.save("row-0", SOUP);
    for page in &mut pages[1..] {
        page.until(|entry| entry["finished"] == true).await;
    }
    world.close().await;
}

#[actix::test]
async fn what_moves_on_another_instance_is_seen_as_well() {
    let workspace = FakeWorkspace::with_links(&[], Script::works());
    let world = World::open(&workspace, |_| {}).await;
    // An instance whose own chain announces nothing: what it tells comes from the journal.
    let office = Office { live: Live::default(), ..world.kitchen.ports(workspace.clone()).office() };
    let user = world.kitchen.database.user;
    let mut feed = live::watch(office.clone(), WatchEntries { user, since: None }).await.unwrap().unwrap();
    let nobody = WatchEntries { user: UserId::new(), since: None };
    let mut silent = live::watch(office, nobody).await.unwrap().unwrap();
    workspace.save("row-0", SOUP);
    let seen = async {
        loop {
            match feed.next().await.expect("the feed goes on") {
                News::Entry(entry) if entry.status == Status::Completed => return entry,
                News::Entry(_) | News::Resync => {}
            }
        }
    };
    let entry = tokio::time::timeout(crate::support::PATIENCE, seen).await.unwrap();
    assert!(entry.finished);
    assert!(futures_util::FutureExt::now_or_never(silent.next()).is_none(), "others are told nothing");
    world.close().await;
}
