//! A place to connect to, in one spelling.
//!
//! Takes a host and a port as a program wrote them; gives the place with its name in lower case or its
//! address in numbers. Fails on whatever two parsers could read differently: what is not plain is refused.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use url::Host as Parsed;

/// Longest name in letters (RFC 1035, 2.3.4).
const NAME_LETTERS: usize = 253;

/// Longest part of a name in letters (the same).
const LABEL_LETTERS: usize = 63;

/// Endings of names that no public server answers for: the ones reserved for local use (RFC 6761, RFC 6762,
/// RFC 8375, ICANN's `internal`), those on home routers and in company networks, and Kubernetes' own.
const LOCAL_ENDINGS: [&str; 14] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "invalid",
    "onion",
    "svc",
    "cluster",
];

/// Who is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name of letters, digits, hyphens and underscores, in lower case, without a dot at its end.
    Name(String),
    /// An address, whatever its spelling was.
    Address(IpAddr),
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who is there.
    pub host: Host,
    /// The port.
    pub port: u16,
}

/// A way of writing a place that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spelling {
    /// There is no port, or none that is a number.
    #[error("there is no port")]
    Port,
    /// The host is empty, too long, or has an empty or too long part.
    #[error("the name has a wrong length")]
    Length,
    /// The host has signs that names do not have: escapes, wide dots, a zone, spaces.
    #[error("the name has signs that names do not have")]
    Signs,
    /// The host ends with a number and is still no address.
    #[error("the name ends with a number")]
    Number,
}

impl Place {
    /// Reads `host:port`, with brackets around an IPv6 address.
    pub fn parse(authority: &str) -> Result<Self, Spelling> {
        let (host, port) = authority.rsplit_once(':').ok_or(Spelling::Port)?;
        // The standard library's parser would take a plus sign.
        if port.is_empty() || !port.bytes().all(|sign| sign.is_ascii_digit()) {
            return Err(Spelling::Port);
        }
        let port = port.parse().map_err(|_| Spelling::Port)?;
        Ok(Self { host: Host::parse(host)?, port })
    }

    /// The address, where the place is given by one.
    pub fn literal(&self) -> Option<SocketAddr> {
        match self.host {
            Host::Address(ip) => Some(SocketAddr::new(ip, self.port)),
            Host::Name(_) => None,
        }
    }

    /// Whether it is on this machine by its very spelling.
    pub fn is_here(&self) -> bool {
        match &self.host {
            Host::Address(ip) => ip.is_loopback(),
            Host::Name(name) => name == "localhost",
        }
    }
}

impl Host {
    /// Reads a name, or an address in any spelling that browsers and C libraries know: short, octal,
    /// hexadecimal and as one number.
    fn parse(raw: &str) -> Result<Self, Spelling> {
        if let Some(inner) = raw.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            // A zone (`%eth0`) is no part of an address, so it does not parse.
            return inner.parse().map(|ip| Self::Address(IpAddr::V6(ip))).map_err(|_| Spelling::Signs);
        }
        let name = raw.strip_suffix('.').unwrap_or(raw);
        if name.is_empty() || name.len() > NAME_LETTERS {
            return Err(Spelling::Length);
        }
        if !name.bytes().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'.' | b'-' | b'_')) {
            return Err(Spelling::Signs);
        }
        if name.split('.').any(|label| label.is_empty() || label.len() > LABEL_LETTERS) {
            return Err(Spelling::Length);
        }
        if !ends_with_a_number(name) {
            return Ok(Self::Name(name.to_ascii_lowercase()));
        }
        match Parsed::parse(name) {
            Ok(Parsed::Ipv4(ip)) => Ok(Self::Address(IpAddr::V4(ip))),
            _ => Err(Spelling::Number),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) => write!(out, "{name}:{}", self.port),
            Host::Address(ip) => SocketAddr::new(*ip, self.port).fmt(out),
        }
    }
}

/// Whether some parser would take it for an IPv4 address (WHATWG URL, "ends in a number").
fn ends_with_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match last.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|sign| sign.is_ascii_hexdigit()),
        None => last.bytes().all(|sign| sign.is_ascii_digit()),
    }
}

/// Whether a name means something on this machine or in its network alone: one without a dot, or one with
/// a local ending.
pub(super) fn is_local(name: &str) -> bool {
    let Some((_, ending)) = name.rsplit_once('.') else { return true };
    LOCAL_ENDINGS.contains(&ending)
}
