//! A network of our own making: names from a table, and a canary at every address.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use linkscribe::adapters::egress::{Egress, JobProxy};
use linkscribe::domain::egress::{Place, Rules, Trust};
use linkscribe::ports::Network;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What the canary says to whoever gets through.
pub(super) const SONG: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 6\r\n\r\nCANARY";

/// A small server that runs until dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    taken: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Answers each connection with what `answer` makes of its request's first line; an empty answer
    /// is followed by the end.
    pub(super) async fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (taken, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (count, heard) = (Arc::clone(&taken), Arc::clone(&heads));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let (answer, heard) = (Arc::clone(&answer), Arc::clone(&heard));
                tokio::spawn(async move { serve(stream, &*answer, &heard).await });
            }
        });
        Self { address, taken, heads, serving }
    }

    pub(super) async fn canary() -> Self {
        Self::start(|_| SONG.to_vec()).await
    }

    /// Connections so far.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    /// The heads of the requests since the last question.
    pub(super) fn heads(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap())
    }

    pub(super) fn place(&self) -> Place {
        Place::parse(&self.address.to_string()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(impl Fn(&str) -> Vec<u8> + Sync),
    requests: &Mutex<Vec<String>>,
) {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read_buf(&mut head).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let answer = answer(head.lines().next().unwrap_or_default());
    requests.lock().unwrap().push(head);
    // Whoever left early has heard enough.
    if stream.write_all(&answer).await.is_ok() {
        drop(stream.shutdown().await);
    }
}

/// Names from a table; behind every address but the trusted ones sits the canary.
#[derive(Default)]
pub(super) struct Map {
    pub(super) names: HashMap<String, Vec<IpAddr>>,
    pub(super) ours: Vec<IpAddr>,
    pub(super) real: Vec<SocketAddr>,
    pub(super) canary: Option<SocketAddr>,
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) dialled: Mutex<Vec<SocketAddr>>,
}

impl Map {
    pub(super) fn dialled(&self) -> Vec<SocketAddr> {
        std::mem::take(&mut *self.dialled.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl Network for Map {
    async fn resolve(&self, name: &str, _: Trust) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        self.names.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        if self.real.contains(&address) {
            return TcpStream::connect(address).await;
        }
        self.dialled.lock().unwrap().push(address);
        TcpStream::connect(self.canary.ok_or(io::ErrorKind::ConnectionRefused)?).await
    }

    async fn is_ours(&self, address: IpAddr) -> bool {
        self.ours.contains(&address)
    }
}

/// No wall at all, as if every client went straight out.
pub(super) fn no_walls(listed: Vec<Place>) -> Rules {
    Rules {
        listed,
        port: |_| true,
        literals: true,
        is_local: |_| false,
        not_public: |_| None,
        not_ourselves: false,
    }
}

pub(super) async fn open(rules: Rules, map: &Arc<Map>, budget: u64) -> JobProxy {
    Egress::new(rules, Arc::clone(map) as _, None, budget).unwrap().open().await.unwrap()
}

/// Where a proxy listens, and the value of the header that lets one in.
pub(super) fn entrance(url: &SecretString) -> (String, String) {
    use base64::Engine;
    let url = Url::parse(url.expose_secret()).unwrap();
    let known = format!("{}:{}", url.username(), url.password().unwrap());
    let value = base64::engine::general_purpose::STANDARD.encode(known);
    (format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()), format!("Basic {value}"))
}

/// Sends bytes to the proxy and reads all it answers.
pub(super) async fn say(proxy: &JobProxy, first_line: &str, headers: &str) -> String {
    let (address, known) = entrance(proxy.url());
    send(&address, &format!("{first_line}\r\nProxy-Authorization: {known}\r\n{headers}\r\n")).await
}

pub(super) async fn send(address: &str, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has said what it had to say.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}
