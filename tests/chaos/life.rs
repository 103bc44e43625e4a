//! One life of `linkscribe serve`, from its start to its death; its log goes to a file.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// A drained service ends within ten seconds; a busy machine may need longer.
const END: Duration = Duration::from_secs(30);

/// Lines of the log that are shown where something went wrong.
const TAIL: usize = 25;

pub struct Life {
    child: Child,
    log: PathBuf,
}

impl Life {
    /// Starts the service; its log is kept at this path.
    pub fn begin(mut command: Command, log: PathBuf) -> Self {
        command.stdout(File::create(&log).unwrap()).stderr(File::create(log.with_extension("err")).unwrap());
        Self { child: command.spawn().unwrap(), log }
    }

    /// Whether it has died by SIGKILL; any other end is a failure of the test.
    pub fn is_dead(&mut self) -> bool {
        let ended = self.child.try_wait().unwrap();
        if let Some(status) = ended {
            assert!(is_killed(status), "ended by itself: {status}\n{}", self.tail());
        }
        ended.is_some()
    }

    /// Waits until it is dead.
    pub async fn death(&mut self, within: Duration) {
        let status = tokio::time::timeout(within, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("does not die:\n{}", self.tail())).unwrap();
        assert!(is_killed(status), "ended by itself: {status}\n{}", self.tail());
    }

    /// Asks it to end as a host does.
    pub async fn end(mut self) {
        let id = Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        let status = tokio::time::timeout(END, self.child.wait()).await.expect("it ends").unwrap();
        assert_eq!(status.code(), Some(0), "{}", self.tail());
    }

    /// How often a worker of this life came too late to prolong its lease.
    pub fn leases_lost(&self) -> usize {
        read(&self.log).matches("the lease is lost").count()
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        let text = [&self.log, &self.log.with_extension("err")].map(|path| read(path)).concat();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}
