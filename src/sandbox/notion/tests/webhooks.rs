//! Webhooks: who is told what, and how a test disturbs it on the way.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::notion::check::At;
use crate::sandbox::notion::{Connection, Consent, DatabaseIds, Delivery, EmulatedNotion};

const LOGIN: &str = "http://notion.test/v1/oauth/authorize?client_id=linkscribe&response_type=code&owner=user\
                     &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fauth%2Fcallback&state=s";
const HOOK: &str = "http://127.0.0.1:8080/webhooks/notion";
const PATIENCE: Duration = Duration::from_secs(10);

struct World {
    notion: EmulatedNotion,
    bot: Connection,
    ids: DatabaseIds,
    row: Uuid,
}

/// A connected integration with a subscription that works, and nothing under way.
fn subscribed() -> World {
    let world = connected();
    world.notion.set_webhook("linkscribe", HOOK, "secret_t").unwrap();
    let handshake = world.notion.take_delivery().unwrap();
    assert_eq!(
        (handshake.body.as_str(), handshake.signature),
        (r#"{"verification_token":"secret_t"}"#, None)
    );
    world
}

fn connected() -> World {
    let notion = EmulatedNotion::new();
    let columns = json!({"Name": {"title": {}}, "Count": {"number": {}}});
    let ids = notion.create_database("Videos", &columns).unwrap();
    let row = notion.add_row(ids.data_source, &json!({"Name": "x"})).unwrap();
    notion.publish("linkscribe", "s3cret", "http://127.0.0.1:8080/auth/callback").unwrap();
    notion.allow(LOGIN).unwrap();
    let bot = live(&notion, 0);
    World { notion, bot, ids, row }
}

/// Gives a bot its tokens, as the exchange of its code would.
fn live(notion: &EmulatedNotion, index: usize) -> Connection {
    let (bot, now) = (notion.bots().remove(index), notion.now());
    notion.with(|held| held.mint(bot.bot_id, true, now));
    notion.bots().remove(index)
}

fn told(notion: &EmulatedNotion) -> Vec<Delivery> {
    std::iter::from_fn(|| notion.take_delivery()).collect()
}

fn kinds(deliveries: &[Delivery]) -> Vec<String> {
    deliveries.iter().map(Delivery::kind).collect()
}

#[test]
fn an_event_has_the_shape_notion_documents() {
    let World { notion, bot, ids, row } = subscribed();
    notion.edit_row(row, &json!({"Count": 5})).unwrap();
    let deliveries = told(&notion);
    assert_eq!(kinds(&deliveries), ["page.properties_updated"], "values are no content of the data source");
    let event = deliveries[0].payload();
    assert_eq!(deliveries[0].url.as_str(), HOOK);
    assert_eq!(
        (&event["workspace_id"], &event["workspace_name"]),
        (&json!(bot.workspace), &json!("Sandbox"))
    );
    assert_eq!(event["authors"], json!([{"id": bot.owner, "type": "person"}]));
    assert_eq!(
        event["accessible_by"],
        json!([{"id": bot.owner, "type": "person"}, {"id": bot.bot_id, "type": "bot"}])
    );
    assert_eq!((&event["attempt_number"], &event["api_version"]), (&json!(1), &json!("2025-09-03")));
    assert_eq!(event["entity"], json!({"id": row, "type": "page"}));
    let parent = json!({"id": ids.database, "type": "database", "data_source_id": ids.data_source});
    assert_eq!(event["data"]["parent"], parent);
    let count = notion.data_source(ids.data_source).unwrap()["properties"]["Count"]["id"].clone();
    assert_eq!(event["data"]["updated_properties"], json!([count]));
    for field in ["id", "subscription_id", "integration_id"] {
        assert!(event[field].as_str().is_some_and(|id| Uuid::parse_str(id).is_ok()), "{field}: {event}");
    }
    assert!(event["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn rows_that_come_and_go_and_columns_that_change_are_told() {
    let World { notion, ids, row, .. } = subscribed();
    let new = notion.add_row(ids.data_source, &json!({"Name": "new"})).unwrap();
    let deliveries = told(&notion);
    assert_eq!(kinds(&deliveries), ["page.created", "data_source.content_updated"]);
    let content = deliveries[1].payload();
    assert_eq!(content["entity"], json!({"id": ids.data_source, "type": "data_source"}));
    assert_eq!(content["data"]["parent"], json!({"id": ids.database, "type": "database"}));
    assert_eq!(content["data"]["updated_blocks"], json!([{"id": new, "type": "page"}]));
    notion.set_trashed(row, true).unwrap();
    notion.set_trashed(row, false).unwrap();
    let back_and_forth =
        ["page.deleted", "data_source.content_updated", "page.undeleted", "data_source.content_updated"];
    assert_eq!(kinds(&told(&notion)), back_and_forth);
    let change = json!({"Count": {"name": "Number"}, "Text": {"rich_text": {}}});
    notion.change_schema(ids.data_source, &change).unwrap();
    notion.change_schema(ids.data_source, &json!({"Text": null})).unwrap();
    let deliveries = told(&notion);
    assert_eq!(kinds(&deliveries), ["data_source.schema_updated"; 2]);
    let actions = |delivery: &Delivery| {
        let updated = delivery.payload()["data"]["updated_properties"].as_array().unwrap().clone();
        updated
            .iter()
            .map(|one| format!("{} {}", one["action"], one["name"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(actions(&deliveries[0]), ["updated Number", "created Text"]);
    assert_eq!(actions(&deliveries[1]), ["deleted Text"]);
}

#[test]
fn what_a_bot_does_is_told_as_done_by_a_bot() {
    let World { notion, bot, row, .. } = subscribed();
    let me = notion.caller(&bot.token).unwrap();
    let body = json!({"properties": {"Count": {"number": 1}}});
    notion.with(|held| held.update_page(&me, row, &At::body(&body))).unwrap();
    let deliveries = told(&notion);
    assert_eq!(deliveries[0].payload()["authors"], json!([{"id": bot.bot_id, "type": "bot"}]));
    assert_eq!(deliveries.len(), 1);
}

#[test]
fn nobody_is_told_what_they_were_not_given() {
    let World { notion, bot, ids, row } = subscribed();
    let other = notion.connect("Elsewhere");
    let theirs = notion.create_database_for(&other.token, "Theirs", &json!({"Name": {"title": {}}})).unwrap();
    notion.add_row(theirs.data_source, &json!({"Name": "x"})).unwrap();
    let late = notion.add_page("made after the consent").unwrap();
    notion.set_trashed(late, true).unwrap();
    assert_eq!(told(&notion), [], "another workspace, a page that was not shared");
    notion.unshare(&bot.token, ids.database);
    notion.edit_row(row, &json!({"Count": 1})).unwrap();
    assert_eq!(told(&notion), [], "no longer shared");
    notion.share(&bot.token, ids.database);
    notion.disconnect(bot.bot_id);
    notion.edit_row(row, &json!({"Count": 2})).unwrap();
    assert_eq!(told(&notion), [], "disconnected");
}

#[test]
fn an_event_names_every_connection_that_can_read_it() {
    let World { notion, bot, ids, row } = subscribed();
    let anna = notion.add_person("Anna", &["Kitchen"]).person;
    notion.join(anna.id, bot.workspace).unwrap();
    let consent = Consent { workspace: Some(bot.workspace), share: Some(vec![ids.database]) };
    notion.allow_as(anna.id, LOGIN, &consent).unwrap();
    notion.edit_row(row, &json!({"Count": 1})).unwrap();
    let reach = |delivery: &Delivery| delivery.payload()["accessible_by"].as_array().unwrap().len();
    assert_eq!(told(&notion).iter().map(reach).collect::<Vec<_>>(), [2], "hers has no tokens yet");
    live(&notion, 1);
    notion.edit_row(row, &json!({"Count": 2})).unwrap();
    assert_eq!(told(&notion).iter().map(reach).collect::<Vec<_>>(), [4], "one event, two people, two bots");
}

#[test]
fn events_wait_for_the_token_of_the_handshake() {
    let World { notion, row, .. } = connected();
    assert_eq!(notion.request_webhook("nobody", HOOK).unwrap_err().status, 400);
    assert_eq!(notion.request_webhook("linkscribe", "nonsense").unwrap_err().status, 400);
    assert_eq!(notion.confirm_webhook("linkscribe", "x").unwrap_err().status, 400, "nothing was asked yet");
    notion.request_webhook("linkscribe", HOOK).unwrap();
    let token = notion.take_delivery().unwrap().payload()["verification_token"].as_str().unwrap().to_owned();
    notion.edit_row(row, &json!({"Count": 1})).unwrap();
    assert_eq!(notion.confirm_webhook("linkscribe", "secret_wrong").unwrap_err().status, 400);
    notion.edit_row(row, &json!({"Count": 2})).unwrap();
    assert_eq!(told(&notion), [], "not verified");
    notion.confirm_webhook("linkscribe", &token).unwrap();
    notion.edit_row(row, &json!({"Count": 3})).unwrap();
    assert_eq!(kinds(&told(&notion)), ["page.properties_updated"]);
}

#[test]
fn a_signature_is_the_hmac_of_the_body() {
    let World { notion, row, .. } = subscribed();
    notion.edit_row(row, &json!({"Count": 1})).unwrap();
    let delivery = told(&notion).remove(0);
    let signature = delivery.signature.clone().unwrap();
    assert_eq!(signature.len(), "sha256=".len() + 64);
    assert_ne!(delivery.forged().signature.unwrap(), signature);
    assert_eq!(delivery.forged().body, delivery.body);
    // RFC 4231, test case 2.
    let url = delivery.url.clone();
    let known = Delivery::event(url, &Value::String("x".into()), "k");
    assert_eq!(known.body, "\"x\"");
    let rfc = crate::sandbox::notion::outbox::signature("Jefe", "what do ya want for nothing?");
    assert_eq!(rfc, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn a_test_holds_back_reorders_repeats_and_ages() {
    let World { notion, row, .. } = subscribed();
    notion.hold_deliveries();
    for count in 1..=2 {
        notion.edit_row(row, &json!({"Count": count})).unwrap();
    }
    assert_eq!(notion.take_delivery(), None, "held back");
    notion.change_deliveries(|waiting| {
        waiting.reverse();
        let (twin, old) = (waiting[0].again(), waiting[1].older(TimeDelta::hours(2)));
        waiting.extend([twin, old]);
    });
    notion.release_deliveries();
    let events: Vec<Value> = told(&notion).iter().map(Delivery::payload).collect();
    assert_eq!(events.len(), 4);
    let moment = |event: &Value| event["timestamp"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(moment(&events[0]) >= moment(&events[1]), "reordered");
    assert_eq!(events[2]["id"], events[0]["id"], "repeated");
    assert_eq!(events[2]["attempt_number"], 2);
    assert_eq!(moment(&events[1]) - moment(&events[3]), TimeDelta::hours(2));
}

#[test]
fn a_refused_event_is_tried_three_times_and_a_handshake_once() {
    let World { notion, row, .. } = connected();
    notion.set_webhook("linkscribe", HOOK, "secret_t").unwrap();
    notion.edit_row(row, &json!({"Count": 1})).unwrap();
    let mut attempts = Vec::new();
    while let Some(delivery) = notion.take_delivery() {
        attempts.push(delivery.attempt());
        notion.delivered(&delivery, false);
    }
    assert_eq!(attempts, [0, 1, 2, 3]);
    notion.edit_row(row, &json!({"Count": 2})).unwrap();
    notion.delivered(&notion.take_delivery().unwrap(), true);
    assert_eq!(notion.take_delivery(), None);
}

#[tokio::test]
async fn a_poster_waits_for_what_happens() {
    let World { notion, row, .. } = subscribed();
    let poster = tokio::time::timeout(PATIENCE, notion.next_delivery());
    let edit = async { notion.edit_row(row, &json!({"Count": 1})) };
    let (delivery, edited) = tokio::join!(poster, edit);
    edited.unwrap();
    assert_eq!(delivery.unwrap().kind(), "page.properties_updated");
}
