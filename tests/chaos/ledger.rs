//! Which paid calls were made again, told by what was asked and not by how many there were.
//!
//! Every clip differs, so a finished call is known by its fingerprint, and every answer carries the fingerprint
//! of its question into what the journal keeps of it. The ledger is read at each death: until then every answer
//! that was not kept at the death before is due once more; one that was kept never is.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::Look;
use crate::support::providers::ProviderStandIns;
use crate::world::PAID;

/// A service's number in [`PAID`] and a fingerprint.
type Call = (usize, String);

/// The summarizer's number in [`PAID`].
const NOTES: usize = 2;

#[derive(Default)]
pub struct Ledger {
    /// How often each call had finished by the last reading.
    finished: BTreeMap<Call, usize>,
    /// Calls whose answers had been kept by then, for the run their rows are in.
    kept: BTreeSet<Call>,
    /// Runs owners have asked for since.
    asked_again: Vec<Call>,
}

impl Ledger {
    /// The owner of a row that is done wants another run: this note is due once more.
    pub fn ask_again(&mut self, note: &str, providers: &ProviderStandIns) {
        let call = counted(providers).into_keys().find(|(at, print)| *at == NOTES && note.contains(print));
        self.asked_again.push(call.expect("a note tells the question it answers"));
    }

    /// Reads on at a death or at the end; gives the calls nobody had a reason to make, by name. `look` was taken before, so that what it has kept is finished here.
    /// `waiting` are kept notes of rows that are asked for again and not begun again. `spare` calls are excused,
    /// one for each lease a busy machine has cost.
    pub fn read(
        &mut self,
        look: &Look,
        waiting: &[String],
        providers: &ProviderStandIns,
        mut spare: usize,
    ) -> Vec<String> {
        let now = counted(providers);
        let mut repeated = Vec::new();
        for (call, times) in &now {
            let before = self.finished.get(call).copied().unwrap_or_default();
            let wanted = self.asked_again.iter().filter(|again| *again == call).count();
            let due = usize::from(!self.kept.contains(call)) + wanted;
            let made = times - before;
            let excused = made.saturating_sub(due).min(spare);
            spare -= excused;
            for _ in due + excused..made {
                repeated.push(format!("{:?} {}", PAID[call.0], call.1));
            }
        }
        let holds = |(at, print): &Call| match *at {
            0 => look.transcripts.iter().any(|text| text.contains(print)),
            1 => look.screen_texts.iter().any(|text| text.contains(print)),
            _ => {
                let notes = look.entries.iter().filter_map(|entry| entry.note.as_ref());
                let mut notes = notes.filter(|note| !waiting.contains(note));
                notes.any(|note| note.contains(print))
            }
        };
        self.kept = now.keys().filter(|call| holds(call)).cloned().collect();
        self.finished = now;
        self.asked_again.clear();
        repeated
    }

    /// Different questions each service was asked.
    pub fn questions(&self) -> [usize; 3] {
        std::array::from_fn(|at| self.finished.keys().filter(|call| call.0 == at).count())
    }
}

/// How often each call has finished.
fn counted(providers: &ProviderStandIns) -> BTreeMap<Call, usize> {
    let mut counted = BTreeMap::new();
    for (at, service) in PAID.into_iter().enumerate() {
        for print in providers.finished(service) {
            *counted.entry((at, print)).or_default() += 1;
        }
    }
    counted
}
