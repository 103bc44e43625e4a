//! Notion's own JavaScript client against the emulated Notion: it has to find there what it finds at Notion.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use linkscribe::sandbox::notion::{Delivery, EmulatedNotion, Fault};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use wiremock::matchers::{header_exists, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::poster::Poster;

/// The checks take three seconds, two of them waiting as told; a slow machine gets plenty.
const PATIENCE: Duration = Duration::from_mins(1);
const CLIENT: &str = "linkscribe";
const SECRET: &str = "s3cret";
const REDIRECT: &str = "http://127.0.0.1:8080/auth/callback";
const LOGIN: &str = "http://notion.test/v1/oauth/authorize?client_id=linkscribe&response_type=code&owner=user\
                     &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fauth%2Fcallback";
const VERIFICATION: &str = "secret_of_the_subscription";

#[tokio::test]
async fn the_official_client_works_against_the_emulated_notion() {
    let notion = published();
    let elsewhere = notion.connect("Elsewhere").workspace;
    let columns = json!({"Name": {"title": {}}});
    notion
        .create_databases(notion.connection().workspace, 120, "Shelf", &columns)
        .expect("databases are made");
    notion.create_database_in(elsewhere, "Another workspace", &columns).expect("a database is made");
    // The bot the client will meet; its own consent finds it there.
    notion.allow(LOGIN).expect("the login is allowed");
    let bot = &notion.bots()[0];
    notion.fail_next(2, "GET", &format!("/v1/users/{}", bot.bot_id), Fault::RateLimited(1));
    notion.fail_next(1, "GET", &format!("/v1/users/{}", bot.owner), Fault::Overloaded(1));
    let running = notion.serve_on_free_port().expect("the emulator serves on a free port");

    let arguments = [&running.url, &notion.token(), CLIENT, SECRET, REDIRECT];
    let output = node("drive.mjs", &arguments, "").await;

    running.stop().await.expect("the emulator stops");
    agreed(&output);
    let by_status = notion.counters().by_status;
    assert_eq!((by_status.get(&429), by_status.get(&529)), (Some(&2), Some(&1)), "the switches were met");
    assert_eq!(notion.token_calls().refreshes, 3);
}

#[tokio::test]
async fn the_official_client_takes_the_signatures_and_no_others() {
    let notion = published();
    let columns = json!({"Name": {"title": {}}});
    let ids = notion.create_database("Videos — Küche 🍲", &columns).expect("a database is made");
    connect(&notion).await;
    notion.set_webhook(CLIENT, "http://127.0.0.1:9/hook", VERIFICATION).expect("the webhook is set");
    notion.take_delivery().expect("the handshake");
    let row = notion.add_row(ids.data_source, &json!({"Name": "Suppe"})).expect("a row is made");
    notion.edit_row(row, &json!({"Name": "Eintopf"})).expect("a row is edited");
    let mut lines = String::new();
    let mut line = |delivery: &Delivery, token: &str, genuine: bool| {
        let (body, signature) = (&delivery.body, &delivery.signature);
        let told = json!({"body": body, "signature": signature, "token": token, "genuine": genuine});
        lines += &told.to_string();
        lines.push('\n');
    };
    let mut judged = 0;
    while let Some(delivery) = notion.take_delivery() {
        line(&delivery, VERIFICATION, true);
        line(&delivery.again(), VERIFICATION, true);
        line(&delivery.forged(), VERIFICATION, false);
        line(&delivery, "secret_of_somebody_else", false);
        judged += 4;
    }
    let output = node("verify.mjs", &[], &lines).await;
    agreed(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), format!("{judged} deliveries judged"));
    assert_eq!(judged, 12, "created, content updated, properties updated");
}

#[tokio::test]
async fn a_poster_brings_events_to_the_subscriber_and_again_if_they_are_refused() {
    let notion = published();
    let ids = notion.create_database("Videos", &json!({"Name": {"title": {}}})).expect("a database is made");
    let row = notion.add_row(ids.data_source, &json!({"Name": "Soup"})).expect("a row is made");
    connect(&notion).await;
    let subscriber = MockServer::start().await;
    let busy = Mock::given(method("POST")).and(header_exists(Delivery::SIGNATURE_HEADER));
    busy.respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&subscriber).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&subscriber).await;
    notion.set_webhook(CLIENT, &subscriber.uri(), VERIFICATION).expect("the webhook is set");

    let mut poster = Poster::start(&notion);
    notion.edit_row(row, &json!({"Name": "Stew"})).expect("a row is edited");
    let statuses = [poster.posted().await, poster.posted().await, poster.posted().await];

    assert_eq!(statuses, [Some(200), Some(503), Some(200)], "handshake, refused event, accepted event");
    let requests = subscriber.received_requests().await.expect("requests are kept");
    let bodies: Vec<serde_json::Value> =
        requests.iter().map(|request| serde_json::from_slice(&request.body).expect("JSON")).collect();
    assert_eq!(bodies[0]["verification_token"], VERIFICATION);
    assert_eq!(bodies[1]["id"], bodies[2]["id"]);
    assert_eq!((&bodies[1]["attempt_number"], &bodies[2]["attempt_number"]), (&json!(1), &json!(2)));
}

fn published() -> EmulatedNotion {
    let notion = EmulatedNotion::new();
    notion.publish(CLIENT, SECRET, REDIRECT).expect("the integration is registered");
    notion
}

/// Connects the first workspace's owner, as a service does it after a login.
async fn connect(notion: &EmulatedNotion) {
    let back = notion.allow(LOGIN).expect("the login is allowed");
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let running = notion.serve_on_free_port().expect("the emulator serves on a free port");
    let body = json!({"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT});
    let request = reqwest::Client::new().post(format!("{}/v1/oauth/token", running.url));
    let answer = request.basic_auth(CLIENT, Some(SECRET)).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    running.stop().await.expect("the emulator stops");
}

fn agreed(output: &Output) {
    let told = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the official client disagrees:\n{told}\n{why}");
}

async fn node(script: &str, arguments: &[&str], input: &str) -> Output {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    assert!(
        folder.join("node_modules/@notionhq/client").is_dir(),
        "the official client is not installed: run `make test`, or `npm ci --prefix tests/sdk`"
    );
    let mut child = Command::new("node")
        .arg(script)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node 18 or newer is on the path: install nodejs, then run `make test`");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A script that ends early says why on its other pipes.
    pipe.write_all(input.as_bytes()).await.ok();
    drop(pipe);
    let finished = tokio::time::timeout(PATIENCE, child.wait_with_output());
    finished.await.expect("the checks finish in time").expect("node can be waited for")
}
