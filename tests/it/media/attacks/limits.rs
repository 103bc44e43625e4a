//! What a job may use up: bytes, connections, time.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::egress::{Egress, JobProxy};
use linkscribe::domain::egress::Rules;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::world::{Map, Server, entrance, open, say};

const MIB: u64 = 1 << 20;

/// A tunnel through the proxy, up to the proxy's answer.
async fn tunnel(proxy: &JobProxy, place: &str) -> TcpStream {
    let (address, known) = entrance(proxy.url());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("CONNECT {place} HTTP/1.1\r\nProxy-Authorization: {known}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 39];
    stream.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    stream
}

async fn read_all(mut stream: TcpStream) -> u64 {
    let (mut all, mut buffer) = (0, vec![0; 1 << 16]);
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        all += read as u64;
    }
    all
}

/// A server that writes zeros for ever, once it has heard a byte.
async fn endless() -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                if stream.read_u8().await.is_err() {
                    return;
                }
                while stream.write_all(&[0; 1 << 14]).await.is_ok() {}
            });
        }
    });
    (address, serving)
}

#[tokio::test]
async fn a_job_gets_its_bytes_and_not_a_mebibyte_more_however_many_tunnels_it_opens() {
    let (address, serving) = endless().await;
    let map = Arc::new(Map { real: vec![address], ..Map::default() });
    let place = address.to_string();
    let listed = linkscribe::domain::egress::Place::parse(&place).unwrap();
    for tunnels in [1, 8] {
        let proxy = open(Rules::strict(vec![listed.clone()]), &map, 8 * MIB).await;
        let mut open_tunnels = Vec::new();
        for _ in 0..tunnels {
            open_tunnels.push(tunnel(&proxy, &place).await);
        }
        let mut readers = tokio::task::JoinSet::new();
        for mut stream in open_tunnels {
            // One that is cut before it begins has read nothing.
            drop(stream.write_all(b"x").await);
            readers.spawn(read_all(stream));
        }
        let read: u64 = readers.join_all().await.into_iter().sum();
        assert!(read <= 8 * MIB && read > 7 * MIB, "{tunnels} tunnels read {read} bytes");
        let traffic = proxy.traffic();
        assert!(traffic.used_up && traffic.bytes < 9 * MIB, "{traffic:?}");
        proxy.used_up().await;
    }
    serving.abort();
}

#[tokio::test]
async fn a_job_has_sixteen_tunnels_at_once() {
    let site = Server::start(|_| Vec::new()).await;
    let map = Arc::new(Map { real: vec![site.address], ..Map::default() });
    let proxy = open(Rules::strict(vec![site.place()]), &map, MIB).await;
    let mut open_tunnels = Vec::new();
    for _ in 0..16 {
        open_tunnels.push(tunnel(&proxy, &site.address.to_string()).await);
    }
    let (address, _) = entrance(proxy.url());
    assert_eq!(read_all(TcpStream::connect(address).await.unwrap()).await, 0, "the seventeenth is closed");
    assert_eq!(proxy.traffic().connected, 16);
}

#[tokio::test]
async fn a_tunnel_in_which_nothing_moves_is_ended() {
    let site = Server::start(|_| Vec::new()).await;
    let map = Arc::new(Map { real: vec![site.address], ..Map::default() });
    let proxy = open(Rules::strict(vec![site.place()]), &map, MIB).await;
    let idle = tunnel(&proxy, &site.address.to_string()).await;
    tokio::time::pause();
    let ended = tokio::time::timeout(Duration::from_secs(61), read_all(idle)).await;
    assert_eq!(ended, Ok(0));
}

#[tokio::test]
async fn the_way_out_is_gone_with_its_job() {
    let site = Server::start(|_| Vec::new()).await;
    let map = Arc::new(Map { real: vec![site.address], ..Map::default() });
    let proxy = open(Rules::strict(vec![site.place()]), &map, MIB).await;
    let (address, _) = entrance(proxy.url());
    let under_way = tunnel(&proxy, &site.address.to_string()).await;
    drop(proxy);
    assert_eq!(read_all(under_way).await, 0);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

/// A network in which nobody answers.
struct Silence;

#[async_trait::async_trait]
impl linkscribe::ports::Network for Silence {
    async fn resolve(
        &self,
        name: &str,
        _: linkscribe::domain::egress::Trust,
    ) -> std::io::Result<Vec<std::net::IpAddr>> {
        match name {
            "found.attack.example" => Ok(vec!["93.184.215.14".parse().unwrap()]),
            _ => std::future::pending().await,
        }
    }

    async fn connect(&self, _: std::net::SocketAddr) -> std::io::Result<TcpStream> {
        std::future::pending().await
    }

    async fn is_ours(&self, _: std::net::IpAddr) -> bool {
        false
    }
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_five_seconds_by_name_and_ten_by_address() {
    let egress = Egress::new(Rules::strict(Vec::new()), Arc::new(Silence), None, MIB).unwrap();
    let proxy = egress.open().await.unwrap();
    tokio::time::pause();
    for (name, limit) in [("lost.attack.example", 5), ("found.attack.example", 10)] {
        let begun = tokio::time::Instant::now();
        let answer = say(&proxy, &format!("CONNECT {name}:443 HTTP/1.1"), "").await;
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
        assert_eq!(begun.elapsed().as_secs(), limit, "{name}");
    }
    assert_eq!(proxy.traffic().unreachable, 2);
}
