//! The heads of requests and answers (RFC 9112), as far as a proxy has to understand them.
//!
//! Takes bytes off a connection; gives where a client wants to go and the head that is sent on. Fails on
//! whatever is not plain: two parsers that differ about a request are how proxies are got around.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httparse::{EMPTY_HEADER, Header, Status};
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncReadExt};
use url::Url;

use crate::domain::egress::{Place, Spelling};

/// Longest head taken, in bytes; browsers send a few thousand, cookies of some sites fill 16 KiB.
const HEAD_BYTES: usize = 64 << 10;

/// Longest answer to CONNECT, in bytes; proxies say little.
const SHORT_HEAD_BYTES: usize = 8 << 10;

/// Most header lines of a head.
const HEADER_LINES: usize = 128;

/// Headers that concern one connection alone (RFC 9110, 7.6.1), and those for the proxy.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
];

/// A head, and what came behind it in the same breath.
#[derive(Debug)]
pub(super) struct Head {
    bytes: Vec<u8>,
    pub(super) rest: Vec<u8>,
}

/// What a client asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// Where it wants to go, or why nobody goes there.
    pub(super) place: Result<Place, Spelling>,
    pub(super) wish: Wish,
    authorization: Option<Vec<u8>>,
}

/// What it wants there.
#[derive(Debug)]
pub(super) enum Wish {
    /// Bytes both ways.
    Tunnel,
    /// One request in plain text: the head as the server gets it, and how long its body is.
    Plain { head: Vec<u8>, body: u64 },
}

/// A head no sane client sends.
#[derive(Debug, thiserror::Error)]
#[error("the head of the request cannot be understood: {0}")]
pub(super) struct Unclear(&'static str);

impl Head {
    /// Reads up to the empty line; nothing when the other side ends first.
    pub(super) async fn read(
        from: &mut (impl AsyncRead + Unpin),
        before: Vec<u8>,
    ) -> io::Result<Option<Self>> {
        let mut bytes = before;
        loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = bytes.split_off(end + 4);
                return Ok(Some(Self { bytes, rest }));
            }
            if bytes.len() > HEAD_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the head is too long"));
            }
            if from.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads a head byte by byte: what follows it belongs to somebody else. For short answers.
    pub(super) async fn read_exactly(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if bytes.len() > SHORT_HEAD_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the head is too long"));
            }
            bytes.push(from.read_u8().await?);
        }
        Ok(Self { bytes, rest: Vec::new() })
    }

    /// Understands a request to a proxy.
    pub(super) fn request(&self) -> Result<Asked, Unclear> {
        let mut headers = [EMPTY_HEADER; HEADER_LINES];
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request.parse(&self.bytes).map_err(|_| Unclear("it is no HTTP"))?;
        let (Status::Complete(_), Some(method), Some(target)) = (parsed, request.method, request.path) else {
            return Err(Unclear("it is not complete"));
        };
        let authorization = one(request.headers, "proxy-authorization")?.map(<[u8]>::to_vec);
        if method == "CONNECT" {
            return Ok(Asked { place: Place::parse(target), wish: Wish::Tunnel, authorization });
        }
        let (place, path) = absolute(target)?;
        let head = sent_on(&format!("{method} {path} HTTP/1.1"), &host_of(target), request.headers);
        let body = body_length(request.headers)?;
        Ok(Asked { place, wish: Wish::Plain { head, body }, authorization })
    }

    /// The status of an answer, and its head with the word that the connection ends behind it.
    pub(super) fn answer(&self) -> Result<(u16, Vec<u8>), Unclear> {
        let mut headers = [EMPTY_HEADER; HEADER_LINES];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = answer.parse(&self.bytes).map_err(|_| Unclear("it is no HTTP"))?;
        let (Status::Complete(_), Some(code)) = (parsed, answer.code) else {
            return Err(Unclear("it is not complete"));
        };
        let reason = answer.reason.unwrap_or_default();
        Ok((code, sent_on(&format!("HTTP/1.1 {code} {reason}"), "", answer.headers)))
    }
}

impl Asked {
    /// Whether the client knows the job's secret.
    pub(super) fn knows(&self, credentials: &str) -> bool {
        let expected = basic(credentials);
        self.authorization.as_ref().is_some_and(|given| given.ct_eq(expected.as_bytes()).into())
    }
}

/// The value of an authorization header for `name:password`.
pub(super) fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

/// Splits `http://host:port/path`. Its authority is cut out as it stands: a parser that normalises it
/// would hide an odd spelling.
fn absolute(target: &str) -> Result<(Result<Place, Spelling>, String), Unclear> {
    let scheme = target.get(..7).ok_or(Unclear("it names no place"))?;
    if !scheme.eq_ignore_ascii_case("http://") {
        return Err(Unclear("only http goes through here in plain text"));
    }
    let authority = host_of(target);
    let with_port = match authority.rsplit_once(':') {
        Some((_, port)) if !port.is_empty() && !port.ends_with(']') => authority.clone(),
        Some((host, "")) => format!("{host}:80"),
        _ => format!("{authority}:80"),
    };
    let path = target.get(7 + authority.len()..).unwrap_or_default();
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok((Place::parse(&with_port), path))
}

/// The authority of an absolute target, as written.
fn host_of(target: &str) -> String {
    let rest = target.get(7..).unwrap_or_default();
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

/// A head without what concerned the last connection; a request gets the host its target names.
fn sent_on(first_line: &str, host: &str, headers: &[Header<'_>]) -> Vec<u8> {
    let named = named_by_connection(headers);
    let mut head = format!("{first_line}\r\n").into_bytes();
    if !host.is_empty() {
        head.extend_from_slice(format!("Host: {host}\r\n").as_bytes());
    }
    for header in headers {
        let name = header.name.to_ascii_lowercase();
        let is_host = !host.is_empty() && name == "host";
        if is_host || HOP_BY_HOP.contains(&name.as_str()) || named.contains(&name) {
            continue;
        }
        head.extend_from_slice(header.name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(header.value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    head
}

/// The headers that the connection's own header names.
fn named_by_connection(headers: &[Header<'_>]) -> Vec<String> {
    let lines = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("connection"));
    let all: Vec<_> =
        lines.map(|header| String::from_utf8_lossy(header.value).to_ascii_lowercase()).collect();
    all.iter().flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect()
}

/// How many bytes of body follow a request.
fn body_length(headers: &[Header<'_>]) -> Result<u64, Unclear> {
    if one(headers, "transfer-encoding")?.is_some() {
        return Err(Unclear("a body in chunks is not sent on"));
    }
    let Some(length) = one(headers, "content-length")? else { return Ok(0) };
    let digits =
        std::str::from_utf8(length).ok().filter(|text| text.bytes().all(|sign| sign.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or(Unclear("its length is no number"))
}

/// The value of a header that may stand there once.
fn one<'a>(headers: &[Header<'a>], name: &str) -> Result<Option<&'a [u8]>, Unclear> {
    let mut found = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let first = found.next().map(|header| header.value);
    if found.next().is_some() {
        return Err(Unclear("a header stands there twice"));
    }
    Ok(first)
}

/// A proxy's own address, in the form its clients take.
pub(super) fn proxy_url(port: u16, credentials: &str) -> String {
    format!("http://{credentials}@127.0.0.1:{port}")
}

/// User and password of a proxy's address, as they are sent.
pub(super) fn credentials_of(proxy: &Url) -> Option<String> {
    if proxy.username().is_empty() && proxy.password().is_none() {
        return None;
    }
    let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some(format!("{}:{}", plain(proxy.username()), plain(proxy.password().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn asked(text: &str) -> Result<Asked, Unclear> {
        Head { bytes: text.as_bytes().to_vec(), rest: Vec::new() }.request()
    }

    #[test]
    fn a_plain_request_is_sent_on_with_the_host_of_its_target_and_without_our_secret() {
        let asked = asked(
            "POST http://A.example/x?y#z HTTP/1.1\r\nHost: 127.0.0.1\r\nProxy-Authorization: Basic am9iOng=\r\n\
             X-Own: 1\r\nX-Hop: 2\r\nConnection: keep-alive, X-Hop\r\nContent-Length: 3\r\n\r\n",
        )
        .unwrap();
        assert_eq!(asked.place.as_ref().unwrap().to_string(), "a.example:80");
        assert!(asked.knows("job:x") && !asked.knows("job:y"));
        let Wish::Plain { head, body } = asked.wish else { unreachable!() };
        assert_eq!(body, 3);
        assert_eq!(
            String::from_utf8(head).unwrap(),
            "POST /x?y HTTP/1.1\r\nHost: A.example\r\nX-Own: 1\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
        );
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_not_sent_on() {
        for text in [
            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET ftp://a.example/ HTTP/1.1\r\n\r\n",
            "GET https://a.example/ HTTP/1.1\r\n\r\n",
            "GET file:///etc/passwd HTTP/1.1\r\n\r\n",
            "GET  http://a.example/ HTTP/1.1\r\n\r\n",
            "POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST http://a.example/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
            "POST http://a.example/ HTTP/1.1\r\nContent-Length: +3\r\n\r\n",
            "GET http://a.example/ HTTP/1.1\r\nContent-Length : 3\r\n\r\n",
            "\x16\x03\x01\r\n\r\n",
        ] {
            assert!(asked(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_answer_says_that_the_connection_ends_behind_it() {
        let text =
            "HTTP/1.1 206 Partial Content\r\nConnection: keep-alive\r\nKeep-Alive: 5\r\nETag: \"a\"\r\n\r\n";
        let (code, head) = Head { bytes: text.as_bytes().to_vec(), rest: Vec::new() }.answer().unwrap();
        assert_eq!(code, 206);
        let expected = "HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nConnection: close\r\n\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), expected);
    }

    #[test]
    fn the_password_of_a_proxy_is_sent_without_escapes() {
        let proxy = Url::parse("http://me:p%40ss+%3D@proxy.example:3128").unwrap();
        assert_eq!(credentials_of(&proxy).as_deref(), Some("me:p@ss+="));
        assert_eq!(credentials_of(&Url::parse("http://proxy.example").unwrap()), None);
    }
}
