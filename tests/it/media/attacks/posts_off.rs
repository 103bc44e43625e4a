//! The walls around gallery-dl one by one, as `walls_off` has them around yt-dlp.
//!
//! The orders are the service's own; the pages are those of a platform, behind a proxy of the network that looks into
//! TLS.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use linkscribe::adapters::egress::Egress;
use linkscribe::adapters::gallery_dl::{GalleryDl, Wanted};
use linkscribe::adapters::yt_dlp::YtDlpSettings;
use linkscribe::domain::egress::Rules;
use linkscribe::domain::link::understand;
use secrecy::ExposeSecret;
use serde_json::json;

use super::orders::{Order, scribe_named};
use super::posts::{CDN, PICTURE, Post, changed, post};
use super::scene::{Wall, gzip, tries};
use super::world::{Map, Server};
use crate::media::extractors::answer;
use crate::media::inspector::Inspector;
use crate::media::slides::{html, settings, slide, tiktok_page};
use crate::media::{files, tools_dir};

/// What stands in a file of this machine, and nowhere else.
const SECRET: &str = "nobody-outside-may-read-this-line";

/// What a file may have, and what a job may move.
const MOST_BYTES: u64 = 2_000_000;
const BUDGET: u64 = 3_000_000;

/// One attack, and the walls it is for.
pub(super) struct Case {
    what: &'static str,
    /// Each of them holds alone.
    pub(super) walls: Vec<Wall>,
    post: Post,
    /// What of the order is not as it is given, and what was laid where the program looks.
    prepare: fn(&Scene, &Path, &mut Order),
    hit: fn(&Done) -> bool,
}

/// What came of one run.
#[derive(Debug)]
#[expect(dead_code, reason = "what failed tells what was asked")]
struct Done {
    /// What lies in the home, each with its size.
    left: Vec<(String, u64)>,
    said: String,
    calls: usize,
    asked: Vec<String>,
}

impl Done {
    fn has(&self, part: &str) -> bool {
        self.left.iter().any(|(name, _)| name.contains(part))
    }

    fn largest(&self) -> u64 {
        self.left.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default()
    }
}

struct Scene {
    folder: tempfile::TempDir,
}

/// What the service tells gallery-dl about a link.
pub(super) async fn order(folder: &Path, link: &str, change: impl FnOnce(&mut YtDlpSettings)) -> Order {
    let inspector = Inspector::start(folder, [((CDN, "/nothing"), Vec::new())].into()).await;
    let mut settings = YtDlpSettings {
        program: scribe_named(folder, "python").with_file_name("yt-dlp"),
        max_bytes: MOST_BYTES,
        ..settings(&inspector)
    };
    change(&mut settings);
    let work = tempfile::tempdir().unwrap();
    let url = understand(link).unwrap().url;
    GalleryDl::beside(settings).fetch(&url, work.path(), 0, Wanted::Whole).await.unwrap_err();
    Order::taken_down(folder)
}

impl Scene {
    fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        Self { folder }
    }

    /// Behind its walls the attack does nothing, each of them holds alone, and without any it hits.
    async fn prove(&self, case: &Case, canary: &Server) -> Vec<String> {
        let order = order(self.folder.path(), &case.post.link, |_| {}).await;
        let limits = [("RLIMIT_AS", 1 << 30), ("RLIMIT_CPU", 60), ("RLIMIT_FSIZE", MOST_BYTES)];
        assert_eq!(order.limits, limits.map(|(name, most)| (name.to_owned(), most)).into());
        let mut wrong = Vec::new();
        for (off, hits) in tries(&case.walls) {
            let done = self.run(case, &order, &off, canary).await;
            if (case.hit)(&done) != hits {
                wrong.push(format!("{} without {off:?}, hits: {}, {done:?}", case.what, !hits));
            }
        }
        wrong
    }

    /// Carries the service's order out in a new home, without some of its walls.
    async fn run(&self, case: &Case, order: &Order, off: &[Wall], canary: &Server) -> Done {
        let inspector = Inspector::start(self.folder.path(), case.post.sites()).await;
        let (_, network) = inspector.url.rsplit_once('@').unwrap();
        let map = Arc::new(Map { real: vec![network.parse().unwrap()], ..Map::default() });
        let budget = if off.contains(&Wall::Bytes) { u64::MAX } else { BUDGET };
        let upstream = inspector.url.clone().into();
        let egress = Egress::new(Rules::strict(Vec::new()), map, Some(&upstream), budget).unwrap();
        let proxy = egress.open().await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut order = off.iter().fold(order.clone(), |order, wall| wall.off(order));
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            order = order.with(name, proxy.url().expose_secret());
        }
        order = order.with("REQUESTS_CA_BUNDLE", inspector.ca_file.to_str().unwrap());
        (case.prepare)(self, home.path(), &mut order);
        let calls = canary.taken();
        let ended = order.carry_out(&tools_dir().join("venv/bin/python"), home.path()).await;
        let said = ended.map(|ended| [ended.stdout, ended.stderr].concat()).unwrap_or_default();
        let left = files(home.path()).into_iter().map(|file| {
            let bytes = file.metadata().unwrap().len();
            (file.strip_prefix(home.path()).unwrap().display().to_string(), bytes)
        });
        Done {
            left: left.collect(),
            said: String::from_utf8_lossy(&said).into_owned(),
            calls: canary.taken() - calls,
            asked: inspector.asked(),
        }
    }
}

pub(super) fn cases(canary: &str) -> Vec<Case> {
    let folder = tempfile::tempdir().unwrap();
    let picture = answer("image/jpeg", "", &slide(folder.path(), "a.jpg", "Soup"));
    let good = |state| post("", &state, 0).with("/a.jpeg", picture.clone());
    let one = || tiktok_page(&[PICTURE]);
    let named = || {
        changed(|item| {
            item["desc"] = json!("pwned");
            item["author"]["uniqueId"] = json!("pwned");
        })
    };
    let endless = |head: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n{head}Connection: close\r\n\r\n");
        post("", &one(), 0).with("/a.jpeg", [head.as_bytes(), b"\xff\xd8\xff", &vec![0; 5_999_997]].concat())
    };
    let near = good(tiktok_page(&[&format!("http://{canary}/b.jpeg"), PICTURE]));
    let value = Wall::Value;
    let (fsize, most) = (Wall::Limit("RLIMIT_FSIZE"), value("--filesize-max", "2000000"));
    let too_large: fn(&Done) -> bool = |done| done.largest() > MOST_BYTES * 2;
    vec![
        case("a link like an option", &[Wall::Flag("--")], good(one()), |done| done.said.contains(SECRET))
            .prepared(|scene, _, order| {
                let file = format!("--input-file={}", scene.folder.path().join("secret").display());
                *order = order.clone().about(&file);
            }),
        case(
            "a command of a configuration",
            &[Wall::Flag("--config-ignore"), Wall::Flag("--no-postprocessors")],
            good(one()),
            |done| done.has("pwned"),
        )
        .prepared(|_, home, _| {
            let command = json!({"name": "exec", "command": "touch pwned"});
            let config = json!({"extractor": {"postprocessors": [command]}});
            std::fs::create_dir_all(home.join(".config/gallery-dl")).unwrap();
            std::fs::write(home.join(".config/gallery-dl/config.json"), config.to_string()).unwrap();
        }),
        case(
            "hundreds of pictures",
            &[value("--range", "1-35")],
            good(tiktok_page(&[PICTURE; 40])),
            |done| done.has("part-036"),
        ),
        case("a folder of the site's", &[value("--directory", ".")], good(named()), |done| {
            done.has("pwned/")
        }),
        case("a name of the site's", &[value("--filename", "part-")], good(named()), |done| {
            done.has("pwned")
        }),
        case(
            "a picture that tells of its size",
            &[most, fsize, Wall::Bytes],
            endless("Content-Length: 6000000\r\n"),
            too_large,
        ),
        case("a picture without end", &[fsize, Wall::Bytes], endless(""), too_large),
        // A gibibyte would be met by a page of half of it, which no test needs.
        case(
            "a page that unpacks",
            &[Wall::Limit("RLIMIT_AS")],
            unpacks().with("/a.jpeg", picture.clone()),
            |done| done.has("part-001"),
        )
        .prepared(|_, _, order| {
            if let Some(limit) = order.limits.get_mut("RLIMIT_AS") {
                *limit = 150 << 20;
            }
        }),
        case("a way past the proxy", &[Wall::Without("no_proxy", "127.0.0.1")], near, |done| done.calls > 0),
        case("a cache", &[value("--cache-file", ":memory:")], of_x(), |done| done.has("pwned"))
            .prepared(|_, home, _| hold_cache(home)),
    ]
}

fn case(what: &'static str, walls: &[Wall], post: Post, hit: fn(&Done) -> bool) -> Case {
    Case { what, walls: walls.to_vec(), post, prepare: |_, _, _| {}, hit }
}

impl Case {
    fn prepared(self, prepare: fn(&Scene, &Path, &mut Order)) -> Self {
        Self { prepare, ..self }
    }
}

/// A good post, whose page has sixty-four mebibytes before what it says.
fn unpacks() -> Post {
    let page = html(&tiktok_page(&[PICTURE]));
    let at = page.windows(7).position(|seven| seven == b"<script").unwrap();
    let body = page.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let line = gzip(vec![b'x'; 16 << 20]).repeat(4);
    let packed = [gzip(page[body..at].to_vec()), line, gzip(page[at..].to_vec())].concat();
    post("", &json!({}), 0).at_page(answer("text/html", "Content-Encoding: gzip\r\n", &packed))
}

/// A post of X, whose reader keeps what it needs for the next one.
fn of_x() -> Post {
    let mut post = post("", &json!({}), 0);
    "https://x.com/kitchen/status/1720000000000000001".clone_into(&mut post.link);
    post.at(
        ("api.x.com", "/1.1/guest/activate.json"),
        answer("application/json", "", br#"{"guest_token": "1"}"#),
    )
    .at(("x.com", "/nothing"), Vec::new())
}

/// A cache, in which gallery-dl keeps what Python carries out when it is read.
fn hold_cache(home: &Path) {
    const MAKE: &str = "
import os, pickle, sqlite3
class Order:
    def __reduce__(self):
        return os.system, ('touch pwned',)
with sqlite3.connect('cache.sqlite3') as base:
    base.execute('create table data (key text primary key, value text, expires integer)')
    key = 'gallery_dl.extractor.twitter._guest_token'
    base.execute('insert into data values (?, ?, 9999999999)', (key, pickle.dumps(Order())))
";
    let folder = home.join(".cache/gallery-dl");
    std::fs::create_dir_all(&folder).unwrap();
    let mut python = Command::new(tools_dir().join("venv/bin/python"));
    assert!(python.args(["-c", MAKE]).current_dir(folder).status().unwrap().success());
}

#[tokio::test]
async fn each_wall_around_gallery_dl_is_worth_having() {
    let (scene, canary) = (Scene::set(), Server::canary().await);
    let mut wrong = Vec::new();
    for case in cases(&canary.address.to_string()) {
        wrong.extend(scene.prove(&case, &canary).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
