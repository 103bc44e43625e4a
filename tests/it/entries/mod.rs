//! Owners follow their links: where each is, what came out, what it cost, another run; through real routes.

mod watching;
mod world;

use std::sync::Arc;

use linkscribe::domain::entry::{EntryId, FoundRow, Lane};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::failure::Failure;
use linkscribe::ports::{Accounts, Journal, Tokens};
use reqwest::Method;
use secrecy::SecretString;

use self::world::{World, states};
use crate::support::fakes::{Behaviour, FakeModel, FakeSpeech, FakeWorkspace, Script, Told};
use crate::support::kitchen::links;

const SOUP: &str = "https://www.tiktok.com/@cook/video/7";

async fn completed(workspace: &FakeWorkspace, row: &str, times: usize) {
    let is_end = |one: &&Told| matches!(one, Told::Status(page, Status::Completed) if page == row);
    workspace.until(|told| told.iter().filter(is_end).count() == times).await;
}

/// Asks until the entry's owner sees this status.
async fn shows(person: &world::Person, status: &str) -> serde_json::Value {
    let seen = async {
        loop {
            let (_, found) = person.gets(&format!("/api/entries?status={status}")).await;
            if found["items"].as_array().is_some_and(|items| !items.is_empty()) {
                return person.only_entry().await;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, seen).await.expect("it gets there in time")
}

#[actix::test]
async fn an_owner_sees_the_whole_story_of_a_link_and_nobody_else_sees_any_of_it() {
    let workspace = FakeWorkspace::with_links(&[SOUP], Script::works());
    let world = World::open(&workspace, |_| {}).await;
    let owner = world.owner().await;
    completed(&workspace, "row-0", 1).await;
    let entry = shows(&owner, "completed").await;

    assert_eq!(states(&entry), ["done"; 5], "{entry}");
    let stages = entry["stages"].as_array().unwrap();
    assert!(stages.iter().all(|stage| stage["began_at"].is_string() && stage["ended_at"].is_string()));
    assert_eq!(stages[0]["came_out"], "1 pictures, sound");
    assert_eq!(stages[1]["came_out"], "1 stretch of speech");
    assert_eq!(stages[4]["came_out"], "the row is filled");
    assert_eq!(entry["transcript"]["segments"][0]["text"], "Cook the soup for twenty minutes.");
    assert_eq!(entry["screen"]["lines"][0]["text"], "TOMATO SOUP");
    assert_eq!(entry["media"]["platform"], "TikTok");
    assert_eq!(entry["note"]["values"][0]["name"], "Name", "{entry}");
    assert!(entry["note"]["values"][0]["evidence"].is_object());
    assert_eq!(entry["notion_url"], "https://www.notion.so/row0");
    // Twelve seconds of speech, one picture, 4,000 tokens sent and 800 answered.
    assert_eq!(entry["cost"]["micro_usd"], 1_200 + 1_500 + 1_200 + 2_000);
    assert_eq!(entry["cost"]["amount"], "$0.0059");

    let stranger = world.stranger().await;
    let id = entry["id"].as_str().unwrap();
    assert_eq!(stranger.gets("/api/entries").await.1["items"], serde_json::json!([]));
    assert_eq!(stranger.gets("/api/usage").await.1["micro_usd"], 0);
    let database = world.kitchen.database.id;
    for path in [
        format!("/api/entries/{id}"),
        format!("/entries/{id}"),
        format!("/api/entries?database_id={database}"),
        "/api/entries/nonsense".to_owned(),
    ] {
        let (code, problem) = stranger.gets(&path).await;
        assert_eq!(code, 404, "{path}");
        assert!(!problem["hint"].as_str().unwrap().is_empty());
    }
    for path in [format!("/api/entries/{id}/retry"), format!("/entries/{id}/retry")] {
        assert_eq!(stranger.posts(&path).await.0, 404, "{path}");
    }
    for path in ["/api/entries", "/api/usage", "/api/events", &format!("/entries/{id}")] {
        let code = reqwest::get(format!("{}{path}", world.url)).await.unwrap().status();
        assert_eq!(code, 401, "{path}");
    }
    assert_eq!(owner.gets(&format!("/entries/{id}")).await.0, 200);
    world.close().await;
}

#[actix::test]
async fn the_second_link_to_a_video_in_the_same_database_pays_for_nothing() {
    let workspace = FakeWorkspace::with_links(&[SOUP], Script::works());
    let world = World::open(&workspace, |_| {}).await;
    let owner = world.owner().await;
    completed(&workspace, "row-0", 1).await;
    workspace.save("row-1", SOUP);
    completed(&workspace, "row-1", 1).await;

    let (_, list) = owner.gets("/api/entries").await;
    let second = owner.whole(&list["items"][0]).await;
    assert_eq!(second["page_id"], "row-1");
    assert_eq!(states(&second)[..4], ["known", "known", "known", "done"]);
    assert_eq!(second["cost"]["micro_usd"], 0, "the same question was answered for the first one");
    assert_eq!(second["earlier"], list["items"][1]["id"]);
    assert_eq!(second["transcript"]["segments"][0]["text"], "Cook the soup for twenty minutes.");

    let month = owner.gets("/api/usage").await.1;
    assert_eq!(month["micro_usd"], 5_900);
    let name = month["month"].as_str().unwrap();
    assert_eq!(owner.gets(&format!("/api/usage?month={name}")).await.1, month);
    assert_eq!(owner.gets("/api/usage?month=2021-03").await.1["micro_usd"], 0);
    assert_eq!(owner.gets("/api/usage?month=soon").await.0, 422);
    world.close().await;
}

#[actix::test]
async fn pages_of_a_list_stay_in_place_while_new_links_come_in() {
    let workspace = FakeWorkspace::with_links(&[], Script::works());
    let world = World::open(&workspace, |ports| ports.speech = None).await;
    let owner = world.owner().await;
    let save = |name: String| {
        let row = FoundRow {
            database: world.kitchen.database.id,
            page: name.clone(),
            link: "nothing".into(),
            lane: Lane::Backlog,
        };
        let store = Arc::clone(&world.kitchen.store);
        async move { store.enqueue(&row, 0).await.unwrap() }
    };
    for number in 0..7 {
        save(format!("row {number}")).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/entries?limit=3".to_owned());
    loop {
        let (code, page) = owner.gets(&path).await;
        assert_eq!(code, 200, "{page}");
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["page_id"].clone()));
        save(format!("later {}", seen.len())).await;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/entries?limit=3&cursor={cursor}");
    }
    let wanted: Vec<String> = (0..7).rev().map(|number| format!("row {number}")).collect();
    assert_eq!(seen, wanted);

    let mistakes = [
        ("status=lost", 422),
        ("cursor=xyz", 422),
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=many", 422),
        ("database_id=none", 404),
    ];
    for (query, code) in mistakes {
        let (got, problem) = owner.gets(&format!("/api/entries?{query}")).await;
        assert_eq!(got, code, "{query}");
        assert!(!problem["hint"].as_str().unwrap().is_empty(), "{problem}");
    }
    let path = format!("/api/entries?status=completed&database_id={}", world.kitchen.database.id);
    assert_eq!(owner.gets(&path).await.1["items"], serde_json::json!([]));
    world.close().await;
}

#[actix::test]
async fn a_failed_link_goes_on_at_its_owners_wish_and_pays_for_nothing_twice() {
    let workspace = FakeWorkspace::with_links(&[SOUP], Script::works());
    let refuses = Behaviour::Fail(|| Failure::permanent(Reason::Refused, anyhow::anyhow!("refused")));
    let (heard, asked) = (Script::works(), Script::of([refuses]));
    let world = World::open(&workspace, |ports| {
        ports.speech = Some(Arc::new(FakeSpeech::new(heard.clone())));
        ports.summary = Arc::new(FakeModel(asked.clone()));
    })
    .await;
    let owner = world.owner().await;
    let failed = shows(&owner, "failed").await;
    assert_eq!(failed["reason"], "refused");
    assert_eq!(failed["reason_sentence"], failed["sentence"]);
    assert_eq!(states(&failed)[3], "failed");
    assert_eq!(failed["stages"][3]["came_out"], failed["sentence"]);

    let path = format!("/entries/{}/retry", failed["id"].as_str().unwrap());
    let pressed = owner.asks(Method::POST, &path).send().await.unwrap();
    assert_eq!(pressed.status(), 303);
    assert_eq!(pressed.headers()["location"], path.trim_end_matches("/retry"));
    completed(&workspace, "row-0", 1).await;
    let entry = shows(&owner, "completed").await;
    assert_eq!(entry["earlier_runs"], 1);
    assert_eq!(states(&entry), ["known", "known", "known", "done", "done"]);
    assert_eq!((heard.asked(), asked.asked()), (1, 2));
    let told = workspace.told();
    let failure = told.iter().position(|one| matches!(one, Told::Failure(..))).unwrap();
    assert_eq!(told[failure + 1], Told::Status("row-0".into(), Status::Pending), "its owner sees it at once");
    world.close().await;
}

#[actix::test]
async fn wishes_at_the_same_moment_are_one_run_and_a_running_entry_is_left_alone() {
    let workspace = FakeWorkspace::with_links(&[SOUP], Script::works());
    let (heard, asked) = (Script::works(), Script::of([Behaviour::Work, Behaviour::Hang]));
    let world = World::open(&workspace, |ports| {
        ports.speech = Some(Arc::new(FakeSpeech::new(heard.clone())));
        ports.summary = Arc::new(FakeModel(asked.clone()));
    })
    .await;
    let owner = world.owner().await;
    completed(&workspace, "row-0", 1).await;
    let entry = shows(&owner, "completed").await;
    let path = format!("/api/entries/{}/retry", entry["id"].as_str().unwrap());
    let wishes = futures_util::future::join_all((0..6).map(|_| owner.posts(&path))).await;
    let codes: Vec<u16> = wishes.iter().map(|(code, _)| *code).collect();
    assert!(codes.contains(&202) && codes.iter().all(|code| [202, 409].contains(code)), "{codes:?}");

    asked.asked_times(2).await;
    let (code, problem) = owner.posts(&path).await;
    assert_eq!(code, 409);
    assert!(!problem["hint"].as_str().unwrap().is_empty());
    let again = owner.only_entry().await;
    assert_eq!((again["earlier_runs"].as_u64(), states(&again)[3]), (Some(1), "running"), "{again}");
    assert_eq!(heard.asked(), 1, "a transcript is not paid for again");
    let pending = Told::Status("row-0".into(), Status::Pending);
    assert_eq!(workspace.told().iter().filter(|one| **one == pending).count(), 1);
    world.close().await;
}

#[actix::test]
async fn a_link_whose_workspace_is_closed_is_not_tried_again() {
    let workspace = FakeWorkspace::with_links(&["no link"], Script::works());
    let world = World::open(&workspace, |_| {}).await;
    let owner = world.owner().await;
    let failed = shows(&owner, "failed").await;
    let connection = world.kitchen.database.connection;
    let token = SecretString::from("secret");
    let Tokens { access, .. } = world.kitchen.store.tokens(connection).await.unwrap().unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&access), "secret");
    world.kitchen.store.mark_revoked(connection, &token).await.unwrap();
    let (code, problem) =
        owner.posts(&format!("/api/entries/{}/retry", failed["id"].as_str().unwrap())).await;
    assert_eq!(code, 409, "{problem}");
    assert!(problem["hint"].as_str().unwrap().contains("Connect"), "{problem}");
    assert_eq!(shows(&owner, "failed").await["earlier_runs"], 0);
    let nobodys = owner.posts(&format!("/api/entries/{}/retry", EntryId::new())).await;
    assert_eq!((nobodys.0, links(1).len()), (404, 1));
    world.close().await;
}
