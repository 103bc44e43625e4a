//! Notion's own JavaScript client against the emulated Notion: it has to find there what it finds at Notion.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use linkscribe::sandbox::notion::{EmulatedNotion, Fault};
use tokio::process::Command;

/// The checks take three seconds, two of them waiting as told; a slow machine gets plenty.
const PATIENCE: Duration = Duration::from_mins(1);
#[tokio::test]
async fn the_official_client_works_against_the_emulated_notion() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    assert!(
        folder.join("node_modules/@notionhq/client").is_dir(),
        "the official client is not installed: run `make test`, or `npm ci --prefix tests/sdk`"
    );
    let notion = EmulatedNotion::new();
    let (bot, owner) = (notion.connection().bot_id, notion.connection().owner);
    notion.fail_next(2, "GET", &format!("/v1/users/{bot}"), Fault::RateLimited(1));
    notion.fail_next(1, "GET", &format!("/v1/users/{owner}"), Fault::Overloaded(1));
    let running = notion.serve_on_free_port().expect("the emulator serves on a free port");

    let output = drive(folder, &running.url, &notion.token()).await;

    running.stop().await.expect("the emulator stops");
    let told = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the official client disagrees:\n{told}\n{why}");
    let by_status = notion.counters().by_status;
    assert_eq!((by_status.get(&429), by_status.get(&529)), (Some(&2), Some(&1)), "the switches were met");
}

async fn drive(folder: PathBuf, url: &str, token: &str) -> std::process::Output {
    let child = Command::new("node")
        .arg("drive.mjs")
        .args([url, token])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node 18 or newer is on the path: install nodejs, then run `make test`");
    let finished = tokio::time::timeout(PATIENCE, child.wait_with_output());
    finished.await.expect("the checks finish in time").expect("node can be waited for")
}
