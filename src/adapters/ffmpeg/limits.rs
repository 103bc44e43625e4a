//! What a file may cost, and what it means when it costs more.
//!
//! Takes a call of ffmpeg or ffprobe and what is known of the file; gives the call with its limits, and of a call that
//! ended badly the failure: the file's, which is permanent, or one that may pass.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use rustix::process::Signal;

use super::probe::{Content, seconds_as_float};
use super::{FfmpegSettings, MEMORY_BYTES};
use crate::adapters::tool::{Finished, Tool, ToolError, says_no_room};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};

/// Processor time for each second of a video beyond the usual, in seconds. A phone video that is decoded to the last
/// picture takes a tenth of a second on a slow core; what takes five times that is no video but a burden.
const BUSY_A_SECOND: f64 = 0.5;

/// Wall-clock time for each second of a video beyond the usual, in seconds: three downloads may share one slow core.
const WAITED_A_SECOND: f64 = 0.3;

impl FfmpegSettings {
    /// Bounds what reading a whole file may cost by its length: an hour takes long on a slow machine and is a video all
    /// the same. The processor time is what no video needs, so a file that used it up is none; the other one passes.
    pub(super) fn within_limits(&self, tool: Tool, content: &Content) -> Tool {
        let most = seconds_as_float(self.max_seconds);
        let length = content.duration.unwrap_or(most).min(most);
        tool.timeout(self.timeout + Duration::from_secs_f64(length * WAITED_A_SECOND))
            .cpu_time(self.timeout + Duration::from_secs_f64(length * BUSY_A_SECOND))
            .memory_bytes(MEMORY_BYTES)
    }
}

impl Tool {
    /// Runs ffmpeg or ffprobe; gives what it wrote.
    pub(super) async fn succeed_or_unreadable(self) -> Outcome<Vec<u8>> {
        let ended = self.run().await.and_then(Finished::success);
        Ok(ended.map_err(unreadable)?.stdout)
    }
}

/// What ffmpeg and ffprobe refuse cannot be played, nor what never ends; what else stops them from outside may pass.
pub(super) fn unreadable(error: ToolError) -> Failure {
    match error {
        ToolError::Failed { program, status, stderr }
            if status.code().is_some() && !says_no_room(&stderr) =>
        {
            Failure::permanent(Reason::Unreadable, ToolError::Failed { program, status, stderr })
        }
        error if is_bomb(&error) => Failure::permanent(Reason::Unreadable, error),
        error => error.into(),
    }
}

/// Whether the program came to its end and refused the file, or a part of it: another part may be whole. What had to be
/// stopped is not tried again, it costs what it costs each time.
pub(super) fn is_refused(failure: &Failure) -> bool {
    let ended = failure.cause.downcast_ref();
    matches!(failure.kind, Kind::Permanent(Reason::Unreadable))
        && matches!(ended, Some(ToolError::Failed { status, .. }) if status.code().is_some())
}

/// Whether the file itself kept the program busy for so long, or made it talk or write so much: the same will
/// happen each time.
fn is_bomb(error: &ToolError) -> bool {
    match error {
        ToolError::TooMuch { .. } => true,
        ToolError::Failed { status, .. } => {
            let [busy, wrote] = [Signal::XCPU, Signal::XFSZ].map(Signal::as_raw);
            status.signal().is_some_and(|signal| signal == busy || signal == wrote)
        }
        _ => false,
    }
}
