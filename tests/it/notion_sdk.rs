//! Notion's own JavaScript client against the emulated Notion: it has to find there what it finds at Notion.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use chrono::TimeDelta;
use linkscribe::sandbox::notion::{EmulatedNotion, RateLimit};
use tokio::process::Command;

/// The checks take two seconds, one of them waiting out a rate limit; a slow machine gets plenty.
const PATIENCE: Duration = Duration::from_mins(1);
/// More than the checks before the last one send, in windows short enough to wait for.
const BUDGET: RateLimit = RateLimit { budget: 250, window: TimeDelta::seconds(2) };

#[tokio::test]
async fn the_official_client_works_against_the_emulated_notion() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    assert!(
        folder.join("node_modules/@notionhq/client").is_dir(),
        "the official client is not installed: run `make test`, or `npm ci --prefix tests/sdk`"
    );
    let notion = EmulatedNotion::new();
    notion.set_rate_limit(Some(BUDGET));
    let running = notion.serve_on_free_port().expect("the emulator serves on a free port");

    let output = drive(folder, &running.url, &notion.token()).await;

    running.stop().await.expect("the emulator stops");
    let told = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the official client disagrees:\n{told}\n{why}");
    assert!(notion.counters().by_status.contains_key(&429), "the rate limit was never met");
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
