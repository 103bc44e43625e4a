//! yt-dlp is kept loaded between downloads, and each one is confined all the same.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings, with_the_usual};
use linkscribe::domain::link::{VideoUrl, understand};
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;
use rustix::process::{Pid, Signal, getpid, kill_process};
use serde_json::json;
use tempfile::TempDir;

use super::fetch::{url, workers_in, yt_dlp};
use super::inspector::Inspector;
use super::site::Site;
use super::slides::ID;
use super::{clips, fetch, slides, tools_dir, x, youtube};
use crate::support::{PATIENCE, executable};

/// A file of a process, such as `limits`.
fn of_process(pid: &str, file: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default()).into_owned()
}

/// Parent and session of a process.
fn parent_and_session(pid: &str) -> (String, String) {
    let stat = of_process(pid, "stat");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[1].to_owned(), fields[3].to_owned())
}

/// Tools of one test's own: all tests of one run may be one process, with keepers for each of them.
pub(super) struct Tools(TempDir);

impl Tools {
    /// The real programs and interpreter.
    pub(super) fn real() -> Self {
        let tools = Self::programs();
        tools.interpreter(&format!("{} exec '{}' \"$@\"", tools.mark(), python()));
        tools
    }

    /// The real programs, and an interpreter that keeps them and does nothing else.
    pub(super) fn only_kept() -> Self {
        let tools = Self::programs();
        let keep = format!("{} exec '{}' \"$@\"", tools.mark(), python());
        tools.interpreter(&format!("case \"$3\" in *'def keep('*) {keep};; esac; exit 1"));
        tools
    }

    /// The real programs, in keepers that cannot fork.
    fn without_room() -> Self {
        let tools = Self::programs();
        let full = "import os\ndef fork():\n    raise OSError(11, \"full\")\nos.fork = fork";
        let run = format!("{} exec '{}' -I -c '{full}'\"\n$keeper\" \"$@\"", tools.mark(), python());
        tools.interpreter(&format!("keeper=$3; shift 3; {run}"));
        tools
    }

    /// The real programs, and an interpreter that keeps none.
    fn never_kept() -> Self {
        let tools = Self::programs();
        let asked = tools.0.path().join("was asked");
        let ends = format!("case \"$3\" in *'def keep('*) touch '{}'; exit 1;; esac", asked.display());
        tools.interpreter(&format!("{ends}; exec '{}' \"$@\"", python()));
        tools
    }

    fn programs() -> Self {
        let tools = Self(tempfile::tempdir().unwrap());
        for name in ["yt-dlp", "gallery-dl"] {
            let program = std::fs::read(tools_dir().join("venv/bin").join(name)).unwrap();
            executable(&tools.0.path().join(name), &program);
        }
        tools
    }

    fn interpreter(&self, line: &str) {
        executable(&self.0.path().join("python"), format!("#!/bin/sh\n{line}\n").as_bytes());
    }

    pub(super) fn program(&self) -> PathBuf {
        self.0.path().join("yt-dlp")
    }

    /// Makes one of the programs look newly installed.
    pub(super) fn update(&self, program: &str) {
        let now = SystemTime::now() + Duration::from_secs(5);
        let file = std::fs::File::options().write(true).open(self.0.path().join(program)).unwrap();
        file.set_modified(now).unwrap();
    }

    /// By this in its environment a keeper is known as one of these tools.
    fn mark(&self) -> String {
        format!("KEPT_FOR='{}'", self.0.path().display())
    }

    fn source(&self, site: &Site) -> YtDlp {
        yt_dlp(site, |settings| settings.program = self.program())
    }

    /// The one that keeps yt-dlp loaded.
    fn keeper(&self) -> Option<String> {
        self.keepers_of("yt_dlp").pop()
    }

    /// Those that keep a program loaded, named as Python imports it.
    pub(super) fn keepers_of(&self, module: &str) -> Vec<String> {
        let (own, mark) = (getpid().as_raw_nonzero().to_string(), self.mark().replace('\'', ""));
        let numbers = std::fs::read_dir("/proc").unwrap().flatten();
        let numbers = numbers.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let running = numbers.filter(|name| name.bytes().all(|sign| sign.is_ascii_digit()));
        let is_one = |pid: &String| {
            of_process(pid, "environ").split('\0').any(|set| set == mark)
                && parent_and_session(pid).0 == own
                && of_process(pid, "cmdline").contains(&format!("import {module}\n"))
        };
        running.filter(is_one).collect()
    }
}

fn python() -> String {
    tools_dir().join("venv/bin/python").display().to_string()
}

/// Whether a process is a child of this keeper in a session of its own, knows nothing of our environment, and has
/// these limits.
pub(super) fn assert_is_confined(pid: &str, keeper: &str, limits: [(&str, &str); 3]) {
    assert_eq!(parent_and_session(pid), (keeper.to_owned(), pid.to_owned()));
    let told = of_process(pid, "limits");
    for (name, most) in limits {
        let line = told.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line[name.len()..].split_whitespace().next(), Some(most), "{told}");
    }
    assert!(!of_process(pid, "environ").contains("CARGO"), "it has our environment");
}

/// Ends a keeper as the system would that is short of memory.
pub(super) fn kill(keeper: &str) {
    kill_process(Pid::from_raw(keeper.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
}

/// Waits until nobody works inside a folder any more.
pub(super) async fn until_nobody_works_in(folder: &Path) {
    for _ in 0..200 {
        if workers_in(folder).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still there: {:?}", workers_in(folder));
}

#[tokio::test]
async fn one_loaded_program_serves_one_download_after_another_and_is_replaced_when_it_dies() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let (site, work) = (Site::start(dir.path()), tempfile::tempdir().unwrap());
    let (tools, link) = (Tools::real(), url(&site, "/files/clip.mp4"));
    let source = tools.source(&site);
    source.fetch(&link, work.path()).await.unwrap();
    let first = tools.keeper().expect("it is kept");
    source.fetch(&link, work.path()).await.unwrap();
    assert_eq!(tools.keeper().as_ref(), Some(&first));
    kill(&first);
    source.fetch(&link, work.path()).await.unwrap();
    assert_ne!(tools.keeper(), Some(first));
    let mut left: Vec<_> =
        std::fs::read_dir(work.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["fetch", "walled"]);
}

#[tokio::test]
async fn a_download_is_a_session_of_its_own_with_limits_and_ends_with_the_keeper() {
    let dir = tempfile::tempdir().unwrap();
    let (mut site, work) = (Site::start(dir.path()), tempfile::tempdir().unwrap());
    let (tools, link, folder) = (Tools::real(), url(&site, "/stuck.mp4"), work.path().to_owned());
    let source = tools.source(&site);
    let job = tokio::spawn(async move { source.fetch(&link, &folder).await });
    site.requests.recv().await.unwrap();
    let [pid] = workers_in(work.path()).try_into().unwrap();
    let keeper = tools.keeper().unwrap();
    let limits = [("Max cpu time", "120"), ("Max file size", "4000000"), ("Max address space", "1073741824")];
    assert_is_confined(&pid, &keeper, limits);
    kill(&keeper);
    let failure = job.await.unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::Transient { retry_after: None }, "{failure}");
    until_nobody_works_in(work.path()).await;
}

#[tokio::test]
async fn after_an_update_another_keeper_takes_over_and_downloads_under_way_go_on() {
    let (dir, tools) = (tempfile::tempdir().unwrap(), Tools::real());
    clips::captions(dir.path(), "clip.mp4", "25");
    let (mut site, stuck_in, works) =
        (Site::start(dir.path()), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = tools.source(&site);
    let (stuck, before, folder) = (url(&site, "/stuck.mp4"), source.clone(), stuck_in.path().to_owned());
    let under_way = tokio::spawn(async move { before.fetch(&stuck, &folder).await });
    site.requests.recv().await.unwrap();
    let [old] = workers_in(stuck_in.path()).try_into().unwrap();

    tools.update("yt-dlp");
    let (after, link, folder) = (source.clone(), url(&site, "/stuck.mp4"), works.path().to_owned());
    let new_one = tokio::spawn(async move { after.fetch(&link, &folder).await });
    let begun = async {
        while workers_in(works.path()).is_empty() {
            // The first one may ask more than once.
            site.requests.recv().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.expect("the other download begins");
    let [new] = workers_in(works.path()).try_into().unwrap();
    assert_ne!(parent_and_session(&old).0, parent_and_session(&new).0, "each has its own keeper");
    assert_eq!(workers_in(stuck_in.path()), [old], "the download under way goes on");
    for job in [under_way, new_one] {
        job.abort();
        assert!(job.await.unwrap_err().is_cancelled());
    }
    source.fetch(&url(&site, "/files/clip.mp4"), works.path()).await.unwrap();
}

#[tokio::test]
async fn where_it_cannot_be_kept_loaded_it_is_started_for_each_download() {
    let (dir, tools) = (tempfile::tempdir().unwrap(), Tools::never_kept());
    clips::captions(dir.path(), "clip.mp4", "25");
    let (site, work) = (Site::start(dir.path()), tempfile::tempdir().unwrap());
    tools.source(&site).fetch(&url(&site, "/files/clip.mp4"), work.path()).await.unwrap();
    assert!(tools.0.path().join("was asked").exists(), "it was tried");
}

#[tokio::test]
async fn where_it_cannot_fork_the_program_is_started_and_the_keeper_goes_on() {
    let (dir, tools) = (tempfile::tempdir().unwrap(), Tools::without_room());
    clips::captions(dir.path(), "clip.mp4", "25");
    let (site, work) = (Site::start(dir.path()), tempfile::tempdir().unwrap());
    let source = tools.source(&site);
    let mut keepers = Vec::new();
    for _ in 0..2 {
        source.fetch(&url(&site, "/files/clip.mp4"), work.path()).await.unwrap();
        keepers.push(tools.keeper().expect("it is kept"));
    }
    assert_eq!(keepers[0], keepers[1]);
}

/// Processor time in seconds that a process has used up, and its children that ended.
fn used_up(pid: &str) -> f64 {
    /// Linux counts in hundredths of a second for everybody who asks (`USER_HZ`).
    const A_SECOND: f64 = 100.0;
    let stat = of_process(pid, "stat");
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    // utime, stime, cutime and cstime are the 14th to 17th field; the name before them ended the second.
    fields.skip(11).take(4).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / A_SECOND
}

/// Processor seconds one download takes: of the keepers and their children, and of this process and the programs it
/// starts itself.
async fn seconds_a_download(tools: &Tools, settings: &YtDlpSettings, link: &VideoUrl) -> [f64; 2] {
    const DOWNLOADS: u32 = 20;
    let fetcher = slides::fetcher(YtDlpSettings { program: tools.program(), ..settings.clone() });
    let work = tempfile::tempdir().unwrap();
    // The keepers begin with the first one.
    fetcher.fetch(link, work.path()).await.unwrap();
    let own = getpid().as_raw_nonzero().to_string();
    let keepers = [tools.keepers_of("yt_dlp"), tools.keepers_of("gallery_dl")].concat();
    let used = || [keepers.iter().map(|pid| used_up(pid)).sum(), used_up(&own)];
    let start: [f64; 2] = used();
    for _ in 0..DOWNLOADS {
        fetcher.fetch(link, work.path()).await.unwrap();
    }
    let end = used();
    [0, 1].map(|of| (end[of] - start[of]) / f64::from(DOWNLOADS))
}

/// `make bench` prints it. The sites are the tests' own, most behind a proxy that looks into TLS: each of their answers
/// costs a handshake, and the roots are the usual ones with the proxy's, as the service has them.
#[tokio::test]
#[ignore = "a figure: it depends on the machine"]
async fn processor_seconds_a_download_are_printed() {
    /// What an entry's download may cost.
    const GOAL: f64 = 0.2;
    const IN_THREE_RUNS: &str = "a carousel of Instagram without a login";
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(clips::captions(dir.path(), "clip.mp4", "25")).unwrap();
    let site = Site::start(dir.path());
    let mut downloads = vec![("a file", site.link("/files/clip.mp4"), fetch::settings(&site))];
    let film = x::told(&json!([x::film()]), &json!([]));
    let slideshow = format!("https://www.tiktok.com/@kitchen/photo/{ID}");
    let carousel = "https://www.instagram.com/p/CxYzAbCdEfG/";
    let written = youtube::youtube(&clip, &[youtube::track("en", true), youtube::track("en", false)]);
    let mut inspectors = Vec::new();
    for (what, link, sites) in [
        ("a video of YouTube with subtitles made by hand", youtube::LINK, written),
        (
            "a post of X with a video",
            "https://x.com/kitchen/status/1720000000000000001",
            x::x(dir.path(), &film),
        ),
        ("a slideshow of TikTok", &slideshow, slides::tiktok(dir.path())),
        ("a carousel of Instagram", carousel, slides::instagram(dir.path())),
        (IN_THREE_RUNS, carousel, slides::instagram_without_login(dir.path())),
    ] {
        let folder = tempfile::tempdir_in(dir.path()).unwrap().keep();
        let inspector = Inspector::start(&folder, sites).await;
        let roots = with_the_usual(&inspector.ca_file, &tools_dir().join("venv/bin/yt-dlp"), &folder);
        let settings = YtDlpSettings { ca_file: Some(roots), ..slides::settings(&inspector) };
        downloads.push((what, link.to_owned(), settings));
        inspectors.push(inspector);
    }
    let mut missed = Vec::new();
    for (what, link, settings) in downloads {
        let url = understand(&link).unwrap().url;
        let [kept, own] = seconds_a_download(&Tools::real(), &settings, &url).await;
        let started = seconds_a_download(&Tools::never_kept(), &settings, &url).await[1] - own;
        println!(
            "{what} takes {kept:.3} s of a processor where the programs are kept loaded, {started:.3} s where they are \
             started; the service and the site of the test {own:.3} s beside"
        );
        // Three runs of the programs, of which each takes what a file does.
        let is_above = kept > GOAL && what != IN_THREE_RUNS;
        if is_above || kept * 3.0 > started {
            missed.push(what);
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}
