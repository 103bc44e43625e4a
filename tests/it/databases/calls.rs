//! How many requests to Notion one link takes, and what becomes of those whose answer is lost.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::domain::reason::Reason;
use linkscribe::sandbox::notion::{Capability, Exchange, Fault};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::house::{Doubles, House, Person};
use crate::support::fakes::{Behaviour, FakeSource, Script};

const LINK: &str = "https://www.tiktok.com/@cook/video/2";

/// A database made in one click, with a row that has this link; gives its owner and both.
async fn row(house: &House) -> (Person, Uuid, Uuid) {
    let ada = house.person("Ada").await;
    let made = house.post(&ada, "/api/databases/create", &json!({})).await;
    let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
    // The one that came with the database is out of the way first.
    let sample = house.notion.rows(source)[0]["id"].as_str().unwrap().parse().unwrap();
    completed(house, sample).await;
    let row = house.notion.add_row(source, &json!({ "Link": LINK })).unwrap();
    (ada, source, row)
}

async fn completed(house: &House, row: Uuid) {
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
}

fn is_body(exchange: &Exchange) -> bool {
    exchange.path.starts_with("/v1/blocks") || exchange.path.starts_with("/v1/file_uploads")
}

/// What was asked of Notion besides bodies of pages, and besides a poll that was on its way when we began to count.
fn besides_bodies(house: &House) -> Vec<String> {
    let asked = house.notion.requests().into_iter().filter(|exchange| !is_body(exchange));
    let mut asked: Vec<_> = asked.map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect();
    if let Some(poll) = asked.iter().position(|asked| asked.ends_with("/query")) {
        asked.remove(poll);
    }
    asked
}

#[actix::test]
async fn in_a_busy_connection_a_link_takes_four_requests_besides_its_body() {
    let gate = Arc::new(Semaphore::new(0));
    let downloads = Script::of([Behaviour::Work, Behaviour::Hold(gate.clone())]);
    let house = House::open_with(FakeSource(downloads.clone())).await;
    let (_, _, row) = row(&house).await;
    downloads.asked_times(2).await;
    house.get_busy();
    // The row was read once before its download; what follows is counted.
    house.notion.clear_requests();
    gate.add_permits(1);
    completed(&house, row).await;
    let asked = besides_bodies(&house);
    let counted = asked.len() + 1;
    assert!(counted <= 4, "{asked:?}");
    let wrote = asked.iter().filter(|asked| asked.starts_with("PATCH")).count();
    assert_eq!(wrote, 1, "values and status go together: {asked:?}");
    house.close().await;
}

/// The line of its body that leads to the first row costs a look at that row; having slept behind it costs nothing.
#[actix::test]
async fn a_second_row_with_the_video_takes_four_requests_besides_its_body_and_the_look_at_the_first() {
    let gate = Arc::new(Semaphore::new(0));
    let downloads = Script::of([Behaviour::Work, Behaviour::Hold(gate.clone())]);
    let house = House::open_with(FakeSource(downloads.clone())).await;
    let (ada, source, first) = row(&house).await;
    downloads.asked_times(2).await;
    let second = house.notion.add_row(source, &json!({ "Link": LINK })).unwrap();
    let sleeps = |entry: &Value| entry["waiting"]["for"] == "same_video";
    house.until_told(&ada, "/api/entries", |told| told["items"].as_array().unwrap().iter().any(sleeps)).await;
    house.get_busy();
    house.notion.clear_requests();
    gate.add_permits(1);
    completed(&house, first).await;
    completed(&house, second).await;
    let asked = besides_bodies(&house);
    // The first one's row was read before its download.
    assert!(asked.len() < 4 + 4 + 1, "{asked:?}");
    assert_eq!(asked.iter().filter(|asked| asked.starts_with("PATCH")).count(), 2, "{asked:?}");
    house.close().await;
}

/// What a run costs that somebody asks for, besides its body: their own wish is the first request.
async fn run_again(house: &House, who: &Person, row: Uuid) -> Vec<String> {
    let ended = |entry: &&Value| entry["link"] == LINK && entry["status"] == "completed";
    let has_ended = |told: &Value| told["items"].as_array().unwrap().iter().any(|entry| ended(&entry));
    let entries = house.until_told(who, "/api/entries", has_ended).await;
    let entry = entries["items"].as_array().unwrap().iter().find(ended).unwrap();
    house.notion.clear_requests();
    let retry = format!("/api/entries/{}/retry", entry["id"].as_str().unwrap());
    assert_eq!(house.post(who, &retry, &json!({})).await.status, 202);
    completed(house, row).await;
    let asked = besides_bodies(house);
    assert!(asked[0].starts_with("PATCH"), "{asked:?}");
    asked[1..].to_vec()
}

#[actix::test]
async fn a_run_that_is_asked_for_again_takes_four_requests_besides_its_body_whatever_its_reason_column_says()
{
    let house = House::open().await;
    let (ada, _, row) = row(&house).await;
    completed(&house, row).await;
    // Comments on the older section would be asked for, with one request for each part that folds.
    house.notion.take_capability(&ada.token, Capability::ReadComments);
    house.get_busy();
    // Who the connection is in its workspace is asked once an hour.
    run_again(&house, &ada, row).await;
    for (reason, stands) in [("", ""), (Reason::Private.sentence(), ""), ("Ask Tom", "Ask Tom")] {
        house.notion.edit_row(row, &json!({ "Reason": reason })).unwrap();
        let asked = run_again(&house, &ada, row).await;
        // Where its owner's words leave no room a reason may have been told in a comment.
        let beside = asked.iter().filter(|asked| asked.contains("/v1/comments")).count();
        assert_eq!(beside, usize::from(!stands.is_empty()), "{asked:?}");
        assert_eq!(asked.len() - beside, 4, "{asked:?}");
        assert_eq!(house.notion.words(row, "Reason").as_deref(), Some(stands));
    }
    house.close().await;
}

#[actix::test]
async fn a_section_that_lands_after_we_gave_up_on_it_is_found_and_not_doubled() {
    let settles = Duration::from_secs(3);
    let doubles = Doubles { settles, ..Doubles::of(Arc::new(FakeSource(Script::works()))) };
    let house = House::open_of(doubles).await;
    let (_, source, first) = row(&house).await;
    completed(&house, first).await;
    house.notion.clear_requests();
    house.notion.fail_next(1, "PATCH", "/v1/blocks", Fault::LandsLate(settles / 3));
    let row = house.notion.add_row(source, &json!({ "Link": LINK })).unwrap();
    completed(&house, row).await;
    house.until(|notion| (notion.count("PATCH", "/v1/blocks") > 1).then_some(())).await;
    let blocks = house.notion.blocks(row);
    assert_eq!(blocks.iter().filter(|block| block["type"] == "callout").count(), 1);
    house.close().await;
}

#[actix::test]
async fn a_write_whose_answer_is_lost_is_neither_doubled_nor_missing() {
    let writes = [("PATCH", "/v1/blocks"), ("PATCH", "/v1/pages")];
    let faults = [Fault::AnswerLost(504), Fault::AnswerLost(500), Fault::CutBody, Fault::Unavailable];
    let house = House::open().await;
    let (_, source, first) = row(&house).await;
    completed(&house, first).await;
    for (verb, path) in writes {
        for fault in &faults {
            for times in [1, 2] {
                house.notion.fail_next(times, verb, path, fault.clone());
                let row = house.notion.add_row(source, &json!({ "Link": LINK })).unwrap();
                completed(&house, row).await;
                house.notion.clear_faults();
                let sections =
                    house.notion.blocks(row).iter().filter(|block| block["type"] == "callout").count();
                assert_eq!(sections, 1, "{verb} {path} {fault:?} {times}");
                let body = house.notion.page_markdown(row).unwrap();
                let told =
                    ["Tomato soup", "Cook the soup", "TOMATO SOUP"].iter().all(|word| body.contains(word));
                assert!(told, "{verb} {path} {fault:?} {times}: {body}");
            }
        }
    }
    house.close().await;
}
