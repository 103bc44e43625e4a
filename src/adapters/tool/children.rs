//! The programs this process has started and that still run, found in the system's own table.
//!
//! Only the end of the process asks, when no future is left that would kill its program by being dropped.
//! A system without `/proc` tells of none.

use std::collections::BTreeSet;

use rustix::process::{Pid, Signal, getpgrp, getpid, kill_process_group};

/// A process as the system's table shows it.
#[derive(Debug, Clone, Copy)]
struct Process {
    pid: i32,
    parent: i32,
    group: i32,
}

/// Kills every program this process has started, with all that they started themselves.
pub fn kill_all() {
    // A program kept loaded leads a group, and each download it began another one.
    for group in groups_below(getpid()) {
        // One that has ended meanwhile needs no kill.
        if let Err(error) = kill_process_group(group, Signal::KILL) {
            tracing::debug!(%error, "a program had ended before it was killed");
        }
    }
}

/// Lets this process, started by another one of ours, be killed as soon as that one ends, however it does.
/// Linux counts the end of the very thread that started it; ours are started by the thread that ends last.
#[cfg(target_os = "linux")]
pub fn die_with_parent() {
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
        tracing::debug!(%error, "this process will outlive the one that started it");
    }
}

/// Elsewhere it works on to its end, to which nobody listens.
#[cfg(not(target_os = "linux"))]
pub fn die_with_parent() {}

/// The groups of all that a process has started, however far below it, but for the group of this process.
fn groups_below(top: Pid) -> Vec<Pid> {
    let Ok(numbers) = std::fs::read_dir("/proc") else { return Vec::new() };
    let all: Vec<Process> =
        numbers.flatten().filter_map(|number| process(number.file_name().to_str()?)).collect();
    let mut unseen = vec![top.as_raw_nonzero().get()];
    let mut groups = BTreeSet::new();
    while let Some(parent) = unseen.pop() {
        for child in all.iter().filter(|child| child.parent == parent) {
            groups.insert(child.group);
            unseen.push(child.pid);
        }
    }
    groups.into_iter().filter_map(Pid::from_raw).filter(|group| *group != getpgrp()).collect()
}

/// The fourth and fifth field of `stat`; the second one is a name in brackets that may hold anything.
fn process(number: &str) -> Option<Process> {
    let pid = number.parse().ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, behind_the_name) = stat.rsplit_once(')')?;
    let mut fields = behind_the_name.split_ascii_whitespace().skip(1).map(str::parse);
    Some(Process { pid, parent: fields.next()?.ok()?, group: fields.next()?.ok()? })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_program_is_found_with_what_it_started_in_a_session_of_its_own_and_a_stranger_is_not() {
        let script = "setsid sleep 60 >/dev/null & echo $!; wait";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
        let below = Pid::from_raw(told.trim().parse().unwrap()).unwrap();
        let number = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        // It is told of before it leads its session.
        while !groups_below(number).contains(&below) {
            std::thread::yield_now();
        }
        let found = groups_below(getpid());
        assert!(found.contains(&number) && found.contains(&below), "{found:?}");
        assert!(!groups_below(below).contains(&number));
        for group in [below, number] {
            kill_process_group(group, Signal::KILL).unwrap();
        }
        child.wait().unwrap();
    }
}
