//! `GET /live`: tells an open window what changes, as server-sent events.
//!
//! An event is `change` with `{"id", "kind"}`; a window that missed some gets `kind: missed` and looks for itself.
//! Ends when the window closes or the sandbox does; answers 503 when too many windows listen.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, Responder};
use futures_util::stream;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::problem;
use crate::sandbox::Sandbox;
use crate::sandbox::notion::Change;

/// Silence after which a comment is sent: it finds out that a window is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The first words: how long a window waits, in milliseconds, before it comes back after a break.
const HELLO: &str = "retry: 1500\n: the sandbox is listening\n\n";

struct Listener {
    changes: Receiver<Change>,
    heartbeat: Interval,
    closing: CancellationToken,
    greeted: bool,
    _seat: OwnedSemaphorePermit,
}

/// `GET /live`.
pub(super) async fn live(sandbox: Data<Sandbox>) -> impl Responder {
    let Ok(seat) = sandbox.listeners.clone().try_acquire_owned() else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many windows",
            "Close some windows of this sandbox.",
        );
    };
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.reset();
    let listener = Listener {
        changes: sandbox.notion.subscribe(),
        heartbeat,
        closing: sandbox.closing.clone(),
        greeted: false,
        _seat: seat,
    };
    let events = stream::unfold(listener, |mut listener| async {
        let words = listener.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(words)), listener))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(events)
}

impl Listener {
    async fn next(&mut self) -> Option<String> {
        if !self.greeted {
            self.greeted = true;
            return Some(HELLO.to_owned());
        }
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            change = self.changes.recv() => match change {
                Ok(change) => Some(event(&json!({"id": change.id, "kind": change.kind}))),
                Err(RecvError::Lagged(_)) => Some(event(&json!({"id": null, "kind": "missed"}))),
                Err(RecvError::Closed) => None,
            },
            _ = self.heartbeat.tick() => Some(": still here\n\n".to_owned()),
        }
    }
}

fn event(data: &serde_json::Value) -> String {
    format!("event: change\ndata: {data}\n\n")
}
