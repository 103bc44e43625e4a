//! What a caller of an outside program relies on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::time::Instant;

use super::words::KEPT_STDERR_BYTES;
use super::*;
use crate::failure::Kind;

fn shell(script: &str, dir: &Path) -> Tool {
    Tool::new(Path::new("/bin/sh"), dir).args(["-c", script])
}

/// Whether a process runs; one that has ended but was not collected yet does not.
fn runs(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn gone(pid: &str) {
    for _ in 0..200 {
        if !runs(pid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("process {pid} is still there");
}

#[tokio::test]
async fn a_program_gets_a_clean_environment() {
    let dir = tempfile::tempdir().unwrap();
    let done = Tool::new(Path::new("/usr/bin/env"), dir.path()).env("EXTRA", "1").succeed().await.unwrap();
    let names: Vec<String> =
        done.text().lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect();
    for name in &names {
        assert!(["PATH", "HOME", "TMPDIR", "LANG", "EXTRA"].contains(&name.as_str()), "{name}");
    }
    assert!(done.text().contains(&format!("HOME={}", dir.path().display())));
}

#[tokio::test]
async fn a_missing_program_names_itself_and_the_way_to_get_it() {
    let dir = tempfile::tempdir().unwrap();
    let failure = Tool::new(Path::new("/nowhere/yt-dlp"), dir.path()).succeed().await.unwrap_err();
    let text = failure.to_string();
    assert!(text.contains("/nowhere/yt-dlp") && text.contains("make setup"), "{text}");
}

#[tokio::test]
async fn a_failing_program_is_quoted_with_its_last_words() {
    let dir = tempfile::tempdir().unwrap();
    let script = "seq 1 5000 >&2; printf 'bad \\033[31mfile\\033[0m\\n' >&2; exit 3";
    let failure = shell(script, dir.path()).succeed().await.unwrap_err().to_string();
    assert!(failure.contains("exit status: 3") && failure.ends_with("bad  [31mfile [0m"), "{failure}");
    assert!(failure.len() < 3 * KEPT_STDERR_BYTES, "{}", failure.len());
}

#[tokio::test]
async fn a_program_that_meets_a_full_disk_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let failure = shell("cat /bin/sh >/dev/full", dir.path()).succeed().await.unwrap_err();
    assert_eq!(failure.waiting, Some(Waiting::NoSpace), "{failure}");
    assert_eq!(failure.kind, Kind::Wait { retry_after: Some(ROOM_AGAIN) });
    let other = shell("cat /nowhere", dir.path()).succeed().await.unwrap_err();
    assert_eq!((other.kind, other.waiting), (Kind::Transient { retry_after: None }, None));
}

#[tokio::test]
async fn a_program_that_talks_without_end_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let error = shell("echo $$ >pid; exec yes", dir.path()).stdout_bytes(1_000).run().await.unwrap_err();
    assert!(matches!(error, ToolError::TooMuch { limit: 1_000, .. }), "{error}");
    gone(std::fs::read_to_string(dir.path().join("pid")).unwrap().trim()).await;
}

#[tokio::test]
async fn a_stuck_program_is_killed_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let script = "sleep 60 & echo $! >pid; sleep 60";
    let error = shell(script, dir.path()).timeout(Duration::from_secs(3)).run().await.unwrap_err();
    assert!(matches!(error, ToolError::Timeout { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "it does not wait for sixty seconds of sleep");
    gone(std::fs::read_to_string(dir.path().join("pid")).unwrap().trim()).await;
}

#[tokio::test]
async fn what_a_killed_program_had_started_does_not_outlive_it() {
    let dir = tempfile::tempdir().unwrap();
    let script = "sleep 60 >/dev/null 2>&1 & echo $! >pid; kill -9 $$";
    let done = shell(script, dir.path()).run().await.unwrap();
    assert_eq!(done.status.signal(), Some(9));
    gone(std::fs::read_to_string(dir.path().join("pid")).unwrap().trim()).await;
}

/// A keeper that is a shell script, and is not waited for long.
fn keeper(script: &str, patience: Duration) -> Warm {
    let args = ["-c", script].map(str::to_owned);
    let mut warm = Warm::new("/bin/echo".into(), "/bin/sh".into(), args.into());
    warm.patience = patience;
    warm
}

#[tokio::test]
async fn a_keeper_that_is_stuck_or_cannot_fork_keeps_no_call_and_a_stuck_one_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let started = dir.path().join("started");
    let starts = || std::fs::read_to_string(&started).unwrap().lines().count();
    let refuses = "while read order; do id=$((id+1)); echo \"{\\\"id\\\": $id}\"; done";
    for (does, patience, expected) in
        [("exec sleep 60", Duration::from_millis(300), 2), (refuses, Duration::from_mins(1), 1)]
    {
        std::fs::write(&started, "").unwrap();
        let warm = keeper(&format!("echo one more >>'{}'; {does}", started.display()), patience);
        for _ in 0..2 {
            let tool = Tool::new(Path::new("/bin/echo"), dir.path()).arg("begun").start_args(["anew"]);
            assert_eq!(tool.run_warm(&warm).await.unwrap().text(), "anew begun\n", "{does}");
        }
        assert_eq!(starts(), expected, "{does}");
    }
}

#[tokio::test]
async fn what_a_download_had_started_ends_with_the_keeper() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    // The download tells of itself, so that its keeper may end at once.
    let download = format!(
        "sleep 60 >/dev/null 2>&1 & echo $! >\"{}\"; echo \"{{\\\"id\\\": 1, \\\"pid\\\": $$}}\"; exec >&-; wait",
        pid.display()
    );
    let warm = keeper(&format!("read order; setsid sh -c '{download}' &"), Duration::from_mins(1));
    let error = Tool::new(Path::new("/bin/echo"), dir.path()).run_warm(&warm).await.unwrap_err();
    assert!(matches!(error, ToolError::Pipe { .. }), "{error}");
    gone(std::fs::read_to_string(pid).unwrap().trim()).await;
}

#[tokio::test]
async fn a_file_that_grows_without_end_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    // The shell waits a moment, for the limit is set right after the start.
    let script = "sleep 2; head -c 100000 /dev/zero >big";
    let done = shell(script, dir.path()).file_bytes(10_000).run().await.unwrap();
    assert!(!done.status.success());
    assert_eq!(std::fs::metadata(dir.path().join("big")).unwrap().len(), 10_000);
}

#[tokio::test]
async fn many_files_count_together_while_they_are_made_and_at_the_end() {
    let many = "mkdir -p in; for n in 1 2 3 4 5; do head -c 1000 /dev/zero >in/$n; done";
    for (script, most, is_bounded) in [
        (format!("{many}; sleep 60"), 4_999, true),
        (many.to_owned(), 4_999, true),
        (many.to_owned(), 5_000, false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let tool = shell(&script, dir.path()).file_bytes(10_000);
        let ended = tool.growth(most).bound(tool.run()).await;
        let is_too_large = matches!(&ended, Err(ToolError::TooLarge { .. }));
        assert_eq!((is_too_large, ended.is_ok()), (is_bounded, !is_bounded), "{script}: {ended:?}");
    }
    let failure = Failure::from(ToolError::TooLarge { program: "yt-dlp".to_owned(), limit: 1 });
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLarge));
}

#[tokio::test]
async fn a_program_that_works_without_end_is_told_from_a_slow_machine() {
    let dir = tempfile::tempdir().unwrap();
    let done = shell("while :; do :; done", dir.path()).cpu_time(Duration::from_secs(1)).run().await.unwrap();
    assert_eq!(done.status.signal(), Some(rustix::process::Signal::XCPU.as_raw()));
}

#[test]
fn signed_addresses_are_cut_to_their_host() {
    let text = b"cannot open 'https://me:pw@v16.tiktokcdn.com/video/tos?signature=abc' <x://y/z>\x07";
    assert_eq!(clean(text), "cannot open 'https://v16.tiktokcdn.com' <x://y>");
}

/// A stranger who may end an address early in a program's words may put other words there.
#[test]
fn no_letter_of_an_address_gets_among_a_programs_own_words() {
    let link = url::Url::parse("https://m.tiktok.com/'429 \"<challenge>/1?a='b'").unwrap();
    let said = format!("Unsupported URL '{}'", quotable(link.as_str()));
    assert_eq!(clean(said.as_bytes()), "Unsupported URL 'https://m.tiktok.com'");
}
