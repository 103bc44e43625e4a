//! Events: who is believed, and what that does.

use chrono::TimeDelta;
use linkscribe::sandbox::notion::{DatabaseIds, Delivery};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{TOKEN, deliver, open, post};
use crate::both::on_both_databases;
use crate::support::PATIENCE;
use crate::support::both::On;
use crate::support::front::FrontDoor;

/// What is changed about an event.
type Change<'a> = &'a dyn Fn(&mut Value);

/// A watched database that was polled once, with nothing under way.
struct World {
    door: FrontDoor,
    ids: DatabaseIds,
    row: Uuid,
}

impl World {
    async fn new(on: On) -> Self {
        let door = open(on, Some(TOKEN)).await;
        let columns = json!({"Name": {"title": {}}, "Link": {"url": {}}});
        let ids = door.notion.create_database("Videos", &columns).unwrap();
        let row = door.notion.add_row(ids.data_source, &json!({"Name": "x"})).unwrap();
        let browser = door.signed_in().await;
        let adopt = json!({"database_id": ids.database, "add_missing": true});
        let adopted = browser.request(Method::POST, "/api/databases").json(&adopt).send().await.unwrap();
        assert_eq!(adopted.status(), 201, "{}", adopted.text().await.unwrap());
        let world = Self { door, ids, row };
        world.polled(1).await;
        while world.door.notion.take_delivery().is_some() {}
        world
    }

    fn polls(&self) -> usize {
        let path = format!("/v1/data_sources/{}/query", self.ids.data_source);
        self.door.notion.count("POST", &path)
    }

    async fn polled(&self, times: usize) {
        let polled = self.door.notion.until(|_| (self.polls() >= times).then_some(()));
        tokio::time::timeout(PATIENCE, polled).await.expect("it is polled");
    }

    /// A person changes a row; gives the event of it.
    fn edited(&self) -> Delivery {
        let link = format!("https://example.org/{}", Uuid::new_v4());
        self.door.notion.edit_row(self.row, &json!({"Link": link})).unwrap();
        self.door.notion.take_delivery().unwrap()
    }

    /// Whether a poll of the database was brought forward: else its next one is an hour after the last.
    async fn is_hurried(&self) -> bool {
        let select = format!(
            "SELECT next_poll_at - polled_at AS it FROM databases WHERE data_source = '{}'",
            self.ids.data_source
        );
        let pause = self.door.kitchen.place.column::<i64>(&select).await[0];
        pause < 60_000 || self.polls() > 1
    }

    /// The same event with other fields, properly signed.
    fn with(event: &Delivery, change: impl FnOnce(&mut Value)) -> (String, String) {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mut payload = event.payload();
        change(&mut payload);
        let body = payload.to_string();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let digest = mac.finalize().into_bytes();
        let signature = digest.iter().fold(String::from("sha256="), |hex, byte| hex + &format!("{byte:02x}"));
        (body, signature)
    }
}

on_both_databases! {
    a_persons_edit_is_polled_at_once_and_a_flood_is_not_a_flood_of_polls,
    whoever_does_not_know_the_token_is_refused_and_moves_nothing,
    old_events_future_ones_and_nonsense_are_refused_and_move_nothing,
    our_own_edits_strangers_sources_and_unknown_kinds_are_accepted_and_move_nothing,
    an_event_delivered_again_does_nothing_the_second_time,
}

async fn a_persons_edit_is_polled_at_once_and_a_flood_is_not_a_flood_of_polls(on: On) {
    let world = World::new(on).await;
    let (before, begun) = (world.polls(), std::time::Instant::now());
    for _ in 0..20 {
        assert_eq!(deliver(&world.door, &world.edited()).await, 200);
    }
    world.polled(before + 1).await;
    let (polls, took) = (world.polls() - before, begun.elapsed());
    // One at once, one for what came behind it, and one more for each three seconds a slow machine took.
    assert!(polls <= 2 + (took.as_secs() / 3) as usize, "{polls} polls in {took:?}");
    world.door.close().await;
}

async fn whoever_does_not_know_the_token_is_refused_and_moves_nothing(on: On) {
    let world = World::new(on).await;
    let event = world.edited();
    assert_eq!(deliver(&world.door, &event.forged()).await, 401);
    assert_eq!(post(&world.door, event.body.clone(), None).await, 401);
    let altered = event.body.replace("page.properties_updated", "page.created");
    assert_ne!(altered, event.body);
    assert_eq!(post(&world.door, altered, event.signature.as_deref()).await, 401);
    assert!(!world.is_hurried().await);
    assert_eq!(deliver(&world.door, &event).await, 200, "the true one was not used up");
    assert!(world.is_hurried().await);
    world.door.close().await;
}

async fn old_events_future_ones_and_nonsense_are_refused_and_move_nothing(on: On) {
    let world = World::new(on).await;
    let event = world.edited();
    assert_eq!(deliver(&world.door, &event.older(TimeDelta::minutes(6))).await, 400);
    assert_eq!(deliver(&world.door, &event.older(TimeDelta::minutes(-2))).await, 400);
    let (body, signature) = World::with(&event, |event| event["id"] = json!("nonsense"));
    assert_eq!(post(&world.door, body, Some(&signature)).await, 400);
    assert!(!world.is_hurried().await);
    world.door.close().await;
}

async fn our_own_edits_strangers_sources_and_unknown_kinds_are_accepted_and_move_nothing(on: On) {
    let world = World::new(on).await;
    let bot = world.door.notion.bots()[0].bot_id;
    let fresh = |event: &mut Value| event["id"] = json!(Uuid::new_v4());
    let changes: [(&str, Change); 4] = [
        ("ours", &|event| event["authors"] = json!([{"id": bot, "type": "bot"}])),
        ("unseen", &|event| event["accessible_by"] = json!([{"id": Uuid::new_v4(), "type": "bot"}])),
        ("unknown", &|event| event["type"] = json!("page.sung")),
        ("elsewhere", &|event| event["data"]["parent"]["data_source_id"] = json!(Uuid::new_v4())),
    ];
    let event = world.edited();
    for (what, change) in changes {
        let (body, signature) = World::with(&event, |event| {
            fresh(event);
            change(event);
        });
        assert_eq!(post(&world.door, body, Some(&signature)).await, 200, "{what}");
        assert!(!world.is_hurried().await, "{what}");
    }
    let (body, signature) = World::with(&event, |event| {
        fresh(event);
        event["authors"] = json!([{"id": Uuid::new_v4(), "type": "bot"}]);
    });
    assert_eq!(post(&world.door, body, Some(&signature)).await, 200);
    assert!(world.is_hurried().await, "another program's edit is like a person's");
    world.door.close().await;
}

async fn an_event_delivered_again_does_nothing_the_second_time(on: On) {
    let world = World::new(on).await;
    let event = world.edited();
    assert_eq!(deliver(&world.door, &event).await, 200);
    world.polled(2).await;
    let before = world.polls();
    assert_eq!(deliver(&world.door, &event.again()).await, 200);
    assert_eq!(deliver(&world.door, &event).await, 200);
    let select = "SELECT MIN(next_poll_at - polled_at) AS it FROM databases WHERE polled_at > 0";
    let least = world.door.kitchen.place.column::<i64>(select).await[0];
    assert!(least > 60_000 && world.polls() == before, "{least}");
    world.door.close().await;
}
