//! The wish to end: SIGTERM from a host, Ctrl-C from a person.
//!
//! A thread of its own listens from the first moment of a command, so that the wish is heard while the
//! service is still starting, and obeyed where everything else hangs: at the last moment the process ends
//! whatever is left, and a second signal ends it at once. No program it started is left behind either way.

use std::time::Duration;

use anyhow::Context;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::adapters::tool;

/// The exit code of a process that a second signal ended at once: what a shell gives for Ctrl-C.
pub const CUT_SHORT: u8 = 130;

/// When the process ends whatever hangs: a second and a half before Cloud Run kills it.
const LAST_MOMENT: Duration = Duration::from_millis(8_500);

/// Signals that follow the first one this closely are the same wish: `timeout` and others that pass a signal
/// on send it to the process and to its group.
const SAME_WISH: Duration = Duration::from_millis(300);

/// Hears the wish to end.
#[derive(Debug, Clone)]
pub struct Stopping {
    wanted: CancellationToken,
}

impl Stopping {
    /// Listens from now on. `code` is the exit code of a process that was told to stop and did, used where it
    /// has to be ended at its last moment.
    pub fn listen(code: u8) -> anyhow::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("signals cannot be listened to")?;
        let signals = {
            let _inside = runtime.enter();
            Signals {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            }
        };
        let wanted = CancellationToken::new();
        let told = wanted.clone();
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(obey(signals, told, code)))
            .context("signals cannot be listened to")?;
        Ok(Self { wanted })
    }

    /// Waits until somebody wants the process to end.
    pub async fn wanted(&self) {
        self.wanted.cancelled().await;
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    async fn next_after(&mut self, moment: Instant) {
        loop {
            self.next().await;
            if Instant::now() > moment {
                return;
            }
        }
    }
}

async fn obey(mut signals: Signals, told: CancellationToken, code: u8) {
    signals.next().await;
    told.cancel();
    let heard_at = Instant::now();
    tokio::select! {
        () = signals.next_after(heard_at + SAME_WISH) => end(CUT_SHORT),
        () = sleep(LAST_MOMENT) => end(code),
    }
}

/// Ends the process with this code at its last moment, counted from now, even where something hangs that
/// cannot be cancelled, such as a name being looked up.
pub(super) fn end_at_last_moment(code: u8) {
    std::thread::spawn(move || {
        std::thread::sleep(LAST_MOMENT);
        end(code);
    });
}

/// Ends the process now. What its jobs would have ended by themselves is ended for them.
fn end(code: u8) {
    tool::kill_all();
    std::process::exit(i32::from(code));
}
