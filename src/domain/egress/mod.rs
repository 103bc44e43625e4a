//! Where a program that follows strangers' links may connect to: the rules of the way out.
//!
//! Takes a place as somebody wrote it, and each address its name resolves to; gives whether one may connect
//! there, or the wall that stands before it. Whoever asks connects to the very address that was judged.

mod address;
mod place;

use std::fmt;
use std::net::IpAddr;

pub use address::not_public;
pub use place::{Host, Place, Spelling};

/// Why nobody is connected to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The place is written as no public place is.
    #[error("it is written in a way no public place is: {0}")]
    Spelling(#[from] Spelling),
    /// It is an address where a name belongs.
    #[error("it is an address and not a name")]
    Literal,
    /// The name means something on this machine or in its network alone.
    #[error("its name is known in the local network alone")]
    LocalName,
    /// Web sites do not listen there.
    #[error("port {0} is no port of the web")]
    Port(u16),
    /// The name leads to an address that is not public.
    #[error("its name leads to an address that is not public ({0})")]
    Address(&'static str),
    /// The name leads back to this machine.
    #[error("its name leads to this machine itself")]
    Ourselves,
    /// The proxy of the operator's network does not let anybody there.
    #[error("the proxy of the network refuses it")]
    Upstream,
}

/// How far a place is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The operator listed it, with whatever address it has.
    Listed,
    /// A stranger named it; each address must be judged.
    Stranger,
}

/// The walls, each a rule of its own, so that a test can take one away and show what it is for.
#[derive(Clone)]
pub struct Rules {
    /// The places the operator trusts; no other rule is asked for these.
    pub listed: Vec<Place>,
    /// Whether web sites listen on a port.
    pub port: fn(u16) -> bool,
    /// Whether an address may stand where a name belongs.
    pub literals: bool,
    /// Whether a name means something in the local network alone.
    pub is_local: fn(&str) -> bool,
    /// Why an address is not public.
    pub not_public: fn(IpAddr) -> Option<&'static str>,
    /// Whether this machine's own addresses are refused where they are public.
    pub not_ourselves: bool,
}

impl Rules {
    /// All walls, with doors for the places the operator listed.
    pub fn strict(listed: Vec<Place>) -> Self {
        Self {
            listed,
            port: |port| matches!(port, 80 | 443),
            literals: false,
            is_local: place::is_local,
            not_public,
            not_ourselves: true,
        }
    }

    /// Whether a place may be asked for at all, before its name is resolved.
    pub fn admit(&self, place: &Place) -> Result<Trust, Refusal> {
        if self.listed.contains(place) {
            return Ok(Trust::Listed);
        }
        if !(self.port)(place.port) {
            return Err(Refusal::Port(place.port));
        }
        match &place.host {
            Host::Address(_) if !self.literals => Err(Refusal::Literal),
            Host::Name(name) if (self.is_local)(name) => Err(Refusal::LocalName),
            Host::Address(_) | Host::Name(_) => Ok(Trust::Stranger),
        }
    }

    /// Whether a stranger's name may lead to these addresses: to all of them or to none, because a name with
    /// a public and a private address is no site's, and nobody should depend on which one comes first.
    pub fn judge(&self, addresses: &[IpAddr]) -> Result<(), Refusal> {
        match addresses.iter().find_map(|address| (self.not_public)(*address)) {
            Some(block) => Err(Refusal::Address(block)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Rules").field("listed", &self.listed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
