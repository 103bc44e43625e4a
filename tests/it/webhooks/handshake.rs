//! The one-time handshake.

use linkscribe::ports::Webhooks;
use secrecy::ExposeSecret;

use super::{TOKEN, deliver, open, post};
use crate::both::on_both_databases;
use crate::support::both::On;
use crate::support::front::FrontDoor;

async fn kept(door: &FrontDoor) -> Option<String> {
    let token = door.kitchen.store.webhook_token().await.unwrap();
    token.map(|token| token.expose_secret().to_owned())
}

on_both_databases! {
    the_first_token_is_kept_sealed_until_it_is_forgotten,
    where_the_operator_gave_the_token_a_handshake_changes_nothing,
    a_body_beyond_the_limit_is_a_problem,
}

async fn the_first_token_is_kept_sealed_until_it_is_forgotten(on: On) {
    let door = open(on, None).await;
    let handshake = door.notion.take_delivery().unwrap();
    assert_eq!(post(&door, "{}", Some("sha256=00")).await, 503, "nobody can sign yet");
    assert_eq!(deliver(&door, &handshake).await, 200);
    assert_eq!(deliver(&door, &handshake).await, 200, "Notion may send it again");
    let other = r#"{"verification_token": "secret_of_somebody_else"}"#;
    assert_eq!(post(&door, other, None).await, 409);
    assert_eq!(kept(&door).await.as_deref(), Some(TOKEN));
    let kept_as = door.kitchen.place.column::<String>("SELECT token AS it FROM webhook_tokens").await;
    assert!(kept_as.len() == 1 && !kept_as[0].contains(TOKEN), "it is sealed");
    for file in std::fs::read_dir(door.kitchen.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "it is sealed");
    }
    assert!(door.kitchen.store.forget_webhook_token().await.unwrap());
    assert!(!door.kitchen.store.forget_webhook_token().await.unwrap());
    assert_eq!(post(&door, other, None).await, 200);
    assert_eq!(kept(&door).await.as_deref(), Some("secret_of_somebody_else"));
    door.close().await;
}

async fn where_the_operator_gave_the_token_a_handshake_changes_nothing(on: On) {
    let door = open(on, Some(TOKEN)).await;
    assert_eq!(post(&door, r#"{"verification_token": "another"}"#, None).await, 200);
    assert_eq!(kept(&door).await, None);
    assert_eq!(post(&door, "{}", None).await, 401);
    door.close().await;
}

async fn a_body_beyond_the_limit_is_a_problem(on: On) {
    let door = open(on, Some(TOKEN)).await;
    assert_eq!(post(&door, vec![b' '; 64 * 1024 + 1], None).await, 413);
    assert_eq!(post(&door, vec![0xff; 64 * 1024], None).await, 401);
    door.close().await;
}
