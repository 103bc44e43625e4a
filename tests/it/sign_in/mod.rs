//! Signing in with Notion, as browsers and those who attack them do.

mod crashes;
mod renewal;

use std::sync::Arc;

use futures_util::future::join_all;
use linkscribe::adapters::sign_ins::{MemorySignIns, RedisSignIns};
use linkscribe::app::App;
use linkscribe::domain::entry::UserId;
use linkscribe::ports::{Accounts, SignIns};
use reqwest::Method;
use reqwest::header::ORIGIN;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::support::fakes::{FakeWorkspace, Script};
use crate::support::front::{Browser, FrontDoor, SECRET, location, set_cookies};
use crate::support::kitchen::Kitchen;
use crate::support::redis::Redis;

async fn user_of(door: &FrontDoor, browser: &Browser) -> Option<UserId> {
    let cookie = SecretString::from(browser.cookie("session")?);
    door.kitchen.store.session(&cookie).await.unwrap()
}

/// The page of a sign-in that failed: its status, and that it offers another try.
async fn refused(answer: reqwest::Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert!(set_cookies(&answer).is_empty(), "nobody is signed in");
    let page = answer.text().await.unwrap();
    assert!(page.contains("href=\"/auth/login\"") && page.contains("<h1"), "{page}");
    (status, page)
}

#[actix::test]
async fn a_person_who_consents_is_signed_in_and_signs_out_again() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    assert!(user_of(&door, &browser).await.is_some());
    let listed: serde_json::Value = browser.get("/api/connections").await.json().await.unwrap();
    assert_eq!(listed["items"][0]["workspace"], "Sandbox", "{listed}");
    let session = SecretString::from(browser.cookie("session").unwrap());
    let out = browser.post("/auth/logout").await;
    assert_eq!((out.status().as_u16(), location(&out)), (303, "/".to_owned()));
    assert!(browser.cookie("session").is_none());
    assert!(door.kitchen.store.session(&session).await.unwrap().is_none(), "the session itself is over");
    assert_eq!(browser.get("/api/connections").await.status(), 401);
    door.close().await;
}

#[actix::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let door = FrontDoor::open_with(Arc::new(MemorySignIns::default()), Some("https://links.example")).await;
    let mut browser = door.browser();
    let login = browser.get("/auth/login").await;
    for cookie in set_cookies(&login) {
        assert!(cookie.starts_with("__Host-signin="), "{cookie}");
        for flag in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=300"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let back = door.notion.allow(&location(&login)).unwrap();
    assert!(back.as_str().starts_with("https://links.example/auth/callback?"), "{back}");
    let landed = browser.come_back(&back).await;
    let session = set_cookies(&landed);
    assert!(session[0].starts_with("__Host-session=") && session[0].contains("Secure"), "{session:?}");
    door.close().await;

    let door = FrontDoor::open().await;
    let plain = set_cookies(&door.browser().get("/auth/login").await);
    assert!(plain[0].starts_with("signin=") && !plain[0].contains("Secure"), "{plain:?}");
    door.close().await;
}

#[actix::test]
async fn whoever_does_not_consent_is_told_so_and_the_state_is_used_up() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    let asked = browser.to_notion().await;
    let denied = door.notion.deny(&asked).unwrap();
    let (status, page) = refused(browser.come_back(&denied).await).await;
    assert!(status == 403 && page.contains("Cancel"), "{status} {page}");
    let allowed = door.notion.allow(&asked).unwrap();
    assert_eq!(refused(browser.come_back(&allowed).await).await.0, 400);
    door.close().await;
}

#[actix::test]
async fn a_sign_in_begun_in_another_browser_opens_nothing() {
    let door = FrontDoor::open().await;
    let (mut attacker, mut victim) = (door.browser(), door.browser());
    let back = door.notion.allow(&attacker.to_notion().await).unwrap();
    let (status, page) = refused(victim.come_back(&back).await).await;
    assert!(status == 403 && page.contains("another browser"), "{status} {page}");
    // A victim with a sign-in of their own is not taken in either.
    let back = door.notion.allow(&attacker.to_notion().await).unwrap();
    victim.to_notion().await;
    assert_eq!(refused(victim.come_back(&back).await).await.0, 403);
    // An empty cookie binds nothing.
    let mut bare = door.browser();
    bare.cookies.push(("signin".into(), String::new()));
    let back = door.notion.allow(&location(&bare.get("/auth/login").await)).unwrap();
    bare.cookies = vec![("signin".into(), String::new())];
    assert_eq!(refused(bare.come_back(&back).await).await.0, 403);
    door.close().await;
}

#[actix::test]
async fn an_unknown_state_a_missing_one_and_a_wrong_code_are_told_apart() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    browser.to_notion().await;
    let unknown = Url::parse("http://x/auth/callback?state=guess&code=guess").unwrap();
    assert_eq!(refused(browser.come_back(&unknown).await).await.0, 400);
    assert_eq!(refused(browser.get("/auth/callback").await).await.0, 400);
    let mut back = door.notion.allow(&browser.to_notion().await).unwrap();
    let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    back.query_pairs_mut().clear().append_pair("state", &state).append_pair("code", "wrong");
    let (status, page) = refused(browser.come_back(&back).await).await;
    assert!(status == 400 && page.contains("did not accept"), "{page}");
    door.close().await;
}

#[actix::test]
async fn while_notion_is_out_of_order_nobody_is_signed_in_and_the_page_says_try_again() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    let back = door.notion.allow(&browser.to_notion().await).unwrap();
    door.notion.fail_next(1, "POST", "/v1/oauth/token", linkscribe::sandbox::notion::Fault::Unavailable);
    assert_eq!(refused(browser.come_back(&back).await).await.0, 503);
    door.signed_in().await;
    door.close().await;
}

#[actix::test]
async fn several_tabs_may_sign_in_at_once() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    let (one, two) = (browser.to_notion().await, browser.to_notion().await);
    assert_ne!(one, two);
    for asked in [two, one] {
        let back = door.notion.allow(&asked).unwrap();
        assert_eq!(browser.come_back(&back).await.status(), 303);
    }
    door.close().await;
}

async fn one_of_a_hundred(sign_ins: Arc<dyn SignIns>) {
    let door = FrontDoor::open_with(sign_ins, None).await;
    let mut browser = door.browser();
    let back = door.notion.allow(&browser.to_notion().await).unwrap();
    let callbacks = (0..100).map(|_| {
        let mut tab = browser.clone();
        let back = back.clone();
        async move { tab.come_back(&back).await.status().as_u16() }
    });
    let mut statuses = join_all(callbacks).await;
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 99, "{statuses:?}");
    assert_eq!(door.notion.token_calls().codes, 1, "one code is spent once");
    door.close().await;
}

#[actix::test]
async fn of_a_hundred_callbacks_with_one_state_one_succeeds_in_memory() {
    one_of_a_hundred(Arc::new(MemorySignIns::default())).await;
}

#[actix::test]
async fn of_a_hundred_callbacks_with_one_state_one_succeeds_in_redis() {
    let redis = Redis::start();
    one_of_a_hundred(Arc::new(RedisSignIns::new(&redis.url()).unwrap())).await;
}

#[actix::test]
async fn signing_in_again_ends_the_old_session_and_a_planted_one_is_never_adopted() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let first = SecretString::from(browser.cookie("session").unwrap());
    let back = door.notion.allow(&browser.to_notion().await).unwrap();
    browser.come_back(&back).await;
    assert!(door.kitchen.store.session(&first).await.unwrap().is_none());
    assert!(user_of(&door, &browser).await.is_some());
    let mut planted = door.browser();
    planted.cookies.push(("session".into(), "planted-by-somebody-else-planted-by-somebody-else".into()));
    let back = door.notion.allow(&planted.to_notion().await).unwrap();
    planted.come_back(&back).await;
    assert_ne!(planted.cookie("session"), Some("planted-by-somebody-else-planted-by-somebody-else"));
    door.close().await;
}

#[actix::test]
async fn two_workspaces_of_one_person_are_two_connections_and_another_person_is_another_user() {
    let door = FrontDoor::open().await;
    let ada = door.notion.add_person("Ada", &["Home", "Work"]);
    let bob = door.notion.add_person("Bob", &["Bob's"]);
    door.notion.join(bob.person.id, ada.workspaces[0]).unwrap();
    let mut users = Vec::new();
    for (person, workspace) in [
        (&ada, ada.workspaces[0]),
        (&ada, ada.workspaces[1]),
        (&ada, ada.workspaces[0]),
        (&bob, ada.workspaces[0]),
    ] {
        let mut browser = door.browser();
        let consent = linkscribe::sandbox::notion::Consent { workspace: Some(workspace), share: None };
        let asked = browser.to_notion().await;
        let back = door.notion.allow_as(person.person.id, &asked, &consent).unwrap();
        browser.come_back(&back).await;
        users.push(user_of(&door, &browser).await.unwrap());
    }
    assert_eq!((users[0], users[0]), (users[1], users[2]));
    assert_ne!(users[0], users[3]);
    let names = |views: Vec<linkscribe::domain::account::ConnectionView>| {
        views.into_iter().map(|view| view.workspace).collect::<Vec<_>>()
    };
    assert_eq!(names(door.kitchen.store.connections(users[0]).await.unwrap()), ["Home", "Work"]);
    assert_eq!(names(door.kitchen.store.connections(users[3]).await.unwrap()), ["Home"]);
    door.close().await;
}

#[actix::test]
async fn another_site_cannot_sign_anybody_out() {
    let door = FrontDoor::open().await;
    let browser = door.signed_in().await;
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let answer = browser.request(Method::POST, "/auth/logout").header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
    assert!(user_of(&door, &browser).await.is_some());
    let ours = door.url.origin().ascii_serialization();
    let answer = browser.request(Method::POST, "/auth/logout").header(ORIGIN, ours).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    door.close().await;
}

#[actix::test]
async fn where_a_person_lands_is_never_chosen_by_whoever_sent_them() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    let login = browser.get("/auth/login?redirect=https://evil.example&next=//evil.example").await;
    let mut back = door.notion.allow(&location(&login)).unwrap();
    back.query_pairs_mut().append_pair("redirect", "https://evil.example");
    assert_eq!(location(&browser.come_back(&back).await), "/start?signed_in=yes");
    assert!(!location(&login).contains("evil") && !location(&login).contains(SECRET));
    door.close().await;
}

#[actix::test]
async fn what_comes_back_wrong_is_told_apart_from_pressing_cancel() {
    let door = FrontDoor::open().await;
    let mut browser = door.browser();
    for (query, says) in [
        ("error=server_error", "did not accept"),
        ("error=server_error&code=x", "did not accept"),
        ("", "did not accept"),
        ("error=access_denied", "was not connected"),
        ("state=twice&code=x", "has run out"),
    ] {
        let back = door.notion.allow(&browser.to_notion().await).unwrap();
        let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let path = format!("/auth/callback?state={state}&{query}");
        let (_, page) = refused(browser.get(&path).await).await;
        assert!(page.contains(says), "{query}: {page}");
        assert!(!page.contains(&state), "a state stands on a page");
    }
    assert_eq!(door.notion.token_calls().codes, 0);
    door.close().await;
}

#[actix::test]
async fn a_session_that_ran_out_is_signed_out() {
    let door = FrontDoor::open().await;
    let mut browser = door.signed_in().await;
    let user = user_of(&door, &browser).await.unwrap();
    let over = door.kitchen.store.open_session(user, std::time::Duration::ZERO).await.unwrap();
    browser.cookies = vec![("session".into(), over.expose_secret().to_owned())];
    assert_eq!(browser.get("/api/connections").await.status(), 401);
    assert_eq!(browser.post("/auth/logout").await.status(), 303, "signing out is no error");
    door.close().await;
}

#[actix::test]
async fn a_page_gives_up_a_workspace_of_its_visitor_alone() {
    let door = FrontDoor::open().await;
    let mut ada = door.signed_in().await;
    let listed: serde_json::Value = ada.get("/api/connections").await.json().await.unwrap();
    let path = format!("/connections/{}/disconnect", listed["items"][0]["id"].as_str().unwrap());
    let bob = door.notion.add_person("Bob", &["Bob's"]);
    door.notion.sign_in(bob.person.id);
    let mut eve = door.signed_in().await;
    assert_eq!(eve.post(&path).await.status(), 404);
    assert_eq!(door.browser().post(&path).await.status(), 401);
    assert_eq!(ada.post("/connections/none/disconnect").await.status(), 404);
    let answer = ada.post(&path).await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/connections".to_owned()));
    let listed: serde_json::Value = ada.get("/api/connections").await.json().await.unwrap();
    assert_eq!(listed["items"], serde_json::json!([]));
    door.close().await;
}

#[actix::test]
async fn while_redis_is_away_the_page_says_try_again_and_then_it_works() {
    let mut redis = Redis::start();
    let door = FrontDoor::open_with(Arc::new(RedisSignIns::new(&redis.url()).unwrap()), None).await;
    let mut browser = door.browser();
    let asked = browser.to_notion().await;
    redis.kill();
    let back = door.notion.allow(&asked).unwrap();
    assert_eq!(refused(browser.come_back(&back).await).await.0, 503);
    assert_eq!(refused(browser.get("/auth/login").await).await.0, 503);
    redis.start_again();
    door.signed_in().await;
    door.close().await;
}

#[actix::test]
async fn where_no_app_is_registered_with_notion_the_page_tells_the_operator_what_to_set() {
    let kitchen = Kitchen::open().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let workspace = FakeWorkspace::with_links(&[], Script::works());
    let app = App::start(kitchen.ports(workspace), kitchen.options(1));
    let web = app.serve_http(listener).unwrap();
    let answer = Browser::new(url).get("/auth/login").await;
    assert_eq!(answer.status(), 501);
    let page = answer.text().await.unwrap();
    assert!(page.contains("NOTION_CLIENT_ID") && page.contains("NOTION_CLIENT_SECRET"), "{page}");
    web.close().await.unwrap();
    app.drain().await;
}
