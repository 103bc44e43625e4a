//! Which databases there are: registered ones and those in Notion; and changing a registered one.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{House, columns};

#[actix::test]
async fn registered_databases_are_listed_page_by_page_newest_first() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    for number in 0..3 {
        let database = house.database(&ada, &format!("List {number}"), &columns());
        house.adopt(&ada, database.database).await;
    }
    let mut titles = Vec::new();
    let mut path = "/api/databases?limit=2".to_owned();
    loop {
        let page = house.get(&ada, &path).await;
        assert_eq!(page.status, 200, "{page:?}");
        titles.extend(page.body["items"].as_array().unwrap().iter().map(|item| item["title"].clone()));
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/databases?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(titles, ["List 2", "List 1", "List 0"]);
    for odd in ["?limit=0", "?limit=101", "?cursor=nonsense"] {
        house.get(&ada, &format!("/api/databases{odd}")).await.is_problem(422, "");
    }
    house.get(&ada, "/api/databases?limit=many").await.is_problem(422, "1 to 100");
    house.close().await;
}

#[actix::test]
async fn all_databases_in_notion_are_listed_and_the_registered_ones_marked() {
    let house = House::open().await;
    let bob = house.insider("Bob").await;
    // More than one answer of Notion holds.
    house.notion.create_databases(bob.workspace, 130, "Old", &columns()).unwrap();
    let mine = house.database(&bob, "AAA", &columns());
    let place = house.adopt(&bob, mine.database).await;
    let mut items: Vec<Value> = Vec::new();
    let mut path = "/api/notion/databases?limit=50".to_owned();
    loop {
        let page = house.get(&bob, &path).await;
        assert_eq!(page.status, 200, "{page:?}");
        items.extend(page.body["items"].as_array().unwrap().iter().cloned());
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/notion/databases?limit=50&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(items.len(), 131);
    assert!(place.ends_with(items[0]["registered_as"].as_str().unwrap()), "{}", items[0]);
    assert_eq!(items[0]["notion_database_id"], mine.database.to_string());
    let marked = items.iter().filter(|item| !item["registered_as"].is_null());
    assert_eq!(marked.count(), 1);
    let ids: std::collections::BTreeSet<_> =
        items.iter().map(|item| item["data_source_id"].as_str()).collect();
    assert_eq!(ids.len(), 131, "no one is listed twice");
    house.get(&bob, "/api/notion/databases?cursor=%21").await.is_problem(422, "next_cursor");
    house.close().await;
}

#[actix::test]
async fn a_database_is_changed_and_forgotten() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let place = house.adopt(&ada, database.database).await;
    let properties = house.notion.data_source(database.data_source).unwrap()["properties"].clone();
    let changes = json!({ "instructions": "Metric units.", "language": "de", "mapping": { "reason": null } });
    let told = house.patch(&ada, &place, &changes).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!((&told.body["instructions"], &told.body["language"]), (&json!("Metric units."), &json!("de")));
    assert_eq!(told.body["mapping"]["reason"], Value::Null);
    let back = json!({ "instructions": null, "mapping": { "reason": properties["Reason"]["id"] } });
    let told = house.patch(&ada, &place, &back).await;
    assert_eq!((&told.body["instructions"], &told.body["language"]), (&Value::Null, &json!("de")));
    assert_eq!(told.body["mapping"]["reason"]["name"], "Reason");
    for (odd, status) in [
        (json!({ "mapping": { "link": properties["Minutes"]["id"] } }), 422),
        (json!({ "mapping": { "place": "x" } }), 400),
        (json!({ "language": "d e" }), 422),
        (json!({ "tag": "x" }), 422),
    ] {
        house.patch(&ada, &place, &odd).await.is_problem(status, "");
    }
    assert_eq!(house.patch(&ada, &place, &json!({})).await.status, 200);
    assert_eq!(house.ask(Some(&ada), Method::DELETE, &place, None).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        house.ask(Some(&ada), method, &place, None).await.is_problem(404, "");
    }
    house.get(&ada, &format!("/api/databases/{}", Uuid::nil())).await.is_problem(404, "");
    house.get(&ada, "/api/databases/nonsense").await.is_problem(404, "");
    house.ask(Some(&ada), Method::PUT, &place, None).await.is_problem(405, "openapi");
    house.close().await;
}

#[actix::test]
async fn while_notion_does_not_answer_columns_are_shown_by_id() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let place = house.adopt(&ada, database.database).await;
    let with_names = house.get(&ada, &place).await;
    assert_eq!(with_names.body["mapping"]["link"]["type"], "url");
    let down = linkscribe::sandbox::notion::Fault::Unavailable;
    house.notion.fail_next(1_000, "GET", "/v1/data_sources", down);
    let told = house.get(&ada, &place).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.body["mapping"]["link"]["name"], Value::Null);
    assert_eq!(told.body["mapping"]["link"]["id"], with_names.body["mapping"]["link"]["id"]);
    house.close().await;
}
