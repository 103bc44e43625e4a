//! A proxy of a network that looks into TLS, with an authority of its own, and the sites behind it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// User and password the proxy asks for.
const KNOWN: &str = "linkscribe:s3cret";

/// Runs until dropped.
pub(super) struct Inspector {
    pub(super) url: String,
    /// The authority's certificate.
    pub(super) ca_file: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<(String, String)>>>,
    serving: JoinHandle<()>,
}

/// Whole answers by host and path; a path that begins with `*` stands for all that end like it.
pub(super) type Sites = HashMap<(&'static str, &'static str), Vec<u8>>;

impl Inspector {
    pub(super) async fn start(folder: &Path, sites: Sites) -> Self {
        let mut hosts: Vec<String> = sites.keys().map(|(host, _)| (*host).to_owned()).collect();
        hosts.sort();
        hosts.dedup();
        let (acceptor, authority) = authority(hosts);
        let ca_file = folder.join("authority.pem");
        std::fs::write(&ca_file, authority).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{KNOWN}@{}", listener.local_addr().unwrap());
        let (asked, sites) = (Arc::new(Mutex::new(Vec::new())), Arc::new(sites));
        let told = Arc::clone(&asked);
        let heads = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&heads);
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, sites, told) = (acceptor.clone(), Arc::clone(&sites), Arc::clone(&told));
                let heard = Arc::clone(&heard);
                tokio::spawn(async move { inspect(stream, acceptor, &sites, &told, &heard).await });
            }
        });
        Self { url, ca_file, asked, heads, serving }
    }

    /// Every request, as `METHOD host path`.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The head of every request, with the host it was for.
    pub(super) fn heads(&self) -> Vec<(String, String)> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn authority(hosts: Vec<String>) -> (TlsAcceptor, String) {
    let (own_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut own = CertificateParams::new(Vec::new()).unwrap();
    // With the name every certificate of this library has, it would seem to have signed itself.
    own.distinguished_name.push(DnType::CommonName, "An inspecting proxy");
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = own.self_signed(&own_key).unwrap().pem();
    let issuer = Issuer::new(own, own_key);
    let certificate = CertificateParams::new(hosts).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), pem)
}

async fn inspect(
    mut stream: TcpStream,
    acceptor: TlsAcceptor,
    sites: &Sites,
    told: &Mutex<Vec<String>>,
    requests: &Mutex<Vec<(String, String)>>,
) {
    let head = head(&mut stream).await;
    let place = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let known = base64::engine::general_purpose::STANDARD.encode(KNOWN);
    assert!(head.contains(&format!("Proxy-Authorization: Basic {known}\r\n")), "{head}");
    told.lock().unwrap().push(format!("CONNECT {place}"));
    stream.write_all(b"HTTP/1.1 200 Go on\r\n\r\n").await.unwrap();
    // A client that does not trust the authority leaves here.
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let request = self::head(&mut stream).await;
    if request.is_empty() {
        return;
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (host, path) = (place.trim_end_matches(":443"), target.split('?').next().unwrap_or_default());
    told.lock().unwrap().push(format!("{method} {host} {path}"));
    requests.lock().unwrap().push((host.to_owned(), request.clone()));
    let is_at = |its: &str| its == path || its.strip_prefix('*').is_some_and(|end| path.ends_with(end));
    let found = sites.iter().find(|((its_host, its_path), _)| *its_host == host && is_at(its_path));
    let none = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_vec();
    let answer = found.map_or(none, |(_, answer)| answer.clone());
    let end = if method == "HEAD" { head_end(&answer) } else { answer.len() };
    if stream.write_all(&answer[..end]).await.is_ok() {
        drop(stream.shutdown().await);
    }
}

fn head_end(answer: &[u8]) -> usize {
    answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4
}

/// A request's head, once its body is here too.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return format!("{head}\r\n\r\n");
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}
