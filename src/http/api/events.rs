//! Server-sent events: how the signed-in user's entries move, as it happens.
//!
//! Events named `entry` carry one entry's state, `resync` says that some are missing. Comments keep the line
//! open; browsers come back by themselves and are told the present state first.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpRequest, HttpResponse};
use futures_util::stream;

use super::super::problem::{Problem, answered};
use super::super::visitor::Visitor;
use super::Route;
use crate::messages::{Doors, Feed, News, WatchEntries};

/// Proxies close lines on which nothing is said for half a minute or more.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long browsers wait before they come back, in milliseconds.
const COME_BACK_MS: u32 = 3_000;

/// What a browser that comes back sends (HTML Standard, server-sent events).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The routes of this file.
pub(super) const ROUTES: &[Route] =
    &[Route { method: Method::GET, path: "/api/events", handler: || web::to(events) }];

/// How the signed-in user's entries move, as server-sent events.
#[utoipa::path(
    get, path = "/api/events", tag = "entries",
    params(("Last-Event-ID" = Option<String>, Header, description = "Sent by browsers that come back")),
    responses(
        (status = 200, description = "Events `entry` and `resync`", content_type = "text/event-stream", body = String),
        (status = 503, description = "Too many are watching", body = Problem),
    )
)]
pub(super) async fn events(
    Visitor(user): Visitor,
    request: HttpRequest,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let last = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let since = last.and_then(|id| id.parse::<i64>().ok()).filter(|since| *since >= 0);
    let feed = answered(doors.watch_entries.send(WatchEntries { user, since }).await)?;
    let lines = stream::unfold(Some((feed, true)), |state| async {
        let (mut feed, is_first) = state?;
        let line = if is_first { Some(format!("retry: {COME_BACK_MS}\n\n")) } else { next(&mut feed).await };
        line.map(|line| (Ok::<_, Error>(Bytes::from(line)), Some((feed, false))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Some proxies gather an answer before they pass it on.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(lines))
}

/// The next event, or a comment where nothing happens.
async fn next(feed: &mut Feed) -> Option<String> {
    match tokio::time::timeout(HEARTBEAT, feed.next()).await {
        Ok(news) => Some(event(&news?)),
        Err(_) => Some(":\n\n".to_owned()),
    }
}

/// JSON has no line breaks of its own, so an event is one line of data.
fn event(news: &News) -> String {
    let News::Entry(entry) = news else { return "event: resync\ndata: {}\n\n".to_owned() };
    match serde_json::to_string(entry) {
        Ok(data) => {
            format!("id: {}\nevent: entry\ndata: {data}\n\n", entry.updated_at.timestamp_millis())
        }
        Err(error) => {
            tracing::error!(%error, "an event cannot be written");
            "event: resync\ndata: {}\n\n".to_owned()
        }
    }
}
