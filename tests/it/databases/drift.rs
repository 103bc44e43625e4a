//! Columns that change under the service: what is told, what goes on, what is mended.

use std::sync::Arc;

use linkscribe::domain::reason::Reason;
use linkscribe::failure::Failure;
use linkscribe::sandbox::notion::DatabaseIds;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::house::{House, Person, SAMPLE, columns};
use crate::support::fakes::{Behaviour, FakeSource, Script};

async fn watched(house: &House) -> (Person, DatabaseIds, String) {
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let place = house.adopt(&ada, database.database).await;
    (ada, database, place)
}

fn save(house: &House, database: DatabaseIds) -> Uuid {
    house.notion.add_row(database.data_source, &json!({ "Link": SAMPLE })).unwrap()
}

#[actix::test]
async fn a_new_name_does_no_harm() {
    let house = House::open().await;
    let (ada, database, place) = watched(&house).await;
    let renamed = json!({ "Link": { "name": "Watch this" }, "Status": { "name": "How far" }, "Name": { "name": "What" } });
    house.notion.change_schema(database.data_source, &renamed).unwrap();
    let row = house.notion.add_row(database.data_source, &json!({ "Watch this": SAMPLE })).unwrap();
    house.until(|notion| (notion.words(row, "How far")? == "completed").then_some(())).await;
    let told = house.get(&ada, &place).await.body;
    assert_eq!((&told["mapping"]["link"]["name"], &told["trouble"]), (&json!("Watch this"), &Value::Null));
    house.close().await;
}

#[actix::test]
async fn a_column_that_is_gone_is_told_until_another_one_is_chosen() {
    let house = House::open().await;
    let (ada, database, place) = watched(&house).await;
    house.notion.change_schema(database.data_source, &json!({ "Link": null })).unwrap();
    // The list tells what the polls recorded.
    let told = house.until_told(&ada, "/api/databases", |told| !told["items"][0]["trouble"].is_null()).await;
    assert_eq!(told["items"][0]["trouble"]["kind"], "column_gone", "{told}");
    let shown = house.get(&ada, &place).await.body;
    assert!(shown["trouble"]["sentence"].as_str().unwrap().contains("link was removed"), "{shown}");
    house.notion.change_schema(database.data_source, &json!({ "Video": { "url": {} } })).unwrap();
    let video = house.notion.data_source(database.data_source).unwrap()["properties"]["Video"]["id"].clone();
    let told = house.patch(&ada, &place, &json!({ "mapping": { "link": video } })).await;
    assert_eq!((told.status, &told.body["trouble"]), (200, &Value::Null), "{told:?}");
    let row = house.notion.add_row(database.data_source, &json!({ "Video": SAMPLE })).unwrap();
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    house.close().await;
}

#[actix::test]
async fn a_column_of_another_type_is_told_and_mended_in_notion() {
    let house = House::open().await;
    let (ada, database, _) = watched(&house).await;
    house.notion.change_schema(database.data_source, &json!({ "Status": { "rich_text": {} } })).unwrap();
    let told = house.until_told(&ada, "/api/databases", |told| !told["items"][0]["trouble"].is_null()).await;
    assert_eq!(told["items"][0]["trouble"]["kind"], "column_retyped", "{told}");
    let back = json!({ "Status": { "select": { "options": [] } } });
    house.notion.change_schema(database.data_source, &back).unwrap();
    house.until_told(&ada, "/api/databases", |told| told["items"][0]["trouble"].is_null()).await;
    house.close().await;
}

#[actix::test]
async fn a_database_that_is_not_shared_any_more_is_told_until_it_is_again() {
    let house = House::open().await;
    let (ada, database, place) = watched(&house).await;
    house.notion.unshare(&ada.token, database.database);
    house.until_told(&ada, "/api/databases", |told| !told["items"][0]["trouble"].is_null()).await;
    assert_eq!(house.get(&ada, &place).await.body["trouble"]["kind"], "not_reached");
    house.notion.share(&ada.token, database.database);
    house.until_told(&ada, "/api/databases", |told| told["items"][0]["trouble"].is_null()).await;
    house.close().await;
}

/// A poll every 50 ms as long as it works.
#[actix::test]
async fn a_database_that_is_not_shared_is_asked_rarer_until_its_owner_saves_it() {
    let house = House::open().await;
    let (ada, database, place) = watched(&house).await;
    let path = format!("/v1/data_sources/{}/query", database.data_source);
    house.until(|notion| (notion.count("POST", &path) >= 2).then_some(())).await;
    house.notion.unshare(&ada.token, database.database);
    let refused = |house: &House| {
        let asked = house.notion.requests();
        let refused = asked.iter().filter(|asked| asked.path == path && asked.status == 404);
        refused.map(|asked| asked.at).collect::<Vec<_>>()
    };
    house.until(|_| (refused(&house).len() >= 8).then_some(())).await;
    let (first, last) = (refused(&house)[0], refused(&house)[7]);
    let took = (last - first).num_milliseconds();
    // Twice as long each time: 50 + 100 + 200 + 400 + 800 + 1,600 + 3,200.
    assert!(took >= 6_350, "{took} ms for eight polls");
    assert_eq!(house.get(&ada, &place).await.body["trouble"]["kind"], "not_reached");
    house.notion.share(&ada.token, database.database);
    let before = house.notion.count("POST", &path);
    house.patch(&ada, &place, &json!({ "language": "de" })).await;
    let saved_at = house.notion.now();
    house.until(|notion| (notion.count("POST", &path) > before).then_some(())).await;
    let took = (house.notion.now() - saved_at).num_milliseconds();
    assert!(took < 6_400, "{took} ms: the rest would have been longer than that alone");
    // Four more would take a hundred seconds if each still waited twice as long as the one before.
    house.until(|notion| (notion.count("POST", &path) > before + 4).then_some(())).await;
    house.until_told(&ada, "/api/databases", |told| told["items"][0]["trouble"].is_null()).await;
    house.close().await;
}

/// Rows on their way when a column goes: they end, and say why where there is room.
#[actix::test]
async fn a_row_on_its_way_ends_and_says_why_whatever_column_goes() {
    for gone in ["Link", "Status", "Reason"] {
        let may_go_on = Arc::new(Semaphore::new(0));
        let downloads = Script::of([Behaviour::Hold(may_go_on.clone())]);
        let house = House::open_with(FakeSource(downloads.clone())).await;
        let (_ada, database, _) = watched(&house).await;
        let row = save(&house, database);
        downloads.asked_times(1).await;
        house.notion.change_schema(database.data_source, &json!({ gone: null })).unwrap();
        may_go_on.add_permits(1);
        let sentence = Reason::SchemaChanged.sentence();
        match gone {
            // The result has its place all the same.
            "Reason" => {
                house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
            }
            "Link" => {
                house.until(|notion| (notion.words(row, "Status")? == "failed").then_some(())).await;
                assert_eq!(house.notion.words(row, "Reason").as_deref(), Some(sentence));
            }
            _ => {
                house.until(|notion| (notion.words(row, "Reason")? == sentence).then_some(())).await;
            }
        }
        house.close().await;
    }
}

#[actix::test]
async fn without_its_column_a_reason_is_told_as_a_comment_and_taken_back() {
    let private = Behaviour::Fail(|| Failure::permanent(Reason::Private, anyhow::anyhow!("private")));
    let house = House::open_with(FakeSource(Script::of([private]))).await;
    let (_ada, database, _) = watched(&house).await;
    house.notion.change_schema(database.data_source, &json!({ "Reason": null })).unwrap();
    let row = save(&house, database);
    let told = |notion: &linkscribe::sandbox::notion::EmulatedNotion| {
        let comments = notion.comments(row);
        comments
            .iter()
            .any(|one| one["rich_text"][0]["plain_text"] == Reason::Private.sentence())
            .then_some(())
    };
    house.until(told).await;
    assert_eq!(house.notion.words(row, "Status").as_deref(), Some("failed"));
    house.notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    house.until(|notion| notion.comments(row).is_empty().then_some(())).await;
    house.close().await;
}
