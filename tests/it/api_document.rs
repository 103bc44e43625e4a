//! The document of the interface, held against the interface itself by schemathesis: what it promises is answered,
//! what it does not is refused, and nothing makes the service stumble.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::support::front::FrontDoor;
use crate::support::tools_dir;

/// Some hundred requests take half a minute.
const PATIENCE: Duration = Duration::from_mins(5);

#[actix::test]
#[ignore = "schemathesis still finds answers the document does not promise; run it with --ignored"]
async fn the_document_of_the_interface_is_true() {
    let door = FrontDoor::open().await;
    let browser = door.signed_in().await;
    let program = tools_dir().join("api_tester/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is not installed: run `make test`, or `scripts/setup tests`");
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(program)
        .arg("run")
        .arg(door.url.join("/api/openapi.json").unwrap().as_str())
        .args(["--header", &format!("Cookie: session={}", browser.cookie("session").unwrap())])
        // A stream of events never ends, and giving up the only workspace would end the run.
        .args(["--exclude-path", "/api/events"])
        .args(["--exclude-operation-id", "disconnect"])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "12", "--seed", "1"])
        // An id that fits its form may still lead nowhere.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args(["--request-timeout", "20", "--workers", "1", "--no-color"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("the run ends").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    door.close().await;
}
