//! Webhooks as Notion and those who pretend to be it post them, through the real route.

mod events;
mod handshake;

use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::sign_ins::MemorySignIns;
use linkscribe::sandbox::notion::Delivery;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use secrecy::SecretString;

use crate::support::both::On;
use crate::support::front::{CLIENT, FrontDoor};
use crate::support::kitchen::Kitchen;

/// The token events are signed with.
const TOKEN: &str = "secret_canary_hook";

/// Nothing is polled by itself twice in a test.
const INTERVAL: Duration = Duration::from_hours(1);

/// A service that polls only when it is told to, and a subscription at its Notion.
async fn open(on: On, secret: Option<&str>) -> FrontDoor {
    let secret = secret.map(SecretString::from);
    let kitchen = Kitchen::open_on(on).await;
    let door = FrontDoor::open_in(kitchen, Arc::new(MemorySignIns::default()), None, |ports, options| {
        options.poll_interval = INTERVAL;
        if let Some(hooks) = &mut ports.hooks {
            hooks.secret = secret;
        }
    });
    let url = door.url.join("/webhooks/notion").unwrap();
    door.notion.set_webhook(CLIENT, url.as_str(), TOKEN).unwrap();
    door
}

/// Posts bytes; gives the status and the problem. Every error is one, with a hint.
async fn post(door: &FrontDoor, body: impl Into<reqwest::Body>, signature: Option<&str>) -> u16 {
    let mut request = door.browser().request(Method::POST, "/webhooks/notion").body(body);
    if let Some(signature) = signature {
        request = request.header(Delivery::SIGNATURE_HEADER, signature);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    if status != 200 {
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert!(problem["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{problem}");
        assert!(!problem.to_string().contains(TOKEN), "{problem}");
    }
    status
}

async fn deliver(door: &FrontDoor, delivery: &Delivery) -> u16 {
    post(door, delivery.body.clone(), delivery.signature.as_deref()).await
}
