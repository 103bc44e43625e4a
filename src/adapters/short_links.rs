//! Follows short links: `vm.tiktok.com/…`, `fb.watch/…`, `pin.it/…` say nothing of their videos, but lead to them.
//!
//! Takes a short link; gives the video's own address and key. Every request goes through a proxy of its own that
//! judges each address (`egress`), to the platforms' hosts alone, without cookies, and of each answer only the head is
//! read: the way ends at the first address that names its video, which is not asked for any more. Fails as permanent
//! where the link leads to no video, as waiting where the site limits us, as an outage where it does not answer.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Certificate, Client, Proxy, StatusCode, redirect};
use secrecy::ExposeSecret;

use super::egress::{Egress, JobProxy};
use super::outbound::retry_after;
use crate::domain::egress::Refusal;
use crate::domain::entry::Target;
use crate::domain::link::{self, VideoUrl};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// Redirects that are followed: platforms need one to three.
const MOST_HOPS: usize = 5;

/// For all hops together; each takes well under a second.
const LIMIT: Duration = Duration::from_secs(20);

/// What one link may move in bytes: heads, and what a server has sent of a page before it is left.
const BYTES: u64 = 4 << 20;

/// How long a site is left alone that limits us without saying for how long.
const LIMITED: Duration = Duration::from_mins(10);

/// `TikTok` leads programs that make previews to the video, and browsers to a page with a script.
const USER_AGENT: &str =
    concat!("Mozilla/5.0 (compatible; linkscribe/", env!("CARGO_PKG_VERSION"), "; facebookexternalhit/1.1)");

/// Follows the short links of some sites.
pub struct ShortLinks<'a> {
    /// The way out.
    pub egress: Egress,
    /// Further root certificates, for a proxy that inspects.
    pub ca_file: Option<&'a Path>,
    /// Whether a host is one of the sites'.
    pub serves: &'a (dyn Fn(&VideoUrl) -> bool + Send + Sync),
}

/// Where an answer leads.
enum Step {
    /// To another address.
    On(VideoUrl),
    /// Nowhere else: this is a page.
    Here,
}

impl ShortLinks<'_> {
    /// Follows one link to its end.
    pub async fn follow(&self, short: &VideoUrl) -> Outcome<Target> {
        let late = || Failure::outage(anyhow!("{short} did not lead anywhere within {} s", LIMIT.as_secs()));
        tokio::time::timeout(LIMIT, self.hop_by_hop(short)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn hop_by_hop(&self, short: &VideoUrl) -> Outcome<Target> {
        let proxy = self.egress.clone().with_budget(BYTES).open().await?;
        let client = self.client(&proxy)?;
        let mut at = short.clone().over_tls();
        for _ in 0..=MOST_HOPS {
            if !(self.serves)(&at) {
                let cause = anyhow!("{short} leads to {at}, which is not a host videos are fetched from");
                return Err(Failure::permanent(Reason::Unsupported, cause));
            }
            let there = match step(&client, &proxy, &at).await? {
                Step::On(there) => there.over_tls(),
                Step::Here => return page(short, &at),
            };
            // An address that names its video has been reached without being asked for.
            if let Some(target) =
                link::understand(there.as_str()).ok().filter(|target| target.key.is_a_videos())
            {
                return Ok(target);
            }
            at = there;
        }
        Err(Failure::permanent(Reason::NoMedia, anyhow!("{short} leads on and on, last to {at}")))
    }

    fn client(&self, proxy: &JobProxy) -> Outcome<Client> {
        let way =
            Proxy::all(proxy.url().expose_secret()).map_err(|error| Failure::bug(error.without_url()))?;
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .proxy(way)
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_only()
            // A page that is not read to its end cannot be followed by another request.
            .pool_max_idle_per_host(0);
        if let Some(file) = self.ca_file {
            let pem =
                std::fs::read(file).context("DOWNLOAD_CA_FILE cannot be read").map_err(Failure::transient)?;
            let roots = Certificate::from_pem_bundle(&pem).context("DOWNLOAD_CA_FILE holds no certificates");
            for root in roots.map_err(Failure::transient)? {
                builder = builder.add_root_certificate(root);
            }
        }
        builder.build().map_err(Failure::bug)
    }
}

/// Asks one address and reads the head of its answer; the body is left where it is.
async fn step(client: &Client, proxy: &JobProxy, at: &VideoUrl) -> Outcome<Step> {
    let answer = client.get(at.as_str()).send().await;
    let answer = answer.map_err(|error| unreachable(error, proxy))?;
    let (status, headers) = (answer.status(), answer.headers());
    if status.is_redirection() {
        return onward(status, headers, at).map(Step::On);
    }
    if status.is_success() { Ok(Step::Here) } else { Err(refused(status, headers, at)) }
}

/// Where a redirect leads. Whoever made the link may have chosen that, so that it says nothing of the site.
fn onward(status: StatusCode, headers: &HeaderMap, at: &VideoUrl) -> Outcome<VideoUrl> {
    let Some(there) = headers.get(LOCATION) else {
        return Err(Failure::transient(anyhow!("{at} answers {status} and does not say where to go")));
    };
    let there = std::str::from_utf8(there.as_bytes()).ok().and_then(|there| at.join(there));
    there.ok_or_else(|| {
        Failure::permanent(Reason::NoMedia, anyhow!("{at} leads to what is no address of the web"))
    })
}

/// What a status says of a link.
fn refused(status: StatusCode, headers: &HeaderMap, at: &VideoUrl) -> Failure {
    let cause = anyhow!("{at} answers {status} to a short link");
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Failure::permanent(Reason::Deleted, cause),
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Failure::permanent(Reason::Region, cause),
        StatusCode::UNAUTHORIZED => Failure::permanent(Reason::LoginNeeded, cause),
        StatusCode::TOO_MANY_REQUESTS => {
            Failure::wait(Some(retry_after(headers, SystemTime::now()).unwrap_or(LIMITED)), cause)
        }
        StatusCode::REQUEST_TIMEOUT => Failure::outage(cause),
        _ if status.is_server_error() => Failure::outage(cause),
        // Sites say so to programs they do not like as well: it says little of this one link, and nothing for good.
        StatusCode::FORBIDDEN => Failure::transient(cause),
        _ => Failure::permanent(Reason::NoMedia, cause),
    }
}

/// The last page of the way, whose address names no video.
fn page(short: &VideoUrl, at: &VideoUrl) -> Outcome<Target> {
    let no_video =
        |reason| Err(Failure::permanent(reason, anyhow!("{short} leads to a page of {at} without a video")));
    let path = at.as_str().split(['?', '#']).next().unwrap_or_default();
    if at == &short.clone().over_tls() {
        return no_video(Reason::NoMedia);
    }
    // What is gone leads home, what is not for everybody to the door.
    if at.is_start_page() {
        return no_video(Reason::Deleted);
    }
    if path.contains("/login") || path.contains("/checkpoint") {
        return no_video(Reason::LoginNeeded);
    }
    match link::understand(at.as_str()) {
        Ok(target) if !target.key.is_short() => Ok(target),
        _ => no_video(Reason::NoMedia),
    }
}

/// Why there was no answer. A name that leads to an address nobody is let to says nothing for good: resolvers that
/// block a site, or are broken, answer like this as well.
fn unreachable(error: reqwest::Error, proxy: &JobProxy) -> Failure {
    let told = error.without_url();
    match proxy.traffic().last_refusal {
        Some(why @ (Refusal::Address(_) | Refusal::Ourselves)) => Failure::transient(told).context(why),
        Some(Refusal::Upstream) | None => Failure::outage(told),
        Some(why) => Failure::permanent(Reason::Unsupported, told).context(why),
    }
}

#[cfg(test)]
mod tests;
