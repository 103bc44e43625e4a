//! The sample: a short clip of our own making, and the page it is watched on.
//!
//! The page describes its video the way video sites do (schema.org `VideoObject` as JSON-LD), so that
//! the downloader finds caption, author and date where it finds them out there.

use actix_web::http::header::ContentType;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::Sandbox;

/// The clip: sixteen seconds that speak and show a recipe. `scripts/make_clips.sh` makes it.
const CLIP: &[u8] = include_bytes!("../../assets/sample.mp4");

/// What the clip is called, says and shows.
const SHEET: &str = include_str!("../../assets/sample.json");

/// The clip's name in the folder of clips.
const STEM: &str = "sample.mp4";

/// Where the sample is watched.
pub(super) const PATH: &str = "/watch/sample";

#[derive(Deserialize)]
struct Sheet {
    title: String,
    author: String,
    caption: String,
    published: String,
    seconds: u32,
}

impl Sandbox {
    /// Adds the sample's row; `here` is where this sandbox is served.
    pub async fn add_sample(&mut self, here: &Url) -> anyhow::Result<Uuid> {
        self.sample = Some(self.clips.add_bytes(STEM, CLIP).await.context("the sample clip cannot be kept")?);
        let link = here.join(PATH)?;
        Ok(self.notion.add_row(self.data_source, &json!({ "Link": link.as_str() }))?)
    }
}

/// `GET /watch/sample`.
pub(super) async fn watch(sandbox: Data<Sandbox>, request: HttpRequest) -> actix_web::Result<HttpResponse> {
    let (Some(clip), Ok(sheet)) = (&sandbox.sample, serde_json::from_str::<Sheet>(SHEET)) else {
        return Ok(HttpResponse::NotFound().finish());
    };
    let host = request.app_config().local_addr();
    let described = json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": sheet.title,
        "description": sheet.caption,
        "author": { "@type": "Person", "name": sheet.author },
        "uploadDate": sheet.published,
        "duration": format!("PT{}S", sheet.seconds),
        "contentUrl": sandbox.clips.url(&format!("http://{host}"), clip),
    });
    // `<` would end the script element; JSON can spell it otherwise.
    let described = described.to_string().replace('<', "\\u003c");
    let title = &sheet.title;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <script type=\"application/ld+json\">{described}</script><h1>{title}</h1>\
         <video controls width=\"360\" src=\"/clips/{clip}\"></video></html>"
    );
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page))
}
