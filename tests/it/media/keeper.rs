//! yt-dlp is kept loaded between downloads, and each one is confined all the same.

use std::path::PathBuf;
use std::time::Duration;

use linkscribe::adapters::yt_dlp::YtDlp;
use linkscribe::failure::Kind;
use linkscribe::ports::VideoSource;
use rustix::process::{Pid, Signal, getpid, kill_process};
use tempfile::TempDir;

use super::fetch::{url, workers_in, yt_dlp};
use super::site::Site;
use super::{clips, tools_dir};
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

/// Tools of one test's own: all tests of one run may be one process, with a keeper for each of them.
struct Tools(TempDir);

impl Tools {
    /// The real program and interpreter.
    fn real() -> Self {
        let (tools, venv) = (Self(tempfile::tempdir().unwrap()), tools_dir().join("venv/bin"));
        executable(&tools.program(), &std::fs::read(venv.join("yt-dlp")).unwrap());
        let (mark, python) = (tools.mark(), venv.join("python"));
        tools.script("python", &format!("{mark} exec '{}' \"$@\"", python.display()));
        tools
    }

    /// The real program, in a keeper that cannot fork.
    fn without_room() -> Self {
        let tools = Self::real();
        let full = "import os\ndef fork():\n    raise OSError(11, \"full\")\nos.fork = fork";
        let (mark, python) = (tools.mark(), tools_dir().join("venv/bin/python"));
        let run = format!("{mark} exec '{}' -I -c '{full}'\"\n$keeper\" \"$@\"", python.display());
        tools.script("python", &format!("keeper=$3; shift 3; {run}"));
        tools
    }

    /// The real program, and an interpreter that only ends.
    fn without_interpreter() -> Self {
        let tools = Self(tempfile::tempdir().unwrap());
        tools.script("yt-dlp", &format!("exec '{}' \"$@\"", tools_dir().join("venv/bin/yt-dlp").display()));
        tools.script("python", &format!("touch '{}'; exit 1", tools.0.path().join("was asked").display()));
        tools
    }

    fn script(&self, name: &str, line: &str) {
        executable(&self.0.path().join(name), format!("#!/bin/sh\n{line}\n").as_bytes());
    }

    fn program(&self) -> PathBuf {
        self.0.path().join("yt-dlp")
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
        let (own, mark) = (getpid().as_raw_nonzero().to_string(), self.mark().replace('\'', ""));
        let numbers = std::fs::read_dir("/proc").unwrap().flatten();
        let numbers = numbers.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut running = numbers.filter(|name| name.bytes().all(|sign| sign.is_ascii_digit()));
        running.find(|pid| {
            of_process(pid, "environ").split('\0').any(|set| set == mark) && parent_and_session(pid).0 == own
        })
    }
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
    kill_process(Pid::from_raw(first.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
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
    assert_eq!(parent_and_session(&pid), (keeper.clone(), pid.clone()));
    let limits = of_process(&pid, "limits");
    for (name, most) in
        [("Max cpu time", "120"), ("Max file size", "4000000"), ("Max address space", "1073741824")]
    {
        let told = limits.lines().find(|told| told.starts_with(name)).unwrap();
        assert_eq!(told[name.len()..].split_whitespace().next(), Some(most), "{limits}");
    }
    assert!(!of_process(&pid, "environ").contains("CARGO"), "it has our environment");
    kill_process(Pid::from_raw(keeper.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
    let failure = job.await.unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::Transient { retry_after: None }, "{failure}");
    for _ in 0..200 {
        if workers_in(work.path()).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still there: {:?}", workers_in(work.path()));
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

    let updated = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(tools.program()).unwrap().set_modified(updated).unwrap();
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
    let (dir, tools) = (tempfile::tempdir().unwrap(), Tools::without_interpreter());
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

/// `make bench` prints it.
#[tokio::test]
#[ignore = "a figure: it depends on the machine"]
async fn processor_seconds_a_download_are_printed() {
    const DOWNLOADS: u32 = 20;
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    let (site, work) = (Site::start(dir.path()), tempfile::tempdir().unwrap());
    let link = url(&site, "/files/clip.mp4");

    let tools = Tools::real();
    let warm = tools.source(&site);
    warm.fetch(&link, work.path()).await.unwrap();
    let keeper = tools.keeper().expect("it is kept");
    let start = used_up(&keeper);
    for _ in 0..DOWNLOADS {
        warm.fetch(&link, work.path()).await.unwrap();
    }
    let kept = (used_up(&keeper) - start) / f64::from(DOWNLOADS);

    let bare = Tools::without_interpreter();
    let cold = bare.source(&site);
    let own = getpid().as_raw_nonzero().to_string();
    let start = used_up(&own);
    for _ in 0..DOWNLOADS {
        cold.fetch(&link, work.path()).await.unwrap();
    }
    let started = (used_up(&own) - start) / f64::from(DOWNLOADS);
    println!(
        "a download takes {kept:.3} s of a processor where yt-dlp is kept loaded, {started:.3} s where it is started"
    );
    println!(
        "the start of what is kept took {start:.2} s, once",
        start = used_up(&keeper) - kept * f64::from(DOWNLOADS)
    );
    assert!(kept <= 0.2 && kept * 3.0 < started);
}
