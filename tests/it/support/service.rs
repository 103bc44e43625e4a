//! The real program as a child process, in a folder and an environment of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::tools_dir;

/// The longest a test waits for one line of the log.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command of the real program; killed when it is dropped.
pub fn linkscribe(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linkscribe"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TMPDIR", folder)
        .env("TOOLS_DIR", tools_dir())
        .env("DATA_DIR", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// `linkscribe serve`, its log read line by line.
pub struct Service {
    pub folder: TempDir,
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
    /// Every line read so far.
    pub lines: Vec<Value>,
    /// Where it listens.
    pub address: String,
}

impl Service {
    /// Starts the service in a folder that may hold a registered database already.
    pub async fn start(folder: TempDir, settings: &[(&str, &str)]) -> Self {
        let mut command = linkscribe(folder.path(), &["serve"]);
        command.env("PORT", "0").env("POLL_INTERVAL_SECS", "1").stderr(Stdio::inherit());
        command.envs(settings.iter().copied());
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut service = Self { folder, child, log, lines: Vec::new(), address: String::new() };
        let line = service.until(|line| line["message"] == "the service listens").await;
        service.address = line["address"].as_str().unwrap().into();
        service
    }

    /// Reads the log until a line fits.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let line = self.log.next_line().await.unwrap().expect("the service still writes its log");
                let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
                self.lines.push(line.clone());
                if fits(&line) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the line is logged in time")
    }

    /// Asks for a page; gives status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}{path}", self.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Asks it to end as a host does; gives exit code, time taken and its folder.
    pub async fn terminate(mut self) -> (Option<i32>, Duration, TempDir) {
        let asked = std::time::Instant::now();
        let id = rustix::process::Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        // A full pipe would keep the service from ending.
        while let Ok(Some(_)) = self.log.next_line().await {}
        let ended = tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await;
        (ended.expect("it ends").unwrap().code(), asked.elapsed(), self.folder)
    }
}
