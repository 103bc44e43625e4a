//! Tokens that run out, and access that is taken away.

use std::time::Duration;

use futures_util::future::join_all;
use linkscribe::domain::entry::ConnectionId;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{Access, Accounts, NewConnection, Tokens, Workspace};
use linkscribe::sandbox::notion::Fault;
use secrecy::ExposeSecret;

use crate::support::front::{Browser, FrontDoor};

/// The one connection there is.
async fn connection(browser: &mut Browser) -> ConnectionId {
    let listed: serde_json::Value = browser.get("/api/connections").await.json().await.unwrap();
    ConnectionId(listed["items"][0]["id"].as_str().unwrap().parse().unwrap())
}

/// As an entry on its way holds it.
async fn access(door: &FrontDoor, id: ConnectionId) -> Access {
    door.kitchen.store.connection(id).await.unwrap().unwrap().access
}

#[actix::test]
async fn a_token_that_ran_out_is_renewed_once_for_fifty_who_need_it_and_kept() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    let old = access(&door, id).await;
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    let asked = join_all((0..50).map(|_| door.workspace.whoami(&old))).await;
    assert!(asked.iter().all(Result::is_ok), "{:?}", asked.iter().find(|asked| asked.is_err()));
    assert_eq!(door.notion.token_calls().refreshes, 1);
    let kept = access(&door, id).await;
    assert_ne!(kept.token.expose_secret(), old.token.expose_secret());
    let before = door.notion.requests().len();
    door.workspace.whoami(&old).await.unwrap();
    assert_eq!(door.notion.requests().len(), before + 1, "the old token is not tried again");
    // The refresh token was replaced as well: the next one works.
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    door.workspace.whoami(&kept).await.unwrap();
    assert_eq!(door.notion.token_calls().refreshes, 2);
    door.close().await;
}

#[actix::test]
async fn two_instances_never_spend_the_same_refresh_token() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    let old = access(&door, id).await;
    let other = door.another_instance();
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    let (one, two) = tokio::join!(door.workspace.whoami(&old), other.whoami(&old));
    one.unwrap();
    two.unwrap();
    assert_eq!(door.notion.token_calls().refreshes, 1);
    assert!(!door.kitchen.store.connection(id).await.unwrap().unwrap().revoked);
    door.close().await;
}

#[actix::test]
async fn access_that_was_taken_away_pauses_the_databases_until_the_workspace_is_connected_again() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    let old = access(&door, id).await;
    door.notion.disconnect(door.notion.bots()[0].bot_id);
    let failure = door.workspace.whoami(&old).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Disconnected));
    let listed: serde_json::Value = browser.get("/api/connections").await.json().await.unwrap();
    assert!(listed["items"][0]["revoked_at"].is_string(), "{listed}");
    let back = door.notion.allow(&browser.to_notion().await).unwrap();
    assert_eq!(browser.come_back(&back).await.status(), 303);
    let listed: serde_json::Value = browser.get("/api/connections").await.json().await.unwrap();
    assert!(listed["items"][0]["revoked_at"].is_null(), "{listed}");
    assert_eq!(connection(&mut browser).await, id, "it is the same connection with its databases");
    let opened = access(&door, id).await;
    door.workspace.whoami(&opened).await.unwrap();
    door.close().await;
}

#[actix::test]
async fn while_the_token_endpoint_is_out_of_order_nothing_is_revoked() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    let old = access(&door, id).await;
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    door.notion.fail_next(1, "POST", "/v1/oauth/token", Fault::InternalError);
    let failure = door.workspace.whoami(&old).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Outage { .. }), "{failure:?}");
    assert!(!door.kitchen.store.connection(id).await.unwrap().unwrap().revoked);
    door.workspace.whoami(&old).await.unwrap();
    door.close().await;
}

#[actix::test]
async fn a_workspace_that_is_given_up_gives_its_token_back_and_is_nobody_elses_to_give_up() {
    let door = FrontDoor::open().await;
    let mut ada = door.signed_in().await;
    let id = connection(&mut ada).await;
    let bob = door.notion.add_person("Bob", &["Bob's"]);
    door.notion.sign_in(bob.person.id);
    let eve = door.signed_in().await;
    let path = format!("/api/connections/{id}");
    let answer = eve.request(reqwest::Method::DELETE, &path).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    let token = access(&door, id).await;
    assert_eq!(ada.request(reqwest::Method::DELETE, &path).send().await.unwrap().status(), 204);
    assert!(door.kitchen.store.connection(id).await.unwrap().is_none());
    let failure = door.workspace.whoami(&token).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Disconnected), "{failure}");
    door.close().await;
}

#[actix::test]
async fn a_pair_is_kept_though_whoever_needed_it_is_gone() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    let old = access(&door, id).await;
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    let late = Fault::AnswerLate(Duration::from_secs(3));
    door.notion.fail_next(1, "POST", "/v1/oauth/token", late);
    // Whoever needs it is gone once Notion has given it out and before the answer is here.
    let bought = door.notion.until(|notion| (notion.token_calls().refreshes == 1).then_some(()));
    tokio::select! {
        () = bought => {}
        answer = door.workspace.whoami(&old) => panic!("it was still buying: {answer:?}"),
    }
    // As the service does at its end.
    door.workspace.settle().await;
    let kept = access(&door, id).await;
    assert_ne!(kept.token.expose_secret(), old.token.expose_secret());
    door.another_instance().whoami(&kept).await.unwrap();
    assert_eq!(door.notion.token_calls().refreshes, 1);
    door.close().await;
}

#[actix::test]
async fn a_token_that_lasts_is_given_up_only_when_notion_knows_it_nowhere() {
    let door = FrontDoor::open().await;
    let token = door.notion.token();
    let new = NewConnection {
        person: "integration:cook".into(),
        bot: "cook-bot".into(),
        workspace_id: String::new(),
        workspace: "Cook".into(),
        tokens: Tokens::lasting(token.clone()),
    };
    let id = door.kitchen.store.keep_connection(new).await.unwrap().1;
    let lasting = access(&door, id).await;
    let database = uuid::Uuid::new_v4().to_string();
    door.notion.fail_next(1, "GET", "/v1/databases", Fault::Unauthorized);
    let failure = door.workspace.data_sources(&lasting, &database).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Transient { .. }), "{failure:?}");
    let revoked = || async { door.kitchen.store.connection(id).await.unwrap().unwrap().revoked };
    assert!(!revoked().await, "one endpoint alone may err");
    door.notion.revoke(&token);
    let failure = door.workspace.data_sources(&lasting, &database).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Disconnected));
    assert!(revoked().await);
    assert_eq!(door.notion.token_calls().refreshes, 0);
    door.close().await;
}

#[actix::test]
async fn a_token_given_by_connecting_again_is_used_in_the_place_of_a_renewed_one() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let id = connection(&mut browser).await;
    door.notion.expire_access(door.notion.bots()[0].bot_id);
    door.workspace.whoami(&access(&door, id).await).await.unwrap();
    let back = door.notion.allow(&browser.to_notion().await).unwrap();
    browser.come_back(&back).await;
    let given = access(&door, id).await;
    let before = door.notion.requests().len();
    door.workspace.whoami(&given).await.unwrap();
    assert_eq!(door.notion.requests().len(), before + 1, "no older one is tried first");
    assert_eq!(door.notion.token_calls().refreshes, 1);
    door.close().await;
}
