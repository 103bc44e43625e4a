//! Counts what one job does on the network, and stops it when its bytes are used up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::domain::egress::Refusal;

/// What a job did on the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Connections made.
    pub connected: u64,
    /// Places that could not be reached.
    pub unreachable: u64,
    /// Bytes in both directions, without the requests to us.
    pub bytes: u64,
    /// Whether the bytes were used up.
    pub used_up: bool,
    /// Places it was not let to.
    pub refused: u64,
    /// Why the last of them was refused.
    pub last_refusal: Option<Refusal>,
}

/// The counters of one job.
#[derive(Debug)]
pub(super) struct Meter {
    budget: u64,
    used_up: CancellationToken,
    bytes: AtomicU64,
    connected: AtomicU64,
    unreachable: AtomicU64,
    refused: Mutex<(u64, Option<Refusal>)>,
}

impl Meter {
    pub(super) fn new(budget: u64) -> Self {
        Self {
            budget,
            used_up: CancellationToken::new(),
            bytes: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            unreachable: AtomicU64::new(0),
            refused: Mutex::default(),
        }
    }

    /// Takes bytes off the budget; says whether they may still pass.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.budget;
        if !fits {
            self.used_up.cancel();
        }
        fits
    }

    /// Resolves when the budget is used up: every tunnel of the job ends then.
    pub(super) async fn used_up(&self) {
        self.used_up.cancelled().await;
    }

    pub(super) fn connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn unreachable(&self) {
        self.unreachable.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self, why: Refusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = (refused.0 + 1, Some(why));
    }

    pub(super) fn traffic(&self) -> Traffic {
        let (refused, last_refusal) = *self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        Traffic {
            connected: self.connected.load(Ordering::Relaxed),
            unreachable: self.unreachable.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            used_up: self.used_up.is_cancelled(),
            refused,
            last_refusal,
        }
    }
}
