//! The way out for programs that follow strangers' links: a proxy of our own, one for each job.
//!
//! Takes the rules of the way out, a network and a number of bytes; gives a proxy on loopback that speaks
//! CONNECT and plain HTTP, and in the end what the job did on the network. Each request names its place anew, is
//! judged, and is connected to the very address that was judged, so neither redirects nor names that
//! change their address lead anywhere else. Who does not know the job's secret gets nothing. Fails when it
//! cannot listen; the job must not run then. Dropped, it is gone with all its connections.

mod head;
mod internet;
mod meter;
mod tunnel;
mod way;

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use self::meter::Meter;
use self::tunnel::House;
use self::way::{Upstream, Way};
use crate::domain::egress::Rules;
use crate::failure::{Failure, Outcome};
use crate::ports::Network;

pub use internet::Internet;
pub use meter::Traffic;

/// The user our clients name; the secret is their password.
const USER: &str = "job";

/// Letters of a job's secret: 32 of 62 different ones cannot be guessed within a job.
const SECRET_LETTERS: usize = 32;

/// Opens a way out for each job.
#[derive(Clone)]
pub struct Egress {
    way: Way,
    budget: u64,
}

/// The way out of one job.
#[derive(Debug)]
pub struct JobProxy {
    url: SecretString,
    meter: Arc<Meter>,
    _listening: AbortOnDropHandle<()>,
}

impl Egress {
    /// A way out under these rules, for jobs of `budget` bytes in both directions. With `upstream`,
    /// the address of a proxy, names are resolved there, and all but this machine is reached through it.
    pub fn new(
        rules: Rules,
        network: Arc<dyn Network>,
        upstream: Option<&SecretString>,
        budget: u64,
    ) -> Outcome<Self> {
        let upstream = upstream.map(Upstream::read).transpose()?;
        Ok(Self { way: Way { rules: Arc::new(rules), network, upstream }, budget })
    }

    /// The same way out for jobs of another size.
    #[must_use]
    pub fn with_budget(self, budget: u64) -> Self {
        Self { budget, ..self }
    }

    /// Opens the way out of one job.
    pub async fn open(&self) -> Outcome<JobProxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener =
            listener.context("cannot open the way out of a download").map_err(Failure::transient)?;
        let port = listener.local_addr().map_err(Failure::transient)?.port();
        let secret = Alphanumeric.sample_string(&mut rand::rng(), SECRET_LETTERS);
        let credentials = format!("{USER}:{secret}");
        let url = head::proxy_url(port, &credentials).into();
        let meter = Arc::new(Meter::new(self.budget));
        let house =
            House { way: self.way.clone(), meter: Arc::clone(&meter), credentials: credentials.into() };
        let listening = tokio::spawn(tunnel::serve(listener, Arc::new(house)));
        Ok(JobProxy { url, meter, _listening: AbortOnDropHandle::new(listening) })
    }
}

impl JobProxy {
    /// The proxy's address with the job's secret.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// Resolves when the job's bytes are used up; its connections are gone then.
    pub async fn used_up(&self) {
        self.meter.used_up().await;
    }

    /// What the job did so far.
    pub fn traffic(&self) -> Traffic {
        self.meter.traffic()
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Egress").field("budget", &self.budget).finish_non_exhaustive()
    }
}
