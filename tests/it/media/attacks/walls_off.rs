//! The walls around yt-dlp one by one: behind all of them an attack does nothing, and it hits once the walls it is
//! for are gone. Where several stand one behind the other, each is shown to hold alone.
//!
//! The orders are the service's own, taken down where it gives them: to a keeper, and to the program it starts. What
//! holds by the program's own arguments is tried in children of a keeper, which costs a tenth; what depends on how a
//! program is started, both ways. `options` tells of each argument where it is tried, or why it is no wall.

use std::collections::BTreeSet;
use std::path::Path;

use linkscribe::adapters::yt_dlp::most_on_disk;
use linkscribe::domain::link::understand;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;

use super::links::{LINKS, OWN};
use super::orders::Order;
use super::scene::{BUDGET, By, Case, Done, SECRET, Scene, Wall, orders_with};
use crate::media::inspector::Inspector;
use crate::media::tools_dir;
use crate::support::executable;

const FSIZE: Wall = Wall::Limit("RLIMIT_FSIZE");

fn case(what: &'static str, walls: &[Wall], link: &'static str, hit: fn(&Done) -> bool) -> Case {
    Case { what, walls: walls.to_vec(), link, first: &[], is_of_platform: false, prepare: |_, _, _| {}, hit }
}

impl Case {
    fn prepared(self, prepare: fn(&Scene, &Path, &mut Order)) -> Self {
        Self { prepare, ..self }
    }
}

/// Where a link or a page leads.
pub(super) fn leads() -> Vec<Case> {
    vec![
        case("a link like an option", &[Wall::Flag("--")], "--batch-file={SECRET}", |done| {
            done.said.contains(SECRET)
        }),
        Case {
            is_of_platform: true,
            ..case("a page of nobody's", &[Wall::Value("--ies", "")], "http://{SITE}/clip.mp4", |done| {
                !done.asked.is_empty()
            })
        },
        case(
            "a page with another site's player",
            &[Wall::Value("--ies", "")],
            "http://{SITE}/player",
            |done| done.names.iter().any(|name| name == "www.youtube.com"),
        ),
        case("a way past the proxy", &[Wall::Proxy], "http://{SITE}/away", |done| done.calls > 0),
        // yt-dlp leaves what it does not speak to programs that know nothing of our proxy.
        case("another protocol", &[Wall::Value("--format", "bv*")], "http://{SITE}/stream", |done| {
            done.has("pwned-rtmpdump")
        })
        .prepared(|_, home, order| helper(home, order, "rtmpdump")),
        case("a plug-in", &[Wall::Flag("--no-plugin-dirs")], "http://{SITE}/clip.mp4", |done| {
            done.has("pwned")
        })
        .prepared(|_, home, _| {
            let plugin = home.join(".config/yt-dlp/plugins/evil/yt_dlp_plugins/extractor");
            std::fs::create_dir_all(&plugin).unwrap();
            std::fs::write(plugin.join("evil.py"), "open('pwned', 'w').close()\n").unwrap();
        }),
        case("a name of the site's", &[Wall::Value("--output", "video.")], "http://{SITE}/titled", |done| {
            let names = std::fs::read_dir(&done.home).unwrap().flatten();
            names.map(|file| file.file_name()).any(|name| name.to_string_lossy().contains("pwned"))
        }),
        // The folder is empty, as another wall.
        case(
            "a file that lies there",
            &[Wall::Flag("--force-overwrites")],
            "http://{SITE}/clip.mp4",
            |done| std::fs::read(done.home.join("video.mp4")).unwrap() == b"another's",
        )
        .prepared(|_, home, _| std::fs::write(home.join("video.mp4"), "another's").unwrap()),
    ]
}

/// What is used up.
pub(super) fn costs() -> Vec<Case> {
    let value = Wall::Value;
    vec![
        case("a video without end", &[FSIZE, Wall::Bytes], "http://{SITE}/endless.mp4", |done| {
            done.largest() > BUDGET * 2
        }),
        case(
            "a video that tells of its size",
            &[value("--max-filesize", "2000000"), FSIZE, Wall::Bytes],
            "http://{SITE}/told.mp4",
            |done| done.largest() > BUDGET * 2,
        ),
        // A gibibyte would be met by a page of half of it, which no test needs.
        case("a list that unpacks", &[Wall::Limit("RLIMIT_AS")], "http://{SITE}/packed", |done| {
            done.has("video.mp4")
        })
        .prepared(|_, _, order| lowered(order, "RLIMIT_AS", 150 << 20)),
        // Nor are two minutes of a processor.
        case("a page that is a riddle", &[Wall::Limit("RLIMIT_CPU")], "http://{SITE}/riddle", |done| {
            done.said.contains("Unsupported URL")
        })
        .prepared(|_, _, order| lowered(order, "RLIMIT_CPU", 1)),
        case(
            "a page of many entries",
            &[value("--playlist-items", "1:10")],
            "http://{SITE}/entries",
            |done| done.times("/gone.mp4") > 10,
        ),
        case("a page of many videos", &[value("--max-downloads", "1")], "http://{SITE}/videos", |done| {
            done.times("/clip.mp4?1") > 0
        }),
        case("a long video", &[value("--match-filters", "duration")], "http://{SITE}/long", |done| {
            done.has("video.mp4")
        }),
        case("a server that is tired", &[value("--retries", "2")], "http://{SITE}/busy.mp4?{RUN}", |done| {
            done.times("/busy.mp4") > 4
        }),
        case(
            "a part that does not come",
            &[value("--fragment-retries", "2")],
            "http://{SITE}/missing",
            |done| done.times("/gone.mp4") > 4,
        ),
        case(
            "a video with holes",
            &[Wall::Flag("--abort-on-unavailable-fragments")],
            "http://{SITE}/holes",
            |done| done.has("video.mp4"),
        ),
    ]
}

/// Other programs yt-dlp calls.
pub(super) fn helpers() -> Vec<Case> {
    let stays = Wall::Value("--downloader-args", "ffmpeg_i:");
    let joins = Wall::Value("--postprocessor-args", "merger+ffmpeg_i:");
    let called: fn(&Done) -> bool = |done| done.calls > 0;
    let opened: fn(&Done) -> bool = |done| done.was_opened;
    vec![
        case("a lock ffmpeg opens", &[stays, Wall::Proxy], "http://{SITE}/locked", called),
        case(
            "a list that goes on",
            &[Wall::Value("--break-match-filters", "!is_live"), stays, Wall::Proxy],
            "http://{SITE}/live?{RUN}",
            called,
        ),
        // ffprobe looks into the sound first, then ffmpeg joins it; each would read what it names.
        case("a sound that ffprobe looks into", &[Wall::Ffprobe], "http://{SITE}/both", opened),
        case("a sound that ffmpeg joins", &[joins], "http://{SITE}/both", opened),
        case(
            "a list that is repaired",
            &[Wall::Value("--fixup", "never"), Wall::Ffprobe],
            "http://{SITE}/trap",
            opened,
        ),
    ]
}

/// What a configuration of this machine may say, put where yt-dlp puts it: before the arguments. That none is read is
/// another wall, and taken away where the program is started.
pub(super) fn configured() -> Vec<Case> {
    let clip = |what, wall, first, hit| Case {
        first,
        ..case(what, &[Wall::Flag(wall)], "http://{SITE}/clip.mp4", hit)
    };
    vec![
        clip("a command", "--no-exec", &["--exec", "before_dl:touch pwned"], |done| done.has("pwned")),
        clip("an update", "--no-update", &["--update"], |done| {
            done.names.iter().any(|name| name == "api.github.com")
        }),
        clip(
            "cookies of a browser",
            "--no-cookies-from-browser",
            &["--cookies-from-browser", "firefox:{BROWSER}"],
            |done| done.times("browser=secret") > 0,
        ),
        clip("cookies of a file", "--no-cookies", &["--cookies", "{COOKIES}"], |done| {
            done.times("file=secret") > 0
        }),
        // One that is known is fetched for a puzzle of YouTube's alone, and where the set-up has not put it. Whether one
        // may be fetched shows by what is said of one nobody knows.
        clip("a component", "--no-remote-components", &["--remote-components", "evil"], |done| {
            done.said.contains("unsupported remote component(s): evil")
        }),
        Case {
            walls: vec![Wall::Value("--downloader", "native")],
            ..clip("another downloader", "", &["--downloader", "curl"], |done| done.has("pwned-curl"))
        }
        .prepared(|_, home, order| helper(home, order, "curl")),
    ]
}

/// Walls that are tried in tests of their own.
pub(super) const BESIDE: [Wall; 2] = [IGNORED, CACHE];
const IGNORED: Wall = Wall::Flag("--ignore-config");
const CACHE: Wall = Wall::Flag("--no-cache-dir");

/// A program that leaves a trace, found before all others.
fn helper(home: &Path, order: &mut Order, name: &str) {
    executable(&home.join(name), format!("#!/bin/sh\ntouch pwned-{name}\n").as_bytes());
    // Behind our ffprobe, which looks past its own place for the real one.
    let (walled, rest) = order.env["PATH"].split_once(':').unwrap();
    let path = format!("{walled}:{}:{rest}", home.display());
    order.env.insert("PATH".to_owned(), path);
}

/// Where there is such a limit, it is met by less.
fn lowered(order: &mut Order, name: &str, most: u64) {
    if let Some(limit) = order.limits.get_mut(name) {
        *limit = most;
    }
}

async fn all_are_worth_having(cases: &[Case], by: &[By]) {
    let mut scene = Scene::set().await;
    let mut wrong = Vec::new();
    for case in cases {
        for by in by {
            wrong.extend(scene.prove(*by, case).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn a_kept_program_is_told_just_what_a_started_one_is() {
    let scene = Scene::set().await;
    for orders in [&scene.platform, &scene.extra] {
        assert_eq!(orders.kept, orders.started);
        let limits: Vec<(&str, u64)> =
            orders.kept.limits.iter().map(|(name, most)| (name.as_str(), *most)).collect();
        assert_eq!(limits, [("RLIMIT_AS", 1 << 30), ("RLIMIT_CPU", 120), ("RLIMIT_FSIZE", BUDGET)]);
    }
}

#[tokio::test]
async fn each_wall_before_where_a_page_leads_is_worth_having() {
    all_are_worth_having(&leads(), &[By::Kept]).await;
}

#[tokio::test]
async fn each_wall_before_what_a_page_costs_is_worth_having() {
    all_are_worth_having(&costs(), &[By::Kept]).await;
}

#[tokio::test]
async fn each_wall_around_the_programs_yt_dlp_calls_is_worth_having() {
    all_are_worth_having(&helpers(), &[By::Kept]).await;
}

/// The limits, the way out and the plug-ins depend on how the program is started.
#[tokio::test]
async fn the_walls_hold_around_a_program_that_is_started_as_well() {
    let is_about_it = |case: &Case| {
        ["a way past the proxy", "a plug-in", "a list that unpacks", "a page that is a riddle"]
            .contains(&case.what)
    };
    let mut cases: Vec<Case> = leads().into_iter().chain(costs()).filter(is_about_it).collect();
    assert_eq!(cases.len(), 4);
    cases.push(case("a video without end", &[FSIZE, Wall::Bytes], "http://{SITE}/endless.mp4", |done| {
        done.largest() > BUDGET * 2
    }));
    all_are_worth_having(&cases, &[By::Started]).await;
}

#[tokio::test]
async fn what_a_configuration_says_is_taken_back_word_by_word() {
    all_are_worth_having(&configured(), &[By::Kept]).await;
}

#[tokio::test]
async fn no_configuration_is_read_and_nothing_it_says_is_done() {
    let mut scene = Scene::set().await;
    let cases = configured();
    let behind: Vec<Wall> = cases.iter().flat_map(|case| case.walls.clone()).collect();
    let all =
        case("a configuration", &[], "http://{SITE}/clip.mp4", |_| false).prepared(|scene, home, order| {
            let quoted = |word: &&str| format!("\"{}\"", scene.filled(word));
            let words =
                configured().into_iter().flat_map(|case| case.first.iter().map(quoted).collect::<Vec<_>>());
            let words = words.chain(["--batch-file".to_owned(), scene.secret().display().to_string()]);
            std::fs::create_dir_all(home.join(".config/yt-dlp")).unwrap();
            let text = words.collect::<Vec<_>>().join(" ");
            std::fs::write(home.join(".config/yt-dlp/config"), text).unwrap();
            helper(home, order, "curl");
        });
    for (off, is_read, is_done) in [
        (behind.clone(), false, false),
        (vec![IGNORED], true, false),
        ([&behind[..], &[IGNORED]].concat(), true, true),
    ] {
        let done = scene.run(By::Started, &all, &off).await;
        assert_eq!(done.said.contains(SECRET), is_read, "without {off:?}: {done:?}");
        for case in &cases {
            assert_eq!((case.hit)(&done), is_done, "{} without {off:?}: {done:?}", case.what);
        }
    }
}

/// Links that lead nowhere would never reach the program; here the eye that refuses them is shut.
#[tokio::test]
async fn a_hostile_link_does_nothing_even_where_nobody_looked_at_it() {
    let mut scene = Scene::set().await;
    let links: Vec<String> = LINKS.iter().chain(&OWN).map(|link| scene.filled(link)).collect();
    for is_of_platform in [true, false] {
        let hostile = Case { is_of_platform, ..case("links", &[], "", |_| false) };
        let done = scene.run_about(By::Kept, &hostile, &[], &links).await;
        assert!(!done.said.contains(SECRET), "{done:?}");
        assert_eq!(std::fs::read_dir(&done.home).unwrap().count(), 0, "{done:?}");
        assert_eq!((done.calls, done.asked.len()), (0, 0), "{done:?}");
        // Each was looked at, and the last one too.
        let refused = done.said.matches("ERROR: ").count();
        assert!(refused >= links.len(), "{refused} of {}: {done:?}", links.len());
    }
}

/// What the service's own environment may hold does not reach the program.
#[tokio::test]
async fn no_module_of_this_machine_is_loaded() {
    let mut scene = Scene::set().await;
    let names: BTreeSet<&str> = scene.extra.started.env.keys().map(String::as_str).collect();
    let few = ["HOME", "LANG", "PATH", "TMPDIR", "all_proxy", "http_proxy", "https_proxy"];
    assert_eq!(names, few.into());
    let leaked = case("a module", &[], "http://{SITE}/clip.mp4", |_| false).prepared(|_, home, order| {
        std::fs::write(home.join("sitecustomize.py"), "open('pwned', 'w').close()\n").unwrap();
        order.env.insert("PYTHONPATH".to_owned(), home.to_str().unwrap().to_owned());
    });
    let done = scene.run(By::Started, &leaked, &[]).await;
    assert!(done.has("pwned"), "the environment is worth its wall");
}

/// A post of entries that each unpack to what one file may have: no limit of a file is met, and little is moved.
#[tokio::test]
async fn files_that_are_too_much_together_are_stopped_by_the_look_at_their_folder() {
    let mut scene = Scene::set().await;
    let link = scene.filled("http://{SITE}/heaps");
    let work = tempfile::tempdir().unwrap();
    let failure = scene.source().fetch(&understand(&link).unwrap().url, work.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLarge), "{failure}");
    assert!(failure.to_string().contains("made files of more than"), "{failure}");
    let heaps = case("heaps", &[], "http://{SITE}/heaps", |_| false);
    let done = scene.run(By::Kept, &heaps, &[]).await;
    assert!(done.on_disk() > most_on_disk(2 * BUDGET), "{done:?}");
}

/// A token that lies in a cache of this machine is the operator's own, or somebody's who could write there.
#[tokio::test]
async fn nothing_is_taken_out_of_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let inspector = Inspector::start(
        folder.path(),
        [(("api.vimeo.com", "/nothing"), Vec::new()), (("vimeo.com", "/nothing"), Vec::new())].into(),
    )
    .await;
    let orders = orders_with(folder.path(), "https://vimeo.com/76979871/8272103f6e", |settings| {
        settings.ca_file = Some(inspector.ca_file.clone());
    })
    .await;
    for (order, is_told) in [(orders.started.clone(), false), (CACHE.off(orders.started), true)] {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().join(".cache/yt-dlp/vimeo");
        std::fs::create_dir_all(&cache).unwrap();
        for name in ["oauth-token-android", "oauth-token-ios", "oauth-token-macos"] {
            std::fs::write(cache.join(format!("{name}.json")), format!("\"{SECRET}\"")).unwrap();
        }
        let order = order.with("https_proxy", &inspector.url).with("all_proxy", &inspector.url);
        let ended = order.carry_out(&tools_dir().join("venv/bin/yt-dlp"), home.path()).await.unwrap();
        let was_told = inspector.heads().iter().any(|(_, head)| head.contains(SECRET));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(was_told, is_told, "{said} {:?}", inspector.heads());
    }
}
