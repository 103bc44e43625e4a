//! What a platform's page may say about a post of pictures, read by the real gallery-dl, kept loaded, through the real
//! proxy.
//!
//! The pages are `TikTok`'s and Instagram's, behind a proxy of the network that looks into TLS. `{CANARY}` is a port of
//! this machine that nobody listed, `{FILE}` a file of this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use linkscribe::adapters::egress::Egress;
use linkscribe::adapters::gallery_dl::{GalleryDl, Wanted};
use linkscribe::adapters::yt_dlp::YtDlpSettings;
use linkscribe::domain::egress::Rules;
use linkscribe::domain::link::understand;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::{Kind, Outcome};
use linkscribe::ports::{Download, Files};
use serde_json::{Value, json};

use super::world::{Map, Server, no_walls};
use crate::media::extractors::answer;
use crate::media::inspector::{Inspector, Sites};
use crate::media::keeper::Tools;
use crate::media::slides::{ID, html, settings, slide, tiktok_page};
use crate::media::{files, tools_dir};

/// What stands in a file of this machine, and nowhere else.
const SECRET: &str = "a song nobody outside may hear";

/// Enough for each page of the table, and little enough to meet the limits soon.
const MOST_BYTES: u64 = 2_000_000;

/// The most files of a post.
const MOST_PARTS: usize = 35;

/// One hostile post.
pub(super) struct Post {
    what: &'static str,
    pub(super) link: String,
    sites: Sites,
    /// Whether the canary is reached once the rules of the way out are gone.
    hits: bool,
    /// How many pictures there are all the same.
    pictures: usize,
}

/// A post of `TikTok` with this state.
pub(super) fn post(what: &'static str, state: &Value, pictures: usize) -> Post {
    Post {
        what,
        link: format!("https://www.tiktok.com/@kitchen/photo/{ID}"),
        sites: [(PAGE, html(state))].into(),
        hits: false,
        pictures,
    }
}

impl Post {
    fn hits(self) -> Self {
        Self { hits: true, ..self }
    }

    pub(super) fn with(self, path: &'static str, answer: Vec<u8>) -> Self {
        self.at((CDN, path), answer)
    }

    pub(super) fn at_page(self, answer: Vec<u8>) -> Self {
        self.at(PAGE, answer)
    }

    pub(super) fn at(mut self, place: (&'static str, &'static str), answer: Vec<u8>) -> Self {
        self.sites.insert(place, answer);
        self
    }

    /// All sites it needs.
    pub(super) fn sites(&self) -> Sites {
        let mut sites = self.sites.clone();
        // A name for the certificate, whatever is asked for.
        sites.entry((CDN, "/nothing")).or_default();
        sites
    }
}

const PAGE: (&str, &str) = ("www.tiktok.com", "/@kitchen/video/7234567890123456789");

pub(super) const CDN: &str = "p16-sign.tiktokcdn.com";

pub(super) const PICTURE: &str = "https://p16-sign.tiktokcdn.com/a.jpeg";

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// The state of a post of one good picture, changed.
pub(super) fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut state = tiktok_page(&[PICTURE]);
    change(&mut state["__DEFAULT_SCOPE__"]["webapp.video-detail"]["itemInfo"]["itemStruct"]);
    state
}

pub(super) fn hostile(canary: &str, file: &Path, picture: &[u8]) -> Vec<Post> {
    let good = || answer("image/jpeg", "", picture);
    let here = format!("http://{canary}/clip.mp4");
    let there = format!("file://{}", file.display());
    let one = |what, url: &str, pictures| {
        post(what, &tiktok_page(&[url, PICTURE]), pictures).with("/a.jpeg", good())
    };
    let many = vec![PICTURE; 300];
    let endless = {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n\xff\xd8\xff";
        [&head[..], &vec![0; 6_000_000]].concat()
    };
    let mut posts = vec![
        one("a picture here", &here, 1).hits(),
        one("a picture at the cloud's metadata", "http://169.254.169.254/latest/meta-data/", 1).hits(),
        // What does not answer may do so later, so that the rest is not taken for the post.
        one("a picture at a name that leads back here", "http://rebind.attack.example/a.jpeg", 0).hits(),
        one("a picture that is a file", &there, 1),
        one("a picture left to yt-dlp", &format!("ytdl:{here}"), 1),
        one("a file left to yt-dlp", &format!("ytdl:{there}"), 1),
        one("a text", "text:CANARY", 1),
        one("a picture of data", "data:image/jpeg;base64,Q0FOQVJZ", 1),
        one("FTP", &format!("ftp://{canary}/a.jpeg"), 1),
        one("no address at all", "../../pwned", 1),
        one("orders for the name", "https://p16-sign.tiktokcdn.com/..%2f..%2f{pwned}\u{0}\\f %(x)s.sh", 1),
        one("a picture that leads here", "https://p16-sign.tiktokcdn.com/b.jpeg", 1)
            .with("/b.jpeg", redirect(&here))
            .hits(),
        one("a picture that leads to a file", "https://p16-sign.tiktokcdn.com/b.jpeg", 1)
            .with("/b.jpeg", redirect(&there)),
        one("a page in place of a picture", "https://p16-sign.tiktokcdn.com/b.jpeg", 1)
            .with("/b.jpeg", answer("text/html", "", b"<html>Log in</html>")),
        one("a picture without end", "https://p16-sign.tiktokcdn.com/b.jpeg", 1).with("/b.jpeg", endless),
        one("a picture with a name of its own", "https://p16-sign.tiktokcdn.com/b.jpeg", 2).with(
            "/b.jpeg",
            answer(
                "image/jpeg",
                "Content-Disposition: attachment; filename=\"../../../pwned.sh\"\r\n",
                picture,
            ),
        ),
        post("hundreds of pictures", &tiktok_page(&many), MOST_PARTS).with("/a.jpeg", good()),
        post(
            "texts full of orders",
            &changed(|item| {
                item["id"] = json!("../../pwned");
                item["desc"] = json!("{_path} \u{1b}[2J ../../pwned $(touch pwned) \u{0}");
                item["author"]["uniqueId"] = json!("../pwned/{id}");
                item["part"] = json!("../../pwned");
                item["extension"] = json!("/../../pwned.py");
                item["_http_headers"] = json!({"X-Pwned": "pwned"});
                item["_extractor"] = json!("GenericExtractor");
            }),
            1,
        )
        .with("/a.jpeg", good()),
        post("a giant text", &changed(|item| item["desc"] = json!("soup ".repeat(400_000))), 1)
            .with("/a.jpeg", good()),
        post("music here", &changed(|item| item["music"]["playUrl"] = json!(here)), 1)
            .with("/a.jpeg", good()),
        post(
            "a page that leads on here",
            &json!({"__DEFAULT_SCOPE__": {"seo.abtest": {"canonical": here}}}),
            0,
        )
        .hits(),
    ];
    posts.push(Post {
        sites: [(PAGE, redirect(&here))].into(),
        ..post("a page that is here", &json!({}), 0).hits()
    });
    let nested = format!(
        r#"<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{}</script>"#,
        "[".repeat(200_000)
    );
    posts.push(Post {
        sites: [(PAGE, answer("text/html", "", nested.as_bytes()))].into(),
        ..post("a state without end", &json!({}), 0)
    });
    posts.push(profile());
    posts.push(carousel(&here));
    posts
}

/// Somebody's whole profile is no post: nothing of it is asked for.
fn profile() -> Post {
    Post { link: "https://www.tiktok.com/@kitchen".to_owned(), ..post("a profile", &json!({}), 0) }
}

/// A video whose list of tracks lies here: yt-dlp, which reads such lists, is not let at it.
fn carousel(here: &str) -> Post {
    let list = format!(
        r#"<MPD><Period><AdaptationSet mimeType="video/mp4" frameRate="25/1"><Representation id="v" bandwidth="9"><BaseURL>{here}</BaseURL></Representation></AdaptationSet></Period></MPD>"#
    );
    let image = json!({"candidates": [{"url": PICTURE, "width": 720, "height": 1280}]});
    let told = json!({"more_available": false, "items": [{
        "pk": "3195528265023637446", "code": "CxYzAbCdEfG", "caption": null, "taken_at": 1_777_800_000,
        "user": {"username": "../../pwned", "full_name": "x", "pk": "1"},
        "carousel_media": [
            {"pk": "1", "image_versions2": image},
            {"pk": "2", "image_versions2": image, "video_dash_manifest": list,
             "video_versions": [{"url": here, "width": 64, "height": 64}]},
        ],
    }]});
    let media = ("www.instagram.com", "/api/v1/media/3195528265023637446/info/");
    Post {
        what: "a carousel with tracks here",
        link: "https://www.instagram.com/p/CxYzAbCdEfG/".to_owned(),
        sites: [(media, answer("application/json", "", told.to_string().as_bytes()))].into(),
        hits: true,
        pictures: 0,
    }
}

/// The hostile platform, the canary, and a file nobody may read.
struct Trap {
    folder: tempfile::TempDir,
    canary: Server,
    /// Nothing comes of a program that is not kept.
    tools: Tools,
}

/// What became of one post.
struct Sprung {
    fetched: Outcome<Download>,
    work: PathBuf,
    /// What the proxy of the network was asked.
    asked: Vec<String>,
    /// Where connections went beside it.
    dialled: Vec<SocketAddr>,
}

impl Trap {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("song.mp4"), SECRET.repeat(100)).unwrap();
        Self { folder, canary: Server::canary().await, tools: Tools::only_kept() }
    }

    fn posts(&self) -> Vec<Post> {
        let picture = slide(self.folder.path(), "a.jpg", "Soup");
        hostile(&self.canary.address.to_string(), &self.folder.path().join("song.mp4"), &picture)
    }

    /// Lets gallery-dl at one post.
    async fn spring(&self, post: &Post, rules: Rules) -> Sprung {
        let work = self.folder.path().join("work");
        std::fs::create_dir_all(&work).unwrap();
        let certificates = tempfile::tempdir().unwrap();
        let inspector = Inspector::start(certificates.path(), post.sites()).await;
        let program = self.tools.program();
        let settings = YtDlpSettings { program, max_bytes: MOST_BYTES, proxy: None, ..settings(&inspector) };
        let (_, proxy) = inspector.url.rsplit_once('@').unwrap();
        let map =
            Map { canary: Some(self.canary.address), real: vec![proxy.parse().unwrap()], ..Map::default() };
        let map = Arc::new(map);
        let upstream = inspector.url.clone().into();
        let egress = Egress::new(rules, Arc::clone(&map) as _, Some(&upstream), MOST_BYTES * 8).unwrap();
        let url = understand(&post.link).unwrap().url;
        let fetched = GalleryDl::beside(settings).through(egress).fetch(&url, &work, 0, Wanted::Whole).await;
        Sprung { fetched, work, asked: inspector.asked(), dialled: map.dialled() }
    }
}

#[tokio::test]
async fn a_post_of_pictures_reaches_reads_and_leaves_nothing_it_should_not() {
    let trap = Trap::set().await;
    let mut wrong = Vec::new();
    for post in trap.posts() {
        let Sprung { fetched, work, asked, dialled } = trap.spring(&post, Rules::strict(Vec::new())).await;
        let pictures = match &fetched {
            Ok(Download { files: Files::Post(files), .. }) => files.len(),
            Ok(other) => panic!("{}: {other:?}", post.what),
            Err(failure) if failure.kind == Kind::Bug => panic!("{}: {failure}", post.what),
            Err(_) => 0,
        };
        // Of the carousel the good picture is missing at its site.
        if pictures != post.pictures {
            wrong.push(format!("{}: {pictures} pictures, {fetched:?}, {asked:?}", post.what));
        }
        let ours = work.join("walled/ffprobe");
        for file in files(&work).into_iter().filter(|file| *file != ours) {
            let name = file.strip_prefix(work.join("post")).unwrap_or(&file).to_string_lossy().into_owned();
            let inside = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            let is_ours = ["printed.json", "parts.txt"].contains(&name.as_str());
            if !(is_ours || name.starts_with("part-") && name.len() == "part-001".len()) {
                wrong.push(format!("{}: left {name}", post.what));
            }
            if inside.contains(SECRET) || name.starts_with("part-") && inside.contains("CANARY") {
                wrong.push(format!("{}: {inside}", post.what));
            }
            assert!(inside.len() as u64 <= MOST_BYTES, "{}: {name} has {} bytes", post.what, inside.len());
        }
        if asked.iter().any(|asked| asked.contains("song") || asked.ends_with("/@kitchen")) {
            wrong.push(format!("{}: {asked:?}", post.what));
        }
        if trap.canary.taken() > 0 || !dialled.is_empty() {
            wrong.push(format!("{}: reached the canary", post.what));
        }
        std::fs::remove_dir_all(&work).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut left: Vec<PathBuf> = files(trap.folder.path());
    left.sort();
    assert_eq!(left, ["a.jpg", "song.mp4"].map(|name| trap.folder.path().join(name)));
}

/// Each part is within the limit of a file and comes through the proxy as two kilobytes.
#[tokio::test]
async fn a_post_of_parts_that_unpack_to_more_than_its_place_is_ended() {
    let trap = Trap::set().await;
    let part = trap.folder.path().join("part");
    std::fs::write(&part, [&b"\xff\xd8\xff"[..], &vec![0; 1_900_000]].concat()).unwrap();
    let packed = Command::new("gzip").arg("-c").arg(&part).output().unwrap().stdout;
    assert!(packed.len() < 4_000, "{}", packed.len());
    let urls: Vec<String> =
        (0..MOST_PARTS).map(|number| format!("https://{CDN}/b.jpeg?part={number}")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let post = post("parts that unpack", &tiktok_page(&urls), 0);
    let bomb = post.with("/b.jpeg", answer("image/jpeg", "Content-Encoding: gzip\r\n", &packed));
    let Sprung { fetched, asked, .. } = trap.spring(&bomb, Rules::strict(Vec::new())).await;
    let failure = fetched.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLarge), "{failure}, {asked:?}");
    assert!(failure.to_string().contains("made files of more than"), "{failure}");
}

#[tokio::test]
async fn without_the_rules_of_the_way_out_posts_reach_the_canary() {
    let trap = Trap::set().await;
    for post in trap.posts().iter().filter(|post| post.hits) {
        let before = trap.canary.taken();
        let Sprung { asked, .. } = trap.spring(post, no_walls(Vec::new())).await;
        // Names and far addresses are the network's proxy's to reach; it was asked for the attacker's.
        let through =
            asked.iter().any(|asked| ["attack.example", "169.254"].iter().any(|to| asked.contains(to)));
        assert!(trap.canary.taken() > before || through, "{} reaches nobody: {asked:?}", post.what);
    }
}

/// The program itself, without the script that keeps it to one post and to HTTP; its plain requests go straight out.
fn bare(post: &Post, inspector: &Inspector, folder: &Path) {
    let mut bare = Command::new("timeout");
    bare.arg("30").arg(tools_dir().join("venv/bin/gallery-dl")).current_dir(folder);
    bare.args([
        "--config-ignore",
        "--cache-file",
        ":memory:",
        "--retries",
        "0",
        "--http-timeout",
        "2",
        "--range",
        "1",
    ])
    .args(["--directory", ".", "--", &post.link])
    .env_clear()
    .env("PATH", std::env::var_os("PATH").unwrap())
    .env("HOME", folder)
    .env("https_proxy", &inspector.url)
    .env("REQUESTS_CA_BUNDLE", &inspector.ca_file)
    .stdin(Stdio::null())
    .stdout(Stdio::null())
    .stderr(Stdio::null());
    // Whether it likes the post is of no interest.
    bare.status().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_script_gallery_dl_asks_yt_dlp_and_reads_whole_profiles() {
    let trap = Trap::set().await;
    for post in trap.posts() {
        let is_kept = match post.what {
            "a picture left to yt-dlp" => false,
            "a profile" => true,
            _ => continue,
        };
        let folder = tempfile::tempdir().unwrap();
        let inspector = Inspector::start(folder.path(), post.sites()).await;
        let before = trap.canary.taken();
        tokio::task::block_in_place(|| bare(&post, &inspector, folder.path()));
        let asked = inspector.asked();
        let asked_for_all = asked.iter().any(|asked| asked.ends_with("/@kitchen"));
        assert!(trap.canary.taken() > before || is_kept && asked_for_all, "{}: {asked:?}", post.what);
    }
}
