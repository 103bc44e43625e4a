//! The walls around yt-dlp one by one: behind all of them an attack does nothing, and it hits once the wall it is
//! for is gone. Where two walls stand one behind the other, each is shown to hold alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use linkscribe::adapters::egress::JobProxy;
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::egress::Rules;
use linkscribe::domain::link::understand;
use linkscribe::ports::VideoSource;
use secrecy::ExposeSecret;
use serde_json::json;

use super::links::LINKS;
use super::orders::{Kept, Order, scribe};
use super::page_table::body;
use super::world::{Map, Server, open};
use crate::media::tools_dir;
use crate::support::{executable, platforms};

/// What stands in a file of this machine, and nowhere else.
const SECRET: &str = "nobody-outside-may-read-this-line";

/// What a job may move, and what the site offers.
const BUDGET: u64 = 2_000_000;
const ENDLESS: usize = 12_000_000;

/// A site, a canary beside it, a secret file, and the orders of the service for both kinds of link.
struct Scene {
    folder: tempfile::TempDir,
    site: Server,
    canary: Server,
    map: Arc<Map>,
    platform: Order,
    extra: Order,
}

impl Scene {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        let canary = Server::canary().await;
        let at = canary.address;
        let site = Server::start(move |line| answer(line, &at.to_string())).await;
        let map = Arc::new(Map { real: vec![site.address, canary.address], ..Map::default() });
        let place = site.address.to_string();
        let platform = order(folder.path(), &place, "https://www.tiktok.com/@a/video/1").await;
        let extra = order(folder.path(), &place, &format!("http://{place}/clip.mp4")).await;
        Self { folder, site, canary, map, platform, extra }
    }

    /// Carries an order out in a new home through the job's proxy; gives the home and all that was said.
    async fn carry_out(&self, order: Order, budget: u64, prepare: impl Fn(&Path)) -> (PathBuf, String) {
        let (home, order, _proxy) = self.prepared(order, budget, prepare).await;
        let ended = order.carry_out(&tools_dir().join("venv/bin/yt-dlp"), &home).await.unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        (home, String::from_utf8_lossy(&said).into_owned())
    }

    /// A new home, and the order as it is given in it, while the job's proxy is there.
    async fn prepared(
        &self,
        mut order: Order,
        budget: u64,
        prepare: impl Fn(&Path),
    ) -> (PathBuf, Order, JobProxy) {
        let proxy = open(Rules::strict(vec![self.site.place()]), &self.map, budget).await;
        let home = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        prepare(&home);
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            if let Some(url) = order.env.get_mut(name) {
                url.clone_from(&proxy.url().expose_secret().to_owned());
            }
        }
        (home, order, proxy)
    }

    fn link(&self, path: &str) -> String {
        format!("http://{}/{path}", self.site.address)
    }

    fn secret(&self) -> PathBuf {
        self.folder.path().join("secret")
    }
}

fn answer(line: &str, canary: &str) -> Vec<u8> {
    match line.split(' ').nth(1).unwrap_or_default() {
        "/clip.mp4" => body("video/mp4", "a clip").into_bytes(),
        "/away" => format!("HTTP/1.1 302 Away\r\nLocation: http://{canary}/clip.mp4\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes(),
        "/stream" => {
            let base = format!("<head><meta base=\"rtmp://{canary}/live\"/></head>");
            let list = format!("<smil>{base}<body><video src=\"clip.flv\"/></body></smil>");
            body("application/smil+xml", &format!("<?xml version=\"1.0\"?>{list}")).into_bytes()
        }
        "/endless.mp4" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n\r\n";
            [head.as_bytes(), &vec![7; ENDLESS]].concat()
        }
        "/told.mp4" => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {ENDLESS}\r\nConnection: close\r\n\r\n");
            [head.as_bytes(), &vec![7; ENDLESS]].concat()
        }
        _ => b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
    }
}

/// What the service tells yt-dlp about a link.
async fn order(folder: &Path, site: &str, link: &str) -> Order {
    let source = YtDlp::new(YtDlpSettings {
        program: scribe(folder),
        platforms: platforms(),
        extra_hosts: vec![site.to_owned()],
        max_bytes: BUDGET,
        max_seconds: 600,
        timeout: Duration::from_secs(10),
        proxy: None,
        ca_file: None,
        cookies_file: None,
    });
    let work = tempfile::tempdir().unwrap();
    source.fetch(&understand(link).unwrap().url, work.path()).await.unwrap_err();
    Order::taken_down(folder)
}

fn nothing(_: &Path) {}

#[tokio::test]
async fn a_link_that_looks_like_an_option_is_none() {
    let scene = Scene::set().await;
    let attack = scene.extra.clone().about(&format!("--batch-file={}", scene.secret().display()));
    let (_, said) = scene.carry_out(attack.clone(), BUDGET, nothing).await;
    assert!(!said.contains(SECRET), "{said}");
    let (_, said) = scene.carry_out(attack.without(&["--"]), BUDGET, nothing).await;
    assert!(said.contains(SECRET), "{said}");
}

/// Links that lead nowhere would never reach the program; here the eye that refuses them is shut.
#[tokio::test]
async fn a_hostile_link_does_nothing_even_where_nobody_looked_at_it() {
    let scene = Scene::set().await;
    let (canary, secret) = (scene.canary.address, scene.secret());
    let own = [
        format!("http://{canary}/clip.mp4"),
        format!("https://{canary}/clip.mp4"),
        format!("generic:http://{canary}/clip.mp4"),
        format!("ftp://{canary}/clip.mp4"),
        format!("file://{}", secret.display()),
        format!("--load-info-json={}", secret.display()),
    ];
    let links: Vec<String> = LINKS.iter().map(|&link| link.to_owned()).chain(own).collect();
    for order in [&scene.platform, &scene.extra] {
        let (home, said) = scene.carry_out(order.clone().about_all(&links), BUDGET, nothing).await;
        assert!(!said.contains(SECRET), "{said}");
        assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0, "{said}");
    }
    assert_eq!((scene.canary.taken(), scene.site.taken()), (0, 0));
}

#[tokio::test]
async fn a_job_for_a_platform_reads_the_pages_of_nobody_else() {
    let scene = Scene::set().await;
    let attack = scene.platform.clone().about(&scene.link("clip.mp4"));
    scene.carry_out(attack.clone(), BUDGET, nothing).await;
    assert_eq!(scene.site.taken(), 0);
    scene.carry_out(attack.without_option("--ies", "tiktok"), BUDGET, nothing).await;
    assert!(scene.site.taken() > 0);
}

#[tokio::test]
async fn there_is_no_way_out_but_the_proxy() {
    let scene = Scene::set().await;
    let attack = scene.extra.clone().about(&scene.link("away"));
    scene.carry_out(attack.clone(), BUDGET, nothing).await;
    assert_eq!(scene.canary.taken(), 0);
    let mut past = attack;
    past.env.retain(|name, _| !name.ends_with("_proxy"));
    scene.carry_out(past, BUDGET, nothing).await;
    assert!(scene.canary.taken() > 0);
}

#[tokio::test]
async fn no_other_program_fetches_anything() {
    let scene = Scene::set().await;
    // yt-dlp leaves what it does not speak to programs that know nothing of our proxy.
    let helper = |home: &Path| {
        executable(&home.join("rtmpdump"), b"#!/bin/sh\ntouch pwned\n");
    };
    // A program is looked for in the home, its working directory.
    let path = format!(".:{}", scene.extra.env["PATH"]);
    let attack = scene.extra.clone().about(&scene.link("stream")).with("PATH", &path);
    let (home, said) = scene.carry_out(attack.clone(), BUDGET, helper).await;
    assert!(!home.join("pwned").exists(), "{said}");
    let (home, said) = scene.carry_out(attack.without_option("--format", "bv*"), BUDGET, helper).await;
    assert!(home.join("pwned").exists(), "{said}");
}

#[tokio::test]
async fn no_configuration_is_read_and_nothing_it_says_is_executed() {
    let scene = Scene::set().await;
    let configure = |text: String| {
        move |home: &Path| {
            std::fs::create_dir_all(home.join(".config/yt-dlp")).unwrap();
            std::fs::write(home.join(".config/yt-dlp/config"), &text).unwrap();
        }
    };
    let attack = scene.extra.clone().about(&scene.link("clip.mp4"));
    let read = configure(format!("--batch-file={}", scene.secret().display()));
    let (_, said) = scene.carry_out(attack.clone(), BUDGET, &read).await;
    assert!(!said.contains(SECRET), "{said}");
    let open = attack.without(&["--ignore-config"]);
    let (_, said) = scene.carry_out(open.clone(), BUDGET, &read).await;
    assert!(said.contains(SECRET), "{said}");

    let execute = configure("--exec \"before_dl:touch pwned\"".to_owned());
    let (home, said) = scene.carry_out(open.clone(), BUDGET, &execute).await;
    assert!(!home.join("pwned").exists(), "{said}");
    let (home, said) = scene.carry_out(open.without(&["--no-exec"]), BUDGET, &execute).await;
    assert!(home.join("pwned").exists(), "{said}");
}

#[tokio::test]
async fn no_plugin_and_no_module_of_this_machine_is_loaded() {
    let scene = Scene::set().await;
    let plant = |home: &Path| {
        let plugin = home.join(".config/yt-dlp/plugins/evil/yt_dlp_plugins/extractor");
        std::fs::create_dir_all(&plugin).unwrap();
        std::fs::write(plugin.join("evil.py"), "open('pwned', 'w').close()\n").unwrap();
    };
    let attack = scene.extra.clone().about(&scene.link("clip.mp4"));
    let (home, said) = scene.carry_out(attack.clone(), BUDGET, plant).await;
    assert!(!home.join("pwned").exists(), "{said}");
    let (home, said) = scene.carry_out(attack.clone().without(&["--no-plugin-dirs"]), BUDGET, plant).await;
    assert!(home.join("pwned").exists(), "{said}");

    // What the service's own environment may hold does not reach the program.
    let names: BTreeSet<&str> = attack.env.keys().map(String::as_str).collect();
    let few = ["HOME", "LANG", "PATH", "TMPDIR", "all_proxy", "http_proxy", "https_proxy"];
    assert_eq!(names, few.into());
    let modules = tempfile::tempdir().unwrap();
    let module = modules.path().join("sitecustomize.py");
    std::fs::write(module, "open('pwned', 'w').close()\n").unwrap();
    let leaked = attack.with("PYTHONPATH", modules.path().to_str().unwrap());
    let (home, _) = scene.carry_out(leaked, BUDGET, nothing).await;
    assert!(home.join("pwned").exists(), "the environment is worth its wall");
}

#[tokio::test]
async fn a_video_without_end_is_cut_off_by_the_way_out() {
    let scene = Scene::set().await;
    let attack = scene.extra.clone().about(&scene.link("endless.mp4"));
    let (home, said) = scene.carry_out(attack.clone(), BUDGET, nothing).await;
    assert!(largest(&home) < BUDGET + (1 << 20), "{} bytes: {said}", largest(&home));
    let (home, said) = scene.carry_out(attack, u64::MAX, nothing).await;
    assert!(largest(&home) > BUDGET * 2, "{} bytes: {said}", largest(&home));
}

fn largest(home: &Path) -> u64 {
    let files = std::fs::read_dir(home).unwrap().flatten();
    files.map(|file| file.metadata().unwrap().len()).max().unwrap_or_default()
}

#[tokio::test]
async fn a_video_that_tells_of_its_size_is_not_begun() {
    let scene = Scene::set().await;
    let attack = scene.extra.clone().about(&scene.link("told.mp4"));
    let (home, said) = scene.carry_out(attack.clone(), u64::MAX, nothing).await;
    assert!(largest(&home) < BUDGET, "{} bytes: {said}", largest(&home));
    let without = attack.without_option("--max-filesize", "");
    let (home, said) = scene.carry_out(without, u64::MAX, nothing).await;
    assert!(largest(&home) > BUDGET * 2, "{} bytes: {said}", largest(&home));
}

/// A child of the kept program gets the same order as a started one.
#[tokio::test]
async fn the_walls_hold_around_a_program_that_is_kept_loaded() {
    let scene = Scene::set().await;
    let mut kept = Kept::start(&tools_dir().join("venv/bin/python"));
    let clip = scene.extra.clone().about(&scene.link("clip.mp4"));
    let option = scene.extra.clone().about(&format!("--batch-file={}", scene.secret().display()));
    let configure = |home: &Path| {
        std::fs::create_dir_all(home.join(".config/yt-dlp")).unwrap();
        std::fs::write(home.join(".config/yt-dlp/config"), "--exec \"before_dl:touch pwned\"").unwrap();
    };
    let limits = json!({"RLIMIT_FSIZE": BUDGET});
    let orders = [
        (option.clone(), ""),
        (option.without(&["--"]), "read"),
        (clip.clone(), ""),
        // Handed its arguments by the keeper it looks for no configuration, whatever they say.
        (clip.without(&["--ignore-config"]).without(&["--no-exec"]), ""),
    ];
    for (number, (order, hit)) in orders.into_iter().enumerate() {
        let calls = scene.canary.taken();
        let (home, order, _proxy) = scene.prepared(order, u64::MAX, configure).await;
        let said = kept.carry_out(&order, &home, limits.clone()).await;
        let mut hits = Vec::new();
        for (what, is_hit) in [
            ("read", said.contains(SECRET)),
            ("executed", home.join("pwned").exists()),
            ("called", scene.canary.taken() > calls),
        ] {
            hits.extend(is_hit.then_some(what));
        }
        assert_eq!(hits.concat(), hit, "order {number}: {said}");
    }
}
