//! Names and connections, as the way out needs them.

use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use tokio::net::TcpStream;

use crate::domain::egress::Trust;

/// The network outside. Nothing here decides who may be connected to.
#[async_trait]
pub trait Network: Send + Sync {
    /// All addresses of a name. What the operator names may be known in the local network alone.
    async fn resolve(&self, name: &str, trust: Trust) -> io::Result<Vec<IpAddr>>;

    /// Connects to this very address.
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream>;

    /// Whether an address is one of this machine's own.
    async fn is_ours(&self, address: IpAddr) -> bool;
}
