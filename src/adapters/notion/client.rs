//! One request to Notion: version, token, budget, limits.
//!
//! Takes a path, a query and a body; gives the answer's JSON. Before each request the budgets of its
//! connection and its workspace are asked, waiting at most [`LONGEST_WAIT`], for a poll not at all. Nothing is repeated in here: the chain repeats
//! whole stages, and every write it makes can be made twice. Except for a refused token: the same request goes
//! out once more with the token that took its place.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};
use url::Url;

use super::landing::{Landing, SETTLES_AFTER};
use super::purses::{self, Limits};
use super::refusal::{Answered, Limit, Trouble, judge};
use crate::adapters::outbound::Outbound;
use crate::domain::backoff::LONGEST_FLOOR;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, Errand, Keys, NewFile, RateBudget};

/// The API version all shapes in this folder are written for (<https://developers.notion.com/reference/versioning>).
pub(super) const VERSION: &str = "2025-09-03";

/// Notion gives up on a request after 60 s; what takes half of that is stuck.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A page of 100 rows with full columns has some hundred kilobytes; eight megabytes are a fault.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// How long one request waits for its budget before the stage is handed back to wait without
/// holding a place in the chain.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What a query of a request holds.
pub(super) type Query<'a> = &'a [(&'a str, &'a str)];

/// What a request carries.
#[derive(Clone, Copy)]
enum Body<'a> {
    Nothing,
    Json(&'a Value),
    /// With the number of its part, where it is one of several.
    File(NewFile<'a>, Option<u64>),
}

impl Body<'_> {
    fn put_into(self, request: RequestBuilder) -> Outcome<RequestBuilder> {
        Ok(match self {
            Self::Nothing => request,
            Self::Json(body) => request.json(body),
            Self::File(file, number) => {
                let part = Part::bytes(file.bytes.to_vec()).file_name(file.name.to_owned());
                let part = part.mime_str(file.mime).map_err(Failure::bug)?;
                let form = Form::new().part("file", part);
                request.multipart(match number {
                    Some(number) => form.text("part_number", number.to_string()),
                    None => form,
                })
            }
        })
    }
}

/// Speaks HTTP with Notion.
pub(super) struct Client {
    http: Outbound,
    base: Url,
    budget: Arc<dyn RateBudget>,
    limits: Limits,
    keys: Option<Arc<dyn Keys>>,
    settles_within: Duration,
}

impl Client {
    /// A client for the API at `base`, which has no `/v1`.
    pub(super) fn new(base: &Url, budget: Arc<dyn RateBudget>) -> Outcome<Self> {
        if base.cannot_be_a_base() {
            return Err(Failure::bug(anyhow::anyhow!("the address of the Notion API has no host")));
        }
        let http = Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?;
        let settles_within = TIMEOUT * SETTLES_AFTER;
        Ok(Self { http, base: base.clone(), budget, limits: Limits::default(), keys: None, settles_within })
    }

    /// The same with other limits.
    pub(super) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with another time limit for one whole request.
    pub(super) fn with_timeout(self, timeout: Duration) -> Outcome<Self> {
        let settles_within = timeout * SETTLES_AFTER;
        Ok(Self { http: Outbound::new(timeout, MAX_ANSWER_BYTES)?, settles_within, ..self })
    }

    /// The same where a request without an answer has landed within this time, or never will.
    pub(super) fn that_settles_within(self, time: Duration) -> Self {
        Self { settles_within: time, ..self }
    }

    /// The same with tokens that are renewed when they are refused.
    pub(super) fn with_keys(self, keys: Arc<dyn Keys>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// Reads something.
    pub(super) async fn get(&self, access: &Access, path: &[&str], query: Query<'_>) -> Answered<Value> {
        self.send(access, Method::GET, path, query, Body::Nothing).await
    }

    /// Creates or asks something.
    pub(super) async fn post(&self, access: &Access, path: &[&str], body: &Value) -> Answered<Value> {
        self.send(access, Method::POST, path, &[], Body::Json(body)).await
    }

    /// Sends a file, or one of its parts by number.
    pub(super) async fn post_file(
        &self,
        access: &Access,
        path: &[&str],
        file: NewFile<'_>,
        part: Option<u64>,
    ) -> Answered<Value> {
        self.send(access, Method::POST, path, &[], Body::File(file, part)).await
    }

    /// Changes something.
    pub(super) async fn patch(&self, access: &Access, path: &[&str], body: &Value) -> Answered<Value> {
        self.send(access, Method::PATCH, path, &[], Body::Json(body)).await
    }

    /// Moves something to the trash.
    pub(super) async fn delete(&self, access: &Access, path: &[&str]) -> Answered<Value> {
        self.send(access, Method::DELETE, path, &[], Body::Nothing).await
    }

    /// Follows the cursor of a list, at most `max_pages` answers far.
    pub(super) async fn list(
        &self,
        access: &Access,
        path: &[&str],
        query: Query<'_>,
        max_pages: usize,
    ) -> Answered<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..max_pages {
            let mut query = [query, &[("page_size", "100")]].concat();
            query.extend(cursor.as_deref().map(|cursor| ("start_cursor", cursor)));
            let mut answer = self.get(access, path, &query).await?;
            items.append(&mut results(&mut answer)?);
            cursor = next_cursor(&answer);
            if cursor.is_none() {
                return Ok(items);
            }
        }
        warn!(max_pages, "a list in notion is longer than is read");
        Ok(items)
    }

    /// Sends a request; once more with another token where the first one is refused.
    async fn send(
        &self,
        access: &Access,
        method: Method,
        path: &[&str],
        query: Query<'_>,
        body: Body<'_>,
    ) -> Answered<Value> {
        let token = self.keys.as_ref().map_or_else(|| access.token.clone(), |keys| keys.current(access));
        let answered = self.send_with(&token, access, &method, path, query, body).await;
        match (answered, &self.keys) {
            (Err(trouble), Some(keys)) if trouble.is_unauthorized() => {
                match keys.renew(access.connection, &token).await? {
                    Some(renewed) => self.send_with(&renewed, access, &method, path, query, body).await,
                    None => Err(self.given_up(&**keys, &token, access, path, trouble).await?),
                }
            }
            (answered, _) => answered,
        }
    }

    /// A token that is never renewed is given up only when Notion does not even say whose it is: one endpoint
    /// alone may err.
    async fn given_up(
        &self,
        keys: &dyn Keys,
        token: &SecretString,
        access: &Access,
        path: &[&str],
        trouble: Trouble,
    ) -> Answered<Trouble> {
        const WHO: [&str; 2] = ["users", "me"];
        if path != WHO {
            match self.send_with(token, access, &Method::GET, &WHO, &[], Body::Nothing).await {
                Err(refused) if refused.is_unauthorized() => {}
                answered => {
                    answered?;
                    let cause =
                        anyhow::anyhow!("notion refuses a token in one place that it takes in another");
                    return Err(Failure::transient(cause).into());
                }
            }
        }
        keys.give_up(access.connection, token).await?;
        Ok(trouble)
    }

    /// Waits until the tokens being bought are kept.
    pub(super) async fn settle(&self) {
        if let Some(keys) = &self.keys {
            keys.settle().await;
        }
    }

    async fn send_with(
        &self,
        token: &SecretString,
        access: &Access,
        method: &Method,
        path: &[&str],
        query: Query<'_>,
        body: Body<'_>,
    ) -> Answered<Value> {
        self.wait_for_budget(access).await?;
        let mut request = self
            .http
            .client()
            .request(method.clone(), address(&self.base, path)?)
            .bearer_auth(token.expose_secret())
            .header("Notion-Version", VERSION);
        if !query.is_empty() {
            request = request.query(query);
        }
        request = body.put_into(request)?;
        // Behind the budget, whose waiting a lease may not survive.
        if let Some(fence) = &access.fence {
            fence.pass().await?;
        }
        if access.leaves_by.is_some_and(|time| Instant::now() > time) {
            return Err(too_late(Duration::ZERO).into());
        }
        let landing = Landing::of(method, path, self.settles_within);
        let reply = self.http.send(request).await.map_err(|failure| landing.unanswered(failure))?;
        // The kind of thing asked for, without its id.
        debug!(%method, of = path.first().copied(), status = reply.status.as_u16(), "notion answered");
        if reply.status.is_success() {
            return Ok(reply.json()?);
        }
        let trouble = judge(&reply, SystemTime::now());
        if let Some((limit, pause)) = trouble.asks_to_wait() {
            self.close_budget(access, limit, pause).await;
        }
        Err(landing.refused(reply.status, trouble))
    }

    /// Waits until the budgets let one request through. A budget that cannot be asked lets it through
    /// too: Notion counts for itself, and a lost Redis must not stop every row.
    async fn wait_for_budget(&self, access: &Access) -> Outcome<()> {
        let waits = access.errand != Errand::Poll && !access.at_once;
        let patience = if waits { LONGEST_WAIT } else { Duration::ZERO };
        let deadline = Instant::now() + patience;
        let deadline = access.leaves_by.map_or(deadline, |time| time.min(deadline));
        let draws = self.limits.draws(access);
        loop {
            match self.budget.take(&draws).await {
                Ok(None) => return Ok(()),
                Ok(Some(pause)) if Instant::now() + pause <= deadline => sleep(pause).await,
                Ok(Some(pause)) => {
                    let cause = anyhow::anyhow!("the budget of requests to notion is spent");
                    return Err(Failure::wait(Some(pause), cause));
                }
                Err(failure) => {
                    warn!(%failure, "cannot ask the request budget, going on without it");
                    return Ok(());
                }
            }
        }
    }

    /// Closes what Notion said is spent: other connections of the workspace go on unless it is the workspace's.
    async fn close_budget(&self, access: &Access, limit: Limit, pause: Duration) {
        let of_workspace = purses::of_workspace(access).filter(|_| limit == Limit::Workspace);
        let key = of_workspace.unwrap_or_else(|| purses::of_connection(access));
        if let Err(failure) = self.budget.close_for(&key, pause.min(LONGEST_FLOOR)).await {
            warn!(%failure, "cannot tell the request budget that notion asks to wait");
        }
    }
}

/// What a request was decided on is old by now.
fn too_late(pause: Duration) -> Failure {
    Failure::wait(Some(pause), anyhow::anyhow!("a request to notion would leave too late"))
}

/// The address of something of the API at `base`, which has no `/v1`.
pub(super) fn address(base: &Url, path: &[&str]) -> Outcome<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Failure::bug(anyhow::anyhow!("the address of the Notion API has no host")))?
        .pop_if_empty()
        .push("v1")
        .extend(path);
    Ok(url)
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Takes the items out of a list answer. Something else is no empty list: a section that stands on the page
/// would be taken for missing, and written twice.
pub(super) fn results(answer: &mut Value) -> Outcome<Vec<Value>> {
    match answer.get_mut("results").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(Failure::outage(anyhow::anyhow!("notion's answer is not the list asked for"))),
    }
}

/// Where a list goes on, if it does.
pub(super) fn next_cursor(answer: &Value) -> Option<String> {
    let more = answer.get("has_more").and_then(Value::as_bool).unwrap_or(false);
    answer.get("next_cursor").and_then(Value::as_str).filter(|_| more).map(ToOwned::to_owned)
}
