//! From a place that was asked for to a connection.
//!
//! Takes a place; gives a connection to an address that was judged, or to the place through the proxy of the
//! operator's network. Fails when a wall stands before it, or when nobody answers in time.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::head::{Head, basic, credentials_of};
use crate::domain::egress::{Host, Place, Refusal, Rules, Trust};
use crate::failure::{Failure, Outcome};
use crate::ports::Network;

/// A resolver that has not answered by then has lost the question.
const RESOLVE_LIMIT: Duration = Duration::from_secs(5);

/// Reaching a server takes well under a second; ten mean it is not there. For all addresses of a name together.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The answer of a proxy to CONNECT: it has to resolve and connect itself.
const UPSTREAM_LIMIT: Duration = Duration::from_secs(15);

/// Addresses of a name that are tried; large sites give up to eight.
const MOST_ADDRESSES: usize = 8;

/// The proxy of the operator's network.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    host: String,
    port: u16,
    credentials: Option<SecretString>,
}

/// How jobs get out.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) rules: Arc<Rules>,
    pub(super) network: Arc<dyn Network>,
    pub(super) upstream: Option<Upstream>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoWay {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("nobody answers there: {0}")]
    Unreachable(#[from] io::Error),
}

impl Upstream {
    /// Reads the address of a proxy. One that has to be spoken to in TLS, or in SOCKS, is refused.
    pub(super) fn read(address: &SecretString) -> Outcome<Self> {
        let told = || Failure::transient(anyhow::anyhow!("DOWNLOAD_PROXY must be http://host:port"));
        let url = Url::parse(address.expose_secret()).map_err(|_| told())?;
        let host = url.host_str().filter(|_| url.scheme() == "http").ok_or_else(told)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default().unwrap_or(80),
            credentials: credentials_of(&url).map(SecretString::from),
        })
    }
}

impl Way {
    /// Connects to a place, if it may be connected to.
    pub(super) async fn to(&self, place: &Place) -> Result<TcpStream, NoWay> {
        let trust = self.rules.admit(place)?;
        match &self.upstream {
            // A proxy of the network knows nothing of this machine's own ports.
            Some(upstream) if !place.is_here() => self.through(upstream, place).await,
            _ => self.straight(place, trust).await,
        }
    }

    async fn straight(&self, place: &Place, trust: Trust) -> Result<TcpStream, NoWay> {
        let addresses = match &place.host {
            Host::Address(ip) => vec![*ip],
            Host::Name(name) => self.resolve(name, trust).await?,
        };
        if trust == Trust::Stranger {
            self.rules.judge(&addresses)?;
            for address in &addresses {
                if self.rules.not_ourselves && self.network.is_ours(*address).await {
                    return Err(Refusal::Ourselves.into());
                }
            }
        }
        self.connect(&addresses, place.port).await
    }

    async fn resolve(&self, name: &str, trust: Trust) -> io::Result<Vec<IpAddr>> {
        let asked = self.network.resolve(name, trust);
        let mut addresses = timeout(RESOLVE_LIMIT, asked).await.map_err(|_| late())??;
        addresses.sort_by_key(IpAddr::is_ipv6); // not every network has a way out for IPv6
        addresses.dedup();
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        Ok(addresses)
    }

    async fn connect(&self, addresses: &[IpAddr], port: u16) -> Result<TcpStream, NoWay> {
        let one_by_one = async {
            let mut last = None;
            for address in addresses.iter().take(MOST_ADDRESSES) {
                match self.network.connect(SocketAddr::new(*address, port)).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = Some(error),
                }
            }
            Err(last.unwrap_or_else(late))
        };
        Ok(timeout(CONNECT_LIMIT, one_by_one).await.map_err(|_| late())??)
    }

    /// Asks the proxy of the network, which resolves the name itself.
    async fn through(&self, upstream: &Upstream, place: &Place) -> Result<TcpStream, NoWay> {
        let addresses = match upstream.host.parse() {
            Ok(ip) => vec![ip],
            Err(_) => self.resolve(&upstream.host, Trust::Listed).await?,
        };
        let mut stream = self.connect(&addresses, upstream.port).await?;
        let secret = upstream.credentials.as_ref();
        let known = secret.map(|known| format!("Proxy-Authorization: {}\r\n", basic(known.expose_secret())));
        let known = known.unwrap_or_default();
        let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{known}\r\n");
        let asking = async {
            stream.write_all(request.as_bytes()).await?;
            Head::read_exactly(&mut stream).await
        };
        let head = timeout(UPSTREAM_LIMIT, asking).await.map_err(|_| late())??;
        match head.answer() {
            Ok((200..300, _)) => Ok(stream),
            Ok((403, _)) => Err(Refusal::Upstream.into()),
            Ok((code, _)) => Err(io::Error::other(format!("the proxy of the network answers {code}")).into()),
            Err(unclear) => Err(io::Error::other(unclear).into()),
        }
    }
}

fn late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
