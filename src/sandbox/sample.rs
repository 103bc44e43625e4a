//! Three short clips of our own making, the sample first, and the pages they are watched on.
//!
//! A page describes its video the way video sites do (schema.org `VideoObject` as JSON-LD), so that
//! the downloader finds caption, author and date where it finds them out there.

use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::Sandbox;

/// A clip; `scripts/make_clips.sh` makes it.
struct Clip {
    /// Its name on its page's address.
    name: &'static str,
    /// What stands in the file.
    bytes: &'static [u8],
    /// What it is called, says and shows.
    sheet: &'static str,
}

/// The sample, sixteen seconds that speak and show a recipe; then one that only speaks, of a place, and one that only
/// shows, a workout.
const CLIPS: [Clip; 3] = [
    Clip {
        name: "sample",
        bytes: include_bytes!("../../assets/sample.mp4"),
        sheet: include_str!("../../assets/sample.json"),
    },
    Clip {
        name: "lisbon",
        bytes: include_bytes!("../../assets/speech_only.mp4"),
        sheet: include_str!("../../assets/speech_only.json"),
    },
    Clip {
        name: "stretch",
        bytes: include_bytes!("../../assets/silent.mp4"),
        sheet: include_str!("../../assets/silent.json"),
    },
];

/// Where clips are watched.
pub(super) const PATH: &str = "/watch/{clip}";

#[derive(Deserialize)]
struct Sheet {
    title: String,
    author: String,
    caption: String,
    published: Option<String>,
    seconds: u32,
}

impl Sandbox {
    /// Saves a link as its user would.
    pub fn save(&self, link: &Url) -> anyhow::Result<Uuid> {
        Ok(self.notion.add_row(self.data_source, &json!({ "Link": link.as_str() }))?)
    }

    /// Keeps the clips; gives the addresses of their pages, the sample's first. `here` is where this sandbox is served.
    pub async fn add_clips(&mut self, here: &Url) -> anyhow::Result<Vec<Url>> {
        let mut links = Vec::new();
        for clip in &CLIPS {
            let kept = self.clips.add_bytes(&format!("{}.mp4", clip.name), clip.bytes).await;
            self.shown.insert(clip.name, kept.context("a clip cannot be kept")?);
            links.push(here.join(&PATH.replace("{clip}", clip.name))?);
        }
        Ok(links)
    }
}

/// `GET /watch/{clip}`.
pub(super) async fn watch(
    sandbox: Data<Sandbox>,
    name: Path<String>,
    request: HttpRequest,
) -> actix_web::Result<HttpResponse> {
    let known = CLIPS.iter().find(|clip| clip.name == *name);
    let sheet = known.and_then(|clip| serde_json::from_str::<Sheet>(clip.sheet).ok());
    let (Some(clip), Some(sheet)) = (sandbox.shown.get(name.as_str()), sheet) else {
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
