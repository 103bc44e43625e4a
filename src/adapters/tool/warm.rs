//! A program kept loaded, which forks a child for each call instead of starting anew.
//!
//! Takes the same calls as [`Tool::run`] and gives the same results; the child gets the same environment,
//! limits, time and end. The keeper is a small program of ours that takes orders on its standard input. It is
//! started with the first call and again whenever it has ended; calls under way when it dies fail with a
//! broken pipe, and their children die with it. Where it cannot be started, or does not begin a call, that call starts the
//! program anew. After an update of the program, or where it is stuck, a new keeper takes the calls, and the old one ends
//! the calls it has.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::words::{KEPT_STDERR_BYTES, clean};
use super::{Finished, Tool, ToolError};

/// A keeper forks within milliseconds, and loads the program in a few seconds on a slow machine; one that has begun
/// nothing by then is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a keeper is started: an interpreter and its arguments.
#[derive(Debug)]
pub struct Warm {
    interpreter: PathBuf,
    args: Vec<String>,
    env: Vec<(&'static str, OsString)>,
    program: PathBuf,
    /// How long a call may take to begin.
    pub(super) patience: Duration,
    running: Mutex<Keepers>,
}

/// The keeper that takes orders, and those that only end what they began.
#[derive(Debug, Default)]
struct Keepers {
    serving: Option<Keeper>,
    retired: Vec<Keeper>,
}

/// A keeper that takes orders.
#[derive(Debug)]
struct Keeper {
    child: Child,
    installed: Option<SystemTime>,
    orders: UnboundedSender<String>,
    calls: Arc<Calls>,
    last: u64,
    _talking: [AbortOnDropHandle<()>; 2],
}

/// Calls by their number, until they have ended; nothing once nobody listens to the keeper any more.
#[derive(Debug)]
struct Calls(Mutex<Option<HashMap<u64, Call>>>);

#[derive(Debug)]
struct Call {
    pid: Option<Pid>,
    begun: Option<oneshot::Sender<()>>,
    ended: oneshot::Sender<Ended>,
}

/// What a keeper says: that a call has begun, how it ended, or, with neither, that it cannot be begun.
#[derive(Debug, Deserialize)]
struct News {
    id: u64,
    pid: Option<i32>,
    #[serde(flatten)]
    ended: Option<Ended>,
}

/// How a call ended, with what it said: each byte as one letter.
#[derive(Debug, Deserialize)]
struct Ended {
    status: i32,
    out: String,
    err: String,
}

/// Why a call has no end.
enum NoCall {
    /// The keeper did not begin it.
    NotBegun(io::Error),
    /// The keeper ended during the call.
    Broken,
}

/// One call, killed on drop unless it has ended.
#[derive(Debug)]
struct Running {
    id: u64,
    calls: Arc<Calls>,
    begun: oneshot::Receiver<()>,
    ended: oneshot::Receiver<Ended>,
}

impl Warm {
    /// A keeper that is started when the first call comes. What it loads was installed with `program`: an update writes
    /// that file anew.
    pub fn new(program: PathBuf, interpreter: PathBuf, args: Vec<String>) -> Self {
        Self { interpreter, args, env: Vec::new(), program, patience: PATIENCE, running: Mutex::default() }
    }

    /// When what it loads was installed; nothing where the file does not tell.
    fn installed(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.program).and_then(|file| file.modified()).ok()
    }

    /// Sets a variable that is looked at while the program is loaded; each call has to be given it as well.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Has one call done; gives how it ended.
    async fn call(&self, order: serde_json::Value) -> Result<Ended, NoCall> {
        let mut running = self.begin(order).map_err(NoCall::NotBegun)?;
        match timeout(self.patience, &mut running.begun).await {
            Ok(Ok(())) => (&mut running.ended).await.map_err(|_| NoCall::Broken),
            Ok(Err(_)) => Err(NoCall::NotBegun(io::ErrorKind::BrokenPipe.into())),
            Err(_) => {
                self.retire(running);
                Err(NoCall::NotBegun(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    /// Gives no more orders to the keeper that did not begin this call.
    fn retire(&self, stuck: Running) {
        let mut keepers = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let is_its = |keeper: &mut Keeper| Arc::ptr_eq(&keeper.calls, &stuck.calls);
        if let Some(keeper) = keepers.serving.take_if(is_its) {
            keepers.retired.push(keeper);
        }
        // It is not busy with this call any more.
        drop(stuck);
        keepers.retired.retain(Keeper::is_busy);
    }

    /// Hands an order over.
    fn begin(&self, order: serde_json::Value) -> io::Result<Running> {
        // Held for a start at most, which does not wait for the program to be loaded.
        let mut keepers = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        keepers.retired.retain(Keeper::is_busy);
        let installed = self.installed();
        if let Some(outdated) = keepers.serving.take_if(|keeper| keeper.installed != installed) {
            tracing::info!("the program was updated, a new keeper loads it");
            keepers.retired.push(outdated);
        }
        let has_ended = match keepers.serving.as_mut() {
            Some(keeper) => keeper.child.try_wait()?.is_some() || keeper.calls.lock().is_none(),
            None => true,
        };
        if has_ended {
            keepers.serving = Some(Keeper::start(self, installed)?);
        }
        let Some(keeper) = keepers.serving.as_mut() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        keeper.begin(order)
    }
}

impl Keeper {
    fn start(warm: &Warm, installed: Option<SystemTime>) -> io::Result<Self> {
        let mut child = Command::new(&warm.interpreter)
            .args(&warm.args)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LANG", "C.UTF-8")
            .envs(warm.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (calls, (orders, given)) =
            (Arc::new(Calls(Mutex::new(Some(HashMap::new())))), unbounded_channel());
        let listening = tokio::spawn(listen(stdout, Arc::clone(&calls)));
        let talking = [listening, tokio::spawn(tell(stdin, given))].map(AbortOnDropHandle::new);
        Ok(Self { child, installed, orders, calls, last: 0, _talking: talking })
    }

    fn is_busy(&self) -> bool {
        self.calls.lock().as_ref().is_some_and(|calls| !calls.is_empty())
    }

    fn begin(&mut self, mut order: serde_json::Value) -> io::Result<Running> {
        self.last += 1;
        let ((begins, begun), (tell, ended)) = (oneshot::channel(), oneshot::channel());
        let call = Call { pid: None, begun: Some(begins), ended: tell };
        // Between its end and our noticing nobody would tell of this call.
        self.calls.lock().as_mut().ok_or(io::ErrorKind::BrokenPipe)?.insert(self.last, call);
        let running = Running { id: self.last, calls: Arc::clone(&self.calls), begun, ended };
        if let Some(fields) = order.as_object_mut() {
            fields.insert("id".to_owned(), self.last.into());
        }
        self.orders.send(format!("{order}\n")).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(running)
    }
}

/// Passes orders on, each as a whole: a caller that loses interest must not leave half of one behind.
async fn tell(mut stdin: ChildStdin, mut orders: UnboundedReceiver<String>) {
    while let Some(order) = orders.recv().await {
        if let Err(error) = stdin.write_all(order.as_bytes()).await {
            tracing::debug!(%error, "a keeper takes no more orders");
            return;
        }
    }
}

/// Hears of children until the keeper ends; whoever still waits learns of its end by a closed channel. Its children end
/// with it, but not what they started themselves.
async fn listen(news: ChildStdout, calls: Arc<Calls>) {
    let mut lines = BufReader::new(news).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(news) = serde_json::from_str::<News>(&line) else { break };
        calls.heard(news);
    }
    let left = calls.lock().take();
    left.into_iter().flat_map(HashMap::into_values).filter_map(|call| call.pid).for_each(kill);
}

impl Calls {
    fn heard(&self, news: News) {
        let mut lock = self.lock();
        let Some(calls) = lock.as_mut() else { return };
        if let Some(pid) = news.pid.and_then(Pid::from_raw) {
            match calls.get_mut(&news.id) {
                Some(call) => call.begins(pid),
                // Its caller has lost interest meanwhile.
                None => kill(pid),
            }
        } else if let Some(call) = calls.remove(&news.id)
            && let Some(ended) = news.ended
            && call.ended.send(ended).is_err()
        {
            tracing::debug!("nobody waits for a download that has ended");
        }
    }

    /// Held for a look and a note only.
    fn lock(&self) -> MutexGuard<'_, Option<HashMap<u64, Call>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn begins(&mut self, pid: Pid) {
        self.pid = Some(pid);
        if self.begun.take().is_some_and(|begun| begun.send(()).is_err()) {
            tracing::debug!("nobody waits for a download that begins");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let call = self.calls.lock().as_mut().and_then(|calls| calls.remove(&self.id));
        if let Some(Call { pid: Some(pid), .. }) = call {
            kill(pid);
        }
    }
}

fn kill(group: Pid) {
    if let Err(error) = kill_process_group(group, Signal::KILL) {
        tracing::debug!(%error, "a download had ended before it was killed");
    }
}

impl Tool {
    /// Runs it to its end in a child of the keeper, whatever its exit status.
    pub async fn run_warm(self, keeper: &Warm) -> Result<Finished, ToolError> {
        let program = self.name();
        let Ended { status, out, err } = match timeout(self.timeout, keeper.call(self.order())).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(NoCall::NotBegun(error))) => {
                tracing::warn!(%error, "{program} could not be kept loaded and is started anew");
                return self.run().await;
            }
            Ok(Err(NoCall::Broken)) => {
                return Err(ToolError::Pipe { program, source: io::ErrorKind::BrokenPipe.into() });
            }
            Err(_) => return Err(ToolError::Timeout { program, after: self.timeout }),
        };
        let stdout = bytes(&out);
        if stdout.len() > self.stdout_bytes {
            return Err(ToolError::TooMuch { program, limit: self.stdout_bytes });
        }
        Ok(Finished { program, status: ExitStatus::from_raw(status), stdout, stderr: clean(&bytes(&err)) })
    }

    fn order(&self) -> serde_json::Value {
        let text = |path: &OsStr| path.to_string_lossy().into_owned();
        let env: HashMap<String, String> =
            self.environment().into_iter().map(|(name, value)| (name.to_owned(), text(&value))).collect();
        let limits = [
            ("RLIMIT_FSIZE", self.file_bytes),
            ("RLIMIT_AS", self.memory_bytes),
            ("RLIMIT_CPU", self.cpu_time.map(|time| time.as_secs())),
        ];
        let limits: HashMap<_, _> =
            limits.into_iter().filter_map(|(name, most)| Some((name, most?))).collect();
        json!({
            "args": self.args.iter().map(|arg| text(arg)).collect::<Vec<_>>(),
            "dir": self.work_dir,
            "env": env,
            "out": self.stdout_bytes,
            "err": KEPT_STDERR_BYTES,
            "limits": limits,
        })
    }
}

/// The bytes that were sent as letters.
fn bytes(letters: &str) -> Vec<u8> {
    letters.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}
