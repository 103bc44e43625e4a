//! The programs this process has started and that still run, found in the system's own table.
//!
//! Only the end of the process asks, when no future is left that would kill its program by being dropped.
//! A system without `/proc` tells of none.

use rustix::process::{Pid, Signal, getpid, kill_process_group};

/// Kills every program this process has started, with all that they started themselves.
pub fn kill_all() {
    for child in children(getpid()) {
        // Each leads its own group. One that has ended meanwhile needs no kill.
        if let Err(error) = kill_process_group(child, Signal::KILL) {
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

fn children(of: Pid) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let numbers = processes.flatten().filter_map(|process| process.file_name().to_str()?.parse().ok());
    numbers.filter_map(Pid::from_raw).filter(|process| parent(*process) == Some(of)).collect()
}

/// The fourth field of `stat`; the second one is a name in brackets that may hold anything.
fn parent(of: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", of.as_raw_nonzero())).ok()?;
    let (_, behind_the_name) = stat.rsplit_once(')')?;
    Pid::from_raw(behind_the_name.split_ascii_whitespace().nth(1)?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_program_that_was_started_is_found_and_a_stranger_is_not() {
        let mut child =
            Command::new("sleep").arg("60").process_group(0).stdin(Stdio::null()).spawn().unwrap();
        let number = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        assert!(children(getpid()).contains(&number));
        assert!(!children(number).contains(&number));
        kill_process_group(number, Signal::KILL).unwrap();
        child.wait().unwrap();
    }
}
