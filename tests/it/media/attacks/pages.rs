//! What a hostile site answers, read by the real yt-dlp through the real proxy.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use linkscribe::adapters::egress::Egress;
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::egress::Rules;
use linkscribe::domain::link::understand;
use linkscribe::failure::{Kind, Outcome};
use linkscribe::ports::{Download, VideoSource};

use super::page_table::{Page, bodies, body, embeds, floods, manifests, page, playlist, redirects};
use super::scene::gzip;
use super::world::{Map, Server, no_walls};
use crate::media::walls::{Watch, canaries, without_walls};
use crate::media::{files, platforms, tools_dir};

/// What stands in a file of this machine, and nowhere else.
const SECRET: &str = "a song nobody outside may hear";

/// Downloads at once: tests run on small machines.
const AT_ONCE: usize = 2;

/// Enough for each page of the table, and little enough to meet the limits soon.
const MOST_BYTES: u64 = 2_000_000;

/// The hostile site, the canary beside it, and a file nobody may read.
struct Trap {
    folder: tempfile::TempDir,
    site: Server,
    canary: Server,
    map: Arc<Map>,
}

impl Trap {
    async fn set(pages: &[Page]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("song.mp4");
        std::fs::write(&file, SECRET.repeat(100)).unwrap();
        let canary = Server::canary().await;
        let mut answers: HashMap<String, Vec<u8>> = HashMap::new();
        for (number, page) in pages.iter().enumerate() {
            answers.insert(format!("/{number}"), page.answer.clone());
        }
        answers.insert("/clip.mp4".to_owned(), body("video/mp4", "a clip").into_bytes());
        // Large enough that a list of ten thousand meets its limit in bytes, not in time.
        answers.insert("/part.ts".to_owned(), body("video/mp2t", &"G".repeat(1 << 14)).into_bytes());
        if let Some(list) = pages.iter().find(|page| page.what == "a list under the name of a video") {
            answers.insert("/list.mp4".to_owned(), list.answer.clone());
        }
        let (port, at) = (canary.address.port().to_string(), canary.address.to_string());
        let site = std::sync::OnceLock::<String>::new();
        let own = Arc::new(site);
        let told = Arc::clone(&own);
        let site = Server::start(move |line| {
            let path = line.split(' ').nth(1).unwrap_or_default();
            let path = path.split('?').next().unwrap_or_default();
            let Some(answer) = answers.get(path) else { return b"HTTP/1.1 404 Gone\r\n\r\n".to_vec() };
            // What is no text holds no place to fill in.
            let Ok(text) = std::str::from_utf8(answer) else { return answer.clone() };
            let text = text.replace("{SITE}", told.get().unwrap()).replace("{CANARY}", &at);
            text.replace("{PORT}", &port).replace("{FILE}", file.to_str().unwrap()).into_bytes()
        })
        .await;
        own.set(site.address.to_string()).unwrap();
        let here = vec!["127.0.0.1".parse().unwrap()];
        let names = ["localhost", "rebind.attack.example"].map(|name| (name.to_owned(), here.clone()));
        let map = Map {
            names: names.into(),
            real: vec![site.address],
            canary: Some(canary.address),
            ..Map::default()
        };
        Self { folder, site, canary, map: Arc::new(map) }
    }

    fn yt_dlp(&self, rules: Rules) -> YtDlp {
        let source = YtDlp::new(YtDlpSettings {
            program: tools_dir().join("venv/bin/yt-dlp"),
            platforms: platforms(),
            extra_hosts: vec![self.site.address.to_string()],
            max_bytes: MOST_BYTES,
            max_seconds: 600,
            timeout: Duration::from_mins(1),
            proxy: None,
            ca_file: None,
            cookies_file: None,
        });
        source.through(Egress::new(rules, Arc::clone(&self.map) as _, None, MOST_BYTES * 8).unwrap())
    }

    /// Lets yt-dlp at the pages with these numbers; gives what became of each.
    async fn spring(&self, rules: &Rules, numbers: &[usize]) -> Vec<(usize, Outcome<Download>)> {
        self.spring_by(&self.yt_dlp(rules.clone()), numbers).await
    }

    async fn spring_by(&self, source: &YtDlp, numbers: &[usize]) -> Vec<(usize, Outcome<Download>)> {
        let fetching = numbers.iter().map(|&number| {
            let (source, work) = (source.clone(), self.work(number));
            let link = format!("http://{}/{number}", self.site.address);
            async move {
                std::fs::create_dir_all(&work).unwrap();
                (number, source.fetch(&understand(&link).unwrap().url, &work).await)
            }
        });
        stream::iter(fetching).buffer_unordered(AT_ONCE).collect().await
    }

    fn work(&self, number: usize) -> PathBuf {
        self.folder.path().join(number.to_string())
    }
}

/// Nobody was reached, nothing was read, nothing lies where it does not belong.
async fn all_hold(pages: Vec<Page>) {
    let trap = Trap::set(&pages).await;
    let numbers: Vec<usize> = (0..pages.len()).collect();
    let ended = trap.spring(&Rules::strict(vec![trap.site.place()]), &numbers).await;
    assert_eq!(ended.len(), pages.len());
    for (number, outcome) in ended {
        let page = &pages[number];
        match outcome {
            Ok(_) => assert!(page.fetches, "{}: there is a video", page.what),
            Err(failure) => {
                assert!(!page.fetches, "{}: {failure}", page.what);
                assert_ne!(failure.kind, Kind::Bug, "{}: {failure}", page.what);
            }
        }
        for file in files(&trap.work(number)) {
            let bytes = std::fs::read(&file).unwrap();
            let is_ours = file == trap.work(number).join("walled/ffprobe");
            let is_fetched = file.starts_with(trap.work(number).join("fetch"));
            assert!(is_ours || is_fetched, "{}: {}", page.what, file.display());
            let inside = String::from_utf8_lossy(&bytes);
            assert!(!inside.contains(SECRET) && !inside.contains("CANARY"), "{}: {inside}", page.what);
            assert!(!file.to_string_lossy().contains("pwned"), "{}: {}", page.what, file.display());
        }
    }
    let outside = files(trap.folder.path())
        .into_iter()
        .filter(|file| !(0..pages.len()).any(|number| file.starts_with(trap.work(number))));
    assert_eq!(outside.collect::<Vec<_>>(), [trap.folder.path().join("song.mp4")]);
    assert_eq!((trap.canary.taken(), trap.map.dialled()), (0, vec![]));
}

/// The same pages hit once the rules of the way out are gone, but for those that tell why not.
async fn all_hit_without_walls(pages: Vec<Page>) {
    let trap = Trap::set(&pages).await;
    let source = trap.yt_dlp(no_walls(vec![trap.site.place()]));
    let mut wrong = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let before = trap.canary.taken();
        let ended = trap.spring_by(&source, &[number]).await;
        let has_hit = trap.canary.taken() > before;
        if has_hit != page.withstands.is_none() {
            wrong.push(format!("{}: reaches somebody without walls: {has_hit}, {ended:?}", page.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sixteen mebibytes of nothing in sixteen kibibytes, two hundred times: three gibibytes.
fn bomb() -> Vec<u8> {
    gzip(vec![b' '; 16 << 20]).repeat(200)
}

#[tokio::test]
async fn a_redirect_leads_nowhere_but_out() {
    all_hold(redirects()).await;
}

#[tokio::test]
async fn a_page_embeds_nothing_of_this_machine() {
    all_hold(embeds()).await;
}

#[tokio::test]
async fn a_list_of_parts_names_nothing_of_this_machine() {
    all_hold(manifests()).await;
}

/// Before yt-dlp joins sound and picture it has ffprobe look into them, and a part of a list may be a list itself.
#[tokio::test]
async fn a_sound_whose_part_is_a_list_of_files_has_nobody_read_them() {
    let (_folder, work) = canaries();
    let watch = Watch::over(&work);
    let secret = work.join("secret.ts");
    let list =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", secret.display());
    let sound = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"http://{SITE}/1\"";
    let picture =
        "#EXT-X-STREAM-INF:BANDWIDTH=9000,RESOLUTION=64x64,CODECS=\"avc1.42c00a,mp4a.40.2\",AUDIO=\"a\"";
    let pages = [
        page("a list of both", {
            let both = format!("#EXTM3U\n{sound}\n{picture}\nhttp://{{SITE}}/3\n");
            body("application/vnd.apple.mpegurl", &both)
        }),
        page("the sound", playlist("#EXTINF:2,\nhttp://{SITE}/2")),
        page("its part", body("video/mp2t", &list)),
        page("the picture", playlist("#EXTINF:2,\nhttp://{SITE}/clip.mp4")),
    ];
    let trap = Trap::set(&pages).await;
    let ended = trap.spring(&Rules::strict(vec![trap.site.place()]), &[0]).await;
    assert!(matches!(ended.as_slice(), [(0, Err(_))]), "{ended:?}");
    assert!(watch.hits("").is_empty(), "a file of this machine was read");

    let is_list = |file: &PathBuf| std::fs::read(file).unwrap().starts_with(b"#EXTM3U");
    let fetched = files(&trap.work(0)).into_iter().find(is_list).expect("the sound was fetched");
    without_walls(&fetched, &[]);
    assert!(!watch.hits("").is_empty(), "without walls it is read");
}

#[tokio::test]
async fn an_answer_that_is_broken_or_too_much_fails_and_breaks_nothing() {
    all_hold(bodies(&bomb())).await;
}

#[tokio::test]
async fn what_has_no_end_is_cut_off_within_a_mebibyte_of_its_limit_and_says_why() {
    let pages = floods(&bomb());
    let trap = Trap::set(&pages).await;
    for (number, page) in pages.iter().enumerate() {
        let ended = trap.spring(&Rules::strict(vec![trap.site.place()]), &[number]).await;
        let [(_, Err(failure))] = ended.as_slice() else { panic!("{}: there is a video", page.what) };
        let kept: u64 =
            files(&trap.work(number).join("fetch")).iter().map(|file| file.metadata().unwrap().len()).sum();
        assert!(kept <= MOST_BYTES + (1 << 20), "{}: {kept} bytes", page.what);
        assert!(matches!(failure.kind, Kind::Permanent(_)), "{}: {failure}", page.what);
        println!("{}: {kept} bytes kept, {failure}", page.what);
    }
}

#[tokio::test]
async fn without_walls_redirects_reach_the_canary() {
    all_hit_without_walls(redirects()).await;
}

#[tokio::test]
async fn without_walls_pages_reach_the_canary() {
    all_hit_without_walls(embeds()).await;
}

#[tokio::test]
async fn without_walls_lists_of_parts_reach_the_canary() {
    all_hit_without_walls(manifests()).await;
}
