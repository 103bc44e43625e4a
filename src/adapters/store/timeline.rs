//! The time lines of the entries this process holds, kept in memory and carried by the writes there are.
//!
//! Takes marks; gives the document each fenced write of a claim carries along, so that a time line costs no
//! statement of its own and fails nobody. Only the holder of a lease adds to an entry's line, so what is in
//! memory is the newest there is. Times are the database's: its clock at the claim plus what passed since.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::entry::{EntryId, RunLease, Ticket};
use crate::domain::stage::Stage;
use crate::domain::timeline::{Mark, Timeline};

/// After so long without a mark nobody works on an entry any more: no stage takes longer.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// The lines of the entries this process holds.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<HashMap<EntryId, Line>>);

#[derive(Debug)]
struct Line {
    lease: RunLease,
    timeline: Timeline,
    claimed_at: i64,
    opened: Instant,
    touched: Instant,
}

impl Lines {
    /// Takes over the line of an entry claimed at this moment of the database's clock.
    pub(super) fn open(&self, ticket: Ticket, mut timeline: Timeline, claimed_at: i64) {
        timeline.interrupt();
        let now = Instant::now();
        let line = Line { lease: ticket.lease, timeline, claimed_at, opened: now, touched: now };
        let mut lines = self.lock();
        lines.retain(|_, line| now.duration_since(line.touched) < FORGOTTEN_AFTER);
        lines.insert(ticket.entry, line);
    }

    /// Adds a mark, if this is the claim that holds the entry.
    pub(super) fn add(&self, ticket: Ticket, stage: Stage, mark: Mark) {
        if let Some(line) = self.lock().get_mut(&ticket.entry).filter(|line| line.lease == ticket.lease) {
            line.touched = Instant::now();
            let passed = i64::try_from(line.opened.elapsed().as_millis()).unwrap_or_default();
            line.timeline.add(stage, mark, ticket.lease, line.claimed_at.saturating_add(passed));
        }
    }

    /// The line of a claim, where this process holds it and something happened.
    pub(super) fn of(&self, ticket: Ticket) -> Option<Timeline> {
        let lines = self.lock();
        let line = lines.get(&ticket.entry).filter(|line| line.lease == ticket.lease)?;
        (!line.timeline.is_empty()).then(|| line.timeline.clone())
    }

    /// The claim has ended.
    pub(super) fn close(&self, ticket: Ticket) {
        let mut lines = self.lock();
        if lines.get(&ticket.entry).is_some_and(|line| line.lease == ticket.lease) {
            lines.remove(&ticket.entry);
        }
    }

    /// A panic elsewhere leaves no line half written.
    fn lock(&self) -> MutexGuard<'_, HashMap<EntryId, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::timeline::StageState;

    #[test]
    fn a_stale_claim_adds_nothing_and_closes_nothing() {
        let lines = Lines::default();
        let old = Ticket { entry: EntryId::new(), lease: RunLease(1) };
        let new = Ticket { lease: RunLease(2), ..old };
        lines.open(old, Timeline::default(), 1_000);
        lines.add(old, Stage::Download, Mark::Began);
        let left = lines.of(old).unwrap();
        lines.open(new, left, 2_000);
        lines.add(old, Stage::Transcribe, Mark::Began);
        lines.close(old);
        assert!(lines.of(old).is_none());
        let view = lines.of(new).unwrap().view(Some(new.lease));
        let states: Vec<StageState> = view.iter().map(|view| view.state).take(2).collect();
        assert_eq!(states, [StageState::Interrupted, StageState::Pending]);
        lines.close(new);
        assert!(lines.of(new).is_none());
    }
}
