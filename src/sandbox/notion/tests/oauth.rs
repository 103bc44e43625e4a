//! Codes and tokens: what the token endpoints take and refuse, and what a token opens.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::wire::{self, Answer};
use crate::sandbox::notion::{Consent, EmulatedNotion, RunningNotion, TokenCalls};

const BACK: &str = "http://127.0.0.1:8080/auth/callback";

fn published() -> (EmulatedNotion, RunningNotion) {
    let notion = EmulatedNotion::new();
    notion.publish("linkscribe", "s3cret", BACK).unwrap();
    notion.publish("stranger", "other", "http://127.0.0.1:9/back").unwrap();
    let running = notion.serve_on_free_port().unwrap();
    (notion, running)
}

fn login(running: &RunningNotion, client: &str, back: Option<&str>) -> String {
    let mut url = Url::parse(&format!("{}/v1/oauth/authorize", running.url)).unwrap();
    let fixed = [("client_id", client), ("response_type", "code"), ("owner", "user"), ("state", "st")];
    url.query_pairs_mut().extend_pairs(fixed).extend_pairs(back.map(|back| ("redirect_uri", back)));
    url.into()
}

fn code_of(back: &Url) -> String {
    back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

fn code(notion: &EmulatedNotion, running: &RunningNotion) -> String {
    code_of(&notion.allow(&login(running, "linkscribe", Some(BACK))).unwrap())
}

async fn call(running: &RunningNotion, path: &str, client: &str, body: &Value) -> Answer {
    let basic = format!("authorization: Basic {}", STANDARD.encode(client));
    let headers = [basic.as_str(), "content-type: application/json"];
    wire::send(&running.url, "POST", &format!("/v1/oauth/{path}"), &headers, &body.to_string()).await
}

async fn token(running: &RunningNotion, body: &Value) -> Answer {
    call(running, "token", "linkscribe:s3cret", body).await
}

fn by_code(code: &str) -> Value {
    json!({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK})
}

fn by_refresh(pair: &Value) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]})
}

async fn pair(notion: &EmulatedNotion, running: &RunningNotion) -> Value {
    let answer = token(running, &by_code(&code(notion, running))).await;
    assert_eq!(answer.status(), 200, "{}", answer.body);
    answer.json()
}

async fn me(running: &RunningNotion, pair: &Value) -> u16 {
    let bearer = format!("authorization: Bearer {}", pair["access_token"].as_str().unwrap());
    wire::send(&running.url, "GET", "/v1/users/me", &[&bearer, "notion-version: 2025-09-03"], "")
        .await
        .status()
}

fn id(value: &Value) -> Uuid {
    serde_json::from_value(value.clone()).unwrap()
}

#[tokio::test]
async fn a_consent_becomes_tokens_that_open_what_was_shared() {
    let (notion, running) = published();
    let back = notion.allow(&login(&running, "linkscribe", Some(BACK))).unwrap();
    assert!(back.as_str().starts_with(&format!("{BACK}?code=")), "{back}");
    assert!(back.query_pairs().any(|(name, value)| name == "state" && value == "st"));
    let pair = token(&running, &by_code(&code_of(&back))).await.json();
    let connection = notion.connection();
    assert_eq!(pair["token_type"], "bearer");
    assert_eq!(id(&pair["workspace_id"]), connection.workspace);
    assert_eq!(pair["workspace_name"], "Sandbox");
    assert_eq!(id(&pair["owner"]["user"]["id"]), connection.owner);
    assert_eq!((&pair["owner"]["type"], &pair["owner"]["user"]["type"]), (&json!("user"), &json!("person")));
    assert_eq!(pair["duplicated_template_id"], Value::Null);
    assert!(pair["request_id"].is_string() && pair["refresh_token"].is_string());
    assert_ne!(id(&pair["bot_id"]), connection.bot_id, "the public integration has a bot of its own");
    assert_eq!(me(&running, &pair).await, 200);
    assert_eq!(notion.token_calls(), TokenCalls { codes: 1, refreshes: 0, refused: 0 });
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_token_endpoint_refuses_what_notion_refuses() {
    let (notion, running) = published();
    let fresh = code(&notion, &running);
    let good = by_code(&fresh);
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let without = |field: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(field);
        body
    };
    let ours = "linkscribe:s3cret";
    for (rule, client, body, status, error) in [
        ("a wrong secret", "linkscribe:wrong", good.clone(), 401, "invalid_client"),
        ("an unknown client", "nobody:s3cret", good.clone(), 401, "invalid_client"),
        ("credentials without a colon", "linkscribe", good.clone(), 401, "invalid_client"),
        ("somebody else's code", "stranger:other", good.clone(), 400, "invalid_grant"),
        ("an unknown code", ours, with("code", json!("nope")), 400, "invalid_grant"),
        ("another redirect", ours, with("redirect_uri", json!("http://evil.test/")), 400, "invalid_grant"),
        ("no redirect", ours, without("redirect_uri"), 400, "invalid_request"),
        ("an unknown grant", ours, with("grant_type", json!("password")), 400, "validation_error"),
        ("no grant", ours, without("grant_type"), 400, "validation_error"),
        ("no code", ours, without("code"), 400, "validation_error"),
        ("a code that is no text", ours, with("code", json!(7)), 400, "validation_error"),
        ("an unknown field", ours, with("scope", json!("all")), 400, "validation_error"),
        ("no refresh token", ours, json!({"grant_type": "refresh_token"}), 400, "validation_error"),
    ] {
        let answer = call(&running, "token", client, &body).await;
        let told = answer.json();
        let word = if error == "validation_error" { &told["code"] } else { &told["error"] };
        assert_eq!((answer.status(), word), (status, &json!(error)), "{rule}: {told}");
        assert!(told["request_id"].is_string() && answer.header("x-notion-request-id").is_some(), "{rule}");
    }
    let bare = wire::send(&running.url, "POST", "/v1/oauth/token", &[], &good.to_string()).await;
    assert_eq!(bare.json()["error"], "invalid_client", "no credentials at all");
    let old = ["notion-version: 2022-06-28"];
    let old = wire::send(&running.url, "POST", "/v1/oauth/token", &old, &good.to_string()).await;
    assert_eq!(old.json()["code"], "validation_error", "another version");
    assert_eq!(token(&running, &good).await.status(), 200, "no refusal used the code up");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes() {
    let (notion, running) = published();
    let used = code(&notion, &running);
    assert_eq!(token(&running, &by_code(&used)).await.status(), 200);
    assert_eq!(token(&running, &by_code(&used)).await.json()["error"], "invalid_grant");
    let old = code(&notion, &running);
    notion.advance_clock(TimeDelta::minutes(10));
    assert_eq!(token(&running, &by_code(&old)).await.json()["error"], "invalid_grant");
    let calls = notion.token_calls();
    assert_eq!(calls, TokenCalls { codes: 3, refreshes: 0, refused: 2 });
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_redirect_the_url_did_not_name_must_not_be_named_later() {
    let (notion, running) = published();
    let quiet = || code_of(&notion.allow(&login(&running, "linkscribe", None)).unwrap());
    let answer = token(&running, &by_code(&quiet())).await;
    assert_eq!(answer.json()["error"], "invalid_request");
    let body = json!({"grant_type": "authorization_code", "code": quiet()});
    assert_eq!(token(&running, &body).await.status(), 200);
    notion.publish("linkscribe", "s3cret", "http://127.0.0.1:8080/second").unwrap();
    notion.allow(&login(&running, "linkscribe", None)).unwrap_err();
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_refresh_replaces_both_tokens() {
    let (notion, running) = published();
    let first = pair(&notion, &running).await;
    let stolen = call(&running, "token", "stranger:other", &by_refresh(&first)).await;
    assert_eq!(stolen.json()["error"], "invalid_grant", "somebody else's refresh token");
    let second = token(&running, &by_refresh(&first)).await.json();
    assert_eq!(first["bot_id"], second["bot_id"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!((me(&running, &first).await, me(&running, &second).await), (401, 200));
    assert_eq!(token(&running, &by_refresh(&first)).await.json()["error"], "invalid_grant");
    assert_eq!(notion.token_calls(), TokenCalls { codes: 1, refreshes: 3, refused: 2 });
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_expired_token_opens_nothing_until_it_is_refreshed() {
    let (notion, running) = published();
    let first = pair(&notion, &running).await;
    notion.expire_access(id(&first["bot_id"]));
    assert_eq!(me(&running, &first).await, 401);
    let second = token(&running, &by_refresh(&first)).await.json();
    assert_eq!(me(&running, &second).await, 200);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn every_authorization_has_tokens_of_its_own_and_one_bot_for_person_and_workspace() {
    let (notion, running) = published();
    let anna = notion.add_person("Anna", &["Kitchen", "Studio"]);
    let (first, second) = (pair(&notion, &running).await, pair(&notion, &running).await);
    assert_eq!(first["bot_id"], second["bot_id"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!((me(&running, &first).await, me(&running, &second).await), (200, 200), "both work");
    let mut bots = vec![id(&first["bot_id"])];
    for workspace in &anna.workspaces {
        let consent = Consent { workspace: Some(*workspace), share: None };
        let url = login(&running, "linkscribe", Some(BACK));
        let back = notion.allow_as(anna.person.id, &url, &consent).unwrap();
        let pair = token(&running, &by_code(&code_of(&back))).await.json();
        assert_eq!(id(&pair["workspace_id"]), *workspace);
        assert_eq!(pair["owner"]["user"]["name"], "Anna");
        bots.push(id(&pair["bot_id"]));
    }
    bots.sort_unstable();
    bots.dedup();
    assert_eq!(bots.len(), 3);
    assert_eq!(notion.bots().len(), 3);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn two_people_of_one_workspace_have_a_bot_each() {
    let (notion, running) = published();
    let anna = notion.add_person("Anna", &[]).person;
    assert_eq!(
        notion.join(anna.id, notion.connection().workspace).unwrap_err().status,
        404,
        "nobody knows her"
    );
    let anna = notion.add_person("Anna", &["Kitchen"]).person;
    notion.join(anna.id, notion.connection().workspace).unwrap();
    let consent = Consent { workspace: Some(notion.connection().workspace), share: None };
    let url = login(&running, "linkscribe", Some(BACK));
    notion.allow_as(anna.id, &url, &consent).unwrap();
    notion.allow(&url).unwrap();
    let owners: Vec<Uuid> = notion.bots().iter().map(|bot| bot.owner).collect();
    assert_eq!(owners, [anna.id, notion.connection().owner]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn introspection_tells_what_works_and_only_to_its_client() {
    let (notion, running) = published();
    let first = pair(&notion, &running).await;
    let look = async |client: &str, token: &Value| {
        call(&running, "introspect", client, &json!({"token": token})).await
    };
    let ours = "linkscribe:s3cret";
    let told = look(ours, &first["access_token"]).await.json();
    assert_eq!(told["active"], true);
    assert!(told["iat"].is_i64() && told["scope"].is_string() && told["request_id"].is_string());
    assert_eq!(look("stranger:other", &first["access_token"]).await.json()["active"], false);
    assert_eq!(look(ours, &json!("ntn_unknown")).await.json()["active"], false);
    assert_eq!(look("linkscribe:wrong", &first["access_token"]).await.status(), 401);
    assert_eq!(look(ours, &Value::Null).await.json()["code"], "validation_error");
    notion.expire_access(id(&first["bot_id"]));
    assert_eq!(look(ours, &first["access_token"]).await.json()["active"], false);
    assert_eq!(look(ours, &first["refresh_token"]).await.json()["active"], true);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_revoked_pair_is_dead_and_another_authorization_lives_on() {
    let (notion, running) = published();
    let (first, second) = (pair(&notion, &running).await, pair(&notion, &running).await);
    let body = json!({"token": first["access_token"]});
    assert_eq!(call(&running, "revoke", "linkscribe:wrong", &body).await.json()["error"], "invalid_client");
    assert_eq!(call(&running, "revoke", "stranger:other", &body).await.status(), 200);
    assert_eq!(me(&running, &first).await, 200, "a stranger revokes nothing");
    assert_eq!(
        call(&running, "revoke", "linkscribe:s3cret", &json!({})).await.json()["code"],
        "validation_error"
    );
    assert_eq!(call(&running, "revoke", "linkscribe:s3cret", &body).await.status(), 200);
    assert_eq!(me(&running, &first).await, 401);
    assert_eq!(token(&running, &by_refresh(&first)).await.json()["error"], "invalid_grant");
    assert_eq!(me(&running, &second).await, 200);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_person_who_disconnects_ends_everything_and_may_come_back() {
    let (notion, running) = published();
    notion.add_page("Home").unwrap();
    let (first, waiting) = (pair(&notion, &running).await, code(&notion, &running));
    notion.disconnect(id(&first["bot_id"]));
    assert_eq!(me(&running, &first).await, 401);
    assert_eq!(token(&running, &by_refresh(&first)).await.json()["error"], "invalid_grant");
    assert_eq!(
        token(&running, &by_code(&waiting)).await.json()["error"],
        "invalid_grant",
        "a code under way"
    );
    let again = pair(&notion, &running).await;
    assert_eq!(again["bot_id"], first["bot_id"]);
    assert_eq!(me(&running, &again).await, 200);
    running.stop().await.unwrap();
}
