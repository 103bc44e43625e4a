//! A hostile site with canaries around it, and what the real yt-dlp does there by the service's own orders, with all
//! their walls or without some.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use linkscribe::adapters::egress::JobProxy;
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::egress::Rules;
use linkscribe::domain::link::understand;
use linkscribe::ports::VideoSource;
use secrecy::ExposeSecret;

use super::orders::{Kept, Order, keeping_scribe, scribe};
use super::page_table::{body, described, html, playlist};
use super::world::{Map, Server, open};
use crate::media::walls::Watch;
use crate::media::{files, platforms, tools_dir};

/// What stands in a file of this machine, and nowhere else.
pub(super) const SECRET: &str = "nobody-outside-may-read-this-line";

/// What a job may move, and what the site offers.
pub(super) const BUDGET: u64 = 2_000_000;
const ENDLESS: usize = 12_000_000;

/// How many files of the largest size are too many together.
const HEAPS: u8 = 15;

/// How the program comes to carry out an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum By {
    Started,
    /// A child of the program that is kept loaded.
    Kept,
}

/// Something around the program that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wall {
    Flag(&'static str),
    /// An option, and how its value begins.
    Value(&'static str, &'static str),
    /// What it may use up, by the name `setrlimit` has for it.
    Limit(&'static str),
    /// The way out, as the environment tells of it.
    Proxy,
    /// The bytes that go through the way out.
    Bytes,
    /// Our own ffprobe, which is found before the machine's.
    Ffprobe,
    /// An environment without this variable, which may have this value.
    Without(&'static str, &'static str),
}

impl Wall {
    /// The order without it.
    pub(super) fn off(self, mut order: Order) -> Order {
        match self {
            Self::Flag(flag) => return order.without(&[flag]),
            Self::Value(option, begins) => return order.without_option(option, begins),
            Self::Limit(name) => {
                let most = order.limits.remove(name);
                assert!(most.is_some(), "there is no {name}");
            }
            Self::Proxy => order.env.retain(|name, _| !name.ends_with("_proxy")),
            Self::Bytes => {}
            Self::Without(name, value) => {
                assert!(!order.env.contains_key(name));
                order.env.insert(name.to_owned(), value.to_owned());
            }
            Self::Ffprobe => {
                let path = order.env["PATH"].clone();
                let (_walled, rest) = path.split_once(':').unwrap();
                order.env.insert("PATH".to_owned(), rest.to_owned());
            }
        }
        order
    }
}

/// One attack, and the walls it is for.
pub(super) struct Case {
    pub(super) what: &'static str,
    /// Each of them holds alone.
    pub(super) walls: Vec<Wall>,
    /// The last argument, with places to fill in.
    pub(super) link: &'static str,
    /// Arguments before all others, filled in the same way.
    pub(super) first: &'static [&'static str],
    pub(super) is_of_platform: bool,
    /// What was laid where the program looks, and what of the order is not as it is given.
    pub(super) prepare: fn(&Scene, &Path, &mut Order),
    pub(super) hit: fn(&Done) -> bool,
}

/// What came of one run.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) home: PathBuf,
    pub(super) said: String,
    /// Calls the canary took.
    pub(super) calls: usize,
    /// Heads of the requests to the site.
    pub(super) asked: Vec<String>,
    /// Names somebody wanted to reach.
    pub(super) names: Vec<String>,
    /// Whether a list of the site led a program to a file of this machine.
    pub(super) was_opened: bool,
}

impl Done {
    pub(super) fn has(&self, name: &str) -> bool {
        self.home.join(name).exists()
    }

    /// How often the site was asked for this.
    pub(super) fn times(&self, path: &str) -> usize {
        self.asked.iter().filter(|head| head.contains(path)).count()
    }

    pub(super) fn largest(&self) -> u64 {
        let files = std::fs::read_dir(&self.home).unwrap().flatten();
        files.map(|file| file.metadata().unwrap().len()).max().unwrap_or_default()
    }

    pub(super) fn on_disk(&self) -> u64 {
        files(&self.home).iter().map(|file| file.metadata().unwrap().len()).sum()
    }
}

/// The site, the canaries, and the orders of the service for both kinds of link.
pub(super) struct Scene {
    pub(super) folder: tempfile::TempDir,
    pub(super) site: Server,
    pub(super) canary: Server,
    pub(super) map: Arc<Map>,
    pub(super) platform: Orders,
    pub(super) extra: Orders,
    watch: Watch,
    kept: Option<Kept>,
    runs: usize,
}

/// What the service tells the program it starts, and the one it keeps loaded.
pub(super) struct Orders {
    pub(super) started: Order,
    pub(super) kept: Order,
}

impl Scene {
    pub(super) async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        hold_cookies(folder.path());
        let alone = folder.path().join("alone");
        std::fs::create_dir(&alone).unwrap();
        std::fs::write(alone.join("secret.ts"), SECRET).unwrap();
        let (watch, canary) = (Watch::over(&alone), Server::canary().await);
        let (own, seen) = (Arc::new(OnceLock::<String>::new()), Mutex::new(HashMap::new()));
        let (told, at) = (Arc::clone(&own), canary.address.to_string());
        let site = Server::start(move |line| {
            let path = line.split(' ').nth(1).unwrap_or_default();
            let times = seen
                .lock()
                .unwrap()
                .entry(path.to_owned())
                .and_modify(|times| *times += 1)
                .or_insert(1)
                .to_owned();
            let answer = answer(path, times);
            let Ok(text) = std::str::from_utf8(&answer) else { return answer };
            let text = text.replace("{SITE}", told.get().unwrap()).replace("{CANARY}", &at);
            text.replace("{FILE}", alone.join("secret.ts").to_str().unwrap()).into_bytes()
        })
        .await;
        own.set(site.address.to_string()).unwrap();
        let map = Arc::new(Map { real: vec![site.address, canary.address], ..Map::default() });
        let place = site.address.to_string();
        let platform = orders(folder.path(), &place, "https://www.tiktok.com/@a/video/1").await;
        let extra = orders(folder.path(), &place, &format!("http://{place}/clip.mp4")).await;
        Self { folder, site, canary, map, platform, extra, watch, kept: None, runs: 0 }
    }

    pub(super) fn secret(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// Behind its walls the attack does nothing, each of them holds alone, and without any it hits.
    pub(super) async fn prove(&mut self, by: By, case: &Case) -> Vec<String> {
        let mut wrong = Vec::new();
        for (off, hits) in tries(&case.walls) {
            let done = self.run(by, case, &off).await;
            if (case.hit)(&done) != hits {
                wrong.push(format!("{} by {by:?} without {off:?}, hits: {}, {done:?}", case.what, !hits));
            }
        }
        wrong
    }

    /// Carries the service's order out in a new home, without some of its walls.
    pub(super) async fn run(&mut self, by: By, case: &Case, off: &[Wall]) -> Done {
        let link = self.filled(case.link);
        self.run_about(by, case, off, &[link]).await
    }

    /// A text with the places of this scene.
    pub(super) fn filled(&self, text: &str) -> String {
        let path = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let text = text.replace("{SITE}", &self.site.address.to_string());
        let text =
            text.replace("{CANARY}", &self.canary.address.to_string()).replace("{SECRET}", &path("secret"));
        let text = text.replace("{BROWSER}", &path("browser")).replace("{COOKIES}", &path("cookies"));
        text.replace("{RUN}", &self.runs.to_string())
    }

    /// The same about links as they are.
    pub(super) async fn run_about(&mut self, by: By, case: &Case, off: &[Wall], links: &[String]) -> Done {
        self.runs += 1;
        let orders = if case.is_of_platform { &self.platform } else { &self.extra };
        let order = if by == By::Kept { &orders.kept } else { &orders.started };
        let first: Vec<String> = case.first.iter().map(|word| self.filled(word)).collect();
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let order = order.clone().with_first(&first).about_all(links);
        let order = off.iter().fold(order, |order, wall| wall.off(order));
        let budget = if off.contains(&Wall::Bytes) { u64::MAX } else { BUDGET };
        let (home, mut order, _proxy) = self.prepared(order, budget).await;
        (case.prepare)(self, &home, &mut order);
        let calls = self.canary.taken();
        self.watch.hits("");
        drop((self.site.heads(), self.names()));
        let said = match by {
            By::Kept => {
                let kept = self.kept.get_or_insert_with(|| Kept::start(&tools_dir().join("venv/bin/python")));
                kept.carry_out(&order, &home).await
            }
            By::Started => {
                let ended = order.carry_out(&tools_dir().join("venv/bin/yt-dlp"), &home).await;
                let said = ended.map(|ended| [ended.stdout, ended.stderr].concat()).unwrap_or_default();
                String::from_utf8_lossy(&said).into_owned()
            }
        };
        Done {
            home,
            said,
            calls: self.canary.taken() - calls,
            asked: self.site.heads(),
            names: self.names(),
            was_opened: !self.watch.hits("").is_empty(),
        }
    }

    /// The service's downloader, which runs the real program.
    pub(super) fn source(&self) -> YtDlp {
        let program = tools_dir().join("venv/bin/yt-dlp");
        YtDlp::new(YtDlpSettings { extra_hosts: vec![self.site.address.to_string()], ..settings(program) })
    }

    fn names(&self) -> Vec<String> {
        std::mem::take(&mut *self.map.asked.lock().unwrap())
    }

    /// A new home, and the order as it is given in it, while the job's proxy is there.
    async fn prepared(&self, mut order: Order, budget: u64) -> (PathBuf, Order, JobProxy) {
        let proxy = open(Rules::strict(vec![self.site.place()]), &self.map, budget).await;
        let home = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            if let Some(url) = order.env.get_mut(name) {
                url.clone_from(&proxy.url().expose_secret().to_owned());
            }
        }
        (home, order, proxy)
    }
}

/// What is taken away of these walls in turn, and whether the attack hits then: all but one, and all.
pub(super) fn tries(walls: &[Wall]) -> Vec<(Vec<Wall>, bool)> {
    let but = |kept: &Wall| walls.iter().copied().filter(|wall| wall != kept).collect();
    walls.iter().map(|kept| (but(kept), false)).chain([(walls.to_vec(), true)]).collect()
}

/// What the service tells yt-dlp about a link, both ways.
pub(super) async fn orders(folder: &Path, site: &str, link: &str) -> Orders {
    orders_with(folder, link, |settings| settings.extra_hosts = vec![site.to_owned()]).await
}

/// The same with other settings.
pub(super) async fn orders_with(
    folder: &Path,
    link: &str,
    change: impl FnOnce(&mut YtDlpSettings),
) -> Orders {
    keeping_scribe(folder);
    let mut settings = settings(scribe(folder));
    change(&mut settings);
    // What is made beside the download, such as our ffprobe, is there as long as the scene.
    let work = tempfile::tempdir_in(folder).unwrap().keep();
    YtDlp::new(settings).fetch(&understand(link).unwrap().url, &work).await.unwrap_err();
    Orders { started: Order::taken_down(folder), kept: Order::given_to_keeper(folder) }
}

fn settings(program: PathBuf) -> YtDlpSettings {
    YtDlpSettings {
        program,
        platforms: platforms(),
        extra_hosts: Vec::new(),
        max_bytes: BUDGET,
        max_seconds: 600,
        timeout: Duration::from_mins(1),
        proxy: None,
        ca_file: None,
        cookies_file: None,
    }
}

/// A browser's folder and a file, each with a cookie for the site.
fn hold_cookies(folder: &Path) {
    const MAKE: &str = "
import sqlite3
with sqlite3.connect('browser/cookies.sqlite') as base:
    base.execute('create table moz_cookies (host, name, value, path, expiry, isSecure, originAttributes)')
    base.execute(\"insert into moz_cookies values ('127.0.0.1', 'browser', 'secret', '/', 9999999999, 0, '')\")
";
    std::fs::create_dir(folder.join("browser")).unwrap();
    let mut python = Command::new(tools_dir().join("venv/bin/python"));
    assert!(python.args(["-c", MAKE]).current_dir(folder).status().unwrap().success());
    let cookie = "127.0.0.1\tFALSE\t/\tFALSE\t9999999999\tfile\tsecret\n";
    std::fs::write(folder.join("cookies"), format!("# Netscape HTTP Cookie File\n{cookie}")).unwrap();
}

/// What the site answers to the n-th request for this.
fn answer(path: &str, times: usize) -> Vec<u8> {
    let gone = || b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let video = |length: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n{length}\r\n");
        [head.as_bytes(), &vec![7; ENDLESS]].concat()
    };
    let feed = |entries: usize, entry: &str| {
        let item =
            |n: usize| format!("<item><title>{n}</title><link>http://{{SITE}}{entry}?{n}</link></item>");
        let items: String = (0..entries).map(item).collect();
        body(
            "application/rss+xml",
            &format!(
                "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>a</title>{items}</channel></rss>"
            ),
        )
    };
    let clip = r#""contentUrl":"http://{SITE}/clip.mp4""#;
    let part = |place: &str| playlist(&format!("#EXTINF:6,\n{place}"));
    let (name, _) = path.split_once('?').unwrap_or((path, ""));
    let text = match name {
        "/clip.mp4" => body("video/mp4", "a clip"),
        "/away" => "HTTP/1.1 302 Away\r\nLocation: http://{CANARY}/clip.mp4\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
        "/stream" => {
            let list = "<smil><head><meta base=\"rtmp://{CANARY}/live\"/></head><body><video src=\"clip.flv\"/></body></smil>";
            body("application/smil+xml", &format!("<?xml version=\"1.0\"?>{list}"))
        }
        "/player" => html(r#"<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>"#),
        "/endless.mp4" => return video(""),
        "/told.mp4" => return video(&format!("Content-Length: {ENDLESS}\r\n")),
        "/packed" => return packed().clone(),
        "/heaps" => {
            let track = |n: u8| {
                let name = char::from(b'a' + n);
                format!("p.addRemoteTextTrack({{'srclang': 'x{name}', 'src': '/heap.vtt?{n}'}}, false);")
            };
            let tracks: String = (0..HEAPS).map(track).collect();
            html(&format!("<script>var p = videojs('v'); p.src([{{'src': '/clip.mp4', 'type': 'video/mp4'}}]);{tracks}</script>"))
        }
        "/heap.vtt" => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/vtt\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
            return [&head[..], &gzip(vec![b'x'; usize::try_from(BUDGET).unwrap() - 10_000])].concat();
        }
        // yt-dlp's search for the page's words takes eight times as long for twice as many.
        "/riddle" => html(&"<meta ".repeat(2_600)),
        "/entries" => feed(15, "/gone.mp4"),
        "/videos" => feed(3, "/clip.mp4"),
        "/titled" => described(clip).replace("\"name\":\"Soup\"", "\"name\":\"pwned\""),
        "/long" => described(&format!(r#""duration":"PT2H",{clip}"#)),
        // The list is gone once ffmpeg has read it, so that it does not wait for more.
        "/live" if times > 4 => return gone(),
        "/live" => {
            // It is looked at again as often as its parts are long.
            let list = playlist("#EXTINF:1,\nhttp://{CANARY}/a.ts").replace("DURATION:6", "DURATION:1");
            list.replace("#EXT-X-ENDLIST\n", "")
        }
        "/locked" => {
            playlist("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"http://{CANARY}/key\"\n#EXTINF:6,\nhttp://{CANARY}/a.ts")
        }
        "/both" => {
            let sound = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"http://{SITE}/trap\"";
            let picture = "#EXT-X-STREAM-INF:BANDWIDTH=9000,RESOLUTION=64x64,CODECS=\"avc1.42c00a,mp4a.40.2\",AUDIO=\"a\"";
            body("application/vnd.apple.mpegurl", &format!("#EXTM3U\n{sound}\n{picture}\nhttp://{{SITE}}/trap\n"))
        }
        "/trap" => part("http://{SITE}/list.ts"),
        "/list.ts" => body("video/mp2t", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{FILE}\n#EXT-X-ENDLIST\n"),
        "/missing" => part("http://{SITE}/gone.mp4"),
        // Looked at first, and then fetched.
        "/busy.mp4" if times == 1 => body("video/mp4", "a clip"),
        "/busy.mp4" => "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
        "/holes" => playlist("#EXTINF:6,\nhttp://{SITE}/clip.mp4\n#EXTINF:6,\nhttp://{SITE}/gone.mp4"),
        _ => return gone(),
    };
    text.into_bytes()
}

/// A list with one line of sixty-four mebibytes, in a thousandth of that.
fn packed() -> &'static Vec<u8> {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    PACKED.get_or_init(|| {
        let line = gzip(vec![b'x'; 16 << 20]).repeat(4);
        let begin = gzip(b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#".to_vec());
        let end = gzip(b"\n#EXTINF:6,\nclip.mp4\n#EXT-X-ENDLIST\n".to_vec());
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
        [&head[..], &begin, &line, &end].concat()
    })
}

/// Bytes, packed.
pub(super) fn gzip(bytes: Vec<u8>) -> Vec<u8> {
    let mut gzip =
        Command::new("gzip").arg("-9c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = gzip.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(&bytes).unwrap());
    let packed = gzip.wait_with_output().unwrap().stdout;
    writing.join().unwrap();
    packed
}
