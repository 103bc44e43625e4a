//! The real program: it dies in the middle of a renewal, and tells no secret in its log.

use linkscribe::sandbox::notion::{EmulatedNotion, RunningNotion};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::support::front::{Browser, CLIENT, SECRET};
use crate::support::service::Service;

/// Where people are told to reach it; nobody follows it here.
const PUBLIC: &str = "http://localhost:4711/";

struct World {
    notion: EmulatedNotion,
    running: RunningNotion,
}

impl World {
    fn open() -> Self {
        let notion = EmulatedNotion::new();
        notion.publish(CLIENT, SECRET, &format!("{PUBLIC}auth/callback")).unwrap();
        let running = notion.serve_on_free_port().unwrap();
        Self { notion, running }
    }

    async fn start(&self, folder: TempDir, more: &[(&str, &str)]) -> (Service, Url) {
        let settings = [
            ("NOTION_API_URL", self.running.url.as_str()),
            ("NOTION_CLIENT_ID", CLIENT),
            ("NOTION_CLIENT_SECRET", SECRET),
            ("PUBLIC_URL", PUBLIC),
            ("TRANSCRIBER", "none"),
            ("OCR", "none"),
            ("RUST_LOG", "warn,linkscribe=trace"),
        ];
        let service = Service::start(folder, &[&settings, more].concat()).await;
        let url = Url::parse(&format!("http://{}", service.address)).unwrap();
        (service, url)
    }

    /// Signs in; gives the address Notion sent the browser back to.
    async fn sign_in(&self, browser: &mut Browser) -> Url {
        let back = self.notion.allow(&browser.to_notion().await).unwrap();
        assert_eq!(browser.come_back(&back).await.status(), 303);
        back
    }

    fn expire(&self) {
        self.notion.expire_access(self.notion.bots()[0].bot_id);
    }
}

async fn revoked_at(browser: &mut Browser) -> Value {
    let listed: Value = browser.get("/api/connections").await.json().await.unwrap();
    listed["items"][0]["revoked_at"].clone()
}

/// Signs in, lets the token run out and the program die at this point of its renewal; starts it again.
async fn dies_at(world: &World, point: &str) -> (Service, Browser) {
    let folder = tempfile::tempdir().unwrap();
    let (mut service, url) = world.start(folder, &[("LINKSCRIBE_DIE_AT", point)]).await;
    let mut browser = Browser::new(url);
    service.during(world.sign_in(&mut browser)).await;
    world.expire();
    let asked = browser.request(reqwest::Method::GET, "/api/notion/databases").send();
    let asked = service.while_it_dies(asked).await;
    assert!(asked.is_err(), "it died");
    let (service, url) = world.start(service.folder, &[]).await;
    let mut again = Browser::new(url);
    again.cookies = browser.cookies;
    (service, again)
}

#[actix::test]
async fn a_pair_that_was_stored_before_the_program_died_is_used_after_it_and_no_other_is_bought() {
    let world = World::open();
    let (mut service, mut browser) = dies_at(&world, "tokens_kept").await;
    assert_eq!(service.during(browser.get("/api/notion/databases")).await.status(), 200);
    assert_eq!(world.notion.token_calls().refreshes, 1);
    assert_eq!(service.terminate().await.0, Some(0));
    world.running.stop().await.unwrap();
}

#[actix::test]
async fn a_pair_lost_with_the_program_is_told_as_lost_access_and_connecting_again_mends_it() {
    let world = World::open();
    let (mut service, mut browser) = dies_at(&world, "tokens_bought").await;
    service.during(world.sign_in(&mut browser)).await;
    assert!(service.during(revoked_at(&mut browser)).await.is_null());
    assert_eq!(service.during(browser.get("/api/notion/databases")).await.status(), 200);
    assert_eq!(world.notion.token_calls().refreshes, 1);
    assert_eq!(service.terminate().await.0, Some(0));
    world.running.stop().await.unwrap();
}

#[actix::test]
async fn no_state_no_code_no_cookie_and_no_token_stands_in_the_log() {
    let world = World::open();
    let (mut service, url) = world.start(tempfile::tempdir().unwrap(), &[]).await;
    let mut browser = Browser::new(url);
    let back = service.during(world.sign_in(&mut browser)).await;
    let replayed = service.during(browser.come_back(&back)).await;
    assert_eq!(replayed.status(), 400);
    world.expire();
    assert_eq!(service.during(browser.get("/api/notion/databases")).await.status(), 200);
    // Asked once more, so that everything said before has been read.
    world.expire();
    service.during(browser.get("/api/notion/databases")).await;
    let mut renewals =
        service.lines.iter().filter(|line| line["message"] == "the tokens were renewed").count();
    while renewals < 2 {
        service.until(|line| line["message"] == "the tokens were renewed").await;
        renewals += 1;
    }
    let said = serde_json::to_string(&service.lines).unwrap();
    let mut secrets: Vec<String> = browser.cookies.iter().map(|(_, value)| value.clone()).collect();
    secrets.extend(back.query_pairs().map(|(_, value)| value.into_owned()));
    secrets.push(SECRET.to_owned());
    assert!(secrets.len() >= 5, "{secrets:?}");
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} stands in the log");
    }
    for token in ["ntn_", "nrt_", "Bearer", "secret_"] {
        assert!(!said.contains(token), "{token} stands in the log");
    }
    assert_eq!(service.terminate().await.0, Some(0));
    world.running.stop().await.unwrap();
}
