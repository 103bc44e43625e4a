//! A plain connection that hides nothing: no redirect is followed, no broken answer repaired.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than any answer takes; a hang fails here and not in the runner.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What came back: the head, the body, and whether the body is as long as the head promised.
pub(super) struct Answer {
    pub head: String,
    pub body: String,
    pub whole: bool,
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(": ").map(|(_, value)| value)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

pub(super) async fn send(url: &str, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
    let host = url.trim_start_matches("http://");
    let headers: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let talk = async {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A reset is an answer too.
        stream.read_to_end(&mut bytes).await.ok();
        String::from_utf8(bytes).unwrap()
    };
    let text = tokio::time::timeout(PATIENCE, talk).await.expect("an answer or an end");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut answer = Answer { head: head.to_owned(), body: body.to_owned(), whole: false };
    let promised = answer.header("content-length").and_then(|size| size.parse().ok());
    answer.whole = promised == Some(body.len());
    answer
}
