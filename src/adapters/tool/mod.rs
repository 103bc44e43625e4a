//! Runs one outside program, once, and leaves nothing of it behind.
//!
//! Takes a program, its arguments as a list and a work dir; gives its exit status, its standard output
//! up to a limit and the end of what it said on standard error. Fails when the program is missing, says
//! too much or takes too long; where it met a full disk, that is waited for. The program gets a clean environment and a process group of its own;
//! when the time is over, or the caller loses interest and drops the future, the whole group is killed.
//! Programs read strangers' files here, so their words are cleaned before anybody logs them.

mod children;
mod folder;
mod group;
mod growth;
mod python;
mod warm;
mod words;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{ChildStdout, Command};

use self::group::Group;
use self::words::{OneLine, clean, read_all, read_end};
use crate::domain::reason::Reason;
use crate::domain::waiting::Waiting;
use crate::failure::{Failure, Outcome, ROOM_AGAIN};

pub use children::{die_with_parent, kill_all};
pub use folder::empty_folder;
pub use warm::Warm;
pub use words::{quotable, says_no_room};

/// What a program may write to standard output unless told otherwise, in bytes.
const STDOUT_BYTES: usize = 1 << 20;

/// A program that takes longer is taken for stuck unless told otherwise.
const TIMEOUT: Duration = Duration::from_mins(1);

/// One call of an outside program.
pub struct Tool {
    program: PathBuf,
    start_args: Vec<OsString>,
    args: Vec<OsString>,
    work_dir: PathBuf,
    env: Vec<(&'static str, OsString)>,
    timeout: Duration,
    stdout_bytes: usize,
    file_bytes: Option<u64>,
    memory_bytes: Option<u64>,
    cpu_time: Option<Duration>,
}

/// What a program did, whether it succeeded or not.
#[derive(Debug)]
pub struct Finished {
    /// The program's name for error texts.
    pub program: String,
    /// How it ended.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: Vec<u8>,
    /// The last lines of its standard error, without control characters and without the paths of URLs.
    pub stderr: String,
}

/// Why a program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The file is not there or cannot be executed.
    #[error("cannot start {program}: run `make setup`, or name the right path in the settings")]
    Missing {
        /// The program as configured.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// It was killed when its time was over.
    #[error("{program} was stopped after {} s", after.as_secs())]
    Timeout {
        /// The program's name.
        program: String,
        /// The time it had.
        after: Duration,
    },
    /// It was killed because its output would not end.
    #[error("{program} wrote more than {limit} bytes")]
    TooMuch {
        /// The program's name.
        program: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// It was killed because its files would not end.
    #[error("{program} made files of more than {limit} bytes")]
    TooLarge {
        /// The program's name.
        program: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// It ended with an error.
    #[error("{program} ended with {status}: {}", OneLine(stderr))]
    Failed {
        /// The program's name.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said last.
        stderr: String,
    },
    /// A pipe broke.
    #[error("lost the connection to {program}")]
    Pipe {
        /// The program's name.
        program: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Most of these pass, if only by an operator's hand: a missing program is set up, a busy machine calms down,
/// a full disk is waited for. What a file or a page unpacks to stays what it is.
impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        if matches!(error, ToolError::TooLarge { .. }) {
            return Failure::permanent(Reason::TooLarge, error);
        }
        let is_full = matches!(&error, ToolError::Failed { stderr, .. } if says_no_room(stderr));
        let failure = Failure::transient(error);
        if is_full { failure.waits(Waiting::NoSpace, ROOM_AGAIN) } else { failure }
    }
}

impl Tool {
    /// A call of `program` inside `work_dir`, which is also its home and its place for temporary files.
    pub fn new(program: &Path, work_dir: &Path) -> Self {
        Self {
            program: program.to_owned(),
            start_args: Vec::new(),
            args: Vec::new(),
            work_dir: work_dir.to_owned(),
            env: Vec::new(),
            timeout: TIMEOUT,
            stdout_bytes: STDOUT_BYTES,
            file_bytes: None,
            memory_bytes: None,
            cpu_time: None,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets the arguments before all others of an interpreter that is started; one that is kept has had its own.
    #[must_use]
    pub fn start_args(mut self, args: impl IntoIterator<Item = &'static str>) -> Self {
        self.start_args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Sets one variable beside the few every program gets.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// The folder it runs in.
    pub fn work_dir(&self) -> &Path {
        &self.work_dir
    }

    /// Sets the wall-clock time it may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how much it may write to standard output.
    #[must_use]
    pub fn stdout_bytes(mut self, limit: usize) -> Self {
        self.stdout_bytes = limit;
        self
    }

    /// Limits the size of every file it writes (Linux only).
    #[must_use]
    pub fn file_bytes(mut self, limit: u64) -> Self {
        self.file_bytes = Some(limit);
        self
    }

    /// Limits the address space of each of its processes (Linux only).
    #[must_use]
    pub fn memory_bytes(mut self, limit: u64) -> Self {
        self.memory_bytes = Some(limit);
        self
    }

    /// Limits the processor time of each of its processes, in whole seconds (Linux only).
    #[must_use]
    pub fn cpu_time(mut self, limit: Duration) -> Self {
        self.cpu_time = Some(limit);
        self
    }

    /// Runs it and asks for success.
    pub async fn succeed(self) -> Outcome<Finished> {
        Ok(self.run().await?.success()?)
    }

    /// Runs it to its end, whatever its exit status.
    pub async fn run(self) -> Result<Finished, ToolError> {
        let limit = self.stdout_bytes;
        let (stdout, ended) = self.run_read(|pipe| read_all(pipe, limit)).await?;
        Ok(Finished { stdout, ..ended })
    }

    /// The same, where standard output is read by somebody else, as it comes. `None` is taken for too much.
    pub async fn run_read<T, F>(
        self,
        read: impl FnOnce(Option<ChildStdout>) -> F,
    ) -> Result<(T, Finished), ToolError>
    where
        F: Future<Output = io::Result<Option<T>>>,
    {
        let program = self.name();
        let mut child = self
            .command()
            .spawn()
            .map_err(|source| ToolError::Missing { program: self.program.display().to_string(), source })?;
        let mut group = Group::of(&child);
        group.limit(self.file_bytes, self.memory_bytes, self.cpu_time.map(|time| time.as_secs()));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());

        let all = async { tokio::try_join!(read(stdout), read_end(stderr), child.wait()) };
        match tokio::time::timeout(self.timeout, all).await {
            Ok(Ok((Some(read), stderr, status))) => {
                // Whoever was killed could not wait for what it had started itself.
                if status.signal().is_none() {
                    group.is_gone();
                }
                Ok((read, Finished { program, status, stdout: Vec::new(), stderr: clean(&stderr) }))
            }
            Ok(Ok((None, _, _))) => Err(ToolError::TooMuch { program, limit: self.stdout_bytes }),
            Ok(Err(source)) => Err(ToolError::Pipe { program, source }),
            Err(_) => Err(ToolError::Timeout { program, after: self.timeout }),
        }
    }

    fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The few variables every program gets, and its own.
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let path = std::env::var_os("PATH").map(|path| ("PATH", path));
        let home = self.work_dir.as_os_str();
        let few = [("HOME", home.to_owned()), ("TMPDIR", home.to_owned()), ("LANG", "C.UTF-8".into())];
        path.into_iter().chain(few).chain(self.env.iter().cloned()).collect()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(self.start_args.iter().chain(&self.args))
            .current_dir(&self.work_dir)
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

impl Finished {
    /// Whether it found the disk full; what it wrote is cut short then, whatever its exit status.
    pub fn met_a_full_disk(&self) -> bool {
        says_no_room(&self.stderr)
    }

    /// The result when the program ended well. ffmpeg does not count a file it could not finish as a failure.
    pub fn success(self) -> Result<Self, ToolError> {
        if self.status.success() && !self.met_a_full_disk() {
            return Ok(self);
        }
        Err(self.failed())
    }

    /// The same as a failure.
    pub fn failed(self) -> ToolError {
        ToolError::Failed { program: self.program, status: self.status, stderr: self.stderr }
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Without the environment, which may hold a proxy's password.
impl fmt::Debug for Tool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tool")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
