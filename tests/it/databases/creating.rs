//! A database in one click.

use futures_util::future::join;
use linkscribe::sandbox::notion::Fault;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{House, Person, SAMPLE, Told};

const CREATE: &str = "/api/databases/create";

fn source(told: &Told) -> Uuid {
    told.body["data_source_id"].as_str().unwrap().parse().unwrap()
}

/// The databases of the person's workspace with our title.
fn made(house: &House) -> usize {
    house.notion.databases().iter().filter(|one| one["title"][0]["plain_text"] == "Saved videos").count()
}

async fn one_click(house: &House, who: &Person) -> Told {
    house.post(who, CREATE, &json!({})).await
}

#[actix::test]
async fn one_click_makes_a_database_whose_first_row_is_read_at_once() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let told = one_click(&house, &ada).await;
    assert_eq!(told.status, 201, "{told:?}");
    let id = told.body["id"].as_str().unwrap();
    assert_eq!(told.location.as_deref(), Some(format!("/api/databases/{id}").as_str()));
    let mapping = &told.body["mapping"];
    let names =
        ["link", "status", "title", "reason", "tag"].map(|part| mapping[part]["name"].as_str().unwrap());
    assert_eq!(names, ["Link", "Status", "Name", "Reason", "Tag"]);

    let shown = house.notion.data_source(source(&told)).unwrap();
    let columns = shown["properties"].as_object().unwrap();
    let described = |column: &Value| !column["description"].as_str().unwrap_or_default().is_empty();
    assert!(columns.len() == 9 && columns.values().all(described), "{shown}");
    let options = shown["properties"]["Status"]["select"]["options"].as_array().unwrap();
    let options: Vec<_> = options.iter().map(|option| option["name"].as_str().unwrap()).collect();
    let expected = ["pending", "downloading", "transcribing", "processing", "saving", "completed", "failed"];
    assert_eq!(options, expected);

    let row = house.notion.rows(source(&told));
    assert_eq!(row.len(), 1);
    let row: Uuid = row[0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(house.notion.words(row, "Link").as_deref(), Some(SAMPLE));
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    house.close().await;
}

#[actix::test]
async fn whoever_presses_twice_gets_one_database() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let (one, other) = join(one_click(&house, &ada), one_click(&house, &ada)).await;
    let third = one_click(&house, &ada).await;
    assert!([one.status, other.status].iter().all(|status| [200, 201].contains(status)), "{one:?} {other:?}");
    assert_eq!(third.status, 200);
    assert!(one.body["id"] == other.body["id"] && one.body["id"] == third.body["id"]);
    assert_eq!((made(&house), house.notion.rows(source(&one)).len()), (1, 1));
    // Forgotten here, it still stands in Notion: it is taken up again.
    house.ask(Some(&ada), Method::DELETE, &third.location.unwrap(), None).await;
    assert_eq!(one_click(&house, &ada).await.status, 201);
    assert_eq!((made(&house), house.notion.rows(source(&one)).len()), (1, 1));
    house.close().await;
}

#[actix::test]
async fn a_lost_answer_makes_no_second_database() {
    for fault in [Fault::AnswerLost(504), Fault::CutBody] {
        let house = House::open().await;
        let ada = house.person("Ada").await;
        house.notion.fail_next(1, "POST", "/v1/databases", fault.clone());
        let told = one_click(&house, &ada).await;
        assert_eq!((told.status, made(&house)), (201, 1), "{fault:?} {told:?}");
        assert_eq!(house.notion.rows(source(&told)).len(), 1, "it has its first row");
        house.close().await;
    }
}

#[actix::test]
async fn while_notion_is_out_of_order_one_is_told_so_and_pressing_again_works() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    house.notion.fail_next(1, "POST", "/v1/databases", Fault::InternalError);
    one_click(&house, &ada).await.is_problem(503, "Try again");
    assert_eq!(made(&house), 0);
    assert_eq!((one_click(&house, &ada).await.status, made(&house)), (201, 1));
    house.close().await;
}

#[actix::test]
async fn names_are_in_the_language_of_whoever_asks() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let body = json!({});
    let told = house.ask_in(Some(&ada), Method::POST, CREATE, Some(&body), Some("de-AT,en;q=0.5")).await;
    assert_eq!((told.status, told.body["title"].as_str()), (201, Some("Gespeicherte Videos")), "{told:?}");
    assert_eq!(told.body["mapping"]["reason"]["name"], "Grund");
    assert_eq!(told.body["language"], Value::Null, "a browser's language is no wish for prose");
    let told = house.post(&ada, CREATE, &json!({ "language": "fr" })).await;
    assert_eq!(
        (&told.body["title"], &told.body["language"]),
        (&json!("Vid\u{e9}os enregistr\u{e9}es"), &json!("fr"))
    );
    house.close().await;
}

#[actix::test]
async fn an_integration_without_a_place_of_its_own_uses_the_page_shared_last() {
    let house = House::open().await;
    let bob = house.insider("Bob").await;
    one_click(&house, &bob).await.is_problem(409, "Share a page");
    let page = house.notion.add_page_in(bob.workspace, "Home").unwrap();
    let told = one_click(&house, &bob).await;
    assert_eq!(told.status, 201, "{told:?}");
    let database = &house.notion.databases()[0];
    assert_eq!(database["parent"]["page_id"], page.to_string());
    house.may_not_insert(&bob);
    house.ask(Some(&bob), Method::DELETE, &told.location.unwrap(), None).await;
    house.post(&bob, CREATE, &json!({ "language": "es" })).await.is_problem(409, "insert");
    house.close().await;
}

#[actix::test]
async fn with_several_workspaces_one_has_to_say_which() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    house.connect_too("Ada", "Second").await;
    one_click(&house, &ada).await.is_problem(422, "several workspaces");
    let told = house.post(&ada, CREATE, &json!({ "connection_id": ada.connection })).await;
    assert_eq!(told.status, 201, "{told:?}");
    house.post(&ada, CREATE, &json!({ "connection_id": "nonsense" })).await.is_problem(422, "not an id");
    let strange = json!({ "connection_id": Uuid::nil() });
    house.post(&ada, CREATE, &strange).await.is_problem(404, "");
    house.notion.revoke(&ada.token);
    let gone = json!({ "connection_id": ada.connection, "language": "de" });
    house.post(&ada, CREATE, &gone).await.is_problem(409, "Connect the workspace again");
    house.close().await;
}
