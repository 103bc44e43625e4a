//! Workers, the journal, the page and the row of each entry, and everything that may happen to them in any
//! order: steps, lost answers, failures, crashes, passing time, sweeps.
//!
//! A frozen worker is one that takes no step, and may take its next one at any later moment. The fence and
//! the request behind it are two steps: what leaves although the lease was lost in between is the residual
//! window, of which `late` allows so many.

use super::book::{Body, Book, Entry, Fencing, Limits, Next, State, Ticket, Verdict};
use super::search::{Searched, Step};
use super::worker::{Asked, Doing, Job, Leaving, Ticks};

/// The promises. A step that breaks one is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Two workers trust their leases of one entry.
    TwoBelieve,
    /// The fence let a worker pass that does not have the entry.
    FenceLies,
    /// A write of a worker that does not have the entry changed the journal.
    StaleWrite,
    /// What was paid for and kept is paid for again.
    PaidTwice,
    /// A page has more sections of ours than one and those of the residual window.
    SecondSection,
    /// An entry that was done is done no more.
    DoneUndone,
    /// An entry was not given up although as many workers died on it as may.
    TooManyCrashes,
    /// A claim did not raise the lease number, or something lowered it.
    LeaseNotRaised,
    /// Nobody has the entry and nobody will be told to look for it.
    Lost,
    /// An entry is done and its row says something else.
    RowDisagrees,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Claim {
        worker: usize,
        entry: usize,
    },
    Beat {
        worker: usize,
    },
    HearsAnswer {
        worker: usize,
    },
    PassesFence {
        worker: usize,
        doing: Doing,
    },
    Does {
        worker: usize,
        doing: Doing,
    },
    /// It was done, but the worker was not told and tries again.
    DoesUnheard {
        worker: usize,
        doing: Doing,
    },
    /// The step failed, done or not.
    Fails {
        worker: usize,
        doing: Doing,
        done: bool,
        next: Next,
    },
    Crashes {
        worker: usize,
    },
    OwnerAsksAgain {
        entry: usize,
    },
    Tick,
    Sweep,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Row {
    Open,
    Completed,
    Failed,
}

/// What an owner sees of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Outside {
    pub(super) row: Row,
    /// The sections on the page, a bit each.
    pub(super) sections: u8,
}

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scene {
    pub(super) entries: Vec<Entry>,
    pub(super) outside: Vec<Outside>,
    pub(super) workers: Vec<Option<Job>>,
    /// Requests that left although the lease was lost behind the fence.
    pub(super) late: u8,
    pub(super) reruns: u8,
}

/// How large the world is, and by which rules it goes.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) workers: usize,
    pub(super) entries: usize,
    pub(super) fencing: Fencing,
    pub(super) limits: Limits,
    /// How long a lease lasts.
    pub(super) lease: Ticks,
    /// How long it is trusted.
    pub(super) trust: Ticks,
    /// Whether trust begins when the store was asked; else when its answer is heard.
    pub(super) anchored: bool,
    /// Whether a later run looks for a section before it writes one.
    pub(super) looks: bool,
    /// How many requests may leave in the residual window.
    pub(super) late: u8,
    /// How often an owner asks for another run.
    pub(super) reruns: u8,
    /// Whether steps fail, answers are lost and workers die; workers freeze in any case.
    pub(super) mishaps: bool,
}

/// What a step did.
type After = (Scene, Vec<Fault>);

impl World {
    fn book(&self, scene: &Scene) -> Book {
        Book { entries: scene.entries.clone(), fencing: self.fencing, limits: self.limits }
    }

    fn claim(&self, scene: &Scene, worker: usize, entry: usize) -> After {
        let mut after = scene.clone();
        let claimed = &scene.entries[entry];
        let (mut book, mut faults) = (self.book(scene), Vec::new());
        let ticket = book.claim(entry, self.lease.into());
        if ticket.lease != claimed.lease + 1 {
            faults.push(Fault::LeaseNotRaised);
        }
        let doing = match (claimed.verdict, claimed.note, claimed.body) {
            (Some(verdict), ..) => Doing::Tell(verdict),
            (None, false, _) => Doing::Pay,
            (None, true, Body::Written) => Doing::Fill,
            (None, true, _) => Doing::Intend,
        };
        after.entries = book.entries;
        after.workers[worker] = Some(Job {
            ticket,
            doing,
            leaving: Leaving::Not,
            trust: 0,
            asked: Asked::Granted(0),
            attempts: claimed.attempts,
            is_rerun: ticket.lease > 1,
            known: claimed.section,
        });
        (after, faults)
    }

    /// The store answers the heart at once; the answer may take its time.
    fn beat(&self, scene: &Scene, worker: usize, job: &Job) -> After {
        let mut after = scene.clone();
        let mut book = self.book(scene);
        let answer = match book.beat(job.ticket, self.lease.into()) {
            Ok(()) => Asked::Granted(0),
            Err(_) => Asked::Refused,
        };
        let faults = changed_by(scene, &book.entries, job.ticket);
        after.entries = book.entries;
        after.workers[worker] = Some(Job { asked: answer, ..job.clone() });
        (after, faults)
    }

    fn hear(&self, scene: &Scene, worker: usize, job: &Job) -> After {
        let mut after = scene.clone();
        after.workers[worker] = match job.asked {
            Asked::Granted(age) => {
                let gone = if self.anchored { age } else { 0 };
                Some(Job { asked: Asked::Nothing, trust: self.trust.saturating_sub(gone), ..job.clone() })
            }
            // Only the word that somebody else has the entry ends the job.
            Asked::Refused => None,
            Asked::Nothing => Some(job.clone()),
        };
        (after, Vec::new())
    }

    fn pass(&self, scene: &Scene, worker: usize, job: &Job) -> After {
        let mut after = scene.clone();
        let (leaving, faults) = if self.book(scene).is_live(job.ticket, 0) {
            (Leaving::Rightly, Vec::new())
        } else {
            (Leaving::Wrongly, vec![Fault::FenceLies])
        };
        after.workers[worker] = Some(Job { leaving, ..job.clone() });
        (after, faults)
    }

    /// A write into the journal. `None`: it was refused, and the job stops.
    fn write(&self, scene: &Scene, job: &Job) -> Option<After> {
        let (mut after, mut book, ticket) = (scene.clone(), self.book(scene), job.ticket);
        match job.doing {
            Doing::KeepNote => book.save_note(ticket),
            Doing::Intend => book.intend_body(ticket),
            Doing::KeepSection(section) => book.save_section(ticket, section),
            Doing::Complete => book.complete(ticket),
            Doing::FinishFailed(verdict, _) => book.finish_failed(ticket, verdict),
            Doing::HandBack(next) => book.hand_back(ticket, next, 0),
            Doing::Pay
            | Doing::Clear(_)
            | Doing::Append(_)
            | Doing::Remove { .. }
            | Doing::Fill
            | Doing::Tell(_) => unreachable!("no write"),
        }
        .ok()?;
        let mut faults = changed_by(scene, &book.entries, ticket);
        let outside = &scene.outside[ticket.entry];
        let agrees = match job.doing {
            Doing::Complete => outside.row == Row::Completed && outside.sections != 0,
            Doing::FinishFailed(_, true) => outside.row == Row::Failed,
            _ => true,
        };
        let most = 1 + u32::from(scene.late);
        if matches!(job.doing, Doing::KeepSection(_)) && outside.sections.count_ones() > most {
            faults.push(Fault::SecondSection);
        }
        if !agrees && scene.late == 0 {
            faults.push(Fault::RowDisagrees);
        }
        after.entries = book.entries;
        Some((after, faults))
    }

    /// What is seen outside. `None`: it would be one request more in the residual window than is looked at.
    fn effect(&self, scene: &Scene, job: &Job) -> Option<After> {
        let (mut after, mut faults) = (scene.clone(), Vec::new());
        let entry = &scene.entries[job.ticket.entry];
        let is_late = job.leaving == Leaving::Rightly && !self.book(scene).is_live(job.ticket, 0);
        if is_late {
            after.late += 1;
            if after.late > self.late {
                return None;
            }
        }
        let outside = &mut after.outside[job.ticket.entry];
        match job.doing {
            Doing::Pay if entry.note && !is_late => faults.push(Fault::PaidTwice),
            Doing::Clear(older) => outside.sections &= !older | bit(first(older)),
            Doing::Append(_) => outside.sections |= bit(fresh_section(scene, job.ticket.entry)),
            Doing::Remove { older, .. } => outside.sections &= !bit(older),
            Doing::Fill => outside.row = Row::Completed,
            Doing::Tell(_) => outside.row = Row::Failed,
            _ => {}
        }
        Some((after, faults))
    }

    /// What follows in a run.
    fn following(&self, scene: &Scene, job: &Job) -> Option<Doing> {
        Some(match job.doing {
            Doing::Pay => Doing::KeepNote,
            Doing::KeepNote => Doing::Intend,
            Doing::Intend => match self.older_sections(scene, job) {
                0 => Doing::Append(None),
                one if one.is_power_of_two() => Doing::Append(Some(first(one))),
                several => Doing::Clear(several),
            },
            Doing::Clear(older) => Doing::Append(Some(first(older))),
            Doing::Append(older) => match (older, fresh_section(scene, job.ticket.entry)) {
                (None, new) => Doing::KeepSection(new),
                (Some(older), new) => Doing::Remove { new, older },
            },
            Doing::Remove { new, .. } => Doing::KeepSection(new),
            Doing::KeepSection(_) => Doing::Fill,
            Doing::Fill => Doing::Complete,
            Doing::Tell(verdict) => Doing::FinishFailed(verdict, true),
            Doing::Complete | Doing::FinishFailed(..) | Doing::HandBack(_) => return None,
        })
    }

    /// What earlier runs left, as far as this one knows or looks.
    fn older_sections(&self, scene: &Scene, job: &Job) -> u8 {
        let standing = scene.outside[job.ticket.entry].sections;
        let found = if self.looks && job.is_rerun { standing } else { 0 };
        found | job.known.map_or(0, bit) & standing
    }

    /// How a failure may be ruled.
    fn rulings(&self, job: &Job) -> Vec<Next> {
        let last = job.attempts + 1 >= self.limits.attempts;
        let mut rulings = vec![Next::Wait, Next::GiveUp(Verdict::Refused)];
        if !last {
            rulings.push(Next::Retry);
        }
        rulings
    }

    /// What a worker with a job may do now.
    fn work(&self, scene: &Scene, worker: usize, job: &Job) -> Vec<Step<Self>> {
        let doing = job.doing;
        let mut steps = Vec::new();
        if self.mishaps {
            steps.push(of(Action::Crashes { worker }, (without(scene, worker), Vec::new())));
        }
        // The heart rests between two beats.
        let is_time = job.trust < self.trust;
        if doing.needs_heart() && is_time && job.asked == Asked::Nothing {
            steps.push(of(Action::Beat { worker }, self.beat(scene, worker, job)));
        }
        if job.asked != Asked::Nothing {
            steps.push(of(Action::HearsAnswer { worker }, self.hear(scene, worker, job)));
        }
        if !doing.is_outside() {
            steps.extend(self.writing(scene, worker, job));
        } else if job.leaving != Leaving::Not {
            steps.extend(self.leaving(scene, worker, job));
        } else if job.trust > 0 {
            steps.push(of(Action::PassesFence { worker, doing }, self.pass(scene, worker, job)));
        }
        steps
    }

    fn writing(&self, scene: &Scene, worker: usize, job: &Job) -> Vec<Step<Self>> {
        let doing = job.doing;
        let Some((after, faults)) = self.write(scene, job) else {
            return vec![of(Action::Does { worker, doing }, (without(scene, worker), Vec::new()))];
        };
        let next = self.gone_on(after.clone(), scene, worker, job);
        let mut steps = vec![of(Action::Does { worker, doing }, (next, faults.clone()))];
        if self.mishaps {
            steps.push(of(Action::DoesUnheard { worker, doing }, (after, faults)));
        }
        steps
    }

    /// The request leaves: it is done and heard of, done and not heard of, or not done.
    fn leaving(&self, scene: &Scene, worker: usize, job: &Job) -> Vec<Step<Self>> {
        let doing = job.doing;
        let done = self.effect(scene, job);
        let mut steps = Vec::new();
        for (is_done, outcome) in [(false, Some((scene.clone(), Vec::new()))), (true, done.clone())] {
            let Some((after, faults)) = outcome.filter(|_| self.mishaps) else { continue };
            let endings = match doing {
                Doing::Tell(verdict) => vec![
                    (Next::Wait, Doing::HandBack(Next::Wait)),
                    (Next::GiveUp(verdict), Doing::FinishFailed(verdict, false)),
                ],
                _ => self.rulings(job).into_iter().map(|next| (next, Doing::HandBack(next))).collect(),
            };
            for (next, ending) in endings {
                let mut failed = after.clone();
                with(&mut failed, worker, job, ending);
                steps
                    .push(of(Action::Fails { worker, doing, done: is_done, next }, (failed, faults.clone())));
            }
        }
        if let Some((after, faults)) = done {
            let next = self.gone_on(after, scene, worker, job);
            steps.push(of(Action::Does { worker, doing }, (next, faults)));
        }
        steps
    }

    /// The scene with its worker at the next thing, which follows from how it was `before`.
    fn gone_on(&self, mut after: Scene, before: &Scene, worker: usize, job: &Job) -> Scene {
        match self.following(before, job) {
            Some(next) => with(&mut after, worker, job, next),
            None => after.workers[worker] = None,
        }
        after
    }

    fn tick(scene: &Scene) -> Scene {
        let mut after = scene.clone();
        for entry in &mut after.entries {
            entry.until = entry.until.map(|until| until.saturating_sub(1));
        }
        for job in after.workers.iter_mut().flatten() {
            job.trust = job.trust.saturating_sub(1);
            if let Asked::Granted(age) = &mut job.asked {
                *age += 1;
            }
        }
        after
    }

    /// Promises about every state, whatever led to it.
    fn look_over(&self, before: &Scene, action: Action, after: &Scene) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, (old, new)) in before.entries.iter().zip(&after.entries).enumerate() {
            let believers = after.workers.iter().flatten().filter(|job| job.believes());
            if believers.filter(|job| job.ticket.entry == index).count() > 1 {
                faults.push(Fault::TwoBelieve);
            }
            if old.state == State::Done && new != old && !matches!(action, Action::OwnerAsksAgain { .. }) {
                faults.push(Fault::DoneUndone);
            }
            if new.verdict.is_none() && new.crashes >= self.limits.crashes {
                faults.push(Fault::TooManyCrashes);
            }
            if new.lease < old.lease {
                faults.push(Fault::LeaseNotRaised);
            }
            if (new.state == State::Running) != new.until.is_some() {
                faults.push(Fault::Lost);
            }
        }
        faults
    }
}

impl Searched for World {
    type State = Scene;
    type Action = Action;
    type Fault = Fault;

    fn start(&self) -> Scene {
        Scene {
            entries: vec![Entry::new(0); self.entries],
            outside: vec![Outside { row: Row::Open, sections: 0 }; self.entries],
            workers: vec![None; self.workers],
            late: 0,
            reruns: 0,
        }
    }

    fn steps(&self, scene: &Scene) -> Vec<Step<Self>> {
        let mut steps = Vec::new();
        for (worker, job) in scene.workers.iter().enumerate() {
            if let Some(job) = job {
                steps.extend(self.work(scene, worker, job));
                continue;
            }
            for (entry, _) in waiting(scene) {
                steps.push(of(Action::Claim { worker, entry }, self.claim(scene, worker, entry)));
            }
        }
        let mut book = self.book(scene);
        if book.sweep(0) != (0, 0) {
            steps.push(of(Action::Sweep, (Scene { entries: book.entries, ..scene.clone() }, Vec::new())));
        }
        steps.push(of(Action::Tick, (Self::tick(scene), Vec::new())));
        for (entry, old) in scene.entries.iter().enumerate() {
            if old.state == State::Done && scene.reruns < self.reruns {
                let mut after = scene.clone();
                after.entries[entry].start_over(0);
                after.outside[entry].row = Row::Open;
                after.reruns += 1;
                steps.push(of(Action::OwnerAsksAgain { entry }, (after, Vec::new())));
            }
        }
        for step in &mut steps {
            step.faults.extend(self.look_over(scene, step.action, &step.state));
        }
        steps
    }

    fn is_end(&self, scene: &Scene) -> bool {
        scene.entries.iter().all(|entry| entry.state == State::Done)
    }

    /// A lease number counts only by being the latest one or not, and by being the first one or not; an
    /// older ticket never becomes the latest again. Which worker is which counts for nothing.
    fn canonical(&self, scene: &Scene) -> Scene {
        let mut scene = scene.clone();
        let by_tries = self.fencing == Fencing::Tries;
        for job in scene.workers.iter_mut().flatten() {
            let entry = &scene.entries[job.ticket.entry];
            let is_latest = job.ticket.lease == entry.lease;
            job.ticket.lease = if is_latest { entry.lease.min(2) } else { 0 };
            if !by_tries {
                job.ticket.tries = 0;
            }
            if !matches!(job.doing, Doing::Pay | Doing::KeepNote | Doing::Intend) {
                job.known = None;
            }
            if !is_latest && self.fencing == Fencing::RunLease {
                (job.known, job.attempts, job.is_rerun) = (None, 0, false);
                job.doing = match job.doing {
                    Doing::HandBack(_) => Doing::HandBack(Next::Wait),
                    Doing::KeepSection(_) => Doing::KeepSection(0),
                    doing => doing,
                };
            }
            if let Asked::Granted(age) = &mut job.asked {
                *age = (*age).min(self.trust);
            }
        }
        for entry in &mut scene.entries {
            entry.lease = entry.lease.min(2);
            entry.tries = if by_tries { entry.tries } else { 0 };
            if entry.verdict.is_some() {
                entry.verdict = Some(Verdict::Refused);
                // Whoever tells a verdict may die as often as it likes.
                entry.crashes = entry.crashes.min(self.limits.crashes);
            }
        }
        scene.workers.sort_unstable();
        scene
    }
}

/// Whether a write changed an entry that its worker does not have.
fn changed_by(scene: &Scene, after: &[Entry], ticket: Ticket) -> Vec<Fault> {
    let entry = &scene.entries[ticket.entry];
    let owns = entry.state == State::Running && entry.lease == ticket.lease;
    if !owns && after[ticket.entry] != *entry { vec![Fault::StaleWrite] } else { Vec::new() }
}

fn waiting(scene: &Scene) -> impl Iterator<Item = (usize, &Entry)> {
    scene.entries.iter().enumerate().filter(|(_, entry)| entry.state == State::Waiting)
}

fn with(scene: &mut Scene, worker: usize, job: &Job, doing: Doing) {
    let mut job = job.clone();
    job.go_on(doing);
    scene.workers[worker] = Some(job);
}

fn without(scene: &Scene, worker: usize) -> Scene {
    let mut after = scene.clone();
    after.workers[worker] = None;
    after
}

fn of(action: Action, (state, faults): After) -> Step<World> {
    Step { action, state, faults }
}

fn bit(section: u8) -> u8 {
    1 << section
}

fn first(sections: u8) -> u8 {
    u8::try_from(sections.trailing_zeros()).unwrap()
}

/// The lowest number that neither stands on the page nor is remembered by anybody.
fn fresh_section(scene: &Scene, entry: usize) -> u8 {
    let mut taken = scene.outside[entry].sections | scene.entries[entry].section.map_or(0, bit);
    for job in scene.workers.iter().flatten().filter(|job| job.ticket.entry == entry) {
        taken |= job.known.map_or(0, bit);
        taken |= match job.doing {
            Doing::Clear(older) => older,
            Doing::Append(older) => older.map_or(0, bit),
            Doing::Remove { new, older } => bit(older) | bit(new),
            Doing::KeepSection(new) => bit(new),
            _ => 0,
        };
    }
    u8::try_from(taken.trailing_ones()).unwrap()
}
