//! Serves the clients of one job's proxy: reads what they ask for, connects, and carries bytes.
//!
//! Bytes are counted before they are passed on; when the job's are used up, all its tunnels end at once. A
//! tunnel in which nothing moves ends too. A refusal is answered with 403, a place nobody answers at with 502.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::head::{Head, Wish};
use super::meter::Meter;
use super::way::{NoWay, Way};

/// Tunnels of a job at once; yt-dlp uses one or two.
const MOST_TUNNELS: usize = 16;

/// A client on this machine sends its head at once.
const HEAD_LIMIT: Duration = Duration::from_secs(5);

/// A server that says nothing for so long has left.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A tunnel in which nothing moves from one look to the next is ended.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Read at once, in bytes. With every tunnel full this much passes when a budget ends, 256 KiB in all.
const PIECE: usize = 16 << 10;

/// Interim answers before the real one (RFC 9110, 15.2); servers send one or two.
const MOST_INTERIM: usize = 8;

/// How long to wait when the system has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// What all clients of a job's proxy share.
pub(super) struct House {
    pub(super) way: Way,
    pub(super) meter: Arc<Meter>,
    pub(super) credentials: SecretString,
}

/// Takes clients until dropped.
pub(super) async fn serve(listener: TcpListener, house: Arc<House>) {
    let mut tunnels = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                // Beyond the limit a client finds its connection closed.
                Ok((client, _)) if tunnels.len() < MOST_TUNNELS => {
                    let house = Arc::clone(&house);
                    tunnels.spawn(async move { house.serve_one(client).await });
                }
                Ok(_) => debug!("a download has too many connections"),
                Err(error) => {
                    warn!(%error, "the way out of a download takes no client");
                    sleep(BREATH).await;
                }
            },
            Some(ended) = tunnels.join_next() => {
                if let Err(error) = ended {
                    warn!(%error, "a connection of a download broke");
                }
            }
        }
    }
}

impl House {
    async fn serve_one(&self, client: TcpStream) {
        let ended = tokio::select! {
            ended = self.answer(client) => ended,
            () = self.meter.used_up() => Err(io::Error::other("the bytes of the job are used up")),
        };
        if let Err(error) = ended {
            debug!(%error, "a connection of a download ended");
        }
    }

    async fn answer(&self, mut client: TcpStream) -> io::Result<()> {
        let Some(head) = in_time(HEAD_LIMIT, Head::read(&mut client, Vec::new())).await? else {
            return Ok(());
        };
        let Ok(asked) = head.request() else { return say(&mut client, "400 Bad Request").await };
        if !asked.knows(self.credentials.expose_secret()) {
            return say(&mut client, "407 Proxy Authentication Required").await;
        }
        let way = match &asked.place {
            Ok(place) => self.way.to(place).await,
            Err(odd) => Err(NoWay::Refused((*odd).into())),
        };
        let server = match way {
            Ok(server) => server,
            Err(NoWay::Refused(why)) => {
                self.meter.refused(why);
                debug!(%why, "a download was not let out");
                return say(&mut client, "403 Forbidden").await;
            }
            Err(NoWay::Unreachable(error)) => {
                self.meter.unreachable();
                debug!(%error, "a download reached nobody");
                return say(&mut client, "502 Bad Gateway").await;
            }
        };
        self.meter.connected();
        match asked.wish {
            Wish::Tunnel => {
                client.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n").await?;
                self.carry(client, server, head.rest).await
            }
            Wish::Plain { head: sent, body } => self.exchange(client, server, &sent, head.rest, body).await,
        }
    }

    /// Carries bytes both ways until both sides have ended or nothing moves any more.
    async fn carry(&self, client: TcpStream, server: TcpStream, first: Vec<u8>) -> io::Result<()> {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let moved = AtomicU64::new(0);
        let both = async {
            self.pass(&first, &mut to_server, &moved).await?;
            let there = async {
                self.copy(&mut from_client, &mut to_server, u64::MAX, &moved).await?;
                to_server.shutdown().await
            };
            let back = async {
                self.copy(&mut from_server, &mut to_client, u64::MAX, &moved).await?;
                to_client.shutdown().await
            };
            tokio::try_join!(there, back).map(|_| ())
        };
        while_moving(&moved, both).await
    }

    /// Sends one request and passes one answer back. The client hears that the connection ends behind it, and
    /// no second request of it is read: that one may be for another place.
    async fn exchange(
        &self,
        client: TcpStream,
        mut server: TcpStream,
        sent: &[u8],
        mut rest: Vec<u8>,
        body: u64,
    ) -> io::Result<()> {
        let (mut from_client, mut to_client) = client.into_split();
        let moved = AtomicU64::new(0);
        rest.truncate(usize::try_from(body).unwrap_or(usize::MAX));
        let still = body - rest.len() as u64;
        let all = async {
            self.pass(sent, &mut server, &moved).await?;
            self.pass(&rest, &mut server, &moved).await?;
            let (mut from_server, mut to_server) = server.into_split();
            // An answer may come before the body was read, so neither waits for the other. The end of the body
            // is known by its length: a closed direction some servers take for a client that has left.
            let there = self.copy(&mut from_client, &mut to_server, still, &moved);
            let back = async {
                let (head, begun) = real_answer(&mut from_server).await?;
                self.pass(&head, &mut to_client, &moved).await?;
                self.pass(&begun, &mut to_client, &moved).await?;
                self.copy(&mut from_server, &mut to_client, u64::MAX, &moved).await
            };
            tokio::join!(there, back).1
        };
        while_moving(&moved, all).await
    }

    /// Copies up to `most` bytes, or up to the end.
    async fn copy(
        &self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        most: u64,
        moved: &AtomicU64,
    ) -> io::Result<()> {
        let mut buffer = vec![0; PIECE];
        let mut from = from.take(most);
        loop {
            let read = from.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            self.pass(buffer.get(..read).unwrap_or_default(), to, moved).await?;
        }
    }

    /// Passes bytes on if the job still has so many.
    async fn pass(
        &self,
        bytes: &[u8],
        to: &mut (impl AsyncWrite + Unpin),
        moved: &AtomicU64,
    ) -> io::Result<()> {
        if !self.meter.spend(bytes.len()) {
            return Err(io::Error::other("the bytes of the job are used up"));
        }
        to.write_all(bytes).await?;
        moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// The head of the real answer, behind interim ones, and what came with it.
async fn real_answer(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut rest = Vec::new();
    for _ in 0..MOST_INTERIM {
        let head = in_time(ANSWER_LIMIT, Head::read(from, rest)).await?;
        let head = head.ok_or(io::ErrorKind::UnexpectedEof)?;
        match head.answer().map_err(io::Error::other)? {
            // No request asked for another protocol.
            (101, _) => return Err(io::Error::other("the server changes the protocol")),
            (100..200, _) => rest = head.rest,
            (_, bytes) => return Ok((bytes, head.rest)),
        }
    }
    Err(io::Error::other("the server does not come to its answer"))
}

/// Runs until its end, or until nothing has moved from one look to the next.
async fn while_moving(moved: &AtomicU64, work: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let stands_still = async {
        let mut before = 0;
        loop {
            sleep(LOOK_EVERY).await;
            let now = moved.load(Ordering::Relaxed);
            if now == before {
                return;
            }
            before = now;
        }
    };
    tokio::select! {
        ended = work => ended,
        () = stands_still => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, work).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// Answers with a status and an empty body, and ends.
async fn say(client: &mut TcpStream, status: &str) -> io::Result<()> {
    let challenge =
        if status.starts_with("407") { "Proxy-Authenticate: Basic realm=\"job\"\r\n" } else { "" };
    let answer = format!("HTTP/1.1 {status}\r\n{challenge}Content-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}
