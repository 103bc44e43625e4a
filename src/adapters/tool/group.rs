//! The process group of one call, so that a program's own children die with it.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The process group of one call: killed on drop unless all of it has ended.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The child leads its group, so the group has the child's number.
    pub(super) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Nothing is left to kill; the number may belong to somebody else from now on.
    pub(super) fn is_gone(&mut self) {
        self.0 = None;
    }

    #[cfg(target_os = "linux")]
    pub(super) fn limit(&self, file_bytes: Option<u64>, memory_bytes: Option<u64>, cpu_seconds: Option<u64>) {
        use rustix::process::{Resource, Rlimit, prlimit};
        // No number means ourselves to the system, and it is not us who are to be limited.
        if self.0.is_none() {
            return;
        }
        let limits =
            [(Resource::Fsize, file_bytes), (Resource::As, memory_bytes), (Resource::Cpu, cpu_seconds)];
        for (resource, limit) in limits {
            let Some(most) = limit else { continue };
            // At the hard limit of its time a process dies like any other; at the soft one it can be told why.
            let grace = if resource == Resource::Cpu { 5 } else { 0 };
            let limit = Rlimit { current: Some(most), maximum: Some(most.saturating_add(grace)) };
            if let Err(error) = prlimit(self.0, resource, limit) {
                // A program that has ended already needs no limit.
                tracing::debug!(error = %error, "a limit for a program was not set");
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn limit(&self, _: Option<u64>, _: Option<u64>, _: Option<u64>) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(error = %error, "a program's group was gone before it was killed");
        }
    }
}
