//! Faults and limits as a client meets them, over a plain connection that hides nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::wire::{self, Answer, PATIENCE};
use crate::sandbox::notion::{EmulatedNotion, Fault, RateLimit, RunningNotion};

async fn send(running: &RunningNotion, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let bearer = format!("authorization: Bearer {token}");
    let headers = [bearer.as_str(), "notion-version: 2025-09-03", "content-type: application/json"];
    wire::send(&running.url, method, path, &headers, &body.to_string()).await
}

async fn me(running: &RunningNotion, token: &str) -> Answer {
    send(running, token, "GET", "/v1/users/me", &json!({})).await
}

#[tokio::test]
async fn a_refusal_has_notions_shape() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let answer = me(&running, "ntn_wrong").await;
    let body = answer.json();
    assert_eq!(answer.status(), 401);
    for (field, value) in
        [("object", "error"), ("code", "unauthorized"), ("message", "API token is invalid.")]
    {
        assert_eq!(body.get(field), Some(&json!(value)));
    }
    assert_eq!(body.get("status"), Some(&json!(401)));
    assert_eq!(body.get("request_id").and_then(Value::as_str), answer.header("x-notion-request-id"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn switched_faults_hit_the_next_requests_that_fit_and_no_more() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let token = notion.token();
    for (fault, status, code, retry_after) in [
        (Fault::RateLimited(7), 429, "rate_limited", Some("7")),
        (Fault::WorkspaceLimited(90), 429, "rate_limited", Some("90")),
        (Fault::Overloaded(3), 529, "service_overload", Some("3")),
        (Fault::InternalError, 500, "internal_server_error", None),
        (Fault::Unavailable, 503, "service_unavailable", None),
        (Fault::Conflict, 409, "conflict_error", None),
        (Fault::Unauthorized, 401, "unauthorized", None),
    ] {
        notion.fail_next(1, "PATCH", "/v1", Fault::Reset);
        notion.fail_next(1, "GET", "/v1/users", fault);
        let answer = me(&running, &token).await;
        assert_eq!((answer.status(), answer.header("retry-after")), (status, retry_after));
        assert_eq!(answer.json().get("code"), Some(&json!(code)));
        assert_eq!(me(&running, &token).await.status(), 200, "the switch is used up");
        notion.clear_faults();
    }
    assert_eq!(notion.count("GET", "/v1/users/me"), 14);
    assert_eq!(notion.counters().by_status.get(&429), Some(&2));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_can_be_lost_cut_or_never_come_while_the_effect_stays() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let ids = notion.create_database("Videos", &json!({"Name": {"title": {}}})).unwrap();
    let row = json!({"parent": {"data_source_id": ids.data_source}});
    let create = async || send(&running, &notion.token(), "POST", "/v1/pages", &row).await;

    notion.fail_next(1, "POST", "/v1/pages", Fault::AnswerLost(504));
    assert_eq!(create().await.status(), 504);
    assert_eq!(notion.rows(ids.data_source).len(), 1, "the page was made");

    notion.fail_next(1, "POST", "/v1/pages", Fault::CutBody);
    let cut = create().await;
    assert_eq!((cut.status(), cut.whole, cut.body.is_empty()), (200, false, false));
    assert_eq!(notion.rows(ids.data_source).len(), 2, "the page was made");

    notion.fail_next(1, "POST", "/v1/pages", Fault::Reset);
    assert_eq!(create().await.head, "", "the connection ends without a word");
    assert_eq!(notion.rows(ids.data_source).len(), 2, "nothing was made");
    assert_eq!(notion.requests().last().map(|exchange| exchange.status), Some(0));

    notion.fail_next(1, "POST", "/v1/pages", Fault::AnswerLate(Duration::from_millis(20)));
    assert!(create().await.whole);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_stalled_request_does_not_hold_up_the_stop() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    notion.fail_next(1, "GET", "/v1", Fault::Stall(Duration::from_hours(1)));
    let host = running.url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let request = format!("GET /v1/users/me HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::timeout(PATIENCE, running.stop()).await.expect("stops in time").unwrap();
    assert!(TcpStream::connect(&host).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_budget_is_per_connection_and_returns_with_the_next_window() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let other = notion.connect("Elsewhere");
    notion.set_rate_limit(Some(RateLimit { budget: 2, window: TimeDelta::seconds(60) }));
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(me(&running, &notion.token()).await.status());
    }
    assert_eq!(seen, [200, 200, 429]);
    assert_eq!(me(&running, &other.token).await.status(), 200, "another connection has its own");
    let wait: i64 = me(&running, &notion.token()).await.header("retry-after").unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "{wait}");
    notion.advance_clock(TimeDelta::seconds(wait));
    assert_eq!(me(&running, &notion.token()).await.status(), 200);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_workspaces_budget_is_shared_by_its_connections_and_a_refusal_takes_nothing() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let (one, elsewhere) = (notion.connection(), notion.connect("Elsewhere"));
    let other = notion.connect_beside(&one, "Other");
    notion.set_rate_limit(Some(RateLimit { budget: 2, window: TimeDelta::seconds(60) }));
    notion.set_workspace_rate_limit(Some(RateLimit { budget: 3, window: TimeDelta::seconds(90) }));
    let mut seen = Vec::new();
    for token in [&one.token, &one.token, &one.token, &other.token, &other.token, &elsewhere.token] {
        let answer = me(&running, token).await;
        let reason = answer.json().pointer("/additional_data/rate_limit_reason").cloned();
        seen.push((answer.status(), reason));
    }
    let refused = |by: &str| (429, Some(json!(by)));
    let allowed = (200, None);
    let expected = [
        allowed.clone(),
        allowed.clone(),
        refused("connection"),
        allowed.clone(),
        refused("workspace"),
        allowed.clone(),
    ];
    assert_eq!(seen, expected);
    let wait: i64 = me(&running, &other.token).await.header("retry-after").unwrap().parse().unwrap();
    assert!(wait > 60, "{wait}: longer than a connection's window");
    notion.advance_clock(TimeDelta::seconds(wait));
    for status in [200, 200, 429] {
        assert_eq!(me(&running, &other.token).await.status(), status, "its own budget was left untouched");
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_test_waits_for_what_it_wants_to_see() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let ids = notion.create_database("Videos", &json!({"Name": {"title": {}}})).unwrap();
    let token = notion.token();
    let row = json!({"parent": {"data_source_id": ids.data_source}});
    let seen = notion.until(|notion| notion.rows(ids.data_source).first().cloned());
    let creating = send(&running, &token, "POST", "/v1/pages", &row);
    let (seen, made) = tokio::join!(tokio::time::timeout(PATIENCE, seen), creating);
    assert_eq!(seen.expect("the row is seen").get("id"), made.json().get("id"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_notion_that_was_stopped_serves_again_with_what_it_knew() {
    let notion = EmulatedNotion::new();
    notion.add_page("Home").unwrap();
    notion.serve_on_free_port().unwrap().stop().await.unwrap();
    let running = notion.serve_on_free_port().unwrap();
    let found = send(&running, &notion.token(), "POST", "/v1/search", &json!({"query": "home"})).await;
    assert_eq!(found.json().get("results").and_then(Value::as_array).map(Vec::len), Some(1));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_dropped_server_is_gone() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let host = running.url.trim_start_matches("http://").to_owned();
    drop(running);
    let gone = async { while TcpStream::connect(&host).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("the port is free again");
}
