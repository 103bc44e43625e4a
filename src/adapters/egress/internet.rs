//! The real network: the system's resolver and its sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use async_trait::async_trait;
use tokio::net::{TcpStream, UdpSocket, lookup_host};

use crate::domain::egress::Trust;
use crate::ports::Network;

/// The network this machine is in.
#[derive(Debug, Clone, Copy)]
pub struct Internet;

#[async_trait]
impl Network for Internet {
    async fn resolve(&self, name: &str, trust: Trust) -> io::Result<Vec<IpAddr>> {
        // A dot at the end keeps the system from trying the search domains of its own network, and from looking into
        // its own list of hosts.
        let end = if trust == Trust::Stranger { "." } else { "" };
        let found = lookup_host((format!("{name}{end}"), 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }

    /// The way to one of our own addresses begins there. A datagram socket tells it without sending anything.
    async fn is_ours(&self, address: IpAddr) -> bool {
        let any = match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let Ok(socket) = UdpSocket::bind((any, 0)).await else { return false };
        // Without a way there the connection fails as well.
        socket.connect((address, 9)).await.is_ok() && socket.local_addr().is_ok_and(|own| own.ip() == address)
    }
}
