//! The journal's answers, foretold: the book, and beside it what the tables keep for people.
//!
//! Time is the number of the step: the walk lets the real clock move on between two steps.

use std::collections::BTreeMap;

use linkscribe::domain::backoff::{MAX_ATTEMPTS, MAX_CRASHES};
use linkscribe::domain::entry::Lane;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;

use super::book::{Book, Entry, Fencing, Limits, Next, Stale, State, Ticket, Time, Verdict};

/// Longer than any walk, as an hour is.
pub(super) const HOUR: Time = 1_000_000;
/// How long a row that could not be told rests.
pub(super) const DAY: Time = 24 * HOUR;
/// A lease that does not run out during a walk.
pub(super) const LONG: Time = Time::MAX;

/// What is kept of an entry beside its way.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a column that is filled or not")]
pub(super) struct Sheet {
    pub(super) page: usize,
    pub(super) link: usize,
    pub(super) lane: Lane,
    pub(super) status: Status,
    /// Whether its owner was told what it waits for.
    pub(super) told: bool,
    /// Whether it waits since a known moment.
    pub(super) since: bool,
    pub(super) media: bool,
    pub(super) finished: Option<Time>,
    pub(super) pruned: bool,
}

/// The whole journal, foretold.
#[derive(Debug)]
pub(super) struct Mirror {
    pub(super) book: Book,
    pub(super) sheets: Vec<Sheet>,
    /// The documents kept of each video.
    pub(super) media: BTreeMap<usize, [bool; 3]>,
}

/// The verdict's name in the journal.
pub(super) fn reason(verdict: Verdict) -> Reason {
    match verdict {
        Verdict::Refused => Reason::Refused,
        Verdict::Crashing => Reason::Crashing,
    }
}

impl Mirror {
    pub(super) fn new() -> Self {
        let limits = Limits { attempts: MAX_ATTEMPTS, crashes: MAX_CRASHES };
        let book = Book { entries: Vec::new(), fencing: Fencing::RunLease, limits };
        Self { book, sheets: Vec::new(), media: BTreeMap::new() }
    }

    /// The entries that are there.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, &Sheet)> {
        self.sheets.iter().enumerate().filter(|(_, sheet)| !sheet.pruned)
    }

    /// Whether the row was queued.
    pub(super) fn enqueue(&mut self, page: usize, link: usize, lane: Lane, looked: Time, now: Time) -> bool {
        let fresh = Sheet {
            page,
            link,
            lane,
            status: Status::Pending,
            told: false,
            since: false,
            media: false,
            finished: None,
            pruned: false,
        };
        let known = self.present().find(|(_, sheet)| sheet.page == page).map(|(index, _)| index);
        let Some(index) = known else {
            self.book.entries.push(Entry::new(now));
            self.sheets.push(fresh);
            return true;
        };
        let sheet = &self.sheets[index];
        let starts_over = match self.book.entries[index].state {
            State::Done => sheet.finished.is_some_and(|finished| finished < looked),
            State::Waiting => sheet.link != link,
            State::Running => false,
        };
        if starts_over {
            self.book.entries[index].start_over(now);
            self.sheets[index] = fresh;
        }
        starts_over
    }

    /// The next entry in turn: new links before old collections, then by the time they are due.
    pub(super) fn first_due(&self, now: Time) -> Option<usize> {
        let due = self.present().filter(|(index, _)| {
            let entry = &self.book.entries[*index];
            entry.state == State::Waiting && entry.due <= now
        });
        let order =
            |index: usize, sheet: &Sheet| (sheet.lane != Lane::New, self.book.entries[index].due, index);
        due.min_by_key(|(index, sheet)| order(*index, sheet)).map(|(index, _)| index)
    }

    pub(super) fn set_status(&mut self, ticket: Ticket, status: Status) -> Result<(), Stale> {
        self.book.held(ticket)?;
        self.sheets[ticket.entry].status = status;
        Ok(())
    }

    pub(super) fn save_media(&mut self, ticket: Ticket, which: usize) -> Result<(), Stale> {
        self.book.held(ticket)?;
        let sheet = &mut self.sheets[ticket.entry];
        sheet.media = true;
        let known = &mut self.media.entry(sheet.page).or_default()[which];
        // Only what was not known before is a step.
        if !*known {
            (*known, sheet.since) = (true, false);
            self.book.further(ticket)?;
        }
        Ok(())
    }

    pub(super) fn save_note(&mut self, ticket: Ticket) -> Result<(), Stale> {
        self.book.save_note(ticket)?;
        self.sheets[ticket.entry].since = false;
        Ok(())
    }

    pub(super) fn save_section(&mut self, ticket: Ticket, section: u8) -> Result<(), Stale> {
        self.book.save_section(ticket, section)?;
        self.sheets[ticket.entry].since = false;
        Ok(())
    }

    fn finish(&mut self, entry: usize, status: Status, finished: Time) {
        let sheet = &mut self.sheets[entry];
        (sheet.status, sheet.finished) = (status, Some(finished));
        (sheet.told, sheet.since) = (false, false);
    }

    pub(super) fn complete(&mut self, ticket: Ticket, now: Time) -> Result<(), Stale> {
        self.book.complete(ticket)?;
        self.finish(ticket.entry, Status::Completed, now);
        Ok(())
    }

    pub(super) fn finish_failed(&mut self, ticket: Ticket, told: bool, now: Time) -> Result<(), Stale> {
        self.book.finish_failed(ticket, Verdict::Refused)?;
        self.finish(ticket.entry, Status::Failed, if told { now } else { now + DAY });
        Ok(())
    }

    /// `tells`: its owner is told what it waits for.
    pub(super) fn hand_back(
        &mut self,
        ticket: Ticket,
        next: Next,
        tells: bool,
        due: Time,
    ) -> Result<(), Stale> {
        self.book.hand_back(ticket, next, due)?;
        let sheet = &mut self.sheets[ticket.entry];
        match next {
            Next::Wait if tells => {
                (sheet.status, sheet.told, sheet.since) = (Status::Pending, true, true);
            }
            Next::GiveUp(_) => (sheet.status, sheet.lane, sheet.since) = (Status::Saving, Lane::New, false),
            Next::Retry | Next::Wait => {}
        }
        Ok(())
    }

    /// How many were rescued, given up and removed.
    pub(super) fn sweep(&mut self, prunes: bool, now: Time) -> (u64, u64, u64) {
        let before = self.book.entries.clone();
        let (rescued, poisoned) = self.book.sweep(now);
        for (index, (old, new)) in before.iter().zip(&self.book.entries).enumerate() {
            if old.verdict != new.verdict {
                (self.sheets[index].status, self.sheets[index].lane) = (Status::Saving, Lane::New);
            }
        }
        let mut removed = 0;
        if prunes {
            for sheet in self.sheets.iter_mut().filter(|sheet| !sheet.pruned) {
                if sheet.finished.is_some_and(|finished| finished <= now) {
                    sheet.pruned = true;
                    removed += 1;
                }
            }
            let kept: Vec<_> =
                self.present().filter(|(_, sheet)| sheet.media).map(|(_, sheet)| sheet.page).collect();
            self.media.retain(|page, _| kept.contains(page));
        }
        (rescued, poisoned, removed)
    }
}
