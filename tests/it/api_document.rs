//! The document of the interface, held against the interface itself by schemathesis: what it promises is answered,
//! what it does not is refused, and nothing makes the service stumble.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::sign_ins::MemorySignIns;
use linkscribe::app::{Options, Ports};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::front::{Browser, FrontDoor};
use crate::support::tools_dir;

/// Some thousand requests take less than a minute on a machine with nothing else to do; a busy one gets plenty.
const PATIENCE: Duration = Duration::from_mins(15);

/// Which checks are asked for less, and why.
const LENIENCY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/api_document.toml");

/// Chooses other requests than usual: any number.
const SEED: &str = "API_DOCUMENT_SEED";

/// The link in the first row of a database that is made.
const SAMPLE: &str = "https://www.tiktok.com/@cook/video/1";

/// Two saved posts, as Instagram exports them.
const EXPORT: &str = include_str!("imports/files/saved_posts_2025.json");

#[actix::test]
async fn the_document_of_the_interface_is_true() {
    let sample = |_: &mut Ports, options: &mut Options| options.sample_link = Some(SAMPLE.to_owned());
    let door = FrontDoor::open_as(Arc::new(MemorySignIns::default()), None, sample).await;
    let browser = door.signed_in().await;
    furnish(&browser).await;
    let folder = tempfile::tempdir().unwrap();
    let hold = |choice| hold(&door, &browser, folder.path(), choice);
    // Giving up the only workspace leaves nothing to ask about: it comes last.
    hold("--exclude-operation-id").await;
    hold("--include-operation-id").await;
    door.close().await;
}

/// A database, an entry and an import, so that lists are not empty.
async fn furnish(browser: &Browser) {
    let post = |path: &str| browser.request(Method::POST, path);
    let made = answer(post("/api/databases/create").json(&json!({}))).await;
    let part = reqwest::multipart::Part::text(EXPORT).file_name("saved_posts.json");
    let form = reqwest::multipart::Form::new().part("file", part);
    let imports = format!("/api/databases/{}/imports", made["id"].as_str().unwrap());
    answer(post(&imports).multipart(form)).await;
    let entries =
        async { while answer(browser.request(Method::GET, "/api/entries")).await["items"] == json!([]) {} };
    tokio::time::timeout(PATIENCE, entries).await.expect("the first row is found");
}

async fn answer(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// Runs schemathesis with `disconnect` left out, or with nothing else.
async fn hold(door: &FrontDoor, browser: &Browser, folder: &Path, choice: &str) {
    let program = tools_dir().join("api_tester/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is not installed: run `make test`, or `scripts/setup tests`");
    let seed = std::env::var(SEED).unwrap_or_else(|_| "1".to_owned());
    let run = Command::new(program)
        .args(["--config-file", LENIENCY, "run"])
        .arg(door.url.join("/api/openapi.json").unwrap().as_str())
        .env("SESSION", browser.cookie("session").unwrap())
        .args([choice, "disconnect", "--max-examples", "20", "--seed", &seed])
        .args(["--request-timeout", "60", "--workers", "1", "--no-color"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("the run ends").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
