//! A small video site on this machine, with the moods of a real one.

use std::path::Path;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::stream;
use serde_json::json;
use tokio::sync::mpsc;

/// Runs until dropped.
pub(super) struct Site {
    pub(super) authority: String,
    pub(super) requests: mpsc::UnboundedReceiver<String>,
    handle: ServerHandle,
}

impl Site {
    /// Serves the files of the folder below `/files`, and the moods beside it.
    pub(super) fn start(files: &Path) -> Self {
        let (tell, requests) = mpsc::unbounded_channel();
        let files = files.to_owned();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::new(tell.clone()))
                .route("/endless.mp4", web::get().to(endless))
                .route("/stuck.mp4", web::get().to(stuck))
                .route("/busy.mp4", web::get().to(HttpResponse::TooManyRequests))
                .route("/broken.mp4", web::get().to(HttpResponse::BadGateway))
                .route("/forbidden.mp4", web::get().to(HttpResponse::Forbidden))
                .route("/gone.mp4", web::get().to(HttpResponse::Gone))
                .route("/page", web::get().to(page))
                .route("/subtitled/{tracks}", web::get().to(subtitled))
                .route("/post/{length}", web::get().to(post))
                .service(actix_files::Files::new("/files", &files))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .bind("127.0.0.1:0")
        .unwrap();
        let authority = server.addrs()[0].to_string();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { authority, requests, handle }
    }

    pub(super) fn link(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The stop request is sent at once; nobody needs to wait for its end.
        drop(self.handle.stop(false));
    }
}

/// Bytes without end and without a length.
async fn endless() -> HttpResponse {
    let chunks = stream::repeat_with(|| Ok::<_, actix_web::Error>(Bytes::from_static(&[0; 16_384])));
    HttpResponse::Ok().content_type("video/mp4").streaming(chunks)
}

/// A few bytes, then silence. Tells when somebody waits.
async fn stuck(tell: Data<mpsc::UnboundedSender<String>>) -> HttpResponse {
    tell.send("/stuck.mp4".to_owned()).unwrap();
    let chunks = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, actix_web::Error>(Bytes::from_static(b"x")), ()))
    });
    HttpResponse::Ok().content_type("video/mp4").streaming(chunks)
}

/// A page whose player has subtitles, each track as `language=file`, joined by commas.
async fn subtitled(tracks: web::Path<String>) -> HttpResponse {
    let track = |track: &str| {
        let (language, file) = track.split_once('=').unwrap();
        format!("p.addRemoteTextTrack({{'srclang': '{language}', 'src': '/files/{file}'}}, false);")
    };
    let tracks: String = tracks.split(',').map(track).collect();
    let player = "var p = videojs('v'); p.src([{'src': '/files/clip.mp4', 'type': 'video/mp4'}]);";
    let page = format!("<html><body><script>{player}{tracks}</script></body></html>");
    HttpResponse::Ok().content_type("text/html").body(page)
}

async fn page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html").body("<html><body>Nothing to see</body></html>")
}

/// A page that describes its video as search engines want it; its path ends with the video's length, its query may
/// name the preview image.
async fn post(length: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let host = format!("http://{}", request.connection_info().host());
    let thumbnail = request.query_string().replace("%2F", "/");
    let thumbnail = thumbnail.strip_prefix("thumbnail=");
    let described = json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "One-pot pasta",
        "description": "Ready in nine minutes",
        "uploadDate": "2026-05-03",
        "duration": length.as_str(),
        "contentUrl": format!("{host}/files/clip.mp4"),
        "author": "Kitchen",
        "thumbnailUrl": thumbnail.map(|path| format!("{host}{path}")),
    });
    let page = format!(r#"<html><script type="application/ld+json">{described}</script></html>"#);
    HttpResponse::Ok().content_type("text/html").body(page)
}
