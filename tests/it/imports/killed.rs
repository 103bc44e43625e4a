//! The real program, killed between the making of a row and its record.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::seal::Seal;
use linkscribe::adapters::store::Store;
use linkscribe::ports::{Accounts, Registry};
use linkscribe::sandbox::notion::{EmulatedNotion, Fault};
use linkscribe::sandbox::starter;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::world::{answer, favourites, form, link};
use crate::support::service::{Service, linkscribe};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_killed_while_a_row_is_made_goes_on_and_makes_it_once() {
    let notion = EmulatedNotion::new();
    let database = starter::open(&notion).unwrap();
    let running = notion.serve_on_free_port().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut register = linkscribe(
        folder.path(),
        &["register", "--token-env", "SECRET", "--database", &database.database.to_string()],
    );
    register.env("SECRET", notion.token()).env("NOTION_API_URL", &running.url);
    assert!(register.output().await.unwrap().status.success());
    let (cookie, registered) = session(folder.path()).await;
    let settings = [
        ("NOTION_API_URL", running.url.as_str()),
        ("TRANSCRIBER", "none"),
        ("OCR", "none"),
        ("LINKSCRIBE_LEASE_MS", "2000"),
        ("LINKSCRIBE_ANSWER_MS", "20000"),
    ];
    let service = Service::start(folder, &settings).await;
    let client = reqwest::Client::new();
    let at = |service: &Service, path: &str| format!("http://{}{path}", service.address);
    let path = format!("/api/databases/{registered}/imports");
    let upload =
        client.post(at(&service, &path)).header("cookie", &cookie).multipart(form(favourites(1..=5)));
    let (status, view) = answer(upload).await;
    assert_eq!(status, 201, "{view}");
    let import = format!("/api/imports/{}", view["id"].as_str().unwrap());
    // The third row is made, and nobody hears of it.
    let third = |notion: &EmulatedNotion| (notion.count("POST", "/v1/pages") >= 2).then_some(());
    let confirm = client.post(at(&service, &format!("{import}/confirm"))).header("cookie", &cookie);
    notion.fail_next(1, "POST", "/v1/pages", Fault::Stall(Duration::from_millis(1)));
    notion.fail_next(1, "POST", "/v1/pages", Fault::Stall(Duration::from_millis(1)));
    notion.fail_next(1, "POST", "/v1/pages", Fault::AnswerLate(Duration::from_secs(30)));
    assert_eq!(answer(confirm).await.0, 202);
    tokio::time::timeout(Duration::from_secs(30), notion.until(third)).await.unwrap();
    let made = |notion: &EmulatedNotion| (notion.rows(database.data_source).len() == 3).then_some(());
    tokio::time::timeout(Duration::from_secs(30), notion.until(made)).await.ok();
    let folder = service.kill().await;
    assert_eq!(notion.rows(database.data_source).len(), 3);

    let mut service = Service::start(folder, &settings).await;
    let done = async {
        loop {
            let look = client.get(at(&service, &import)).header("cookie", &cookie);
            let (_, view): (u16, Value) = answer(look).await;
            if view["state"] == "done" {
                return view;
            }
            service.during(tokio::time::sleep(Duration::from_millis(100))).await;
        }
    };
    let view = tokio::time::timeout(Duration::from_mins(1), done).await.expect("it goes on");
    assert_eq!(view["counts"]["made"], 5, "{view}");
    let mut links: Vec<_> = notion
        .rows(database.data_source)
        .iter()
        .map(|row| row["properties"]["Link"]["url"].as_str().unwrap().to_owned())
        .collect();
    links.sort();
    assert_eq!(links, (1..=5).map(link).collect::<Vec<_>>());
    service.terminate().await;
}

/// A session of the user who registered, and the database.
async fn session(folder: &std::path::Path) -> (String, linkscribe::domain::entry::DatabaseId) {
    let data = folder.join("data");
    let seal = Seal::from_file_or_new(&data.join("token.key")).unwrap();
    let url = format!("sqlite://{}", data.join("linkscribe.db").display());
    let store = Arc::new(Store::open(&url, seal).await.unwrap());
    let database = store.databases().await.unwrap().remove(0);
    let cookie = store.open_session(database.user, Duration::from_hours(1)).await.unwrap();
    (format!("session={}", cookie.expose_secret()), database.id)
}
