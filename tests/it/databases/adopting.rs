//! A database somebody has.

use linkscribe::accounts::databases;
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::refusal::Refusal;
use linkscribe::messages::Register;
use linkscribe::ports::Accounts;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{House, columns};

const DATABASES: &str = "/api/databases";
const PROPOSE: &str = "/api/databases/propose";

#[actix::test]
async fn a_proposal_tells_what_is_there_and_what_is_missing_and_writes_nothing() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let own = json!({
        "Titel": { "title": {} }, "Erste": { "url": {} }, "Zweite": { "url": {} },
        "Zustand": { "rich_text": {} }, "Schlagwort": { "select": { "options": [] } },
    });
    let database = house.database(&ada, "Filme", &own);
    for number in 0..3 {
        let row = json!({ "Titel": "x", "Zweite": format!("https://example.com/{number}") });
        house.notion.add_row(database.data_source, &row).unwrap();
    }
    house.notion.clear_requests();
    let asked = json!({ "database_id": database.database, "language": "de" });
    let told = house.post(&ada, PROPOSE, &asked).await;
    assert_eq!((told.status, house.writes()), (200, 0), "{told:?}");
    assert_eq!(told.body["title"], "Filme");
    let mapping = &told.body["mapping"];
    assert_eq!(mapping["link"]["name"], "Zweite", "no name says it, but the rows do");
    assert_eq!((&mapping["title"]["name"], &mapping["tag"]["name"]), (&json!("Titel"), &json!("Schlagwort")));
    assert_eq!(mapping["status"], Value::Null);
    assert_eq!(told.body["candidates"]["link"].as_array().unwrap().len(), 2);
    let missing = told.body["missing"].as_array().unwrap();
    let parts: Vec<_> =
        missing.iter().map(|one| (one["part"].as_str().unwrap(), &one["necessary"])).collect();
    assert_eq!(parts, [("status", &json!(true)), ("reason", &json!(false))]);
    assert_eq!(missing[0]["column"]["name"], "Status");
    assert_eq!(missing[1]["column"]["name"], "Grund");
    assert_eq!(house.get(&ada, DATABASES).await.body["items"], json!([]));
    house.close().await;
}

#[actix::test]
async fn a_database_is_adopted_by_the_address_people_copy_and_its_rows_are_read() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let row = house.notion.add_row(database.data_source, &json!({ "Link": super::house::SAMPLE })).unwrap();
    let address =
        format!("https://www.notion.so/ada/Mine-{}?v={}", database.database.simple(), Uuid::nil().simple());
    let told = house.post(&ada, DATABASES, &json!({ "database_id": address, "language": "de" })).await;
    assert_eq!((told.status, &told.body["language"]), (201, &json!("de")), "{told:?}");
    assert_eq!(told.body["mapping"]["tag"], Value::Null);
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    house.close().await;
}

#[actix::test]
async fn what_is_necessary_and_missing_is_asked_for_first_and_added_on_consent() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let own = json!({ "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "rich_text": {} } });
    let database = house.database(&ada, "Mine", &own);
    let told = house.post(&ada, DATABASES, &json!({ "database_id": database.database })).await;
    told.is_problem(409, "add_missing");
    let parts: Vec<_> =
        told.body["missing"].as_array().unwrap().iter().map(|one| one["part"].clone()).collect();
    assert_eq!(parts, ["status", "reason", "tag"]);
    assert_eq!(
        house.notion.data_source(database.data_source).unwrap()["properties"].as_object().unwrap().len(),
        3
    );

    let consent =
        json!({ "database_id": database.database, "add_missing": true, "mapping": { "tag": null } });
    let told = house.post(&ada, DATABASES, &consent).await;
    assert_eq!(told.status, 201, "{told:?}");
    assert_eq!(told.body["mapping"]["status"]["name"], "Linkscribe Status");
    assert_eq!(told.body["mapping"]["tag"], Value::Null, "what was declined is not added");
    let now = house.notion.data_source(database.data_source).unwrap();
    assert_eq!(now["properties"]["Status"]["type"], "rich_text", "the owner's column stays");
    // Once more: nothing is added twice.
    assert_eq!(house.post(&ada, DATABASES, &consent).await.status, 200);
    let again = house.notion.data_source(database.data_source).unwrap();
    assert_eq!(again["properties"].as_object().unwrap().len(), 5, "{again}");
    house.close().await;
}

#[actix::test]
async fn a_database_adopted_again_keeps_its_id_and_what_was_said_of_it() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let first = json!({ "database_id": database.database, "instructions": "Metric units." });
    let first = house.post(&ada, DATABASES, &first).await;
    house.notion.change_schema(database.data_source, &json!({ "Video": { "url": {} } })).unwrap();
    let video = house.notion.data_source(database.data_source).unwrap()["properties"]["Video"]["id"].clone();
    // The id of the data source leads to the same database.
    let again = json!({ "database_id": database.data_source, "mapping": { "link": video } });
    let again = house.post(&ada, DATABASES, &again).await;
    assert_eq!((again.status, &again.body["id"]), (200, &first.body["id"]), "{again:?}");
    assert_eq!(again.body["mapping"]["link"]["name"], "Video");
    assert_eq!(again.body["instructions"], "Metric units.");
    house.close().await;
}

#[actix::test]
async fn every_mistake_gets_an_answer_of_its_own() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let page = house.notion.add_page_in(ada.workspace, "A page").unwrap();
    house.notion.share(&ada.token, page);
    let linked = house.notion.link_database(ada.workspace, "A view").unwrap();
    house.notion.share(&ada.token, linked);
    let hidden = house.notion.create_database_in(ada.workspace, "Hidden", &columns()).unwrap();
    let properties = house.notion.data_source(database.data_source).unwrap()["properties"].clone();
    let (link, reason) = (&properties["Link"]["id"], &properties["Reason"]["id"]);
    let mine = database.database;
    let table = [
        (json!({ "database_id": "nonsense" }), 422, "address of a Notion database"),
        (json!({ "database_id": page }), 422, "Open the database itself"),
        (json!({ "database_id": linked }), 422, "Of a linked view"),
        (json!({ "database_id": hidden.database }), 404, "Connections"),
        (json!({ "database_id": Uuid::new_v4() }), 404, "Connections"),
        (json!({ "database_id": mine, "data_source_id": Uuid::new_v4() }), 422, "no data source of this"),
        (json!({ "database_id": mine, "connection_id": "x" }), 422, "not an id"),
        (json!({ "database_id": mine, "connection_id": Uuid::new_v4() }), 404, ""),
        (json!({ "database_id": mine, "mapping": { "link": "nope" } }), 422, "no column with the id"),
        (json!({ "database_id": mine, "mapping": { "link": reason } }), 422, "rich_text; the link needs url"),
        (json!({ "database_id": mine, "mapping": { "status": link } }), 422, "needs select or status"),
        (json!({ "database_id": mine, "mapping": { "link": null } }), 422, "without a column for the link"),
        (json!({ "database_id": mine, "tag": "x" }), 422, "a link database has none"),
        (json!({ "database_id": mine, "kind": "content" }), 422, "Give the content database a tag"),
        (json!({ "database_id": mine, "kind": "content", "tag": "a,b" }), 422, "no comma"),
        (json!({ "database_id": mine, "language": "no such thing" }), 422, "pt-BR"),
        (json!({ "database_id": mine, "instructions": "x".repeat(5_000) }), 422, "at most"),
        (json!({ "database_id": mine, "kind": "table" }), 400, ""),
        (json!({ "database_id": mine, "colour": "red" }), 400, ""),
        (json!({}), 400, ""),
    ];
    for (body, status, hint) in table {
        let told = house.post(&ada, DATABASES, &body).await;
        println!("{body}");
        told.is_problem(status, hint);
    }
    assert_eq!(house.get(&ada, DATABASES).await.body["items"], json!([]), "nothing was registered");
    house.close().await;
}

#[actix::test]
async fn of_several_data_sources_one_is_chosen() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let second = house.notion.add_data_source(database.database, "Archive", &columns()).unwrap();
    let asked = json!({ "database_id": database.database });
    for path in [DATABASES, PROPOSE] {
        let told = house.post(&ada, path, &asked).await;
        told.is_problem(409, "data_source_id");
        let choices = told.body["choices"].as_array().unwrap();
        assert!(
            choices.len() == 2 && choices.contains(&json!({ "id": second, "name": "Archive" })),
            "{told:?}"
        );
    }
    let chosen = json!({ "database_id": database.database, "data_source_id": second });
    let told = house.post(&ada, DATABASES, &chosen).await;
    assert_eq!((told.status, &told.body["data_source_id"]), (201, &json!(second)), "{told:?}");
    house.close().await;
}

#[actix::test]
async fn rows_are_watched_for_one_account_alone() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let bob = house.colleague(&ada, "Bob").await;
    let database = house.database(&ada, "Mine", &columns());
    let place = house.adopt(&ada, database.database).await;
    let asked = json!({ "database_id": database.database });
    let told = house.post(&bob, DATABASES, &asked).await;
    told.is_problem(409, "read and paid twice");
    assert!(!told.body.to_string().contains("Ada"), "{told:?}");
    // Results may go where somebody else watches.
    let content = json!({ "database_id": database.database, "kind": "content", "tag": "mine" });
    assert_eq!(house.post(&bob, DATABASES, &content).await.status, 201);
    house.ask(Some(&ada), Method::DELETE, &place, None).await;
    assert_eq!(house.post(&bob, DATABASES, &asked).await.status, 200);
    house.close().await;
}

#[actix::test]
async fn of_two_who_press_at_the_same_instant_one_has_the_database_watched() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let bob = house.colleague(&ada, "Bob").await;
    for round in 0..5 {
        let database = house.database(&ada, &format!("Ours {round}"), &columns());
        let asked = json!({ "database_id": database.database });
        let (one, other) =
            tokio::join!(house.post(&ada, DATABASES, &asked), house.post(&bob, DATABASES, &asked));
        let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
        assert_eq!(won.status, 201, "{won:?} {lost:?}");
        lost.is_problem(409, "read and paid twice");
    }
    house.close().await;
}

#[actix::test]
async fn the_command_line_registers_nothing_that_somebody_watches_and_keeps_no_token_for_it() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let (watched, free) =
        (house.database(&ada, "Mine", &columns()), house.database(&ada, "Free", &columns()));
    house.adopt(&ada, watched.database).await;
    let bot = house.notion.bots().into_iter().find(|bot| bot.workspace == ada.workspace).unwrap();
    let integration = house.notion.connect_beside(&bot, "Internal");
    let register = async |database: Uuid| {
        let request = Register {
            token: integration.token.clone().into(),
            tag: None,
            database: database.to_string(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        databases::register(house.office(), request).await.unwrap()
    };
    assert_eq!(register(watched.database).await.unwrap_err(), Refusal::WatchedByOther);
    assert_eq!(house.connections().await, 1);
    register(free.database).await.unwrap();
    assert_eq!(house.connections().await, 2);
    assert_eq!(register(watched.database).await.unwrap_err(), Refusal::WatchedByOther);
    assert_eq!(house.connections().await, 2, "its other database needs the token");
    house.post(&ada, DATABASES, &json!({ "database_id": free.database })).await.is_problem(409, "paid twice");
    house.close().await;
}

#[actix::test]
async fn a_tag_leads_to_one_database() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let only_title = json!({ "Name": { "title": {} } });
    let (one, other) = (house.database(&ada, "One", &only_title), house.database(&ada, "Other", &only_title));
    let content = |id: Uuid, tag: &str| json!({ "database_id": id, "kind": "content", "tag": tag });
    let told = house.post(&ada, DATABASES, &content(one.database, " Recipes ")).await;
    assert_eq!((told.status, &told.body["tag"]), (201, &json!("Recipes")), "{told:?}");
    assert_eq!(told.body["mapping"]["link"], Value::Null);
    house.post(&ada, DATABASES, &content(other.database, "recipes")).await.is_problem(409, "another tag");
    let place = house.post(&ada, DATABASES, &content(other.database, "places")).await.location.unwrap();
    house.patch(&ada, &place, &json!({ "tag": "RECIPES" })).await.is_problem(409, "another tag");
    house.patch(&ada, &place, &json!({ "tag": null })).await.is_problem(422, "a tag");
    assert_eq!(house.patch(&ada, &place, &json!({ "tag": "trips" })).await.body["tag"], "trips");
    house.close().await;
}

#[actix::test]
async fn the_connection_that_shows_a_database_is_found() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let (second, workspace) = house.connect_too("Ada", "Second").await;
    let there = house.notion.create_database_in(workspace, "There", &columns()).unwrap();
    let told = house.post(&ada, DATABASES, &json!({ "database_id": there.database })).await;
    assert_eq!((told.status, &told.body["connection_id"]), (201, &json!(second)), "{told:?}");
    assert_eq!(told.body["workspace"], "Second");
    house.close().await;
}

#[actix::test]
async fn a_workspace_that_took_its_access_away_is_named() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let database = house.database(&ada, "Mine", &columns());
    let asked = json!({ "database_id": database.database });
    house.notion.revoke(&ada.token);
    let told = house.post(&ada, DATABASES, &asked).await;
    told.is_problem(409, "Connect the workspace again");
    assert!(told.body["title"].as_str().unwrap().contains("Ada"), "{told:?}");
    house.store.mark_revoked(ada.connection, &ada.token.clone().into()).await.unwrap();
    house.post(&ada, DATABASES, &asked).await.is_problem(409, "Connect the workspace again");
    house.get(&ada, "/api/notion/databases").await.is_problem(409, "Connect the workspace again");
    assert!(house.store.remove_connection(ada.user, ada.connection).await.unwrap());
    house.post(&ada, DATABASES, &asked).await.is_problem(409, "Connect a Notion workspace first");
    house.close().await;
}
