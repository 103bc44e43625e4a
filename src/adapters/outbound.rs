//! The one way HTTP requests leave the process: with a time limit, a size limit on the answer, a user
//! agent and no redirects.
//!
//! Takes a request built by an adapter; gives status, headers and the whole body. Fails as an outage of
//! the other side when it is unreachable, slow, cuts the answer short or sends more than allowed: whatever
//! the entry, it got no answer. What a status code means is the adapter's business.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use futures_util::StreamExt;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode, redirect};
use url::{Host, Url};

use crate::failure::{Failure, Outcome};

/// Finding and greeting a server takes well under a second; ten mean it is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Who we are, for the other side's operators.
pub const USER_AGENT: &str = concat!("linkscribe/", env!("CARGO_PKG_VERSION"));

/// A client for one outside party.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: Client,
    direct: Client,
    max_bytes: usize,
}

/// An answer read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Outbound {
    /// A client whose requests take at most `timeout` from connecting to the last byte and whose
    /// answers have at most `max_bytes`. There is no shorter limit on silence: a provider that transcribes
    /// or thinks says nothing for minutes and then everything at once.
    pub fn new(timeout: Duration, max_bytes: usize) -> Outcome<Self> {
        let builder = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(CONNECT_TIMEOUT.min(timeout))
                .timeout(timeout)
                .redirect(redirect::Policy::none())
        };
        let built = |builder: ClientBuilder| {
            builder.build().context("cannot set up the HTTP client").map_err(Failure::bug)
        };
        Ok(Self { client: built(builder())?, direct: built(builder().no_proxy())?, max_bytes })
    }

    /// The client to build requests with; they are sent by [`Outbound::send`].
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends one request and reads the whole answer, whatever its status.
    pub async fn send(&self, request: RequestBuilder) -> Outcome<Reply> {
        let (client, request) = request.build_split();
        let request = request.map_err(|error| Failure::bug(error.without_url()))?;
        // A proxy of the network knows nothing of this machine's own ports.
        let client = if is_here(request.url()) { &self.direct } else { &client };
        let response = client.execute(request).await.map_err(unreachable)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let announced = response.content_length().unwrap_or_default();
        if announced > self.max_bytes as u64 {
            return Err(self.too_long());
        }
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(unreachable)?;
            if body.len() + chunk.len() > self.max_bytes {
                return Err(self.too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }

    /// Nothing we ask for is that long: whoever sends it is not what we know.
    fn too_long(&self) -> Failure {
        Failure::outage(anyhow::anyhow!("the answer has more than {} bytes", self.max_bytes))
    }
}

impl Reply {
    /// The Retry-After header, in seconds or as a date (RFC 9110, 10.2.3).
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// The body as JSON; an answer that is none, or of another form, is an outage: nobody can read it.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Outcome<T> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("the answer with status {} is not the expected JSON", self.status))
            .map_err(Failure::outage)
    }

    /// The beginning of the body for a log line: one line, without control characters.
    pub fn excerpt(&self) -> String {
        const SHOWN: usize = 200;
        let text = String::from_utf8_lossy(&self.body);
        text.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
    }
}

/// How long the other side asks to wait, in seconds or until a date (RFC 9110, 10.2.3).
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    SystemTime::from(at).duration_since(now).ok()
}

/// Whether an address is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Drops the URL from the error: Notion ids and keys do not belong into logs.
fn unreachable(error: reqwest::Error) -> Failure {
    Failure::outage(error.without_url())
}
