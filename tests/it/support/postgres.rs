//! A private PostgreSQL of the installed Debian package: its own folder, socket and loopback port, gone
//! with the test process, however that ends.
//!
//! A shell holds the server on a leash: it waits until the pipe from the test process closes, which the
//! operating system does even for a process that was killed, then stops the server and removes its files.
//! Down the same pipe come orders for a server of a test's own: to be away for a while, and to be back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};

use super::free_port;

/// A cold disk takes its time; a warm one is ready within a second.
const START: Duration = Duration::from_mins(1);

/// How often a start is tried: the free port may be taken by somebody else before the server has it.
const STARTS: u32 = 3;

/// `$1` is the folder of the programs, `$2` the port. Every session is a process of its own, a child of the
/// server. Orders are obeyed one after the other, and each is answered on stderr.
const LEASH: &str = r#"
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/linkscribe-postgres.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions >/dev/null
start() {
    "$bin/postgres" -D "$dir/data" -k "$dir" -h 127.0.0.1 -p "$port" -F -c full_page_writes=off \
        -c max_connections=300 &
    server=$!
}
stop() {
    kill -QUIT "$server" 2>/dev/null || true
    wait "$server" || true
}
all() { kill "$1" "$server" $(cat "/proc/$server/task/$server/children") 2>/dev/null || true; }
bin=$1 port=$2
start
while read -r order; do
    case $order in
        stop) stop ;;
        start) start ;;
        freeze) all -STOP ;;
        thaw) all -CONT ;;
    esac
    echo "obeyed: $order" >&2
done
all -CONT
stop
"#;

/// A running server; the last one to drop it stops it.
pub(crate) struct Server {
    port: u16,
    leash: Child,
    lines: Mutex<Receiver<String>>,
    databases: AtomicU32,
}

/// A server of a test's own, which may be away for a while.
pub(crate) struct OwnServer {
    /// The address of its one database.
    pub(crate) url: String,
    server: Server,
}

/// An empty database of the server all tests of this process share.
pub(crate) struct FreshDatabase {
    /// Its address.
    pub(crate) url: String,
    _server: Arc<Server>,
}

/// Makes an empty database, starting the server where there is none.
pub(crate) async fn fresh_database() -> FreshDatabase {
    let server = tokio::task::spawn_blocking(shared).await.unwrap();
    let name = format!("test_{}", server.databases.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(server.url("postgres")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    FreshDatabase { url: server.url(&name), _server: server }
}

/// Starts a server that no other test uses.
pub(crate) async fn own_server() -> OwnServer {
    let server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    OwnServer { url: server.url("postgres"), server }
}

impl OwnServer {
    /// Stops at once, as a crash would: sessions break off, nothing is tidied up.
    pub(crate) fn stop(&mut self) {
        self.server.obey("stop", "obeyed: stop");
    }

    /// Starts again after [`OwnServer::stop`], with the same files on the same port.
    pub(crate) fn start_again(&mut self) {
        self.server.obey("start", "ready to accept connections");
    }

    /// Answers nothing more, while its port and its sessions stay open.
    pub(crate) fn freeze(&mut self) {
        self.server.obey("freeze", "obeyed: freeze");
    }

    /// Goes on after [`OwnServer::freeze`].
    pub(crate) fn thaw(&mut self) {
        self.server.obey("thaw", "obeyed: thaw");
    }
}

fn shared() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    // A failed start must not fail the tests after it with a message about a lock.
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Server::start());
        *shared = Arc::downgrade(&server);
        server
    })
}

impl Server {
    fn start() -> Self {
        let programs = programs();
        let mut told = String::new();
        for _ in 0..STARTS {
            match Self::start_once(&programs) {
                Ok(server) => return server,
                Err(output) => told = output,
            }
        }
        panic!("PostgreSQL does not start:\n{told}");
    }

    fn start_once(programs: &Path) -> Result<Self, String> {
        let port = free_port();
        let mut command = if rustix::process::geteuid().is_root() {
            // The server refuses to run as root; the package made this user for it.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", LEASH, "postgres"]).arg(programs).arg(port.to_string());
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut leash = command.spawn().expect("a shell");
        let lines = Mutex::new(lines_of(leash.stderr.take().expect("a pipe")));
        let server = Self { port, leash, lines, databases: AtomicU32::new(0) };
        server.until("ready to accept connections", "FATAL").map(|()| server)
    }

    /// Gives an order down the leash and waits for what the server or its keeper says to it.
    fn obey(&mut self, order: &str, answer: &str) {
        let orders = self.leash.stdin.as_mut().expect("a pipe");
        writeln!(orders, "{order}").expect("the leash is held");
        // Sessions that come too early are refused with words that would end a start.
        if let Err(told) = self.until(answer, "PANIC") {
            panic!("PostgreSQL does not {order}:\n{told}");
        }
    }

    /// Waits until a line holds what is wanted; gives what was said meanwhile when it never comes.
    fn until(&self, wanted: &str, fatal: &str) -> Result<(), String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = String::new();
        loop {
            match lines.recv_timeout(START) {
                Ok(line) if line.contains(wanted) => return Ok(()),
                Ok(line) => {
                    told = told + &line + "\n";
                    if line.contains(fatal) {
                        return Err(told);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(told + "no sign of life"),
                Err(RecvTimeoutError::Disconnected) => return Err(told),
            }
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.leash.stdin.take());
        if let Err(error) = self.leash.wait() {
            eprintln!("the PostgreSQL of the tests cannot be waited for: {error}");
        }
    }
}

/// Reads to the end, so that the server never waits for a reader.
fn lines_of(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more once the server is up.
            sender.send(line).unwrap_or_default();
        }
    });
    receiver
}

/// The folder of the newest installed server.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    found.sort();
    let (_, bin) = found.pop().expect(
        "PostgreSQL is not installed; run `sudo apt-get install --yes postgresql`, or `make test`, which does",
    );
    bin
}
