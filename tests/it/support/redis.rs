//! A Redis server of a test's own: on a free port, without persistence, killed when dropped.
#![expect(clippy::expect_used, reason = "a test may panic")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::free_port;

/// A start takes about 20 ms; a loaded machine may need a hundred times that.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How often a port that somebody else took in between is replaced by another one.
const PORTS_TRIED: usize = 5;

/// A running server and its folder.
pub(crate) struct Redis {
    server: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Redis {
    /// Starts a server and waits until it answers.
    pub(crate) fn start() -> Self {
        (0..PORTS_TRIED).find_map(|_| Self::try_start()).expect("no redis-server came up on a free port")
    }

    /// Its address as `REDIS_URL` takes it.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// Kills the server at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.server.kill().expect("a running server can be killed");
        self.server.wait().expect("a killed server ends");
    }

    /// Starts again on the same port after [`Redis::kill`], empty as after a crash.
    pub(crate) fn start_again(&mut self) {
        self.server = serve(self.address, &self.folder);
        assert!(self.answers(), "redis-server does not come up again");
    }

    /// `None` when the server ends before it answers, as it does when the port is taken.
    fn try_start() -> Option<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let server = serve(address, &folder);
        let mut redis = Self { server, address, folder };
        redis.answers().then_some(redis)
    }

    /// Asks until the server answers, ends or takes too long.
    fn answers(&mut self) -> bool {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if ping(self.address).is_ok() {
                return true;
            }
            if self.server.try_wait().expect("a child can be asked for its end").is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Both fail only when the server is gone already, which is what is wanted.
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

fn serve(address: SocketAddr, folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server can be started (Debian's package `redis-server` has it)")
}

fn ping(address: SocketAddr) -> std::io::Result<()> {
    let limit = Duration::from_millis(500);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    if &answer == b"+PONG\r\n" { Ok(()) } else { Err(std::io::Error::other("not a Redis server")) }
}
