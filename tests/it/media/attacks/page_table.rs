//! What a hostile site answers to yt-dlp.
//!
//! `{SITE}` is the site itself, which the operator trusts; `{CANARY}` a port of this machine that nobody listed
//! and `{PORT}` its number; `{FILE}` a file of this machine.

/// One page of the site.
pub(super) struct Page {
    pub(super) what: &'static str,
    pub(super) answer: Vec<u8>,
    /// Why the canary is not reached even where the rules of the way out are gone; nothing where it is.
    pub(super) withstands: Option<&'static str>,
    /// Whether there is a video all the same.
    pub(super) fetches: bool,
}

pub(super) fn page(what: &'static str, answer: impl Into<Vec<u8>>) -> Page {
    Page { what, answer: answer.into(), withstands: None, fetches: false }
}

impl Page {
    fn withstood(self, by: &'static str) -> Self {
        Self { withstands: Some(by), ..self }
    }

    fn fetches(self) -> Self {
        Self { fetches: true, ..self }
    }
}

pub(super) fn body(kind: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n{body}")
}

pub(super) fn html(inside: &str) -> String {
    body("text/html", &format!("<html><head><title>Soup</title></head><body>{inside}</body></html>"))
}

pub(super) fn described(more: &str) -> String {
    let start =
        r#"{"@context":"https://schema.org","@type":"VideoObject","name":"Soup","uploadDate":"2026-05-03""#;
    html(&format!(r#"<script type="application/ld+json">{start},{more}}}</script>"#))
}

fn redirect(code: u16, to: &str) -> String {
    format!("HTTP/1.1 {code} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

pub(super) fn playlist(lines: &str) -> String {
    let start = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n";
    body("application/vnd.apple.mpegurl", &format!("{start}{lines}\n#EXT-X-ENDLIST\n"))
}

fn manifest(sets: &str) -> String {
    let start = r#"<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S"><Period>"#;
    body("application/dash+xml", &format!("{start}{sets}</Period></MPD>"))
}

fn track(kind: &str, codec: &str, base: &str) -> String {
    format!(
        r#"<AdaptationSet mimeType="{kind}/mp4"><Representation id="{kind}" bandwidth="9000" codecs="{codec}" width="64" height="64"><BaseURL>{base}</BaseURL></Representation></AdaptationSet>"#
    )
}

/// Places a site sends its readers to.
pub(super) fn redirects() -> Vec<Page> {
    vec![
        page("another port of this machine", redirect(302, "http://{CANARY}/clip.mp4")),
        page("this machine by its name", redirect(301, "http://localhost:{PORT}/clip.mp4")),
        page("this machine in IPv6", redirect(307, "http://[::1]:{PORT}/clip.mp4")),
        page("this machine as one number", redirect(308, "http://2130706433:{PORT}/clip.mp4")),
        page("the cloud's metadata", redirect(302, "http://169.254.169.254/latest/meta-data/")),
        page("a name that leads back here", redirect(302, "http://rebind.attack.example/clip.mp4")),
        page("two hops", redirect(302, "http://{SITE}/0")),
        page("a header that refreshes", {
            "HTTP/1.1 200 OK\r\nRefresh: 0; url=http://{CANARY}/clip.mp4\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html></html>"
        }),
        page("a file", redirect(302, "file://{FILE}"))
            .withstood("yt-dlp goes on to other addresses of the web alone"),
        page("FTP", redirect(302, "ftp://{CANARY}/clip.mp4"))
            .withstood("yt-dlp goes on to other addresses of the web alone"),
        page("itself for ever", redirect(302, "http://{SITE}/10")).withstood("it leads to itself, and ends"),
    ]
}

/// Pages that embed something.
pub(super) fn embeds() -> Vec<Page> {
    let traversal = r#""name":"../../../../pwned %(title)s $(touch pwned) `touch pwned` ;touch pwned\u0000","contentUrl":"http://{SITE}/clip.mp4""#;
    let giant =
        format!(r#""description":"{}","contentUrl":"http://{{SITE}}/clip.mp4""#, "soup ".repeat(80_000));
    let smuggled = "http://{SITE}/clip.mp4#__youtubedl_smuggle=%7B%22http_headers%22%3A%7B%22Ytdl-request-proxy%22%3A%22http%3A%2F%2F{CANARY}%22%7D%2C%22referer%22%3A%22file%3A%2F%2F{FILE}%22%7D";
    vec![
        // The extractor that reads these is not loaded.
        page("a video here", html(r#"<video src="http://{CANARY}/clip.mp4"></video>"#))
            .withstood("the reader of such pages is not loaded; `walls_off` loads it"),
        page("described as here", described(r#""contentUrl":"http://{CANARY}/clip.mp4""#)),
        page("shared as here", html(r#"<meta property="og:video" content="http://{CANARY}/clip.mp4"/>"#)),
        page("a page that refreshes", {
            html(r#"<meta http-equiv="refresh" content="0; url=http://{CANARY}/clip.mp4">"#)
        }),
        page("a player's set-up", {
            html(r#"<script>jwplayer("x").setup({"file": "http://{CANARY}/clip.mp4"});</script>"#)
        }),
        page("described as a file", described(r#""contentUrl":"file://{FILE}""#))
            .withstood("yt-dlp takes it for no address"),
        page("described as data", described(r#""contentUrl":"data:video/mp4;base64,Q0FOQVJZ""#))
            .withstood("yt-dlp takes it for no address"),
        page("described as a stream", described(r#""contentUrl":"rtmp://{CANARY}/live/x""#))
            .withstood("yt-dlp asks for pages in the ways of the web alone"),
        page("orders behind a number sign", described(&format!(r#""contentUrl":"{smuggled}""#)))
            .withstood("this yt-dlp obeys no such order; others did")
            .fetches(),
        page("a picture here", {
            described(r#""contentUrl":"http://{SITE}/clip.mp4","thumbnailUrl":"http://{CANARY}/a.jpg""#)
        })
        .fetches(),
        page("a title full of orders", described(traversal))
            .withstood("it is about names of files; `walls_off` has them named by the site")
            .fetches(),
        page("a giant text", described(&giant))
            .withstood("it is about what is said of a video, which has its limit"),
        page("a cookie for everybody", {
            described(r#""contentUrl":"http://{SITE}/clip.mp4""#).replace(
                "Connection:",
                "Set-Cookie: a=b; Domain=127.0.0.1\r\nSet-Cookie: c=\"../../pwned\"; Path=/\r\nConnection:",
            )
        })
        .withstood("it is about files; nobody else is asked for anything")
        .fetches(),
    ]
}

/// Lists of parts, each of which may lie anywhere.
pub(super) fn manifests() -> Vec<Page> {
    let part = |url: &str| playlist(&format!("#EXTINF:6,\n{url}"));
    let variant = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000,RESOLUTION=64x64\nhttp://{CANARY}/a.m3u8\n";
    let key = "#EXT-X-KEY:METHOD=AES-128,URI=\"http://{CANARY}/key\"\n#EXTINF:6,\nhttp://{SITE}/clip.mp4";
    let sample = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"http://{CANARY}/key\"\n#EXTINF:6,\nhttp://{CANARY}/a.ts";
    let list = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{FILE}\n#EXT-X-ENDLIST\n";
    vec![
        page("a part here", part("http://{CANARY}/a.ts")),
        page("a part at the cloud's metadata", part("http://[::ffff:169.254.169.254]/a.ts")),
        page("a variant here", body("application/vnd.apple.mpegurl", variant)),
        page("a key here", playlist(key)),
        page("a beginning here", {
            playlist("#EXT-X-MAP:URI=\"http://{CANARY}/init.mp4\"\n#EXTINF:6,\nhttp://{SITE}/clip.mp4")
        }),
        page("a part that is a file", part("file://{FILE}"))
            .withstood("this yt-dlp reads no file as an address unless it is told to"),
        page("a key that is a file", playlist(&key.replace("http://{CANARY}/key", "file://{FILE}")))
            .withstood("this yt-dlp reads no file as an address unless it is told to"),
        page("a lock only ffmpeg opens", playlist(sample))
            .withstood("ffmpeg may open nothing; `walls_off` lets it"),
        page("a list that does not end", part("http://{CANARY}/a.ts").replace("#EXT-X-ENDLIST\n", ""))
            .withstood("live videos are not begun; `walls_off` begins them"),
        page("tracks here", manifest(&track("video", "avc1.42c00a", "http://{CANARY}/v.mp4"))),
        page("tracks that are files", manifest(&track("video", "avc1.42c00a", "file://{FILE}")))
            .withstood("yt-dlp looks for them at the site"),
        page("tracks that are lists of files", {
            let tracks = [
                track("video", "avc1.42c00a", "http://{SITE}/list.mp4"),
                track("audio", "mp4a.40.2", "http://{SITE}/list.mp4"),
            ];
            manifest(&tracks.concat())
        })
        .withstood("they are of this machine; `walls_off` has them read"),
        page("a list of songs here", {
            body(
                "application/xspf+xml",
                r#"<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/" version="1"><trackList><track><location>http://{CANARY}/a.mp4</location></track></trackList></playlist>"#,
            )
        }),
        page("a feed with a file here", {
            body(
                "application/rss+xml",
                r#"<?xml version="1.0"?><rss version="2.0"><channel><title>a</title><item><title>b</title><link>http://{CANARY}/a.mp4</link><enclosure url="http://{CANARY}/a.mp4"/></item></channel></rss>"#,
            )
        }),
        // Served at /list.mp4 as well: a list under the name of a video.
        page("a list under the name of a video", body("video/mp4", list))
            .withstood("it is kept as it is, and the decoder's walls are for it")
            .fetches(),
    ]
}

/// Answers that are not what they say, or too much.
pub(super) fn bodies(bomb: &[u8]) -> Vec<Page> {
    let laughs = (1..10).map(|n| {
        let inside = format!("&l{};", n - 1).repeat(10);
        format!("<!ENTITY l{n} \"{inside}\">")
    });
    let laughs: String = laughs.collect();
    vec![
        page(
            "a length too great",
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9000\r\n\r\nabc",
        ),
        page(
            "a length and chunks",
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\nabc",
        ),
        page("an answer that is none", "SSH-2.0-OpenSSH_9.2\r\n"),
        page("a head without end", format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20))),
        page("a bomb", {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
            [head.as_bytes(), bomb].concat()
        }),
        page("a page that laughs", {
            body(
                "text/xml",
                &format!(
                    r#"<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]><rss><channel><title>&l9;</title></channel></rss>"#
                ),
            )
        }),
        page("a page that reads a file", {
            body(
                "text/xml",
                r#"<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file://{FILE}">]><rss><channel><title>&f;</title></channel></rss>"#,
            )
        }),
        page("a name outside", {
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Disposition: attachment; filename=\"../../../pwned.sh\"\r\nConnection: close\r\n\r\nabc"
        }),
        page(
            "a program",
            described(r#""contentUrl":"http://{SITE}/pwned.desktop","encodingFormat":"desktop""#),
        ),
    ]
}

/// Videos and pages that go on and on.
pub(super) fn floods(bomb: &[u8]) -> Vec<Page> {
    const ENDLESS: usize = 20 << 20;
    let video = |head: &str, piece: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n{head}\r\n");
        [head.as_bytes(), &piece.repeat(ENDLESS / piece.len())].concat()
    };
    let chunk = [b"4000\r\n", &[7; 0x4000][..], b"\r\n"].concat();
    vec![
        page("a video without a length", video("", &[7; 1 << 10])),
        page("a video in chunks without end", video("Transfer-Encoding: chunked\r\n", &chunk)),
        page(
            "a video that claims to be larger than any",
            video("Content-Length: 99999999999\r\n", &[7; 1 << 10]),
        ),
        page("a video that unpacks to gigabytes", {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
            [head.as_bytes(), bomb].concat()
        }),
        page(
            "a list of ten thousand parts",
            playlist(&"#EXTINF:0.01,\nhttp://{SITE}/part.ts\n".repeat(10_000)),
        ),
    ]
}
