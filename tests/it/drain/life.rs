//! One life of the real program: started, watched by its log, told to stop or frozen, and what it left behind.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use crate::support::PATIENCE;
use crate::support::service::linkscribe;

/// What a stop may take. Cloud Run gives ten seconds; the program ends itself a second and a half before, and a busy
/// machine may be a second late to see to it.
pub const IN_TIME: Duration = Duration::from_millis(9_900);

/// A running `linkscribe serve`; killed when it is dropped.
pub struct Life {
    child: Child,
    log: watch::Receiver<Vec<Value>>,
    reader: JoinHandle<()>,
}

/// How a life ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub took: Duration,
    pub log: Vec<Value>,
}

impl Life {
    /// Starts the program; does not wait for anything.
    pub fn begin(folder: &Path, settings: &[(&str, String)]) -> Self {
        let mut command = linkscribe(folder, &["serve"]);
        command.env("PORT", "0").env("POLL_INTERVAL_SECS", "1").stderr(Stdio::inherit());
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (told, log) = watch::channel(Vec::new());
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
                told.send_modify(|lines| lines.push(line));
            }
        });
        Self { child, log, reader }
    }

    /// Waits until a line is logged that fits, or was logged before.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            let lines = self.log.wait_for(|lines| lines.iter().any(&fits)).await.expect("it still logs");
            lines.iter().find(|line| fits(line)).unwrap().clone()
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the line is logged in time")
    }

    /// Waits until it listens; gives its address.
    pub async fn address(&mut self) -> String {
        let line = self.until(|line| line["message"] == "the service listens").await;
        line["address"].as_str().unwrap().to_owned()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id().expect("it runs")).unwrap()).unwrap()
    }

    /// Tells it to stop, and waits for its end.
    pub async fn stop(self) -> Ended {
        self.signal(Signal::TERM);
        self.end(Instant::now()).await
    }

    /// Waits for its end, counted from this moment.
    pub async fn end(self, asked: Instant) -> Ended {
        self.ended(asked, Duration::from_secs(20)).await
    }

    /// Waits until it dies of a fault point, which much of its work lies before.
    pub async fn death(self) -> Ended {
        self.ended(Instant::now(), PATIENCE * 3).await
    }

    async fn ended(mut self, asked: Instant, within: Duration) -> Ended {
        let status = tokio::time::timeout(within, self.child.wait()).await;
        let (code, took) = (status.expect("it ends").unwrap().code(), asked.elapsed());
        // A program it left behind would hold the pipe open: found by the caller, not waited for.
        drop(tokio::time::timeout(Duration::from_secs(1), &mut self.reader).await);
        Ended { code, took, log: self.log.borrow().clone() }
    }
}

impl Ended {
    /// Ended well, in time, without leaving anything in its folder or in the table of processes.
    pub fn was_in_order(&self, folder: &Path) {
        self.was_in_time();
        left_nothing(folder);
    }

    /// Ended well and in time; another one may go on in its folder.
    pub fn was_in_time(&self) {
        assert_eq!(self.code, Some(0), "{:#?}", self.log);
        assert!(self.took < IN_TIME, "{:?} {:#?}", self.took, self.log);
    }
}

/// Nothing of a service that worked in this folder is left: no process, no work dir.
pub fn left_nothing(folder: &Path) {
    left_no_process(folder);
    let work_dirs = std::fs::read_dir(folder.join("data/work")).map(Iterator::count).unwrap_or_default();
    assert_eq!(work_dirs, 0, "a work dir was left behind");
}

/// No process of a service that worked in this folder is left.
pub fn left_no_process(folder: &Path) {
    // A killed program stands in the table until the system has taken it apart.
    let until = Instant::now() + Duration::from_secs(10);
    while !processes_of(folder).is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(processes_of(folder), Vec::<String>::new(), "a program was left behind");
}

/// The command lines of all processes that were started in this folder, or for it.
fn processes_of(folder: &Path) -> Vec<String> {
    let name = folder.to_str().unwrap();
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let about = |what| std::fs::read(process.path().join(what)).unwrap_or_default();
        let environment = String::from_utf8_lossy(&about("environ")).into_owned();
        if environment.contains(name) {
            found.push(String::from_utf8_lossy(&about("cmdline")).replace('\0', " "));
        }
    }
    found
}
