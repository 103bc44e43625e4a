//! The journal as one would explain it: entries, claims, endings, the sweep, and nothing of a database.
//!
//! Time is a number that the caller chooses. What a write has to show to be let in is a parameter, so that
//! a worse fence can be tried as well.

/// A moment.
pub(super) type Time = u64;

/// What a write on behalf of a worker is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fencing {
    /// The lease number, raised by every claim: ours.
    RunLease,
    /// Nothing: whoever knows the entry writes.
    None,
    /// How often the entry was tried so far, raised by a retry and by a rescue. Waiting does not raise it.
    Tries,
}

/// How much an entry may go through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Failed attempts before it is given up.
    pub(super) attempts: u32,
    /// Dead workers before it is given up.
    pub(super) crashes: u32,
}

/// Whose turn it is with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum State {
    Waiting,
    Running,
    Done,
}

/// How far a run has got with the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Body {
    Untouched,
    Intended,
    Written,
}

/// Why an entry was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The work cannot be done.
    Refused,
    /// Workers died on it.
    Crashing,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) state: State,
    pub(super) lease: i64,
    pub(super) tries: u32,
    /// When the lease runs out, while there is one.
    pub(super) until: Option<Time>,
    pub(super) due: Time,
    pub(super) attempts: u32,
    pub(super) crashes: u32,
    pub(super) verdict: Option<Verdict>,
    /// Whether what was paid for is kept.
    pub(super) note: bool,
    pub(super) body: Body,
    /// The section on the page that is known.
    pub(super) section: Option<u8>,
}

/// What a claim gives its worker to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ticket {
    pub(super) entry: usize,
    pub(super) lease: i64,
    pub(super) tries: u32,
}

/// The write found nothing to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stale;

/// How an entry goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Next {
    Retry,
    Wait,
    GiveUp(Verdict),
}

/// The journal.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) entries: Vec<Entry>,
    pub(super) fencing: Fencing,
    pub(super) limits: Limits,
}

impl Entry {
    pub(super) fn new(due: Time) -> Self {
        Self {
            state: State::Waiting,
            lease: 0,
            tries: 0,
            until: None,
            due,
            attempts: 0,
            crashes: 0,
            verdict: None,
            note: false,
            body: Body::Untouched,
            section: None,
        }
    }

    /// Its owner wants another run: all is forgotten but the lease's number and the section on the page.
    pub(super) fn start_over(&mut self, due: Time) {
        *self = Self { lease: self.lease, tries: self.tries, section: self.section, ..Self::new(due) };
    }

    fn release(&mut self, state: State) {
        self.state = state;
        self.until = None;
    }
}

impl Book {
    pub(super) fn claim(&mut self, entry: usize, until: Time) -> Ticket {
        let claimed = &mut self.entries[entry];
        claimed.state = State::Running;
        claimed.lease += 1;
        claimed.until = Some(until);
        Ticket { entry, lease: claimed.lease, tries: claimed.tries }
    }

    /// Whether the ticket is truly the latest and in use, whatever the fence says.
    pub(super) fn owns(&self, ticket: Ticket) -> bool {
        let entry = &self.entries[ticket.entry];
        entry.state == State::Running && entry.lease == ticket.lease
    }

    pub(super) fn is_live(&self, ticket: Ticket, now: Time) -> bool {
        self.owns(ticket) && self.entries[ticket.entry].until.is_some_and(|until| until > now)
    }

    /// The entry, for a worker that the fence lets in.
    pub(super) fn held(&mut self, ticket: Ticket) -> Result<&mut Entry, Stale> {
        let entry = &mut self.entries[ticket.entry];
        let running = entry.state == State::Running;
        let let_in = match self.fencing {
            Fencing::RunLease => running && entry.lease == ticket.lease,
            Fencing::None => true,
            Fencing::Tries => running && entry.tries == ticket.tries,
        };
        if let_in { Ok(entry) } else { Err(Stale) }
    }

    pub(super) fn beat(&mut self, ticket: Ticket, until: Time) -> Result<(), Stale> {
        self.held(ticket)?.until = Some(until);
        Ok(())
    }

    /// A checkpoint: neither failed attempts nor crashes so far count any more.
    pub(super) fn further(&mut self, ticket: Ticket) -> Result<&mut Entry, Stale> {
        let entry = self.held(ticket)?;
        (entry.attempts, entry.crashes) = (0, 0);
        Ok(entry)
    }

    pub(super) fn save_note(&mut self, ticket: Ticket) -> Result<(), Stale> {
        self.further(ticket)?.note = true;
        Ok(())
    }

    pub(super) fn intend_body(&mut self, ticket: Ticket) -> Result<(), Stale> {
        self.held(ticket)?.body = Body::Intended;
        Ok(())
    }

    pub(super) fn save_section(&mut self, ticket: Ticket, section: u8) -> Result<(), Stale> {
        let entry = self.further(ticket)?;
        (entry.section, entry.body) = (Some(section), Body::Written);
        Ok(())
    }

    pub(super) fn complete(&mut self, ticket: Ticket) -> Result<(), Stale> {
        let entry = self.held(ticket)?;
        entry.release(State::Done);
        entry.verdict = None;
        Ok(())
    }

    pub(super) fn finish_failed(&mut self, ticket: Ticket, verdict: Verdict) -> Result<(), Stale> {
        let entry = self.held(ticket)?;
        entry.release(State::Done);
        entry.verdict = Some(verdict);
        Ok(())
    }

    pub(super) fn hand_back(&mut self, ticket: Ticket, next: Next, due: Time) -> Result<(), Stale> {
        let entry = self.held(ticket)?;
        entry.release(State::Waiting);
        entry.due = due;
        match next {
            Next::Retry => {
                entry.attempts += 1;
                entry.tries += 1;
            }
            Next::Wait => {}
            Next::GiveUp(verdict) => (entry.verdict, entry.due) = (Some(verdict), 0),
        }
        Ok(())
    }

    /// Lets entries wait again whose lease ran out; says how many, and how many of others it gave up.
    pub(super) fn sweep(&mut self, now: Time) -> (u64, u64) {
        let (mut rescued, mut poisoned) = (0, 0);
        for entry in &mut self.entries {
            if entry.state != State::Running || entry.until.is_some_and(|until| until > now) {
                continue;
            }
            entry.release(State::Waiting);
            entry.crashes += 1;
            entry.tries += 1;
            if entry.verdict.is_none() && entry.crashes >= self.limits.crashes {
                (entry.verdict, entry.due) = (Some(Verdict::Crashing), 0);
                poisoned += 1;
            } else {
                rescued += 1;
            }
        }
        (rescued, poisoned)
    }
}
