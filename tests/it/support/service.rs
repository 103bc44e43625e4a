//! The real program as a child process, in a folder and an environment of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{PATIENCE, tools_dir};

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

/// What the system says of a process, without its children.
#[derive(Debug, Clone, Copy)]
pub struct Vitals {
    /// The processor's time it has used.
    pub cpu: Duration,
    /// The memory it holds.
    pub resident_mb: u64,
    /// The most it ever held.
    pub peak_mb: u64,
}

impl Vitals {
    fn of(process: u32) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // The name in brackets may hold spaces; behind it utime and stime are the 12th and 13th.
        let (_, behind) = stat.rsplit_once(')').unwrap();
        let ticks: u64 =
            behind.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
        };
        // A tick is a hundredth of a second on every Linux.
        Self {
            cpu: Duration::from_millis(ticks * 10),
            resident_mb: megabytes("VmRSS:"),
            peak_mb: megabytes("VmHWM:"),
        }
    }
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

    /// Reads the log while something else is waited for: a full pipe would hold the service up.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            let line = tokio::select! {
                done = &mut work => return done,
                line = self.log.next_line() => line.unwrap().expect("the service still writes its log"),
            };
            self.lines.push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}")));
        }
    }

    /// The same while it dies, which ends its log.
    pub async fn while_it_dies<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                line = self.log.next_line() => if line.unwrap().is_none() { return work.await },
            }
        }
    }

    /// Waits until it is ready again.
    pub async fn until_ready(&mut self) {
        let began = std::time::Instant::now();
        while self.get("/ready").await.0 != 200 {
            assert!(began.elapsed() < PATIENCE, "it does not get ready");
            self.during(tokio::time::sleep(Duration::from_millis(100))).await;
        }
    }

    /// How the process is.
    pub fn vitals(&self) -> Vitals {
        Vitals::of(self.child.id().expect("the service lives"))
    }

    /// Asks for a page; gives status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}{path}", self.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Kills it as a power cut would; gives its folder.
    pub async fn kill(mut self) -> TempDir {
        self.child.kill().await.unwrap();
        self.folder
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
